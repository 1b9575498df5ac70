#include "scenes/validate.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>

#include "scenes/field_rules.h"
#include "tests/unit/scenes/scenes_test_tools.h"

namespace diorama {
namespace {

using namespace scenes_test;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

void check_rules(const Descriptor& descriptor, int& numbers) {
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor& field = *descriptor.field(i);
    const auto type = field.cpp_type();
    if (type == FieldDescriptor::CPPTYPE_MESSAGE || type == FieldDescriptor::CPPTYPE_STRING ||
        type == FieldDescriptor::CPPTYPE_BOOL || type == FieldDescriptor::CPPTYPE_ENUM) {
      continue;
    }
    ++numbers;
    CHECK_MESSAGE(has_field_rule(field), rule_key(field));
  }
  for (int i = 0; i < descriptor.nested_type_count(); ++i)
    check_rules(*descriptor.nested_type(i), numbers);
}

TEST_CASE("every number of the schema has bounds in the table, and defaults lie within them") {
  int numbers = 0;
  for (const auto* file :
       {schema::Scenario::descriptor()->file(), schema::Vary::descriptor()->file()}) {
    for (int i = 0; i < file->message_type_count(); ++i)
      check_rules(*file->message_type(i), numbers);
  }
  CHECK(numbers > 80);
}

TEST_CASE("a valid scenario has no diagnostics") { CHECK(diagnostics(parsed(kSmall)) == ""); }

TEST_CASE("every problem is reported at once, with path, value and what is allowed") {
  const std::string found = diagnostics(parsed(R"(
    physics { step_rate_hz: 250 solver_iterations: -1 }
    episode { frames: 1 frame_rate_hz: 24 settle_time_s: inf }
    material { name: "wood" roughness: 0.01 friction: 11 restitution: -0.5 }
    material { name: "wood" texture { file: "no.png" } }
    body { name: "plane" shape { plane {} } }
    body { name: "a" parent: "b" shape { sphere { radius_m: -1 } material: "wod" } }
    body { name: "b" motion: STATIC joint { type: HINGE } shape { mesh { file: "x.doc" } } rotation { quaternion {} } }
    body { name: "b" shape {} }
    body { name: "arm" joint { name: "j" type: HINGE lower_deg: 3 axis {} position_m: 1 } shape { box { half_x_m: 1 half_y_m: 1 half_z_m: 0 } } linear_velocity_m_s { x: 1 } }
    actuator { joint: "jj" type: POSITION control_lower: 2 control_upper: 1 }
    camera { name: "a b" fov_y_deg: 200 width_px: 0 fixed {} }
    camera { name: "c" near_m: 2 far_m: 1 look_at { body: "arn" } }
    camera { name: "c" model_camera: "x" }
    light { name: "l" spot {} }
    light { name: "l" }
    group { name: "g" count: -1 item { body { parent: "a" shape { sphere { radius_m: 0.1 } } joint { type: HINGE } } } }
    group { name: "g" count: 5 max_count: 2 }
  )"));
  for (const char* expected : {
           "error physics.step_rate_hz: 250 Hz is not a multiple of episode.frame_rate_hz = 24 Hz; "
           "the nearest are 240 and 264",
           "error physics.solver_iterations: -1 must be in [0, 10000]",
           "error episode.frames: 1 must be in [2, 1e+05]",
           "error episode.settle_time_s: inf is not a finite number",
           "error material[wood].roughness: 0.01 must be in [0.03, 1]",
           "error material[wood].friction: 11 must be in [0, 10]",
           "error material[wood].restitution: -0.5 must be in [0, 1]",
           "error material[1].name: the material name 'wood' is taken by material[wood].name",
           "error material[1].texture.file: there is no file",
           "error body[plane].shape[0].plane: a plane is endless, so its body must be STATIC",
           "error body[a].parent: there is no body 'b' earlier in the file; move it before this "
           "one",
           "error body[a].shape[0].sphere.radius_m: -1 must be in [1e-04, 10000] m",
           "error body[a].shape[0].material: there is no material 'wod' (did you mean 'wood'?)",
           "error body[b].joint: a STATIC body cannot have joints",
           "error body[b].shape[0].mesh.file: 'x.doc' is not of a known kind",
           "error body[b].rotation.quaternion: is zero",
           "error body[3].name: the body name 'b' is taken by body[b].name",
           "error body[3].shape[0]: has no geometry",
           "error body[arm].joint[j].upper_deg: is missing: give both limits or none",
           "error body[arm].joint[j].axis: is zero",
           "error body[arm].joint[j].position_m: belongs to SLIDE joints; this one is HINGE",
           "error body[arm].shape[0].box.half_z_m: 0 must be in",
           "error body[arm].linear_velocity_m_s: is for free bodies",
           "error actuator[0].joint: there is no joint 'jj' (did you mean 'j'?)",
           "error actuator[0].control_upper: 1 must be above control_lower = 2",
           "error actuator[0].gain: 0 must be above 0 for a POSITION actuator",
           "error camera[a b].name: 'a b' must be of letters, digits, _ and -",
           "error camera[a b].fov_y_deg: 200 must be in [1, 170] deg",
           "error camera[a b].width_px: 0 must be in [1, 16384] px",
           "error camera[a b].fixed.look_at_m: is where the camera stands",
           "error camera[c].far_m: 1 must be above near_m = 2",
           "error camera[c].look_at.body: there is no body 'arn' (did you mean 'arm'?)",
           "error camera[2].name: the camera name 'c' is taken",
           "error camera[2].model_camera: there is no model file",
           "error light[l].spot.look_at_m: is where the light stands",
           "error light[1].name: the light name 'l' is taken",
           "error light[1]: has no kind",
           "error group[g].count: -1 must be in [0, 1000]",
           "error group[g].item[0].body.parent: bodies of a group have no parent",
           "error group[g].item[0].body.joint[0].type: bodies of a group move freely",
           "error group[1].count: 5 must not be above max_count = 2",
           "error group[1].item: there is none",
           "error group[1].name: the group name 'g' is taken",
       }) {
    CHECK_MESSAGE(contains(found, expected), expected, "\nin:\n", found);
  }
  // In the order of the fields.
  CHECK(found.find("physics.") < found.find("episode."));
  CHECK(found.find("material[wood]") < found.find("body[plane]"));
  CHECK(found.find("body[arm]") < found.find("camera[a b]"));
}

TEST_CASE("more lights than a renderer takes are refused before anything runs") {
  std::string text = kSmall;
  for (int i = 0; i < 8; ++i) text += "light { sun { elevation_deg: 40 } }\n";
  CHECK(diagnostics(parsed(text)) == "");
  CHECK(diagnostics(parsed(text + "light { sun { elevation_deg: 40 } }\n")) ==
        "error light: 9 lights; at most 8 are possible: remove some\n");
}

TEST_CASE("what may vary, how far and by which distribution is checked") {
  const std::string found = diagnostics(parsed(kSmall + R"(
    group { name: "g" count: 2 center_m { y: 5 } half_extent_m { x: 1 y: 1 } item { body { shape { sphere { radius_m: 0.1 } } }
      vary { path: "body.shape[0].sphere.radius_m" distribution { uniform { low: -1 high: 1 } } factor: "x" } } }
    vary { path: "body[bal].mass_kg" distribution { uniform { high: 1 } } }
    vary { path: "body[ball].mass_kg" distribution { uniform { low: -1 high: 1 } } factor: "m" }
    vary { path: "body[ball].mass_kg" distribution { uniform { low: 1 high: 2 } } factor: "m" }
    vary { path: "episode.frames" distribution { uniform { low: 2 high: 20 } } }
    vary { path: "camera[main].width_px" distribution { integer { low: 2 high: 20 } } }
    vary { path: "body[ball].name" distribution { choice { option { value: "x" } } } factor: "a-b" }
    vary { path: "body[ball].shape[0].material" distribution { choice { option { value: "wood" } option { value: "wod" } } } }
    vary { path: "material[wood].friction" distribution { choice { option { value: "0.5" } option { value: "12" } option { value: "soft" } } } }
    vary { path: "body[ball].position_m" distribution { rotation {} } }
    vary { path: "group[g].count" distribution { integer { low: 1 high: 4 } } }
    vary { path: "body[ball]" distribution { choice { option { value: "name: 'x'" } } } }
    vary { distribution { uniform { low: 3 high: 1 } } }
  )"));
  for (const char* expected : {
           "error group[g].max_count: must be given, because vary[9] varies the count",
           "error group[g].item[0].vary[0].distribution: the value -1 makes the scenario invalid: "
           "group[g].item[0].body.shape[0].sphere.radius_m: -1 must be in",
           "error group[g].item[0].vary[0].factor: 'x': each body of a group draws its own value",
           "error vary[0].path[0]: field path 'body[bal].mass_kg': there is no body[bal] (did you "
           "mean 'ball'?)",
           "error vary[1].distribution: the value -1 makes the scenario invalid: "
           "body[ball].mass_kg: -1 must be in",
           "error vary[2].path[0]: 'body[ball].mass_kg' is varied by vary[1].path[0] already",
           "error vary[2].factor: the factor 'm' is taken by vary[1]",
           "error vary[3].path[0]: episode.frames is a whole number; use 'integer'",
           "error vary[4].path[0]: camera[main].width_px is the same in all episodes",
           "error vary[5].path[0]: body[ball].name is the same in all episodes",
           "error vary[5].factor: 'a-b' must be of letters",
           "error vary[6].distribution.choice.option[1].value: the value 'wod' makes the scenario "
           "invalid: body[ball].shape[0].material: there is no material 'wod'",
           "error vary[7].distribution.choice.option[1].value: the value '12' makes the scenario "
           "invalid: material[wood].friction: 12 must be in [0, 10]",
           "error vary[7].distribution.choice.option[2].value: material[wood].friction: 'soft' is "
           "not a number",
           "error vary[8].path[0]: body[ball].position_m a uniform rotation fits",
           "error vary[10].path[0]: body[ball] cannot be exchanged as a whole",
           "error vary[11].distribution.uniform.high: 1 is below low 3",
           "error vary[11].path: there is none",
       }) {
    CHECK_MESSAGE(contains(found, expected), expected, "\nin:\n", found);
  }
}

TEST_CASE("doubtful things are warnings only") {
  const std::string found =
      diagnostics(parsed(kSmall + "material { name: 'spare' } controller { type: SINUSOID } body { "
                                  "name: 's' motion: STATIC mass_kg: 1 }"));
  CHECK(contains(found, "warning material[spare]: is not used by any shape"));
  CHECK(contains(found, "warning controller.type: there is no actuator to drive"));
  CHECK(contains(found, "warning body[s].mass_kg: is ignored"));
  CHECK_FALSE(contains(found, "error"));
}

TEST_CASE("a model file must exist and needs MuJoCo; what is not found may be the model's") {
  auto scenario = parsed(kSmall +
                         "model { file: 'no_such.xml' } physics { engine: BULLET } camera { name: "
                         "'t' look_at { body: 'torso' } }");
  const std::string found = diagnostics(scenario);
  CHECK(contains(found, "error model.file: there is no file"));
  CHECK(contains(found, "error physics.engine: BULLET cannot step a model file"));
  CHECK_FALSE(contains(found, "torso"));
}

TEST_CASE(
    "defaults fill absent numbers, keep given ones, and leave those that depend on others absent") {
  const auto filled = with_defaults(parsed(kSmall + "episode { frames: 5 }"));
  CHECK(filled.episode().frames() == 5);
  CHECK(filled.episode().frame_rate_hz() == 24);
  CHECK(filled.dataset().episodes() == 16);
  CHECK(filled.camera(0).width_px() == 256);
  CHECK(filled.material(0).density_kg_m3() == 1000);
  CHECK(filled.material(0).friction() == 0.6);
  CHECK(filled.record().channel_size() == 3);
  CHECK_FALSE(filled.body(1).has_mass_kg());
  CHECK_FALSE(filled.physics().has_step_rate_hz());
}

}  // namespace
}  // namespace diorama
