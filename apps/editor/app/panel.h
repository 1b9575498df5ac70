// Panel: one part of the window, one class, one file in apps/editor/panel. A panel reads what the
// context shows and emits commands; it knows no other panel.
#pragma once

#include <string>

#include "apps/editor/app/panel_context.h"

namespace diorama::editor {

class Panel {
 public:
  virtual ~Panel() = default;

  /// Title of its tab, name in layouts and first part of its widgets' names. Never changes.
  virtual std::string name() const = 0;
  /// One or two sentences for the help page.
  virtual std::string help() const = 0;

  /// Called before the first frame: actions of the panel go into `context.actions`.
  virtual void add_actions(PanelContext& /*context*/) {}
  /// Every frame, in front or not; cheap.
  virtual void update(PanelContext& /*context*/) {}
  /// Fills the panel; only while it is in front of its tabs.
  virtual void draw(PanelContext& context) = 0;
};

}  // namespace diorama::editor
