// Every field of the schema has its comment as help.
#include <string>

#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>

#include "apps/editor/document/field_help.h"
#include "schemas/scenario.pb.h"

namespace diorama::editor {
namespace {

void check_message(const google::protobuf::Descriptor& message) {
  for (int i = 0; i < message.field_count(); ++i) {
    CHECK_MESSAGE(!field_help(*message.field(i)).empty(), message.field(i)->full_name());
  }
  for (int i = 0; i < message.nested_type_count(); ++i) check_message(*message.nested_type(i));
}

TEST_CASE("every field of the schema has help in the words of its comment") {
  const google::protobuf::FileDescriptor& file = *schema::Scenario::descriptor()->file();
  for (int i = 0; i < file.message_type_count(); ++i) check_message(*file.message_type(i));
  const auto help = [](const google::protobuf::Descriptor& message, const char* field) { return field_help(*message.FindFieldByName(field)); };
  CHECK(help(*schema::Body::descriptor(), "class_name") == "Semantic class; empty = none.");
  CHECK(help(*schema::Shape::Box::descriptor(), "half_x_m") == "Half extent.");
  // Comments above a field belong to it, all lines of them.
  CHECK(help(*schema::Physics::descriptor(), "step_rate_hz").starts_with("A multiple of episode.frame_rate_hz."));
  CHECK(help(*schema::Physics::descriptor(), "step_rate_hz").ends_with("model file."));
}

}  // namespace
}  // namespace diorama::editor
