// Bodies that touch nothing, against closed forms.
#include <doctest/doctest.h>

#include <cmath>

#include "tests/conformance/physics_fixture.h"

namespace diorama {
namespace {

// A body whose origin is off its centre: MuJoCo integrates the speed of the origin, first order in
// spin * dt = 2e-3.
constexpr double kOffCentreError = 2e-3;

// Both engines step semi-implicitly; the discrete formula then holds up to rounding.
constexpr double kDiscreteErrorM = 1e-9;

// Dzhanibekov over 10 s at 960 Hz: first order integration drifts by 0.7 % per 10 s at a similar
// spin (design page physics, section 6), 1.2 % for this book; without gyroscopic force it would not
// flip at all.
constexpr double kTumblingEnergyDrift = 0.02;

TEST_CASE("A body falls and flies as the discrete formula says") {
  for (const Engine& engine : engines()) {
    CAPTURE(engine.capabilities.engine);
    SceneBuilder builder;
    const MaterialId material = builder.material(0.5, 0.0);
    const BodyId ball = builder.body("ball", Motion::kDynamic, at(0, 0, 10), ShapeType::kSphere,
                                     dvec3(0.1), material);
    builder.scene().bodies[ball.index].initial_linear_velocity_world = {3.0, -2.0, 1.0};
    Run run(engine, builder.build());
    const int n = 960;
    run.step(n);
    const double dt = run.dt();
    const BodyState& now = run.body(ball);
    CHECK(std::abs(now.world_from_body.position.x - 3.0 * n * dt) < kDiscreteErrorM);
    CHECK(std::abs(now.world_from_body.position.y + 2.0 * n * dt) < kDiscreteErrorM);
    const double z = 10.0 + 1.0 * n * dt - 0.5 * kGravity * dt * dt * n * (n + 1.0);
    CHECK(std::abs(now.world_from_body.position.z - z) < kDiscreteErrorM);
    CHECK(std::abs(now.linear_velocity_world.z - (1.0 - kGravity * n * dt)) < kDiscreteErrorM);
    CHECK(run.world().num_steps() == n);
    CHECK(run.state().time_s == doctest::Approx(1.0));
    CHECK(run.state().contacts.empty());
  }
}

TEST_CASE("The origin of a body moves on the circle around its centre of mass") {
  for (const Engine& engine : engines()) {
    CAPTURE(engine.capabilities.engine);
    SceneBuilder builder;
    builder.scene().physics.gravity_m_s2 = dvec3(0.0);
    const MaterialId material = builder.material(0.5, 0.0);
    const BodyId body = builder.body("hammer", Motion::kDynamic, at(1, 2, 3), ShapeType::kBox,
                                     dvec3(0.1), material);
    builder.add_shape(body, at(0.4, 0, 0), ShapeType::kBox, dvec3(0.1),
                      material);  // com at x = 0.2
    const double spin = 2.0;
    Body& source = builder.scene().bodies[body.index];
    source.initial_angular_velocity_world = {0.0, 0.0, spin};
    source.initial_linear_velocity_world = {0.0, -spin * 0.2, 0.0};  // com at rest
    Run run(engine, builder.build());
    CHECK(run.body(body).linear_velocity_world.y == doctest::Approx(-spin * 0.2));
    run.step_seconds(1.0);
    const double angle = spin * 1.0;
    const BodyState& now = run.body(body);
    CHECK(now.world_from_body.position.x ==
          doctest::Approx(1.2 - 0.2 * std::cos(angle)).epsilon(kOffCentreError));
    CHECK(now.world_from_body.position.y ==
          doctest::Approx(2.0 - 0.2 * std::sin(angle)).epsilon(kOffCentreError));
    CHECK(now.linear_velocity_world.x ==
          doctest::Approx(spin * 0.2 * std::sin(angle)).epsilon(2.0 * kOffCentreError));
    CHECK(glm::length(run.mechanics().momentum_kg_m_s) <
          kOffCentreError * run.scene().bodies[body.index].mass.mass_kg * spin * 0.2);
    // Free joint: position is that of the origin, angular velocity in body axes.
    CHECK(run.state().qpos[0] == doctest::Approx(now.world_from_body.position.x));
    CHECK(std::abs(run.state().qpos[3]) == doctest::Approx(std::cos(0.5 * angle)).epsilon(1e-4));
    CHECK(run.state().qvel[1] == doctest::Approx(now.linear_velocity_world.y));
    CHECK(run.state().qvel[5] == doctest::Approx(spin));
  }
}

TEST_CASE("A book thrown about its middle axis tumbles and keeps its energy") {
  for (const Engine& engine : engines()) {
    CAPTURE(engine.capabilities.engine);
    SceneBuilder builder;
    builder.scene().physics.gravity_m_s2 = dvec3(0.0);
    const BodyId book = builder.body("book", Motion::kDynamic, at(0, 0, 0), ShapeType::kBox,
                                     dvec3(0.15, 0.10, 0.03), builder.material(0.5, 0.0));
    builder.scene().bodies[book.index].initial_angular_velocity_world = {0.01, 5.0, 0.01};
    Run run(engine, builder.build());
    const Mechanics before = run.mechanics();
    double lowest = 5.0;
    double worst_drift = 0.0;
    for (int i = 0; i < 100; ++i) {
      run.step_seconds(0.1);
      const BodyState& now = run.body(book);
      const dvec3 spin_body =
          glm::conjugate(now.world_from_body.rotation) * now.angular_velocity_world;
      lowest = std::min(lowest, spin_body.y);
      worst_drift = std::max(
          worst_drift, std::abs(run.mechanics().kinetic_j - before.kinetic_j) / before.kinetic_j);
    }
    CHECK(lowest < -4.5);  // it flipped over: Dzhanibekov
    CHECK(worst_drift < kTumblingEnergyDrift);
    CHECK(glm::length(run.mechanics().angular_momentum - before.angular_momentum) <
          kTumblingEnergyDrift * glm::length(before.angular_momentum));
  }
}

TEST_CASE("Two half boxes turn as the whole box does") {
  for (const Engine& engine : engines()) {
    CAPTURE(engine.capabilities.engine);
    SceneBuilder builder;
    builder.scene().physics.gravity_m_s2 = dvec3(0.0);
    const MaterialId material = builder.material(0.5, 0.0);
    const dvec3 half(0.05, 0.1, 0.2);
    const BodyId whole =
        builder.body("whole", Motion::kDynamic, at(0, 0, 0), ShapeType::kBox, half, material);
    const dvec3 part(0.05, 0.1, 0.1);
    const BodyId pieces =
        builder.body("pieces", Motion::kDynamic, at(5, 0, 0), ShapeType::kBox, part, material);
    builder.add_shape(pieces, at(0, 0, 0.2), ShapeType::kBox, part, material);  // com at z = 0.1
    const dvec3 spin(3.0, 1.0, 2.0);
    for (const BodyId body : {whole, pieces}) {
      builder.scene().bodies[body.index].initial_angular_velocity_world = spin;
    }
    const Scene scene = builder.build();
    const MassProperties& a = scene.bodies[whole.index].mass;
    const MassProperties& b = scene.bodies[pieces.index].mass;
    CHECK(a.mass_kg == doctest::Approx(b.mass_kg).epsilon(1e-12));
    Run run(engine, scene);
    run.step_seconds(2.0);
    const dvec3 difference =
        run.body(whole).angular_velocity_world - run.body(pieces).angular_velocity_world;
    CHECK(glm::length(difference) < 1e-6);
  }
}

}  // namespace
}  // namespace diorama
