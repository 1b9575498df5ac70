// PhysicsWorld: the contract of a stepper. Implementations live in leaves; no engine type appears here.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/core/status.h"
#include "engine/physics/contact_log.h"
#include "engine/scene/scene.h"

namespace diorama {

/// What an engine can do. A scenario that needs more is refused with a clear error, never run approximately.
struct PhysicsCapabilities {
  std::string engine;                ///< "mujoco" or "bullet".
  std::string version;               ///< The engine library's own.
  bool model_files = false;          ///< Steps MJCF.
  bool exact_restitution = false;    ///< Restitution within 0.01; else approximate (physics conformance tests).
  bool exact_restore = false;        ///< save_solver() holds all that the next steps depend on.
};

/// One world over one Scene. Not thread-safe; one thread at a time. The Scene must outlive it.
class PhysicsWorld {
 public:
  virtual ~PhysicsWorld() = default;

  virtual const PhysicsCapabilities& capabilities() const = 0;

  /// One entry per Scene::actuators, each in [-1, 1] (clamped); held until the next call.
  virtual void set_action(std::span<const double> action) = 0;

  /// Makes `num_steps` steps of 1 / step_rate_hz and adds what touched to `contacts` (may be null).
  /// rejected(...) with step, body and value when the state is no longer finite, the solver warned, or a contact
  /// buffer overflowed; the world must not be stepped again then. Nothing is ever reset silently.
  virtual Status step(int num_steps, ContactLog* contacts) = 0;

  /// A force (N, world) on `body` at `point_world` (m), for all steps of the next step() and no longer: it acts
  /// there as this force and its torque about the centre of mass as that is now. Several add up. A static body
  /// takes no notice.
  virtual void add_force(BodyId body, const dvec3& force_world_n, const dvec3& point_world) = 0;

  /// Goes on from the joint positions and velocities of `state`, a state of this scene: num_steps() becomes the
  /// step nearest to its time, the action still, forces gone; what a solver keeps between steps starts anew, so a
  /// run is not the same to the last bit as one that was never moved. Makes a rejected world usable again.
  virtual Status set_state(const State& state) = 0;

  /// All that the next steps depend on, as numbers: after restore_solver() of them a world of the same scene goes on to
  /// the last bit as this one does. Empty where the capabilities have no exact_restore. Reading does not change the run.
  virtual void save_solver(std::vector<double>& numbers) const = 0;
  /// Makes a rejected world usable again. invalid_input if `numbers` are too few for this scene (more may follow: padding),
  /// not finite, or the engine has no exact_restore.
  virtual Status restore_solver(std::span<const double> numbers) = 0;

  /// Steps made since the start; time is num_steps() / step_rate_hz.
  virtual long long num_steps() const = 0;

  /// Fills `state` but for its contacts; reading does not change the run. Reuses its buffers.
  virtual void read_state(State& state) const = 0;
};

}  // namespace diorama
