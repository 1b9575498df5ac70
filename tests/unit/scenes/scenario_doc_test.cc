// schemas/SCENARIO.md is made here, from the comments of the .proto files and the table of rules.
// To write it anew: DIORAMA_UPDATE_DOCS=1 in the environment of this test.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "engine/core/text.h"
#include "scenes/field_rules.h"
#include "tests/unit/scenes/scenes_test_tools.h"

namespace diorama {
namespace {

using namespace scenes_test;
using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::SourceLocation;

constexpr const char* kPath = "schemas/SCENARIO.md";

const char* const kHead = R"(# The scenario file, field by field

A scenario is protobuf text: `name: value` for plain fields, `name { ... }` for messages, `#` for comments. A list
field is written once per element, or `name: [a, b]`. Numbers are in the unit of their name. A field that is absent
has its default; "-" in that column stands for what the meaning says, 0, or the empty text.

This page is made from the comments in `schemas/*.proto` and the table in `scenes/field_rules.cc` (a test compares
them). `diorama validate FILE` checks a file and reports every problem at once; `--set path.to.field=value` and
`vary` address a field by its path, for example `body[ball].shape[0].sphere.radius_m`: elements of lists by
their name or by their index from 0.
)";

/// Text of a comment on one line, fit for a table.
std::string comment_of(const SourceLocation& location) {
  std::string text;
  for (const char c : location.leading_comments + location.trailing_comments) {
    if (c == '|') text += '\\';
    text += c == '\n' ? ' ' : c;
  }
  std::string clean;
  for (const char c : text) {
    if (c == ' ' && (clean.empty() || clean.back() == ' ')) continue;
    clean += c;
  }
  while (!clean.empty() && clean.back() == ' ') clean.pop_back();
  return clean;
}

template <typename T>
std::string meaning_of(const T& descriptor) {
  SourceLocation location;
  REQUIRE(descriptor.GetSourceLocation(&location));
  const std::string text = comment_of(location);
  CHECK_MESSAGE(!text.empty(), descriptor.full_name() << " has no comment");
  return text;
}

std::string short_name(const std::string& full_name) {
  return full_name.substr(std::string("diorama.schema.").size());
}

std::string type_of(const FieldDescriptor& field) {
  std::string type;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_DOUBLE:
      type = "number";
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      type = "true/false";
      break;
    case FieldDescriptor::CPPTYPE_STRING:
      type = "text";
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      type = "word";
      break;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      type = short_name(field.message_type()->full_name());
      break;
    default:
      type = "whole number";
      break;
  }
  return field.is_repeated() ? "list of " + type : type;
}

/// "0 0 -9.81"; "" for zeros and what is no vector. The pool's descriptors are not those of the compiled messages.
std::string vector_default_of(const FieldDescriptor& field) {
  const auto* message = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
      field.containing_type()->full_name());
  const auto& parent =
      *google::protobuf::MessageFactory::generated_factory()->GetPrototype(message);
  const auto value =
      vector_default(*message->FindFieldByName(field.name()), parent, /*on_model=*/false);
  if (!value || *value == std::array<double, 3>{} || field.is_repeated()) return "";
  return format_number((*value)[0]) + " " + format_number((*value)[1]) + " " +
         format_number((*value)[2]);
}

void add_message(const Descriptor& message, std::string& text) {
  text += "\n## " + short_name(message.full_name()) + "\n" + meaning_of(message) + "\n\n";
  if (message.field_count() > 0) {
    text +=
        "| field | type | range and unit | default | meaning |\n| --- | --- | --- | --- | --- |\n";
  }
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    std::string range;
    std::string otherwise = "-";
    if (has_field_rule(field)) {
      const FieldRule& rule = field_rule(field);
      range = rule.range_text();
      if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) range = "each " + range;
      if (rule.default_value) otherwise = format_number(*rule.default_value);
    }
    if (const std::string vector = vector_default_of(field); !vector.empty()) otherwise = vector;
    text +=
        "| `" + field.name() + "` | " + type_of(field) + " | " + range + " | " + otherwise + " | ";
    if (const auto* oneof = field.real_containing_oneof()) text += "(one " + oneof->name() + ") ";
    text += meaning_of(field) + " |\n";
  }
  for (int i = 0; i < message.enum_type_count(); ++i) {
    const auto& words = *message.enum_type(i);
    text += "\n" + words.name() + ":\n";
    for (int k = 0; k < words.value_count(); ++k) {
      text += "- `" + words.value(k)->name() + "`: " + meaning_of(*words.value(k)) + "\n";
    }
  }
  for (int i = 0; i < message.nested_type_count(); ++i) add_message(*message.nested_type(i), text);
}

TEST_CASE("SCENARIO.md tells every field of the schema with its type, range, default and meaning") {
  // Written by protoc at build time, with the comments that generated code does not keep.
  std::ifstream described(DIORAMA_SCHEMA_DESCRIPTORS, std::ios::binary);
  google::protobuf::FileDescriptorSet files;
  REQUIRE(files.ParseFromIstream(&described));
  DescriptorPool pool;
  for (const auto& file : files.file()) REQUIRE(pool.BuildFile(file) != nullptr);
  std::string text = kHead;
  for (const char* name : {"schemas/scenario.proto", "schemas/distribution.proto"}) {
    const auto* file = pool.FindFileByName(name);
    REQUIRE(file != nullptr);
    // The order of the file, but the scenario first: it is where a reader begins.
    const Descriptor* first = file->FindMessageTypeByName("Scenario");
    if (first != nullptr) add_message(*first, text);
    for (int i = 0; i < file->message_type_count(); ++i) {
      if (file->message_type(i) != first) add_message(*file->message_type(i), text);
    }
  }
  if (std::getenv("DIORAMA_UPDATE_DOCS") != nullptr) std::ofstream(kPath) << text;
  std::ifstream page(kPath);
  const std::string present{std::istreambuf_iterator<char>(page), std::istreambuf_iterator<char>()};
  CHECK_MESSAGE(present == text,
                kPath << " is out of date; run this test once with DIORAMA_UPDATE_DOCS=1");
}

}  // namespace
}  // namespace diorama
