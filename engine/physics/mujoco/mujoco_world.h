// MuJoCo behind PhysicsWorld, and the reader of MuJoCo model files.
#pragma once

#include <memory>

#include "engine/core/status.h"
#include "engine/physics/physics_world.h"
#include "engine/scene/model_import.h"

namespace diorama {

PhysicsCapabilities mujoco_capabilities();

/// Numbers in a whole solver state of a scene with so many of each; see ModelFile::num_solver_values.
int mujoco_solver_size(int num_positions, int num_velocities, int num_actuators, int num_solver_values);

/// Compiles the scene (or the scene's model file plus the bodies that the scene adds to it) and puts it into its
/// initial state. `scene` must outlive the world. Thread-safe.
Result<std::unique_ptr<PhysicsWorld>> make_mujoco_world(const Scene& scene);

/// A ModelImporter for MJCF files.
Result<Scene> import_mjcf(const std::filesystem::path& path);

}  // namespace diorama
