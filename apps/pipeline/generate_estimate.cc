#include "apps/pipeline/generate_estimate.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "apps/pipeline/episode_runner.h"

namespace diorama {

Result<GenerateEstimate> estimate_generate(GeneratePlan& plan) {
  GenerateEstimate estimate;
  for (const int shard : plan.shards) {
    estimate.episodes += plan.spec.shard_end(shard) - plan.spec.shard_begin(shard);
  }
  const auto start = std::chrono::steady_clock::now();
  EpisodeRunner runner(plan.spec.layout, std::move(plan.renderer), plan.channels, plan.spec.columns);
  Result<EpisodeRecord> record = rejected("no episode tried");
  constexpr int kTries = 10;
  while (!record.ok() && estimate.tried < kTries) {
    const std::int64_t index = estimate.tried++;
    const Result<SimulatedEpisode> episode = plan.source(index);
    record = episode.ok() ? runner.run(index, *episode) : episode.status();
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
