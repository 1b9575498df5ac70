// Workbench: the one document that is open, with its commands and its journal. The application owns
// it; panels read document() and stack() and emit commands. Not thread-safe: UI thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/editor/command/command_stack.h"
#include "apps/editor/command/journal.h"
#include "apps/editor/document/document.h"

namespace diorama::editor {

class Workbench {
 public:
  /// A new document. Journals go to `journal_folder`; empty = none is kept.
  explicit Workbench(std::filesystem::path journal_folder = recovery_folder());
  Workbench(const Workbench&) = delete;
  Workbench& operator=(const Workbench&) = delete;

  const Document& document() const { return document_; }
  const CommandStack& stack() const { return stack_; }
  /// Failure of the journal, to be told once.
  const Status& journal_status() const { return journal_.status(); }

  // Commands: see CommandStack.
  Status apply(const Command& command, const std::string& gesture = "") {
    journal_.begin(document_, stack_);
    return stack_.apply(command, gesture);
  }
  Status apply_all(const std::string& title, const std::vector<Command>& commands,
                   const std::string& gesture = "") {
    journal_.begin(document_, stack_);
    return stack_.apply_all(title, commands, gesture);
  }
  void begin_group(const std::string& title, const std::string& gesture = "") {
    journal_.begin(document_, stack_);
    stack_.begin_group(title, gesture);
  }
  void end_group() { stack_.end_group(); }
  void cancel_group() { stack_.cancel_group(); }
  bool undo() { return stack_.undo(); }
  bool redo() { return stack_.redo(); }
  void go_to(std::size_t position) { stack_.go_to(position); }
  void select(const Selection& paths) { document_.select(paths); }
  void toggle_selected(const std::string& path) { document_.toggle_selected(path); }
  /// Files were added or removed: problems are found anew.
  void recheck_files() { document_.recheck(); }

  // The document as a whole. What is open is given up without asking; a failure leaves it open.
  void new_document();
  Status open(const std::filesystem::path& file);
  /// Opens a scenario that has no file: a drawn sample, a pasted text. It counts as changed.
  Status open_text(const std::string& text);
  Status save();
  /// Files that the scenario names relative to its folder are named anew, so that they stay the
  /// same files.
  Status save_as(const std::filesystem::path& file);

  // Recovery.
  std::vector<Recovery> recoveries() const;
  /// Opens what a killed editor left, with its history since the last snapshot. `left_out` changes
  /// at the end could not be done.
  Status recover(const std::filesystem::path& journal, int* left_out = nullptr);
  Status discard(const std::filesystem::path& journal) const;
  /// The editor closes as it should: the journal is not needed any more.
  void close() { journal_.remove(); }

  // Macros.
  void start_macro();
  bool recording_macro() const { return recording_; }
  /// The text of what was done since start_macro(); undone steps are not in it.
  std::string stop_macro();
  /// All or nothing, as one step.
  Status play_macro(const std::string& text);

 private:
  void take(Document document);

  std::filesystem::path journal_folder_;
  Document document_;
  CommandStack stack_;
  Journal journal_;
  bool recording_ = false;
  std::size_t macro_begin_ = 0;
};

}  // namespace diorama::editor
