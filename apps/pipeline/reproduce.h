// reproduce: simulates episodes of a dataset again, renders them again, and compares every bit with
// what is stored.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "apps/pipeline/stored_dataset.h"
#include "engine/core/status.h"

namespace diorama {

/// The first stored value that is not what it should be.
struct ReplayDifference {
  std::int64_t episode = 0;
  std::int64_t frame = 0;
  std::string column;     ///< "" = the episode as a whole, `now` says what became of it.
  std::size_t value = 0;  ///< Index within the row.
  std::string stored;
  std::string now;
};

struct ReproduceReport {
  std::int64_t episodes = 0;
  std::int64_t rows = 0;
  std::size_t columns = 0;  ///< Compared, links not counted.
  bool pictures = false;    ///< Columns made from pictures are among them.
  std::string why_no_pictures;
  std::string changes;  ///< Of engine, device and CPU since the dataset was made; "" = none.
  std::optional<ReplayDifference> difference;
};

/// Simulates `episodes` (all kept ones if empty) again and compares every column bit by bit, those
/// of pictures if the renderer's device and driver are those of the dataset. Ends at the first
/// episode that differs.
Result<ReproduceReport> reproduce(const StoredDataset& dataset,
                                  const std::vector<std::int64_t>& episodes,
                                  const RendererOptions& renderer,
                                  const std::function<void(std::int64_t, std::int64_t)>& progress);

}  // namespace diorama
