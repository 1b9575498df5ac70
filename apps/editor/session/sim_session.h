// SimSession: the simulation beside the document. It draws and builds scenes on one thread, steps
// them on another, and publishes immutable snapshots. Every function may be called from the UI
// thread at any time; none waits for the work it starts.
//
// The simulation never touches the document: what is to be kept of it goes through kept_pose.h.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "apps/editor/session/published.h"
#include "apps/editor/session/sim_run.h"
#include "apps/editor/session/sim_scene.h"

namespace diorama::editor {

/// A moment that a user has marked; it stays though the history moves on.
struct Bookmark {
  std::string name;
  MomentPointer moment;
};

/// All that panels may know of the simulation at one time. Immutable.
struct SimSnapshot {
  std::uint64_t sequence = 0;  ///< Another number, another snapshot.

  std::shared_ptr<const SimScene> scene;   ///< Null until the first scene was built.
  std::shared_ptr<const History> history;  ///< Oldest first; null or not empty.
  std::size_t shown_index = 0;             ///< Of the moment that is shown.
  std::vector<Bookmark> bookmarks;
  int branch = 0;  ///< Counts how often the history was left for another.
  std::uint64_t restarts =
      0;  ///< Counts runs that were given up because a load() changed their physics,
  double given_up_s = 0.0;  ///< and how much had been simulated in the last of them.

  bool playing = false;
  double speed = 1.0;             ///< Simulated seconds per second that the user wants.
  double real_time_factor = 0.0;  ///< What it is; 0 while nothing is stepped.

  std::uint64_t wanted_revision = 0;  ///< Of the last load(); `scene` may be older.
  bool building = false;              ///< A load() is under way; the last scene stays.
  Status load_status;                 ///< Why the last load() gave no scene: invalid, rejected ...
  Status run_status;  ///< Why stepping stopped, e.g. it diverged. The last good moment is shown.

  /// Null until there is a scene. The same as history's entry.
  const Moment* shown() const { return history ? (*history)[shown_index].get() : nullptr; }
  MomentPointer shown_moment() const { return history ? (*history)[shown_index] : nullptr; }
};

struct SimSessionOptions {
  HistoryLimits history;
  bool manual_clock = false;  ///< Time passes by pass_time() alone: scripts and tests.
};

class SimSession {
 public:
  static constexpr double kSlowest = 1e-3;
  static constexpr double kFastest = 8.0;

  explicit SimSession(SimSessionOptions options = {});
  ~SimSession();

  /// Never null.
  std::shared_ptr<const SimSnapshot> snapshot() const { return snapshot_.get(); }

  /// Builds a scene in the background. If its physics is that of the last one, the run goes on and
  /// only looks change; else it is shown at its start, playing if the last one was. Requests that
  /// come while one is built replace each other.
  void load(SimRequest request);

  void play();
  void pause();
  /// Back to the start, in a new world; goes on playing if it was.
  void reset();
  /// Pauses, then makes single physics steps, or steps to the next frames of the dataset.
  void step(int num_steps);
  void step_frames(int num_frames);
  /// Clamped to kSlowest .. kFastest.
  void set_speed(double speed);
  /// Pauses and shows a moment of the history (clamped).
  void scrub(std::size_t index);

  void add_bookmark(std::string name);
  void remove_bookmark(std::size_t index);
  /// Pauses and shows it.
  void go_to_bookmark(std::size_t index);

  /// Pulls a body while playing, until called with nothing. A body that the scene does not have,
  /// or a static one, is not pulled.
  void perturb(std::optional<Perturb> perturb);

  /// Manual clock: so much time of the user's passes.
  void pass_time(double wall_s);
  /// Waits until all that was asked for is done (endless playing in real time never is): for
  /// scripts and tests. False if it took longer than `timeout`.
  bool wait_idle(std::chrono::milliseconds timeout) const;

 private:
  using Clock = std::chrono::steady_clock;
  using Task = std::function<void()>;

  void post(Task task);
  void build_loop(const std::stop_token& stop);
  void run_loop(const std::stop_token& stop);

  // On the stepping thread only.
  void adopt(const SimRequest& request, Result<std::unique_ptr<SimRun>> built);
  void earn_time(Clock::time_point now);
  bool step_due(Clock::time_point until);
  double tick_s() const;
  void advance(int num_steps);
  void measure_rate(Clock::time_point now);
  void publish();

  const SimSessionOptions options_;
  Published<SimSnapshot> snapshot_;

  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  std::deque<Task> tasks_;             // for the stepping thread
  std::optional<SimRequest> request_;  // for the building thread
  bool building_ = false;
  bool stepping_ = false;  // the stepping thread is at work or has time to use up

  // The stepping thread's own.
  std::unique_ptr<SimRun> run_;
  std::vector<Bookmark> bookmarks_;
  std::optional<Perturb> perturb_;
  SimSnapshot next_;    // the fields that are not in run_
  double due_s_ = 0.0;  // simulated time to make up for
  Clock::time_point last_tick_;
  Clock::time_point rate_since_;
  double rate_sim_s_ = 0.0;

  std::jthread builder_;  // last: they stop before anything else goes
  std::jthread stepper_;
};

}  // namespace diorama::editor
