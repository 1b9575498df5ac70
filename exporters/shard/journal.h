// Journal: the episodes of a shard under way, appended one by one to `shards/NNNNNN.journal`, each on disk before
// the next, until the shard is sealed. A run that dies leaves it; the next one goes on behind its last whole record.
// The open journal is also the shard's lock: one process at a time. One thread.
//
// File: header { "DIORJRNL", u32 version, u32 shard, u64 identity bytes, 16 bytes XXH3-128 of all that } + identity,
// then records { u32 mark, u32 kind, i64 episode, u64 payload bytes, 16 bytes XXH3-128 of the 24 bytes before and the
// payload } + payload; all little endian. Payload of an episode: table { u64 table bytes, u64 rows, u64 columns, then
// per column u64 count and as many u64 block sizes }, then the blocks; of a rejection: its reason.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/core/status.h"
#include "exporters/shard/columns.h"
#include "exporters/shard/episode_recorder.h"
#include "exporters/shard/output_file.h"

namespace diorama {

/// XXH3-128 in its canonical (big-endian) form.
using Hash128 = std::array<unsigned char, 16>;
Hash128 xxh3_128(std::span<const std::byte> bytes);
/// 32 hexadecimal digits.
std::string hex(const Hash128& hash);
inline std::string xxh3_128_hex(std::span<const std::byte> bytes) { return hex(xxh3_128(bytes)); }

class Journal {
 public:
  /// A run of bytes in the journal: one image chunk, or all rows of a column of one episode.
  struct Block {
    std::int64_t offset = 0;
    std::int64_t bytes = 0;
    Hash128 hash = {};
  };
  struct Episode {
    std::int64_t episode = 0;
    std::int64_t num_rows = 0;
    std::vector<std::vector<Block>> columns;  ///< Parallel to the dataset's columns.
  };
  struct Rejection {
    std::int64_t episode = 0;
    std::string reason;
  };

  /// What a journal belongs to. Only one that is equal in all of it is gone on with.
  struct Key {
    int shard = 0;
    std::string identity;            ///< Of the dataset, a text that this file takes as it is.
    std::int64_t first_episode = 0;  ///< Of the shard.
    std::int64_t end_episode = 0;
  };

  /// Creates the journal, or takes over that of a dead run with every whole record and cuts off what comes behind.
  /// kOutput while another process holds it, or if it belongs to something else.
  static Result<Journal> open(const std::filesystem::path& path, const Key& key, const std::vector<Column>& columns);

  /// The identity in the header of `path`, without its lock; nothing if there is no whole header (then there is no
  /// episode either). kOutput if it cannot be read or is of another version.
  static Result<std::optional<std::string>> read_identity(const std::filesystem::path& path);

  /// The episode is on disk when these return ok. After a failure the journal ends where it did before.
  Status append(const EpisodeRecord& record, const std::vector<Column>& columns);
  Status append_rejection(std::int64_t episode, const std::string& reason);

  const std::vector<Episode>& episodes() const { return episodes_; }
  const std::vector<Rejection>& rejections() const { return rejections_; }
  /// The index that comes next; key.end_episode once all are there.
  std::int64_t next_episode() const { return next_episode_; }
  bool empty() const { return episodes_.empty() && rejections_.empty(); }
  /// Bytes behind the last whole record that `open` cut off.
  std::int64_t dropped_bytes() const { return dropped_bytes_; }
  std::int64_t bytes() const { return end_; }

  /// kOutput if the bytes are not those that were appended.
  Result<std::vector<std::byte>> read(const Block& block) const;

  /// Deletes the file and ends the lock.
  Status remove();

 private:
  Status begin(const Key& key);
  Status append_record(std::uint32_t kind, std::int64_t episode, std::span<const std::span<const std::byte>> payload);

  std::filesystem::path path_;
  FileDescriptor file_;
  std::int64_t end_ = 0;
  std::int64_t next_episode_ = 0;
  std::int64_t end_episode_ = 0;
  std::int64_t dropped_bytes_ = 0;
  std::vector<Episode> episodes_;
  std::vector<Rejection> rejections_;
};

}  // namespace diorama
