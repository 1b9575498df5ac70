// What a run of generate would take, by one real episode. Writes nothing.
#pragma once

#include <cstdint>

#include "apps/pipeline/generate.h"

namespace diorama {

struct GenerateEstimate {
  std::int64_t episodes = 0;       ///< Of the plan's shards.
  double episode_bytes = 0.0;      ///< Stored, of the one that was tried.
  double episode_seconds = 0.0;    ///< On one worker.
  int tried = 0;                   ///< Episodes drawn until one was kept.

  double total_bytes() const { return episode_bytes * static_cast<double>(episodes); }
  double total_seconds(int workers) const { return episode_seconds * static_cast<double>(episodes) / workers; }
};

/// Runs the first episode that is not rejected. Takes the plan's renderer: the plan cannot be run afterwards.
/// failed(...) if the first ten are all rejected, with the last one's reason.
Result<GenerateEstimate> estimate_generate(GeneratePlan& plan);

}  // namespace diorama
