// Shows how far a run has come: a bar on a terminal, a line now and then in a log, JSON lines for programs.
#pragma once

#include <string>
#include <thread>

#include "apps/pipeline/generate.h"
#include "engine/core/status.h"

namespace diorama::cli {

enum class ProgressStyle { kBar, kLog, kJson, kNone };

/// "auto" is a bar if stderr is a terminal, else log lines.
Result<ProgressStyle> progress_style(const std::string& name);

/// Prints on stderr from a thread of its own until destroyed; `progress` must outlive it.
class ProgressPrinter {
 public:
  ProgressPrinter(const GenerateProgress& progress, ProgressStyle style);
  ~ProgressPrinter();

 private:
  std::jthread thread_;
};

/// Says on stderr what --resume found: one line, and one more for every damaged shard.
void tell_found(const FoundWork& found);

/// "1:02:03" or "4:05".
std::string format_duration(double seconds);

/// "12.3 MB".
std::string format_bytes(double bytes);

}  // namespace diorama::cli
