// What is being worked on: the document with its history, the simulation of it, and the previews.
// Panels read from here and change the document through `emit` alone. UI thread only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/editor/app/hidden_elements.h"
#include "apps/editor/app/import_file.h"
#include "apps/editor/app/log.h"
#include "apps/editor/command/workbench.h"
#include "apps/editor/session/preview_renderer.h"
#include "apps/editor/session/sim_session.h"

namespace diorama::editor {

struct WorkspaceOptions {
  RendererOptions renderer;
  bool manual_clock =
      false;  ///< Simulated time follows the frames, not the clock: scripts and tests.
  std::filesystem::path journals;  ///< Where journals go; empty = none are kept.
  std::function<void()> wake;      ///< From any thread: there is something new to draw.
};

class Workspace {
 public:
  Workspace(WorkspaceOptions options, Log& log);

  const Document& document() const { return bench_.document(); }
  const CommandStack& history() const { return bench_.stack(); }
  /// Groups, macros and recovery.
  Workbench& bench() { return bench_; }

  /// Does a command; a failure goes to the log and changes nothing. Edits of one `gesture` become
  /// one undo step.
  bool emit(const Command& command, const std::string& gesture = "");
  bool emit_all(const std::string& title, const std::vector<Command>& commands,
                const std::string& gesture = "");
  void undo();
  void redo();
  void select(const Selection& paths) { bench_.select(paths); }
  void toggle_selected(const std::string& path) { bench_.toggle_selected(path); }

  void open_new();
  /// A scenario (.textproto); a model, mesh or picture as a new document that holds it. A failure leaves what is open.
  Status open(const std::filesystem::path& file);
  /// Takes a mesh, model or picture into the document and selects what came of it: import_file.h.
  Status import(const std::filesystem::path& file, const std::optional<SurfacePoint>& on = {});
  /// A scenario without a file: a drawn sample. It counts as changed.
  Status open_text(const std::string& text);
  Status recover(const std::filesystem::path& journal);
  Status save() { return bench_.save(); }
  Status save_as(const std::filesystem::path& file) { return bench_.save_as(file); }

  /// Files have changed on disk: what shows those that the scenario uses follows; of the document's
  /// own file the log tells.
  void files_changed(const std::vector<std::filesystem::path>& changed);

  /// What the viewport leaves out; no part of the document.
  HiddenElements& hidden() { return hidden_; }

  SimSession& sim() { return sim_; }
  PreviewRenderer& previews() { return previews_; }
  /// Of this frame; never null.
  const std::shared_ptr<const SimSnapshot>& snapshot() const { return snapshot_; }

  /// Which episode of the scenario is shown; of another seed than the document's if `key.seed` says
  /// so.
  SampleKey key() const;
  void set_key(SampleKey key);
  /// Back to the document's own seed and episode 0.
  void reset_key();

  /// Once a frame: starts the simulation of a changed document and takes the newest snapshot. True
  /// if something goes on by itself, so that another frame will show something new.
  bool update(double seconds);

 private:
  Status open_as_new(const std::filesystem::path& file);
  void start_over();
  void tell_restart();

  WorkspaceOptions options_;
  Log& log_;
  Workbench bench_;
  HiddenElements hidden_;
  SimSession sim_;
  PreviewRenderer previews_;
  std::shared_ptr<const SimSnapshot> snapshot_;
  SampleKey key_;
  bool own_key_ = false;
  std::uint64_t loaded_revision_ = 0;
  bool reload_ = false;
  SampleKey loaded_key_;
  std::uint64_t told_restarts_ = 0;
  bool new_scene_wanted_ = true;  // Another document or episode: nobody wonders at a new start.
  std::string told_problem_;
  std::string told_journal_;
};

}  // namespace diorama::editor
