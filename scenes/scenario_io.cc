#include "scenes/scenario_io.h"

#include "engine/core/text.h"
#include "scenes/field_path.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <vector>

namespace diorama {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::TextFormat;

constexpr std::size_t kMaxBytes = std::size_t{64} << 20;
// Errors of syntax are repaired and parsing goes on, so that one run shows them all; this bounds
// the work.
constexpr int kMaxRounds = 50;
constexpr int kRecursionLimit = 64;

/// One problem, at 0-based positions of the text.
struct Problem {
  int line = 0;
  int column = 0;
  std::string message;
  bool operator<(const Problem& other) const {
    return line != other.line ? line < other.line : column < other.column;
  }
};

/// Takes what the parser reports. Unknown fields come as warnings, behind which the parser goes on.
class Collector : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    errors.push_back({std::max(line, 0), std::max(column, 0), message});
  }
  void AddWarning(int line, int column, const std::string& message) override {
    warnings.push_back({std::max(line, 0), std::max(column, 0), message});
  }
  std::vector<Problem> errors;
  std::vector<Problem> warnings;
};

/// The text as lines that can be changed in place without moving anything. The tokenizer counts a
/// tab as going on to the next multiple of 8, so tabs are turned into single blanks before it sees
/// them.
class Lines {
 public:
  explicit Lines(const std::string& text) {
    lines_.emplace_back();
    for (const char c : text) {
      if (c == '\n') {
        lines_.emplace_back();
      } else {
        lines_.back() += (c == '\t' || c == '\r') ? ' ' : c;
      }
    }
  }

  std::string text() const { return join(lines_, "\n"); }
  int size() const { return static_cast<int>(lines_.size()); }
  std::string& line(int i) { return lines_[static_cast<std::size_t>(i)]; }

  /// Moves a problem to the last place at or before it where the whole word `word` stands: protobuf
  /// reports some errors at the token behind the one that it means.
  void move_to_word(Problem& problem, const std::string& word) {
    if (word.empty()) return;
    int row = std::min(problem.line, size() - 1);
    std::size_t from = static_cast<std::size_t>(problem.column);
    for (; row >= 0; --row, from = std::string::npos) {
      const std::string& candidate = line(row);
      std::size_t at = candidate.rfind(word, from);
      while (at != std::string::npos && !is_whole_word(candidate, at, word.size())) {
        at = at == 0 ? std::string::npos : candidate.rfind(word, at - 1);
      }
      if (at != std::string::npos) {
        problem.line = row;
        problem.column = static_cast<int>(at);
        return;
      }
    }
  }

 private:
  static bool is_word(char c) {
    return (std::isalnum(static_cast<unsigned char>(c)) != 0) || c == '_';
  }
  static bool is_whole_word(const std::string& text, std::size_t at, std::size_t length) {
    return (at == 0 || !is_word(text[at - 1])) &&
           (at + length >= text.size() || !is_word(text[at + length]));
  }

  std::vector<std::string> lines_;
};

/// What stands between the k-th pair of double quotes of a message of protobuf.
std::string quoted(const std::string& message, int k) {
  std::size_t at = 0;
  for (int i = 0;; ++i) {
    const std::size_t open = message.find('"', at);
    if (open == std::string::npos) return "";
    const std::size_t close = message.find('"', open + 1);
    if (close == std::string::npos) return "";
    if (i == k) return message.substr(open + 1, close - open - 1);
    at = close + 1;
  }
}

bool starts_with(const std::string& text, const char* prefix) { return text.rfind(prefix, 0) == 0; }

std::string short_type_name(const std::string& full_name) {
  const std::string prefix = "diorama.schema.";
  return starts_with(full_name, prefix.c_str()) ? full_name.substr(prefix.size()) : full_name;
}

/// An unknown field: 'Message type "diorama.schema.Body" has no field named "mas_kg".'
bool explain_unknown_field(Problem& problem, Lines& lines) {
  if (!starts_with(problem.message, "Message type \"") ||
      problem.message.find("has no field named") == std::string::npos) {
    return false;
  }
  const std::string type = quoted(problem.message, 0);
  const std::string name = quoted(problem.message, 1);
  lines.move_to_word(problem, name);
  problem.message = short_type_name(type) + " has no field '" + name + "'";
  const Descriptor* descriptor = DescriptorPool::generated_pool()->FindMessageTypeByName(type);
  if (descriptor == nullptr) return true;
  std::vector<std::string> names;
  for (int i = 0; i < descriptor->field_count(); ++i) names.push_back(descriptor->field(i)->name());
  problem.message += did_you_mean(name, names) + "; it has " + join(names, ", ");
  return true;
}

/// All enums of the schema that a field of this name may hold.
void collect_enum_names(const Descriptor& descriptor, const std::string& field,
                        std::vector<std::string>& names) {
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const auto* enum_type = descriptor.field(i)->enum_type();
    if (descriptor.field(i)->name() != field || enum_type == nullptr) continue;
    for (int k = 0; k < enum_type->value_count(); ++k) names.push_back(enum_type->value(k)->name());
  }
  for (int i = 0; i < descriptor.nested_type_count(); ++i) {
    collect_enum_names(*descriptor.nested_type(i), field, names);
  }
}

/// An unknown enum value: 'Unknown enumeration value of "FOO" for field "engine".'
bool explain_unknown_enum(Problem& problem, Lines& lines) {
  if (!starts_with(problem.message, "Unknown enumeration value of")) return false;
  const std::string value = quoted(problem.message, 0);
  const std::string field = quoted(problem.message, 1);
  lines.move_to_word(problem, value);
  // The message does not say whose field it is: suggest from the enums of all fields of this name.
  std::vector<std::string> names;
  const auto* file = schema::Scenario::descriptor()->file();
  for (int i = 0; i < file->message_type_count(); ++i)
    collect_enum_names(*file->message_type(i), field, names);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  problem.message = "'" + value + "' is not a value of " + field + did_you_mean(value, names) +
                    "; it may be " + join(names, ", ");
  return true;
}

bool balanced(const std::string& line) {
  int depth = 0;
  for (const char c : line) {
    if (c == '{' || c == '[' || c == '<') ++depth;
    if (c == '}' || c == ']' || c == '>') --depth;
    if (depth < 0) return false;
  }
  return depth == 0;
}

/// Replaces the token at the problem by something that parses; false if that cannot be done.
bool repair(const Problem& problem, bool value_is_wrong, Lines& lines) {
  if (problem.line >= lines.size()) return false;
  std::string& line = lines.line(problem.line);
  const auto column = static_cast<std::size_t>(problem.column);
  if (value_is_wrong && column < line.size()) {
    std::size_t end = column;
    if (line[column] == '"' || line[column] == '\'') {
      end = line.find(line[column], column + 1);
      end = end == std::string::npos ? line.size() : end + 1;
    } else {
      while (end < line.size() &&
             ((std::isalnum(static_cast<unsigned char>(line[end])) != 0) || line[end] == '_' ||
              line[end] == '.' || line[end] == '-' || line[end] == '+')) {
        ++end;
      }
    }
    const std::string before = line.substr(column, end - column);
    if (end > column && before != "0") {
      line.replace(column, end - column, "0" + std::string(end - column - 1, ' '));
      return true;
    }
  }
  if (!balanced(line) || line.find_first_not_of(' ') == std::string::npos) return false;
  line.assign(line.size(), ' ');
  return true;
}

bool is_wrong_value(const std::string& message) {
  return starts_with(message, "Unknown enumeration value") ||
         starts_with(message, "Expected double") || starts_with(message, "Expected integer") ||
         starts_with(message, "Integer out of range") ||
         starts_with(message, "Invalid value for boolean") ||
         starts_with(message, "Invalid float number");
}

/// Position of the first byte that is not UTF-8 text; none if all is well.
std::optional<Problem> find_binary(const std::string& text) {
  int line = 0;
  int column = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    std::size_t length = 1;
    if (c >= 0xF0 && c < 0xF5)
      length = 4;
    else if (c >= 0xE0 && c < 0xF0)
      length = 3;
    else if (c >= 0xC2 && c < 0xE0)
      length = 2;
    else if (c >= 0x80)
      length = 0;
    bool good = length > 0 && (c >= 0x20 || c == '\n' || c == '\r' || c == '\t') && c != 0x7F &&
                i + length <= text.size();
    for (std::size_t k = 1; good && k < length; ++k) {
      good = (static_cast<unsigned char>(text[i + k]) & 0xC0) == 0x80;
    }
    if (!good) return Problem{line, column, ""};
    i += length;
    column += static_cast<int>(length);
    if (c == '\n') {
      ++line;
      column = 0;
    }
  }
  return std::nullopt;
}

std::string at(const std::string& name, const Problem& problem) {
  return name + ":" + std::to_string(problem.line + 1) + ":" + std::to_string(problem.column + 1);
}

}  // namespace

Result<schema::Scenario> read_scenario(const std::filesystem::path& path) {
  std::error_code error;
  const std::string name = path.string();
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    return invalid_input(name + ": there is no such scenario file" +
                         (error && error.value() != ENOENT ? " (" + error.message() + ")" : ""));
  }
  if (std::filesystem::is_directory(status)) {
    return invalid_input(name + ": is a folder; give the scenario file (*.textproto) in it");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return invalid_input(name + ": cannot be read: " + std::strerror(errno));
  std::string text;
  std::vector<char> block(std::size_t{1} << 16);
  while (file && text.size() <= kMaxBytes) {
    file.read(block.data(), static_cast<std::streamsize>(block.size()));
    text.append(block.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) return invalid_input(name + ": reading failed: " + std::strerror(errno));
  if (text.size() > kMaxBytes) {
    return invalid_input(name + ": is larger than 64 MiB; a scenario is a text of a few kilobytes");
  }
  return parse_scenario(text, name);
}

Result<schema::Scenario> parse_scenario(const std::string& authored, const std::string& name) {
  const bool byte_order_mark = starts_with(authored, "\xEF\xBB\xBF");
  const std::string text = byte_order_mark ? authored.substr(3) : authored;
  if (const auto binary = find_binary(text)) {
    return invalid_input(at(name, *binary) +
                         ": this byte is not text; a scenario is protobuf text in UTF-8");
  }

  Lines lines(text);
  std::vector<Problem> problems;
  schema::Scenario scenario;
  for (int round = 0; round < kMaxRounds; ++round) {
    scenario.Clear();
    Collector collector;
    TextFormat::Parser parser;
    parser.RecordErrorsTo(&collector);
    parser.AllowUnknownField(true);
    parser.SetRecursionLimit(kRecursionLimit);
    const bool parsed = parser.ParseFromString(lines.text(), &scenario);
    const bool last = parsed || collector.errors.empty() || round + 1 == kMaxRounds;
    if (!collector.errors.empty()) {
      Problem problem = collector.errors.front();
      const bool wrong_value = is_wrong_value(problem.message);
      explain_unknown_enum(problem, lines);
      problems.push_back(problem);
      if (!last && repair(problem, wrong_value, lines)) continue;
    }
    for (Problem& warning : collector.warnings) {
      if (explain_unknown_field(warning, lines)) problems.push_back(warning);
    }
    break;
  }
  if (!problems.empty()) {
    std::stable_sort(problems.begin(), problems.end());
    std::vector<std::string> messages;
    for (const Problem& problem : problems)
      messages.push_back(at(name, problem) + ": " + problem.message);
    messages.erase(std::unique(messages.begin(), messages.end()), messages.end());
    return invalid_input(join(messages, "\n"));
  }
  std::vector<const google::protobuf::FieldDescriptor*> set;
  scenario.GetReflection()->ListFields(scenario, &set);
  if (set.empty()) {
    return invalid_input(
        name +
        ":1:1: the scenario is empty: no field is set; it needs at least a body and a camera");
  }
  return scenario;
}

std::string scenario_text(const schema::Scenario& scenario) {
  TextFormat::Printer printer;
  printer.SetUseShortRepeatedPrimitives(true);
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(scenario, &text);
  return text;
}

Status apply_override(schema::Scenario& scenario, const std::string& assignment) {
  // The path ends at the first '=' outside brackets: names may contain one.
  std::size_t equals = std::string::npos;
  bool in_brackets = false;
  for (std::size_t i = 0; i < assignment.size(); ++i) {
    if (assignment[i] == '[') in_brackets = true;
    if (assignment[i] == ']') in_brackets = false;
    if (assignment[i] == '=' && !in_brackets) {
      equals = i;
      break;
    }
  }
  const std::string shown = "--set " + assignment;
  if (equals == std::string::npos || equals == 0) {
    return invalid_input(shown + ": write it as path.to.field=value, e.g. body[ball].mass_kg=2");
  }
  const std::string value = assignment.substr(equals + 1);
  if (find_binary(value)) return invalid_input(shown + ": the value is not UTF-8 text");
  const auto ref = resolve_field(scenario, assignment.substr(0, equals));
  if (!ref.ok()) return ref.status().with_context(shown);
  schema::Scenario changed = scenario;
  DIORAMA_RETURN_IF_ERROR(set_field_text(changed, *ref, value).with_context(shown));
  scenario = std::move(changed);
  return {};
}

}  // namespace diorama
