#include "engine/physics/bullet/bullet_world.h"

#include <doctest/doctest.h>

#include "tests/support/scene_builder.h"

namespace diorama {
namespace {

Joint hinge(double armature) {
  Joint joint;
  joint.type = JointType::kHinge;
  joint.axis_body = {0.0, 1.0, 0.0};
  joint.armature = armature;
  return joint;
}

TEST_CASE("A model file is refused with the engine that steps it") {
  SceneBuilder builder;
  builder.scene().model.emplace().path = "/models/robot.xml";
  const auto world = make_bullet_world(builder.scene());
  REQUIRE(!world.ok());
  CHECK(world.status().code() == Code::kInvalidInput);
  CHECK(world.status().message().find("robot.xml") != std::string::npos);
  CHECK(world.status().message().find("--physics mujoco") != std::string::npos);
}

TEST_CASE("Armature that Bullet cannot step exactly is refused, naming the joint") {
  SceneBuilder builder;
  const MaterialId material = builder.material(0.5, 0.0);
  const BodyId upper = builder.jointed_body("upper", BodyId(), {}, ShapeType::kBox, dvec3(0.1),
                                            material, hinge(0.1));
  CHECK(make_bullet_world(builder.scene()).ok());
  builder.jointed_body("lower", upper, {dvec3(0, 0, -1), identity_quat()}, ShapeType::kBox,
                       dvec3(0.1), material, hinge(0.1));
  const auto world = make_bullet_world(builder.scene());
  REQUIRE(!world.ok());
  CHECK(world.status().code() == Code::kInvalidInput);
  CHECK(world.status().message().find("lower/joint") != std::string::npos);
}

TEST_CASE("A spin that Bullet would cut without a word rejects the run") {
  SceneBuilder builder;
  builder.scene().physics.step_rate_hz = 240.0;
  const BodyId top = builder.body("top", Motion::kDynamic, {}, ShapeType::kSphere, dvec3(0.1),
                                  builder.material(0.5, 0.0));
  builder.scene().bodies[top.index].initial_angular_velocity_world = {0.0, 0.0, 200.0};
  const Scene scene = builder.build();
  const auto world = make_bullet_world(scene);
  REQUIRE(world.ok());
  const Status status = (*world)->step(1, nullptr);
  CHECK(status.code() == Code::kRejected);
  CHECK(status.message().find("'top'") != std::string::npos);
}

TEST_CASE("Actions outside of -1 to 1 count as the nearest of them") {
  SceneBuilder builder;
  builder.scene().physics.gravity_m_s2 = dvec3(0.0);
  Joint slide;
  slide.type = JointType::kSlide;
  slide.axis_body = {1.0, 0.0, 0.0};
  builder.jointed_body("cart", BodyId(), {}, ShapeType::kBox, dvec3(0.05),
                       builder.material(0.5, 0.0), slide);  // 1 kg
  Actuator motor;
  motor.name = "motor";
  motor.joint = JointId(0);
  motor.control_upper = 3.0;
  builder.scene().actuators.push_back(motor);
  const Scene scene = builder.build();
  const auto world = make_bullet_world(scene);
  REQUIRE(world.ok());
  const double action[] = {7.0};
  (*world)->set_action(action);
  REQUIRE((*world)->step(960, nullptr).ok());
  State state;
  (*world)->read_state(state);
  CHECK(state.qvel[0] == doctest::Approx(3.0));
}

}  // namespace
}  // namespace diorama
