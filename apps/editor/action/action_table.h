// Everything that a user can do by name: one table feeds the menus, the toolbar, the command
// palette, shortcuts, the help page and scripts. UI thread only.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "apps/editor/ui/icons.h"
#include "apps/editor/ui/keys.h"
#include "engine/core/status.h"

namespace diorama::editor {

struct Action {
  std::string id = {};  ///< "file.save"; scripts and saved shortcuts use it, so it never changes.
  std::string title = {};  ///< "Save"; "..." behind it where a dialog follows.
  std::string help = {};   ///< One sentence.
  std::string menu = {};   ///< "File" or "View/Presets"; "" = in the palette only. A new group
                           ///< starts at `separator`.
  bool separator = false;
  Icon icon{nullptr, nullptr};
  Chord shortcut = {};  ///< The default.
  /// Panel that must have the keyboard for the shortcut; "" = anywhere. Plain letters always need
  /// one.
  std::string panel = {};
  std::function<std::string()> disabled = {};  ///< Why it cannot be done now; null or "" = it can.
  std::function<bool()> checked = {};          ///< Null = it is no switch.
  std::function<void()> run = {};
};

class ActionTable {
 public:
  /// Ids are unique.
  void add(Action action);

  /// For lists that change, such as recent files. An action without a title is not shown.
  void set_title(const std::string& id, const std::string& title);

  /// In the order in which they were added.
  const std::vector<Action>& all() const { return actions_; }
  const Action* find(const std::string& id) const;

  /// invalid_input for an unknown id (with the nearest), failed if it is disabled (with the
  /// reason).
  Status run(const std::string& id) const;
  static std::string disabled_reason(const Action& action) {
    return action.disabled ? action.disabled() : "";
  }

  /// The user's shortcut if set, else the default.
  Chord shortcut(const std::string& id) const;
  /// Gives `id` the chord; whoever else had it in the same place loses it. An empty chord = none.
  void set_shortcut(const std::string& id, const Chord& chord);
  void reset_shortcut(const std::string& id) { changed_.erase(id); }
  /// Those that differ from the defaults, to be saved.
  const std::map<std::string, Chord>& changed_shortcuts() const { return changed_; }
  /// The enabled or disabled action that the chord stands for while `panel` has the keyboard; null
  /// if none.
  const Action* by_chord(const Chord& chord, const std::string& panel) const;

 private:
  std::vector<Action> actions_;
  std::map<std::string, Chord> changed_;
};

/// How well `title` fits what was typed: the letters in order, better at the beginnings of words; 0
/// = not at all.
int match_score(const std::string& typed, const std::string& title);

}  // namespace diorama::editor
