#include "apps/editor/command/command.h"

#include <nlohmann/json.hpp>

namespace diorama::editor {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShownValue = 40;

std::string shortened(const std::string& value) {
  std::string shown;
  for (const char c : value) {
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (blank && (shown.empty() || shown.back() == ' ')) continue;
    shown += blank ? ' ' : c;
  }
  if (shown.size() <= kShownValue) return shown;
  std::size_t end = kShownValue;
  while (end > 0 && (static_cast<unsigned char>(shown[end]) & 0xC0) == 0x80)
    --end;  // Not inside a letter.
  return shown.substr(0, end) + "...";
}

// One list of the fields of each command: to_fields() writes them, from_fields() reads them.
template <typename Fields>
void each_field(SetField& c, Fields& f) {
  f("path", c.path);
  f("value", c.value);
}
template <typename Fields>
void each_field(ClearField& c, Fields& f) {
  f("path", c.path);
}
template <typename Fields>
void each_field(InsertElement& c, Fields& f) {
  f("list", c.list);
  f("index", c.index);
  f("value", c.value);
}
template <typename Fields>
void each_field(RemoveElement& c, Fields& f) {
  f("path", c.path);
}
template <typename Fields>
void each_field(MoveElement& c, Fields& f) {
  f("path", c.path);
  f("to", c.to);
}
template <typename Fields>
void each_field(Rename& c, Fields& f) {
  f("path", c.path);
  f("name", c.name);
}
template <typename Fields>
void each_field(MakeRandom& c, Fields& f) {
  f("path", c.path);
  f("distribution", c.distribution);
  f("factor", c.factor);
}
template <typename Fields>
void each_field(MakeFixed& c, Fields& f) {
  f("path", c.path);
}
template <typename Fields>
void each_field(ReplaceDocument& c, Fields& f) {
  f("text", c.text);
  f("title", c.title);
}

struct Writer {
  Json& json;
  template <typename T>
  void operator()(const char* name, const T& value) {
    json[name] = value;
  }
};

struct Taker {
  const Json& json;
  std::string problem;
  void operator()(const char* name, std::string& value) {
    const auto found = json.find(name);
    if (found != json.end() && found->is_string()) {
      value = found->get<std::string>();
    } else if (problem.empty()) {
      problem = std::string("'") + name + "' must be a text";
    }
  }
  void operator()(const char* name, int& value) {
    const auto found = json.find(name);
    if (found != json.end() && found->is_number_integer()) {
      value = found->get<int>();
    } else if (problem.empty()) {
      problem = std::string("'") + name + "' must be a whole number";
    }
  }
};

constexpr const char* name_of(const SetField&) { return "set"; }
constexpr const char* name_of(const ClearField&) { return "clear"; }
constexpr const char* name_of(const InsertElement&) { return "insert"; }
constexpr const char* name_of(const RemoveElement&) { return "remove"; }
constexpr const char* name_of(const MoveElement&) { return "move"; }
constexpr const char* name_of(const Rename&) { return "rename"; }
constexpr const char* name_of(const MakeRandom&) { return "random"; }
constexpr const char* name_of(const MakeFixed&) { return "fixed"; }
constexpr const char* name_of(const ReplaceDocument&) { return "replace"; }

/// Tries the alternatives of Command in turn.
template <std::size_t I = 0>
Result<Command> take(const std::string& name, const Json& json) {
  if constexpr (I == std::variant_size_v<Command>) {
    return invalid_input("there is no command '" + name + "'");
  } else {
    std::variant_alternative_t<I, Command> command;
    if (name != name_of(command)) return take<I + 1>(name, json);
    Taker taker{json, ""};
    each_field(command, taker);
    if (!taker.problem.empty()) return invalid_input("command '" + name + "': " + taker.problem);
    return Command(std::move(command));
  }
}

struct Describe {
  std::string operator()(const SetField& c) const { return c.path + " = " + shortened(c.value); }
  std::string operator()(const ClearField& c) const { return "Reset " + c.path; }
  std::string operator()(const InsertElement& c) const {
    return "Add to " + c.list + ": " + shortened(c.value);
  }
  std::string operator()(const RemoveElement& c) const { return "Remove " + c.path; }
  std::string operator()(const MoveElement& c) const {
    return "Move " + c.path + " to place " + std::to_string(c.to + 1);
  }
  std::string operator()(const Rename& c) const { return "Rename " + c.path + " to " + c.name; }
  std::string operator()(const MakeRandom& c) const { return "Make " + c.path + " random"; }
  std::string operator()(const MakeFixed& c) const { return "Make " + c.path + " fixed"; }
  std::string operator()(const ReplaceDocument& c) const {
    return c.title.empty() ? "Replace the document" : c.title;
  }
};

}  // namespace

std::string describe(const Command& command) { return std::visit(Describe{}, command); }

std::string command_text(const Command& command) {
  Json json;
  std::visit(
      [&json](auto copy) {
        json["do"] = name_of(copy);
        Writer writer{json};
        each_field(copy, writer);
      },
      command);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Command> command_from_text(const std::string& line) {
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return invalid_input("this is no command: " + shortened(line));
  const auto name = json.find("do");
  if (name == json.end() || !name->is_string())
    return invalid_input("'do' is missing in " + shortened(line));
  return take(name->get<std::string>(), json);
}

}  // namespace diorama::editor
