#include "apps/editor/session/sim_run.h"

#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "apps/editor/session/quantity.h"
#include "apps/pipeline/episode_runner.h"
#include "tests/unit/apps/editor/session_fixture.h"

namespace diorama::editor {
namespace {

std::unique_ptr<SimRun> make_run(const std::shared_ptr<const SimScene>& scene, HistoryLimits limits = {}) {
  auto run = SimRun::create(scene, limits);
  REQUIRE_MESSAGE(run.ok(), run.status().message());
  return std::move(*run);
}

constexpr BodyId kBall{1};

TEST_CASE("frames are those that generate records, to the last bit, in both engines") {
  for (const PhysicsBackend engine : {PhysicsBackend::kMujoco, PhysicsBackend::kBullet}) {
    SimRequest request = request_of(kBallScenario);
    request.physics = engine;
    const auto scene = build_sim_scene(request);
    REQUIRE(scene.ok());
    const auto sampler = Sampler::create(request.scenario, ".", sampler_tools());
    REQUIRE(sampler.ok());
    const auto episode = simulate_episode(**sampler, engine, request.key);
    REQUIRE(episode.ok());

    const auto run = make_run(*scene);
    CHECK(run->shown().state.time_s == doctest::Approx(-0.05));
    CHECK(!run->shown().is_frame);
    std::vector<State> frames;
    while (frames.size() < episode->trajectory.states.size()) {
      REQUIRE(run->advance(3, {}).ok());  // 10 steps a frame: 3, 3, 3, 1
      if (run->shown().is_frame) frames.push_back(run->shown().state);
    }
    for (std::size_t t = 0; t < frames.size(); ++t) {
      const State& expected = episode->trajectory.states[t];
      CHECK(frames[t].time_s == doctest::Approx(expected.time_s));
      CHECK(frames[t].qpos == expected.qpos);
      CHECK(frames[t].qvel == expected.qvel);
    }
  }
}

TEST_CASE("a scene without a camera can be simulated, and is the same scene") {
  SimRequest request = request_of(kBallScenario);
  const auto seen = build_sim_scene(request);
  request.scenario.clear_camera();
  const auto unseen = build_sim_scene(request);
  REQUIRE_MESSAGE(unseen.ok(), unseen.status().message());
  CHECK((*unseen)->scene().cameras.empty());
  const auto run = make_run(*unseen);
  const auto with_camera = make_run(*seen);
  REQUIRE(run->advance(60, {}).ok());
  REQUIRE(with_camera->advance(60, {}).ok());
  CHECK(run->shown().state.qpos == with_camera->shown().state.qpos);
}

TEST_CASE("a step from an older moment starts a branch and drops what came after") {
  const auto run = make_run(scene_of(kBallScenario));
  for (int i = 0; i < 20; ++i) REQUIRE(run->advance(5, {}).ok());
  CHECK(run->history().size() == 21);
  CHECK(run->branch() == 0);
  const MomentPointer old = run->history()[8];
  const State next = run->history()[9]->state;
  run->show(8);
  CHECK(run->shown_moment() == old);
  CHECK(run->history().size() == 21);
  REQUIRE(run->advance(5, {}).ok());
  CHECK(run->branch() == 1);
  CHECK(run->history().size() == 10);
  CHECK(run->shown().step == old->step + (run->history()[9]->step - old->step));
  CHECK(run->shown().state.time_s == doctest::Approx(next.time_s));
  const dvec3 off = run->shown().state.bodies[1].world_from_body.position - next.bodies[1].world_from_body.position;
  CHECK(glm::length(off) < 1e-9);
  REQUIRE(run->advance(5, {}).ok());
  CHECK(run->branch() == 1);
}

TEST_CASE("the history keeps to its caps of count and bytes, and the newest moments") {
  const auto scene = scene_of(kBallScenario);
  const auto counted = make_run(scene, {4, 100'000'000});
  for (int i = 0; i < 10; ++i) REQUIRE(counted->advance(1, {}).ok());
  CHECK(counted->history().size() == 4);
  CHECK(counted->shown_index() == 3);
  CHECK(counted->shown().step == -12 + 10);
  const auto weighed = make_run(scene, {2000, 3 * counted->shown().bytes()});
  for (int i = 0; i < 10; ++i) REQUIRE(weighed->advance(1, {}).ok());
  CHECK(weighed->history().size() <= 3);
  CHECK(weighed->history().size() >= 2);
}

TEST_CASE("a reset run repeats itself to the last bit") {
  const auto run = make_run(scene_of(kBallScenario));
  for (int i = 0; i < 30; ++i) REQUIRE(run->advance(5, {}).ok());
  const State first = run->shown().state;
  REQUIRE(run->reset().ok());
  CHECK(run->history().size() == 1);
  for (int i = 0; i < 30; ++i) REQUIRE(run->advance(5, {}).ok());
  CHECK(run->shown().state.qpos == first.qpos);
}

TEST_CASE("a pulled body comes to its target and hangs there by its weight") {
  for (const PhysicsBackend engine : {PhysicsBackend::kMujoco, PhysicsBackend::kBullet}) {
    SimRequest request = request_of(kBallScenario);
    request.physics = engine;
    const auto scene = build_sim_scene(request);
    REQUIRE(scene.ok());
    const auto run = make_run(*scene);
    const Perturb perturb{kBall, dvec3(0.0), dvec3(0.5, 0.5, 2.0)};
    for (int i = 0; i < 300; ++i) REQUIRE(run->advance(5, perturb).ok());
    const double rate = 2.0 * 3.14159265358979 * 2.0;
    const dvec3 hangs = perturb.target_world - dvec3(0, 0, 9.81 / (rate * rate));
    CHECK(glm::length(run->shown().state.bodies[1].world_from_body.position - hangs) < 1e-3);
    const double weight = run->scene()->scene().bodies[1].mass.mass_kg * 9.81;
    CHECK(run->shown().perturb_force_n.z == doctest::Approx(weight).epsilon(1e-3));
  }
}

TEST_CASE("energy of a fall moves from potential to kinetic, and contacts show up as force") {
  const auto scene = scene_of(kBallScenario);
  const auto run = make_run(scene);
  for (int i = 0; i < 80; ++i) REQUIRE(run->advance(5, {}).ok());
  const History history(run->history().begin(), run->history().end());
  for (const Quantity& quantity : quantities()) {
    CAPTURE(quantity.name);
    const std::vector<double> values = series(quantity, scene->scene(), history, kBall);
    CHECK(values.size() == history.size());
    for (const double value : values) CHECK(std::isfinite(value));
    if (std::string(quantity.name) == "kinetic energy") CHECK(values[15] > values[3]);
    if (std::string(quantity.name) == "contact force") {
      CHECK(values[3] == 0.0);
      const double weight = scene->scene().bodies[1].mass.mass_kg * 9.81;
      CHECK(values.back() == doctest::Approx(weight).epsilon(0.1));
    }
    if (std::string(quantity.name) == "position z") CHECK(values.back() == doctest::Approx(0.2).epsilon(0.02));
  }
  CHECK(times(history).back() == doctest::Approx(run->shown().state.time_s));
}

}  // namespace
}  // namespace diorama::editor
