// Changes of single fields of a scenario's text that leave all other bytes, comments and layout
// alone. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "apps/editor/document/source_map.h"

namespace diorama::editor {

/// Bytes [begin, end) become `text`. Offsets are those of the text before any change of the same
/// list.
struct TextEdit {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string text;
};

/// The text with all edits, which must not overlap. Edits at the same offset go in the order of the
/// list.
std::string with_edits(const std::string& text, std::vector<TextEdit> edits);

/// The value of a field becomes `value`, which is indented as value_text() does.
TextEdit replace_value(const SourceNode& node, std::string value);

/// Blanks before the first token of the line in which `offset` lies.
std::size_t indent_at(const std::string& text, std::size_t offset);

/// Removes a field with the comment lines directly above it and the comment behind it. The comment
/// at the head of the file belongs to the file. `parent` holds the node. Not for elements of a list
/// "[a, b]".
TextEdit remove_node(const std::string& text, const SourceNode& parent, const SourceNode& node);

/// Where a new field goes and how deep its further lines stand.
struct InsertPlace {
  std::size_t at = 0;
  std::string before;      ///< White space in front of the field
  std::string after;       ///< and behind it.
  std::size_t indent = 0;  ///< Of the line on which the field begins.
};
/// The place of element `index` of a repeated field, or of a singular field (index -1): behind its
/// predecessor, else in the order of the schema. `length` is that of the field's first line: short
/// fields may stand on a line with others.
InsertPlace place_of(const std::string& text, const SourceNode& parent,
                     const google::protobuf::FieldDescriptor& field, int index, std::size_t length,
                     bool one_line);

/// Exchanges elements so that the one at `from` stands at `to`; the others keep their order.
/// Comments directly above move with their element where every element of the range has its own
/// lines.
std::vector<TextEdit> move_node(const std::string& text, const SourceNode& parent,
                                const google::protobuf::FieldDescriptor& field, int from, int to);

/// Messages written as "field: [{...}, {...}]" become "field {...} field {...}", which is what the
/// functions here edit.
std::string without_message_lists(const std::string& text, const SourceNode& root);

/// The node with its comments, as one would copy it.
std::string node_text(const std::string& text, const SourceNode& parent, const SourceNode& node);

}  // namespace diorama::editor
