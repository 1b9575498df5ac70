#include "engine/physics/rollout.h"

#include <doctest/doctest.h>

#include <cmath>

#include "engine/physics/bullet/bullet_world.h"
#include "tests/support/scene_builder.h"

namespace diorama {
namespace {

/// Remembers what it was asked; fails at a step if told to.
class FakeWorld : public PhysicsWorld {
 public:
  explicit FakeWorld(long long fails_at = -1) : fails_at_(fails_at) {}
  const PhysicsCapabilities& capabilities() const override { return capabilities_; }
  void set_action(std::span<const double> action) override {
    actions.emplace_back(action.begin(), action.end());
  }
  Status step(int num_steps, ContactLog* contacts) override {
    for (int i = 0; i < num_steps; ++i) {
      ++steps_;
      if (steps_ == fails_at_) return rejected("it broke");
      if (contacts != nullptr)
        contacts->add(BodyId(0), BodyId(1), dvec3(0.0), {0, 0, 1}, {0, 0, 0.5}, 0.0);
    }
    return {};
  }
  void add_force(BodyId, const dvec3&, const dvec3&) override {}
  Status set_state(const State&) override { return {}; }
  void save_solver(std::vector<double>& numbers) const override { numbers.clear(); }
  Status restore_solver(std::span<const double>) override { return {}; }
  long long num_steps() const override { return steps_; }
  void read_state(State& state) const override {
    state.time_s = steps_ / 100.0;
    state.qpos = {static_cast<double>(steps_)};
  }
  std::vector<Action> actions;

 private:
  PhysicsCapabilities capabilities_;
  long long steps_ = 0;
  long long fails_at_;
};

/// Acts with the time that it is told.
class Clock : public Controller {
 public:
  Action action(double time_s, const State&) override { return {time_s}; }
};

EpisodeConfig episode(int num_frames, double frame_rate_hz, double settle_time_s) {
  EpisodeConfig config;
  config.num_frames = num_frames;
  config.frame_rate_hz = frame_rate_hz;
  config.settle_time_s = settle_time_s;
  return config;
}

TEST_CASE("Frames, actions, times and contacts of an episode after settling") {
  FakeWorld world;
  Clock clock;
  const auto trajectory = rollout(world, clock, episode(4, 25.0, 0.5), 100.0);
  REQUIRE(trajectory.ok());
  REQUIRE(trajectory->states.size() == 4);
  REQUIRE(trajectory->actions.size() == 3);
  for (int t = 0; t < 4; ++t) {
    const State& state = trajectory->states[t];
    CHECK(state.time_s == doctest::Approx(t / 25.0));
    CHECK(state.qpos[0] == 50 + 4 * t);  // 50 steps of settling
    if (t == 0) {
      CHECK(state.contacts.empty());
    } else {
      REQUIRE(state.contacts.size() == 1);
      CHECK(state.contacts[0].force_world_n.z == doctest::Approx(4 * 0.5 / 0.04));
      CHECK(trajectory->actions[t - 1][0] == doctest::Approx((t - 1) / 25.0));
    }
  }
  REQUIRE(world.actions.size() == 4);
  CHECK(world.actions[0] == Action{0.0});  // still while settling
}

TEST_CASE("A failing step ends the episode with its frame, settling included") {
  Clock clock;
  FakeWorld breaks_later(62);
  const auto later = rollout(breaks_later, clock, episode(10, 25.0, 0.5), 100.0);
  REQUIRE(!later.ok());
  CHECK(later.status().code() == Code::kRejected);
  CHECK(later.status().message().find("frame 3") != std::string::npos);
  FakeWorld breaks_first(3);
  const auto first = rollout(breaks_first, clock, episode(10, 25.0, 0.5), 100.0);
  REQUIRE(!first.ok());
  CHECK(first.status().code() == Code::kRejected);
  CHECK(first.status().message().find("settling") != std::string::npos);
}

TEST_CASE("Rates that do not divide and episodes too short are refused") {
  FakeWorld world;
  Clock clock;
  CHECK(rollout(world, clock, episode(4, 24.0, 0.0), 100.0).status().code() == Code::kInvalidInput);
  CHECK(rollout(world, clock, episode(4, 0.0, 0.0), 100.0).status().code() == Code::kInvalidInput);
  CHECK(rollout(world, clock, episode(4, 200.0, 0.0), 100.0).status().code() ==
        Code::kInvalidInput);
  CHECK(rollout(world, clock, episode(1, 25.0, 0.0), 100.0).status().code() == Code::kInvalidInput);
  CHECK(rollout(world, clock, episode(4, 25.0, -1.0), 100.0).status().code() ==
        Code::kInvalidInput);
  CHECK(rollout(world, clock, episode(4, 100.0, 0.0), 100.0).ok());
}

TEST_CASE("A ball rolled out on Bullet falls, lands and reports its contact") {
  SceneBuilder builder;
  const MaterialId material = builder.material(0.5, 0.0);
  const BodyId floor = builder.floor(material);
  const BodyId ball = builder.body("ball", Motion::kDynamic, {dvec3(0, 0, 0.6), identity_quat()},
                                   ShapeType::kSphere, dvec3(0.1), material);
  const Scene scene = builder.build();
  auto world = make_bullet_world(scene);
  REQUIRE(world.ok());
  const auto controller = make_controller({}, 0, {});
  const auto trajectory =
      rollout(**world, *controller, episode(25, 24.0, 0.0), scene.physics.step_rate_hz);
  REQUIRE(trajectory.ok());
  CHECK(trajectory->states.front().bodies[ball.index].world_from_body.position.z ==
        doctest::Approx(0.6));
  const State& last = trajectory->states.back();
  CHECK(last.time_s == doctest::Approx(1.0));
  CHECK(std::abs(last.bodies[ball.index].world_from_body.position.z - 0.1) < 1e-3);
  REQUIRE(last.contacts.size() == 1);
  CHECK(last.contacts[0].a == floor);
  CHECK(last.contacts[0].b == ball);
}

}  // namespace
}  // namespace diorama
