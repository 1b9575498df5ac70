#include "exporters/shard/journal.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "engine/core/check.h"

#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

namespace diorama {
namespace {

constexpr char kMagic[8] = {'D', 'I', 'O', 'R', 'J', 'R', 'N', 'L'};
constexpr std::uint32_t kVersion = 1;
constexpr std::uint32_t kRecordMark = 0x4345524au;  // "JREC"
constexpr std::uint32_t kEpisodeKind = 0;
constexpr std::uint32_t kRejectionKind = 1;
constexpr std::size_t kHashBytes = sizeof(Hash128);
constexpr std::size_t kHeaderBytes = 24 + kHashBytes;  // without the identity
constexpr std::size_t kRecordHeaderBytes = 24 + kHashBytes;
constexpr std::size_t kBufferBytes = std::size_t{1} << 20;
constexpr std::int64_t kMaxIdentityBytes = 1 << 28;

using Bytes = std::span<const std::byte>;

template <typename T>
void put(std::vector<std::byte>& out, T value) {
  const auto bytes = std::as_bytes(std::span(&value, 1));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

/// Takes a value off the front of `in`, which must hold it.
template <typename T>
T take(Bytes& in) {
  T value;
  std::memcpy(&value, in.data(), sizeof value);
  in = in.subspan(sizeof value);
  return value;
}

class Hasher {
 public:
  Hasher() : state_(XXH3_createState()) {
    DIORAMA_CHECK(state_ != nullptr);
    XXH3_128bits_reset(state_.get());
  }
  void add(Bytes bytes) { XXH3_128bits_update(state_.get(), bytes.data(), bytes.size()); }
  Hash128 finish() const { return canonical(XXH3_128bits_digest(state_.get())); }

  static Hash128 canonical(XXH128_hash_t hash) {
    XXH128_canonical_t form;
    XXH128_canonicalFromHash(&form, hash);
    Hash128 bytes;
    std::copy(std::begin(form.digest), std::end(form.digest), bytes.begin());
    return bytes;
  }

 private:
  struct Free {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> state_;
};

std::vector<std::byte> header_bytes(const Journal::Key& key) {
  std::vector<std::byte> header;
  for (const char c : kMagic) put(header, c);
  put(header, kVersion);
  put(header, static_cast<std::uint32_t>(key.shard));
  put(header, static_cast<std::uint64_t>(key.identity.size()));
  Hasher hasher;
  hasher.add(header);
  hasher.add(std::as_bytes(std::span(key.identity)));
  put(header, hasher.finish());
  const Bytes identity = std::as_bytes(std::span(key.identity));
  header.insert(header.end(), identity.begin(), identity.end());
  return header;
}

/// The whole header of an open file, or nothing if it was never completed.
Result<std::optional<Journal::Key>> read_header(int fd, std::int64_t file_bytes, const std::filesystem::path& path) {
  const std::optional<Journal::Key> nothing;
  if (file_bytes < static_cast<std::int64_t>(kHeaderBytes)) return nothing;
  std::vector<std::byte> fixed(kHeaderBytes);
  DIORAMA_RETURN_IF_ERROR(read_at(fd, 0, fixed, path));
  Bytes in = fixed;
  if (std::memcmp(in.data(), kMagic, sizeof kMagic) != 0) return nothing;
  in = in.subspan(sizeof kMagic);
  const auto version = take<std::uint32_t>(in);
  Journal::Key key;
  key.shard = static_cast<int>(take<std::uint32_t>(in));
  const auto identity_bytes = take<std::uint64_t>(in);
  if (version != kVersion) {
    return output_error(path.string() + " is a journal of another version of diorama (" + std::to_string(version) +
                        ", this one knows " + std::to_string(kVersion) +
                        "); finish it with that version, or use --force to start afresh");
  }
  const std::int64_t behind = file_bytes - static_cast<std::int64_t>(kHeaderBytes);
  if (identity_bytes > static_cast<std::uint64_t>(std::min(kMaxIdentityBytes, behind))) return nothing;
  key.identity.resize(identity_bytes);
  DIORAMA_RETURN_IF_ERROR(read_at(fd, kHeaderBytes, std::as_writable_bytes(std::span(key.identity)), path));
  const std::vector<std::byte> expected = header_bytes(key);
  if (!std::equal(fixed.begin(), fixed.end(), expected.begin())) return nothing;
  return std::optional(std::move(key));
}

Result<std::int64_t> size_of(int fd, const std::filesystem::path& path) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return output_errno("look at", path, errno);
  return static_cast<std::int64_t>(info.st_size);
}

/// Reads one record after the other; stops at the first that is not whole.
class Scanner {
 public:
  Scanner(int fd, std::int64_t begin, std::int64_t end, const std::filesystem::path& path)
      : fd_(fd), at_(begin), end_(end), path_(path) {}

  struct Record {
    std::uint32_t kind = 0;
    Journal::Episode episode;
    Journal::Rejection rejection;
  };

  /// The next whole record; nothing at the end or at bytes that are none. A failure is one of the system.
  Result<std::optional<Record>> next(const std::vector<Column>& columns) {
    const std::optional<Record> nothing;
    const std::int64_t start = at_;
    if (end_ - at_ < static_cast<std::int64_t>(kRecordHeaderBytes)) return nothing;
    DIORAMA_RETURN_IF_ERROR(read(kRecordHeaderBytes));
    Bytes in = buffer_;
    Hasher whole;
    whole.add(in.first(24));
    const auto mark = take<std::uint32_t>(in);
    Record record;
    record.kind = take<std::uint32_t>(in);
    record.episode.episode = record.rejection.episode = take<std::int64_t>(in);
    const auto payload = take<std::uint64_t>(in);
    const auto hash = take<Hash128>(in);
    if (mark != kRecordMark || payload > static_cast<std::uint64_t>(end_ - at_)) return back_to(start);
    payload_end_ = at_ + static_cast<std::int64_t>(payload);
    bool fits = false;
    if (record.kind == kRejectionKind) {
      DIORAMA_RETURN_IF_ERROR(read(payload));
      whole.add(buffer_);
      record.rejection.reason.assign(reinterpret_cast<const char*>(buffer_.data()), buffer_.size());
      fits = true;
    } else if (record.kind == kEpisodeKind) {
      DIORAMA_ASSIGN_OR_RETURN(fits, read_episode(record.episode, columns, whole));
    }
    if (!fits || at_ != payload_end_ || whole.finish() != hash) return back_to(start);
    return std::optional(std::move(record));
  }

  std::int64_t at() const { return at_; }

 private:
  std::optional<Record> back_to(std::int64_t start) {
    at_ = start;
    return std::nullopt;
  }

  Status read(std::uint64_t count) {
    buffer_.resize(count);
    DIORAMA_RETURN_IF_ERROR(read_at(fd_, at_, buffer_, path_));
    at_ += static_cast<std::int64_t>(count);
    return {};
  }

  std::uint64_t left() const { return static_cast<std::uint64_t>(payload_end_ - at_); }

  /// Whether a block of `bytes` bytes can be `rows` rows of the column. Chunks that are deflated
  /// may have any size.
  static bool can_hold(const Column& column, std::uint64_t rows, std::uint64_t bytes) {
    if (column.is_image() && column.deflate_level() > 0) return bytes > 0;
    const std::uint64_t row_bytes = column.row_bytes();
    return row_bytes == 0 ? bytes == 0 : bytes % row_bytes == 0 && bytes / row_bytes == rows;
  }

  /// False if the payload does not hold these columns.
  Result<bool> read_episode(Journal::Episode& episode, const std::vector<Column>& columns, Hasher& whole) {
    constexpr std::size_t kWord = sizeof(std::uint64_t);
    if (left() < 3 * kWord) return false;
    DIORAMA_RETURN_IF_ERROR(read(kWord));
    whole.add(buffer_);
    Bytes in = buffer_;
    const auto table_bytes = take<std::uint64_t>(in);
    if (table_bytes < 3 * kWord || table_bytes - kWord > left()) return false;
    DIORAMA_RETURN_IF_ERROR(read(table_bytes - kWord));
    whole.add(buffer_);
    const std::vector<std::byte> table = buffer_;
    in = table;
    episode.num_rows = static_cast<std::int64_t>(take<std::uint64_t>(in));
    const auto num_columns = take<std::uint64_t>(in);
    if (num_columns != columns.size() || episode.num_rows < 1) return false;
    const auto wanted_rows = static_cast<std::uint64_t>(episode.num_rows);
    for (const Column& column : columns) {
      if (in.size() < kWord) return false;
      const auto count = take<std::uint64_t>(in);
      const auto wanted = static_cast<std::uint64_t>(column.is_link() ? 0 : column.is_image() ? episode.num_rows : 1);
      if (count != wanted || count > in.size() / kWord) return false;
      std::vector<Journal::Block>& blocks = episode.columns.emplace_back();
      for (std::uint64_t i = 0; i < count; ++i) {
        const auto bytes = take<std::uint64_t>(in);
        if (bytes > left() || !can_hold(column, column.is_image() ? 1 : wanted_rows, bytes))
          return false;
        const std::int64_t offset = at_;
        DIORAMA_RETURN_IF_ERROR(read(bytes));
        whole.add(buffer_);
        blocks.push_back({offset, static_cast<std::int64_t>(bytes), xxh3_128(buffer_)});
      }
    }
    return in.empty();
  }

  int fd_;
  std::int64_t at_;
  std::int64_t end_;
  std::int64_t payload_end_ = 0;
  const std::filesystem::path& path_;
  std::vector<std::byte> buffer_;
};

}  // namespace

Hash128 xxh3_128(std::span<const std::byte> bytes) {
  return Hasher::canonical(XXH3_128bits(bytes.data(), bytes.size()));
}

std::string hex(const Hash128& hash) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : hash) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

Result<Journal> Journal::open(const std::filesystem::path& path, const Key& key, const std::vector<Column>& columns) {
  Journal journal;
  journal.path_ = path;
  journal.next_episode_ = key.first_episode;
  journal.end_episode_ = key.end_episode;
  DIORAMA_ASSIGN_OR_RETURN(journal.file_, open_locked(path));
  const int fd = journal.file_.get();
  DIORAMA_ASSIGN_OR_RETURN(const std::int64_t file_bytes, size_of(fd, path));
  DIORAMA_ASSIGN_OR_RETURN(const std::optional<Key> there, read_header(fd, file_bytes, path));
  if (!there) {
    journal.dropped_bytes_ = file_bytes;
    const Status status = journal.begin(key);
    if (!status.ok()) {
      if (file_bytes == 0) (void)journal.remove();
      return status;
    }
    return journal;
  }
  if (there->shard != key.shard || there->identity != key.identity) {
    return output_error(path.string() +
                        " was begun with other settings; use the same ones, or --force to start afresh");
  }
  journal.end_ = static_cast<std::int64_t>(kHeaderBytes + key.identity.size());
  Scanner scanner(fd, journal.end_, file_bytes, path);
  while (journal.next_episode_ < key.end_episode) {
    DIORAMA_ASSIGN_OR_RETURN(std::optional<Scanner::Record> record, scanner.next(columns));
    if (!record || record->episode.episode != journal.next_episode_) break;
    ++journal.next_episode_;
    journal.end_ = scanner.at();
    if (record->kind == kEpisodeKind) {
      journal.episodes_.push_back(std::move(record->episode));
    } else {
      journal.rejections_.push_back(std::move(record->rejection));
    }
  }
  journal.dropped_bytes_ = file_bytes - journal.end_;
  if (journal.dropped_bytes_ > 0 && ::ftruncate(fd, journal.end_) != 0) return output_errno("write", path, errno);
  return journal;
}

Status Journal::begin(const Key& key) {
  if (::ftruncate(file_.get(), 0) != 0) return output_errno("write", path_, errno);
  const std::vector<std::byte> header = header_bytes(key);
  DIORAMA_RETURN_IF_ERROR(write_at(file_.get(), 0, header, path_));
  DIORAMA_RETURN_IF_ERROR(sync_data(file_.get(), path_));
  DIORAMA_RETURN_IF_ERROR(sync_folder(path_.parent_path()));
  end_ = static_cast<std::int64_t>(header.size());
  return {};
}

Result<std::optional<std::string>> Journal::read_identity(const std::filesystem::path& path) {
  DIORAMA_ASSIGN_OR_RETURN(const FileDescriptor file, open_to_read(path));
  DIORAMA_ASSIGN_OR_RETURN(const std::int64_t bytes, size_of(file.get(), path));
  DIORAMA_ASSIGN_OR_RETURN(const std::optional<Key> key, read_header(file.get(), bytes, path));
  return key ? std::optional(key->identity) : std::nullopt;
}

Status Journal::append_record(std::uint32_t kind, std::int64_t episode, std::span<const Bytes> payload) {
  DIORAMA_CHECK(episode == next_episode_ && episode < end_episode_);
  std::uint64_t size = 0;
  for (const Bytes piece : payload) size += piece.size();
  std::vector<std::byte> buffer;
  buffer.reserve(kBufferBytes);
  put(buffer, kRecordMark);
  put(buffer, kind);
  put(buffer, episode);
  put(buffer, size);
  Hasher hasher;
  hasher.add(buffer);
  for (const Bytes piece : payload) hasher.add(piece);
  put(buffer, hasher.finish());
  DIORAMA_CHECK_EQ(buffer.size(), kRecordHeaderBytes);

  std::int64_t at = end_;
  const auto write = [&](Bytes bytes) {
    Status status = write_at(file_.get(), at, bytes, path_);
    at += static_cast<std::int64_t>(bytes.size());
    return status;
  };
  const auto write_record = [&]() -> Status {
    for (const Bytes piece : payload) {
      if (buffer.size() + piece.size() > kBufferBytes) {
        DIORAMA_RETURN_IF_ERROR(write(buffer));
        buffer.clear();
      }
      if (piece.size() > kBufferBytes) {
        DIORAMA_RETURN_IF_ERROR(write(piece));
      } else {
        buffer.insert(buffer.end(), piece.begin(), piece.end());
      }
    }
    DIORAMA_RETURN_IF_ERROR(write(buffer));
    return sync_data(file_.get(), path_);
  };
  Status status = write_record();
  if (!status.ok()) {
    // What a recovery would cut off anyway; if this fails too, it does.
    [[maybe_unused]] const int ignored = ::ftruncate(file_.get(), end_);
    return status;
  }
  end_ = at;
  ++next_episode_;
  return {};
}

Status Journal::append(const EpisodeRecord& record, const std::vector<Column>& columns) {
  DIORAMA_CHECK_EQ(record.columns.size(), columns.size());
  std::vector<std::byte> table;
  put(table, std::uint64_t{0});  // its own size, once it is known
  put(table, static_cast<std::uint64_t>(record.num_rows));
  put(table, static_cast<std::uint64_t>(columns.size()));
  std::vector<Bytes> pieces = {{}};  // the table goes first, once it is complete
  Episode episode;
  episode.episode = record.episode;
  episode.num_rows = record.num_rows;
  episode.columns.resize(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const EpisodeRecord::ColumnData& data = record.columns[i];
    std::vector<Bytes> blocks;
    if (columns[i].is_image()) {
      blocks.assign(data.chunks.begin(), data.chunks.end());
    } else if (!columns[i].is_link()) {
      blocks.emplace_back(data.rows);
    }
    put(table, static_cast<std::uint64_t>(blocks.size()));
    for (const Bytes block : blocks) {
      put(table, static_cast<std::uint64_t>(block.size()));
      episode.columns[i].push_back({0, static_cast<std::int64_t>(block.size()), xxh3_128(block)});
      pieces.push_back(block);
    }
  }
  const std::uint64_t table_bytes = table.size();
  std::memcpy(table.data(), &table_bytes, sizeof table_bytes);
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
  const Bytes piece = std::as_bytes(std::span(reason));
  DIORAMA_RETURN_IF_ERROR(append_record(kRejectionKind, episode, std::span(&piece, 1)));
  rejections_.push_back({episode, reason});
  return {};
}

Result<std::vector<std::byte>> Journal::read(const Block& block) const {
  std::vector<std::byte> bytes(static_cast<std::size_t>(block.bytes));
  DIORAMA_RETURN_IF_ERROR(read_at(file_.get(), block.offset, bytes, path_));
  if (xxh3_128(bytes) != block.hash) {
    return output_error(path_.string() + " changed on disk at byte " + std::to_string(block.offset) +
                        ": its checksum does not match; check the disk");
  }
  return bytes;
}

Status Journal::remove() {
  Status status = remove_file(path_);
  file_.reset();
  return status;
}

}  // namespace diorama
