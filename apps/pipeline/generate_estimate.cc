#include "apps/pipeline/generate_estimate.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "apps/pipeline/episode_runner.h"

namespace diorama {

Result<GenerateEstimate> estimate_generate(GeneratePlan& plan) {
  GenerateEstimate estimate;
  for (const int shard : plan.shards) {
    const std::int64_t first = static_cast<std::int64_t>(shard) * plan.spec.episodes_per_shard;
    estimate.episodes += std::min<std::int64_t>(plan.spec.episodes_per_shard, plan.spec.num_episodes - first);
  }
  const auto start = std::chrono::steady_clock::now();
  EpisodeRunner runner(*plan.sampler, plan.physics, std::move(plan.renderer), plan.channels, plan.spec.columns);
  Result<EpisodeRecord> record = rejected("no episode tried");
  constexpr int kTries = 10;
  while (!record.ok() && estimate.tried < kTries) {
    record = runner.run({plan.spec.seed, estimate.tried++});
    if (!record.ok() && record.status().code() != Code::kRejected) return record.status();
  }
  estimate.episode_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / estimate.tried;
  if (!record.ok()) {
    return failed(fmt::format("the first {} episodes were all rejected, the last because: {}", estimate.tried,
                              record.status().message()));
  }
  std::size_t bytes = 0;
  for (const EpisodeRecord::ColumnData& column : record->columns) {
    bytes += column.rows.size();
    for (const auto& chunk : column.chunks) bytes += chunk.size();
  }
  estimate.episode_bytes = static_cast<double>(bytes);
  return estimate;
}

}  // namespace diorama
