// Choosing engines, simulating an episode, and rendering in batches.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "apps/pipeline/backends.h"
#include "apps/pipeline/episode_runner.h"
#include "apps/pipeline/generate.h"
#include "apps/pipeline/generate_command.h"
#include "scenes/scenario_io.h"

namespace diorama {
namespace {

constexpr const char* kScenario = R"(
name: "two views"
episode { frames: 5 }
body { name: "ball" position_m { z: 1 } shape { sphere { radius_m: 0.2 } } }
camera { name: "wide" width_px: 24 height_px: 16 fixed { position_m { y: -2 z: 1 } look_at_m { z: 1 } } }
camera { name: "tall" width_px: 16 height_px: 24 fixed { position_m { y: -2 z: 1 } look_at_m { z: 1 } } }
)";

std::unique_ptr<Sampler> make_sampler(const std::string& text) {
  auto scenario = parse_scenario(text, "test");
  REQUIRE(scenario.ok());
  auto sampler = Sampler::create(std::move(*scenario), ".", sampler_tools());
  REQUIRE_MESSAGE(sampler.ok(), sampler.status().message());
  return std::move(*sampler);
}

TEST_CASE("the engine is the one asked for, if the scenario allows it") {
  schema::Scenario scenario;
  CHECK(*choose_physics(scenario, std::nullopt) == PhysicsBackend::kMujoco);
  CHECK(*choose_physics(scenario, PhysicsBackend::kBullet) == PhysicsBackend::kBullet);
  scenario.mutable_physics()->set_engine(schema::Physics::BULLET);
  CHECK(*choose_physics(scenario, std::nullopt) == PhysicsBackend::kBullet);
  CHECK(choose_physics(scenario, PhysicsBackend::kMujoco).status().code() == Code::kInvalidInput);
  scenario.clear_physics();
  scenario.mutable_model()->set_file("robot.xml");
  CHECK(choose_physics(scenario, PhysicsBackend::kBullet).status().code() == Code::kInvalidInput);
}

TEST_CASE("an unknown engine or renderer is refused with the known names") {
  CHECK(physics_backend_from_name("bulet").status().message().find("bullet") != std::string::npos);
  CHECK(make_renderer({"opengl", "", false}).status().message().find("vulkan") != std::string::npos);
}

TEST_CASE("both engines let the ball fall by the discrete formula, with as many frames as asked for") {
  const auto sampler = make_sampler(kScenario);
  for (const PhysicsBackend backend : {PhysicsBackend::kMujoco, PhysicsBackend::kBullet}) {
    const auto episode = simulate_episode(*sampler, backend, {1, 0});
    REQUIRE_MESSAGE(episode.ok(), episode.status().message());
    REQUIRE(episode->trajectory.states.size() == 5);
    CHECK(episode->trajectory.actions.size() == 4);
    const double rate = episode->sample.scene.physics.step_rate_hz;
    for (const State& state : episode->trajectory.states) {
      const double n = state.time_s * rate;
      const double expected = 1.0 - 9.81 * n * (n + 1) / (2.0 * rate * rate);  // semi-implicit Euler
      CHECK(state.bodies[0].world_from_body.position.z == doctest::Approx(expected).epsilon(1e-9));
    }
  }
}

TEST_CASE("views of two sizes all arrive once, in batches of one size") {
  const auto sampler = make_sampler(kScenario);
  const auto episode = simulate_episode(*sampler, PhysicsBackend::kMujoco, {1, 0});
  REQUIRE(episode.ok());
  const auto renderer = make_renderer({"vulkan", "", true});
  REQUIRE_MESSAGE(renderer.ok(), renderer.status().message());
  std::vector<FrameView> views;
  for (int frame = 0; frame < 5; ++frame) {
    for (int camera = 0; camera < 2; ++camera) views.push_back({frame, CameraId(camera)});
  }
  std::vector<std::pair<int, int>> seen;
  const Status status = render_views(
      **renderer, episode->sample.scene, episode->trajectory.states, views, channel_bit(Channel::kInstance),
      [&](std::span<const FrameView> batch, const RenderedViews& pictures) -> Status {
        CHECK(pictures.num_views == static_cast<int>(batch.size()));
        for (const FrameView& view : batch) {
          CHECK(pictures.width_px == (view.camera.index == 0 ? 24 : 16));
          seen.emplace_back(view.frame, view.camera.index);
        }
        CHECK(std::ranges::count(pictures.get<Channel::kInstance>(), 1) > 0);
        return {};
      });
  CHECK_MESSAGE(status.ok(), status.message());
  std::sort(seen.begin(), seen.end());
  CHECK(seen.size() == 10);
  CHECK(std::unique(seen.begin(), seen.end()) == seen.end());
}

TEST_CASE("a consumer's failure ends rendering and leaves the renderer usable") {
  const auto sampler = make_sampler(kScenario);
  const auto episode = simulate_episode(*sampler, PhysicsBackend::kMujoco, {1, 0});
  const auto renderer = make_renderer({"vulkan", "", true});
  REQUIRE(renderer.ok());
  const std::vector<FrameView> views = {{0, CameraId(0)}, {0, CameraId(1)}, {1, CameraId(0)}};
  int calls = 0;
  const auto fail = [&](std::span<const FrameView>, const RenderedViews&) {
    ++calls;
    return output_error("full");
  };
  CHECK(render_views(**renderer, episode->sample.scene, episode->trajectory.states, views,
                     channel_bit(Channel::kDepth), fail).code() == Code::kOutput);
  CHECK(calls == 1);
  const auto accept = [](std::span<const FrameView>, const RenderedViews&) { return Status(); };
  CHECK(render_views(**renderer, episode->sample.scene, episode->trajectory.states, views,
                     channel_bit(Channel::kDepth), accept).ok());
}

TEST_CASE("the equal command line names what is not the default, quoted for a shell") {
  GenerateOptions options;
  options.scenario = "my scenes/it's.textproto";
  CHECK(generate_command(options, "out", OutputMode::kNew) ==
        "diorama generate 'my scenes/it'\\''s.textproto' --out out");
  options.scenario = "a.textproto";
  options.episodes = 4;
  options.seed = 0;
  options.physics = PhysicsBackend::kBullet;
  options.channels = std::vector<std::string>{"rgb", "depth"};
  options.storage.depth = DepthStorage::kF16;
  options.workers = 2;
  options.shard_index = 1;
  options.shard_count = 3;
  options.overrides = {"body[puck].mass_kg=0.4"};
  CHECK(generate_command(options, "out", OutputMode::kResume) ==
        "diorama generate a.textproto --out out --episodes 4 --seed 0 --physics bullet --channels rgb,depth "
        "--depth f16 --workers 2 --shard 1/3 --set 'body[puck].mass_kg=0.4' --resume");
}

TEST_CASE("the CPU family names vendor, family, model and stepping") {
  const std::string family = cpu_family();
  CHECK(!family.empty());
  CHECK((family == "unknown" || std::count(family.begin(), family.end(), '/') == 2));
}

}  // namespace
}  // namespace diorama
