#include "apps/editor/session/kept_pose.h"

#include <doctest/doctest.h>

#include "apps/editor/session/sim_run.h"
#include "scenes/field_path.h"
#include "tests/unit/apps/editor/session_fixture.h"

namespace diorama::editor {
namespace {

TEST_CASE("a kept pose written into the document starts the scene there") {
  SimRequest request = request_of(kBallScenario);
  const auto scene = build_sim_scene(request);
  REQUIRE(scene.ok());
  auto run = SimRun::create(*scene, {});
  REQUIRE(run.ok());
  for (int i = 0; i < 40; ++i) REQUIRE((*run)->advance(5, {}).ok());
  const State& state = (*run)->shown().state;

  const KeptPose kept = keep_pose(**scene, state, request.scenario);
  CHECK(kept.notes.empty());
  CHECK(kept.edits.size() == 3);  // position and rotation of the ball, angle of the rod
  for (const FieldEdit& edit : kept.edits) {
    const auto field = resolve_field(request.scenario, edit.path);
    REQUIRE_MESSAGE(field.ok(), field.status().message());
    const Status set = set_field_text(request.scenario, *field, edit.value);
    REQUIRE_MESSAGE(set.ok(), set.message());
  }
  const auto again = build_sim_scene(request);
  REQUIRE_MESSAGE(again.ok(), again.status().message());
  for (std::size_t b = 0; b < state.bodies.size(); ++b) {
    CAPTURE(b);
    const Pose& was = state.bodies[b].world_from_body;
    const Pose& is = (*again)->initial.bodies[b].world_from_body;
    CHECK(glm::length(is.position - was.position) < 1e-9);
    CHECK(std::abs(glm::dot(is.rotation, was.rotation)) == doctest::Approx(1.0));
  }
}

TEST_CASE("what varies, and what no document holds, is told instead of kept") {
  SimRequest request = request_of(std::string(kBallScenario) + R"(
    group { name: "peas" count: 2 center_m { x: -2 z: 0.3 } half_extent_m { x: 0.5 y: 0.5 }
      item { body { shape { sphere { radius_m: 0.05 } } } } }
    vary { path: "body[ball].position_m.x" distribution { uniform { low: 0 high: 0.1 } } })");
  const auto scene = build_sim_scene(request);
  REQUIRE_MESSAGE(scene.ok(), scene.status().message());
  const KeptPose kept = keep_pose(**scene, (*scene)->initial, request.scenario);
  REQUIRE(kept.notes.size() == 3);
  CHECK(kept.notes[0].find("body[ball].position_m: varies") == 0);
  CHECK(kept.notes[1].find("body[peas/0]") == 0);
  CHECK(kept.edits.size() == 2);
  const KeptPose ball = keep_pose(**scene, (*scene)->initial, request.scenario, {"rod"});
  CHECK(ball.notes.empty());
  REQUIRE(ball.edits.size() == 1);
  CHECK(ball.edits[0].path == "body[rod].joint[0].position_deg");
}

}  // namespace
}  // namespace diorama::editor
