// MujocoWorld with joints and actuators.
#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "engine/physics/mujoco/mujoco_world.h"
#include "tests/support/scene_builder.h"

namespace diorama {
namespace {

constexpr double kStepRateHz = 240.0;

std::unique_ptr<PhysicsWorld> make_world(const Scene& scene) {
  auto world = make_mujoco_world(scene);
  REQUIRE_MESSAGE(world.ok(), world.status().message());
  return std::move(*world);
}

State after(PhysicsWorld& world, int num_steps) {
  const Status status = world.step(num_steps, nullptr);
  REQUIRE_MESSAGE(status.ok(), status.message());
  State state;
  world.read_state(state);
  return state;
}

Joint joint_of(JointType type, dvec3 axis, dvec3 anchor = dvec3(0.0)) {
  Joint joint;
  joint.type = type;
  joint.axis_body = axis;
  joint.anchor_body = anchor;
  return joint;
}

// All joint types, bodies not in depth-first order, one body with three joints, one welded and one static parent.
Scene joint_zoo() {
  SceneBuilder builder;
  builder.scene().physics.step_rate_hz = kStepRateHz;
  const MaterialId material = builder.material(0.5, 0.0);
  const Pose tilted{dvec3(0, 0, 3), glm::angleAxis(0.4, glm::normalize(dvec3(1, 2, 3)))};
  const BodyId base = builder.body("base", Motion::kStatic, tilted, ShapeType::kBox, dvec3(0.2), material);

  Joint slide = joint_of(JointType::kSlide, dvec3(1, 0, 0));
  slide.initial_position = 0.3;
  slide.initial_velocity = -0.7;
  const BodyId cart = builder.jointed_body("cart", base, {dvec3(1, 0, 3), tilted.rotation}, ShapeType::kBox, dvec3(0.1), material, slide);

  const BodyId loose = builder.body("loose", Motion::kDynamic, {dvec3(5, 5, 5), glm::angleAxis(1.0, dvec3(0, 1, 0))},
                                    ShapeType::kBox, dvec3(0.1, 0.2, 0.3), material);
  builder.scene().bodies[loose.index].initial_linear_velocity_world = dvec3(1, 2, 3);
  builder.scene().bodies[loose.index].initial_angular_velocity_world = dvec3(-3, 2, 1);

  Joint hinge = joint_of(JointType::kHinge, glm::normalize(dvec3(0, 1, 1)), dvec3(0.1, 0, 0.4));
  hinge.initial_position = -0.8;
  hinge.initial_velocity = 2.5;
  const BodyId arm = builder.jointed_body("arm", cart, {dvec3(1.5, 0.2, 3), glm::angleAxis(-0.3, dvec3(1, 0, 0))},
                                          ShapeType::kBox, dvec3(0.1, 0.1, 0.4), material, hinge);
  // Two more joints on the arm, acting after the hinge.
  Scene& scene = builder.scene();
  Joint second = joint_of(JointType::kSlide, dvec3(0, 0, 1));
  second.name = "arm/second";
  second.body = arm;
  second.initial_position = 0.1;
  second.initial_velocity = 0.4;
  Joint third = joint_of(JointType::kHinge, dvec3(1, 0, 0), dvec3(0, 0.2, 0));
  third.name = "arm/third";
  third.body = arm;
  third.initial_position = 0.6;
  third.initial_velocity = -1.5;
  scene.joints.push_back(second);
  scene.joints.push_back(third);
  builder.jointed_body("hand", arm, {dvec3(1.5, 0.2, 2.4), identity_quat()}, ShapeType::kSphere, dvec3(0.1), material,
                       joint_of(JointType::kBall, dvec3(0, 0, 1), dvec3(0, 0, 0.1)));
  return builder.build();
}

void check_near(const dvec3& a, const dvec3& b, double tolerance = 1e-10) { CHECK(glm::length(a - b) < tolerance); }

TEST_CASE("the first state has the layout and the values of the scene's initial state") {
  const Scene scene = joint_zoo();
  auto world = make_world(scene);
  const State expected = initial_state(scene);
  State state;
  world->read_state(state);
  CHECK(state.time_s == 0.0);
  REQUIRE(state.qpos.size() == 1 + 7 + 3 + 4);
  REQUIRE(state.qvel.size() == 1 + 6 + 3 + 3);
  for (std::size_t i = 0; i < state.qpos.size(); ++i) CHECK(state.qpos[i] == doctest::Approx(expected.qpos[i]));
  for (std::size_t i = 0; i < state.qvel.size(); ++i) CHECK(state.qvel[i] == doctest::Approx(expected.qvel[i]));
  for (std::size_t b = 0; b < state.bodies.size(); ++b) {
    CAPTURE(scene.bodies[b].name);
    check_near(state.bodies[b].world_from_body.position, expected.bodies[b].world_from_body.position);
    CHECK(std::abs(glm::dot(state.bodies[b].world_from_body.rotation, expected.bodies[b].world_from_body.rotation)) ==
          doctest::Approx(1.0).epsilon(1e-12));
    check_near(state.bodies[b].linear_velocity_world, expected.bodies[b].linear_velocity_world);
    check_near(state.bodies[b].angular_velocity_world, expected.bodies[b].angular_velocity_world);
  }
}

TEST_CASE("velocities of links are the rates of change of their poses") {
  Scene scene = joint_zoo();
  scene.physics.step_rate_hz = 20000.0;
  auto world = make_world(scene);
  const State before = after(*world, 200);
  const State later = after(*world, 1);
  const double dt = 1.0 / 20000.0;
  for (std::size_t b = 0; b < scene.bodies.size(); ++b) {
    const dvec3 rate = (later.bodies[b].world_from_body.position - before.bodies[b].world_from_body.position) / dt;
    const dvec3 mean = 0.5 * (later.bodies[b].linear_velocity_world + before.bodies[b].linear_velocity_world);
    check_near(rate, mean, 5e-3);
  }
}

TEST_CASE("a welded body keeps its place on its parent") {
  SceneBuilder builder;
  builder.scene().physics.step_rate_hz = kStepRateHz;
  const MaterialId material = builder.material(0.5, 0.0);
  const BodyId box = builder.body("box", Motion::kDynamic, {dvec3(0, 0, 5), identity_quat()}, ShapeType::kBox, dvec3(0.1), material);
  builder.scene().bodies[box.index].initial_angular_velocity_world = dvec3(1, 2, 3);
  const BodyId hat = builder.jointed_body("hat", box, {dvec3(0, 0, 5.2), identity_quat()}, ShapeType::kBox, dvec3(0.1),
                                          material, joint_of(JointType::kHinge, dvec3(0, 0, 1)));
  builder.scene().joints.pop_back();
  const Scene scene = builder.build();
  auto world = make_world(scene);
  const State state = after(*world, 100);
  const Pose relative = inverse(state.bodies[box.index].world_from_body) * state.bodies[hat.index].world_from_body;
  check_near(relative.position, dvec3(0, 0, 0.2), 1e-12);
}

TEST_CASE("a joint limit in radians stops a hinge") {
  SceneBuilder builder;
  builder.scene().physics.step_rate_hz = kStepRateHz;
  const MaterialId material = builder.material(0.5, 0.0);
  Joint hinge = joint_of(JointType::kHinge, dvec3(0, 1, 0), dvec3(-0.5, 0, 0));
  hinge.limited = true;
  hinge.lower = -0.5;
  hinge.upper = 0.7;  // gravity turns it this way
  builder.jointed_body("door", BodyId(), {dvec3(0.5, 0, 2), identity_quat()}, ShapeType::kBox, dvec3(0.5, 0.05, 0.05), material, hinge);
  const Scene scene = builder.build();
  auto world = make_world(scene);
  CHECK(after(*world, 1200).qpos[0] == doctest::Approx(0.7).epsilon(0.02));
}

TEST_CASE("spring and damper bring a slide to rest where they balance gravity") {
  SceneBuilder builder;
  builder.scene().physics.step_rate_hz = kStepRateHz;
  const MaterialId material = builder.material(0.5, 0.0);
  Joint slide = joint_of(JointType::kSlide, dvec3(0, 0, 1));
  slide.stiffness = 100.0;
  slide.damping = 20.0;
  const BodyId body = builder.jointed_body("weight", BodyId(), {dvec3(0, 0, 2), identity_quat()}, ShapeType::kBox,
                                           dvec3(0.05), material, slide);
  const Scene scene = builder.build();
  auto world = make_world(scene);
  const double expected = -scene.bodies[body.index].mass.mass_kg * 9.81 / 100.0;
  CHECK(after(*world, 2400).qpos[0] == doctest::Approx(expected).epsilon(1e-6));
}

// One body on a slide without gravity, driven by `actuator`.
Scene driven_slide(Actuator actuator) {
  SceneBuilder builder;
  builder.scene().physics.step_rate_hz = kStepRateHz;
  const MaterialId material = builder.material(0.5, 0.0);
  builder.jointed_body("cart", BodyId(), {dvec3(0, 0, 2), identity_quat()}, ShapeType::kBox, dvec3(0.05), material,
                       joint_of(JointType::kSlide, dvec3(1, 0, 0)));  // 1 kg
  builder.scene().physics.gravity_m_s2 = dvec3(0.0);
  actuator.name = "drive";
  actuator.joint = JointId(0);
  builder.scene().actuators.push_back(actuator);
  return builder.build();
}

TEST_CASE("a motor's force is the mapped action times its gear, up to its limit") {
  Actuator motor;
  motor.type = ActuatorType::kMotor;
  motor.control_lower = 0.0;
  motor.control_upper = 4.0;
  motor.gear = 2.5;
  for (const double limit : {0.0, 6.0}) {
    motor.force_limit = limit;
    const Scene scene = driven_slide(motor);
    auto world = make_world(scene);
    world->set_action(std::vector<double>{0.5});  // control 3
    const double force = limit > 0.0 ? limit : 7.5;
    CHECK(after(*world, 240).qvel[0] == doctest::Approx(force).epsilon(1e-9));
  }
}

TEST_CASE("actions beyond [-1, 1] are clamped and no action means 0") {
  Actuator motor;
  motor.control_lower = -2.0;
  motor.control_upper = 4.0;
  const Scene scene = driven_slide(motor);
  auto still = make_world(scene);
  CHECK(after(*still, 240).qvel[0] == doctest::Approx(1.0).epsilon(1e-9));  // the middle of the range
  auto full = make_world(scene);
  full->set_action(std::vector<double>{17.0});
  CHECK(after(*full, 240).qvel[0] == doctest::Approx(4.0).epsilon(1e-9));
}

TEST_CASE("a position actuator reaches its target and a velocity actuator its speed") {
  Actuator position;
  position.type = ActuatorType::kPosition;
  position.gain = 100.0;
  position.damping_gain = 20.0;
  const Scene at_target = driven_slide(position);
  auto world = make_world(at_target);
  world->set_action(std::vector<double>{0.4});
  CHECK(after(*world, 1200).qpos[0] == doctest::Approx(0.4).epsilon(1e-6));

  Actuator velocity;
  velocity.type = ActuatorType::kVelocity;
  velocity.control_lower = -3.0;
  velocity.control_upper = 3.0;
  velocity.gain = 1000.0;  // explicit Euler would blow up: gain * dt > 2 * mass
  const Scene at_speed = driven_slide(velocity);
  auto fast = make_world(at_speed);
  fast->set_action(std::vector<double>{0.5});
  CHECK(after(*fast, 1200).qvel[0] == doctest::Approx(1.5).epsilon(1e-6));
}

TEST_CASE("connected bodies pass through each other, also on a static parent") {
  SceneBuilder builder;
  builder.scene().physics.step_rate_hz = kStepRateHz;
  const MaterialId material = builder.material(0.5, 0.0);
  const BodyId post = builder.body("post", Motion::kStatic, {dvec3(0, 0, 2), identity_quat()}, ShapeType::kBox, dvec3(0.2), material);
  builder.jointed_body("wheel", post, {dvec3(0, 0, 2), identity_quat()}, ShapeType::kBox, dvec3(0.15), material,
                       joint_of(JointType::kHinge, dvec3(0, 1, 0)));
  builder.scene().joints[0].initial_velocity = 1.0;
  const Scene scene = builder.build();
  auto world = make_world(scene);
  ContactLog log;
  REQUIRE(world->step(240, &log).ok());
  std::vector<Contact> contacts;
  log.flush(1.0, contacts);
  CHECK(contacts.empty());
  State state;
  world->read_state(state);
  CHECK(state.qpos[0] == doctest::Approx(1.0).epsilon(1e-9));
}

}  // namespace
}  // namespace diorama
