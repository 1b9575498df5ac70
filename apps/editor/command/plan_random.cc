// Fields that vary: entries of `vary` are made and taken away.
#include "apps/editor/command/default_distribution.h"
#include "apps/editor/command/plan.h"
#include "apps/editor/document/layout_text.h"
#include "scenes/vary.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

namespace diorama::editor::internal {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Entries = google::protobuf::RepeatedPtrField<schema::Vary>;

const Entries& entries_of(const VaryRoot& root) {
  if (root.holder.empty()) return static_cast<const schema::Scenario&>(*root.message).vary();
  return static_cast<const schema::Group::Item&>(*root.message).vary();
}

bool begins_with(const FieldRef& ref, const FieldRef& prefix) {
  return ref.steps.size() >= prefix.steps.size() &&
         std::equal(
             prefix.steps.begin(), prefix.steps.end(), ref.steps.begin(),
             [](const auto& a, const auto& b) { return a.field == b.field && a.index == b.index; });
}

/// Fields that vary on their own when the message shall vary: the components of a vector, the
/// angles of a rotation.
std::vector<FieldRef> components(const FieldRef& ref) {
  const auto* type = ref.field().message_type();
  if (type != schema::Vec3::descriptor() && type != schema::Euler::descriptor()) return {ref};
  std::vector<FieldRef> parts;
  for (int i = 0; i < type->field_count(); ++i) {
    FieldRef part = ref;
    part.steps.push_back({type->field(i), -1});
    part.path += "." + type->field(i)->name();
    parts.push_back(std::move(part));
  }
  return parts;
}

/// "cube_mass_kg" for body[cube].mass_kg, in letters, digits and _; different from all in `taken`.
std::string factor_name(const FieldRef& ref, std::set<std::string>& taken) {
  std::string name;
  for (std::size_t i = 0; i < ref.path.size(); ++i) {
    const char c = ref.path[i];
    // The list's name says nothing where the element has one: "body[cube]" -> "cube".
    if (c == '[') {
      const std::size_t dot = name.rfind('.');
      const bool numbered =
          i + 1 < ref.path.size() && std::isdigit(static_cast<unsigned char>(ref.path[i + 1])) != 0;
      if (!numbered) name.erase(dot == std::string::npos ? 0 : dot + 1);
    } else if (c != ']') {
      name += c;
    }
  }
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  std::string unique = name;
  for (int k = 2; taken.contains(unique); ++k) unique = name + "_" + std::to_string(k);
  taken.insert(unique);
  return unique;
}

}  // namespace

Result<Plan> plan_command(const MakeRandom& command, const Document& document) {
  const schema::Scenario& scenario = document.scenario();
  DIORAMA_ASSIGN_OR_RETURN(const VaryRoot root, vary_root_of(scenario, command.path));
  const bool in_item = !root.holder.empty();
  const Entries& present = entries_of(root);
  std::set<std::string> factors;
  for (const schema::Vary& entry : present) {
    factors.insert(entry.factor());
    for (const std::string& path : entry.path()) {
      const auto ref = resolve_field(*root.message, path);
      if (ref.ok() && (begins_with(*ref, root.relative) || begins_with(root.relative, *ref))) {
        return invalid_input(command.path + " varies already, by the entry about " + path);
      }
    }
  }

  std::string text;
  schema::Scenario changed = scenario;
  Message& changed_root = mutable_parent(changed, root.list);
  const FieldDescriptor& list = root.list.field();
  const int first = present.size();
  for (const FieldRef& field : components(root.relative)) {
    schema::Vary entry;
    entry.add_path(field.path);
    if (command.distribution.empty()) {
      DIORAMA_ASSIGN_OR_RETURN(*entry.mutable_distribution(),
                               default_distribution(*root.message, field));
    } else {
      DIORAMA_ASSIGN_OR_RETURN(const FieldRef distribution, resolve_field(entry, "distribution"));
      DIORAMA_RETURN_IF_ERROR(set_field_text(entry, distribution, command.distribution));
    }
    if (command.factor != "-" && !in_item) {
      const bool own = !command.factor.empty();
      entry.set_factor(own && &field.field() == &root.relative.field() ? command.factor
                       : own ? command.factor + "_" + field.field().name()
                             : factor_name(field, factors));
    }
    const auto resolved = resolve_vary(*root.message, entry);
    if (!resolved.ok()) return resolved.status();
    changed_root.GetReflection()->AddMessage(&changed_root, &list)->CopyFrom(entry);
  }
  const int size = changed_root.GetReflection()->FieldSize(changed_root, &list);
  for (int i = first; i < size; ++i) {
    text += (text.empty() ? "" : "\n") + field_with_value(changed_root, list, i, 0);
  }
  return Plan{{insert_text(document.text(), *parent_node(document, root.list), list, first, text)},
              {}};
}

Result<Plan> plan_command(const MakeFixed& command, const Document& document) {
  DIORAMA_ASSIGN_OR_RETURN(const VaryRoot root, vary_root_of(document.scenario(), command.path));
  const SourceNode& parent = *parent_node(document, root.list);
  const auto& path_field = *schema::Vary::descriptor()->FindFieldByName("path");
  Plan plan;
  std::vector<const SourceNode*> gone;
  const Entries& entries = entries_of(root);
  for (int e = 0; e < entries.size(); ++e) {
    std::vector<std::string> kept;
    for (const std::string& path : entries[e].path()) {
      const auto ref = resolve_field(*root.message, path);
      if (!ref.ok() || !begins_with(*ref, root.relative)) kept.push_back(path);
    }
    if (static_cast<int>(kept.size()) == entries[e].path_size()) continue;
    const SourceNode* entry = parent.child(root.list.field(), e);
    if (kept.empty()) {
      gone.push_back(entry);
      continue;
    }
    // Other fields share the entry: it goes on without this one.
    schema::Scenario changed = document.scenario();
    FieldRef paths = root.list;
    paths.steps.back().index = e;
    paths.steps.push_back({&path_field, -1});
    Message& holder = mutable_parent(changed, paths);
    holder.GetReflection()->ClearField(&holder, &path_field);
    for (const std::string& path : kept)
      holder.GetReflection()->AddString(&holder, &path_field, path);
    for (TextEdit& edit : write_field(document, paths, changed))
      plan.edits.push_back(std::move(edit));
  }
  for (TextEdit& edit : remove_nodes(document.text(), parent, gone))
    plan.edits.push_back(std::move(edit));
  if (plan.edits.empty()) return invalid_input(command.path + " does not vary");
  return plan;
}

}  // namespace diorama::editor::internal
