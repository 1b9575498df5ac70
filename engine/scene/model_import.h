// What the sampler needs of an engine to build on a model file. Implemented by a leaf, passed in by the pipeline.
#pragma once

#include <filesystem>
#include <functional>

#include "engine/core/status.h"
#include "engine/scene/scene.h"

namespace diorama {

/// Reads a model file into a Scene: nodes, bodies (body 0 = the file's world body, static), shapes, joints,
/// actuators (kModel), cameras, lights, materials, textures, meshes, gravity, and `Scene::model`. An unreadable
/// file or an element that is not supported is invalid_input with file, element and what to do. Thread-safe.
using ModelImporter = std::function<Result<Scene>(const std::filesystem::path& path)>;

}  // namespace diorama
