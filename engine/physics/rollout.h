// rollout: steps a world through one episode.
#pragma once

#include "engine/core/status.h"
#include "engine/physics/controller.h"
#include "engine/physics/physics_world.h"
#include "engine/scene/trajectory.h"

namespace diorama {

/// Settles, then records `config.num_frames` states. rejected(...) as soon as a step fails; never resets.
Result<Trajectory> rollout(PhysicsWorld& world, Controller& controller, const EpisodeConfig& config,
                           double step_rate_hz);

/// Goes on with a trajectory until it has `config.num_frames` states; `world` is where its last state is. Errors as those
/// of rollout().
Status extend_rollout(PhysicsWorld& world, Controller& controller, const EpisodeConfig& config, double step_rate_hz,
                      Trajectory& trajectory);

}  // namespace diorama
