// What the physics bench needs of each engine. Private to apps/bench.
#pragma once

#include <memory>
#include <vector>

#include "engine/core/status.h"
#include "engine/scene/scene.h"

namespace diorama {

/// An engine without diorama around it: its own model of a scene, compiled as diorama compiles it,
/// and its own step in a loop. Not thread-safe.
class RawEngine {
 public:
  virtual ~RawEngine() = default;
  virtual void step(int num_steps) = 0;
  /// x, y, z (m) of the free joints, in the scene's order; shows that both sides went the same way.
  virtual std::vector<double> free_positions() const = 0;
};

/// In the scene's initial state; actuators get the control of the action `action` in [-1, 1].
Result<std::unique_ptr<RawEngine>> make_raw_mujoco(const Scene& scene, double action);
/// For scenes without actuators.
Result<std::unique_ptr<RawEngine>> make_raw_bullet(const Scene& scene);

}  // namespace diorama
