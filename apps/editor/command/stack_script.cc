#include "apps/editor/command/stack_script.h"

#include <nlohmann/json.hpp>

#include <array>
#include <sstream>
#include <utility>

namespace diorama::editor {
namespace {

using Json = nlohmann::ordered_json;
using Kind = StackEvent::Kind;

constexpr std::array<std::pair<Kind, const char*>, 5> kVerbs = {{{Kind::kBegin, "begin"},
                                                                 {Kind::kEnd, "end"},
                                                                 {Kind::kCancel, "cancel"},
                                                                 {Kind::kUndo, "undo"},
                                                                 {Kind::kRedo, "redo"}}};

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string event_text(const StackEvent& event) {
  Json json;
  if (event.kind == Kind::kCommand) {
    json = Json::parse(command_text(event.command));
  } else {
    for (const auto& [kind, verb] : kVerbs) {
      if (kind == event.kind) json["do"] = verb;
    }
  }
  if (event.kind == Kind::kBegin) json["title"] = event.title;
  if (!event.gesture.empty()) json["gesture"] = event.gesture;
  return dump(json);
}

Result<StackEvent> event_from_text(const std::string& line) {
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return invalid_input("this line is not whole");
  StackEvent event;
  const auto text = [&json](const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  event.gesture = text("gesture");
  event.title = text("title");
  const std::string name = text("do");
  for (const auto& [kind, verb] : kVerbs) {
    if (name != verb) continue;
    event.kind = kind;
    return event;
  }
  // The title above is that of a group; a command has its own.
  event.title.clear();
  DIORAMA_ASSIGN_OR_RETURN(event.command, command_from_text(line));
  return event;
}

Status replay(const StackEvent& event, CommandStack& stack) {
  switch (event.kind) {
    case Kind::kCommand:
      return stack.apply(event.command, event.gesture);
    case Kind::kBegin:
      stack.begin_group(event.title, event.gesture);
      return {};
    case Kind::kEnd:
      stack.end_group();
      return {};
    case Kind::kCancel:
      stack.cancel_group();
      return {};
    case Kind::kUndo:
      return stack.undo() ? Status() : failed("there is nothing to undo");
    case Kind::kRedo:
      return stack.redo() ? Status() : failed("there is nothing to redo");
  }
  return {};
}

std::string macro_text(const std::vector<Command>& commands) {
  Json head;
  head["format"] = "diorama commands";
  head["version"] = kScriptVersion;
  std::string text = dump(head) + "\n";
  for (const Command& command : commands) text += command_text(command) + "\n";
  return text;
}

Result<std::vector<Command>> macro_from_text(const std::string& text) {
  std::istringstream lines(text);
  std::string line;
  if (!std::getline(lines, line)) return invalid_input("the macro is empty");
  const Json head = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!head.is_object() || head.value("format", "") != "diorama commands") {
    return invalid_input("line 1: this is no macro of diorama");
  }
  if (head.value("version", 0) != kScriptVersion) {
    return invalid_input("line 1: the macro is of version " +
                         std::to_string(head.value("version", 0)) +
                         "; this program plays version " + std::to_string(kScriptVersion));
  }
  std::vector<Command> commands;
  for (int number = 2; std::getline(lines, line); ++number) {
    if (line.empty()) continue;
    auto command = command_from_text(line);
    if (!command.ok()) return command.status().with_context("line " + std::to_string(number));
    commands.push_back(*std::move(command));
  }
  return commands;
}

}  // namespace diorama::editor
