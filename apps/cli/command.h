// The command table: every verb is one Command, defined in its own file.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "apps/cli/options.h"
#include "engine/core/status.h"

namespace diorama::cli {

/// Exit codes; the same for every verb.
enum Exit : int {
  kDone = 0,
  kFailedExit = 1,
  kUsage = 2,
  kBadInput = 3,
  kBadOutput = 4,
  kNoDevice = 5,
  kFinishedWithRejections = 6,
  kStoppedResumable = 75,
};

/// Defines a verb's options and returns what runs it once they are parsed.
using Define = std::function<std::function<int()>(const Options& options)>;

struct Command {
  std::string name;
  std::string summary;   ///< One line for the list of verbs.
  std::string examples;  ///< Three lines, shown below --help.
  Define define;
};

/// All verbs in the order in which --help lists them.
const std::vector<Command>& commands();

Command generate_command();
Command validate_command();
Command inspect_command();
Command preview_command();
Command verify_command();
Command replay_command();
Command stats_command();
Command bench_command();
Command doctor_command();
Command edit_command();

/// Prints on stderr. A reader that went away is no failure: the work counts, not the talk.
template <typename... Args>
void narrate(fmt::format_string<Args...> format, Args&&... args) {
  const std::string text = fmt::format(format, std::forward<Args>(args)...);
  (void)std::fwrite(text.data(), 1, text.size(), stderr);
}

/// From now on failures are told as one JSON object on stdout too: schema "diorama.error.1", exit_code, message.
void want_json(bool wanted);

/// Prints "diorama: <message>" on stderr and returns `exit_code`.
int report_failure(const std::string& message, int exit_code);
/// The same with the message and the exit code that belong to the status.
int report(const Status& status);

/// Parses "I/N" with 0 <= I < N.
Result<std::pair<int, int>> parse_shard(const std::string& text);

/// The parts between separators, empty ones left out.
std::vector<std::string> split(const std::string& text, char separator);

/// Options that several verbs share.
void add_set_option(const Options& options, std::vector<std::string>& overrides);
void add_physics_option(const Options& options, std::string& physics);
void add_renderer_option(const Options& options, std::string& renderer);
void add_device_option(const Options& options, std::string& device);

}  // namespace diorama::cli
