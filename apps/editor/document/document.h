// Document: the scenario that is being edited. Its truth is the text as the author wrote it; the
// message is what that text says. So comments, order and layout of a file are kept, an untouched
// file is saved byte by byte, and an edit changes the bytes of its fields alone. Only commands
// change it (apps/editor/command). Not thread-safe; copy what workers need.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "apps/editor/document/source_edit.h"
#include "engine/core/status.h"
#include "scenes/validate.h"
#include "schemas/scenario.pb.h"

namespace diorama::editor {

/// Canonical paths of selected elements, each once, in the order in which they were selected; the
/// last is the one that single-element tools work on.
using Selection = std::vector<std::string>;

/// One exchange of bytes, undone by exchanging back.
struct Splice {
  std::size_t at = 0;
  std::string removed;
  std::string inserted;
};

class Document {
 public:
  /// A new document without a file.
  Document();

  /// Errors are those of read_scenario(): every problem of the file's syntax, a line each.
  static Result<Document> open(const std::filesystem::path& file);
  /// A document that would be saved to `file` (may be empty) and differs from it if `text` differs
  /// from `saved`.
  static Result<Document> from_text(const std::string& text, const std::filesystem::path& file = {},
                                    std::string saved = "");

  const schema::Scenario& scenario() const { return scenario_; }
  const std::string& text() const { return text_; }
  /// Where the fields stand in text().
  const SourceNode& source() const { return source_; }

  /// Absolute; empty until it was saved for the first time.
  const std::filesystem::path& file() const { return file_; }
  /// Where relative files of the scenario start: the file's folder, or the working folder.
  std::filesystem::path base_folder() const;
  /// "clutter.textproto", "untitled".
  std::string title() const;
  /// Whether closing would lose something.
  bool dirty() const { return text_ != saved_text_; }
  /// Different for every state of the text that ever stood in any document of this process.
  std::uint64_t revision() const { return revision_; }
  /// Whether the file holds something else than when it was opened or saved last; also if it is
  /// gone.
  bool changed_on_disk() const;

  const Selection& selection() const { return selection_; }
  bool is_selected(const std::string& path) const;
  /// Paths that do not exist are left out, the others made canonical.
  void select(const Selection& paths);
  void toggle_selected(const std::string& path);

  /// What validate() finds: errors and warnings in field order. Computed once for each revision;
  /// looks whether files exist.
  const std::vector<Diagnostic>& problems() const;
  /// Forgets problems(), because files were added or removed.
  void recheck() {
    problems_revision_ = 0;
    ++files_revision_;
  }
  /// Counts the calls of recheck().
  std::uint64_t files_revision() const { return files_revision_; }

  /// Writes a temporary file and renames it; on a failure (output_error) the old file and the
  /// document are as before.
  Status save();
  Status save_as(const std::filesystem::path& file);

  // For the command stack.

  /// Applies the edits and returns what undoes them. If the text would not be a scenario, nothing
  /// changes. Selected elements stay selected wherever they move to, unless they are removed.
  Result<std::vector<Splice>> apply(std::vector<TextEdit> edits);
  void redo(const std::vector<Splice>& splices);
  void undo(const std::vector<Splice>& splices);

 private:
  Status set_text(std::string text);

  std::string text_;
  std::string saved_text_;  // text() when nothing is to be saved.
  std::string file_text_;   // What the file held when it was read or written.
  schema::Scenario scenario_;
  SourceNode source_;
  std::filesystem::path file_;
  Selection selection_;
  std::uint64_t revision_ = 0;
  mutable std::vector<Diagnostic> problems_;
  mutable std::uint64_t problems_revision_ = 0;
  std::uint64_t files_revision_ = 0;
};

/// The parts of a text that differ, as one splice.
Splice difference(const std::string& before, const std::string& after);

/// Writes `text` to a temporary file beside `file`, syncs and renames it. output_error with the
/// system's reason.
Status write_whole_file(const std::filesystem::path& file, const std::string& text);
/// The bytes of a file, or invalid_input.
Result<std::string> read_whole_file(const std::filesystem::path& file);

}  // namespace diorama::editor
