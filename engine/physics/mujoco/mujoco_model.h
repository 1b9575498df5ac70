// From a Scene to a compiled MuJoCo model. Private to engine/physics/mujoco.
#pragma once

#include "engine/physics/mujoco/mujoco_compat.h"

#include <filesystem>
#include <memory>
#include <vector>

#include "engine/core/status.h"
#include "engine/scene/scene.h"

namespace diorama::mujoco {

/// A compiled scene. The model is immutable and may be shared by threads.
struct CompiledScene {
  std::shared_ptr<const mjModel> model;
  std::vector<int> mujoco_bodies;  ///< By scene body.
  std::vector<int> scene_bodies;   ///< By MuJoCo body; -1 = none (the world of a scene without a model file).
  std::vector<int> body_of_geom;   ///< The scene body by MuJoCo geom: planes stand in MuJoCo's world. -1 = none.
  std::vector<int> mujoco_joints;  ///< By scene joint.
};

/// Compiles the scene, or its model file with the bodies that the scene adds. MuJoCo compiles one model at a time
/// in a process, so the last few models are kept and shared by the episodes that repeat them. Thread-safe.
/// invalid_input says what MuJoCo said.
Result<CompiledScene> compile_scene(const Scene& scene);

/// Compiles a model file as it is. invalid_input with file, line and element. Thread-safe.
Result<std::shared_ptr<const mjModel>> compile_model_file(const std::filesystem::path& path);

/// Frees MuJoCo's data with the model's own function.
struct DataDeleter {
  void operator()(mjData* data) const { mj_deleteData(data); }
};
using DataPointer = std::unique_ptr<mjData, DataDeleter>;

/// failed(...) if there is no memory for it.
Result<DataPointer> make_data(const mjModel* model);

}  // namespace diorama::mujoco
