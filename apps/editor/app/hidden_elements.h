// What a user does not want to see in the viewport for now: a matter of looking, never part of the
// document. Cameras of the scene, the simulation and datasets know nothing of it. UI thread only.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "apps/editor/command/command.h"

namespace diorama::editor {

class HiddenElements {
 public:
  /// Canonical paths: "body[ball]", "group[pile]", "camera[main]", "light[lamp]", "model".
  const std::set<std::string>& paths() const { return paths_; }
  bool contains(const std::string& path) const { return paths_.contains(path); }
  bool empty() const { return paths_.empty(); }

  /// Whether elements of this list can be hidden.
  static bool can_hide(const std::string& path);

  void set_hidden(const std::string& path, bool hidden);
  void show_all();
  /// Commands were done, or taken back: what was renamed stays hidden.
  void follow(const std::vector<Command>& commands);
  void follow_back(const std::vector<Command>& commands);

  /// Another number, another set.
  std::uint64_t revision() const { return revision_; }

 private:
  void rename(const std::string& path, const std::string& new_path);

  std::set<std::string> paths_;
  std::uint64_t revision_ = 0;
};

}  // namespace diorama::editor
