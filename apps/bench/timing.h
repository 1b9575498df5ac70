// Clocks of the benches. Seconds from an arbitrary start; thread-safe.
#pragma once

#include <functional>

namespace diorama {

double thread_cpu_s();   ///< CPU time of the calling thread.
double process_cpu_s();  ///< CPU time of all threads of this process.
double wall_s();         ///< Monotonic.

/// What a piece of work took.
struct Span {
  double cpu_s = 0.0;  ///< Of the whole process.
  double wall_s = 0.0;
};

/// Runs `work` once.
Span time_once(const std::function<void()>& work);

}  // namespace diorama
