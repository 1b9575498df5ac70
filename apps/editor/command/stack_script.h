// What happened to a command stack, as lines of text: the journal keeps them, macros are made of
// them, tests replay them. The text begins with a line that names the format, {"format":"diorama
// commands","version":1}. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "apps/editor/command/command_stack.h"

namespace diorama::editor {

inline constexpr int kScriptVersion = 1;

/// One line of JSON without line feed: {"do":"set",...}, {"do":"begin","title":"..."},
/// {"do":"undo"}.
std::string event_text(const StackEvent& event);
Result<StackEvent> event_from_text(const std::string& line);
/// Does to the stack what happened.
Status replay(const StackEvent& event, CommandStack& stack);

/// A macro: the commands in their order, with the line that names the format.
std::string macro_text(const std::vector<Command>& commands);
/// invalid_input names the line.
Result<std::vector<Command>> macro_from_text(const std::string& text);

}  // namespace diorama::editor
