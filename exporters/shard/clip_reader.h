// ClipReader: reads clips of a dataset straight from its shard files, without HDF5: chunk places come from the shards'
// JSON once per shard, the rows of a clip lie one after the other and take one pread, and are inflated into the
// caller's memory. Decides nothing from a file's bytes without checking them: a damaged or hostile dataset gives an
// error that names the file, never a crash or a fill value.
//
// Thread-safe, without global state. Fork-safe: a child starts with its own files, whatever the parent's threads were
// doing. At most kMaxOpenFiles shard files are open at a time.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/core/status.h"
#include "exporters/shard/clip_tables.h"

namespace diorama {

/// Where a clip begins: row `row` of the episode at position `episode` of the dataset (not its episode_idx).
struct ClipStart {
  std::int64_t episode = 0;
  std::int64_t row = 0;
};

class ClipReader {
 public:
  static constexpr std::size_t kMaxOpenFiles = 32;
  /// Tables of chunk places kept beyond those in use; a table takes 32 bytes per chunk.
  static constexpr std::int64_t kMaxTableBytes = 256 << 20;

  /// A dataset's folder or its index.h5. kInvalidInput if it is none, damaged, or of a newer format.
  static Result<std::unique_ptr<ClipReader>> open(const std::filesystem::path& path);
  /// Over a part of the dataset in `folder`, as `manifest` describes it.
  ClipReader(std::filesystem::path folder, ClipManifest manifest);
  ~ClipReader();

  const ClipManifest& manifest() const { return manifest_; }
  const std::filesystem::path& folder() const { return folder_; }
  std::int64_t episode_rows(std::int64_t episode) const;  ///< Position in 0 .. num_episodes - 1.

  /// `count` rows of column `column` (index into manifest().columns) for each clip, `stride` rows apart, into `out`:
  /// clips x count x row_bytes. Only these rows are read (of columns whose chunks hold many rows: those chunks).
  Status read(std::size_t column, std::span<const ClipStart> clips, std::int64_t count, std::int64_t stride,
              std::span<std::byte> out) const;

  /// `count` rows of one shard from `first_row` (in the shard) on, whatever episodes they belong to.
  Status read_rows(std::size_t column, std::size_t shard, std::int64_t first_row, std::int64_t count,
                   std::span<std::byte> out) const;

  /// Bytes that each column takes in the file of a shard; a link takes none.
  Result<std::vector<std::int64_t>> stored_bytes(std::size_t shard) const;

 private:
  struct Shard;
  struct Decoder;
  struct State;

  State& state() const;
  Result<std::shared_ptr<const Shard>> shard(std::size_t index) const;
  Result<std::shared_ptr<const Shard>> load(std::size_t index, std::shared_ptr<const ClipChunks> chunks) const;
  Status read_clip(Decoder& decoder, std::size_t column, const ClipStart& clip, std::int64_t count, std::int64_t stride,
                   std::span<std::byte> out) const;
  /// Rows first, first + stride, ... of a shard, which has them.
  Status read_run(Decoder& decoder, std::size_t column, std::size_t shard_index, std::int64_t first, std::int64_t count,
                  std::int64_t stride, std::span<std::byte> out) const;
  template <typename Read>
  Status with_decoder(const Read& read) const;

  std::filesystem::path folder_;
  ClipManifest manifest_;
  std::vector<std::int64_t> first_rows_;  ///< Per episode: its first row in its shard.
  std::vector<std::int32_t> shard_of_;    ///< Per episode.
  mutable std::atomic<State*> state_;
};

}  // namespace diorama
