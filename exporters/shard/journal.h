// Journal: the episodes of a shard under way, appended one by one to `shards/NNNNNN.journal` with checksums, until
// the shard is sealed. The open journal is also the shard's lock: one process at a time. One thread.
//
// File: header { "DIORJNL1", u32 version, u32 shard, 64 bytes specification hash }, then records { u32 mark, u32 kind,
// i64 episode, u64 payload bytes, 16 bytes XXH3-128 of the payload } + payload; all little endian. Payload of an
// episode: u64 rows, u64 columns, then per column u64 count and as many u64 block sizes, then the blocks; of a
// rejection: its reason.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/core/status.h"
#include "exporters/shard/columns.h"
#include "exporters/shard/episode_recorder.h"
#include "exporters/shard/output_file.h"

namespace diorama {

/// XXH3-128 in its canonical form, 32 hexadecimal digits.
std::string xxh3_128_hex(std::span<const std::byte> bytes);

class Journal {
 public:
  /// A run of bytes in the journal: one image chunk, or all rows of a column of one episode.
  struct Block {
    std::int64_t offset = 0;
    std::int64_t bytes = 0;
    std::string hash;  ///< xxh3_128_hex of an image chunk; "" for rows.
  };
  struct Episode {
    std::int64_t episode = 0;
    std::int64_t num_rows = 0;
    std::vector<std::vector<Block>> columns;  ///< Parallel to the dataset's columns.
  };

  /// Creates the journal, or takes over that of a dead run and empties it. kOutput while another process holds it.
  static Result<Journal> create(const std::filesystem::path& path, const std::string& spec_hash, int shard);

  Status append(const EpisodeRecord& record, const std::vector<Column>& columns);
  Status append_rejection(std::int64_t episode, const std::string& reason);

  const std::vector<Episode>& episodes() const { return episodes_; }
  Result<std::vector<std::byte>> read(const Block& block) const;
  std::int64_t bytes() const { return end_; }

  /// Deletes the file and ends the lock.
  Status remove();

 private:
  Status append_record(std::uint32_t kind, std::int64_t episode, std::span<const std::span<const std::byte>> payload);

  std::filesystem::path path_;
  FileDescriptor file_;
  std::int64_t end_ = 0;
  std::vector<Episode> episodes_;
};

}  // namespace diorama
