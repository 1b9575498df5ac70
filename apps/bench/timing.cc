#include "apps/bench/timing.h"

#include <ctime>

namespace diorama {
namespace {

double read_clock(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

double thread_cpu_s() { return read_clock(CLOCK_THREAD_CPUTIME_ID); }
double process_cpu_s() { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }
double wall_s() { return read_clock(CLOCK_MONOTONIC); }

Span time_once(const std::function<void()>& work) {
  const double cpu = process_cpu_s();
  const double wall = wall_s();
  work();
  return {process_cpu_s() - cpu, wall_s() - wall};
}

}  // namespace diorama
