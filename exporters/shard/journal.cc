#include "exporters/shard/journal.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "engine/core/check.h"

#include <unistd.h>
#include <xxhash.h>

namespace diorama {
namespace {

constexpr char kMagic[8] = {'D', 'I', 'O', 'R', 'J', 'N', 'L', '1'};
constexpr std::uint32_t kVersion = 1;
constexpr std::uint32_t kRecordMark = 0x4345524au;  // "JREC"
constexpr std::uint32_t kEpisodeKind = 0;
constexpr std::uint32_t kRejectionKind = 1;
constexpr std::size_t kRecordHeaderBytes = 40;
constexpr std::size_t kBufferBytes = std::size_t{1} << 20;

template <typename T>
void put(std::vector<std::byte>& out, T value) {
  const auto bytes = std::as_bytes(std::span(&value, 1));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

struct FreeState {
  void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
};

}  // namespace

std::string xxh3_128_hex(std::span<const std::byte> bytes) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : canonical.digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

Result<Journal> Journal::create(const std::filesystem::path& path, const std::string& spec_hash, int shard) {
  DIORAMA_CHECK_EQ(spec_hash.size(), std::size_t{64});
  Journal journal;
  journal.path_ = path;
  DIORAMA_ASSIGN_OR_RETURN(journal.file_, open_locked(path));
  if (::ftruncate(journal.file_.get(), 0) != 0) {
    const Status status = output_errno("write", path, errno);
    (void)journal.remove();
    return status;
  }
  std::vector<std::byte> header;
  for (const char c : kMagic) put(header, c);
  put(header, kVersion);
  put(header, static_cast<std::uint32_t>(shard));
  for (const char c : spec_hash) put(header, c);
  const Status status = write_all(journal.file_.get(), header, path);
  if (!status.ok()) {
    (void)journal.remove();
    return status;
  }
  journal.end_ = static_cast<std::int64_t>(header.size());
  return journal;
}

Status Journal::append_record(std::uint32_t kind, std::int64_t episode,
                              std::span<const std::span<const std::byte>> payload) {
  const std::unique_ptr<XXH3_state_t, FreeState> state(XXH3_createState());
  DIORAMA_CHECK(state != nullptr);
  XXH3_128bits_reset(state.get());
  std::uint64_t size = 0;
  for (const auto piece : payload) {
    XXH3_128bits_update(state.get(), piece.data(), piece.size());
    size += piece.size();
  }
  XXH128_canonical_t hash;
  XXH128_canonicalFromHash(&hash, XXH3_128bits_digest(state.get()));

  std::vector<std::byte> buffer;
  buffer.reserve(kBufferBytes);
  put(buffer, kRecordMark);
  put(buffer, kind);
  put(buffer, episode);
  put(buffer, size);
  for (const unsigned char byte : hash.digest) put(buffer, byte);
  DIORAMA_CHECK_EQ(buffer.size(), kRecordHeaderBytes);
  for (const auto piece : payload) {
    if (buffer.size() + piece.size() > kBufferBytes) {
      DIORAMA_RETURN_IF_ERROR(write_all(file_.get(), buffer, path_));
      buffer.clear();
    }
    if (piece.size() > kBufferBytes) {
      DIORAMA_RETURN_IF_ERROR(write_all(file_.get(), piece, path_));
    } else {
      buffer.insert(buffer.end(), piece.begin(), piece.end());
    }
  }
  DIORAMA_RETURN_IF_ERROR(write_all(file_.get(), buffer, path_));
  end_ += static_cast<std::int64_t>(kRecordHeaderBytes + size);
  return {};
}

Status Journal::append(const EpisodeRecord& record, const std::vector<Column>& columns) {
  DIORAMA_CHECK_EQ(record.columns.size(), columns.size());
  std::vector<std::byte> table;
  put(table, static_cast<std::uint64_t>(record.num_rows));
  put(table, static_cast<std::uint64_t>(columns.size()));
  std::vector<std::span<const std::byte>> pieces = {{}};  // the table goes first, once it is complete
  Episode episode;
  episode.episode = record.episode;
  episode.num_rows = record.num_rows;
  episode.columns.resize(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const EpisodeRecord::ColumnData& data = record.columns[i];
    std::vector<std::span<const std::byte>> blocks;
    if (columns[i].is_image()) {
      blocks.assign(data.chunks.begin(), data.chunks.end());
    } else if (!columns[i].is_link()) {
      blocks.emplace_back(data.rows);
    }
    put(table, static_cast<std::uint64_t>(blocks.size()));
    for (const auto block : blocks) {
      put(table, static_cast<std::uint64_t>(block.size()));
      episode.columns[i].push_back({0, static_cast<std::int64_t>(block.size()),
                                    columns[i].is_image() ? xxh3_128_hex(block) : std::string()});
      pieces.push_back(block);
    }
  }
  pieces[0] = table;
  std::int64_t offset = end_ + static_cast<std::int64_t>(kRecordHeaderBytes + table.size());
  for (std::vector<Block>& blocks : episode.columns) {
    for (Block& block : blocks) {
      block.offset = offset;
      offset += block.bytes;
    }
  }
  DIORAMA_RETURN_IF_ERROR(append_record(kEpisodeKind, record.episode, pieces));
  DIORAMA_CHECK_EQ(offset, end_);
  episodes_.push_back(std::move(episode));
  return {};
}

Status Journal::append_rejection(std::int64_t episode, const std::string& reason) {
  const std::span<const std::byte> piece = std::as_bytes(std::span(reason));
  return append_record(kRejectionKind, episode, std::span(&piece, 1));
}

Result<std::vector<std::byte>> Journal::read(const Block& block) const {
  std::vector<std::byte> bytes(static_cast<std::size_t>(block.bytes));
  DIORAMA_RETURN_IF_ERROR(read_at(file_.get(), block.offset, bytes, path_));
  if (!block.hash.empty() && xxh3_128_hex(bytes) != block.hash) {
    return output_error(path_.string() + " changed on disk at byte " + std::to_string(block.offset) +
                        ": its checksum does not match; check the disk, then run again with --resume");
  }
  return bytes;
}

Status Journal::remove() {
  Status status = remove_file(path_);
  file_.reset();
  return status;
}

}  // namespace diorama
