#include "scenes/scene_builder.h"

#include <cmath>
#include <numbers>

#include <google/protobuf/descriptor.h>

#include "scenes/field_rules.h"
#include "tests/unit/scenes/scenes_test_tools.h"

namespace diorama {
namespace {

using namespace scenes_test;

Scene scene_of(const std::string& text) {
  auto sample = make_sampler(text)->sample({0, 0});
  REQUIRE_MESSAGE(sample.ok(), sample.status().message());
  return std::move(sample->scene);
}

bool near(const dvec3& a, const dvec3& b) { return glm::length(a - b) < 1e-9; }

TEST_CASE("Euler angles turn about the fixed axes: roll, then pitch, then yaw") {
  schema::Rotation rotation;
  rotation.mutable_euler()->set_roll_deg(90);
  rotation.mutable_euler()->set_yaw_deg(90);
  const dquat q = rotation_of(rotation);
  CHECK(near(q * dvec3(1, 0, 0), {0, 1, 0}));
  CHECK(near(q * dvec3(0, 1, 0), {0, 0, 1}));
  rotation.mutable_quaternion()->set_w(2);
  CHECK(glm::length(rotation_of(rotation)) == doctest::Approx(1));
}

TEST_CASE("masses come from volumes and densities, or are scaled to the given mass") {
  const Scene scene = scene_of(kSmall + R"(material { name: "heavy" density_kg_m3: 2000 }
    body { name: "dumbbell" position_m { x: 3 y: 3 z: 1 } shape { sphere { radius_m: 0.1 } position_m { x: -0.5 } material: "wood" }
      shape { sphere { radius_m: 0.1 } position_m { x: 0.5 } material: "heavy" } }
    body { name: "given" position_m { x: 6 z: 1 } mass_kg: 3 shape { box { half_x_m: 0.1 half_y_m: 0.2 half_z_m: 0.3 } } })");
  const double volume = 4.0 / 3.0 * std::numbers::pi * 0.001;
  CHECK(scene.bodies[1].mass.mass_kg == doctest::Approx(1000 * volume));
  CHECK(scene.bodies[1].mass.principal_inertia.x == doctest::Approx(0.4 * 1000 * volume * 0.01));
  CHECK(scene.bodies[2].mass.mass_kg == doctest::Approx(3000 * volume));
  CHECK(scene.bodies[2].mass.body_from_inertia.position.x == doctest::Approx(0.5 / 3));
  CHECK(scene.bodies[3].mass.mass_kg == doctest::Approx(3));
}

/// What the table says of an absent vector or colour of a message of this kind.
template <typename M>
dvec3 table_default(int field, const M& parent = M()) {
  const auto value = vector_default(*M::descriptor()->FindFieldByNumber(field), parent, false);
  REQUIRE(value);
  return {(*value)[0], (*value)[1], (*value)[2]};
}

TEST_CASE("absent vectors and colours of a scene are those of the table of defaults") {
  const Scene scene = scene_of(kSmall + R"(material { name: "m" texture { pattern: CHECKER } }
    body { name: "door" position_m { x: 2 z: 1 } shape { sphere { radius_m: 0.1 } material: "m" } joint { type: HINGE } }
    light { name: "l" sun { azimuth_deg: 1 elevation_deg: 50 } } sky {})");
  CHECK(scene.physics.gravity_m_s2 == table_default<schema::Physics>(schema::Physics::kGravityMS2FieldNumber));
  CHECK(scene.physics.gravity_m_s2 == dvec3(0, 0, -9.81));
  CHECK(scene.joints.back().axis_body == table_default<schema::Joint>(schema::Joint::kAxisFieldNumber));
  CHECK(scene.materials[0].base_color_linear ==
        linear_from_srgb(table_default<schema::Material>(schema::Material::kBaseColorFieldNumber)));
  schema::Material textured;
  textured.mutable_texture();
  CHECK(scene.materials[1].base_color_linear ==
        table_default(schema::Material::kBaseColorFieldNumber, textured));
  CHECK(scene.lights[0].color_linear ==
        linear_from_srgb(table_default<schema::Light>(schema::Light::kColorFieldNumber)));
  CHECK(scene.sky.zenith_linear ==
        linear_from_srgb(table_default<schema::Sky>(schema::Sky::kZenithFieldNumber)));
  const dvec3 dark = 255.0 * table_default<schema::Texture>(schema::Texture::kColorBFieldNumber);
  const Texture& checker = *scene.textures[0];
  CHECK(checker.rgba[static_cast<std::size_t>(checker.width_px - 1) * 4] == std::lround(dark.x));
  // Zeros need no entry; a model file has its own gravity; numbers are no vectors.
  CHECK(table_default<schema::Body>(schema::Body::kPositionMFieldNumber) == dvec3(0.0));
  const auto& physics = *schema::Physics::descriptor();
  CHECK_FALSE(vector_default(*physics.FindFieldByName("gravity_m_s2"), schema::Physics(), true));
  CHECK_FALSE(vector_default(*physics.FindFieldByName("step_rate_hz"), schema::Physics(), false));
}

TEST_CASE("colours become linear, textures are made once, and a sun shines if there is no light") {
  const Scene scene = scene_of(kSmall + R"(
    material { name: "a" base_color { r: 0.5 g: 1 } texture { pattern: CHECKER color_b { r: 1 } repeat_x: 3 uniform: true } }
    material { name: "b" texture { pattern: CHECKER color_b { r: 1 } } }
    body { name: "x" position_m { x: 2 z: 2 } shape { sphere { radius_m: 0.1 } material: "a" } }
    body { name: "y" position_m { x: 3 z: 2 } shape { sphere { radius_m: 0.1 } material: "b" } shape { name: "plain" sphere { radius_m: 0.2 } } })");
  CHECK(scene.materials[1].base_color_linear.x == doctest::Approx(0.21404114));
  CHECK(scene.materials[1].mapping == TextureMapping::kUniform);
  CHECK(scene.materials[1].texture_repeat == dvec2(3, 1));
  CHECK(scene.materials[2].base_color_linear == dvec3(1.0));
  REQUIRE(scene.textures.size() == 1);
  const Texture& texture = *scene.textures[0];
  CHECK(texture.rgba[0] == 255);
  CHECK(texture.rgba[1] == 255);
  CHECK(texture.rgba[static_cast<std::size_t>(texture.width_px - 1) * 4 + 1] == 0);
  CHECK(scene.materials[static_cast<std::size_t>(scene.shapes.back().material.index)].name ==
        "<default>");
  REQUIRE(scene.lights.size() == 1);
  const auto poses = initial_node_poses(scene);
  const dvec3 direction = light_pose(scene, LightId(0), poses, poses).rotation * dvec3(0, 0, 1);
  CHECK(direction.z == doctest::Approx(-std::sin(50 * std::numbers::pi / 180)));
  CHECK(direction.x < 0);
}

TEST_CASE("cameras stand and look as they are told") {
  const Scene scene = scene_of(kSmall + R"(
    camera { name: "around" width_px: 64 height_px: 32 fov_y_deg: 90 orbit { center_m { z: 1 } radius_m: 2 height_m: 1 phase_deg: 90 rate_deg_s: 90 } }
    camera { name: "follow" look_at { position_m { x: 4 z: 1 } body: "ball" } }
    camera { name: "riding" mounted { body: "ball" position_m { x: 1 } look_at_m {} } })");
  const State state = initial_state(scene);
  const auto poses = node_poses(scene, state);
  const auto pose = [&](int camera) {
    return camera_pose(scene, CameraId(camera), state, poses, initial_node_poses(scene));
  };
  CHECK(near(pose(0).position, {3, 0, 1}));
  CHECK(near(pose(0).rotation * dvec3(0, 0, 1), glm::normalize(dvec3(-3, 0, -0.5))));
  CHECK(near(pose(1).position, {0, 2, 2}));
  CHECK(scene.cameras[1].intrinsics.width_px == 64);
  CHECK(scene.cameras[1].intrinsics.fy_px == doctest::Approx(16));
  CHECK(near(pose(2).rotation * dvec3(0, 0, 1), {-1, 0, 0}));
  CHECK(near(pose(3).position, {1, 0, 1}));
}

TEST_CASE(
    "joints carry limits, starts and velocities in radians and metres; actuators find their "
    "joints") {
  const Scene scene = scene_of(kSmall + R"(
    body { name: "arm" position_m { x: 5 z: 3 } joint { type: HINGE axis { y: 2 } lower_deg: -90 upper_deg: 90 position_deg: 45 velocity_deg_s: 180 damping: 0.1 }
      joint { name: "lift" type: SLIDE lower_m: 0 upper_m: 1 position_m: 0.25 velocity_m_s: 2 } shape { sphere { radius_m: 0.1 } } }
    actuator { joint: "lift" type: VELOCITY gain: 5 control_lower: -2 control_upper: 3 force_limit: 7 }
    actuator { name: "turn" joint: "arm/joint0" })");
  REQUIRE(scene.joints.size() == 3);
  CHECK(scene.joints[0].name == "ball");
  CHECK(scene.joints[0].type == JointType::kFree);
  CHECK(scene.joints[1].name == "arm/joint0");
  CHECK(near(scene.joints[1].axis_body, {0, 1, 0}));
  CHECK(scene.joints[1].upper == doctest::Approx(std::numbers::pi / 2));
  CHECK(scene.joints[1].initial_velocity == doctest::Approx(std::numbers::pi));
  CHECK(scene.joints[2].initial_position == 0.25);
  CHECK(scene.actuators[0].name == "lift");
  CHECK(scene.actuators[0].joint == JointId(2));
  CHECK(scene.actuators[0].control_upper == 3);
  CHECK(scene.actuators[0].force_limit == 7);
  CHECK(scene.actuators[1].gear == 1);
  CHECK(scene.bodies[2].articulation == 0);
}

}  // namespace
}  // namespace diorama
