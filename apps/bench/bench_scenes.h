// Scenes that the benches make for themselves. Free functions, thread-safe.
#pragma once

#include "engine/core/status.h"
#include "engine/scene/scene.h"

namespace diorama {

/// `num_bodies` boxes and spheres (in turn, about 0.1 m) above the floor of a walled box of 2 m, in
/// layers with random turns, about to fall. Steps at 240 Hz. The same scene whenever it is asked
/// for.
Result<Scene> drop_scene(int num_bodies, double wall_height_m = 1.0);

/// The same between low walls, with `num_cameras` square cameras of `size_px` in a ring around the
/// box and a sun with a shadow.
Result<Scene> drop_scene_with_cameras(int num_bodies, int num_cameras, int size_px);

}  // namespace diorama
