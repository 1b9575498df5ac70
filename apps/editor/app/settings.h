// What a user keeps from one start to the next, as "key = value" lines in
// $XDG_CONFIG_HOME/diorama/editor/settings.txt.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "apps/editor/ui/keys.h"
#include "apps/editor/ui/theme.h"
#include "engine/core/status.h"

namespace diorama::editor {

class Settings {
 public:
  StyleChoice style;
  std::string preset = "Author";  ///< Name of the current view preset.
  std::string layout;             ///< The current layout if it differs from the preset, else "".
  std::map<std::string, std::string> presets;  ///< The user's own, name to layout text.
  std::map<std::string, Chord> shortcuts;  ///< Action ids to chords that differ from the defaults.
  std::vector<std::string> recent;         ///< Absolute paths, last first, at most 10.
  /// What panels keep: "Panel.key" to a line of text.
  std::map<std::string, std::string> panel;

  /// $XDG_CONFIG_HOME/diorama/editor, or ~/.config/diorama/editor; empty if there is no home.
  static std::filesystem::path folder();

  /// A missing file is the defaults; lines that are not understood are named in `problems` and left
  /// out.
  static Settings load(const std::filesystem::path& file, std::vector<std::string>& problems);
  /// Writes a temporary file and renames it.
  Status save(const std::filesystem::path& file) const;

  void add_recent(const std::filesystem::path& file);
};

}  // namespace diorama::editor
