// Whole solver states: saving them changes nothing, MuJoCo goes on from them to the last bit, and
// Bullet goes on to the last bit by the same actions from the start.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "engine/physics/bullet/bullet_world.h"
#include "engine/physics/mujoco/mujoco_world.h"
#include "engine/physics/rollout.h"
#include "tests/support/scene_builder.h"

namespace diorama {
namespace {

constexpr double kStepRateHz = 240.0;
constexpr double kFrameRateHz = 24.0;
constexpr int kSubsteps = 10;
constexpr int kFrames = 30;

using MakeWorld = Result<std::unique_ptr<PhysicsWorld>> (*)(const Scene&);

std::unique_ptr<PhysicsWorld> made(MakeWorld make, const Scene& scene) {
  auto world = make(scene);
  REQUIRE_MESSAGE(world.ok(), world.status().message());
  return std::move(*world);
}

/// A tumbling pile beside a driven slide that pushes into it.
Scene pushed_pile() {
  SceneBuilder builder;
  builder.scene().physics.step_rate_hz = kStepRateHz;
  const MaterialId material = builder.material(0.6, 0.2);
  builder.floor(material);
  for (int i = 0; i < 6; ++i) {
    const Pose start{dvec3(0.03 * i, 0.02 * i, 0.15 + 0.24 * i),
                     glm::angleAxis(0.3 * i, dvec3(0, 1, 0))};
    builder.body("piece" + std::to_string(i), Motion::kDynamic, start,
                 i % 2 ? ShapeType::kSphere : ShapeType::kBox, dvec3(0.1), material);
  }
  Joint slide;
  slide.name = "slide";
  slide.type = JointType::kSlide;
  slide.axis_body = dvec3(1, 0, 0);
  builder.jointed_body("pusher", BodyId(), {dvec3(-0.6, 0, 0.15)}, ShapeType::kBox,
                       dvec3(0.1, 0.3, 0.1), material, slide);
  Actuator push;
  push.name = "push";
  push.joint = JointId(0);
  for (std::size_t j = 0; j < builder.scene().joints.size(); ++j) {
    if (builder.scene().joints[j].name == "slide") push.joint = JointId(static_cast<int>(j));
  }
  push.type = ActuatorType::kMotor;
  push.gear = 200.0;
  builder.scene().actuators.push_back(push);
  return builder.build();
}

std::vector<Action> waves(int count, double shift) {
  std::vector<Action> actions;
  for (int t = 0; t < count; ++t) actions.push_back({std::sin(0.4 * t + shift)});
  return actions;
}

EpisodeConfig config(int num_frames) {
  EpisodeConfig made;
  made.num_frames = num_frames;
  made.frame_rate_hz = kFrameRateHz;
  made.settle_time_s = 0.1;
  return made;
}

Trajectory rolled_out(PhysicsWorld& world, std::vector<Action> actions) {
  const auto controller = make_listed_controller(actions, kFrameRateHz);
  auto trajectory =
      rollout(world, *controller, config(static_cast<int>(actions.size()) + 1), kStepRateHz);
  REQUIRE_MESSAGE(trajectory.ok(), trajectory.status().message());
  return std::move(*trajectory);
}

bool same_bits(const void* a, const void* b, std::size_t size) {
  return size == 0 || std::memcmp(a, b, size) == 0;
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && same_bits(a.data(), b.data(), a.size() * sizeof(double));
}

/// Joints, bodies, contacts and time.
bool same_bits(const State& a, const State& b) {
  return a.time_s == b.time_s && same_bits(a.qpos, b.qpos) && same_bits(a.qvel, b.qvel) &&
         same_bits(a.sensor_values, b.sensor_values) && a.bodies.size() == b.bodies.size() &&
         same_bits(a.bodies.data(), b.bodies.data(), a.bodies.size() * sizeof(BodyState)) &&
         a.contacts.size() == b.contacts.size() &&
         same_bits(a.contacts.data(), b.contacts.data(), a.contacts.size() * sizeof(Contact));
}

TEST_CASE(
    "MuJoCo goes on from any saved state to the last bit, in a new world and in one that went "
    "elsewhere") {
  const Scene scene = pushed_pile();
  const std::vector<Action> actions = waves(kFrames, 0.0);
  const auto first = made(make_mujoco_world, scene);
  const Trajectory whole = rolled_out(*first, actions);
  REQUIRE(whole.solver_states.size() == whole.states.size());
  const auto elsewhere = made(make_mujoco_world, scene);
  (void)rolled_out(*elsewhere, waves(kFrames, 1.5));
  const auto fresh = made(make_mujoco_world, scene);
  for (const auto& world : {fresh.get(), elsewhere.get()}) {
    for (const int frame : {0, 1, 9, kFrames - 1}) {
      CAPTURE(frame);
      Trajectory part;
      part.states.assign(whole.states.begin(), whole.states.begin() + frame + 1);
      part.actions.assign(whole.actions.begin(), whole.actions.begin() + frame);
      std::vector<double> padded = whole.solver_states[static_cast<std::size_t>(frame)];
      padded.resize(padded.size() + 7, 0.0);  // as a dataset stores it
      const Status restored = world->restore_solver(padded);
      REQUIRE_MESSAGE(restored.ok(), restored.message());
      State read;
      world->read_state(read);
      CHECK(same_bits(read.qpos, whole.states[static_cast<std::size_t>(frame)].qpos));
      const auto controller = make_listed_controller(actions, kFrameRateHz);
      const Status extended =
          extend_rollout(*world, *controller, config(kFrames + 1), kStepRateHz, part);
      REQUIRE_MESSAGE(extended.ok(), extended.message());
      REQUIRE(part.states.size() == whole.states.size());
      for (std::size_t t = 0; t < whole.states.size(); ++t) {
        CAPTURE(t);
        REQUIRE(same_bits(part.states[t], whole.states[t]));
      }
      CHECK(same_bits(
          part.solver_states.empty() ? whole.solver_states.back() : part.solver_states.back(),
          whole.solver_states.back()));
    }
  }
}

TEST_CASE("A model file's humanoid goes on to the last bit, in a world that went on before") {
  const std::filesystem::path path = "/usr/share/mujoco/model/humanoid/humanoid.xml";
  REQUIRE(std::filesystem::exists(path));  // of libmujoco-samples
  auto scene = import_mjcf(path);
  REQUIRE_MESSAGE(scene.ok(), scene.status().message());
  const auto world = made(make_mujoco_world, *scene);
  Action action(scene->actuators.size());
  std::vector<State> states(2);
  std::vector<double> saved;
  const auto run = [&](State& last) {
    for (int t = 0; t < 40; ++t) {
      for (std::size_t k = 0; k < action.size(); ++k)
        action[k] = 0.4 * std::sin(0.3 * t + static_cast<double>(k));
      world->set_action(action);
      REQUIRE(world->step(5, nullptr).ok());
      if (t == 10 && saved.empty()) world->save_solver(saved);
      if (t == 10 && !saved.empty()) REQUIRE(world->restore_solver(saved).ok());
    }
    world->read_state(last);
  };
  run(states[0]);
  run(states[1]);  // goes on from its own end, and jumps back at t = 10
  CHECK(same_bits(states[0], states[1]));
  CHECK(static_cast<int>(saved.size()) ==
        mujoco_solver_size(scene->num_positions(), scene->num_velocities(),
                           static_cast<int>(scene->actuators.size()),
                           scene->model->num_solver_values));
}

TEST_CASE(
    "Saving the state and reading it between steps does not change the run, on both engines") {
  const Scene scene = pushed_pile();
  for (const MakeWorld make : {&make_mujoco_world, &make_bullet_world}) {
    const auto watched = made(make, scene);
    const auto alone = made(make, scene);
    std::vector<double> numbers;
    for (const Action& action : waves(kFrames, 0.0)) {
      watched->set_action(action);
      alone->set_action(action);
      for (int step = 0; step < kSubsteps; ++step) {
        REQUIRE(watched->step(1, nullptr).ok());
        watched->save_solver(numbers);
      }
      REQUIRE(alone->step(kSubsteps, nullptr).ok());
    }
    State a;
    State b;
    watched->read_state(a);
    alone->read_state(b);
    CHECK(same_bits(a, b));
    CHECK(numbers.empty() != watched->capabilities().exact_restore);
  }
}

TEST_CASE(
    "Bullet has no state to restore, says so, and repeats a run to the last bit from its start") {
  const Scene scene = pushed_pile();
  const auto world = made(make_bullet_world, scene);
  const Trajectory whole = rolled_out(*world, waves(kFrames, 0.0));
  CHECK(whole.solver_states.empty());
  const Status refused = world->restore_solver(std::vector<double>(100, 0.0));
  CHECK(refused.code() == Code::kInvalidInput);
  CHECK(refused.message().find("from the start") != std::string::npos);

  // The same until frame 12, then other actions.
  std::vector<Action> other = waves(kFrames, 0.0);
  for (std::size_t t = 12; t < other.size(); ++t) other[t][0] = -other[t][0];
  const auto again = made(make_bullet_world, scene);
  const Trajectory branch = rolled_out(*again, other);
  for (std::size_t t = 0; t <= 12; ++t) REQUIRE(same_bits(branch.states[t], whole.states[t]));
  CHECK(!same_bits(branch.states[13], whole.states[13]));
}

TEST_CASE("A solver state that does not fit is refused with what is wrong") {
  const Scene scene = pushed_pile();
  const auto world = made(make_mujoco_world, scene);
  std::vector<double> numbers;
  world->save_solver(numbers);
  CHECK(static_cast<int>(numbers.size()) ==
        mujoco_solver_size(scene.num_positions(), scene.num_velocities(), 1, 0));
  std::vector<double> few(numbers.begin(), numbers.end() - 1);
  const Status too_few = world->restore_solver(few);
  CHECK(too_few.code() == Code::kInvalidInput);
  CHECK(too_few.message().find(std::to_string(numbers.size())) != std::string::npos);
  numbers[5] = std::numeric_limits<double>::quiet_NaN();
  const Status broken = world->restore_solver(numbers);
  CHECK(broken.code() == Code::kInvalidInput);
  CHECK(broken.message().find("number 5") != std::string::npos);
}

}  // namespace
}  // namespace diorama
