// Pictures of a dataset's statistics. Pure functions of them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/pipeline/factor_coverage.h"
#include "engine/core/status.h"
#include "exporters/shard/column_stats.h"

namespace diorama {

/// Writes overview.png, columns.png and, where there are factors, factors.png and pairs.png into
/// `folder`, which is made if it is not there. Returns what was written.
Result<std::vector<std::filesystem::path>> write_stats_plots(const std::filesystem::path& folder,
                                                             const std::string& title,
                                                             const DatasetStats& stats,
                                                             const Coverage& coverage);

}  // namespace diorama
