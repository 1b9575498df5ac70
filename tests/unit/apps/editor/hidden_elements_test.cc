// What is hidden is not drawn in the viewport, and nothing else changes.
#include "apps/editor/app/hidden_elements.h"

#include <doctest/doctest.h>

#include "apps/editor/panel/visible_scene.h"
#include "tests/unit/apps/editor/editor_test_tools.h"

namespace diorama::editor {
namespace {

constexpr const char* kText = R"(
body { name: "floor" motion: STATIC shape { plane {} } }
body { name: "ball" position_m { z: 1 } shape { sphere { radius_m: 0.1 } } }
body { name: "box" position_m { x: 1 z: 1 } shape { box { half_x_m: 0.1 half_y_m: 0.1 half_z_m: 0.1 } } shape { sphere { radius_m: 0.12 } } }
group { name: "pile" count: 3 center_m { y: 2 z: 1 } half_extent_m { x: 0.5 y: 0.5 z: 0.5 }
  item { body { shape { sphere { radius_m: 0.05 } } } } }
camera { name: "main" fixed { position_m { y: -4 z: 1 } look_at_m {} } }
camera { name: "side" fixed { position_m { x: 4 z: 1 } look_at_m {} } }
light { name: "lamp" point { position_m { z: 3 } intensity_candela: 500 } }
)";

std::shared_ptr<const SimScene> built(const Document& document) {
  SimRequest request;
  request.scenario = document.scenario();
  request.base_folder = ".";
  auto scene = build_sim_scene(request);
  REQUIRE_MESSAGE(scene.ok(), scene.status().message());
  return *scene;
}

/// Names of the bodies of which something is drawn.
std::set<std::string> drawn(const Scene& scene) {
  std::set<std::string> names;
  for (const Shape& shape : scene.shapes) {
    if (shape.visible) names.insert(scene.bodies[static_cast<std::size_t>(shape.body.index)].name);
  }
  return names;
}

TEST_CASE(
    "hidden bodies and groups are not drawn, hidden cameras are gone, hidden lights are dark") {
  const Document document = editor_test::document_of(kText);
  const auto sim = built(document);
  HiddenElements hidden;
  VisibleScene visible;
  CHECK(visible.of(document, hidden, sim).get() == &sim->scene());
  for (const char* path : {"body[box]", "group[pile]", "camera[side]", "light[lamp]"})
    hidden.set_hidden(path, true);
  const auto scene = visible.of(document, hidden, sim);
  CHECK(drawn(*scene) == std::set<std::string>{"floor", "ball"});
  CHECK(scene->bodies.size() == sim->scene().bodies.size());
  CHECK(visible.hidden_bodies().size() == 4);
  REQUIRE(scene->cameras.size() == 1);
  CHECK(scene->cameras[0].name == "main");
  CHECK(scene->lights[0].intensity_candela == 0.0);
  CHECK(drawn(sim->scene()).contains("box"));
  CHECK(visible.of(document, hidden, sim) == scene);  // Made once.
  hidden.set_hidden("body[box]", false);
  CHECK(drawn(*visible.of(document, hidden, sim)).contains("box"));
  hidden.show_all();
  CHECK(visible.of(document, hidden, sim).get() == &sim->scene());
  CHECK(visible.hidden_bodies().empty());
}

TEST_CASE("only what stands in the viewport can be hidden, and it stays so under another name") {
  HiddenElements hidden;
  for (const char* path : {"material[red]", "physics", "body[ball].shape[0]", "actuator[a]", ""}) {
    CAPTURE(path);
    hidden.set_hidden(path, true);
    CHECK(hidden.empty());
  }
  const std::uint64_t before = hidden.revision();
  hidden.set_hidden("body[ball]", true);
  CHECK(hidden.revision() != before);
  const std::vector<Command> renames = {Rename{"body[ball]", "marble"}, SetField{"name", "\"s\""},
                                        Rename{"body[other]", "ball"},
                                        Rename{"body[marble]", "pearl"}};
  hidden.follow(renames);
  CHECK(hidden.paths() == std::set<std::string>{"body[pearl]"});
  hidden.follow_back(renames);
  CHECK(hidden.paths() == std::set<std::string>{"body[ball]"});
}

}  // namespace
}  // namespace diorama::editor
