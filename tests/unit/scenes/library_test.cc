#include <algorithm>
#include <filesystem>
#include <set>
#include <vector>

#include "engine/physics/mujoco/mujoco_world.h"
#include "tests/unit/scenes/scenes_test_tools.h"

namespace diorama {
namespace {

using namespace scenes_test;

const std::filesystem::path kLibrary = "scenes/library";

std::vector<std::filesystem::path> library_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(kLibrary))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

TEST_CASE(
    "every scenario of the library reads, validates without a word, and samples 20 episodes") {
  REQUIRE(library_files().size() == 8);
  for (const auto& path : library_files()) {
    CAPTURE(path.string());
    const auto scenario = read_scenario(path);
    REQUIRE_MESSAGE(scenario.ok(), scenario.status().message());
    CHECK(diagnostics(*scenario, kLibrary) == "");
    Sampler::Tools with_model = tools();
    with_model.import_model = import_mjcf;
    auto sampler = Sampler::create(*scenario, kLibrary, with_model);
    REQUIRE_MESSAGE(sampler.ok(), sampler.status().message());
    CHECK((*sampler)->layout().views.size() >= 2);
    CHECK((*sampler)->layout().factors.size() >= 2);
    for (int episode = 0; episode < 20; ++episode) {
      const auto sample = (*sampler)->sample({5, episode});
      REQUIRE_MESSAGE(sample.ok(), sample.status().message());
      CHECK(check_scene(sample->scene).empty());
      CHECK(sample->scene.num_positions() <= (*sampler)->layout().num_positions);
    }
  }
}

TEST_CASE(
    "all but the humanoid allow both engines, clutter scatters at least 20 bodies, pushing is "
    "actuated") {
  for (const auto& path : library_files()) {
    const auto scenario = read_scenario(path);
    REQUIRE(scenario.ok());
    const bool humanoid = path.stem() == "humanoid";
    CHECK((scenario->physics().engine() == schema::Physics::ANY) == !humanoid);
  }
  auto clutter = Sampler::create(*read_scenario(kLibrary / "clutter.textproto"), kLibrary, tools());
  REQUIRE(clutter.ok());
  std::set<std::size_t> counts;
  for (int episode = 0; episode < 12; ++episode) {
    const auto sample = (*clutter)->sample({0, episode});
    REQUIRE(sample.ok());
    counts.insert(sample->scene.bodies.size());
    CHECK(sample->scene.bodies.size() >= 22);
    CHECK(sample->scene.bodies.size() <= (*clutter)->layout().objects.size());
  }
  CHECK(counts.size() > 3);
  auto pushing = Sampler::create(*read_scenario(kLibrary / "pushing.textproto"), kLibrary, tools());
  REQUIRE(pushing.ok());
  CHECK((*pushing)->layout().actuators == std::vector<std::string>{"push_x", "push_y"});
}

}  // namespace
}  // namespace diorama
