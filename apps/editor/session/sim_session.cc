#include "apps/editor/session/sim_session.h"

#include <algorithm>
#include <utility>

#include "apps/editor/session/same_physics.h"

namespace diorama::editor {
namespace {

using namespace std::chrono_literals;

/// Moments are at most this far apart in the user's time, so that motion looks smooth.
constexpr double kSmoothS = 1.0 / 48.0;
/// Snapshots come at least this often while there is more to do.
constexpr auto kPublishPeriod = 16ms;
/// Beyond this the simulation is too slow for the wish, and the lag is forgotten.
constexpr double kMaxLagS = 0.1;
constexpr auto kRatePeriod = 500ms;

/// A task without news: no snapshot follows unless it makes something move.
struct Quiet {
  std::function<void()> run;
  void operator()() const { run(); }
};

double seconds(std::chrono::steady_clock::duration d) {
  return std::chrono::duration<double>(d).count();
}

}  // namespace

SimSession::SimSession(SimSessionOptions options)
    : options_(options), snapshot_(std::make_shared<const SimSnapshot>()) {
  builder_ = std::jthread([this](const std::stop_token& stop) { build_loop(stop); });
  stepper_ = std::jthread([this](const std::stop_token& stop) { run_loop(stop); });
}

SimSession::~SimSession() = default;

void SimSession::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  changed_.notify_all();
}

void SimSession::load(SimRequest request) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.emplace_back([this, revision = request.revision] {
      next_.wanted_revision = revision;
      next_.building = true;
    });
    request_ = std::move(request);
  }
  changed_.notify_all();
}

void SimSession::play() {
  post([this] {
    next_.playing = true;
    next_.run_status = {};
    last_tick_ = rate_since_ = Clock::now();
    due_s_ = rate_sim_s_ = 0.0;
  });
}

void SimSession::pause() {
  post([this] { next_.playing = false; });
}

void SimSession::reset() {
  post([this] {
    next_.run_status = run_ ? run_->reset() : Status();
    due_s_ = 0.0;
  });
}

void SimSession::step(int num_steps) {
  post([this, num_steps] {
    next_.playing = false;
    next_.run_status = {};
    for (int i = 0; run_ && i < num_steps && next_.run_status.ok(); ++i) advance(1);
  });
}

void SimSession::step_frames(int num_frames) {
  post([this, num_frames] {
    next_.playing = false;
    next_.run_status = {};
    for (int i = 0; run_ && i < num_frames; ++i) {
      do {
        advance(run_->steps_within(kSmoothS));
      } while (next_.run_status.ok() && !run_->shown().is_frame);
      if (!next_.run_status.ok()) return;
    }
  });
}

void SimSession::set_speed(double speed) {
  post([this, speed] { next_.speed = std::clamp(speed, kSlowest, kFastest); });
}

void SimSession::scrub(std::size_t index) {
  post([this, index] {
    next_.playing = false;
    if (run_) run_->show(static_cast<std::ptrdiff_t>(index));
  });
}

void SimSession::add_bookmark(std::string name) {
  post([this, name = std::move(name)]() mutable {
    if (run_) bookmarks_.push_back({std::move(name), run_->shown_moment()});
  });
}

void SimSession::remove_bookmark(std::size_t index) {
  post([this, index] {
    if (index < bookmarks_.size()) {
      bookmarks_.erase(bookmarks_.begin() + static_cast<std::ptrdiff_t>(index));
    }
  });
}

void SimSession::go_to_bookmark(std::size_t index) {
  post([this, index] {
    if (index >= bookmarks_.size()) return;
    next_.playing = false;
    run_->show(bookmarks_[index].moment);
  });
}

void SimSession::perturb(std::optional<Perturb> perturb) {
  post([this, perturb] {
    perturb_ = run_ ? perturb : std::nullopt;
    if (!perturb_) return;
    const std::vector<Body>& bodies = run_->scene()->scene().bodies;
    const int index = perturb_->body.index;
    const bool moves = index >= 0 && index < static_cast<int>(bodies.size()) &&
                       bodies[static_cast<std::size_t>(index)].motion == Motion::kDynamic;
    if (!moves) perturb_.reset();
  });
}

void SimSession::pass_time(double wall_s) {
  post(Quiet{[this, wall_s] {
    if (next_.playing && run_) due_s_ += wall_s * next_.speed;
  }});
}

bool SimSession::wait_idle(std::chrono::milliseconds timeout) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(
      lock, timeout, [this] { return tasks_.empty() && !request_ && !building_ && !stepping_; });
}

void SimSession::build_loop(const std::stop_token& stop) {
  while (true) {
    SimRequest request;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [this] { return request_.has_value(); })) return;
      request = std::move(*request_);
      request_.reset();
      building_ = true;
    }
    const auto build = [&]() -> Result<std::unique_ptr<SimRun>> {
      DIORAMA_ASSIGN_OR_RETURN(std::shared_ptr<const SimScene> scene, build_sim_scene(request));
      return SimRun::create(std::move(scene), options_.history);
    };
    auto built = std::make_shared<Result<std::unique_ptr<SimRun>>>(build());
    {
      const std::lock_guard lock(mutex_);
      tasks_.emplace_back([this, request = std::move(request), built = std::move(built)] {
        adopt(request, std::move(*built));
      });
      building_ = false;
    }
    changed_.notify_all();
  }
}

void SimSession::adopt(const SimRequest& request, Result<std::unique_ptr<SimRun>> built) {
  if (request.revision == next_.wanted_revision) next_.building = false;
  next_.load_status = built.status();
  if (!built.ok()) return;
  std::unique_ptr<SimRun> fresh = std::move(built).value();
  if (run_ && !request.from_start && same_physics(*run_->scene(), *fresh->scene())) {
    run_->dress_as(fresh->scene());
    return;
  }
  if (run_) {
    ++next_.restarts;
    next_.given_up_s = run_->history().back()->state.time_s - run_->history().front()->state.time_s;
  }
  run_ = std::move(fresh);
  // States of one scene mean nothing in another.
  bookmarks_.clear();
  perturb_.reset();
  next_.run_status = {};
  due_s_ = 0.0;
}

/// The stretch of simulated time from one moment to the next while playing.
double SimSession::tick_s() const {
  const double wanted = kSmoothS * std::min(1.0, next_.speed);
  return run_->steps_within(wanted) * run_->step_s();
}

void SimSession::advance(int num_steps) {
  const double before = run_->shown().state.time_s;
  next_.run_status = run_->advance(num_steps, perturb_);
  if (!next_.run_status.ok()) next_.playing = false;
  rate_sim_s_ += run_->shown().state.time_s - before;
}

/// Real time: turns the time that went by into simulated time to make.
void SimSession::earn_time(Clock::time_point now) {
  if (options_.manual_clock) return;
  due_s_ += seconds(now - last_tick_) * next_.speed;
  // One tick may be longer than the lag that is allowed.
  due_s_ = std::min(due_s_, std::max(kMaxLagS * next_.speed, tick_s()));
  last_tick_ = now;
}

/// Steps until no whole tick is due, or until the clock says `until`; true if more is due.
bool SimSession::step_due(Clock::time_point until) {
  while (next_.playing && due_s_ >= tick_s() - 1e-12) {
    const double before = run_->shown().state.time_s;
    advance(run_->steps_within(kSmoothS * std::min(1.0, next_.speed)));
    due_s_ -= run_->shown().state.time_s - before;
    if (Clock::now() >= until) return next_.playing && due_s_ >= tick_s() - 1e-12;
  }
  return false;
}

void SimSession::measure_rate(Clock::time_point now) {
  if (!next_.playing) {
    next_.real_time_factor = 0.0;
  } else if (options_.manual_clock) {
    next_.real_time_factor = next_.speed;
  } else if (now - rate_since_ >= kRatePeriod) {
    next_.real_time_factor = rate_sim_s_ / seconds(now - rate_since_);
    rate_since_ = now;
    rate_sim_s_ = 0.0;
  }
}

void SimSession::publish() {
  auto snapshot = std::make_shared<SimSnapshot>(next_);
  snapshot->sequence = ++next_.sequence;
  snapshot->bookmarks = bookmarks_;
  if (run_) {
    snapshot->scene = run_->scene();
    snapshot->history =
        std::make_shared<const History>(run_->history().begin(), run_->history().end());
    snapshot->shown_index = run_->shown_index();
    snapshot->branch = run_->branch();
  }
  snapshot_.set(std::move(snapshot));
}

void SimSession::run_loop(const std::stop_token& stop) {
  bool more_due = false;
  bool was_playing = false;
  while (true) {
    std::deque<Task> tasks;
    {
      std::unique_lock lock(mutex_);
      const bool plays_on = was_playing && !options_.manual_clock;
      stepping_ = more_due || plays_on;
      if (!stepping_) changed_.notify_all();  // for wait_idle()
      const auto has_tasks = [this] { return !tasks_.empty(); };
      if (plays_on) {
        if (!more_due) changed_.wait_for(lock, stop, kPublishPeriod, has_tasks);
      } else if (!more_due) {
        changed_.wait(lock, stop, has_tasks);
      }
      if (stop.stop_requested()) return;
      tasks.swap(tasks_);
      stepping_ = true;
    }
    bool is_news = false;
    for (const Task& task : tasks) {
      task();
      is_news = is_news || task.target<Quiet>() == nullptr;
    }
    const bool playing = next_.playing && run_;
    if (playing && !was_playing) last_tick_ = rate_since_ = Clock::now();
    const MomentPointer shown_before = run_ ? run_->shown_moment() : nullptr;
    if (playing) earn_time(Clock::now());
    more_due = playing && step_due(Clock::now() + kPublishPeriod);
    measure_rate(Clock::now());
    const bool moved = run_ && run_->shown_moment() != shown_before;
    if (is_news || moved || playing != was_playing) publish();
    was_playing = next_.playing && run_;
  }
}

}  // namespace diorama::editor
