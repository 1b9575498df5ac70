// Where the fields of a scenario stand in its text. Comments, blank lines and the author's layout
// are not fields, so whoever edits only the spans given here keeps them all. Values; thread-safe as
// values are.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/core/status.h"
#include "scenes/field_path.h"

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
}  // namespace google::protobuf

namespace diorama::editor {

/// One field of a message as it is written: "mass_kg: 2" or "shape { ... }". Offsets are bytes of
/// the text.
struct SourceNode {
  const google::protobuf::FieldDescriptor* field = nullptr;  ///< Null for the whole text.
  int index = -1;  ///< The how manieth of a repeated field; -1 of a singular one.
  std::size_t begin =
      0;  ///< First byte of the name; of an element of a list "[a, b]", of its value.
  std::size_t value_begin = 0;  ///< The scalar, or the opening brace.
  std::size_t value_end = 0;    ///< Behind the scalar or the closing brace.
  std::size_t end = 0;          ///< Behind the value and a ',' or ';' that follows it.
  bool in_list = false;         ///< An element of a list "[a, b]".
  std::size_t list_begin = 0;   ///< Of an element of a list: first byte of the list's field name,
  std::size_t list_end = 0;     ///< and behind its ']'.
  std::vector<SourceNode> children;  ///< Of a message, in the order of the text.

  bool is_message() const;
  /// Children of `field` in the order of their index.
  std::vector<const SourceNode*> children_of(const google::protobuf::FieldDescriptor& of) const;
  const SourceNode* child(const google::protobuf::FieldDescriptor& of, int child_index) const;
};

/// Reads the spans of a text that protobuf accepts for `type`. Anything else is invalid_input with
/// its line.
Result<SourceNode> map_source(const std::string& text, const google::protobuf::Descriptor& type);

/// The nodes along a path, from the outermost; shorter than the path where the text does not have
/// the field.
std::vector<const SourceNode*> nodes_along(const SourceNode& root, const FieldRef& ref);

}  // namespace diorama::editor
