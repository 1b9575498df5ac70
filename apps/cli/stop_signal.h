// Ctrl-C and SIGTERM as a flag.
#pragma once

#include <atomic>

namespace diorama::cli {

/// While it lives, the first SIGINT or SIGTERM sets the flag and says so on stderr; the second ends the process at
/// once, as if nothing had been caught. One at a time.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  const std::atomic<bool>& flag() const;
};

}  // namespace diorama::cli
