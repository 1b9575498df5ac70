#include "apps/editor/document/vary_paths.h"

#include "scenes/field_path.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>

namespace diorama::editor {

std::vector<VaryEntry> vary_entries(const schema::Scenario& scenario) {
  std::vector<VaryEntry> entries;
  const auto add = [&entries](const auto& list, const std::string& root) {
    for (int i = 0; i < list.size(); ++i) {
      entries.push_back(
          {(root.empty() ? "" : root + ".") + "vary[" + std::to_string(i) + "]", root, &list[i]});
    }
  };
  add(scenario.vary(), "");
  const auto& groups = *schema::Scenario::descriptor()->FindFieldByName("group");
  for (int g = 0; g < scenario.group_size(); ++g) {
    for (int i = 0; i < scenario.group(g).item_size(); ++i) {
      add(scenario.group(g).item(i).vary(),
          element_path(scenario, groups, g) + ".item[" + std::to_string(i) + "]");
    }
  }
  return entries;
}

bool varies(const schema::Scenario& scenario, const std::string& path) {
  const auto ref = resolve_field(scenario, path);
  if (!ref.ok()) return false;
  for (const VaryEntry& entry : vary_entries(scenario)) {
    for (const std::string& varied : entry.vary->path()) {
      const auto other =
          resolve_field(scenario, (entry.root.empty() ? "" : entry.root + ".") + varied);
      if (!other.ok() || other->steps.size() < ref->steps.size()) continue;
      const bool inside = std::equal(
          ref->steps.begin(), ref->steps.end(), other->steps.begin(),
          [](const auto& a, const auto& b) { return a.field == b.field && a.index == b.index; });
      if (inside) return true;
    }
  }
  return false;
}

}  // namespace diorama::editor
