#include "apps/editor/command/command_stack.h"

#include "apps/editor/command/plan.h"

#include <algorithm>
#include <utility>

namespace diorama::editor {
namespace {

/// Whether the later command makes the earlier one of the same gesture superfluous.
bool replaces(const Command& later, const Command& earlier) {
  const auto* now = std::get_if<SetField>(&later);
  const auto* then = std::get_if<SetField>(&earlier);
  return now != nullptr && then != nullptr && now->path == then->path;
}

}  // namespace

std::size_t CommandStack::Step::bytes() const {
  std::size_t sum = sizeof(Step) + title.size() + gesture.size();
  for (const Splice& splice : splices)
    sum += sizeof(Splice) + splice.removed.size() + splice.inserted.size();
  for (const Command& command : commands) sum += command_text(command).size();
  for (const std::string& path : before) sum += path.size();
  for (const std::string& path : after) sum += path.size();
  return sum;
}

void CommandStack::tell(const StackEvent& event) const {
  if (observer_) observer_(event);
}

Status CommandStack::do_command(const Command& command, Step& step) {
  DIORAMA_ASSIGN_OR_RETURN(Plan planned, plan(command, document_));
  if (planned.edits.empty()) return {};
  DIORAMA_ASSIGN_OR_RETURN(std::vector<Splice> splices, document_.apply(std::move(planned.edits)));
  if (planned.selection) document_.select(*planned.selection);
  for (Splice& splice : splices) step.splices.push_back(std::move(splice));
  step.commands.push_back(command);
  return {};
}

Status CommandStack::apply(const Command& command, const std::string& gesture) {
  if (depth_ > 0) {
    const std::size_t before = group_.commands.size();
    DIORAMA_RETURN_IF_ERROR(do_command(command, group_));
    if (group_.commands.size() > before) tell({StackEvent::Kind::kCommand, command, "", ""});
    return {};
  }
  Step step{describe(command), gesture, {}, {}, document_.selection(), {}};
  DIORAMA_RETURN_IF_ERROR(do_command(command, step));
  if (step.commands.empty()) return {};
  push(std::move(step));
  tell({StackEvent::Kind::kCommand, command, "", gesture});
  return {};
}

Status CommandStack::apply_all(const std::string& title, const std::vector<Command>& commands,
                               const std::string& gesture) {
  begin_group(title, gesture);
  for (const Command& command : commands) {
    Status status = apply(command);
    if (!status.ok()) {
      cancel_group();
      return status;
    }
  }
  end_group();
  return {};
}

void CommandStack::begin_group(const std::string& title, const std::string& gesture) {
  if (depth_++ > 0) return;
  group_ = Step{title, gesture, {}, {}, document_.selection(), {}};
  tell({StackEvent::Kind::kBegin, {}, title, gesture});
}

void CommandStack::end_group() {
  if (depth_ == 0 || --depth_ > 0) return;
  if (!group_.commands.empty()) push(std::move(group_));
  group_ = {};
  tell({StackEvent::Kind::kEnd, {}, "", ""});
}

void CommandStack::cancel_group() {
  if (depth_ == 0) return;
  depth_ = 0;
  if (!group_.splices.empty()) document_.undo(group_.splices);
  document_.select(group_.before);
  group_ = {};
  tell({StackEvent::Kind::kCancel, {}, "", ""});
}

void CommandStack::push(Step step) {
  step.after = document_.selection();
  for (std::size_t i = position_; i < steps_.size(); ++i) bytes_ -= steps_[i].bytes();
  steps_.resize(position_);
  if (!step.gesture.empty() && position_ > 0 && steps_.back().gesture == step.gesture) {
    // One step from before the first to after the last.
    Step& merged = steps_.back();
    bytes_ -= merged.bytes();
    std::string before = document_.text();
    const auto undo = [&before](const std::vector<Splice>& splices) {
      for (auto s = splices.rbegin(); s != splices.rend(); ++s)
        before.replace(s->at, s->inserted.size(), s->removed);
    };
    undo(step.splices);
    undo(merged.splices);
    merged.splices = {difference(before, document_.text())};
    for (Command& command : step.commands) {
      std::erase_if(merged.commands,
                    [&](const Command& earlier) { return replaces(command, earlier); });
      merged.commands.push_back(std::move(command));
    }
    merged.title = step.title;
    merged.after = step.after;
    bytes_ += merged.bytes();
  } else {
    bytes_ += step.bytes();
    steps_.push_back(std::move(step));
    ++position_;
  }
  while (bytes_ > max_bytes_ && steps_.size() > 1) {
    bytes_ -= steps_.front().bytes();
    steps_.erase(steps_.begin());
    --position_;
  }
}

bool CommandStack::undo() {
  if (!can_undo()) return false;
  const Step& step = steps_[--position_];
  document_.undo(step.splices);
  document_.select(step.before);
  tell({StackEvent::Kind::kUndo, {}, "", ""});
  return true;
}

bool CommandStack::redo() {
  if (!can_redo()) return false;
  const Step& step = steps_[position_++];
  document_.redo(step.splices);
  document_.select(step.after);
  tell({StackEvent::Kind::kRedo, {}, "", ""});
  return true;
}

void CommandStack::go_to(std::size_t position) {
  while (position_ > position && undo()) {
  }
  while (position_ < std::min(position, steps_.size()) && redo()) {
  }
}

void CommandStack::clear() {
  steps_.clear();
  group_ = {};
  position_ = bytes_ = 0;
  depth_ = 0;
}

std::vector<std::string> CommandStack::history() const {
  std::vector<std::string> lines;
  for (const Step& step : steps_) lines.push_back(step.title);
  return lines;
}

}  // namespace diorama::editor
