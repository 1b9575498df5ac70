// SimRun: a scene being stepped, with the history of its states. One thread at a time; what it
// hands out is immutable.
//
// Time 0 is the first row of an episode. Settling lies before it, at negative times. Up to the
// first intervention (a force, a branch) the states at the episode's frames are those that generate
// would record, to the last bit.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "apps/editor/session/sim_scene.h"
#include "engine/physics/controller.h"
#include "engine/physics/energy.h"
#include "engine/physics/physics_world.h"

namespace diorama::editor {

/// A spring between a point of a body and a point of the world, as when a user drags the body.
struct Perturb {
  BodyId body;
  dvec3 point_body{0.0};    ///< m, in the body's frame.
  dvec3 target_world{0.0};  ///< m.
};

/// The simulation at one time.
struct Moment {
  State state;             ///< Its contacts are those since the moment before.
  diorama::Action action;  ///< In force from here on.
  long long step = 0;      ///< Physics steps since time 0; negative while settling.
  bool is_frame = false;   ///< A row of the dataset would be recorded here.
  Mechanics mechanics;
  double contact_force_n = 0.0;        ///< Sum of |force| over the contacts.
  double deepest_penetration_m = 0.0;  ///< Largest overlap in a contact, >= 0.
  double fastest_m_s = 0.0;            ///< Largest speed of a body's origin.
  std::optional<Perturb> perturb;      ///< What pulled up to here.
  dvec3 perturb_force_n{0.0};          ///< World; of its last step.

  std::size_t bytes() const;
};
using MomentPointer = std::shared_ptr<const Moment>;
using History = std::vector<MomentPointer>;

struct HistoryLimits {
  std::size_t count = 2000;
  std::size_t bytes = 100'000'000;
};

class SimRun {
 public:
  /// Errors are those of make_physics.
  static Result<std::unique_ptr<SimRun>> create(std::shared_ptr<const SimScene> scene,
                                                HistoryLimits limits);

  /// Makes up to `num_steps` physics steps from the shown moment, but never past the next frame or
  /// the end of settling; then shows and remembers where that led. Moments after the shown one are
  /// dropped: a new branch. rejected(...) if the engine gave up: then the last good moment stays.
  Status advance(int num_steps, const std::optional<Perturb>& perturb);

  /// Shows an older or newer moment of the history; the index is clamped.
  void show(std::ptrdiff_t index);
  /// Shows a moment of this scene that may have left the history, which then begins with it.
  void show(const MomentPointer& moment);
  /// Back to the very start in a new world.
  Status reset();
  /// Goes on as this scene, which must have the same physics: see same_physics.h.
  void dress_as(std::shared_ptr<const SimScene> scene) { scene_ = std::move(scene); }

  const std::shared_ptr<const SimScene>& scene() const { return scene_; }
  const std::deque<MomentPointer>& history() const { return history_; }
  std::size_t shown_index() const { return shown_; }
  const Moment& shown() const { return *history_[shown_]; }
  const MomentPointer& shown_moment() const { return history_[shown_]; }
  int branch() const { return branch_; }

  double step_s() const { return 1.0 / step_rate_hz_; }
  int steps_per_frame() const { return steps_per_frame_; }
  /// The largest part of a frame, in whole steps, that takes at most `longest_s`, at least one
  /// step.
  int steps_within(double longest_s) const;

 private:
  SimRun(std::shared_ptr<const SimScene> scene, HistoryLimits limits);
  Status start();
  Status go_to_shown();
  Status step_world(int num_steps, const std::optional<Perturb>& perturb, Moment& moment);
  dvec3 pull(const Perturb& perturb, const State& state) const;
  void measure(Moment& moment) const;
  void remember(Moment moment);

  std::shared_ptr<const SimScene> scene_;
  std::shared_ptr<const SimScene> world_scene_;  // what the world was made of; it may refer to it
  HistoryLimits limits_;
  double step_rate_hz_;
  int steps_per_frame_ = 1;
  long long settle_steps_ = 0;
  std::unique_ptr<Controller> controller_;
  std::unique_ptr<PhysicsWorld> world_;
  MomentPointer world_at_;  // where the world stands; null after a rejection
  ContactLog contacts_;
  std::deque<MomentPointer> history_;  // never empty after start()
  std::size_t shown_ = 0;
  std::size_t bytes_ = 0;
  int branch_ = 0;
};

}  // namespace diorama::editor
