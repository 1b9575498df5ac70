#include "apps/cli/command.h"

#include "apps/pipeline/backends.h"
#include "engine/core/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace diorama::cli {

const std::vector<Command>& commands() {
  static const std::vector<Command> table = {generate_command(), validate_command(), inspect_command(),
                                             preview_command(),  verify_command(),   replay_command(),
                                             stats_command(),
                                             bench_command(),    doctor_command(),
                                             edit_command()};
  return table;
}

namespace {

bool json_wanted = false;

int exit_code(const Status& status) {
  switch (status.code()) {
    case Code::kInvalidInput:
      return kBadInput;
    case Code::kOutput:
      return kBadOutput;
    case Code::kUnavailable:
      return kNoDevice;
    case Code::kRejected:
      return kFinishedWithRejections;
    case Code::kCancelled:
      return kStoppedResumable;
    default:
      return kFailedExit;
  }
}

/// True if `text` is one whole decimal number that T holds.
template <typename T>
bool parse_number(const std::string& text, T& value) {
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && rest == end && !text.empty();
}

}  // namespace

void want_json(bool wanted) { json_wanted = wanted; }

int report_failure(const std::string& message, int exit_code) {
  narrate("diorama: {}\n", message);
  if (json_wanted) {
    const nlohmann::json object = {{"schema", "diorama.error.1"}, {"exit_code", exit_code}, {"message", message}};
    fmt::print("{}\n", object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  return exit_code;
}

int report(const Status& status) {
  return status.ok() ? static_cast<int>(kDone) : report_failure(status.message(), exit_code(status));
}

CLI::Validator whole_number(std::int64_t low, std::int64_t high) {
  const auto check = [low, high](std::string& text) -> std::string {
    std::int64_t value = 0;
    if (!parse_number(text, value) || value < low || value > high) {
      return fmt::format("wants a whole number from {} to {}, not '{}'", low, high, text);
    }
    text = std::to_string(value);  // CLI11 would read 010 as 8
    return {};
  };
  return CLI::Validator(check, "");
}

CLI::Validator seed_number() {
  const auto check = [](std::string& text) -> std::string {
    std::uint64_t value = 0;
    if (!parse_number(text, value)) return fmt::format("wants a whole number from 0 to 2^64 - 1, not '{}'", text);
    text = std::to_string(value);
    return {};
  };
  return CLI::Validator(check, "");
}

CLI::Validator one_of(const std::vector<std::string>& names) {
  const auto check = [names](const std::string& text) -> std::string {
    if (std::find(names.begin(), names.end(), text) != names.end()) return {};
    return fmt::format("'{}' is none of {}{}", text, join(names, ", "), did_you_mean(text, names));
  };
  return CLI::Validator([check](std::string& text) { return check(text); }, "");
}

CLI::Validator not_empty() {
  const auto check = [](const std::string& text) -> std::string {
    if (text.empty()) return "must not be empty";
    // CLI11 takes whatever follows as the value.
    return text.starts_with("--") ? "needs a value before '" + text + "'" : std::string();
  };
  return CLI::Validator([check](std::string& text) { return check(text); }, "");
}

Result<std::pair<int, int>> parse_shard(const std::string& text) {
  int index = -1;
  int count = 0;
  const char* end = text.data() + text.size();
  const auto [slash, error] = std::from_chars(text.data(), end, index);
  if (error == std::errc() && slash != end && *slash == '/') {
    const auto [rest, count_error] = std::from_chars(slash + 1, end, count);
    if (count_error == std::errc() && rest == end && index >= 0 && index < count) return std::make_pair(index, count);
  }
  return invalid_input("--shard wants I/N with 0 <= I < N, such as 0/4; got '" + text + "'");
}

void add_set_option(CLI::App& app, std::vector<std::string>& overrides) {
  app.add_option("--set", overrides, "Override a field of the scenario; may be repeated")
      ->type_name("PATH=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_physics_option(CLI::App& app, std::string& physics) {
  app.add_option("--physics", physics, "Engine that steps the scenario (default: the scenario's own, else mujoco)")
      ->type_name("mujoco|bullet")->check(not_empty());
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::size_t first = 0;
  while (first <= text.size()) {
    const std::size_t last = std::min(text.find(separator, first), text.size());
    if (last > first) parts.push_back(text.substr(first, last - first));
    first = last + 1;
  }
  return parts;
}

void add_renderer_option(CLI::App& app, std::string& renderer) {
  app.add_option("--renderer", renderer, "Renderer: Vulkan, or rays on the CPU without a driver (default: vulkan)")
      ->type_name(join(renderer_names(), "|"))->check(one_of(renderer_names()));
}

void add_device_option(CLI::App& app, std::string& device) {
  app.add_option("--device", device, "Vulkan device by index or part of its name (see diorama doctor)")->type_name("NAME");
}

}  // namespace diorama::cli
