#include "apps/editor/session/sample_study.h"

#include <doctest/doctest.h>

#include "apps/editor/session/seed_marks.h"
#include "apps/pipeline/episode_runner.h"
#include "scenes/scenario_io.h"
#include "tests/unit/apps/editor/session_fixture.h"

namespace diorama::editor {
namespace {

using namespace std::chrono_literals;
constexpr auto kLong = 60s;

StudyRequest study_of(const std::string& text, int episodes, StudyDepth depth) {
  const SimRequest source = request_of(text);
  StudyRequest request;
  request.scenario = source.scenario;
  request.base_folder = source.base_folder;
  for (int e = 0; e < episodes; ++e) request.keys.push_back({7, e});
  request.depth = depth;
  request.thumbnail_width_px = 24;
  request.thumbnail_height_px = 24;
  return request;
}

RendererOptions checked() {
  RendererOptions options;
  options.validation = true;
  return options;
}

TEST_CASE("each sampled scene has a picture, its factors and a scenario that resolves to it") {
  SampleStudy study(checked(), 2);
  CHECK(study.result()->items.empty());
  study.start(study_of(kBallScenario, 5, StudyDepth::kSettled));
  REQUIRE(study.wait_idle(kLong));
  const auto result = study.result();
  CHECK(!result->running);
  REQUIRE(result->items.size() == 5);
  CHECK(result->count(StudyItem::Progress::kDone) == 5);
  CHECK(result->rejection_rate() == 0.0);
  REQUIRE(result->layout);
  CHECK(result->layout->factors[0].name == "speed");
  for (std::size_t i = 0; i < 5; ++i) {
    const StudyItem& item = *result->items[i];
    CHECK(item.key.episode == static_cast<std::int64_t>(i));
    CHECK_MESSAGE(item.status.ok(), item.status.message());
    CHECK(item.thumbnail.width_px == 24);
    CHECK(item.thumbnail.height_px == 16);
    REQUIRE(item.resolved);
    CHECK(item.resolved->vary_size() == 0);
    CHECK(item.resolved->body(1).linear_velocity_m_s().x() == item.factors[0][0]);
    CHECK(!item.outcome);
  }
  CHECK(result->items[0]->factors[0][0] != result->items[1]->factors[0][0]);
}

TEST_CASE("outcomes are those of the simulated episode") {
  SampleStudy study(checked(), 1);
  study.start(study_of(kBallScenario, 2, StudyDepth::kSimulated));
  REQUIRE(study.wait_idle(kLong));
  const auto result = study.result();
  const auto sampler = Sampler::create(request_of(kBallScenario).scenario, ".", sampler_tools());
  REQUIRE(sampler.ok());
  const auto episode = simulate_episode(**sampler, PhysicsBackend::kMujoco, {7, 1});
  REQUIRE(episode.ok());
  REQUIRE(result->items[1]->outcome);
  const Outcome& outcome = *result->items[1]->outcome;
  CHECK(outcome.duration_s == doctest::Approx(5.0 / 24.0));
  CHECK(outcome.displaced_objects == 2);  // ball and rod
  CHECK(outcome.at_rest_after_s == outcome.duration_s);
  CHECK(outcome.most_contacts == 0);
  CHECK(outcome.fastest_m_s > 2.0);
  CHECK(std::abs(outcome.energy_change_j) < 0.02 * outcome.final_energy_j);  // it still falls
  const Outcome expected = outcome_of(episode->sample.scene, episode->trajectory);
  for (const OutcomeField& field : outcome_fields()) {
    CAPTURE(std::string(field.name));
    CHECK(field.value(outcome) == field.value(expected));
  }
}

TEST_CASE("rejections are counted by their reason") {
  // A post at a random distance from the ball: some overlap.
  SampleStudy study(checked(), 1);
  study.start(study_of(std::string(kBallScenario) + R"(
    body { name: "post" motion: STATIC position_m { x: -0.6 z: 1 } shape { sphere { radius_m: 0.2 } } }
    vary { path: "body[post].position_m.x" distribution { uniform { low: -0.8 high: -0.1 } } })",
                       24, StudyDepth::kDrawn));
  REQUIRE(study.wait_idle(kLong));
  const auto result = study.result();
  const int rejected = result->count(StudyItem::Progress::kRejected);
  CHECK(rejected > 2);
  CHECK(rejected < 22);
  CHECK(result->rejection_rate() == doctest::Approx(rejected / 24.0));
  int counted = 0;
  for (const StudyResult::Reason& reason : result->reasons()) {
    counted += reason.count;
    CHECK(!reason.text.empty());
  }
  CHECK(counted == rejected);
  CHECK(result->reasons()[0].count > 1);  // though the depths differ
}

TEST_CASE("a study can be cancelled, replaced, and end with the reason why nothing could be drawn") {
  SampleStudy study(checked(), 1);
  study.start(study_of(kBallScenario, 10000, StudyDepth::kSimulated));
  study.cancel();
  REQUIRE(study.wait_idle(kLong));
  CHECK(!study.result()->running);
  CHECK(study.result()->count(StudyItem::Progress::kDone) < 10000);
  study.start(study_of(kBallScenario, 10000, StudyDepth::kSimulated));
  study.start(study_of(kBallScenario, 1, StudyDepth::kDrawn));
  REQUIRE(study.wait_idle(kLong));
  CHECK(study.result()->items.size() == 1);
  StudyRequest broken = study_of(kBallScenario, 3, StudyDepth::kDrawn);
  broken.scenario.clear_camera();
  study.start(broken);
  REQUIRE(study.wait_idle(kLong));
  CHECK(study.result()->status.code() == Code::kInvalidInput);
  CHECK(study.result()->count(StudyItem::Progress::kWaiting) == 3);
}

TEST_CASE("marks of seeds exclude each other and survive as text") {
  SeedMarks marks;
  marks.set_pinned({7, 3}, true);
  marks.set_rejected({7, 4}, true);
  marks.set_rejected({7, 3}, true);
  CHECK(!marks.is_pinned({7, 3}));
  CHECK(marks.num_rejected() == 2);
  marks.set_pinned({18446744073709551615ULL, 1}, true);
  const SeedMarks read = SeedMarks::from_text(marks.to_text() + "nonsense\npin x\n");
  CHECK(read.to_text() == marks.to_text());
  CHECK(read.is_pinned({18446744073709551615ULL, 1}));
  marks.set_rejected({7, 3}, false);
  CHECK(!marks.is_rejected({7, 3}));
}

}  // namespace
}  // namespace diorama::editor
