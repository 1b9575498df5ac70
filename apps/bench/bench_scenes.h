// Scenes that the benches make for themselves. Free functions, thread-safe.
#pragma once

#include <vector>

#include "engine/core/status.h"
#include "engine/scene/scene.h"

namespace diorama {

/// `num_bodies` boxes and spheres (in turn, about 0.1 m) above the floor of a walled box of 2 m, in
/// layers with random turns, about to fall. Steps at 240 Hz. The same scene whenever it is asked
/// for.
Result<Scene> drop_scene(int num_bodies, double wall_height_m = 1.0);

/// What renderers are measured on: 20 meshes of five smooth shapes, about 0.3 m wide, floating above a
/// floor under one sun with a shadow, and square cameras of `size_px` in a ring around them.
struct RenderSceneOptions {
  int num_triangles = 30000;  ///< About, of all meshes together.
  int num_cameras = 16;
  int num_states = 16;  ///< Every mesh turns and drifts a little from one to the next.
  int size_px = 256;
};
struct RenderScene {
  Scene scene;
  std::vector<State> states;
  int num_triangles = 0;  ///< As made.
};
Result<RenderScene> make_render_scene(const RenderSceneOptions& options);

}  // namespace diorama
