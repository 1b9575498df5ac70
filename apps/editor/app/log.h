// What the editor has to say: shown in the Log panel, the last line in the status bar. Thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/status.h"

namespace diorama::editor {

enum class LogLevel { kInfo, kWarning, kError };

struct LogLine {
  LogLevel level = LogLevel::kInfo;
  double time_s = 0.0;  ///< Since the start of the program.
  std::string text;
  std::string path;  ///< Field path of what it is about, "" = nothing; a click selects it.
};

class Log {
 public:
  Log();
  void add(LogLevel level, std::string text, std::string path = "");
  void info(std::string text) { add(LogLevel::kInfo, std::move(text)); }
  /// An error line if the status is one.
  void add(const Status& status);
  void clear();

  /// A copy of the lines, oldest first; at most 2000 are kept.
  std::vector<LogLine> lines() const;
  /// The newest; nothing if there is none.
  std::optional<LogLine> last() const;
  /// Grows with every line and clear.
  std::uint64_t revision() const;

  /// Seconds since the start; stands still at 0 with a fixed clock.
  void fix_clock() { fixed_clock_ = true; }

 private:
  mutable std::mutex mutex_;
  std::deque<LogLine> lines_;
  std::uint64_t revision_ = 0;
  std::int64_t start_ns_ = 0;
  bool fixed_clock_ = false;
};

}  // namespace diorama::editor
