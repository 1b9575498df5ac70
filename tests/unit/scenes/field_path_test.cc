#include "scenes/field_path.h"

#include "tests/unit/scenes/scenes_test_tools.h"

namespace diorama {
namespace {

using namespace scenes_test;

TEST_CASE(
    "elements are found by name, with any character in it, or by index; the canonical path uses "
    "the name") {
  const auto scenario = parsed(
      "body { name: 'a/b.c-1' mass_kg: 2 } body { name: '0' mass_kg: 3 } body { mass_kg: 4 }");
  const auto value = [&](const std::string& path) {
    const auto ref = resolve_field(scenario, path);
    REQUIRE_MESSAGE(ref.ok(), ref.status().message());
    return *field_number(scenario, *ref);
  };
  CHECK(value("body[a/b.c-1].mass_kg") == 2);
  CHECK(value("body[0].mass_kg") == 3);  // The name wins over the index.
  CHECK(value("body[2].mass_kg") == 4);
  CHECK(resolve_field(scenario, "body[1].mass_kg")->path == "body[0].mass_kg");
  CHECK(resolve_field(scenario, "body[2].mass_kg")->path == "body[2].mass_kg");
}

TEST_CASE("kinds and values of fields are told, also of absent ones") {
  const auto scenario = parsed(kSmall);
  const auto kind = [&](const char* path) { return field_kind(*resolve_field(scenario, path)); };
  CHECK(kind("body[ball].mass_kg") == FieldKind::kReal);
  CHECK(kind("episode.frames") == FieldKind::kInteger);
  CHECK(kind("light") == FieldKind::kRepeated);
  CHECK(kind("body[ball].motion") == FieldKind::kEnum);
  CHECK(kind("name") == FieldKind::kString);
  CHECK(kind("sky.zenith") == FieldKind::kMessage);
  CHECK(is_numeric(FieldKind::kInteger));
  CHECK_FALSE(is_numeric(FieldKind::kBool));
  CHECK(field_text(scenario, *resolve_field(scenario, "name")) == "small");
  CHECK(field_text(scenario, *resolve_field(scenario, "body[ball].position_m")) == "{ z: 1 }");
  CHECK(field_text(scenario, *resolve_field(scenario, "sky.zenith")) == "{}");
  CHECK_FALSE(field_number(scenario, *resolve_field(scenario, "name")).has_value());
}

TEST_CASE("what is read as text can be set again") {
  auto scenario = parsed(kSmall + "record { channel: [RGB, DEPTH] }");
  const std::string before = scenario_text(scenario);
  for (const char* path : {"name", "body[ball].position_m", "body[floor].motion",
                           "camera[main].fixed.look_at_m.z", "record.channel"}) {
    const auto ref = resolve_field(scenario, path);
    REQUIRE(ref.ok());
    const Status status = set_field_text(scenario, *ref, field_text(scenario, *ref));
    CHECK_MESSAGE(status.ok(), status.message());
  }
  CHECK(scenario_text(scenario) == before);
}

TEST_CASE(
    "setting a number makes the messages on the way, and refuses fractions for whole numbers") {
  auto scenario = parsed(kSmall);
  CHECK(set_field_number(scenario, *resolve_field(scenario, "sky.zenith.r"), 0.5).ok());
  CHECK(scenario.sky().zenith().r() == 0.5);
  CHECK(set_field_number(scenario, *resolve_field(scenario, "episode.frames"), 7).ok());
  CHECK_FALSE(set_field_number(scenario, *resolve_field(scenario, "episode.frames"), 7.5).ok());
  CHECK_FALSE(set_field_number(scenario, *resolve_field(scenario, "name"), 1).ok());
}

}  // namespace
}  // namespace diorama
