// What a reader needs to know of a dataset before it reads rows: columns and episodes from `dataset.json`, the places
// of chunks from `shards/NNNNNN.json`. Pure functions over texts that may be damaged or hostile: whatever does not fit
// is kInvalidInput naming the file. Needs no HDF5.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/core/status.h"
#include "exporters/shard/columns.h"

namespace diorama {

/// A column as the manifest describes it.
struct ClipColumn {
  std::string name;
  ColumnType type = ColumnType::kFloat32;
  std::vector<std::int64_t> row_shape;  ///< Shape of one row; empty = a scalar per row.
  std::string unit;
  std::string meaning;
  std::int64_t chunk_rows = 1;  ///< At most; a shard with fewer rows has one chunk of as many.
  bool shuffle = false;
  bool deflate = false;
  std::size_t stored = 0;       ///< Index of the column whose chunks it reads: itself, or what it links to.
  std::size_t item_bytes = 0;
  std::size_t row_bytes = 0;
};

struct ClipShard {
  std::string file;   ///< Relative to the dataset's folder.
  std::string table;  ///< Its JSON, likewise.
  std::string sha256;
  std::string table_sha256;  ///< "" where the manifest does not vouch for it.
  std::int64_t bytes = 0;
  std::int64_t num_rows = 0;
  std::int64_t first_row = 0;      ///< In the whole dataset.
  std::int64_t first_episode = 0;  ///< Position in the whole dataset.
  std::vector<std::int64_t> episodes;      ///< episode_idx of each kept episode.
  std::vector<std::int64_t> episode_rows;  ///< Parallel to it.
};

/// What the manifest says of `index.h5`.
struct ClipIndex {
  bool vouched = false;  ///< False: it says nothing, and the rest means nothing.
  bool there = false;
  std::int64_t bytes = 0;
  std::string sha256;
};

struct ClipManifest {
  std::vector<ClipColumn> columns;
  ClipIndex index;
  std::vector<ClipShard> shards;
  std::int64_t num_rows = 0;
  std::int64_t num_episodes = 0;
};

/// `dataset.json`. Sums, signs, names and sizes are checked; every number afterwards is safe to compute with.
Result<ClipManifest> parse_clip_manifest(const std::string& text, const std::string& where);

/// One chunk in its shard file.
struct ClipChunk {
  std::int64_t offset = 0;
  std::int64_t bytes = 0;
  std::array<unsigned char, 16> xxh3_128{};  ///< Canonical, of the stored bytes.
};

/// Chunks per column, parallel to the manifest's; empty for links.
using ClipChunks = std::vector<std::vector<ClipChunk>>;

/// The chunks of `shard` from its JSON, which must have the SHA-256 that the manifest gives, if any: as many as its rows need,
/// each within the file and of a size that its values can have. Rows, bytes and SHA-256 must be those of the manifest.
Result<ClipChunks> parse_clip_chunks(const std::string& text, const std::string& where, const ClipManifest& manifest,
                                     const ClipShard& shard);

/// Rows that one chunk of the column holds in a shard of `num_rows` rows; at least 1.
std::int64_t rows_per_chunk(const ClipColumn& column, std::int64_t num_rows);

}  // namespace diorama
