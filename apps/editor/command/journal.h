// Journal: what is done to a document, on disk before the next frame, so that a killed editor loses
// nothing that was written and a dead machine at most the last second. One file for each open
// document, locked while its editor lives.
#pragma once

#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "apps/editor/command/command_stack.h"
#include "engine/core/status.h"

namespace diorama::editor {

/// $XDG_STATE_HOME/diorama/editor/recovery, or ~/.local/state/...; empty if there is no home.
std::filesystem::path recovery_folder();

class Journal {
 public:
  /// A journal without a file keeps nothing.
  Journal();
  /// Makes the folder if need be.
  explicit Journal(std::filesystem::path folder);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// Begins anew with the document as it stands. `position` is that of its command stack.
  void restart(const Document& document, std::size_t position);
  /// Something is about to be done: the document as it stands is the snapshot, if there is none yet.
  void begin(const Document& document, const CommandStack& stack);
  /// Appends what happened. Now and then, and where the lines before do not reach, begins anew
  /// instead.
  void append(const StackEvent& event, const Document& document, const CommandStack& stack);
  /// Removes the file: the document was saved or given up.
  void remove();

  /// The first failure since the last restart(): the journal does not protect the document.
  const Status& status() const { return status_; }
  const std::filesystem::path& file() const { return file_; }

 private:
  /// An open, locked file and the thread that syncs it.
  class File;

  std::filesystem::path folder_;
  std::filesystem::path file_;
  std::unique_ptr<File> open_;
  Status status_;
  std::size_t base_ = 0;   // Steps of the stack that lie before the snapshot,
  std::size_t top_ = 0;    // and how far the lines behind it reach.
  std::size_t bytes_ = 0;  // Of the lines.
  std::size_t snapshot_bytes_ = 0;
};

/// A journal that a killed editor left behind.
struct Recovery {
  std::filesystem::path journal;
  std::filesystem::path file;  ///< The document's; empty if it never had one.
  std::string title;           ///< "clutter.textproto", "untitled".
  std::time_t changed = 0;     ///< When it was written last, s since 1970.
};

/// All journals of `folder` that no living editor holds and that hold something the file does not,
/// the latest first. Others that no editor holds are removed.
std::vector<Recovery> list_recoveries(const std::filesystem::path& folder);

/// The snapshot of a journal and what was done after it, as far as it can be read.
struct JournalContent {
  std::filesystem::path file;
  std::string title;
  std::string text;
  std::vector<StackEvent> events;
};
/// invalid_input if not even the snapshot is whole.
Result<JournalContent> read_journal(const std::filesystem::path& journal);

}  // namespace diorama::editor
