#include "scenes/scenario_io.h"

#include <fstream>

#include "tests/support/temp_dir.h"
#include "tests/unit/scenes/scenes_test_tools.h"

namespace diorama {
namespace {

using namespace scenes_test;

std::string error_of(const std::string& text) {
  const auto scenario = parse_scenario(text, "a.textproto");
  REQUIRE_FALSE(scenario.ok());
  CHECK(scenario.status().code() == Code::kInvalidInput);
  return scenario.status().message();
}

TEST_CASE("an unknown field is reported at its place with the nearest name of its message") {
  const std::string error = error_of("name: \"x\"\nbody {\n  mas_kg: 3\n}\n");
  CHECK(contains(error, "a.textproto:3:3: Body has no field 'mas_kg' (did you mean 'mass_kg'?)"));
}

TEST_CASE("every problem is reported at once, in order, with line and column") {
  const std::string error = error_of(
      "physics { engine: MUJOCCO }\n"
      "body { nam: \"x\" motion: STATIK }\n"
      "body {\n\tmass_kg: heavy\n  shape { box { half_x: 1 } }\n}\n"
      "camera { name: 5 }\n"
      "episode { frames: 3.5 }\n");
  CHECK(contains(error,
                 "a.textproto:1:19: 'MUJOCCO' is not a value of engine (did you mean 'MUJOCO'?)"));
  CHECK(contains(error, "a.textproto:2:8: Body has no field 'nam' (did you mean 'name'?)"));
  CHECK(contains(error,
                 "a.textproto:2:25: 'STATIK' is not a value of motion (did you mean 'STATIC'?)"));
  CHECK(contains(error, "a.textproto:4:11: Expected double, got: heavy"));
  CHECK(contains(error,
                 "a.textproto:5:17: Shape.Box has no field 'half_x' (did you mean 'half_x_m'?)"));
  CHECK(contains(error, "a.textproto:7:16: Expected string"));
  CHECK(contains(error, "a.textproto:8:19: Expected integer"));
  CHECK(error.find(":1:19") < error.find(":2:8"));
  CHECK(error.find(":4:11") < error.find(":5:17"));
}

TEST_CASE("broken syntax is reported at its place") {
  CHECK(contains(error_of("name: \"x\"\nbody {\n"), "a.textproto:3:1: "));
  CHECK(contains(error_of("name: \"x\" }"), "a.textproto:1:11: "));
  CHECK(contains(error_of("name: \"x"), "a.textproto:1:"));
  CHECK(contains(error_of("name: \"a\" name: \"b\""), "a.textproto:1:"));
}

TEST_CASE("empty, binary, missing and folder inputs are told apart") {
  CHECK(contains(error_of(""), "is empty"));
  CHECK(contains(error_of("# only a comment\n"), "is empty"));
  CHECK(contains(error_of(std::string("name: \"\0x\"", 10)),
                 "a.textproto:1:8: this byte is not text"));
  CHECK(contains(error_of("\x89PNG\r\n"), "a.textproto:1:1: this byte is not text"));
  CHECK(contains(error_of("\nname: \"\xff\""), "a.textproto:2:8: this byte is not text"));
  const TempDir folder;
  CHECK(contains(read_scenario(folder.path() / "no.textproto").status().message(),
                 "there is no such scenario file"));
  CHECK(contains(read_scenario(folder.path()).status().message(), "is a folder"));
  CHECK(read_scenario(folder.path()).status().code() == Code::kInvalidInput);
  std::ofstream(folder.path() / "s.textproto") << "\xEF\xBB\xBFname: 'mark'";
  const auto read = read_scenario(folder.path() / "s.textproto");
  REQUIRE(read.ok());
  CHECK(read->name() == "mark");
}

TEST_CASE("writing is stable and reads back the same") {
  const auto scenario =
      parsed(kSmall + "physics { gravity_m_s2 { z: -1.62 } } record { channel: [RGB, DEPTH] }");
  const std::string text = scenario_text(scenario);
  CHECK(text == scenario_text(parsed(text)));
  CHECK(contains(text, "z: -1.62"));
}

TEST_CASE("overrides set numbers, words, texts, lists and messages by path") {
  auto scenario = parsed(kSmall);
  for (const char* assignment :
       {"body[ball].mass_kg=2.5", "body[ball].motion=STATIC", "name=a=b", "episode.frames=12",
        "dataset.seed=18446744073709551615", "record.channel=RGB,DEPTH",
        "camera[main].fixed.position_m={x: 1 y: 2}", "material[0].friction=0",
        "body[ball].shape[0].ghost=true"}) {
    const Status status = apply_override(scenario, assignment);
    CHECK_MESSAGE(status.ok(), status.message());
  }
  CHECK(scenario.body(1).mass_kg() == 2.5);
  CHECK(scenario.body(1).motion() == schema::Body::STATIC);
  CHECK(scenario.name() == "a=b");
  CHECK(scenario.episode().frames() == 12);
  CHECK(scenario.dataset().seed() == 18446744073709551615ULL);
  CHECK(scenario.record().channel_size() == 2);
  CHECK(scenario.camera(0).fixed().position_m().y() == 2);
  CHECK(scenario.camera(0).fixed().position_m().z() == 0);
  CHECK(scenario.material(0).has_friction());
  CHECK(scenario.body(1).shape(0).ghost());
}

TEST_CASE("a wrong override changes nothing and names the segment or the expected value") {
  auto scenario = parsed(kSmall);
  const std::string before = scenario_text(scenario);
  const auto error = [&](const std::string& assignment) {
    const Status status = apply_override(scenario, assignment);
    CHECK(status.code() == Code::kInvalidInput);
    return status.message();
  };
  CHECK(contains(error("body[bal].mass_kg=1"), "there is no body[bal] (did you mean 'ball'?)"));
  CHECK(contains(error("body[ball].mas_kg=1"),
                 "Body has no field 'mas_kg' (did you mean 'mass_kg'?)"));
  CHECK(contains(error("body[ball].mass_kg=heavy"), "'heavy' is not a number"));
  CHECK(contains(error("body[ball].mass_kg=nan"), "finite"));
  CHECK(contains(error("episode.frames=2.5"), "'2.5' is not a whole number"));
  CHECK(contains(error("episode.frames=99999999999"), "must be between"));
  CHECK(contains(error("body[ball].motion=FAST"), "one of DYNAMIC, STATIC"));
  CHECK(contains(error("body[ball].position_m=1,2"), "fields of Vec3 (x, y, z)"));
  CHECK(contains(error("body[ball].position_m=x: 1 } name: 'evil'"), "is not fields of Vec3"));
  CHECK(contains(error("body.mass_kg=1"), "say which element"));
  CHECK(contains(error("body[7].mass_kg=1"), "from 0 to 1"));
  CHECK(contains(error("physics[0].engine=ANY"), "is not a list"));
  CHECK(contains(error("camera[main].orbit.radius_m=2"), "is 'fixed' here, not 'orbit'"));
  CHECK(contains(error("nothing"), "path.to.field=value"));
  CHECK(contains(error("=1"), "path.to.field=value"));
  CHECK(contains(error("body[ball=1"), "path.to.field=value"));
  CHECK(contains(error("body..x=1"), "a field name is missing"));
  CHECK(scenario_text(scenario) == before);
}

}  // namespace
}  // namespace diorama
