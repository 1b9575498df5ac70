// New, open, save, import and leave: the actions that deal with files, and what they ask before
// something is lost.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "apps/editor/action/action_table.h"
#include "apps/editor/app/settings.h"
#include "apps/editor/app/workspace.h"
#include "apps/editor/ui/file_browser.h"

namespace diorama::editor {

class FileActions {
 public:
  struct Parts {
    Workspace& workspace;
    Settings& settings;
    ActionTable& actions;
    Log& log;
    FileBrowser& browser;
    std::function<void()> quit;  ///< Nothing is unsaved, or it may be lost.
    std::function<void(const std::filesystem::path&)> open_dataset;
  };
  explicit FileActions(Parts parts) : p_(std::move(parts)) {}

  void add_actions();

  /// A scenario, a model, or a dataset (a folder or .h5), in place of what is open; asks nothing.
  Status open(const std::filesystem::path& file);
  /// The same after asking about unsaved changes; a failure goes to the log.
  void open_asking(const std::filesystem::path& file);
  /// A file dropped on the window: scenarios and datasets are opened, other files are taken into
  /// the document.
  void drop(const std::filesystem::path& file);
  void quit_asking() { ask_unsaved(p_.quit); }

  /// Asks whether to recover what a killed editor left, if there is something.
  void offer_recovery();

  /// Every frame: the questions.
  void draw(Ui& ui);

 private:
  void ask_unsaved(std::function<void()> then);
  void save(const std::function<void()>& then = {});
  void save_now(const std::function<void()>& then);
  void save_as(const std::function<void()>& then = {});
  void add_macro_actions();
  void record_macro();
  void play_macro();
  void import();
  void show_recent();
  void draw_recovery(Ui& ui);
  void draw_changed(Ui& ui);

  Parts p_;
  std::function<void()> then_;
  std::vector<Recovery> recoveries_;
};

}  // namespace diorama::editor
