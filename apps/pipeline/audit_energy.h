// Whether the mechanical energy of an episode rises by more than its actuators can give: what
// contacts, friction and damping do only takes away. Private to apps/pipeline.
#pragma once

#include <vector>

#include "apps/pipeline/audit_motion.h"
#include "engine/scene/trajectory.h"

namespace diorama {

/// `states` as for audit_motion, with qpos and qvel; `actions[t]` leads from state t to t + 1. Says
/// nothing of scenes on a model file, whose springs, tendons and actuators only its engine knows.
void audit_energy(const Scene& scene, const std::vector<State>& states,
                  const std::vector<Action>& actions, const TellMotion& tell);

}  // namespace diorama
