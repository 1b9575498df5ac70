#include "apps/cli/progress.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <sys/ioctl.h>
#include <unistd.h>

#include "apps/cli/command.h"
#include "engine/core/text.h"

namespace diorama::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct Snapshot {
  double elapsed_s;
  std::int64_t total, found, done, rejected, views, bytes;  ///< `done` with those found, `rejected` by this run

  double fraction() const { return total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 1.0; }
  double per_second(std::int64_t amount) const { return elapsed_s > 0 ? static_cast<double>(amount) / elapsed_s : 0.0; }
  std::int64_t made() const { return done - found; }
  double eta_s() const { return made() > 0 ? elapsed_s * static_cast<double>(total - done) / static_cast<double>(made()) : -1.0; }
};

Snapshot take(const GenerateProgress& progress, Clock::time_point start) {
  const std::int64_t rejected = progress.episodes_rejected;
  const std::int64_t found = progress.episodes_found;
  return {std::chrono::duration<double>(Clock::now() - start).count(), found + progress.episodes_total, found,
          found + progress.episodes_kept + rejected, rejected, progress.views, progress.bytes};
}

std::string figures(const Snapshot& s) {
  return fmt::format("{}/{} episodes  {:.2f} ep/s  {:.0f} views/s  {:.1f} MB/s  {} rejected  ETA {}", s.done, s.total,
                     s.per_second(s.made()), s.per_second(s.views), s.per_second(s.bytes) / 1e6, s.rejected,
                     s.eta_s() < 0 ? "?" : format_duration(s.eta_s()));
}

int terminal_width() {
  constexpr int kUsual = 80;
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;
}

void print_bar(const Snapshot& s) {
  // The line must not wrap, or the carriage return would not reach its start: the bar takes what the figures leave.
  constexpr int kMostWidth = 32;
  constexpr int kLeastWidth = 4;
  const int room = terminal_width() - 1;
  std::string line = figures(s);
  const int bar_width = std::min(kMostWidth, room - static_cast<int>(line.size()) - 3);
  if (bar_width >= kLeastWidth) {
    const auto filled = static_cast<std::size_t>(std::lround(bar_width * s.fraction()));
    line = "[" + std::string(filled, '#') + std::string(static_cast<std::size_t>(bar_width) - filled, '.') + "] " + line;
  }
  narrate("\r{}\x1b[K", line.substr(0, static_cast<std::size_t>(room)));
}

void print_json(const Snapshot& s) {
  const nlohmann::json line = {{"schema", "diorama.progress.1"}, {"elapsed_s", s.elapsed_s},
                               {"episodes_total", s.total},      {"episodes_done", s.done},
                               {"episodes_found", s.found},
                               {"episodes_rejected", s.rejected}, {"views", s.views},
                               {"bytes", s.bytes},               {"eta_s", s.eta_s() < 0 ? nlohmann::json() : nlohmann::json(s.eta_s())}};
  narrate("{}\n", line.dump());
}

void print_while_running(const std::stop_token& stop, const GenerateProgress& progress, ProgressStyle style) {
  using std::chrono::milliseconds;
  const auto period = style == ProgressStyle::kBar ? milliseconds(200)
                      : style == ProgressStyle::kJson ? milliseconds(1000)
                                                      : milliseconds(10000);
  const Clock::time_point start = Clock::now();
  bool bar_shown = false;
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    wake.wait_for(lock, stop, period, [] { return false; });
    const Snapshot snapshot = take(progress, start);
    if (stop.stop_requested() && style == ProgressStyle::kLog) break;  // the summary line follows at once
    if (snapshot.total == 0) continue;
    if (style == ProgressStyle::kBar) {
      print_bar(snapshot);
      bar_shown = true;
    }
    if (style == ProgressStyle::kLog) narrate("{}\n", figures(snapshot));
    if (style == ProgressStyle::kJson) print_json(snapshot);
  }
  if (bar_shown) narrate("\n");
}

}  // namespace

Result<ProgressStyle> progress_style(const std::string& name) {
  if (name == "auto") return isatty(STDERR_FILENO) != 0 ? ProgressStyle::kBar : ProgressStyle::kLog;
  if (name == "bar") return ProgressStyle::kBar;
  if (name == "log") return ProgressStyle::kLog;
  if (name == "json") return ProgressStyle::kJson;
  if (name == "none") return ProgressStyle::kNone;
  const std::vector<std::string> known = {"auto", "bar", "log", "json", "none"};
  return invalid_input("--progress: unknown style '" + name + "'" + did_you_mean(name, known) + "; one of " + join(known, ", "));
}

ProgressPrinter::ProgressPrinter(const GenerateProgress& progress, ProgressStyle style) {
  if (style == ProgressStyle::kNone) return;
  thread_ = std::jthread([&progress, style](const std::stop_token& stop) { print_while_running(stop, progress, style); });
}

ProgressPrinter::~ProgressPrinter() = default;  // asks the thread to stop and joins it

std::string format_duration(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(std::max(0.0, seconds)));
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string format_bytes(double bytes) {
  static constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB"};
  int unit = 0;
  while (bytes >= 1000.0 && unit < 4) {
    bytes /= 1000.0;
    ++unit;
  }
  return unit == 0 ? fmt::format("{:.0f} B", bytes) : fmt::format("{:.1f} {}", bytes, kUnits[unit]);
}

void tell_found(const FoundWork& found) {
  for (const std::string& damage : found.damage)
    narrate("note: {}; the shard is made again\n", damage);
  std::string line = fmt::format("resume: {} whole shards with {} episodes", found.shards_whole,
                                 found.whole_kept + found.whole_rejected);
  if (found.shards_begun > 0) {
    line += fmt::format(
        "; {} episodes recovered of {} begun", found.recovered_kept + found.recovered_rejected,
        found.shards_begun == 1 ? "a shard" : fmt::format("{} shards", found.shards_begun));
  }
  if (found.dropped_bytes > 0) {
    line += fmt::format("; dropped {} behind the last whole episode of a journal",
                        format_bytes(static_cast<double>(found.dropped_bytes)));
  }
  if (found.rejected() > 0) line += fmt::format("; {} of them rejected", found.rejected());
  narrate("{}; {} episodes to make\n", line, found.to_make);
}

}  // namespace diorama::cli
