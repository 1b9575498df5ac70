// The user's own layouts beside the view presets: saved under a name, restored, deleted. They are
// kept with the settings. UI thread only.
#pragma once

#include <functional>
#include <string>

#include "apps/editor/action/action_table.h"
#include "apps/editor/app/settings.h"
#include "apps/editor/ui/widgets.h"

namespace diorama::editor {

class OwnLayouts {
 public:
  struct Parts {
    Settings& settings;
    ActionTable& actions;
    std::function<std::string()> current;              ///< Text of the layout as it stands.
    std::function<void(const std::string& name)> use;  ///< Restores a preset or an own layout.
    std::function<void()> keep;                        ///< Writes the settings.
  };
  explicit OwnLayouts(Parts parts) : p_(std::move(parts)) {}

  void add_actions();
  /// Every frame: the dialog.
  void draw(Ui& ui);

 private:
  std::string name_at(int index) const;
  void show_names();
  /// Why nothing can be saved under the name that was typed; "" = it can.
  std::string problem() const;
  void save();
  void draw_list(Ui& ui);

  Parts p_;
  std::string name_;
};

}  // namespace diorama::editor
