// The editor without its window: panels, actions, settings and the frame that draws them. A window
// or a script gives it input and time. UI thread only, but `wake`.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "apps/editor/app/file_actions.h"
#include "apps/editor/app/options.h"
#include "apps/editor/app/own_layouts.h"
#include "apps/editor/app/panel.h"
#include "apps/editor/ui/layout.h"

namespace diorama::editor {

class Editor {
 public:
  /// `device` must outlive the editor. Opens options.file; one that cannot be read is the Status.
  /// `wake_hook` is called by wake(), from any thread, for as long as the editor lives.
  static Result<std::unique_ptr<Editor>> make(vulkan::Device& device, const Options& options,
                                              std::function<void()> wake_hook = {});
  ~Editor();

  /// Draws one frame that comes `seconds` after the one before.
  Status frame(int width_px, int height_px, double seconds, const Present* present = nullptr);

  /// Whether a frame would show anything new.
  bool wants_frame() const { return woken_.load() || host_->wants_frame(); }
  /// Between frames: what has its own time, such as saving.
  void tick();
  /// Something is under way that will change the picture.
  bool busy() const { return busy_; }
  /// From any thread: there is something new to draw.
  void wake();

  /// A script is through: what it changed and did not save is nobody's loss, and not offered again.
  void end_script() { workspace_->bench().close(); }
  /// The user wants to leave: closes at once, or asks about unsaved changes first.
  void request_close();
  bool closed() const { return closed_; }
  /// Files dropped on the window: see FileActions::drop().
  void drop(const std::vector<std::string>& paths);
  /// Factor of the display, times the user's font scale.
  void set_display_scale(float scale);

  /// Opens a file or dataset in place of what is open, without asking.
  Status open(const std::filesystem::path& file) { return files_->open(file); }
  /// The document's field as text, for scripts.
  Result<std::string> field_text(const std::string& path) const;

  /// Keeps what the user has set; at the end of the program.
  Status save_settings();

  std::string title() const;
  UiHost& host() { return *host_; }
  ActionTable& actions() { return actions_; }
  Layout& layout() { return layout_; }
  PanelContext& context() { return *context_; }

 private:
  Editor(std::unique_ptr<UiHost> host, const Options& options, Settings settings,
         std::filesystem::path settings_file, std::function<void()> wake_hook);
  void show_panel(const std::string& name);
  void add_actions();
  void handle_keys();
  Status restore_layout();
  void use_preset(const std::string& name);
  void apply_style();
  void measure_frame();
  std::vector<std::string> panel_names() const;

  Options options_;
  // Threads of the workspace and of panels wake the editor: these two outlive them.
  std::atomic<bool> woken_{false};
  const std::function<void()> wake_hook_;
  std::unique_ptr<UiHost> host_;
  Ui ui_;
  ActionTable actions_;
  Log log_;
  Settings settings_;
  std::filesystem::path settings_file_;
  std::map<std::string, Chord> saved_shortcuts_;
  StyleChoice applied_style_;
  float display_scale_ = 1.0F;
  Layout layout_;
  std::vector<std::unique_ptr<Panel>> panels_;
  std::unique_ptr<PanelContext> context_;
  FileBrowser browser_;
  std::filesystem::path dataset_;
  std::unique_ptr<Workspace> workspace_;
  std::unique_ptr<FileActions> files_;
  OwnLayouts own_layouts_;
  std::chrono::steady_clock::time_point last_frame_;
  bool busy_ = false;
  bool closed_ = false;
};

}  // namespace diorama::editor
