#include "apps/editor/session/generate_job.h"

#include <utility>

namespace diorama::editor {

GenerateJob::GenerateJob(std::function<void()> on_news) : on_news_(std::move(on_news)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { work_loop(stop); });
}

GenerateJob::~GenerateJob() { stop_ = true; }

bool GenerateJob::begin(Phase phase, GenerateSettings settings) {
  {
    const std::lock_guard lock(mutex_);
    if (state_.busy()) return false;
    settings.options.owns_process = false;
    state_.phase = phase;
    state_.status = {};
    start_ = Clock::now();
    stop_ = false;
    if (phase == Phase::kRunning) {
      state_.folder = settings.folder;
      state_.report.reset();
      progress_ = std::make_unique<GenerateProgress>();
    }
    request_ = std::move(settings);
  }
  changed_.notify_all();
  return true;
}

bool GenerateJob::estimate(GenerateSettings settings) {
  return begin(Phase::kEstimating, std::move(settings));
}

bool GenerateJob::start(GenerateSettings settings) {
  return begin(Phase::kRunning, std::move(settings));
}

void GenerateJob::cancel() {
  const std::lock_guard lock(mutex_);
  if (state_.phase != Phase::kRunning) return;
  state_.phase = Phase::kStopping;
  stop_ = true;
}

GenerateState GenerateJob::state() const {
  const std::lock_guard lock(mutex_);
  GenerateState state = state_;
  if (state.busy()) {
    state.elapsed_s = std::chrono::duration<double>(Clock::now() - start_).count();
  }
  if (progress_) {
    state.episodes_total = progress_->episodes_total;
    state.episodes_kept = progress_->episodes_kept;
    state.episodes_rejected = progress_->episodes_rejected;
    state.views = progress_->views;
    state.bytes = progress_->bytes;
    const std::int64_t made = state.episodes_kept + state.episodes_rejected;
    if (state.phase == Phase::kRunning && made > 0) {
      state.remaining_s = state.elapsed_s / static_cast<double>(made) *
                          static_cast<double>(state.episodes_total - made);
    }
  }
  return state;
}

bool GenerateJob::wait_idle(std::chrono::milliseconds timeout) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [this] { return !state_.busy(); });
}

void GenerateJob::work_loop(const std::stop_token& stop) {
  while (true) {
    GenerateSettings settings;
    bool runs = false;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [this] { return request_.has_value(); })) return;
      settings = std::move(*request_);
      request_.reset();
      runs = state_.phase != Phase::kEstimating;
    }
    if (runs) {
      run(settings);
    } else {
      make_estimate(settings);
    }
  }
}

void GenerateJob::make_estimate(const GenerateSettings& settings) {
  const auto try_it = [&]() -> Status {
    DIORAMA_ASSIGN_OR_RETURN(GeneratePlan plan, plan_generate(settings.options));
    DIORAMA_ASSIGN_OR_RETURN(const GenerateEstimate estimate, estimate_generate(plan));
    const std::lock_guard lock(mutex_);
    state_.estimate = estimate;
    state_.estimate_workers = plan.workers;
    return {};
  };
  Status status = try_it();
  if (!status.ok()) {
    const std::lock_guard lock(mutex_);
    state_.estimate.reset();
  }
  finish(Phase::kIdle, std::move(status));
}

void GenerateJob::run(const GenerateSettings& settings) {
  Result<GeneratePlan> plan = plan_generate(settings.options);
  if (!plan.ok()) {
    finish(Phase::kFailed, plan.status());
    return;
  }
  // begin() replaces progress_ only while nothing runs.
  Result<GenerateReport> report =
      run_generate(*plan, settings.folder, settings.mode, stop_, *progress_);
  if (!report.ok()) {
    finish(Phase::kFailed, report.status());
    return;
  }
  const Phase phase = report->stopped ? Phase::kStopped : Phase::kDone;
  {
    const std::lock_guard lock(mutex_);
    state_.report = std::make_shared<const GenerateReport>(std::move(report).value());
  }
  finish(phase, {});
}

void GenerateJob::finish(Phase phase, Status status) {
  {
    const std::lock_guard lock(mutex_);
    state_.elapsed_s = std::chrono::duration<double>(Clock::now() - start_).count();
    state_.phase = phase;
    state_.status = std::move(status);
  }
  changed_.notify_all();
  if (on_news_) on_news_();
}

}  // namespace diorama::editor
