#include "engine/physics/energy.h"

#include <doctest/doctest.h>

#include "tests/support/scene_builder.h"

namespace diorama {
namespace {

TEST_CASE("Energy and momentum of a moving, turning, shifted body") {
  SceneBuilder builder;
  const MaterialId material = builder.material(0.5, 0.0);
  builder.floor(material);
  const BodyId id = builder.body("body", Motion::kDynamic, {dvec3(1, 2, 3), identity_quat()},
                                 ShapeType::kSphere, dvec3(0.1), material);
  Body& body = builder.scene().bodies[id.index];
  body.mass.mass_kg = 2.0;
  body.mass.body_from_inertia.position = {0.5, 0.0, 0.0};
  body.mass.principal_inertia = {1.0, 2.0, 3.0};
  const Scene scene = builder.build();
  State state = initial_state(scene);
  state.bodies[id.index].linear_velocity_world = {1.0, 0.0, 0.0};
  state.bodies[id.index].angular_velocity_world = {0.0, 0.0, 4.0};
  const Mechanics sum = mechanics(scene, state);
  // The centre of mass moves with (1, 0, 0) + (0, 0, 4) x (0.5, 0, 0) = (1, 2, 0).
  CHECK(sum.kinetic_j == doctest::Approx(0.5 * 2.0 * 5.0 + 0.5 * 3.0 * 16.0));
  CHECK(sum.potential_j == doctest::Approx(2.0 * 9.81 * 3.0));
  CHECK(glm::length(sum.momentum_kg_m_s - dvec3(2, 4, 0)) < 1e-12);
  // (1.5, 2, 3) x (2, 4, 0) + (0, 0, 12)
  CHECK(glm::length(sum.angular_momentum - dvec3(-12, 6, 2 + 12)) < 1e-12);
}

TEST_CASE("Turning energy is taken about the principal axes") {
  SceneBuilder builder;
  const MaterialId material = builder.material(0.5, 0.0);
  const BodyId id =
      builder.body("body", Motion::kDynamic, {dvec3(0.0), glm::angleAxis(0.5, dvec3(1, 0, 0))},
                   ShapeType::kSphere, dvec3(0.1), material);
  Body& body = builder.scene().bodies[id.index];
  body.mass.mass_kg = 1.0;
  body.mass.body_from_inertia.rotation = glm::angleAxis(0.7, dvec3(1, 0, 0));
  body.mass.principal_inertia = {1.0, 2.0, 3.0};
  const Scene scene = builder.build();
  State state = initial_state(scene);
  // One radian per second about the second principal axis, in world axes.
  state.bodies[id.index].angular_velocity_world =
      glm::angleAxis(1.2, dvec3(1, 0, 0)) * dvec3(0, 1, 0);
  CHECK(mechanics(scene, state).kinetic_j == doctest::Approx(1.0));
}

}  // namespace
}  // namespace diorama
