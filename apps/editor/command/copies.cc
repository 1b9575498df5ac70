// Copying, pasting, duplicating and removing elements.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "apps/editor/command/new_elements.h"
#include "apps/editor/command/plan.h"
#include "apps/editor/document/layout_text.h"

namespace diorama::editor {
namespace {

/// Names that are given out by one list of commands.
class Names {
 public:
  explicit Names(const schema::Scenario& scenario) : scenario_(scenario) {}

  std::string unused(const std::string& list, const std::string& wanted) {
    // The scenario with those given out already.
    std::string name = unused_name(scenario_, list, wanted);
    for (int k = 2; given_.contains({list, name}); ++k) {
      name = unused_name(scenario_, list, wanted + "_" + std::to_string(k));
    }
    given_.insert({list, name});
    return name;
  }

 private:
  const schema::Scenario& scenario_;
  std::set<std::pair<std::string, std::string>> given_;
};

/// Commands that give the element at list[index], a copy of `message`, names of its own.
void add_new_names(const std::string& list, const std::string& list_name, int index,
                   const google::protobuf::Message& message, Names& names,
                   std::vector<Command>& commands) {
  const std::string element = list + "[" + std::to_string(index) + "]";
  if (!name_of(message).empty()) {
    const std::string name = names.unused(list_name, name_of(message));
    if (name != name_of(message))
      commands.emplace_back(SetField{element + ".name", quoted_text(name)});
  }
  if (message.GetDescriptor() != schema::Body::descriptor()) return;
  // Joints are known in the whole scenario.
  const auto& body = static_cast<const schema::Body&>(message);
  for (int k = 0; k < body.joint_size(); ++k) {
    if (body.joint(k).name().empty()) continue;
    const std::string name = names.unused("joint", body.joint(k).name());
    if (name == body.joint(k).name()) continue;
    commands.emplace_back(
        SetField{element + ".joint[" + std::to_string(k) + "].name", quoted_text(name)});
  }
}

/// Refs in the order of the text; those inside of another are left out.
Result<std::vector<FieldRef>> outermost(const Document& document, const Selection& paths) {
  std::vector<FieldRef> refs;
  for (const std::string& path : paths) {
    DIORAMA_ASSIGN_OR_RETURN(FieldRef ref, resolve_field(document.scenario(), path));
    if (ref.steps.back().index < 0) return invalid_input(ref.path + " is no element of a list");
    refs.push_back(std::move(ref));
  }
  const auto key = [](const FieldRef& ref) {
    std::vector<std::pair<int, int>> steps;
    for (const auto& step : ref.steps) steps.emplace_back(step.field->index(), step.index);
    return steps;
  };
  std::sort(refs.begin(), refs.end(),
            [&](const FieldRef& a, const FieldRef& b) { return key(a) < key(b); });
  std::vector<FieldRef> kept;
  for (FieldRef& ref : refs) {
    if (!kept.empty()) {
      const auto outer = key(kept.back());
      const auto own = key(ref);
      if (own.size() >= outer.size() && std::equal(outer.begin(), outer.end(), own.begin()))
        continue;
    }
    kept.push_back(std::move(ref));
  }
  return kept;
}

const SourceNode& node_of(const Document& document, const FieldRef& ref) {
  return *nodes_along(document.source(), ref).back();
}

std::string text_of(const Document& document, const FieldRef& ref) {
  return node_text(document.text(), *internal::parent_node(document, ref), node_of(document, ref));
}

/// Lines as far left as they go.
std::string unindented(const std::string& text, std::size_t indent) {
  std::string result;
  std::size_t skip = 0;
  for (const char c : text) {
    if (c == ' ' && skip > 0) {
      --skip;
      continue;
    }
    skip = c == '\n' ? indent : 0;
    result += c;
  }
  return result.substr(std::min(result.find_first_not_of(' '), result.size()));
}

/// Inserts the fields of `text`, read as fields of what stands at `holder` ("" = the scenario).
Result<std::vector<Command>> paste_into(const Document& document, const std::string& text,
                                        const std::string& holder,
                                        const google::protobuf::Message& message) {
  auto source = map_source(text, *message.GetDescriptor());
  if (!source.ok()) return source.status();
  const std::string plain = without_message_lists(text, *source);
  source = map_source(plain, *message.GetDescriptor());
  if (!source.ok()) return source.status();
  const std::string prefix = holder.empty() ? "" : holder + ".";
  std::map<std::string, int> sizes;
  Names names(document.scenario());
  std::vector<Command> commands;
  std::vector<Command> renames;
  for (const SourceNode& node : source->children) {
    const std::string field = node.field->name();
    const std::string value = plain.substr(node.value_begin, node.value_end - node.value_begin);
    if (!node.field->is_repeated()) {
      commands.emplace_back(SetField{prefix + field, value});
      continue;
    }
    if (!node.is_message()) return invalid_input(field + " cannot be pasted alone");
    auto& size = sizes.try_emplace(field, message.GetReflection()->FieldSize(message, node.field))
                     .first->second;
    commands.emplace_back(InsertElement{prefix + field, size, value});
    // What the text says, for its names.
    const std::unique_ptr<google::protobuf::Message> beside(message.New());
    const auto element = resolve_field(*beside, field);
    google::protobuf::Message& added =
        *beside->GetReflection()->AddMessage(beside.get(), node.field);
    FieldRef ref = *element;
    ref.steps.back().index = 0;
    DIORAMA_RETURN_IF_ERROR(set_field_text(*beside, ref, value));
    add_new_names(prefix + field, field, size, added, names, renames);
    ++size;
  }
  if (commands.empty()) return invalid_input("there is nothing to paste");
  commands.insert(commands.end(), renames.begin(), renames.end());
  return commands;
}

}  // namespace

Result<std::string> copy_text(const Document& document, const Selection& paths) {
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<FieldRef> refs, outermost(document, paths));
  if (refs.empty()) return invalid_input("nothing is selected");
  std::string text;
  for (const FieldRef& ref : refs) {
    if (ref.field().containing_type() != refs.front().field().containing_type()) {
      return invalid_input(refs.front().path + " and " + ref.path + " cannot be copied together");
    }
    text += unindented(text_of(document, ref),
                       indent_at(document.text(), node_of(document, ref).begin)) +
            "\n";
  }
  return text;
}

Result<std::vector<Command>> paste(const Document& document, const std::string& text) {
  auto pasted = paste_into(document, text, "", document.scenario());
  if (pasted.ok() || document.selection().empty()) return pasted;
  // Into the selected element, or what holds it.
  std::string path = document.selection().back();
  while (!path.empty()) {
    auto ref = resolve_field(document.scenario(), path);
    if (ref.ok() && ref->field().message_type() != nullptr && ref->steps.back().index >= 0) {
      const auto& parent = parent_of(document.scenario(), *ref);
      auto inner = paste_into(document, text, path,
                              parent.GetReflection()->GetRepeatedMessage(parent, &ref->field(),
                                                                         ref->steps.back().index));
      if (inner.ok()) return inner;
    }
    const std::size_t dot = path.rfind('.');
    path = dot == std::string::npos ? "" : path.substr(0, dot);
  }
  return pasted;
}

Result<std::vector<Command>> duplicate(const Document& document, const Selection& paths) {
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<FieldRef> refs, outermost(document, paths));
  if (refs.empty()) return invalid_input("nothing is selected");
  Names names(document.scenario());
  std::vector<Command> commands;
  // From the last to the first, so that indices hold.
  for (auto ref = refs.rbegin(); ref != refs.rend(); ++ref) {
    FieldRef list = *ref;
    list.steps.back().index = -1;
    const std::string list_path = internal::path_of(document.scenario(), list.steps);
    const SourceNode& node = node_of(document, *ref);
    const std::string value =
        unindented(document.text().substr(node.value_begin, node.value_end - node.value_begin),
                   indent_at(document.text(), node.begin));
    const int index = ref->steps.back().index + 1;
    commands.emplace_back(InsertElement{list_path, index, value});
    const auto& parent = parent_of(document.scenario(), *ref);
    add_new_names(list_path, ref->field().name(), index,
                  parent.GetReflection()->GetRepeatedMessage(parent, &ref->field(), index - 1),
                  names, commands);
  }
  return commands;
}

Result<std::vector<Command>> remove_all(const Document& document, const Selection& paths) {
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<FieldRef> refs, outermost(document, paths));
  if (refs.empty()) return invalid_input("nothing is selected");
  std::vector<Command> commands;
  for (auto ref = refs.rbegin(); ref != refs.rend(); ++ref)
    commands.emplace_back(RemoveElement{ref->path});
  return commands;
}

}  // namespace diorama::editor
