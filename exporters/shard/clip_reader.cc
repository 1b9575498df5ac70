#include "exporters/shard/clip_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exporters/shard/chunk_codec.h"
#include "exporters/shard/output_file.h"

#include <xxhash.h>

namespace diorama {
namespace {

namespace fs = std::filesystem;

// Bytes between two wanted chunks that are read along rather than by a second pread.
constexpr std::int64_t kGapBytes = 16 << 10;
// Bytes of one pread that are not the caller's memory.
constexpr std::int64_t kMaxReadBytes = 16 << 20;

Status as_input(const Status& status) { return status.ok() ? status : invalid_input(status.message()); }

Result<FileDescriptor> open_shard_file(const fs::path& path, std::int64_t expected_bytes) {
  int fd = -1;
  do {
    fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // does not wait if it is a pipe
  } while (fd < 0 && errno == EINTR);
  if (fd < 0 && errno == ENOENT) {
    return invalid_input(path.string() + " is missing: make it again with `diorama generate --resume`");
  }
  if (fd < 0) return invalid_input("cannot open " + path.string() + ": " + std::strerror(errno));
  FileDescriptor file(fd);
  struct stat found {};
  if (::fstat(fd, &found) != 0 || !S_ISREG(found.st_mode)) return invalid_input(path.string() + " is not a file");
  if (found.st_size != expected_bytes) {
    return invalid_input(path.string() + " has " + std::to_string(found.st_size) + " bytes instead of " +
                         std::to_string(expected_bytes) + ": it is damaged");
  }
  return file;
}

bool has_hash(std::span<const std::byte> bytes, const std::array<unsigned char, 16>& expected) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  return std::equal(expected.begin(), expected.end(), canonical.digest);
}

}  // namespace

/// An open shard file and where its chunks lie.
struct ClipReader::Shard {
  fs::path path;
  FileDescriptor file;
  std::shared_ptr<const ClipChunks> chunks;
};

/// What one reading thread needs.
struct ClipReader::Decoder {
  ChunkCodec codec;
  std::vector<std::byte> stored;
  std::vector<std::byte> plain;
};

/// Everything that changes while reading; one per process.
struct ClipReader::State {
  struct Entry {
    std::shared_ptr<const Shard> open;         // null once its file was closed
    std::shared_ptr<const ClipChunks> chunks;
    std::int64_t table_bytes = 0;
    std::uint64_t last_use = 0;
  };

  explicit State(pid_t owner) : pid(owner) {}

  void keep(std::size_t index, const std::shared_ptr<const Shard>& shard);
  void close_oldest_file();
  void forget_oldest_table();

  const pid_t pid;
  std::mutex mutex;
  std::map<std::size_t, Entry> shards;
  std::vector<std::unique_ptr<Decoder>> idle;
  std::size_t num_open = 0;
  std::int64_t table_bytes = 0;
  std::uint64_t clock = 0;
};

void ClipReader::State::close_oldest_file() {
  auto oldest = shards.end();
  for (auto it = shards.begin(); it != shards.end(); ++it) {
    if (it->second.open && (oldest == shards.end() || it->second.last_use < oldest->second.last_use)) oldest = it;
  }
  oldest->second.open.reset();
  --num_open;
}

void ClipReader::State::forget_oldest_table() {
  const auto oldest = std::min_element(shards.begin(), shards.end(), [](const auto& a, const auto& b) {
    return a.second.last_use < b.second.last_use;
  });
  if (oldest->second.open) --num_open;
  table_bytes -= oldest->second.table_bytes;
  shards.erase(oldest);
}

void ClipReader::State::keep(std::size_t index, const std::shared_ptr<const Shard>& shard) {
  Entry& entry = shards[index];
  if (!entry.open) {
    if (num_open >= kMaxOpenFiles) close_oldest_file();
    ++num_open;
  }
  entry.open = shard;
  entry.last_use = ++clock;
  if (entry.chunks) return;
  entry.chunks = shard->chunks;
  for (const std::vector<ClipChunk>& list : *shard->chunks) {
    entry.table_bytes += static_cast<std::int64_t>(list.size() * sizeof(ClipChunk));
  }
  table_bytes += entry.table_bytes;
  while (table_bytes > kMaxTableBytes && shards.size() > 1) forget_oldest_table();
}

Result<std::unique_ptr<ClipReader>> ClipReader::open(const fs::path& path) {
  const bool is_index = path.filename() == "index.h5";
  fs::path folder = is_index ? (path.has_parent_path() ? path.parent_path() : fs::path(".")) : path;
  std::error_code error;
  if (!fs::exists(folder, error)) return invalid_input(folder.string() + " does not exist");
  if (!fs::is_directory(folder, error)) return invalid_input(folder.string() + " is not a dataset's folder");
  const fs::path manifest = folder / "dataset.json";
  if (!fs::exists(manifest, error)) {
    return invalid_input(folder.string() + " has no dataset.json: not a dataset of diorama, or one that is not "
                                           "finished (run generate with --resume)");
  }
  const auto text = read_text_file(manifest);
  if (!text.ok()) return as_input(text.status());
  DIORAMA_ASSIGN_OR_RETURN(ClipManifest parsed, parse_clip_manifest(*text, manifest.string()));
  return std::unique_ptr<ClipReader>(new ClipReader(std::move(folder), std::move(parsed)));
}

ClipReader::ClipReader(fs::path folder, ClipManifest manifest)
    : folder_(std::move(folder)), manifest_(std::move(manifest)), state_(new State(::getpid())) {
  for (std::size_t i = 0; i < manifest_.shards.size(); ++i) {
    std::int64_t row = 0;
    for (const std::int64_t rows : manifest_.shards[i].episode_rows) {
      shard_of_.push_back(static_cast<std::int32_t>(i));
      first_rows_.push_back(row);
      row += rows;
    }
  }
}

ClipReader::~ClipReader() {
  State* const state = state_.load();
  // A parent's state is left alone: its lock may be held for ever by a thread that does not exist here.
  if (state->pid == ::getpid()) delete state;
}

ClipReader::State& ClipReader::state() const {
  const pid_t pid = ::getpid();
  State* current = state_.load(std::memory_order_acquire);
  while (current->pid != pid) {
    auto fresh = std::make_unique<State>(pid);
    if (state_.compare_exchange_strong(current, fresh.get(), std::memory_order_acq_rel)) return *fresh.release();
  }
  return *current;
}

std::int64_t ClipReader::episode_rows(std::int64_t episode) const {
  const ClipShard& shard = manifest_.shards[static_cast<std::size_t>(shard_of_[static_cast<std::size_t>(episode)])];
  return shard.episode_rows[static_cast<std::size_t>(episode - shard.first_episode)];
}

Result<std::shared_ptr<const ClipReader::Shard>> ClipReader::load(std::size_t index,
                                                                  std::shared_ptr<const ClipChunks> chunks) const {
  const ClipShard& known = manifest_.shards[index];
  auto shard = std::make_shared<Shard>();
  shard->path = folder_ / known.file;
  DIORAMA_ASSIGN_OR_RETURN(shard->file, open_shard_file(shard->path, known.bytes));
  if (!chunks) {
    const fs::path table = folder_ / known.table;
    const auto text = read_text_file(table);
    if (!text.ok()) return as_input(text.status());
    DIORAMA_ASSIGN_OR_RETURN(ClipChunks parsed, parse_clip_chunks(*text, table.string(), manifest_, known));
    chunks = std::make_shared<const ClipChunks>(std::move(parsed));
  }
  shard->chunks = std::move(chunks);
  return std::shared_ptr<const Shard>(std::move(shard));
}

Result<std::shared_ptr<const ClipReader::Shard>> ClipReader::shard(std::size_t index) const {
  State& s = state();
  std::shared_ptr<const ClipChunks> chunks;
  {
    const std::lock_guard lock(s.mutex);
    const auto found = s.shards.find(index);
    if (found != s.shards.end()) {
      found->second.last_use = ++s.clock;
      if (found->second.open) return found->second.open;
      chunks = found->second.chunks;
    }
  }
  // Two threads may load the same shard at once; one of the two stays.
  DIORAMA_ASSIGN_OR_RETURN(std::shared_ptr<const Shard> loaded, load(index, std::move(chunks)));
  const std::lock_guard lock(s.mutex);
  s.keep(index, loaded);
  return loaded;
}

Status ClipReader::read(std::size_t column, std::span<const ClipStart> clips, std::int64_t count, std::int64_t stride,
                        std::span<std::byte> out) const {
  if (column >= manifest_.columns.size()) return invalid_input("there is no column " + std::to_string(column));
  const ClipColumn& c = manifest_.columns[column];
  constexpr std::int64_t kMost = std::int64_t{1} << 31;
  if (count < 0 || stride < 1 || count > kMost || stride > kMost) {
    return invalid_input(std::to_string(count) + " rows " + std::to_string(stride) + " apart cannot be read");
  }
  const std::size_t clip_bytes = static_cast<std::size_t>(count) * c.row_bytes;
  if (clip_bytes == 0 ? !out.empty() : out.size() % clip_bytes != 0 || out.size() / clip_bytes != clips.size()) {
    return invalid_input("the memory for column '" + c.name + "' has " + std::to_string(out.size()) +
                         " bytes, not those of " + std::to_string(clips.size()) + " clips");
  }
  return with_decoder([&](Decoder& decoder) {
    Status status;
    for (std::size_t i = 0; i < clips.size() && status.ok(); ++i) {
      status = read_clip(decoder, column, clips[i], count, stride, out.subspan(i * clip_bytes, clip_bytes));
    }
    return status;
  });
}

Status ClipReader::read_rows(std::size_t column, std::size_t shard, std::int64_t first_row, std::int64_t count,
                             std::span<std::byte> out) const {
  if (column >= manifest_.columns.size()) return invalid_input("there is no column " + std::to_string(column));
  if (shard >= manifest_.shards.size()) return invalid_input("there is no shard " + std::to_string(shard));
  const std::int64_t rows = manifest_.shards[shard].num_rows;
  if (first_row < 0 || count < 0 || first_row > rows || count > rows - first_row) {
    return invalid_input("rows " + std::to_string(first_row) + " + " + std::to_string(count) + " are not in " +
                         manifest_.shards[shard].file + " of " + std::to_string(rows) + " rows");
  }
  if (out.size() != static_cast<std::size_t>(count) * manifest_.columns[column].row_bytes) {
    return invalid_input("the memory for column '" + manifest_.columns[column].name + "' has " +
                         std::to_string(out.size()) + " bytes, not those of " + std::to_string(count) + " rows");
  }
  if (out.empty()) return {};
  return with_decoder([&](Decoder& decoder) { return read_run(decoder, column, shard, first_row, count, 1, out); });
}

Result<std::vector<std::int64_t>> ClipReader::stored_bytes(std::size_t index) const {
  if (index >= manifest_.shards.size()) return invalid_input("there is no shard " + std::to_string(index));
  DIORAMA_ASSIGN_OR_RETURN(const std::shared_ptr<const Shard> from, shard(index));
  std::vector<std::int64_t> bytes;
  for (const std::vector<ClipChunk>& chunks : *from->chunks) {
    bytes.push_back(0);
    for (const ClipChunk& chunk : chunks) bytes.back() += chunk.bytes;
  }
  return bytes;
}

template <typename Read>
Status ClipReader::with_decoder(const Read& read) const {
  State& s = state();
  std::unique_ptr<Decoder> decoder;
  {
    const std::lock_guard lock(s.mutex);
    if (!s.idle.empty()) {
      decoder = std::move(s.idle.back());
      s.idle.pop_back();
    }
  }
  if (!decoder) decoder = std::make_unique<Decoder>();
  Status status = read(*decoder);
  const std::lock_guard lock(s.mutex);
  s.idle.push_back(std::move(decoder));
  return status;
}

Status ClipReader::read_clip(Decoder& decoder, std::size_t column, const ClipStart& clip, std::int64_t count,
                             std::int64_t stride, std::span<std::byte> out) const {
  if (clip.episode < 0 || clip.episode >= manifest_.num_episodes) {
    return invalid_input("there is no episode " + std::to_string(clip.episode) + "; there are " +
                         std::to_string(manifest_.num_episodes));
  }
  const std::int64_t rows = episode_rows(clip.episode);
  if (clip.row < 0 || clip.row > rows || (count > 0 && (count - 1) > (rows - 1 - clip.row) / stride) ||
      (count > 0 && clip.row >= rows)) {
    return invalid_input("rows " + std::to_string(clip.row) + " + " + std::to_string(count) + " x " +
                         std::to_string(stride) + " are not in episode " + std::to_string(clip.episode) + " of " +
                         std::to_string(rows) + " rows");
  }
  if (out.empty()) return {};
  const auto episode = static_cast<std::size_t>(clip.episode);
  return read_run(decoder, column, static_cast<std::size_t>(shard_of_[episode]), first_rows_[episode] + clip.row, count,
                  stride, out);
}

Status ClipReader::read_run(Decoder& decoder, std::size_t column, std::size_t shard_index, std::int64_t first,
                            std::int64_t count, std::int64_t stride, std::span<std::byte> out) const {
  DIORAMA_ASSIGN_OR_RETURN(const std::shared_ptr<const Shard> from, shard(shard_index));
  const ClipColumn& c = manifest_.columns[manifest_.columns[column].stored];
  const std::vector<ClipChunk>& chunks = (*from->chunks)[manifest_.columns[column].stored];
  const std::int64_t per_chunk = rows_per_chunk(c, manifest_.shards[shard_index].num_rows);
  const auto row_at = [&](std::int64_t i) { return first + i * stride; };
  const auto chunk_at = [&](std::int64_t i) -> const ClipChunk& {
    return chunks[static_cast<std::size_t>(row_at(i) / per_chunk)];
  };
  const auto damaged = [&](std::int64_t i, const std::string& why) {
    return invalid_input(from->path.string() + ": row " + std::to_string(row_at(i)) + " of '" + c.name + "': " + why);
  };
  const std::size_t chunk_values = static_cast<std::size_t>(per_chunk) * c.row_bytes;

  for (std::int64_t i = 0; i < count;) {
    // The wanted chunks from here on that lie (almost) one after the other are one read.
    const std::int64_t begin = chunk_at(i).offset;
    std::int64_t end = begin + chunk_at(i).bytes;
    bool gapless = true;
    std::int64_t next = i + 1;
    for (; next < count; ++next) {
      const ClipChunk& chunk = chunk_at(next);
      if (&chunk == &chunk_at(next - 1)) continue;
      if (chunk.offset < end || chunk.offset - end > kGapBytes || chunk.offset + chunk.bytes - begin > kMaxReadBytes) break;
      gapless = gapless && chunk.offset == end;
      end = chunk.offset + chunk.bytes;
    }
    const bool as_is = !c.deflate && !c.shuffle && per_chunk == 1 && gapless;
    std::span<std::byte> stored;
    if (as_is) {
      stored = out.subspan(static_cast<std::size_t>(i) * c.row_bytes, static_cast<std::size_t>(next - i) * c.row_bytes);
    } else {
      if (decoder.stored.size() < static_cast<std::size_t>(end - begin)) {
        decoder.stored.resize(static_cast<std::size_t>(end - begin));
      }
      stored = std::span(decoder.stored).first(static_cast<std::size_t>(end - begin));
    }
    const Status got = read_at(from->file.get(), begin, stored, from->path);
    if (!got.ok()) return as_input(got);

    while (i < next) {
      const ClipChunk& chunk = chunk_at(i);
      const auto bytes = stored.subspan(static_cast<std::size_t>(chunk.offset - begin), static_cast<std::size_t>(chunk.bytes));
      // Inflating checks a sum of its own; what is stored as it is has only this one.
      if (!c.deflate && !has_hash(bytes, chunk.xxh3_128)) return damaged(i, "its bytes are not those that were written");
      const std::int64_t chunk_row = row_at(i) - row_at(i) % per_chunk;
      std::int64_t past = i + 1;
      while (past < next && &chunk_at(past) == &chunk) ++past;
      if (!as_is) {
        std::span<std::byte> values = out.subspan(static_cast<std::size_t>(i) * c.row_bytes);
        const bool direct = per_chunk == 1;
        if (!direct) {
          if (decoder.plain.size() < chunk_values) decoder.plain.resize(chunk_values);
          values = decoder.plain;
        }
        values = values.first(chunk_values);
        const Status decoded = decoder.codec.decode_into(bytes, c.item_bytes, c.shuffle, c.deflate, values);
        if (!decoded.ok()) return damaged(i, decoded.message());
        for (std::int64_t k = i; k < past && !direct; ++k) {
          std::memcpy(&out[static_cast<std::size_t>(k) * c.row_bytes],
                      &values[static_cast<std::size_t>(row_at(k) - chunk_row) * c.row_bytes], c.row_bytes);
        }
      }
      i = past;
    }
  }
  return {};
}

}  // namespace diorama
