// Walks a compiled MuJoCo model into a Scene. `import_mjcf` itself is declared in mujoco_world.h. Private to
// engine/physics/mujoco.
#pragma once

#include "engine/physics/mujoco/mujoco_compat.h"

#include <string>

#include "engine/core/pose.h"

namespace diorama::mujoco {

/// The name in the file, or kind and index ("body3") where it has none.
std::string object_name(const mjModel* m, mjtObj type, int id, const std::string& kind);

inline dvec3 vector_at(const mjtNum* values, int index) {
  return {values[3 * index], values[3 * index + 1], values[3 * index + 2]};
}

inline Pose pose_at(const mjtNum* positions, const mjtNum* quaternions, int index) {
  const mjtNum* q = quaternions + 4 * index;
  return {vector_at(positions, index), quat_wxyz(q[0], q[1], q[2], q[3])};
}

}  // namespace diorama::mujoco
