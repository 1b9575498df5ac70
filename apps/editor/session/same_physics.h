// Whether an edit changed anything that physics sees. Pure function.
#pragma once

#include "apps/editor/session/sim_scene.h"

namespace diorama::editor {

/// True if both scenes move alike, so that states of one are states of the other: same bodies,
/// masses, joints, collision shapes, contact properties, actuators, settings, model files,
/// controller and frame rate, drawn for the same episode by the same engine. Names, colours,
/// cameras, lights and the episode's length do not count.
bool same_physics(const SimScene& a, const SimScene& b);

}  // namespace diorama::editor
