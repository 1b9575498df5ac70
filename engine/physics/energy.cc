#include "engine/physics/energy.h"

#include "engine/core/check.h"

namespace diorama {

Mechanics mechanics(const Scene& scene, const State& state) {
  DIORAMA_CHECK_EQ(scene.bodies.size(), state.bodies.size());
  Mechanics sum;
  for (std::size_t i = 0; i < scene.bodies.size(); ++i) {
    const Body& body = scene.bodies[i];
    if (body.motion != Motion::kDynamic) continue;
    const BodyState& at = state.bodies[i];
    const double mass_kg = body.mass.mass_kg;
    const Pose world_from_inertia = at.world_from_body * body.mass.body_from_inertia;
    const dvec3 com_world = world_from_inertia.position;
    const dvec3 com_velocity =
        at.linear_velocity_world +
        glm::cross(at.angular_velocity_world, com_world - at.world_from_body.position);
    const dvec3 spin = glm::conjugate(world_from_inertia.rotation) * at.angular_velocity_world;
    const dvec3 spin_momentum = body.mass.principal_inertia * spin;  // principal axes

    sum.kinetic_j +=
        0.5 * mass_kg * glm::dot(com_velocity, com_velocity) + 0.5 * glm::dot(spin, spin_momentum);
    sum.potential_j -= mass_kg * glm::dot(scene.physics.gravity_m_s2, com_world);
    sum.momentum_kg_m_s += mass_kg * com_velocity;
    sum.angular_momentum +=
        glm::cross(com_world, mass_kg * com_velocity) + world_from_inertia.rotate(spin_momentum);
  }
  return sum;
}

}  // namespace diorama
