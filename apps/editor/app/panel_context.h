// What a panel gets to see and use in a frame. Everything outlives the panels. UI thread only, but
// where said otherwise.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "apps/editor/action/action_table.h"
#include "apps/editor/app/log.h"
#include "apps/editor/app/settings.h"
#include "apps/editor/app/workspace.h"
#include "apps/editor/ui/file_browser.h"
#include "apps/editor/ui/widgets.h"

namespace diorama::editor {

struct PanelContext {
  Ui& ui;
  /// What is edited; changed by workspace.emit() alone.
  const Document& document;
  Workspace& workspace;
  ActionTable& actions;
  Log& log;
  Settings& settings;

  /// The dataset to look at: what was opened or generated last; "" = none. Panels may set it.
  std::filesystem::path& dataset;
  FileBrowser& browser;

  /// Opens a scenario, model or dataset, after asking about unsaved changes.
  std::function<void(const std::filesystem::path& file)> open_asking;
  /// Brings a panel to the front, opening it if need be.
  std::function<void(const std::string& panel)> show_panel;
  /// The panel that has the keyboard.
  std::function<std::string()> focused_panel;
  /// Wakes the window for another frame; from any thread. Sessions call it when they have something
  /// new.
  std::function<void()> wake;
  /// From one picture to the next while something moves, s; 0 before that.
  double frame_s = 0.0;
  /// Fixed clock and nothing that differs from run to run: no rates, no times of day.
  bool test_mode = false;
};

}  // namespace diorama::editor
