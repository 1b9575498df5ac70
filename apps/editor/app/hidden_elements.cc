#include "apps/editor/app/hidden_elements.h"

#include <algorithm>
#include <array>

namespace diorama::editor {

bool HiddenElements::can_hide(const std::string& path) {
  constexpr std::array<const char*, 4> kLists = {"body[", "group[", "camera[", "light["};
  return path == "model" || std::any_of(kLists.begin(), kLists.end(), [&](const char* list) {
           return path.starts_with(list) && path.find(']') == path.size() - 1;
         });
}

void HiddenElements::set_hidden(const std::string& path, bool hidden) {
  if (!can_hide(path) || hidden == contains(path)) return;
  if (hidden) {
    paths_.insert(path);
  } else {
    paths_.erase(path);
  }
  ++revision_;
}

void HiddenElements::show_all() {
  if (paths_.empty()) return;
  paths_.clear();
  ++revision_;
}

void HiddenElements::rename(const std::string& path, const std::string& name) {
  if (paths_.erase(path) == 0) return;
  paths_.insert(path.substr(0, path.find('[') + 1) + name + "]");
  ++revision_;
}

}  // namespace diorama::editor
