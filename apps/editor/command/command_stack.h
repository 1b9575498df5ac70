// CommandStack: applies commands to a document and takes them back. One step may hold several
// commands (a group), and steps of one gesture become one. Undoing gives back the text byte by
// byte, and the selection. Not thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "apps/editor/command/command.h"
#include "apps/editor/document/document.h"
#include "engine/core/status.h"

namespace diorama::editor {

/// Something that happened to the stack; the journal and macros keep these.
struct StackEvent {
  enum class Kind { kCommand, kBegin, kEnd, kCancel, kUndo, kRedo };
  Kind kind = Kind::kCommand;
  Command command;      ///< kCommand.
  std::string title;    ///< kBegin.
  std::string gesture;  ///< kCommand, kBegin.
};

class CommandStack {
 public:
  /// Steps beyond this many bytes are forgotten, the oldest first; the last is always kept.
  static constexpr std::size_t kDefaultMaxBytes = std::size_t{256} << 20;

  /// The document outlives the stack.
  explicit CommandStack(Document& document, std::size_t max_bytes = kDefaultMaxBytes)
      : document_(document), max_bytes_(max_bytes) {}

  /// Does a command. A failed one changes nothing. Commands of one `gesture` (not empty) that
  /// follow each other become one step, of which only the latest value for each field is kept.
  Status apply(const Command& command, const std::string& gesture = "");
  /// All or nothing, as one step.
  Status apply_all(const std::string& title, const std::vector<Command>& commands,
                   const std::string& gesture = "");

  /// Commands up to end_group() are one step. Groups may be nested; the outermost counts.
  void begin_group(const std::string& title, const std::string& gesture = "");
  void end_group();
  /// Takes back what the group did, and ends it (with all groups around it).
  void cancel_group();
  bool in_group() const { return depth_ > 0; }

  bool can_undo() const { return position_ > 0 && depth_ == 0; }
  bool can_redo() const { return position_ < steps_.size() && depth_ == 0; }
  bool undo();
  bool redo();
  /// Undoes or redoes until `position` steps are done.
  void go_to(std::size_t position);

  /// What undo() and redo() would take back and do again; "" if nothing.
  std::string undo_title() const { return can_undo() ? steps_[position_ - 1].title : ""; }
  std::string redo_title() const { return can_redo() ? steps_[position_].title : ""; }

  /// One line for each step, the oldest first; the first position() are done.
  std::vector<std::string> history() const;
  std::size_t position() const { return position_; }
  /// The commands of a step: a macro that can be done again.
  const std::vector<Command>& commands(std::size_t step) const { return steps_[step].commands; }
  std::size_t bytes() const { return bytes_; }

  /// Forgets all steps: another document takes the place of the old one.
  void clear();

  /// Called after each thing that happened.
  void set_observer(std::function<void(const StackEvent&)> observer) {
    observer_ = std::move(observer);
  }

 private:
  struct Step {
    std::string title;
    std::string gesture;
    std::vector<Command> commands;
    std::vector<Splice> splices;
    Selection before;
    Selection after;
    std::size_t bytes() const;
  };

  Status do_command(const Command& command, Step& step);
  void push(Step step);
  void tell(const StackEvent& event) const;

  Document& document_;
  std::size_t max_bytes_;
  std::vector<Step> steps_;
  std::size_t position_ = 0;
  std::size_t bytes_ = 0;
  int depth_ = 0;
  Step group_;
  std::function<void(const StackEvent&)> observer_;
};

}  // namespace diorama::editor
