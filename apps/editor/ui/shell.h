// The one host window that fills the display: menu bar, a strip of tools, the middle for the
// layout, a status line.
#pragma once

#include <functional>

#include "apps/editor/ui/layout.h"
#include "apps/editor/ui/widgets.h"

namespace diorama::editor {

struct ShellParts {
  std::function<void()> menu;
  std::function<void()> tools;
  std::function<void()> status;
  std::function<void(const std::string&)> panel;
};

/// Draws the whole window; `parts` fill it. Panels are drawn within a scrolling child with the
/// panel's name as scope.
void draw_shell(Ui& ui, Layout& layout, const ShellParts& parts);

/// A dialog in the middle that takes all input while it is open. If true, fill it, then call
/// end_dialog.
bool begin_dialog(Ui& ui, const std::string& title, ImVec2 size);
void end_dialog(Ui& ui);
/// Opens the dialog of this title with the next begin_dialog.
void open_dialog(const std::string& title);
/// From inside the dialog.
void close_dialog();

}  // namespace diorama::editor
