// How diorama writes fields that it adds to a scenario: on one line where that fits, else one field
// a line, two blanks deeper. Fields stand in the order of the schema. Pure functions.
#pragma once

#include <string>

namespace google::protobuf {
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace diorama::editor {

inline constexpr std::size_t kLineWidth = 100;

/// A value as it stands behind the field's name: `"red"`, `2.5`, `{ x: 1 }`, `[RGB, DEPTH]`.
/// `index` -1 = a singular field or the whole list of scalars. Lines after the first are indented
/// by `indent` blanks, and two more.
std::string value_text(const google::protobuf::Message& parent,
                       const google::protobuf::FieldDescriptor& field, int index,
                       std::size_t indent);

/// Name and value: `mass_kg: 2.5`, `shape { ... }`, `path: "a" path: "b"`. The first line is not
/// indented.
std::string field_with_value(const google::protobuf::Message& parent,
                             const google::protobuf::FieldDescriptor& field, int index,
                             std::size_t indent);

/// All fields of a message, one a line, each ending in a line feed.
std::string message_text(const google::protobuf::Message& message);

/// A text in quotes, as SetField and files take it.
std::string quoted_text(const std::string& text);

/// Joins a name and the text of a value.
std::string join_field(const google::protobuf::FieldDescriptor& field, const std::string& value);

}  // namespace diorama::editor
