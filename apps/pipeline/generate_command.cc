#include "apps/pipeline/generate_command.h"

#include <fmt/format.h>

#include "engine/core/text.h"

namespace diorama {

std::string shell_quoted(const std::string& text) {
  constexpr const char* kSafe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./=:,@%+-";
  if (!text.empty() && text.find_first_not_of(kSafe) == std::string::npos) return text;
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

std::string generate_command(const GenerateOptions& options, const std::filesystem::path& folder, OutputMode mode) {
  const GenerateOptions defaults;
  std::string command =
      "diorama generate " + shell_quoted(options.scenario.string()) + " --out " + shell_quoted(folder.string());
  if (options.episodes) command += fmt::format(" --episodes {}", *options.episodes);
  if (options.seed) command += fmt::format(" --seed {}", *options.seed);
  if (options.episodes_per_shard) command += fmt::format(" --episodes-per-shard {}", *options.episodes_per_shard);
  if (options.physics) command += " --physics " + capabilities_of(*options.physics).engine;
  if (options.renderer.backend != defaults.renderer.backend) command += " --renderer " + options.renderer.backend;
  if (!options.renderer.device.empty()) command += " --device " + shell_quoted(options.renderer.device);
  if (options.channels) command += " --channels " + shell_quoted(join(*options.channels, ","));
  if (options.storage.pixels == PixelStorage::kRaw) command += " --pixels raw";
  if (options.storage.depth == DepthStorage::kF16) command += " --depth f16";
  if (options.storage.depth == DepthStorage::kI16mm) command += " --depth i16mm";
  if (options.workers > 0) command += fmt::format(" --workers {}", options.workers);
  if (options.shard_count > 1) command += fmt::format(" --shard {}/{}", options.shard_index, options.shard_count);
  for (const std::string& assignment : options.overrides) command += " --set " + shell_quoted(assignment);
  if (mode == OutputMode::kResume) command += " --resume";
  if (mode == OutputMode::kForce) command += " --force";
  return command;
}

}  // namespace diorama
