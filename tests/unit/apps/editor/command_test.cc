#include "apps/editor/command/command.h"

#include <google/protobuf/descriptor.h>

#include "scenes/text_roles.h"
#include "tests/unit/apps/editor/editor_test_tools.h"

namespace diorama::editor {
namespace {

using namespace editor_test;

const std::string kScene = R"(name: "s"
material { name: "wood" }
material { name: "red" }
body { name: "floor" motion: STATIC shape { plane {} material: "wood" } }
body {
  name: "pole"
  joint { type: HINGE }
  joint { name: "slide" type: SLIDE }
  shape { box { half_x_m: 0.1 } material: "red" }
  shape { name: "tip" sphere { radius_m: 0.06 } }
}
body { name: "child" parent: "pole" shape { sphere { radius_m: 0.1 } } }
group {
  name: "toys"
  item { body { shape { sphere { radius_m: 0.1 } material: "red" } } vary { path: "body.shape[0].material" distribution { choice { option { value: "red" } option { value: "\"wood\"" } } } } }
}
actuator { joint: "pole/joint0" }
actuator { name: "m" joint: "slide" }
camera { name: "a" look_at { body: "pole" } }
camera { name: "b" mounted { body: "child" } }
camera { name: "c" orbit { body: "pole" radius_m: 1 } }
vary { path: "body[pole].shape[0].box.half_x_m" path: "body[1].shape[tip].sphere.radius_m" distribution { uniform { low: 1 high: 2 } } }
vary { path: "camera[a].look_at" distribution { choice { option { value: "body: \"pole\"" } option { value: "{ body: \"child\" }" } } } }
vary { path: "material[red].friction" distribution { uniform { low: 0.1 high: 1 } } factor: "f" }
)";

TEST_CASE("every text field of the schema has a role, so that renames and moves know it") {
  const auto check = [](const auto& self, const google::protobuf::Descriptor& type) -> void {
    for (int i = 0; i < type.field_count(); ++i) {
      if (type.field(i)->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING) {
        CHECK_MESSAGE(has_text_role(*type.field(i)),
                      type.field(i)->full_name() << ": say in scenes/text_roles.cc what it is");
      }
    }
    for (int i = 0; i < type.nested_type_count(); ++i) self(self, *type.nested_type(i));
  };
  for (const auto* file :
       {schema::Scenario::descriptor()->file(), schema::Vary::descriptor()->file()}) {
    for (int i = 0; i < file->message_type_count(); ++i) check(check, *file->message_type(i));
  }
}

TEST_CASE("commands are a line of text and come back from it") {
  for (const Command& command : std::vector<Command>{
           SetField{"a.b", "x\n\"y\""}, ClearField{"a"},
           InsertElement{"body", 3, "name: 'caf\xC3\xA9'"}, RemoveElement{"body[1]"},
           MoveElement{"body[1]", 0}, Rename{"body[a]", "b"}, MakeRandom{"p", "uniform {}", "f"},
           MakeFixed{"p"}, ReplaceDocument{"name: 'x'", "Import"}}) {
    const std::string text = command_text(command);
    CHECK_FALSE(contains(text, "\n"));
    const auto back = command_from_text(text);
    REQUIRE_MESSAGE(back.ok(), text);
    CHECK(back->index() == command.index());
    CHECK(command_text(*back) == text);
    CHECK_FALSE(describe(command).empty());
  }
  CHECK(contains(command_from_text("{\"do\":\"set\",\"path\":\"a\"}").status().message(),
                 "'value' must be a text"));
  CHECK(contains(command_from_text("{\"do\":\"jump\"}").status().message(), "no command 'jump'"));
  CHECK_FALSE(command_from_text("[").ok());
  CHECK_FALSE(command_from_text("{}").ok());
}

TEST_CASE(
    "a field is set where it stands, made where it is absent, and takes the place of its "
    "alternative") {
  const std::string text = "body { name: \"a\" shape { box { half_x_m: 1 } } }\n";
  CHECK(after(text, SetField{"body[a].shape[0].box.half_x_m", "2"}) ==
        "body { name: \"a\" shape { box { half_x_m: 2 } } }\n");
  CHECK(after(text, SetField{"body[a].rotation.euler.yaw_deg", "30"}) ==
        "body { name: \"a\" rotation { euler { yaw_deg: 30 } } shape { box { half_x_m: 1 } } }\n");
  CHECK(after(text, SetField{"body[a].shape[0].sphere", "{ radius_m: 1 }"}) ==
        "body { name: \"a\" shape { sphere { radius_m: 1 } } }\n");
  CHECK(after(text, SetField{"episode.frames", "12"}) ==
        "episode { frames: 12 }\nbody { name: \"a\" shape { box { half_x_m: 1 } } }\n");
  CHECK(after(text, SetField{"name", "x"}) ==
        "name: \"x\"\nbody { name: \"a\" shape { box { half_x_m: 1 } } }\n");
  CHECK(after(text, SetField{"body[a].mass_kg", "2"}) ==
        "body { name: \"a\" shape { box { half_x_m: 1 } } mass_kg: 2 }\n");
  CHECK(after(text, SetField{"body[a].shape[0].ghost", "false"}) == text);
  CHECK(after(text, SetField{"name", "# no \"comment\""}) ==
        "name: \"# no \\\"comment\\\"\"\nbody { name: \"a\" shape { box { half_x_m: 1 } } }\n");
  CHECK(contains(refusal(text, SetField{"body[a].mass_kg", "much"}), "not a number"));
  CHECK(contains(refusal(text, SetField{"body[a].mas_kg", "1"}), "did you mean 'mass_kg'"));
  CHECK(contains(refusal(text, SetField{"body[b].mass_kg", "1"}), "there is no body[b]"));
  CHECK(contains(refusal(text, ClearField{"body[a]"}), "remove it"));
  CHECK(after(text, ClearField{"episode"}) == text);
}

TEST_CASE(
    "elements are inserted in order, with the author's comments, and refused if they are none") {
  const std::string text = "body { name: \"a\" }\nbody { name: \"b\" }\n";
  CHECK(after(text, InsertElement{"body", 1, "name: 'c'"}) ==
        "body { name: \"a\" }\nbody { name: \"c\" }\nbody { name: \"b\" }\n");
  CHECK(
      after(text, InsertElement{"body", -1, "{ name: 'c'  # see\n mass_kg: 1 }"}) ==
      "body { name: \"a\" }\nbody { name: \"b\" }\nbody {\n  name: 'c'  # see\n   mass_kg: 1\n}\n");
  CHECK(after(text, InsertElement{"camera", -1, "name: 'm'"}) ==
        text + "\ncamera { name: \"m\" }\n");
  CHECK(contains(refusal(text, InsertElement{"body", 3, ""}), "index 3 is beyond"));
  CHECK(contains(refusal(text, InsertElement{"body", -1, "mas: 1"}), "this is no Body"));
  CHECK(contains(refusal(text, InsertElement{"name", -1, "x"}), "is no list"));
  CHECK(contains(refusal(text, RemoveElement{"body"}), "is no element"));
  CHECK(contains(refusal(text, MoveElement{"body[a]", 2}), "places 0 to 1"));
  // What it becomes is written out in full, long elements over several lines.
  const std::string long_body =
      after(text, InsertElement{"body", 0,
                                "name: 'long' class_name: 'something' position_m { x: 1 y: 2 z: 3 "
                                "} shape { box { half_x_m: 0.1 half_y_m: 0.2 half_z_m: 0.3 } }"});
  CHECK(long_body.starts_with(
      "body {\n  name: \"long\"\n  class_name: \"something\"\n  position_m {"));
}

TEST_CASE("a new name goes to all that call the element by it, and to nothing else") {
  const std::string pole = after(kScene, Rename{"body[pole]", "mast"});
  CHECK_FALSE(contains(pole, "pole"));
  CHECK(contains(pole, "joint: \"mast/joint0\""));
  CHECK(contains(pole, "path: \"body[1].shape[tip].sphere.radius_m\""));
  CHECK(contains(pole, "value: \"body: \\\"mast\\\"\""));
  const std::string red = after(kScene, Rename{"material[red]", "blue"});
  CHECK_FALSE(contains(red, "red"));
  CHECK(contains(red, "option { value: \"blue\" } option { value: \"\\\"wood\\\"\" }"));
  CHECK(contains(after(kScene, Rename{"material[wood]", "oak"}),
                 "option { value: \"\\\"oak\\\"\" }"));
  const std::string slide = after(kScene, Rename{"body[pole].joint[slide]", "rail"});
  CHECK(contains(slide, "joint: \"rail\""));
  CHECK(contains(slide, "name: \"m\" joint"));
  CHECK(contains(after(kScene, Rename{"body[pole].joint[0]", "hinge"}),
                 "actuator { joint: \"hinge\" }"));
  CHECK(contains(after(kScene, Rename{"body[pole].shape[tip]", "end"}), "body[1].shape[0]") ==
        false);
  CHECK(contains(after(kScene, Rename{"body[pole].shape[0]", "trunk"}),
                 "body[pole].shape[0].box.half_x_m"));
  CHECK(contains(refusal(kScene, Rename{"body[pole]", "child"}), "already"));
  CHECK(contains(refusal(kScene, Rename{"body[pole]", ""}), "give it a name"));
  CHECK(contains(refusal(kScene, Rename{"body[pole]", "a]b"}), "field path"));
  CHECK(contains(refusal(kScene, Rename{"vary[0]", "x"}), "has no name"));
}

TEST_CASE("paths that count elements follow them; those of removed ones go") {
  const std::string inserted =
      after(kScene, InsertElement{"body[pole].shape", 0, "name: 'foot' box {}"});
  CHECK(
      contains(inserted, "path: \"body[pole].shape[1].box.half_x_m\" path: \"body[1].shape[tip]"));
  CHECK(contains(after(kScene, MoveElement{"body[floor]", 2}),
                 "path: \"body[pole].shape[tip].sphere.radius_m\""));
  CHECK(contains(after(kScene, RemoveElement{"body[pole].shape[0]"}),
                 "\nvary { path: \"body[1].shape[tip].sphere.radius_m\" distribution"));
  const std::string removed = after(kScene, RemoveElement{"body[pole]"});
  CHECK_FALSE(contains(removed, "half_x_m"));
  CHECK(contains(removed, "camera[a].look_at"));
  CHECK_FALSE(contains(after(kScene, RemoveElement{"material[red]"}), "friction"));
  CHECK(contains(after(kScene, InsertElement{"group[toys].item[0].body.shape", 0, "box {}"}),
                 "path: \"body.shape[1].material\""));
}

TEST_CASE("a random field varies about its present value, within its bounds") {
  const std::string text =
      "material { name: \"m\" roughness: 1 }\nbody { name: \"a\" mass_kg: 2 shape { box {} ghost: "
      "true } }\n";
  const auto vary = [&](const std::string& path) {
    const auto scenario = parse_scenario(after(text, MakeRandom{path, "", ""}), "t");
    REQUIRE(scenario.ok());
    REQUIRE(scenario->vary_size() >= 1);
    return scenario->vary(0);
  };
  CHECK(vary("body[a].mass_kg").distribution().uniform().low() == 1.5);
  CHECK(vary("body[a].mass_kg").distribution().uniform().high() == 2.5);
  CHECK(vary("body[a].mass_kg").factor() == "a_mass_kg");
  CHECK(vary("material[m].roughness").distribution().uniform().high() == 1.0);
  CHECK(vary("material[m].roughness").distribution().uniform().low() == 0.75);
  CHECK(vary("material[m].friction").distribution().uniform().low() == 0.375);
  CHECK(vary("material[m].metallic").distribution().uniform().low() == 0.0);
  CHECK(vary("episode.frames").distribution().integer().high() == 60);
  CHECK(vary("body[a].shape[0].ghost").distribution().choice().option_size() == 2);
  CHECK(vary("body[a].rotation").distribution().has_rotation());
  CHECK(vary("material[m].base_color").distribution().choice().option(0).value() ==
        "r: 0.7 g: 0.7 b: 0.7");
  CHECK(vary("body[a].rotation.euler.yaw_deg").distribution().uniform().high() == 15);
  CHECK(parse_scenario(after(text, MakeRandom{"body[a].position_m", "", ""}), "t")->vary_size() ==
        3);
  CHECK(
      contains(after(text, MakeRandom{"body[a].mass_kg", "log_uniform { low: 1 high: 3 }", "mass"}),
               "vary { path: \"body[a].mass_kg\" distribution { log_uniform { low: 1 high: 3 } } "
               "factor: \"mass\" }"));
  // About what an absent vector stands for.
  const auto gravity = parse_scenario(after(text, MakeRandom{"physics.gravity_m_s2", "", ""}), "t");
  REQUIRE(gravity.ok());
  const schema::Uniform& down = gravity->vary(2).distribution().uniform();
  CHECK(0.5 * (down.low() + down.high()) == doctest::Approx(-9.81));
  CHECK_FALSE(contains(after(text, MakeRandom{"body[a].mass_kg", "", "-"}), "factor"));
  CHECK(contains(refusal(text, MakeRandom{"body[a].name", "", ""}), "body[a].name"));
  CHECK(contains(refusal(text, MakeRandom{"body[a].motion", "", ""}), "the same in all episodes"));
  // All of it is valid.
  Document document = document_of(kScene);
  CommandStack stack(document);
  done(stack, MakeRandom{"group[toys].item[0].body.shape[0].sphere.radius_m", "", ""});
  CHECK(contains(document.text(),
                 "vary { path: \"body.shape[0].sphere.radius_m\" distribution { uniform { low: "
                 "0.075 high: 0.125 } } }"));
  CHECK(document.scenario().group(0).item(0).vary_size() == 2);
  CHECK(
      contains(stack.apply(MakeRandom{"group[toys].item[0].body.shape[0].sphere.radius_m", "", ""})
                   .message(),
               "varies already"));
  done(stack, MakeFixed{"group[toys].item[0].body.shape[0].sphere"});
  CHECK(document.text() == kScene);
}

TEST_CASE("a fixed field leaves its entry, which goes on for the others") {
  const std::string fixed = after(kScene, MakeFixed{"body[pole].shape[0].box.half_x_m"});
  CHECK(contains(fixed, "vary { path: \"body[1].shape[tip].sphere.radius_m\" distribution"));
  CHECK_FALSE(contains(after(kScene, MakeFixed{"body[pole]"}), "radius_m\" distribution"));
  CHECK(contains(refusal(kScene, MakeFixed{"camera[b]"}), "does not vary"));
}

TEST_CASE(
    "steps of one gesture become one; groups are one step; a cancelled group leaves nothing") {
  Document document = document_of("body { name: \"a\" }\nbody { name: \"b\" }\n");
  const std::string first = document.text();
  CommandStack stack(document);
  for (int i = 1; i <= 5; ++i)
    REQUIRE(stack.apply(SetField{"body[a].mass_kg", std::to_string(i)}, "drag 1").ok());
  CHECK(stack.history().size() == 1);
  CHECK(stack.commands(0).size() == 1);
  CHECK(stack.undo_title() == "body[a].mass_kg = 5");
  for (int i = 1; i <= 3; ++i) {
    stack.begin_group("Move", "drag 2");
    done(stack, SetField{"body[a].position_m.x", std::to_string(i)});
    done(stack, SetField{"body[b].position_m.x", std::to_string(i)});
    stack.end_group();
  }
  CHECK(stack.history().size() == 2);
  CHECK(stack.commands(1).size() == 2);
  const std::string last = document.text();
  stack.begin_group("nothing");
  done(stack, RemoveElement{"body[a]"});
  stack.cancel_group();
  CHECK(document.text() == last);
  CHECK_FALSE(stack.apply_all("fails", {RemoveElement{"body[a]"}, RemoveElement{"body[a]"}}).ok());
  CHECK(document.text() == last);
  CHECK(stack.history().size() == 2);
  stack.go_to(0);
  CHECK(document.text() == first);
  stack.go_to(2);
  CHECK(document.text() == last);
  stack.undo();
  done(stack, SetField{"name", "x"});
  CHECK_FALSE(stack.can_redo());
}

TEST_CASE("the history forgets its oldest steps when it grows too large") {
  Document document = document_of("name: \"a\"\n");
  CommandStack stack(document, 20000);
  for (int i = 0; i < 100; ++i)
    done(stack, SetField{"description", std::string(1000, static_cast<char>('a' + i % 26))});
  CHECK(stack.bytes() <= 20000);
  CHECK(stack.history().size() < 10);
  CHECK(stack.history().size() > 2);
  while (stack.undo()) {
  }
  CHECK(document.scenario().description().size() == 1000);
}

TEST_CASE("a text for the whole document is one step and keeps what is still there selected") {
  Document document = document_of("name: \"a\"\nbody { name: \"a\" }\nbody { name: \"b\" }\n");
  CommandStack stack(document);
  document.select({"body[a]", "body[b]"});
  done(stack, ReplaceDocument{"body { name: \"b\" }\n", "Import"});
  CHECK(document.text() == "body { name: \"b\" }\n");
  CHECK(document.selection() == Selection{"body[b]"});
  CHECK(stack.undo_title() == "Import");
  stack.undo();
  CHECK(document.selection() == Selection{"body[a]", "body[b]"});
  CHECK_FALSE(stack.apply(ReplaceDocument{"body {", ""}).ok());
}

}  // namespace
}  // namespace diorama::editor
