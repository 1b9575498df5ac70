#include "tests/unit/apps/editor/session_fixture.h"

#include <doctest/doctest.h>

#include "scenes/scenario_io.h"

namespace diorama::editor {

const char* const kBallScenario = R"(
name: "ball"
episode { frames: 6 frame_rate_hz: 24 settle_time_s: 0.05 }
physics { step_rate_hz: 240 }
body { name: "floor" motion: STATIC shape { plane { half_x_m: 4 half_y_m: 4 } } }
body { name: "ball" class_name: "ball" position_m { z: 1 } shape { sphere { radius_m: 0.2 } } }
body { name: "rod" position_m { x: 1 z: 1 } shape { box { half_x_m: 0.03 half_y_m: 0.03 half_z_m: 0.3 } }
  joint { type: HINGE anchor_m { z: 0.3 } axis { y: 1 } position_deg: 40 } }
camera { name: "front" width_px: 48 height_px: 32 fixed { position_m { y: -4 z: 1 } look_at_m { z: 0.6 } } }
camera { name: "top" width_px: 32 height_px: 32 fixed { position_m { z: 5 } look_at_m { } } }
vary { path: "body[ball].linear_velocity_m_s.x" distribution { uniform { low: 0.5 high: 1 } } factor: "speed" }
)";

SimRequest request_of(const std::string& text, std::uint64_t revision) {
  auto scenario = parse_scenario(text, "test");
  REQUIRE_MESSAGE(scenario.ok(), scenario.status().message());
  SimRequest request;
  request.scenario = *scenario;
  request.base_folder = ".";
  request.key = {7, 2};
  request.revision = revision;
  return request;
}

std::shared_ptr<const SimScene> scene_of(const std::string& text) {
  auto scene = build_sim_scene(request_of(text));
  REQUIRE_MESSAGE(scene.ok(), scene.status().message());
  return *scene;
}

}  // namespace diorama::editor
