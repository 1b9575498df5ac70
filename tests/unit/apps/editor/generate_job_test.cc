#include "apps/editor/session/generate_job.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <vector>

#include <doctest/doctest.h>

#include "engine/core/hash.h"
#include "scenes/scenario_io.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/apps/editor/session_fixture.h"

namespace diorama::editor {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
constexpr auto kLong = 120s;

GenerateSettings settings_in(const fs::path& folder) {
  const fs::path scenario = folder / "my ball.textproto";
  std::ofstream(scenario) << kBallScenario;
  GenerateSettings settings;
  settings.options.scenario = scenario;
  settings.options.episodes = 4;
  settings.options.seed = 11;
  settings.options.episodes_per_shard = 2;
  settings.options.workers = 2;
  settings.options.renderer.validation = true;
  settings.folder = folder / "data";
  return settings;
}

std::vector<std::string> shard_hashes(const fs::path& dataset) {
  std::vector<std::string> hashes;
  for (const char* shard : {"000000.h5", "000001.h5"}) {
    auto hash = sha256_file(dataset / "shards" / shard);
    REQUIRE_MESSAGE(hash.ok(), hash.status().message());
    hashes.push_back(*hash);
  }
  return hashes;
}

TEST_CASE("the job's shards are those of the command line that it names, byte for byte") {
  const TempDir folder;
  const GenerateSettings settings = settings_in(folder.path());
  GenerateJob job;
  CHECK(job.state().phase == GenerateState::Phase::kIdle);
  REQUIRE(job.start(settings));
  CHECK(!job.start(settings));
  CHECK(!job.estimate(settings));
  REQUIRE(job.wait_idle(kLong));
  const GenerateState state = job.state();
  REQUIRE_MESSAGE(state.phase == GenerateState::Phase::kDone, state.status.message());
  CHECK(state.episodes_total == 4);
  CHECK(state.episodes_kept == 4);
  CHECK(state.views == 4 * 6 * 2);
  CHECK(state.bytes > 0);
  REQUIRE(state.report);
  CHECK(state.report->shards.size() == 2);

  // The program beside this one, with the very words that the panel shows.
  GenerateSettings typed = settings;
  typed.folder = folder.path() / "typed";
  const std::string program = fs::read_symlink("/proc/self/exe").parent_path() / "diorama";
  const std::string command = typed.command();
  REQUIRE(command.starts_with("diorama generate "));
  const std::string line = "'" + program + "'" + command.substr(std::string("diorama").size()) + " --progress none >/dev/null 2>&1";
  REQUIRE(std::system(line.c_str()) == 0);
  CHECK(shard_hashes(settings.folder) == shard_hashes(typed.folder));
}

TEST_CASE("a cancelled run stops after the running episodes, and a new one does not write over it") {
  const TempDir folder;
  GenerateSettings settings = settings_in(folder.path());
  settings.options.episodes = 400;
  settings.options.workers = 1;
  GenerateJob job;
  REQUIRE(job.start(settings));
  while (job.state().episodes_kept < 3 && job.state().busy()) std::this_thread::sleep_for(2ms);
  job.cancel();
  REQUIRE(job.wait_idle(kLong));
  CHECK(job.state().phase == GenerateState::Phase::kStopped);
  CHECK(job.state().episodes_kept < 400);
  REQUIRE(job.start(settings));
  REQUIRE(job.wait_idle(kLong));
  CHECK(job.state().phase == GenerateState::Phase::kFailed);  // there is something already
  CHECK(job.state().status.code() == Code::kOutput);
}

TEST_CASE("an estimate comes from one real episode and writes nothing") {
  const TempDir folder;
  GenerateSettings settings = settings_in(folder.path());
  GenerateJob job;
  REQUIRE(job.estimate(settings));
  REQUIRE(job.wait_idle(kLong));
  const GenerateState state = job.state();
  REQUIRE_MESSAGE(state.status.ok(), state.status.message());
  REQUIRE(state.estimate);
  CHECK(state.estimate->episodes == 4);
  CHECK(state.estimate->episode_bytes > 1000.0);
  CHECK(state.estimate->episode_seconds > 0.0);
  CHECK(state.estimate_workers == 2);
  CHECK(!fs::exists(settings.folder));

  settings.options.scenario = folder.path() / "missing.textproto";
  REQUIRE(job.estimate(settings));
  REQUIRE(job.wait_idle(kLong));
  CHECK(job.state().status.code() == Code::kInvalidInput);
  CHECK(!job.state().estimate);
}

}  // namespace
}  // namespace diorama::editor
