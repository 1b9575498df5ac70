// Joints and actuators, against closed forms.
#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include "tests/conformance/physics_fixture.h"

namespace diorama {
namespace {

// Semi-implicit integration at 960 Hz: the energy of a pendulum swings by 1.7e-3 m g L at 1 ms
// (design page physics, section 6), and its period is right to the square of the step.
constexpr double kPendulumEnergy = 3e-3;
constexpr double kPeriodError = 1e-3;
// First order integration: error of a velocity or position after t is about acceleration * dt * t
// / 2.
constexpr double kFirstOrder = 2e-3;
// A limit is soft in MuJoCo: it gives way by about a millimetre under these loads.
constexpr double kLimitError = 2e-3;

/// A rod of length 1 m that hangs from a hinge at its upper end, about y, tilted by `angle` toward
/// +x... at rest.
BodyId pendulum(SceneBuilder& builder, double angle, JointType type) {
  const dquat tilt = glm::angleAxis(-angle, dvec3(0, 1, 0));
  Joint joint;
  joint.type = type;
  joint.anchor_body = {0.0, 0.0, 0.5};
  joint.axis_body = {0.0, 1.0, 0.0};
  return builder.jointed_body("rod", BodyId(), {tilt * dvec3(0, 0, -0.5), tilt}, ShapeType::kBox,
                              dvec3(0.02, 0.03, 0.5), builder.material(0.5, 0.0), joint);
}

/// Period of a physical pendulum that starts at rest at `angle`, by the arithmetic-geometric mean
/// (Gauss).
double pendulum_period(const MassProperties& mass, double angle) {
  const double arm = 0.5;
  const double inertia = mass.principal_inertia.y + mass.mass_kg * arm * arm;
  double a = 1.0;
  double b = std::cos(0.5 * angle);
  for (int i = 0; i < 10; ++i) {
    const double mean = 0.5 * (a + b);
    b = std::sqrt(a * b);
    a = mean;
  }
  return 2.0 * std::numbers::pi * std::sqrt(inertia / (mass.mass_kg * kGravity * arm)) / a;
}

TEST_CASE("A pendulum on a hinge or ball swings with its period and keeps its energy") {
  for (const Engine& engine : engines()) {
    for (const JointType type : {JointType::kHinge, JointType::kBall}) {
      CAPTURE(engine.capabilities.engine);
      CAPTURE(static_cast<int>(type));
      const double angle = 1.0;
      SceneBuilder builder;
      const BodyId rod = pendulum(builder, angle, type);
      Run run(engine, builder.build());
      const MassProperties& mass = run.scene().bodies[rod.index].mass;
      const Mechanics start = run.mechanics();
      double worst = 0.0;
      double last_x = run.body(rod).world_from_body.position.x;
      double last_rise = -1.0, first_rise = -1.0;
      int rises = 0;
      while (run.state().time_s < 10.0) {
        run.step(1);
        const Mechanics now = run.mechanics();
        worst = std::max(
            worst, std::abs(now.kinetic_j + now.potential_j - start.kinetic_j - start.potential_j));
        const double x = run.body(rod).world_from_body.position.x;
        if (last_x < 0.0 && x >= 0.0) {
          last_rise = run.state().time_s - run.dt() * x / (x - last_x);
          if (first_rise < 0.0) first_rise = last_rise;
          ++rises;
        }
        last_x = x;
      }
      CHECK(worst < kPendulumEnergy * mass.mass_kg * kGravity * 0.5);
      REQUIRE(rises > 3);
      CHECK((last_rise - first_rise) / (rises - 1) ==
            doctest::Approx(pendulum_period(mass, angle)).epsilon(kPeriodError));
      // The pivot stays where it is.
      CHECK(glm::length(run.body(rod).world_from_body.transform_point({0, 0, 0.5})) < 1e-9);
    }
  }
}

TEST_CASE("The position of a ball joint is the rotation from its initial pose") {
  for (const Engine& engine : engines()) {
    CAPTURE(engine.capabilities.engine);
    SceneBuilder builder;
    const BodyId rod = pendulum(builder, 0.8, JointType::kBall);
    builder.scene().bodies[rod.index].mass.body_from_inertia.rotation =
        builder.scene().bodies[rod.index].mass.body_from_inertia.rotation *
        glm::angleAxis(0.5 * std::numbers::pi, dvec3(0, 0, 1));
    std::swap(builder.scene().bodies[rod.index].mass.principal_inertia.x,
              builder.scene().bodies[rod.index].mass.principal_inertia.y);
    Run run(engine, builder.build());
    const dquat first = run.body(rod).world_from_body.rotation;
    run.step_seconds(0.4);
    const std::vector<double>& q = run.state().qpos;
    REQUIRE(q.size() == 4);
    const dquat expected = glm::conjugate(first) * run.body(rod).world_from_body.rotation;
    CHECK(std::abs(glm::dot(expected, quat_wxyz(q[0], q[1], q[2], q[3]))) > 1.0 - 1e-9);
    CHECK(std::abs(q[2]) > 0.05);  // it turns about y
    const dvec3 spin_child = glm::conjugate(run.body(rod).world_from_body.rotation) *
                             run.body(rod).angular_velocity_world;
    CHECK(glm::length(dvec3(run.state().qvel[0], run.state().qvel[1], run.state().qvel[2]) -
                      spin_child) < 1e-6);
  }
}

TEST_CASE("The state before the first step is that of forward kinematics") {
  for (const Engine& engine : engines()) {
    CAPTURE(engine.capabilities.engine);
    SceneBuilder builder;
    const MaterialId material = builder.material(0.5, 0.0);
    Joint shoulder;
    shoulder.type = JointType::kHinge;
    shoulder.anchor_body = {0.0, 0.1, 0.5};
    shoulder.axis_body = glm::normalize(dvec3(1, 2, 3));
    shoulder.initial_position = 0.7;
    shoulder.initial_velocity = 1.5;
    const BodyId upper = builder.jointed_body("upper", BodyId(), at(1, 0, 2), ShapeType::kBox,
                                              dvec3(0.1, 0.1, 0.5), material, shoulder);
    Joint elbow;
    elbow.type = JointType::kSlide;
    elbow.axis_body = glm::normalize(dvec3(0, -1, 1));
    elbow.initial_position = -0.3;
    elbow.initial_velocity = 2.0;
    const BodyId lower = builder.jointed_body("lower", upper, at(1, 0.5, 1), ShapeType::kBox,
                                              dvec3(0.1), material, elbow);
    Joint second = elbow;  // two joints on one body
    second.name = "lower/second";
    second.body = lower;
    second.type = JointType::kHinge;
    second.anchor_body = {0.1, 0.2, 0.3};
    second.initial_position = 0.4;
    builder.scene().joints.push_back(second);
    const Scene scene = builder.build();
    const State expected = initial_state(scene);
    Run run(engine, scene);
    for (const BodyId body : {upper, lower}) {
      const BodyState& want = expected.bodies[body.index];
      const BodyState& got = run.body(body);
      CHECK(glm::length(want.world_from_body.position - got.world_from_body.position) < 1e-9);
      CHECK(std::abs(glm::dot(want.world_from_body.rotation, got.world_from_body.rotation)) >
            1.0 - 1e-12);
      CHECK(glm::length(want.linear_velocity_world - got.linear_velocity_world) < 1e-9);
      CHECK(glm::length(want.angular_velocity_world - got.angular_velocity_world) < 1e-9);
    }
    CHECK(run.state().qpos == expected.qpos);
    CHECK(run.state().qvel == expected.qvel);
  }
}

TEST_CASE("A double pendulum keeps its energy, and its parts do not collide with their parents") {
  for (const Engine& engine : engines()) {
    CAPTURE(engine.capabilities.engine);
    SceneBuilder builder;
    const BodyId upper = pendulum(builder, 0.5, JointType::kHinge);
    const dquat tilt = glm::angleAxis(-1.2, dvec3(0, 1, 0));
    const dvec3 elbow_world = glm::angleAxis(-0.5, dvec3(0, 1, 0)) * dvec3(0, 0, -1.0);
    Joint elbow;
    elbow.type = JointType::kHinge;
    elbow.anchor_body = {0.0, 0.0, 0.5};
    elbow.axis_body = {0.0, 1.0, 0.0};
    const BodyId lower = builder.jointed_body(
        "lower", upper, {elbow_world - tilt * dvec3(0, 0, 0.5), tilt}, ShapeType::kBox,
        dvec3(0.02, 0.03, 0.5), builder.material(0.5, 0.0), elbow);
    Run run(engine, builder.build());
    const Mechanics start = run.mechanics();
    const double scale = run.scene().bodies[lower.index].mass.mass_kg * kGravity;
    double worst = 0.0;
    for (int i = 0; i < 500; ++i) {
      run.step_seconds(0.01);
      const Mechanics now = run.mechanics();
      worst = std::max(
          worst, std::abs(now.kinetic_j + now.potential_j - start.kinetic_j - start.potential_j));
      REQUIRE(run.state().contacts.empty());
    }
    CHECK(worst < 0.02 * scale);  // two coupled rods swing faster than one: a few times its error
    const dvec3 gap = run.body(upper).world_from_body.transform_point({0, 0, -0.5}) -
                      run.body(lower).world_from_body.transform_point({0, 0, 0.5});
    CHECK(glm::length(gap) < 1e-9);
  }
}

/// A 1 kg cube on a slide along x, without gravity.
BodyId slider(SceneBuilder& builder, Joint joint) {
  builder.scene().physics.gravity_m_s2 = dvec3(0.0);
  joint.type = JointType::kSlide;
  joint.axis_body = {1.0, 0.0, 0.0};
  joint.name = "slide";
  return builder.jointed_body("cart", BodyId(), at(0, 0, 0), ShapeType::kBox, dvec3(0.05),
                              builder.material(0.5, 0.0), joint);
}

TEST_CASE("A slide with a spring swings as a cosine") {
  for (const Engine& engine : engines()) {
    CAPTURE(engine.capabilities.engine);
    SceneBuilder builder;
    Joint joint;
    joint.stiffness = 40.0;
    joint.initial_position = 0.2;
    slider(builder, joint);
    Run run(engine, builder.build());
    run.step_seconds(2.0);
    CHECK(std::abs(run.state().qpos[0] - 0.2 * std::cos(std::sqrt(40.0) * 2.0)) < 0.2 * 0.01);
  }
}

TEST_CASE("Damping slows a joint exponentially and never throws it about") {
  for (const Engine& engine : engines()) {
    CAPTURE(engine.capabilities.engine);
    SceneBuilder builder;
    Joint joint;
    joint.damping = 2.0;
    joint.initial_velocity = 1.0;
    slider(builder, joint);
    Run run(engine, builder.build());
    run.step_seconds(1.0);
    CHECK(run.state().qvel[0] == doctest::Approx(std::exp(-2.0)).epsilon(2.0 * kFirstOrder));

    SceneBuilder stiff;
    joint.damping = 1e5;  // explicit damping would explode at 2 m / dt = 1920
    slider(stiff, joint);
    Run held(engine, stiff.build());
    held.step_seconds(0.1);
    CHECK(std::abs(held.state().qvel[0]) < 1e-3);
    CHECK(std::abs(held.state().qpos[0]) < 1e-3);
  }
}

TEST_CASE("A joint stops at its limits") {
  for (const Engine& engine : engines()) {
    for (const double speed : {1.0, -3.0}) {
      CAPTURE(engine.capabilities.engine);
      CAPTURE(speed);
      SceneBuilder builder;
      Joint joint;
      joint.limited = true;
      joint.lower = -0.5;
      joint.upper = 0.3;
      joint.damping = 0.5;
      joint.initial_velocity = speed;
      const BodyId cart = slider(builder, joint);
      builder.scene().physics.gravity_m_s2 = {speed > 0 ? 5.0 : -5.0, 0.0, 0.0};
      for (Shape& shape : builder.scene().shapes)
        shape.collides = false;  // a joint needs no collider
      Run run(engine, builder.build());
      double beyond = 0.0;
      for (int i = 0; i < 300; ++i) {
        run.step_seconds(0.01);
        beyond = std::max({beyond, run.state().qpos[0] - 0.3, -0.5 - run.state().qpos[0]});
      }
      CHECK(beyond < 0.02);
      CHECK(std::abs(run.state().qpos[0] - (speed > 0 ? 0.3 : -0.5)) < kLimitError);
      CHECK(run.body(cart).world_from_body.position.x == doctest::Approx(run.state().qpos[0]));
    }
  }
}

TEST_CASE("A motor's force accelerates by force over mass plus armature, up to its limit") {
  for (const Engine& engine : engines()) {
    for (const double armature : {0.0, 3.0}) {
      for (const double limit : {0.0, 5.0}) {
        CAPTURE(engine.capabilities.engine);
        CAPTURE(armature);
        CAPTURE(limit);
        SceneBuilder builder;
        Joint joint;
        joint.armature = armature;
        slider(builder, joint);
        builder.scene().physics.gravity_m_s2 = {0.0, 0.0, -kGravity};
        Actuator motor;
        motor.name = "motor";
        motor.joint = JointId(0);
        motor.control_lower = -4.0;
        motor.control_upper = 6.0;
        motor.gear = 2.0;
        motor.force_limit = limit;
        builder.scene().actuators.push_back(motor);
        Run run(engine, builder.build());
        const double action[] = {0.5};  // control 3.5, force 7
        run.world().set_action(action);
        run.step_seconds(1.0);
        const double force = limit > 0.0 ? 5.0 : 7.0;
        CHECK(run.state().qvel[0] == doctest::Approx(force / (1.0 + armature)).epsilon(1e-6));
      }
    }
  }
}

TEST_CASE("A hinge turns by torque over inertia plus armature, against gravity too") {
  for (const Engine& engine : engines()) {
    for (const double armature : {0.0, 0.5}) {
      CAPTURE(engine.capabilities.engine);
      CAPTURE(armature);
      SceneBuilder builder;
      Joint joint;
      joint.type = JointType::kHinge;
      joint.axis_body = {0.0, 0.0, 1.0};
      joint.anchor_body = {0.3, 0.0, 0.0};
      joint.armature = armature;
      const BodyId arm =
          builder.jointed_body("arm", BodyId(), at(0, 0, 1), ShapeType::kBox,
                               dvec3(0.3, 0.05, 0.05), builder.material(0.5, 0.0), joint);
      Actuator motor;
      motor.name = "motor";
      motor.joint = JointId(0);
      builder.scene().actuators.push_back(motor);
      Run run(engine, builder.build());
      const double action[] = {1.0};
      run.world().set_action(action);
      run.step_seconds(0.5);
      const MassProperties& mass = run.scene().bodies[arm.index].mass;
      const dvec3 inertia = mass.principal_inertia;
      // The largest principal inertia of a long box is about a short axis; y and z are equal here.
      const double about_z =
          std::max({inertia.x, inertia.y, inertia.z}) + mass.mass_kg * 0.09 + armature;
      CHECK(run.state().qvel[0] == doctest::Approx(0.5 / about_z).epsilon(1e-6));
    }
  }
}

TEST_CASE("Servos reach their targets") {
  for (const Engine& engine : engines()) {
    for (const bool position : {true, false}) {
      CAPTURE(engine.capabilities.engine);
      CAPTURE(position);
      SceneBuilder builder;
      slider(builder, Joint{});
      Actuator servo;
      servo.name = "servo";
      servo.joint = JointId(0);
      servo.type = position ? ActuatorType::kPosition : ActuatorType::kVelocity;
      servo.control_lower = -0.4;
      servo.control_upper = 0.4;
      servo.gain = position ? 100.0 : 20.0;
      servo.damping_gain = position ? 20.0 : 0.0;
      servo.force_limit = 50.0;
      builder.scene().actuators.push_back(servo);
      Run run(engine, builder.build());
      const double action[] = {0.5};
      run.world().set_action(action);
      run.step_seconds(3.0);
      CHECK((position ? run.state().qpos[0] : run.state().qvel[0]) ==
            doctest::Approx(0.2).epsilon(1e-3));
      if (position) CHECK(std::abs(run.state().qvel[0]) < 1e-4);
    }
  }
}

TEST_CASE(
    "A free articulation's inner forces change neither its momentum nor its angular momentum") {
  for (const Engine& engine : engines()) {
    CAPTURE(engine.capabilities.engine);
    SceneBuilder builder;
    builder.scene().physics.gravity_m_s2 = dvec3(0.0);
    const MaterialId material = builder.material(0.5, 0.0);
    const BodyId trunk = builder.body("trunk", Motion::kDynamic, at(0, 0, 0), ShapeType::kBox,
                                      dvec3(0.2, 0.1, 0.05), material);
    builder.scene().bodies[trunk.index].initial_linear_velocity_world = {0.3, -0.2, 0.1};
    builder.scene().bodies[trunk.index].initial_angular_velocity_world = {0.5, 1.0, -0.4};
    Joint joint;
    joint.type = JointType::kHinge;
    joint.anchor_body = {-0.15, 0.0, 0.0};
    joint.axis_body = {0.0, 1.0, 0.0};
    const BodyId arm = builder.jointed_body("arm", trunk, at(0.35, 0, 0), ShapeType::kBox,
                                            dvec3(0.15, 0.04, 0.03), material, joint);
    Actuator motor;
    motor.name = "motor";
    motor.joint = JointId(1);
    builder.scene().actuators.push_back(motor);
    Run run(engine, builder.build());
    const Mechanics before = run.mechanics();
    const double action[] = {0.2};
    run.world().set_action(action);
    run.step_seconds(1.0);
    const Mechanics after = run.mechanics();
    CHECK(std::abs(run.state().qvel[6]) > 0.1);
    // First order integration turns the axes within a step: momentum errors of the order of the
    // step.
    CHECK(glm::length(after.momentum_kg_m_s - before.momentum_kg_m_s) <
          0.01 * glm::length(before.momentum_kg_m_s));
    CHECK(glm::length(after.angular_momentum - before.angular_momentum) <
          0.01 * glm::length(before.angular_momentum) + 1e-4);
    const dvec3 pivot_gap = run.body(trunk).world_from_body.transform_point({0.2, 0, 0}) -
                            run.body(arm).world_from_body.transform_point({-0.15, 0, 0});
    CHECK(glm::length(pivot_gap) < 1e-9);
  }
}

TEST_CASE("An articulation that falls on the floor rests there with its whole weight") {
  for (const Engine& engine : engines()) {
    CAPTURE(engine.capabilities.engine);
    SceneBuilder builder;
    const MaterialId material = builder.material(0.8, 0.0);
    builder.floor(material);
    const BodyId trunk = builder.body("trunk", Motion::kDynamic, at(0, 0, 0.15), ShapeType::kBox,
                                      dvec3(0.2, 0.1, 0.05), material);
    Joint joint;
    joint.type = JointType::kHinge;
    joint.anchor_body = {-0.15, 0.0, 0.0};
    joint.axis_body = {0.0, 1.0, 0.0};
    joint.damping = 0.05;
    const BodyId arm = builder.jointed_body("arm", trunk, at(0.36, 0, 0.15), ShapeType::kBox,
                                            dvec3(0.15, 0.1, 0.05), material, joint);
    Run run(engine, builder.build());
    run.step_seconds(3.0);
    run.step_seconds(0.1);
    double force = 0.0;
    for (const Contact& contact : run.state().contacts) force += contact.force_world_n.z;
    const double weight = kGravity * (run.scene().bodies[trunk.index].mass.mass_kg +
                                      run.scene().bodies[arm.index].mass.mass_kg);
    CHECK(force == doctest::Approx(weight).epsilon(0.02));
    CHECK(std::abs(run.body(trunk).world_from_body.position.z - 0.05) < 2e-3);
    CHECK(std::abs(run.body(arm).world_from_body.position.z - 0.05) < 2e-3);
  }
}

TEST_CASE("A body welded to another moves as a part of it") {
  for (const Engine& engine : engines()) {
    CAPTURE(engine.capabilities.engine);
    SceneBuilder builder;
    const MaterialId material = builder.material(0.5, 0.0);
    const BodyId trunk =
        builder.body("trunk", Motion::kDynamic, at(0, 0, 0), ShapeType::kBox, dvec3(0.1), material);
    builder.scene().bodies[trunk.index].initial_angular_velocity_world = {0.0, 0.0, 3.0};
    const BodyId tip = builder.jointed_body("tip", trunk, at(0.3, 0, 0), ShapeType::kBox,
                                            dvec3(0.1), material, Joint{});
    builder.scene().joints.pop_back();
    builder.scene().physics.gravity_m_s2 = dvec3(0.0);
    Run run(engine, builder.build());
    const Mechanics before = run.mechanics();
    run.step_seconds(1.0);
    CHECK(glm::length(run.body(tip).world_from_body.position -
                      run.body(trunk).world_from_body.position) ==
          doctest::Approx(0.3).epsilon(1e-9));
    CHECK(run.body(tip).angular_velocity_world.z == doctest::Approx(3.0).epsilon(1e-3));
    CHECK(run.mechanics().kinetic_j == doctest::Approx(before.kinetic_j).epsilon(0.01));
    CHECK(run.state().contacts.empty());
  }
}

}  // namespace
}  // namespace diorama
