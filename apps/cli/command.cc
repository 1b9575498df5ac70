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

void add_set_option(const Options& options, std::vector<std::string>& overrides) {
  options.value("--set", overrides, "Override a field of the scenario; may be repeated")
      .type_name("PATH=VALUE")
      .repeatable();
}

void add_physics_option(const Options& options, std::string& physics) {
  options.value("--physics", physics, "Engine that steps the scenario (default: the scenario's own, else mujoco)")
      .type_name("mujoco|bullet").check(not_empty());
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

void add_renderer_option(const Options& options, std::string& renderer) {
  options.value("--renderer", renderer, "Renderer: Vulkan, or rays on the CPU without a driver (default: vulkan)")
      .type_name(join(renderer_names(), "|")).check(one_of(renderer_names()));
}

void add_device_option(const Options& options, std::string& device) {
  options.value("--device", device, "Vulkan device by index or part of its name (see diorama doctor)").type_name("NAME");
}

}  // namespace diorama::cli
