#include "apps/editor/session/dataset_session.h"

#include <atomic>
#include <fstream>
#include <map>

#include <doctest/doctest.h>

#include "apps/pipeline/generate.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/apps/editor/session_fixture.h"

namespace diorama::editor {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
constexpr auto kLong = 60s;

/// Four episodes in two shards.
fs::path make_dataset(const fs::path& folder) {
  std::ofstream(folder / "ball.textproto") << kBallScenario;
  GenerateOptions options;
  options.scenario = folder / "ball.textproto";
  options.episodes = 4;
  options.seed = 11;
  options.episodes_per_shard = 2;
  options.workers = 1;
  options.channels = {"depth", "segmentation", "tracks"};
  auto plan = plan_generate(options);
  REQUIRE_MESSAGE(plan.ok(), plan.status().message());
  const std::atomic<bool> stop{false};
  GenerateProgress progress;
  const auto report = run_generate(*plan, folder / "data", OutputMode::kNew, stop, progress);
  REQUIRE_MESSAGE(report.ok(), report.status().message());
  return folder / "data";
}

TEST_CASE("a dataset shows its shards, episodes, pictures, rows and labels") {
  const TempDir folder;
  const fs::path data = make_dataset(folder.path());
  DatasetSession session;
  CHECK(session.snapshot()->overview == nullptr);
  session.show(3, 3);  // nothing is open: no harm
  REQUIRE(session.wait_idle(kLong));
  session.open(data);
  REQUIRE(session.wait_idle(kLong));
  auto snapshot = session.snapshot();
  REQUIRE_MESSAGE(snapshot->status.ok(), snapshot->status.message());
  REQUIRE(snapshot->overview);
  const DatasetOverview& overview = *snapshot->overview;
  CHECK(overview.scenario_name == "ball");
  CHECK(overview.seed == 11);
  CHECK(overview.engine == "mujoco");
  REQUIRE(overview.shards.size() == 2);
  CHECK(overview.shards[1].first_position == 2);
  CHECK(overview.shards[0].sha256.size() == 64);
  REQUIRE(overview.episodes.size() == 4);
  CHECK(overview.episodes[3].episode == 3);
  CHECK(overview.episodes[3].shard == 1);
  CHECK(overview.episodes[3].num_rows == 6);
  REQUIRE(overview.views.size() == 2);
  CHECK(overview.views[1].suffix == ".top");
  CHECK(overview.object_name(1) == "ball");
  CHECK(overview.object_name(17).empty());

  session.show(3, 5, 0);
  REQUIRE(session.wait_idle(kLong));
  snapshot = session.snapshot();
  REQUIRE(snapshot->frame);
  const DatasetFrame& frame = *snapshot->frame;
  CHECK(frame.time_s == doctest::Approx(5.0 / 24.0));
  REQUIRE(frame.pictures.size() == 3);
  for (const DatasetFrame::Picture& picture : frame.pictures) {
    CHECK(picture.picture.width_px == 48);
    CHECK(picture.picture.height_px == 32);
    CHECK(!picture.text_at(0.5, 0.5).empty());
    CHECK(picture.text_at(1.0, 0.5).empty());
  }
  CHECK(frame.pictures[1].far_m == 30.0);
  CHECK(frame.row.at("object_pose").size() == 3 * 7);
  CHECK(frame.row.at("camera").size() == 11);
  CHECK(frame.row.find("pixels.top") == frame.row.end());
  CHECK(frame.overlays.size() == overlay_kinds().size());

  // The ball's box lies around the ball's projected origin, and its axes start there.
  const auto overlay = [&](const std::string& name) -> const Overlay& {
    for (const DatasetFrame::Drawn& drawn : frame.overlays) {
      if (drawn.name == name) return drawn.overlay;
    }
    FAIL("no overlay " << name);
    return frame.overlays[0].overlay;
  };
  dvec2 origin(0.0);
  for (const OverlayText& text : overlay("poses").texts) {
    if (text.text == "ball") origin = text.at_px;
  }
  dvec2 lower(1e9);
  dvec2 upper(-1e9);
  for (const OverlayLine& line : overlay("visible boxes").lines) {
    if (line.color != 1) continue;
    lower = glm::min(lower, line.from_px);
    upper = glm::max(upper, line.from_px);
  }
  CHECK(lower.x < origin.x);
  CHECK(upper.x > origin.x);
  CHECK(lower.y < origin.y);
  CHECK(upper.y > origin.y);
  CHECK(std::abs(0.5 * (lower.x + upper.x) - origin.x) < 1.5);

  // Of each point in view, two lines if it is seen and four if it is hidden, about where the column has it.
  const std::vector<double>& image = frame.row.at("track_image");
  const std::vector<double>& visible = frame.row.at("track_visible");
  std::map<int, int> lines;
  for (const OverlayLine& line : overlay("point tracks").lines) {
    ++lines[line.color];
    const dvec2 point(image[2 * static_cast<std::size_t>(line.color)], image[2 * static_cast<std::size_t>(line.color) + 1]);
    CHECK(glm::length(line.from_px - point) < 3.0);
    CHECK(glm::length(line.to_px - point) < 3.0);
  }
  std::size_t seen = 0;
  std::size_t hidden = 0;
  for (std::size_t i = 0; i < visible.size(); ++i) {
    const bool in_view = image[2 * i] != -1.0;
    const auto drawn = lines.find(static_cast<int>(i));
    CHECK((drawn == lines.end() ? 0 : drawn->second) == (!in_view ? 0 : visible[i] != 0.0 ? 2 : 4));
    seen += in_view && visible[i] != 0.0 ? 1 : 0;
    hidden += in_view && visible[i] == 0.0 ? 1 : 0;
  }
  CHECK(seen > 20);
  CHECK(hidden > 20);

  session.show(99, 99, 1);
  REQUIRE(session.wait_idle(kLong));
  snapshot = session.snapshot();
  CHECK(snapshot->frame->position == 3);
  CHECK(snapshot->frame->frame == 5);
  CHECK(snapshot->frame->pictures[0].column == "pixels.top");
  CHECK(snapshot->frame->pictures[0].picture.width_px == 32);
  CHECK(snapshot->frame->row.find("pixels") == snapshot->frame->row.end());
  session.close();
  REQUIRE(session.wait_idle(kLong));
  CHECK(session.snapshot()->overview == nullptr);
}

TEST_CASE("an episode leads back to its scenario and seed") {
  const TempDir folder;
  const fs::path data = make_dataset(folder.path());
  DatasetSession session;
  session.open(data);
  session.show(2, 0);
  REQUIRE(session.wait_idle(kLong));
  const auto snapshot = session.snapshot();
  const auto request = episode_scene(*snapshot->overview, 2, folder.path());
  REQUIRE_MESSAGE(request.ok(), request.status().message());
  CHECK(request->key.seed == 11);
  CHECK(request->key.episode == 2);
  const auto scene = build_sim_scene(*request);
  REQUIRE_MESSAGE(scene.ok(), scene.status().message());
  const double recorded = snapshot->frame->row.at("variation.speed")[0];
  CHECK((*scene)->sample.factors[0][0] == doctest::Approx(recorded).epsilon(1e-6));
  CHECK((*scene)->sample.resolved.vary_size() == 0);
  CHECK(!episode_scene(*snapshot->overview, 4, folder.path()).ok());
}

TEST_CASE("a single shard opens as a part of its dataset; what is no dataset is a status") {
  const TempDir folder;
  const fs::path data = make_dataset(folder.path());
  DatasetSession session;
  session.open(data / "shards" / "000001.h5");
  REQUIRE(session.wait_idle(kLong));
  auto snapshot = session.snapshot();
  REQUIRE_MESSAGE(snapshot->status.ok(), snapshot->status.message());
  CHECK(snapshot->overview->shards.size() == 1);
  CHECK(snapshot->overview->episodes.size() == 2);
  CHECK(snapshot->overview->episodes[0].episode == 2);
  CHECK(snapshot->frame->pictures.size() == 3);
  const auto request = episode_scene(*snapshot->overview, 0, folder.path());
  REQUIRE_MESSAGE(request.ok(), request.status().message());
  CHECK(request->key.episode == 2);

  session.open(folder.path() / "ball.textproto");
  REQUIRE(session.wait_idle(kLong));
  snapshot = session.snapshot();
  CHECK(!snapshot->status.ok());
  CHECK(snapshot->overview->episodes.size() == 2);  // the shard stays open
  session.open(folder.path() / "missing");
  REQUIRE(session.wait_idle(kLong));
  CHECK(session.snapshot()->status.message().find("missing") != std::string::npos);
}

}  // namespace
}  // namespace diorama::editor
