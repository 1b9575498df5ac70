#include "apps/pipeline/audit_energy.h"
#include "apps/pipeline/audit_flow.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <numbers>
#include <string>
#include <vector>

#include "apps/pipeline/backends.h"
#include "apps/pipeline/episode_runner.h"
#include "apps/pipeline/generate.h"

namespace diorama {
namespace {

/// Frames at which energy appears from nothing.
std::vector<std::int64_t> surplus(const Scene& scene, const Trajectory& trajectory) {
  std::vector<std::int64_t> frames;
  audit_energy(scene, trajectory.states, trajectory.actions,
               [&](std::int64_t frame, const char*, const std::string& problem, const std::string&,
                   const std::string&) {
                 CHECK(problem.find("energy") != std::string::npos);
                 frames.push_back(frame);
               });
  return frames;
}

SimulatedEpisode simulate(const std::string& name, PhysicsBackend physics) {
  const auto sampler = load_sampler("scenes/library/" + name + ".textproto", {});
  REQUIRE_MESSAGE(sampler.ok(), sampler.status().message());
  for (std::int64_t episode = 0; episode < 10; ++episode) {
    auto made = simulate_episode(**sampler, physics, {1, episode});
    if (made.ok()) return std::move(made).value();
  }
  FAIL("every episode was rejected");
  return {};
}

void turn_round(State& state) {
  for (BodyState& body : state.bodies) {
    body.linear_velocity_world *= -1.0;
    body.angular_velocity_world *= -1.0;
  }
  for (double& speed : state.qvel) speed *= -1.0;
}

TEST_CASE("no energy appears in what the engines make, and some does when it is played backwards") {
  for (const PhysicsBackend physics : {PhysicsBackend::kMujoco, PhysicsBackend::kBullet}) {
    for (const char* name : {"falling_stack", "dominoes", "double_pendulum", "pushing", "ramp_slide"}) {
      CAPTURE(name);
      CAPTURE(static_cast<int>(physics));
      SimulatedEpisode episode = simulate(name, physics);
      CHECK(surplus(episode.sample.scene, episode.trajectory).empty());
      if (std::string(name) != "falling_stack" && std::string(name) != "dominoes") continue;
      std::vector<State>& states = episode.trajectory.states;
      std::reverse(states.begin(), states.end());
      for (State& state : states) turn_round(state);
      CHECK_FALSE(surplus(episode.sample.scene, episode.trajectory).empty());
    }
  }
}

TEST_CASE("velocities that double in the middle are energy from nothing") {
  for (const char* name : {"billiards", "falling_stack", "double_pendulum"}) {
    CAPTURE(name);
    SimulatedEpisode episode = simulate(name, PhysicsBackend::kMujoco);
    std::vector<State>& states = episode.trajectory.states;
    const std::size_t from = states.size() / 4;
    for (std::size_t t = from; t < states.size(); ++t) {
      for (BodyState& body : states[t].bodies) {
        body.linear_velocity_world *= 2.0;
        body.angular_velocity_world *= 2.0;
      }
    }
    const std::vector<std::int64_t> frames = surplus(episode.sample.scene, episode.trajectory);
    REQUIRE_FALSE(frames.empty());
    CHECK(frames.front() == static_cast<std::int64_t>(from));
  }
}

TEST_CASE("a point on a body that turns and moves goes where the body takes it") {
  Scene scene;
  scene.nodes.resize(2);
  scene.bodies.resize(1);
  scene.bodies[0].node = NodeId(0);
  scene.nodes[0].body = BodyId(0);
  Camera camera;
  camera.node = NodeId(1);
  camera.intrinsics = {100, 100, 50.0, 50.0, 49.5, 49.5};
  scene.cameras = {camera};
  // The camera stands at the origin and looks along world x: its x is world -y, its y world -z.
  scene.nodes[1].parent_from_node = look_at(dvec3(0.0), dvec3(1.0, 0.0, 0.0));
  SceneBinding binding;
  binding.body_of_object = {BodyId(0)};
  std::vector<State> states(2);
  for (State& state : states) state.bodies.resize(1);
  states[0].bodies[0].world_from_body.position = dvec3(2.0, 0.0, 0.0);
  states[1].bodies[0].world_from_body.position = dvec3(2.0, 0.2, 0.0);
  states[1].bodies[0].world_from_body.rotation = glm::angleAxis(std::numbers::pi / 2.0, dvec3(1.0, 0.0, 0.0));
  const FlowOracle oracle(scene, binding, states, CameraId(0));
  // Pixel 25 px right of the centre at depth 2 is the point (2, -1, 0): (0, -1, 0) of the body, then (0, 0, -1).
  const PointMotion motion = oracle.move(0, 1, 74, 49, 2.0, 1);
  REQUIRE(motion.moves);
  const dvec3 before(2.0, -(74 - 49.5) / 50.0 * 2.0, -(49 - 49.5) / 50.0 * 2.0);
  const dvec3 after(2.0, 0.2 - before.z, before.y);
  CHECK(motion.pixel.x == doctest::Approx(49.5 - 50.0 * after.y / 2.0));
  CHECK(motion.pixel.y == doctest::Approx(49.5 - 50.0 * after.z / 2.0));
  CHECK(motion.displacement.x == doctest::Approx(-(after.y - before.y)));
  CHECK(motion.displacement.y == doctest::Approx(-(after.z - before.z)));
  CHECK(motion.displacement.z == doctest::Approx(0.0));
  CHECK_FALSE(oracle.move(1, 2, 74, 49, 2.0, 1).moves);
  CHECK_FALSE(oracle.move(0, 1, 74, 49, 2.0, 0).moves);
}

}  // namespace
}  // namespace diorama
