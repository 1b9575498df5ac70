// Paths of `vary` entries follow what they address.
#include "apps/editor/command/plan.h"
#include "apps/editor/document/layout_text.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <utility>

namespace diorama::editor::internal {
namespace {

using google::protobuf::Message;
using google::protobuf::Reflection;
using Steps = std::vector<FieldRef::Step>;

bool same(const FieldRef::Step& a, const FieldRef::Step& b) {
  return a.field == b.field && a.index == b.index;
}

bool same(const Steps& a, const Steps& b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(),
                    [](const auto& x, const auto& y) { return same(x, y); });
}

bool begins_with(const Steps& steps, const Steps& prefix) {
  return steps.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), steps.begin(),
                    [](const auto& x, const auto& y) { return same(x, y); });
}

const Message* message_at(const Message& root, const Steps& steps) {
  const Message* message = &root;
  for (const FieldRef::Step& step : steps) {
    const Reflection& reflection = *message->GetReflection();
    message = step.index >= 0 ? &reflection.GetRepeatedMessage(*message, step.field, step.index)
                              : &reflection.GetMessage(*message, step.field);
  }
  return message;
}

/// Where the steps lead after the move; false if what they lead to is removed.
bool move(Steps& steps, const Restructuring& moves) {
  if (moves.list == nullptr || steps.size() <= moves.holder.size() ||
      !begins_with(steps, moves.holder))
    return true;
  FieldRef::Step& step = steps[moves.holder.size()];
  if (step.field != moves.list || step.index < 0) return true;
  step.index = moves.places[static_cast<std::size_t>(step.index)];
  return step.index >= 0;
}

/// One root of `vary` entries: the scenario, or the item of a group.
struct Root {
  Steps before;  ///< Where it stands now.
  Steps after;   ///< And after the change.
};

std::vector<Root> roots_of(const schema::Scenario& scenario, const Restructuring& moves) {
  std::vector<Root> roots = {{{}, {}}};
  const auto& group_field = *schema::Scenario::descriptor()->FindFieldByName("group");
  const auto& item_field = *schema::Group::descriptor()->FindFieldByName("item");
  for (int g = 0; g < scenario.group_size(); ++g) {
    for (int i = 0; i < scenario.group(g).item_size(); ++i) {
      const Steps before = {{&group_field, g}, {&item_field, i}};
      Steps after = before;
      if (move(after, moves)) roots.push_back({before, after});
    }
  }
  return roots;
}

}  // namespace

std::string path_of(const Message& root, const Steps& steps) {
  std::string path;
  const Message* message = &root;
  for (const FieldRef::Step& step : steps) {
    path +=
        (path.empty() ? "" : ".") +
        (step.index >= 0 ? element_path(*message, *step.field, step.index) : step.field->name());
    if (&step != &steps.back()) message = message_at(*message, {step});
  }
  return path;
}

std::vector<TextEdit> follow_paths(const Document& document, const schema::Scenario& changed,
                                   const Restructuring& moves) {
  std::vector<TextEdit> edits;
  const auto& path_field = *schema::Vary::descriptor()->FindFieldByName("path");
  for (const Root& root : roots_of(document.scenario(), moves)) {
    const Message& before = *message_at(document.scenario(), root.before);
    const Message& after = *message_at(changed, root.after);
    const auto& list = *before.GetDescriptor()->FindFieldByName("vary");
    // Where the change lies as seen from this root.
    Restructuring seen = moves;
    if (moves.list != nullptr && !root.before.empty()) {
      if (!begins_with(moves.holder, root.before)) {
        seen.list = nullptr;
      } else {
        seen.holder.erase(seen.holder.begin(),
                          seen.holder.begin() + static_cast<std::ptrdiff_t>(root.before.size()));
      }
    }
    FieldRef holder{root.before, ""};
    const auto nodes = nodes_along(document.source(), holder);
    const SourceNode& root_node = nodes.empty() ? document.source() : *nodes.back();
    std::vector<const SourceNode*> entries_to_remove;
    for (const SourceNode* entry : root_node.children_of(list)) {
      // An entry that is itself removed or moved takes its paths along.
      const bool entry_stays = seen.list != &list || !seen.holder.empty();
      if (!entry_stays) continue;
      std::vector<const SourceNode*> removed;
      const auto& vary = static_cast<const schema::Vary&>(
          before.GetReflection()->GetRepeatedMessage(before, &list, entry->index));
      const auto path_nodes = entry->children_of(path_field);
      std::vector<TextEdit> renamed;
      std::vector<std::string> kept;
      for (const SourceNode* node : path_nodes) {
        const std::string& path = vary.path(node->index);
        const auto ref = resolve_field(before, path);
        kept.push_back(path);
        if (!ref.ok()) continue;  // It leads nowhere, and the problems say so.
        Steps steps = ref->steps;
        if (!move(steps, seen)) {
          removed.push_back(node);
          kept.pop_back();
          continue;
        }
        const auto now = resolve_field(after, path);
        if (now.ok() && same(now->steps, steps)) continue;
        kept.back() = path_of(after, steps);
        renamed.push_back(replace_value(*node, quoted_text(kept.back())));
      }
      if (!removed.empty() && removed.size() == path_nodes.size()) {
        entries_to_remove.push_back(entry);
      } else if (!removed.empty()) {
        // Those that are left stand in the place of the first.
        std::string written;
        for (const std::string& path : kept)
          written += (written.empty() ? "path: " : " path: ") + quoted_text(path);
        const SourceNode& first = *path_nodes.front();
        const std::size_t first_begin = first.in_list ? first.list_begin : first.begin;
        const std::size_t first_end = first.in_list ? first.list_end : first.end;
        edits.push_back({first_begin, first_end, written});
        std::vector<const SourceNode*> others;
        for (const SourceNode* node : path_nodes) {
          if (node != &first && !(first.in_list && node->list_begin == first.list_begin))
            others.push_back(node);
        }
        for (TextEdit& edit : remove_nodes(document.text(), *entry, others))
          edits.push_back(std::move(edit));
      } else {
        edits.insert(edits.end(), renamed.begin(), renamed.end());
      }
    }
    for (TextEdit& edit : remove_nodes(document.text(), root_node, entries_to_remove))
      edits.push_back(std::move(edit));
  }
  return edits;
}

Result<VaryRoot> vary_root_of(const schema::Scenario& scenario, const std::string& path) {
  DIORAMA_ASSIGN_OR_RETURN(const FieldRef ref, resolve_field(scenario, path));
  VaryRoot root;
  root.message = &scenario;
  root.relative = ref;
  const bool in_item = ref.steps.size() > 2 &&
                       ref.steps[0].field->message_type() == schema::Group::descriptor() &&
                       ref.steps[1].field->message_type() == schema::Group::Item::descriptor();
  // What an item holds is drawn for each body; its weight belongs to the group.
  const bool of_item = in_item && ref.steps[2].field->name() != "weight";
  if (of_item) {
    root.holder = {ref.steps[0], ref.steps[1]};
    root.message = message_at(scenario, root.holder);
    root.relative.steps.erase(root.relative.steps.begin(), root.relative.steps.begin() + 2);
    root.relative.path = path_of(*root.message, root.relative.steps);
  }
  root.list.steps = root.holder;
  root.list.steps.push_back({root.message->GetDescriptor()->FindFieldByName("vary"), -1});
  root.list.path = path_of(scenario, root.list.steps);
  return root;
}

}  // namespace diorama::editor::internal
