#include <cmath>
#include <numbers>
#include <vector>

#include <doctest/doctest.h>

#include "engine/scene/scene.h"
#include "tests/support/scene_builder.h"

namespace diorama {
namespace {

constexpr double kPi = std::numbers::pi;

bool near(const dvec3& a, const dvec3& b, double tolerance = 1e-12) { return glm::length(a - b) < tolerance; }

Joint hinge(dvec3 anchor, dvec3 axis, double position, double velocity) {
  Joint joint;
  joint.type = JointType::kHinge;
  joint.anchor_body = anchor;
  joint.axis_body = axis;
  joint.initial_position = position;
  joint.initial_velocity = velocity;
  return joint;
}

TEST_CASE("a hinge turns its body about its anchor, with the velocity that goes with it") {
  SceneBuilder builder;
  const MaterialId m = builder.material(0.5, 0.0);
  // Hangs one metre below the hinge at the origin; turned by 90 degrees about y it lies along -x... by the right hand rule.
  builder.jointed_body("arm", BodyId(), {{0, 0, -1}, identity_quat()}, ShapeType::kSphere, {0.1, 0, 0}, m,
                       hinge({0, 0, 1}, {0, 1, 0}, 0.5 * kPi, 2.0));
  const Scene scene = builder.build();
  const State state = initial_state(scene);
  CHECK(near(state.bodies[0].world_from_body.position, {-1, 0, 0}));
  CHECK(near(state.bodies[0].angular_velocity_world, {0, 2, 0}));
  CHECK(near(state.bodies[0].linear_velocity_world, glm::cross(dvec3(0, 2, 0), dvec3(-1, 0, 0))));
  CHECK(state.qpos[0] == doctest::Approx(0.5 * kPi));
  CHECK(state.qvel[0] == doctest::Approx(2.0));
}

TEST_CASE("velocities of a chain are the derivatives of its positions") {
  const auto chain = [](double t) {
    SceneBuilder builder;
    const MaterialId m = builder.material(0.5, 0.0);
    const BodyId a = builder.jointed_body("a", BodyId(), {{0, 0, 0}, glm::angleAxis(0.3, dvec3(1, 0, 0))},
                                          ShapeType::kSphere, {0.1, 0, 0}, m,
                                          hinge({0.2, 0, 0.4}, glm::normalize(dvec3(1, 1, 0)), 0.2 + 1.3 * t, 1.3));
    const BodyId b = builder.jointed_body("b", a, {{0, 0.5, -0.7}, identity_quat()}, ShapeType::kSphere, {0.1, 0, 0}, m,
                                          hinge({0, -0.1, 0.3}, {0, 0, 1}, -0.4 - 0.9 * t, -0.9));
    Joint slide;
    slide.type = JointType::kSlide;
    slide.axis_body = glm::normalize(dvec3(1, 0, 2));
    slide.initial_position = 0.1 + 0.6 * t;
    slide.initial_velocity = 0.6;
    builder.jointed_body("c", b, {{0.3, 0.5, -1.2}, identity_quat()}, ShapeType::kSphere, {0.1, 0, 0}, m, slide);
    return initial_state(builder.build());
  };
  constexpr double kStep = 1e-6;
  const State before = chain(-kStep);
  const State now = chain(0.0);
  const State after = chain(kStep);
  for (std::size_t b = 0; b < now.bodies.size(); ++b) {
    const dvec3 difference =
        (after.bodies[b].world_from_body.position - before.bodies[b].world_from_body.position) / (2.0 * kStep);
    CHECK(near(now.bodies[b].linear_velocity_world, difference, 1e-8));
    const dquat turn = after.bodies[b].world_from_body.rotation * glm::conjugate(before.bodies[b].world_from_body.rotation);
    CHECK(near(now.bodies[b].angular_velocity_world, dvec3(turn.x, turn.y, turn.z) / kStep, 1e-7));
  }
}

TEST_CASE("a free body's state holds its pose and both velocities in their frames") {
  SceneBuilder builder;
  const MaterialId m = builder.material(0.5, 0.0);
  const dquat q = glm::angleAxis(0.5 * kPi, dvec3(0, 0, 1));
  const BodyId id = builder.body("box", Motion::kDynamic, {{1, 2, 3}, q}, ShapeType::kBox, {0.1, 0.1, 0.1}, m);
  builder.scene().bodies[id.index].initial_linear_velocity_world = {1, 0, 0};
  builder.scene().bodies[id.index].initial_angular_velocity_world = {2, 0, 0};
  const State state = initial_state(builder.build());
  CHECK(state.qpos[0] == 1.0);
  CHECK(state.qpos[3] == doctest::Approx(std::cos(0.25 * kPi)));
  CHECK(state.qpos[6] == doctest::Approx(std::sin(0.25 * kPi)));
  CHECK(state.qvel[0] == 1.0);
  CHECK(state.qvel[3] == doctest::Approx(0.0));
  CHECK(state.qvel[4] == doctest::Approx(-2.0));  // world x is body -y after a quarter turn about z
}

TEST_CASE("cameras move as they say") {
  SceneBuilder builder;
  const MaterialId m = builder.material(0.5, 0.0);
  const BodyId ball = builder.body("ball", Motion::kDynamic, {{0, 0, 1}, identity_quat()}, ShapeType::kSphere, {0.1, 0, 0}, m);
  const CameraId orbit = builder.camera("orbit", {}, 64, 64, 0.8);
  const CameraId follow = builder.camera("follow", {{3, 0, 1}, identity_quat()}, 64, 64, 0.8);
  const CameraId track = builder.camera("track", look_at({0, -2, 1}, {0, 0, 1}), 64, 64, 0.8);
  Scene& s = builder.scene();
  s.cameras[orbit.index].motion = CameraMotion::kOrbit;
  s.cameras[orbit.index].orbit_radius_m = 2.0;
  s.cameras[orbit.index].orbit_height_m = 1.0;
  s.cameras[orbit.index].orbit_rate_rad_s = 0.5 * kPi;
  s.cameras[follow.index].motion = CameraMotion::kTarget;
  s.cameras[follow.index].target = ball;
  s.cameras[track.index].motion = CameraMotion::kTrack;
  s.cameras[track.index].target = ball;
  const Scene scene = builder.build();

  const std::vector<Pose> initial = initial_node_poses(scene);
  State state = initial_state(scene);
  state.time_s = 1.0;
  state.bodies[ball.index].world_from_body.position = {1, 1, 0.5};
  const std::vector<Pose> poses = node_poses(scene, state);

  const Pose o = camera_pose(scene, orbit, state, poses, initial);
  CHECK(near(o.position, {0, 2, 1}));  // a quarter turn from x to y
  CHECK(near(o.rotate({0, 0, 1}), glm::normalize(dvec3(0, -2, -1))));
  const Pose f = camera_pose(scene, follow, state, poses, initial);
  CHECK(near(f.position, {3, 0, 1}));
  CHECK(near(f.rotate({0, 0, 1}), glm::normalize(dvec3(-2, 1, -0.5))));
  const Pose t = camera_pose(scene, track, state, poses, initial);
  CHECK(near(t.position, {1, -1, 0.5}));
  CHECK(near(t.rotate({0, 0, 1}), {0, 1, 0}, 1e-9));
}

TEST_CASE("intrinsics put the field of view between the image's edges") {
  const Intrinsics k = intrinsics_from_fov_y(640, 480, 0.5 * kPi);
  CHECK(k.cx_px == 319.5);
  CHECK(k.cy_px == 239.5);
  CHECK(k.fy_px == doctest::Approx(240.0));
  // A ray 45 degrees up meets the outer edge of the topmost pixel, half a pixel above its centre.
  CHECK(k.cy_px - k.fy_px * 1.0 == doctest::Approx(-0.5));
}

TEST_CASE("a broken scene is told about, problem by problem") {
  SceneBuilder builder;
  const MaterialId m = builder.material(0.5, 0.0);
  builder.body("ball", Motion::kDynamic, {}, ShapeType::kSphere, {0.1, 0, 0}, m);
  Scene scene = builder.build();
  CHECK(check_scene(scene).empty());
  scene.shapes[0].size = {-1, 0, 0};
  scene.bodies[0].mass.mass_kg = 0;
  scene.nodes[0].parent_from_node.rotation = dquat(2, 0, 0, 0);
  const std::vector<std::string> problems = check_scene(scene);
  CHECK(problems.size() == 3);
  for (const std::string& problem : problems) CHECK(problem.find("ball") != std::string::npos);
}

TEST_CASE("a body's bounds cover its turned parts") {
  SceneBuilder builder;
  const MaterialId m = builder.material(0.5, 0.0);
  const BodyId id = builder.body("body", Motion::kDynamic, {{5, 5, 5}, glm::angleAxis(1.0, dvec3(0, 0, 1))}, ShapeType::kBox,
                                 {0.1, 0.2, 0.3}, m);
  builder.add_shape(id, {{1, 0, 0}, glm::angleAxis(0.5 * kPi, dvec3(0, 1, 0))}, ShapeType::kCapsule, {0.05, 0.4, 0}, m);
  const Bounds bounds = body_bounds(builder.build(), id);
  CHECK(near(bounds.lower, {-0.1, -0.2, -0.3}, 1e-9));
  CHECK(near(bounds.upper, {1.45, 0.2, 0.3}, 1e-9));
}

}  // namespace
}  // namespace diorama
