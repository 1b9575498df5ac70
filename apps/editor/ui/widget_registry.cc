#include "apps/editor/ui/widget_registry.h"

namespace diorama::editor {

const WidgetRecord* WidgetRegistry::find(const std::string& name) const {
  const auto found = current_.find(name);
  return found == current_.end() ? nullptr : &found->second;
}

std::vector<std::string> WidgetRegistry::names() const {
  std::vector<std::string> names;
  for (const auto& [name, record] : current_) names.push_back(name);
  return names;
}

}  // namespace diorama::editor
