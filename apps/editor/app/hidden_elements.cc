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

namespace {

/// The path of the element after the command.
std::string path_after(const Rename& rename) {
  return rename.path.substr(0, rename.path.find('[') + 1) + rename.name + "]";
}

}  // namespace

void HiddenElements::follow(const std::vector<Command>& commands) {
  for (const Command& command : commands) {
    if (const auto* done = std::get_if<Rename>(&command)) rename(done->path, path_after(*done));
  }
}

void HiddenElements::follow_back(const std::vector<Command>& commands) {
  for (auto command = commands.rbegin(); command != commands.rend(); ++command) {
    if (const auto* undone = std::get_if<Rename>(&*command))
      rename(path_after(*undone), undone->path);
  }
}

void HiddenElements::rename(const std::string& path, const std::string& new_path) {
  if (paths_.erase(path) == 0) return;
  paths_.insert(new_path);
  ++revision_;
}

}  // namespace diorama::editor
