// Setting and clearing fields, and the edits of single fields that all commands are made of.
#include "apps/editor/command/plan.h"
#include "apps/editor/document/layout_text.h"
#include "scenes/scenario_io.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <utility>

namespace diorama::editor {
namespace internal {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool is_list(const FieldRef& ref) {
  return ref.field().is_repeated() && ref.steps.back().index < 0;
}

/// The other alternative of a oneof that the text has in place of the field.
const SourceNode* other_alternative(const SourceNode& parent, const FieldDescriptor& field) {
  const auto* oneof = field.real_containing_oneof();
  if (oneof == nullptr) return nullptr;
  for (const SourceNode& node : parent.children) {
    if (node.field != &field && node.field->real_containing_oneof() == oneof) return &node;
  }
  return nullptr;
}

/// Lines after the first go `indent` blanks to the right.
std::string indented(const std::string& text, std::size_t indent) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    result += text[i];
    const bool blank_line = i + 1 < text.size() && (text[i + 1] == '\n' || text[i + 1] == '\r');
    if (text[i] == '\n' && i + 1 < text.size() && !blank_line) result.append(indent, ' ');
  }
  return result;
}

/// A list of scalars becomes one "[a, b]" at the place of its first element.
std::vector<TextEdit> write_list(const Document& document, const SourceNode& parent,
                                 const FieldRef& ref, const Message& holder) {
  const std::string& text = document.text();
  const FieldDescriptor& field = ref.field();
  const auto nodes = parent.children_of(field);
  if (holder.GetReflection()->FieldSize(holder, &field) == 0)
    return remove_nodes(text, parent, nodes);
  const std::string written = field_with_value(holder, field, -1, 0);
  if (nodes.empty()) return {insert_text(text, parent, field, -1, written)};
  const SourceNode& first = *nodes.front();
  std::vector<TextEdit> edits = {{first.in_list ? first.list_begin : first.begin,
                                  first.in_list ? first.list_end : first.end, written}};
  std::vector<const SourceNode*> others;
  for (const SourceNode* node : nodes) {
    if (node != &first && !(first.in_list && node->list_begin == first.list_begin))
      others.push_back(node);
  }
  for (TextEdit& edit : remove_nodes(text, parent, others)) edits.push_back(std::move(edit));
  return edits;
}

}  // namespace

const SourceNode* parent_node(const Document& document, const FieldRef& ref) {
  if (ref.steps.size() == 1) return &document.source();
  FieldRef holder = ref;
  holder.steps.pop_back();
  const auto nodes = nodes_along(document.source(), holder);
  return nodes.size() == holder.steps.size() ? nodes.back() : nullptr;
}

std::vector<TextEdit> remove_nodes(const std::string& text, const SourceNode& parent,
                                   const std::vector<const SourceNode*>& nodes) {
  std::vector<TextEdit> edits;
  for (const SourceNode* node : nodes) {
    SourceNode whole = *node;
    if (node->in_list) {
      whole.begin = node->list_begin;
      whole.end = node->list_end;
    }
    TextEdit edit = remove_node(text, parent, whole);
    // Neighbours on a line share the blanks between them; elements of one list share the list.
    if (!edits.empty() && edit.begin <= edits.back().end) {
      edits.back().end = std::max(edits.back().end, edit.end);
    } else {
      edits.push_back(std::move(edit));
    }
  }
  return edits;
}

TextEdit insert_text(const std::string& text, const SourceNode& parent,
                     const FieldDescriptor& field, int index, const std::string& field_text) {
  const std::size_t length = std::min(field_text.find('\n'), field_text.size());
  const InsertPlace place =
      place_of(text, parent, field, index, length, length == field_text.size());
  return {place.at, place.at, place.before + indented(field_text, place.indent) + place.after};
}

std::vector<TextEdit> write_field(const Document& document, const FieldRef& ref,
                                  const schema::Scenario& changed) {
  const std::string& text = document.text();
  const auto nodes = nodes_along(document.source(), ref);
  if (nodes.size() == ref.steps.size()) {
    const SourceNode& node = *nodes.back();
    const Message& holder = parent_of(changed, ref);
    return {replace_value(node, value_text(holder, ref.field(), ref.steps.back().index,
                                           indent_at(text, node.begin)))};
  }
  // The outermost message or field that the text does not have is written whole.
  FieldRef absent = ref;
  absent.steps.resize(nodes.size() + 1);
  const SourceNode& parent = nodes.empty() ? document.source() : *nodes.back();
  const Message& holder = parent_of(changed, absent);
  if (is_list(absent)) return write_list(document, parent, absent, holder);
  const std::string written =
      field_with_value(holder, absent.field(), absent.steps.back().index, 0);
  if (const SourceNode* other = other_alternative(parent, absent.field())) {
    return {{other->begin, other->value_end,
             field_with_value(holder, absent.field(), -1, indent_at(text, other->begin))}};
  }
  return {insert_text(text, parent, absent.field(), absent.steps.back().index, written)};
}

Result<Plan> plan_command(const SetField& command, const Document& document) {
  DIORAMA_ASSIGN_OR_RETURN(const FieldRef ref, resolve_field(document.scenario(), command.path));
  schema::Scenario changed = document.scenario();
  DIORAMA_RETURN_IF_ERROR(set_field_text(changed, ref, command.value));
  if (changed.SerializeAsString() == document.scenario().SerializeAsString()) return Plan{};
  return Plan{write_field(document, ref, changed), {}};
}

Result<Plan> plan_command(const ClearField& command, const Document& document) {
  DIORAMA_ASSIGN_OR_RETURN(const FieldRef ref, resolve_field(document.scenario(), command.path));
  if (ref.steps.back().index >= 0) {
    return invalid_input(ref.path + " is an element of a list; remove it instead");
  }
  const SourceNode* parent = parent_node(document, ref);
  if (parent == nullptr) return Plan{};
  return Plan{remove_nodes(document.text(), *parent, parent->children_of(ref.field())), {}};
}

Result<Plan> plan_command(const ReplaceDocument& command, const Document& document) {
  auto parsed = parse_scenario(command.text, "the new scenario");
  if (!parsed.ok()) return parsed.status();
  if (command.text == document.text()) return Plan{};
  const Splice change = difference(document.text(), command.text);
  return Plan{{{change.at, change.at + change.removed.size(), change.inserted}},
              document.selection()};
}

}  // namespace internal

Result<Plan> plan(const Command& command, const Document& document) {
  return std::visit([&](const auto& one) { return internal::plan_command(one, document); },
                    command);
}

}  // namespace diorama::editor
