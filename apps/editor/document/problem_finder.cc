#include "apps/editor/document/problem_finder.h"

#include "apps/editor/document/scene_problems.h"

#include <utility>

namespace diorama::editor {

ProblemFinder::ProblemFinder(Sampler::Tools tools, int episodes, std::function<void()> on_new)
    : tools_(std::move(tools)),
      episodes_(episodes),
      on_new_(std::move(on_new)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

ProblemFinder::~ProblemFinder() = default;

void ProblemFinder::look(const Document& document, SampleKey key) {
  {
    const std::lock_guard lock(mutex_);
    if (document.revision() == asked_revision_ && document.files_revision() == asked_files_ &&
        key.seed == asked_key_.seed && key.episode == asked_key_.episode)
      return;
    asked_revision_ = document.revision();
    asked_files_ = document.files_revision();
    asked_key_ = key;
    wanted_ = Request{document.revision(), key, document.scenario(), document.base_folder()};
  }
  wake_.notify_all();
}

std::shared_ptr<const FoundProblems> ProblemFinder::found() const {
  const std::lock_guard lock(mutex_);
  return found_;
}

bool ProblemFinder::done() const {
  const std::lock_guard lock(mutex_);
  return found_->complete && found_->revision == asked_revision_ && !wanted_;
}

void ProblemFinder::publish(const FoundProblems& found) {
  auto copy = std::make_shared<const FoundProblems>(found);
  {
    const std::lock_guard lock(mutex_);
    found_ = std::move(copy);
  }
  if (on_new_) on_new_();
}

bool ProblemFinder::superseded(const std::stop_token& stop) const {
  const std::lock_guard lock(mutex_);
  return stop.stop_requested() || wanted_.has_value();
}

void ProblemFinder::run(const std::stop_token& stop) {
  while (true) {
    Request request;
    {
      std::unique_lock lock(mutex_);
      if (!wake_.wait(lock, stop, [this] { return wanted_.has_value(); })) return;
      request = *std::exchange(wanted_, std::nullopt);
    }
    look_into(request, stop);
  }
}

void ProblemFinder::look_into(const Request& request, const std::stop_token& stop) {
  FoundProblems found;
  found.revision = request.revision;
  found.key = request.key;
  found.problems = scene_problems(request.scenario, request.base_folder, tools_, request.key);
  found.complete = episodes_ == 0;
  if (superseded(stop)) return;
  publish(found);
  if (found.complete) return;
  const auto sampler = Sampler::create(request.scenario, request.base_folder, tools_);
  for (int i = 0; sampler.ok() && i < episodes_; ++i) {
    if (superseded(stop)) return;
    const auto sample = (*sampler)->sample({request.key.seed, request.key.episode + i});
    ++found.drawn;
    if (!sample.ok() && found.rejected++ == 0) found.reason = sample.status().message();
    if (found.drawn % 8 == 0) publish(found);
  }
  found.complete = true;
  publish(found);
}

}  // namespace diorama::editor
