// Bullet behind PhysicsWorld, and Bullet's narrow phase behind OverlapChecker.
#pragma once

#include <memory>

#include "engine/core/status.h"
#include "engine/physics/physics_world.h"
#include "engine/scene/overlap.h"

namespace diorama {

PhysicsCapabilities bullet_capabilities();

/// Builds the scene in Bullet and puts it into its initial state; invalid_input if the scene needs
/// what Bullet does not have (a model file, ...). `scene` must outlive the world. Thread-safe.
Result<std::unique_ptr<PhysicsWorld>> make_bullet_world(const Scene& scene);

/// Narrow-phase overlap, used for placement whichever engine steps.
std::unique_ptr<OverlapChecker> make_bullet_overlap();

}  // namespace diorama
