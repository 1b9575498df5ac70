// What `diorama stats` tells of a dataset: statistics of its columns, and what it covers of what
// its scenario varies.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "apps/pipeline/factor_coverage.h"
#include "engine/core/status.h"
#include "exporters/shard/column_stats.h"

namespace diorama {

struct StatsReport {
  std::string scenario_name;
  DatasetStats stats;
  Coverage coverage;
};

/// Reads the dataset once. `columns` empty = all. `progress(rows, of)` is called after each shard.
Result<StatsReport> make_stats_report(
    const std::filesystem::path& path, int workers, const std::vector<std::string>& columns,
    const std::function<void(std::int64_t, std::int64_t)>& progress);

/// One JSON object, schema "diorama.stats.1".
std::string stats_json(const StatsReport& report, const std::string& path);

}  // namespace diorama
