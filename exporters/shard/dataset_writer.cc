#include "exporters/shard/dataset_writer.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include <unistd.h>

#include "engine/core/check.h"
#include "engine/core/hash.h"
#include "engine/core/text.h"
#include "exporters/shard/dataset_folder.h"
#include "exporters/shard/index.h"
#include "exporters/shard/journal.h"
#include "exporters/shard/manifest.h"
#include "exporters/shard/output_file.h"
#include "exporters/shard/shard_writer.h"

namespace diorama {
namespace {

namespace fs = std::filesystem;

// Of a shard's bytes: its journal, itself, and HDF5's own structures.
constexpr double kRoomPerShardByte = 2.2;

Status check_spec(const DatasetSpec& spec) {
  if (spec.num_episodes < 1 || spec.episodes_per_shard < 1) {
    return invalid_input("a dataset needs at least 1 episode and 1 episode per shard, not " +
                         std::to_string(spec.num_episodes) + " and " + std::to_string(spec.episodes_per_shard));
  }
  if (spec.first_episode < 0) return invalid_input("the first episode is " + std::to_string(spec.first_episode));
  if ((spec.num_episodes - 1) / spec.episodes_per_shard >= 1'000'000) {
    return invalid_input("more than 1000000 shards; raise the episodes per shard");
  }
  return check_columns(spec.layout, spec.columns, spec.storage);
}

/// True if the manifest's episodes are those that the specification gives the shard: each kept or
/// rejected, once, in order.
bool holds_shard(const ShardManifest& manifest, const DatasetSpec& spec, int shard) {
  const ShardSummary& summary = manifest.summary;
  std::int64_t next = spec.shard_begin(shard);
  std::int64_t rows = 0;
  auto rejected = summary.rejected.begin();
  for (std::size_t i = 0; i <= summary.episodes.size(); ++i) {
    const std::int64_t kept =
        i < summary.episodes.size() ? summary.episodes[i] : spec.shard_end(shard);
    for (; rejected != summary.rejected.end() && rejected->episode == next && next < kept;
         ++rejected)
      ++next;
    if (next != kept) return false;
    if (i == summary.episodes.size()) break;
    if (manifest.episode_rows[i] < 1 ||
        __builtin_add_overflow(rows, manifest.episode_rows[i], &rows))
      return false;
    ++next;
  }
  return rejected == summary.rejected.end() && rows == summary.num_rows && summary.shard == shard &&
         summary.file == "shards/" + shard_stem(shard) + ".h5";
}

Result<IndexFile> look_at_index(const fs::path& path) {
  IndexFile index;
  std::error_code error;
  index.bytes = static_cast<std::int64_t>(fs::file_size(path, error));
  if (error) return output_errno("look at", path, error.value());
  DIORAMA_ASSIGN_OR_RETURN(index.sha256, sha256_file(path));
  return index;
}

}  // namespace

double DatasetSpec::expected_row_bytes() const {
  double bytes = 0.0;
  for (const Column& column : columns) {
    if (column.is_link()) continue;
    // Of rendered scenes, stored with deflate level 1.
    const double ratio = column.deflate_level() == 0                             ? 1.0
                         : column.content == ColumnContent::kPixels              ? 4.0
                         : !column.is_image()                                    ? 3.0
                         : column.type == ColumnType::kUint8                     ? 40.0
                                                                                 : 12.0;
    bytes += static_cast<double>(column.row_bytes()) / ratio;
  }
  return bytes;
}

struct DatasetWriter::Impl {
  fs::path folder;
  fs::path shards;
  DatasetSpec spec;
  std::string spec_hash;
  PreparedFolder prepared;
  bool made_a_shard = false;

  std::map<int, Journal> claimed;  // shards of this writer that are not begun yet
  std::optional<Journal> journal;  // of the shard under way
  ShardManifest current;
  double bytes_per_episode = 0.0;  // stored, of the shard made before; 0 = none yet
  std::int64_t bytes = 0;
  std::vector<std::string> notes;
  std::map<int, ShardManifest> whole;  // shards known to be whole
  std::map<int, std::string> damage;   // of shards that are there and are not

  bool has_files(int shard) const;
  Result<ShardManifest> read_whole(int shard) const;
  bool look_for(int shard);
  Status check_turn(std::int64_t episode);
  Result<Journal> open_journal(int shard) const;
  void remove_stale_journal(int shard) const;
  void leave();
};

Result<std::unique_ptr<DatasetWriter>> DatasetWriter::open(const fs::path& folder, DatasetSpec spec, OutputMode mode) {
  DIORAMA_RETURN_IF_ERROR(check_spec(spec));
  auto impl = std::make_unique<Impl>();
  impl->folder = folder;
  impl->shards = folder / "shards";
  impl->spec = std::move(spec);
  impl->spec_hash = impl->spec.hash();
  DIORAMA_ASSIGN_OR_RETURN(impl->prepared, prepare_folder(folder, impl->spec, mode));
  return std::unique_ptr<DatasetWriter>(new DatasetWriter(std::move(impl)));
}

DatasetWriter::DatasetWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

DatasetWriter::~DatasetWriter() {
  impl_->leave();
  for (auto& [shard, journal] : impl_->claimed) {
    if (journal.empty()) (void)journal.remove();
  }
  impl_->claimed.clear();
  impl_->prepared.claim.release();
  if (!impl_->made_a_shard) {  // a run that made nothing leaves nothing; only empty folders go
    ::rmdir(impl_->shards.c_str());
    if (impl_->prepared.created) ::rmdir(impl_->folder.c_str());
  }
}

void DatasetWriter::Impl::leave() {
  if (!journal) return;
  if (journal->empty()) (void)journal->remove();
  journal.reset();
}

/// True if both files of the shard are there; nothing is read.
bool DatasetWriter::Impl::has_files(int shard) const {
  std::error_code error;
  return fs::is_regular_file(shards / (shard_stem(shard) + ".json"), error) &&
         fs::is_regular_file(shards / (shard_stem(shard) + ".h5"), error);
}

/// The manifest of a shard whose files are there; kOutput saying what is wrong with them. Nothing
/// that they say is trusted: it decides which episodes the dataset has.
Result<ShardManifest> DatasetWriter::Impl::read_whole(int shard) const {
  const fs::path table = shards / (shard_stem(shard) + ".json");
  const fs::path file = shards / (shard_stem(shard) + ".h5");
  DIORAMA_ASSIGN_OR_RETURN(const std::string text, read_text_file(table));
  DIORAMA_ASSIGN_OR_RETURN(ShardManifest manifest, parse_shard_json(text, table.string()));
  if (!manifest.vouched || manifest.spec_hash != spec_hash || !holds_shard(manifest, spec, shard)) {
    return output_error(table.string() + " is not that of this shard");
  }
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error) return output_errno("look at", file, error.value());
  if (static_cast<std::int64_t>(size) != manifest.summary.bytes) {
    return output_error(file.string() + " is damaged: it has " + std::to_string(size) +
                        " bytes instead of " + std::to_string(manifest.summary.bytes));
  }
  DIORAMA_ASSIGN_OR_RETURN(const std::string sha256, sha256_file(file));
  if (sha256 != manifest.summary.sha256)
    return output_error(file.string() + " is damaged: its SHA-256 is not that of its manifest");
  return manifest;
}

/// True if the shard is there and whole.
bool DatasetWriter::Impl::look_for(int shard) {
  if (!has_files(shard)) return false;
  if (whole.contains(shard)) return true;
  Result<ShardManifest> manifest = read_whole(shard);
  if (!manifest.ok()) {
    damage[shard] = manifest.status().message();
    return false;
  }
  manifest->chunks.clear();  // not needed further, and long
  whole.emplace(shard, std::move(*manifest));
  remove_stale_journal(shard);
  return true;
}

/// A run that died after its shard was in place leaves the journal; there is nothing in it that the shard lacks.
void DatasetWriter::Impl::remove_stale_journal(int shard) const {
  const fs::path path = shards / (shard_stem(shard) + ".journal");
  std::error_code error;
  if (claimed.contains(shard) || !fs::exists(path, error)) return;
  const auto lock = open_locked(path);
  if (lock.ok()) (void)remove_file(path);  // else its owner lives, and removes it
}

bool DatasetWriter::has_shard(int shard) const { return impl_->look_for(shard); }

std::string DatasetWriter::damage(int shard) const {
  const auto found = impl_->damage.find(shard);
  return found == impl_->damage.end() ? "" : found->second;
}

const ShardSummary* DatasetWriter::shard_summary(int shard) const {
  return impl_->look_for(shard) ? &impl_->whole.at(shard).summary : nullptr;
}

Status DatasetWriter::check_room(int shard) const {
  const Impl& self = *impl_;
  const auto claimed = self.claimed.find(shard);
  const Journal* begun = claimed != self.claimed.end()                                ? &claimed->second
                         : self.journal && self.current.summary.shard == shard ? &*self.journal
                                                                                      : nullptr;
  const auto episodes = static_cast<double>(self.spec.shard_end(shard) - self.spec.shard_begin(shard));
  const bool measured = begun && !begun->episodes().empty();
  double per_episode = self.bytes_per_episode;
  if (measured) {
    per_episode = static_cast<double>(begun->bytes()) / static_cast<double>(begun->next_episode() - self.spec.shard_begin(shard));
  } else if (per_episode == 0.0) {
    per_episode = self.spec.expected_frames * self.spec.expected_row_bytes();
  }
  const double shard_bytes = per_episode * episodes;
  const double there = begun ? static_cast<double>(begun->bytes()) : 0.0;
  const auto needed = static_cast<std::int64_t>(kRoomPerShardByte * shard_bytes - there);
  DIORAMA_ASSIGN_OR_RETURN(const std::int64_t free, free_bytes(self.shards));
  if (free >= needed) return {};
  const auto megabytes = [](double bytes) { return format_number(std::ceil(bytes / 1e6)) + " MB"; };
  return output_errno("write", self.shards / (shard_stem(shard) + ".h5"), ENOSPC, needed)
      .with_context("a shard of " + format_number(episodes) + " episodes takes about " + megabytes(shard_bytes) +
                    ", and 2.2 times that while it is made (fewer --episodes-per-shard need less)");
}

Result<Journal> DatasetWriter::Impl::open_journal(int shard) const {
  if (shard < 0 || shard >= spec.num_shards()) {
    return failed("shard " + std::to_string(shard) + " of " + std::to_string(spec.num_shards()));
  }
  std::error_code error;
  fs::create_directories(shards, error);
  if (error) return output_errno("create", shards, error.value());
  const Journal::Key key{shard, facts_json(spec_facts(spec)), spec.shard_begin(shard), spec.shard_end(shard)};
  return Journal::open(shards / (shard_stem(shard) + ".journal"), key, spec.columns);
}

Result<ShardStart> DatasetWriter::claim_shard(int shard) {
  Impl& self = *impl_;
  auto found = self.claimed.find(shard);
  if (found == self.claimed.end()) {
    std::error_code error;
    if (!fs::exists(self.shards / (shard_stem(shard) + ".journal"), error)) return ShardStart{self.spec.shard_begin(shard)};
    DIORAMA_ASSIGN_OR_RETURN(Journal journal, self.open_journal(shard));
    found = self.claimed.emplace(shard, std::move(journal)).first;
  }
  const Journal& journal = found->second;
  return ShardStart{journal.next_episode(), static_cast<std::int64_t>(journal.episodes().size()),
                    static_cast<std::int64_t>(journal.rejections().size()), journal.dropped_bytes()};
}

Status DatasetWriter::begin_shard(int shard) {
  Impl& self = *impl_;
  if (self.journal) return failed("shard " + std::to_string(self.current.summary.shard) + " is still open");
  DIORAMA_RETURN_IF_ERROR(check_room(shard));
  if (self.claimed.contains(shard)) {
    self.journal = std::move(self.claimed.extract(shard).mapped());
  } else {
    DIORAMA_ASSIGN_OR_RETURN(self.journal, self.open_journal(shard));
  }
  self.current = ShardManifest();
  self.current.summary.shard = shard;
  self.current.summary.file = "shards/" + shard_stem(shard) + ".h5";
  self.current.spec_hash = self.spec_hash;
  self.current.spec_facts = spec_facts(self.spec);
  return {};
}

Status DatasetWriter::Impl::check_turn(std::int64_t episode) {
  if (!journal) return failed("episode " + std::to_string(episode) + " without an open shard");
  if (episode != journal->next_episode() || episode >= spec.shard_end(current.summary.shard)) {
    return failed("episode " + std::to_string(episode) + " where episode " + std::to_string(journal->next_episode()) +
                  " of shard " + std::to_string(current.summary.shard) + " was due");
  }
  return {};
}

Status DatasetWriter::append(EpisodeRecord episode) {
  Impl& self = *impl_;
  DIORAMA_RETURN_IF_ERROR(self.check_turn(episode.episode));
  if (episode.columns.size() != self.spec.columns.size() || episode.num_rows < 1) {
    return failed("episode " + std::to_string(episode.episode) + " does not have this dataset's columns");
  }
  for (std::size_t i = 0; i < self.spec.columns.size(); ++i) {
    const Column& column = self.spec.columns[i];
    const auto rows = static_cast<std::size_t>(episode.num_rows);
    const bool fits = column.is_link()    ? true
                      : column.is_image() ? episode.columns[i].chunks.size() == rows
                                          : episode.columns[i].rows.size() == rows * column.row_bytes();
    if (!fits) return failed("episode " + std::to_string(episode.episode) + ": wrong size of '" + column.name + "'");
  }
  const std::int64_t before = self.journal->bytes();
  DIORAMA_RETURN_IF_ERROR(self.journal->append(episode, self.spec.columns));
  self.bytes += self.journal->bytes() - before;
  // Now the size is known: better to stop here than at the end.
  return self.journal->episodes().size() == 1 ? check_room(self.current.summary.shard) : Status();
}

Status DatasetWriter::reject(std::int64_t episode, const std::string& reason) {
  Impl& self = *impl_;
  DIORAMA_RETURN_IF_ERROR(self.check_turn(episode));
  return self.journal->append_rejection(episode, reason);
}

Result<ShardSummary> DatasetWriter::end_shard() {
  Impl& self = *impl_;
  if (!self.journal) return failed("no shard is open");
  ShardSummary& summary = self.current.summary;
  if (self.journal->next_episode() != self.spec.shard_end(summary.shard)) {
    return failed("shard " + std::to_string(summary.shard) + " ends before episode " +
                  std::to_string(self.journal->next_episode()));
  }
  for (const Journal::Episode& episode : self.journal->episodes()) {
    summary.episodes.push_back(episode.episode);
    self.current.episode_rows.push_back(episode.num_rows);
  }
  for (const Journal::Rejection& rejection : self.journal->rejections()) {
    summary.rejected.push_back({rejection.episode, rejection.reason});
  }
  const Status sealed = seal_shard(self.shards, self.spec, *self.journal, self.current);
  if (!sealed.ok()) {
    self.leave();
    return sealed;
  }
  DIORAMA_RETURN_IF_ERROR(self.journal->remove());
  self.journal.reset();
  self.made_a_shard = true;
  self.bytes_per_episode =
      static_cast<double>(summary.bytes) / static_cast<double>(self.spec.shard_end(summary.shard) - self.spec.shard_begin(summary.shard));
  self.current.chunks.clear();
  self.whole[summary.shard] = self.current;
  return self.current.summary;
}

std::int64_t DatasetWriter::bytes_written() const { return impl_->bytes; }

const std::vector<std::string>& DatasetWriter::notes() const { return impl_->notes; }

void DatasetWriter::leave_shard() { impl_->leave(); }

Result<int> DatasetWriter::finish() {
  Impl& self = *impl_;
  if (self.journal) return failed("a shard is still open");
  self.notes.clear();
  int missing = 0;
  // Looking at names first: as long as other parts are at work, their shards need not be read by every one.
  for (int shard = 0; shard < self.spec.num_shards(); ++shard) missing += self.has_files(shard) ? 0 : 1;
  if (missing > 0) return missing;
  std::vector<ShardManifest> manifests;
  for (int shard = 0; shard < self.spec.num_shards(); ++shard) {
    if (self.look_for(shard)) {
      manifests.push_back(self.whole.at(shard));
    } else {
      ++missing;
    }
  }
  if (missing > 0) return missing;

  // Two processes that end at once write the same bytes, one after the other.
  DIORAMA_ASSIGN_OR_RETURN(const FileDescriptor lock, lock_folder(self.folder));
  int with_rows = 0;
  for (const ShardManifest& manifest : manifests) with_rows += manifest.summary.num_rows > 0 ? 1 : 0;
  std::optional<IndexFile> index;
  if (with_rows <= kMaxIndexedShards) {
    DIORAMA_RETURN_IF_ERROR(write_index(self.folder, self.spec, manifests));
    DIORAMA_ASSIGN_OR_RETURN(index, look_at_index(self.folder / "index.h5"));
  } else {
    DIORAMA_RETURN_IF_ERROR(remove_file(self.folder / "index.h5"));
    self.notes.push_back("no index.h5: " + std::to_string(with_rows) + " shards, and an index spans at most " +
                         std::to_string(kMaxIndexedShards) +
                         "; diorama_data reads this dataset by its manifest, or raise --episodes-per-shard");
  }
  DIORAMA_RETURN_IF_ERROR(write_file_atomically(self.folder / "dataset.json",
                                                dataset_json(self.spec, manifests, index)));
  return 0;
}

}  // namespace diorama
