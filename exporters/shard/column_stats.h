// Statistics of every column of a dataset in one pass over its shards, in memory that does not grow
// with it. Values are read by the clip reader (no HDF5), by several threads; the result does not
// depend on how many.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/core/status.h"
#include "exporters/shard/clip_tables.h"
#include "exporters/shard/manifest_stream.h"
#include "exporters/shard/value_stats.h"

namespace diorama {

/// A value that stands for "nothing here", and how often it does.
struct NothingShare {
  std::string what;  ///< "no hit", "absent", "unused" ...; "" if the column has no such value.
  std::int64_t places = 0;  ///< Pixels, objects or entries that were looked at.
  std::int64_t count = 0;   ///< Of them, those with nothing.
};

struct ColumnStats {
  ClipColumn column;
  ValueStats total;
  /// One per number of a row if it has at most kMaxComponents, else per entry of its last axis if
  /// that has, else none. Pictures: per entry of the last axis of (H, W, C).
  std::vector<ValueStats> components;
  std::vector<std::int64_t> component_shape;
  Histogram histogram;
  NothingShare nothing;
  std::int64_t stored_bytes = 0;
  std::int64_t plain_bytes = 0;  ///< Of its values, uncompressed.

  static constexpr std::size_t kMaxComponents = 256;
};

/// Masks of objects are counted: how many objects cover a pixel.
bool counts_bits(const ClipColumn& column);

struct DatasetStats {
  ManifestHead head;
  std::vector<ColumnStats> columns;  ///< In the order of the dataset; links are left out.
  ValueStats episode_rows;
  Histogram episode_rows_histogram{true};
};

struct StatsOptions {
  int workers = 1;
  std::vector<std::string> columns;  ///< Only these; empty = all.
  /// Called with the values of all `variation.` columns of one episode after the other, in order,
  /// as `variation_columns` lists them.
  std::function<void(std::span<const double>)> each_episode;
  std::function<void(std::int64_t rows, std::int64_t of)> progress;
};

/// The columns whose values `each_episode` gets: those named "variation.", with all their numbers.
std::vector<ClipColumn> variation_columns(const std::vector<ClipColumn>& columns);

/// kInvalidInput if it is no dataset, or a file is missing or damaged: the message names it.
Result<DatasetStats> dataset_stats(const std::filesystem::path& path, const StatsOptions& options);

}  // namespace diorama
