// The engines that every conformance test runs on, what is expected of each, and helpers to step
// them.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "engine/core/check.h"
#include "engine/physics/energy.h"
#include "engine/physics/physics_world.h"
#include "tests/support/scene_builder.h"

namespace diorama {

struct Engine {
  PhysicsCapabilities capabilities;
  std::function<Result<std::unique_ptr<PhysicsWorld>>(const Scene&)> make;

  /// How far restitution `e` may be off: a capability of the engine, not of a test. Soft contacts
  /// (MuJoCo) reach e by a tuned spring and damper: 0.1 off, and a critically damped one still
  /// gives back 0.135 to 0.15. Exact ones are off by the speed that gravity gives within a step.
  double restitution_error(double e) const {
    if (capabilities.exact_restitution) return 0.01;
    return e < 0.1 ? 0.16 : 0.11;
  }

  /// How far a mesh on a mesh may wander in 2 s. Bullet clips whole faces; MuJoCo's MPR finds few
  /// points of a face at a time, so that the upper one rocks: 4 to 9 mm.
  double mesh_drift_m() const { return capabilities.engine == "bullet" ? 1e-3 : 15e-3; }

  /// Whether a small body that crosses a wall within one step is caught. MuJoCo looks at the ends
  /// of steps only.
  bool continuous_collision() const { return capabilities.engine == "bullet"; }
};

std::vector<Engine> engines();

/// A world and the scene that it needs, with the state after the last step.
class Run {
 public:
  Run(const Engine& engine, Scene scene) : scene_(std::make_unique<Scene>(std::move(scene))) {
    auto made = engine.make(*scene_);
    if (!made.ok()) throw std::runtime_error(made.status().message());
    world_ = std::move(made).value();
    world_->read_state(state_);
  }

  /// Steps; contacts of these steps end up in state().contacts.
  void step(int num_steps) {
    const Status status = world_->step(num_steps, &log_);
    if (!status.ok()) throw std::runtime_error(status.message());
    world_->read_state(state_);
    log_.flush(num_steps / scene_->physics.step_rate_hz, state_.contacts);
  }
  void step_seconds(double seconds) {
    step(static_cast<int>(seconds * scene_->physics.step_rate_hz + 0.5));
  }

  PhysicsWorld& world() { return *world_; }
  const Scene& scene() const { return *scene_; }
  const State& state() const { return state_; }
  const BodyState& body(BodyId id) const { return state_.bodies[id.index]; }
  Mechanics mechanics() const { return diorama::mechanics(*scene_, state_); }
  double dt() const { return 1.0 / scene_->physics.step_rate_hz; }

 private:
  std::unique_ptr<Scene> scene_;
  std::unique_ptr<PhysicsWorld> world_;
  State state_;
  ContactLog log_;
};

inline Pose at(double x, double y, double z) { return {dvec3(x, y, z), identity_quat()}; }

inline constexpr double kGravity = 9.81;

}  // namespace diorama
