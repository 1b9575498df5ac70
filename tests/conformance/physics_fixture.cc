#include "tests/conformance/physics_fixture.h"

#include "engine/physics/bullet/bullet_world.h"
#include "engine/physics/mujoco/mujoco_world.h"

namespace diorama {

std::vector<Engine> engines() {
  return {
      {bullet_capabilities(), [](const Scene& scene) { return make_bullet_world(scene); }},
      {mujoco_capabilities(), [](const Scene& scene) { return make_mujoco_world(scene); }},
  };
}

}  // namespace diorama
