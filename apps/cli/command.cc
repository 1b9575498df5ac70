#include "apps/cli/command.h"

#include <charconv>

#include <fmt/format.h>

namespace diorama::cli {

const std::vector<Command>& commands() {
  static const std::vector<Command> table = {generate_command(), validate_command(), inspect_command(),
                                             preview_command(),  bench_command(),    doctor_command()};
  return table;
}

int report(const Status& status) {
  if (status.ok()) return kDone;
  fmt::print(stderr, "diorama: {}\n", status.message());
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
      ->type_name("mujoco|bullet");
}

void add_device_option(CLI::App& app, std::string& device) {
  app.add_option("--device", device, "Vulkan device by index or part of its name (see diorama doctor)")->type_name("NAME");
}

}  // namespace diorama::cli
