// What an interactive user does to a running world: forces on bodies, and going back to a state.
#include <doctest/doctest.h>

#include <cmath>

#include "tests/conformance/physics_fixture.h"

namespace diorama {
namespace {

// Semi-implicit steps under a constant force add the same speed each: exact up to rounding.
constexpr double kExact = 1e-9;
// A solver that starts anew meets the same contacts without its warm start.
constexpr double kResumedErrorM = 2e-3;

TEST_CASE("a force off the centre pushes and turns a free body by force / m and torque / I, for one step() alone") {
  for (const Engine& engine : engines()) {
    CAPTURE(engine.capabilities.engine);
    SceneBuilder builder;
    builder.scene().physics.gravity_m_s2 = dvec3(0.0);
    const BodyId box = builder.body("box", Motion::kDynamic, at(1, 2, 3), ShapeType::kBox, dvec3(0.1, 0.2, 0.3),
                                    builder.material(0.5, 0.0));
    Run run(engine, builder.build());
    const MassProperties& mass = run.scene().bodies[box.index].mass;
    const dvec3 force(0.5, -0.25, 0.0);
    const dvec3 lever(0.0, 0.2, 0.0);
    run.world().add_force(box, 0.5 * force, dvec3(1, 2, 3) + lever);
    run.world().add_force(box, 0.5 * force, dvec3(1, 2, 3) + lever);
    run.step(1);
    const dvec3 velocity = force * run.dt() / mass.mass_kg;
    CHECK(glm::length(run.body(box).linear_velocity_world - velocity) < kExact);
    const dvec3 torque = glm::cross(lever, force);  // about z, a principal axis
    const double inertia_z = mass.mass_kg / 3.0 * (0.1 * 0.1 + 0.2 * 0.2);
    CHECK(run.body(box).angular_velocity_world.z == doctest::Approx(torque.z * run.dt() / inertia_z).epsilon(1e-6));
    run.step(10);
    CHECK(glm::length(run.body(box).linear_velocity_world - velocity) < kExact);
  }
}

TEST_CASE("a force that carries a body's weight keeps it in the air") {
  for (const Engine& engine : engines()) {
    CAPTURE(engine.capabilities.engine);
    SceneBuilder builder;
    const MaterialId material = builder.material(0.5, 0.0);
    const BodyId ball = builder.body("ball", Motion::kDynamic, at(0, 0, 1), ShapeType::kSphere, dvec3(0.1), material);
    const BodyId floor = builder.floor(material);
    Run run(engine, builder.build());
    const double weight_n = run.scene().bodies[ball.index].mass.mass_kg * kGravity;
    run.world().add_force(ball, {0, 0, weight_n}, {0, 0, 1});
    run.world().add_force(floor, {0, 0, 1e9}, {0, 0, 0});  // static: no notice
    run.step(100);
    CHECK(std::abs(run.body(ball).world_from_body.position.z - 1.0) < kExact);
    run.step(1);
    CHECK(run.body(ball).linear_velocity_world.z == doctest::Approx(-kGravity * run.dt()));
  }
}

TEST_CASE("a force on a link turns its hinge") {
  for (const Engine& engine : engines()) {
    CAPTURE(engine.capabilities.engine);
    SceneBuilder builder;
    builder.scene().physics.gravity_m_s2 = dvec3(0.0);
    Joint joint;
    joint.type = JointType::kHinge;
    joint.anchor_body = {0.0, 0.0, 0.5};
    joint.axis_body = {0.0, 1.0, 0.0};
    const BodyId rod = builder.jointed_body("rod", BodyId(), at(0, 0, -0.5), ShapeType::kBox, dvec3(0.02, 0.03, 0.5),
                                            builder.material(0.5, 0.0), joint);
    Run run(engine, builder.build());
    const MassProperties& mass = run.scene().bodies[rod.index].mass;
    run.world().add_force(rod, {1.0, 0.0, 0.0}, {0.0, 0.0, -1.0});  // at the free end, 1 m below the hinge
    run.step(1);
    const double inertia = mass.mass_kg / 3.0 * (0.02 * 0.02 + 0.5 * 0.5) + mass.mass_kg * 0.25;
    CHECK(run.state().qvel[0] == doctest::Approx(-run.dt() / inertia).epsilon(1e-4));
  }
}

/// A tumbling body, a hinge, a ball joint and a pile on the floor.
Scene busy_scene() {
  SceneBuilder builder;
  const MaterialId material = builder.material(0.6, 0.0);
  builder.floor(material);
  const BodyId book =
      builder.body("book", Motion::kDynamic, at(2, 0, 5), ShapeType::kBox, dvec3(0.15, 0.1, 0.03), material);
  builder.scene().bodies[book.index].initial_angular_velocity_world = {0.1, 5.0, 0.1};
  Joint hinge;
  hinge.type = JointType::kHinge;
  hinge.anchor_body = {0.0, 0.0, 0.5};
  hinge.axis_body = {0.0, 1.0, 0.0};
  hinge.initial_position = 0.7;
  builder.jointed_body("hinge", BodyId(), at(-2, 0, 3), ShapeType::kBox, dvec3(0.02, 0.03, 0.5), material, hinge);
  Joint ball = hinge;
  ball.type = JointType::kBall;
  const dquat tilt = glm::angleAxis(0.8, glm::normalize(dvec3(1, 1, 0)));
  builder.jointed_body("ball", BodyId(), {dvec3(-4, 0, 3), tilt}, ShapeType::kBox, dvec3(0.02, 0.05, 0.5), material,
                       ball);
  builder.body("low", Motion::kDynamic, at(0, 0, 0.1), ShapeType::kBox, dvec3(0.2, 0.2, 0.1), material);
  builder.body("high", Motion::kDynamic, at(0.02, 0, 0.3), ShapeType::kBox, dvec3(0.1, 0.1, 0.1), material);
  return builder.build();
}

TEST_CASE("a world put back to a state is in it, and goes on as it did before") {
  for (const Engine& engine : engines()) {
    CAPTURE(engine.capabilities.engine);
    Run run(engine, busy_scene());
    run.step(240);
    const State kept = run.state();
    run.step(240);
    const State later = run.state();
    REQUIRE(run.world().set_state(kept).ok());
    CHECK(run.world().num_steps() == 240);
    State back;
    run.world().read_state(back);
    CHECK(back.time_s == doctest::Approx(kept.time_s));
    for (std::size_t i = 0; i < kept.qpos.size(); ++i) CHECK(std::abs(back.qpos[i] - kept.qpos[i]) < kExact);
    for (std::size_t i = 0; i < kept.qvel.size(); ++i) CHECK(std::abs(back.qvel[i] - kept.qvel[i]) < kExact);
    for (std::size_t b = 0; b < kept.bodies.size(); ++b) {
      CAPTURE(run.scene().bodies[b].name);
      CHECK(glm::length(back.bodies[b].world_from_body.position - kept.bodies[b].world_from_body.position) < kExact);
    }
    run.step(240);
    for (std::size_t b = 0; b < kept.bodies.size(); ++b) {
      CAPTURE(run.scene().bodies[b].name);
      CHECK(glm::length(run.state().bodies[b].world_from_body.position - later.bodies[b].world_from_body.position) <
            kResumedErrorM);
    }
  }
}

TEST_CASE("a rejected world can be put back and stepped again") {
  for (const Engine& engine : engines()) {
    CAPTURE(engine.capabilities.engine);
    SceneBuilder builder;
    Joint joint;
    joint.type = JointType::kSlide;
    joint.axis_body = {1.0, 0.0, 0.0};
    joint.stiffness = 5e6;  // stiffness dt^2 / m = 5.4, above 4: grows step by step
    joint.initial_position = 0.1;
    builder.jointed_body("cart", BodyId(), at(0, 0, 0), ShapeType::kBox, dvec3(0.05), builder.material(0.5, 0.0),
                         joint);
    const Scene scene = builder.build();
    auto world = engine.make(scene);
    REQUIRE(world.ok());
    State start;
    (*world)->read_state(start);
    REQUIRE((*world)->step(10000, nullptr).code() == Code::kRejected);
    REQUIRE((*world)->set_state(start).ok());
    CHECK((*world)->step(1, nullptr).ok());
    CHECK((*world)->num_steps() == 1);
  }
}

}  // namespace
}  // namespace diorama
