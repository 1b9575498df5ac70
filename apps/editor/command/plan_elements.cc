// Elements of lists: insert, remove, move.
#include "apps/editor/command/plan.h"
#include "apps/editor/document/layout_text.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>

namespace diorama::editor::internal {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

bool is_message_list(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
}

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string::npos
             ? ""
             : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber, const std::string& message) override {
    if (text.empty()) text = "line " + std::to_string(line + 1) + ": " + message;
  }
  void AddWarning(int, google::protobuf::io::ColumnNumber, const std::string&) override {}
  std::string text;
};

/// The fields of an element as authored, and what they say.
struct Element {
  std::unique_ptr<Message> message;
  std::string text;  ///< Behind the field's name: "{ ... }".
};

Result<Element> read_element(const Message& holder, const FieldRef& list,
                             const std::string& authored) {
  const FieldDescriptor& field = list.field();
  Element element;
  std::string text = trimmed(authored);
  if (!text.empty() && text.front() == '{' && text.back() == '}')
    text = trimmed(text.substr(1, text.size() - 2));
  const std::unique_ptr<Message> beside(holder.New());
  element.message.reset(beside->GetReflection()->AddMessage(beside.get(), &field)->New());
  google::protobuf::TextFormat::Parser parser;
  FirstError errors;
  parser.RecordErrorsTo(&errors);
  parser.SetRecursionLimit(48);
  if (!parser.ParseFromString(text, element.message.get())) {
    return invalid_input(list.path + ": this is no " + field.message_type()->name() + ": " +
                         errors.text);
  }
  auto source = map_source(text, *field.message_type());
  if (!source.ok()) return source.status().with_context(list.path);
  text = without_message_lists(text, *source);
  const bool own_layout =
      text.find('\n') != std::string::npos || text.find('#') != std::string::npos;
  if (!own_layout) {
    Message& added = *beside->GetReflection()->MutableRepeatedMessage(beside.get(), &field, 0);
    added.CopyFrom(*element.message);
    element.text = value_text(*beside, field, 0, 0);
    return element;
  }
  // Layout and comments of the author stay: his fields, two blanks deeper than the name.
  std::string lines = "{\n  ";
  for (const char c : text) {
    lines += c;
    if (c == '\n') lines += "  ";
  }
  element.text = lines + "\n}";
  return element;
}

Result<FieldRef> list_of(const Document& document, const std::string& path) {
  DIORAMA_ASSIGN_OR_RETURN(FieldRef ref, resolve_field(document.scenario(), path));
  if (!ref.field().is_repeated() || ref.steps.back().index >= 0) {
    return invalid_input(ref.path + " is no list");
  }
  return ref;
}

Result<FieldRef> element_of(const Document& document, const std::string& path) {
  DIORAMA_ASSIGN_OR_RETURN(FieldRef ref, resolve_field(document.scenario(), path));
  if (ref.steps.back().index < 0) return invalid_input(ref.path + " is no element of a list");
  return ref;
}

/// The list that holds an element.
FieldRef list_with(const FieldRef& element) {
  FieldRef list = element;
  list.steps.back().index = -1;
  return list;
}

int size_of(const schema::Scenario& scenario, const FieldRef& list) {
  const Message& holder = parent_of(scenario, list);
  return holder.GetReflection()->FieldSize(holder, &list.field());
}

/// Puts element `from` of a list of the scenario where `to` is.
void move_in(Message& holder, const FieldDescriptor& field, int from, int to) {
  const Reflection& reflection = *holder.GetReflection();
  for (int i = from; i != to; i += from < to ? 1 : -1)
    reflection.SwapElements(&holder, &field, i, from < to ? i + 1 : i - 1);
}

Restructuring restructuring(const FieldRef& list, int size) {
  Restructuring moves;
  moves.holder.assign(list.steps.begin(), list.steps.end() - 1);
  moves.list = &list.field();
  moves.places.resize(static_cast<std::size_t>(size));
  std::iota(moves.places.begin(), moves.places.end(), 0);
  return moves;
}

/// What a list of words or texts becomes is written as a whole.
Result<Plan> change_scalars(const Document& document, const FieldRef& list,
                            const schema::Scenario& changed) {
  return Plan{write_field(document, list, changed), {}};
}

}  // namespace

Result<Plan> plan_command(const InsertElement& command, const Document& document) {
  DIORAMA_ASSIGN_OR_RETURN(const FieldRef list, list_of(document, command.list));
  const FieldDescriptor& field = list.field();
  const int size = size_of(document.scenario(), list);
  const int index = command.index < 0 ? size : command.index;
  if (index > size) {
    return invalid_input(list.path + " has " + std::to_string(size) + " elements; index " +
                         std::to_string(index) + " is beyond");
  }
  schema::Scenario changed = document.scenario();
  Message& holder = mutable_parent(changed, list);
  if (!is_message_list(field)) {
    // Through the text of the whole list, which knows how a value is read.
    std::vector<std::string> parts;
    for (int i = 0; i <= size; ++i) {
      if (i == index)
        parts.push_back(field.cpp_type() == FieldDescriptor::CPPTYPE_STRING
                            ? quoted_text(command.value)
                            : command.value);
      if (i < size) parts.push_back(value_text(holder, field, i, 0));
    }
    std::string values = "[";
    for (const std::string& part : parts) values += (values == "[" ? "" : ", ") + part;
    DIORAMA_RETURN_IF_ERROR(set_field_text(changed, list, values + "]"));
    return change_scalars(document, list, changed);
  }

  DIORAMA_ASSIGN_OR_RETURN(const Element element, read_element(holder, list, command.value));
  holder.GetReflection()->AddMessage(&holder, &field)->CopyFrom(*element.message);
  move_in(holder, field, size, index);
  Plan plan;
  Restructuring moves = restructuring(list, size);
  for (int i = index; i < size; ++i) moves.places[static_cast<std::size_t>(i)] = i + 1;
  if (index < size || !name_of(*element.message).empty())
    plan.edits = follow_paths(document, changed, moves);
  if (const SourceNode* parent = parent_node(document, list)) {
    plan.edits.push_back(
        insert_text(document.text(), *parent, field, index, join_field(field, element.text)));
  } else {
    for (TextEdit& edit : write_field(document, list, changed))
      plan.edits.push_back(std::move(edit));
  }
  if (field.message_type() != schema::Vary::descriptor()) {
    FieldRef added = list;
    added.steps.back().index = index;
    plan.selection = Selection{path_of(changed, added.steps)};
  }
  return plan;
}

Result<Plan> plan_command(const RemoveElement& command, const Document& document) {
  DIORAMA_ASSIGN_OR_RETURN(const FieldRef ref, element_of(document, command.path));
  const FieldRef list = list_with(ref);
  const int index = ref.steps.back().index;
  const int size = size_of(document.scenario(), list);
  schema::Scenario changed = document.scenario();
  Message& holder = mutable_parent(changed, list);
  move_in(holder, ref.field(), index, size - 1);
  holder.GetReflection()->RemoveLast(&holder, &ref.field());
  if (!is_message_list(ref.field())) return change_scalars(document, list, changed);
  Restructuring moves = restructuring(list, size);
  moves.places[static_cast<std::size_t>(index)] = -1;
  for (int i = index + 1; i < size; ++i) moves.places[static_cast<std::size_t>(i)] = i - 1;
  Plan plan{follow_paths(document, changed, moves), {}};
  const SourceNode& parent = *parent_node(document, ref);
  plan.edits.push_back(remove_node(document.text(), parent, *parent.child(ref.field(), index)));
  return plan;
}

Result<Plan> plan_command(const MoveElement& command, const Document& document) {
  DIORAMA_ASSIGN_OR_RETURN(const FieldRef ref, element_of(document, command.path));
  const FieldRef list = list_with(ref);
  const int from = ref.steps.back().index;
  const int size = size_of(document.scenario(), list);
  if (command.to < 0 || command.to >= size) {
    return invalid_input(list.path + " has places 0 to " + std::to_string(size - 1) + ", not " +
                         std::to_string(command.to));
  }
  if (command.to == from) return Plan{};
  schema::Scenario changed = document.scenario();
  move_in(mutable_parent(changed, list), ref.field(), from, command.to);
  if (!is_message_list(ref.field())) return change_scalars(document, list, changed);
  Restructuring moves = restructuring(list, size);
  for (int i = std::min(from, command.to); i <= std::max(from, command.to); ++i) {
    moves.places[static_cast<std::size_t>(i)] = from < command.to ? i - 1 : i + 1;
  }
  moves.places[static_cast<std::size_t>(from)] = command.to;
  Plan plan{follow_paths(document, changed, moves), {}};
  const SourceNode& parent = *parent_node(document, ref);
  for (TextEdit& edit : move_node(document.text(), parent, ref.field(), from, command.to))
    plan.edits.push_back(std::move(edit));
  // Everything selected goes where its element goes.
  Selection selection;
  for (const std::string& path : document.selection()) {
    auto selected = resolve_field(document.scenario(), path);
    if (!selected.ok()) continue;
    auto& steps = selected->steps;
    const std::size_t at = moves.holder.size();
    const bool inside =
        steps.size() > at && steps[at].field == moves.list && steps[at].index >= 0 &&
        std::equal(
            moves.holder.begin(), moves.holder.end(), steps.begin(),
            [](const auto& a, const auto& b) { return a.field == b.field && a.index == b.index; });
    if (inside) steps[at].index = moves.places[static_cast<std::size_t>(steps[at].index)];
    selection.push_back(path_of(changed, steps));
  }
  plan.selection = std::move(selection);
  return plan;
}

}  // namespace diorama::editor::internal
