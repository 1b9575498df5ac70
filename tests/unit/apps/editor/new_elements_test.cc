#include "apps/editor/command/new_elements.h"

#include <thread>

#include "apps/editor/document/problem_finder.h"
#include "apps/editor/document/scene_problems.h"
#include "apps/editor/document/vary_paths.h"
#include "engine/physics/bullet/bullet_world.h"
#include "scenes/sampler.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/apps/editor/editor_test_tools.h"

namespace diorama::editor {
namespace {

using namespace editor_test;

Sampler::Tools tools() {
  return {[] { return make_bullet_overlap(); }, nullptr};
}

std::string lines_of(const std::vector<Diagnostic>& found) {
  std::string text;
  for (const Diagnostic& d : found)
    text += (d.severity == Diagnostic::Severity::kError ? "error " : "warning ") + d.path + ": " +
            d.message + "\n";
  return text;
}

std::string problems_of(const std::string& text) {
  const Document document = document_of(text);
  CHECK(lines_of(document.problems()) == "");
  return lines_of(scene_problems(document.scenario(), document.base_folder(), tools(), {0, 0}));
}

void do_all(CommandStack& stack, const Result<std::vector<Command>>& commands) {
  REQUIRE_MESSAGE(commands.ok(), commands.status().message());
  const Status status = stack.apply_all("add", *commands);
  REQUIRE_MESSAGE(status.ok(), status.message());
}

TEST_CASE(
    "a scenario of one of everything, added to an empty document, is valid, without problems, and "
    "undone in as many steps") {
  const TempDir folder;
  Document document;
  const std::string first = document.text();
  CommandStack stack(document);
  for (const std::string& kind : shape_kinds()) {
    if (kind != "mesh") do_all(stack, add_body(document, kind));
  }
  do_all(stack, add_mesh_body(document, std::filesystem::absolute("assets/meshes/gem.obj"),
                              {dvec3(-0.1), dvec3(0.1)}));
  for (const std::string& kind : joint_kinds()) {
    do_all(stack, add_body(document, "box"));
    do_all(stack, add_joint(document, document.selection().back(), kind));
  }
  do_all(stack, add_shape(document, "body[box]", "sphere"));
  for (const std::string& kind : camera_kinds()) {
    if (kind != "model_camera") do_all(stack, add_camera(document, kind));
  }
  CHECK(document.scenario().camera(0).name() == "main");
  for (const std::string& kind : light_kinds()) do_all(stack, add_light(document, kind));
  do_all(stack, add_material(document));
  do_all(stack, add_material(document));
  CHECK(document.selection() == Selection{"material[material_2]"});
  do_all(stack, add_group(document));
  CHECK(lines_of(document.problems()) == "");
  CHECK(lines_of(scene_problems(document.scenario(), document.base_folder(), tools(), {0, 0})) ==
        "");
  CHECK(document.scenario().body_size() ==
        static_cast<int>(shape_kinds().size() + joint_kinds().size()));
  CHECK(contains(add_body(document, "bax").status().message(), "did you mean 'box'"));
  CHECK_FALSE(add_camera(document, "model_camera").ok());
  CHECK_FALSE(import_model(document, folder.path() / "none.xml").ok());
  while (stack.undo()) {
  }
  CHECK(document.text() == first);
}

TEST_CASE("a scene to begin with is valid and without problems, and only for an empty document") {
  for (const std::string& kind : scene_kinds()) {
    CAPTURE(kind);
    Document document;
    CommandStack stack(document);
    do_all(stack, add_material(document));
    CHECK(holds_no_scene(document.scenario()));
    do_all(stack, add_scene(document, kind));
    CHECK_FALSE(holds_no_scene(document.scenario()));
    // The material of before has no shape, which is a warning.
    CHECK_FALSE(contains(lines_of(document.problems()), "error"));
    CHECK(lines_of(scene_problems(document.scenario(), document.base_folder(), tools(), {0, 0})) == "");
    CHECK(contains(add_scene(document, kind).status().message(), "holds a scene already"));
  }
  CHECK(contains(add_scene(Document(), "simpel").status().message(), "did you mean 'simple'"));
}

TEST_CASE(
    "copies of all elements of the library have names of their own, and removing them gives the "
    "file back") {
  for (const auto& file : library_files()) {
    CAPTURE(file.string());
    Document document = opened(file);
    CommandStack stack(document);
    const std::string first = document.text();
    Selection all;
    for (const schema::Body& body : document.scenario().body())
      all.push_back("body[" + body.name() + "]");
    for (const schema::Camera& camera : document.scenario().camera())
      all.push_back("camera[" + camera.name() + "]");
    for (const schema::Material& material : document.scenario().material())
      all.push_back("material[" + material.name() + "]");
    for (const schema::Group& group : document.scenario().group())
      all.push_back("group[" + group.name() + "]");
    const int bodies = document.scenario().body_size();
    const int cameras = document.scenario().camera_size();
    do_all(stack, duplicate(document, all));
    CHECK(document.scenario().body_size() == 2 * bodies);
    CHECK(document.scenario().camera_size() == 2 * cameras);
    // Copied materials have no shapes yet, which is a warning.
    CHECK_FALSE(contains(lines_of(document.problems()), "error"));
    // Copies follow their originals.
    if (bodies > 0)
      CHECK(
          contains(document.scenario().body(1).name(), document.scenario().body(0).name() + "_2"));
    stack.undo();
    CHECK(document.text() == first);

    const auto text = copy_text(document, all);
    REQUIRE(text.ok());
    do_all(stack, paste(document, *text));
    CHECK(document.scenario().body_size() == 2 * bodies);
    CHECK_FALSE(contains(lines_of(document.problems()), "error"));
    Selection pasted;
    for (int i = bodies; i < 2 * bodies; ++i)
      pasted.push_back("body[" + document.scenario().body(i).name() + "]");
    if (bodies > 0) {
      do_all(stack, remove_all(document, pasted));
      CHECK(document.scenario().body_size() == bodies);
    }
  }
}

TEST_CASE(
    "copying keeps comments; parts of a body are pasted into the selected body; rubbish is "
    "refused") {
  Document document = document_of(
      "# head\nname: \"a\"\n# the ball\nbody {\n  name: \"ball\"\n  # round\n  shape { sphere { "
      "radius_m: 0.1 } }  # really\n}\nbody { name: \"b\" }\n");
  CommandStack stack(document);
  CHECK(*copy_text(document, {"body[ball]", "body[ball].shape[0]"}) ==
        "# the ball\nbody {\n  name: \"ball\"\n  # round\n  shape { sphere { radius_m: 0.1 } }  # "
        "really\n}\n");
  const auto shape = copy_text(document, {"body[ball].shape[0]"});
  CHECK(*shape == "# round\nshape { sphere { radius_m: 0.1 } }  # really\n");
  CHECK_FALSE(copy_text(document, {"body[b]", "body[ball].shape[0]"}).ok());
  CHECK_FALSE(copy_text(document, {}).ok());
  CHECK_FALSE(paste(document, *shape).ok());
  document.select({"body[b]"});
  do_all(stack, paste(document, *shape));
  CHECK(document.scenario().body(1).shape_size() == 1);
  CHECK_FALSE(paste(document, "").ok());
  CHECK_FALSE(paste(document, "hello world").ok());
  do_all(stack, paste(document, "sky { luminance_nits: 5 } body: [{ name: 'b' }, { name: 'b' }]"));
  CHECK(document.scenario().sky().luminance_nits() == 5);
  CHECK(document.scenario().body(2).name() == "b_2");
  CHECK(document.scenario().body(3).name() == "b_3");
}

TEST_CASE("bodies in each other are told with their depth, but not those that may overlap") {
  const std::string rest = "camera { name: \"main\" fixed { position_m { x: 3 } look_at_m {} } }\n";
  const std::string found = problems_of(
      "body { name: \"floor\" motion: STATIC shape { plane {} } }\n"
      "body { name: \"a\" position_m { z: 0.5 } shape { sphere { radius_m: 0.1 } } }\n"
      "body { name: \"b\" position_m { z: 0.65 } shape { sphere { radius_m: 0.1 } } }\n"
      "body { name: \"c\" position_m { x: 1 z: 0.08 } shape { sphere { radius_m: 0.1 } } }\n" +
      rest);
  CHECK(contains(found, "error body[b]: is 50 mm inside of 'a' at the start"));
  CHECK(contains(found, "error body[c]: is 20 mm inside of 'floor'"));
  CHECK_FALSE(contains(found, "body[a]"));
}

TEST_CASE("a camera inside of a body, odd masses, unusable files and rejected episodes are told") {
  const std::string floor = "body { name: \"floor\" motion: STATIC shape { plane {} } }\n";
  const std::string ball =
      "body { name: \"ball\" position_m { z: 1 } shape { sphere { radius_m: 0.5 } } }\n";
  const std::string good =
      "camera { name: \"main\" fixed { position_m { x: 3 z: 1 } look_at_m { z: 1 } } }\n";
  CHECK(problems_of(floor + ball + good) == "");
  const std::string inside = problems_of(
      floor + ball + good +
      "camera { name: \"in\" fixed { position_m { x: 0.1 z: 1 } look_at_m { z: 1 } } }\n"
      "camera { name: \"under\" fixed { position_m { x: 4 z: -1 } look_at_m { z: 1 } } }\n");
  CHECK(contains(inside, "warning camera[in]: stands inside of 'ball'"));
  CHECK(contains(inside, "warning camera[under]: stands inside of 'floor'"));
  CHECK_FALSE(contains(inside, "main"));
  const std::string masses = problems_of(floor + good +
                                         "body { name: \"lead\" mass_kg: 1e6 position_m { z: 1 } "
                                         "shape { sphere { radius_m: 0.5 } } }\n"
                                         "body { name: \"air\" mass_kg: 0.001 position_m { x: 2 z: "
                                         "1 } shape { sphere { radius_m: 0.5 } } }\n");
  CHECK(contains(masses, "warning body[lead]: weighs 1e+06 kg in 524 l"));
  CHECK(contains(masses, "warning body[air]: weighs 0.001 kg"));
  CHECK(contains(masses, "times as much as 'air'"));
  const TempDir folder;
  std::ofstream(folder.path() / "bad.obj") << "no mesh";
  const std::string mesh = problems_of(floor + good + "body { name: \"m\" shape { mesh { file: \"" +
                                       (folder.path() / "bad.obj").string() + "\" } } }\n");
  CHECK(contains(mesh, "error "));
  CHECK(contains(mesh, "bad.obj"));
  const std::string full =
      problems_of(floor + good +
                  "group { name: \"g\" count: 50 max_tries: 3 half_extent_m { x: 0.1 } center_m { "
                  "z: 1 } item { body { shape { sphere { radius_m: 0.1 } } } } }\n");
  CHECK(contains(full, "warning group[g]: episode 0 is rejected"));
  // Errors of the document come first.
  CHECK(
      scene_problems(document_of("body { name: \"a\" }").scenario(), folder.path(), tools(), {0, 0})
          .empty());
}

TEST_CASE(
    "the finder tells problems and rejections of the newest state, and may be dropped while it "
    "looks") {
  Document document = document_of(
      "body { name: \"floor\" motion: STATIC shape { plane {} } }\n"
      "body { name: \"ball\" position_m { z: 0.3 } shape { sphere { radius_m: 0.1 } } }\n"
      "camera { name: \"main\" fixed { position_m { x: 3 z: 1 } look_at_m {} } }\n"
      "vary { path: \"body[ball].position_m.z\" distribution { uniform { low: 0 high: 0.2 } } }\n");
  CommandStack stack(document);
  {
    ProblemFinder finder(tools(), 64);
    CHECK(finder.found()->revision == 0);
    finder.look(document, {0, 0});
    done(stack, SetField{"body[ball].mass_kg", "1000"});
    finder.look(document, {0, 0});
    for (int i = 0; i < 2000 && !finder.done(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const auto found = finder.found();
    REQUIRE(finder.done());
    CHECK(found->revision == document.revision());
    CHECK(contains(lines_of(found->problems), "heavier than any metal"));
    // Half of the places are too low.
    CHECK(found->drawn == 64);
    CHECK(found->rejected > 16);
    CHECK(found->rejected < 48);
    CHECK(contains(found->reason, "overlap"));
  }
  ProblemFinder dropped(tools(), 100000);
  dropped.look(document, {0, 0});
}

TEST_CASE(
    "a field varies if an entry addresses it or something in it, from the scenario or from an item "
    "of a group") {
  const Document document = opened(kLibrary / "clutter.textproto");
  const schema::Scenario& scenario = document.scenario();
  CHECK(varies(scenario, "group[toys].count"));
  CHECK(varies(scenario, "light[sun]"));
  CHECK(varies(scenario, "group[0].item[1].body.shape[0].sphere.radius_m"));
  CHECK_FALSE(varies(scenario, "group[toys].item[0].body.shape[0].sphere.radius_m"));
  CHECK_FALSE(varies(scenario, "light[sun].sun.azimuth_deg"));
  CHECK_FALSE(varies(scenario, "nothing"));
  CHECK(vary_entries(scenario).size() == 12);
  for (const VaryEntry& entry : vary_entries(scenario))
    CHECK(resolve_field(scenario, entry.path).ok());
}

TEST_CASE("what commands added is found, in their order") {
  Document document = document_of("body { name: \"a\" }\nbody { name: \"b\" }\n");
  CommandStack stack(document);
  const std::vector<Command> commands = {
      InsertElement{"body", -1, "name: \"c\""}, InsertElement{"material", 0, "name: \"m\""},
      InsertElement{"body[a].shape", -1, "box {}"}, InsertElement{"body", -1, "name: \"d\""}};
  REQUIRE(stack.apply_all("all", commands).ok());
  CHECK(added_elements(document, commands) == Selection{"body[c]", "material[m]", "body[d]"});
}

}  // namespace
}  // namespace diorama::editor
