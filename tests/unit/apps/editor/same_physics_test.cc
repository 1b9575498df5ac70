#include "apps/editor/session/same_physics.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "scenes/field_path.h"
#include "tests/unit/apps/editor/session_fixture.h"

namespace diorama::editor {
namespace {

struct Edit {
  std::string path;
  std::string value;
};

/// The scenario with one field changed, as a scene.
std::shared_ptr<const SimScene> edited(const Edit& edit) {
  SimRequest request = request_of(kBallScenario);
  const auto field = resolve_field(request.scenario, edit.path);
  REQUIRE_MESSAGE(field.ok(), field.status().message());
  const Status set = set_field_text(request.scenario, *field, edit.value);
  REQUIRE_MESSAGE(set.ok(), set.message());
  auto scene = build_sim_scene(request);
  REQUIRE_MESSAGE(scene.ok(), scene.status().message());
  return *scene;
}

TEST_CASE("names, cameras, lights, colours and the length of an episode are not physics") {
  const auto before = scene_of(kBallScenario);
  CHECK(same_physics(*before, *scene_of(kBallScenario)));
  const std::vector<Edit> edits = {{"body[ball].class_name", "toy"},
                                   {"body[rod].name", "pendulum"},
                                   {"camera[top].fixed.position_m.z", "7"},
                                   {"camera[front].fov_y_deg", "60"},
                                   {"episode.frames", "40"},
                                   {"exposure_ev100", "12"},
                                   {"sky.luminance_nits", "5000"},
                                   {"body[ball].shape[0].name", "skin"},
                                   {"body[ball].shape[0].hidden", "true"}};
  for (const Edit& edit : edits) {
    CAPTURE(edit.path);
    CHECK(same_physics(*before, *edited(edit)));
  }
  const std::string text = kBallScenario;
  const auto grows = [&](const std::string& more) {
    CAPTURE(more);
    CHECK(same_physics(*before, *scene_of(text + more)));
  };
  grows(R"(camera { name: "more" fixed { position_m { x: 3 } look_at_m {} } })");
  grows(R"(light { name: "lamp" point { position_m { z: 2 } intensity_candela: 1000 } })");
  grows(R"(material { name: "spare" friction: 3 })");
  grows(R"(vary { path: "exposure_ev100" distribution { uniform { low: 12 high: 13 } } })");
}

TEST_CASE("whatever moves a body otherwise is physics") {
  const auto before = scene_of(kBallScenario);
  const std::vector<Edit> edits = {{"body[ball].mass_kg", "3"},
                                   {"body[ball].position_m.z", "1.0001"},
                                   {"body[ball].shape[0].sphere.radius_m", "0.21"},
                                   {"body[ball].shape[0].ghost", "true"},
                                   {"body[ball].linear_velocity_m_s.y", "1"},
                                   {"body[floor].shape[0].position_m.z", "-0.1"},
                                   {"body[rod].joint[0].damping", "0.1"},
                                   {"body[rod].joint[0].position_deg", "41"},
                                   {"physics.gravity_m_s2", "z: -3"},
                                   {"physics.solver_iterations", "20"},
                                   {"physics.engine", "BULLET"},
                                   {"episode.frame_rate_hz", "48"},
                                   {"episode.settle_time_s", "0.1"},
                                   {"controller.type", "CONSTANT"}};
  for (const Edit& edit : edits) {
    CAPTURE(edit.path);
    CHECK_FALSE(same_physics(*before, *edited(edit)));
  }
  const std::string text = kBallScenario;
  CHECK_FALSE(same_physics(
      *before,
      *scene_of(
          text +
          R"(body { name: "more" position_m { x: 3 z: 1 } shape { sphere { radius_m: 0.1 } } })")));
  // A vary entry draws another value.
  CHECK_FALSE(same_physics(
      *before,
      *scene_of(
          text +
          R"(vary { path: "body[rod].mass_kg" distribution { uniform { low: 5 high: 6 } } })")));
  SimRequest other = request_of(kBallScenario);
  ++other.key.episode;
  CHECK_FALSE(same_physics(*before, **build_sim_scene(other)));
}

TEST_CASE("a material's friction is physics of the shapes that have it, its colour is not") {
  const auto with = [](const std::string& material) {
    std::string text = kBallScenario;
    const std::string ball = "shape { sphere { radius_m: 0.2 }";
    text.replace(text.find(ball), ball.size(), ball + " material: \"m\"");
    return scene_of(text + "material { name: \"m\" " + material + " }");
  };
  const auto before = with("friction: 0.4 base_color { r: 1 }");
  CHECK(
      same_physics(*before, *with("friction: 0.4 base_color { g: 1 } roughness: 0.2 metallic: 1")));
  CHECK(same_physics(*before, *with("friction: 0.4 texture { pattern: CHECKER }")));
  CHECK_FALSE(same_physics(*before, *with("friction: 0.41 base_color { r: 1 }")));
  CHECK_FALSE(same_physics(*before, *with("friction: 0.4 restitution: 0.5")));
  CHECK_FALSE(same_physics(*before, *with("friction: 0.4 density_kg_m3: 500")));
}

}  // namespace
}  // namespace diorama::editor
