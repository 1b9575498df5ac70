#include "exporters/shard/dataset_folder.h"

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "exporters/shard/journal.h"
#include "exporters/shard/manifest.h"
#include "exporters/shard/output_file.h"
#include "exporters/shard/run_claim.h"

namespace diorama {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kStemDigits = 6;
// Below this a run is not worth starting: even the smallest shard needs its journal, the file and HDF5's structures.
constexpr std::int64_t kLeastFreeBytes = 4'000'000;

Result<std::vector<fs::path>> list(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    entries.push_back(it->path());
  }
  if (error) return output_errno("list", folder, error.value());
  std::sort(entries.begin(), entries.end());
  return entries;
}

bool ends_with(const fs::path& path, const char* ending) { return path.filename().string().ends_with(ending); }

/// A file that a run makes for itself and that means nothing to anyone else once the run is over.
bool is_run_file(const fs::path& path) {
  const std::string name = path.filename().string();
  return name == RunClaim::kFileName || (name.starts_with("probe.") && name.ends_with(".tmp"));
}

/// Whether the folder's content is a dataset of ours, whole or begun.
Result<bool> is_dataset(const fs::path& folder) {
  if (fs::exists(folder / "dataset.json")) {
    DIORAMA_ASSIGN_OR_RETURN(const std::string text, read_text_file(folder / "dataset.json"));
    return text.find("\"diorama-dataset\"") != std::string::npos;
  }
  if (!fs::is_directory(folder / "shards")) {
    DIORAMA_ASSIGN_OR_RETURN(const std::vector<fs::path> entries, list(folder));
    return std::all_of(entries.begin(), entries.end(), is_run_file);
  }
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<fs::path> entries, list(folder / "shards"));
  return std::all_of(entries.begin(), entries.end(), [](const fs::path& entry) {
    return shard_of_file(entry.filename().string()).has_value() || is_run_file(entry);
  });
}

/// A probe lives for a moment; one that is still there is of a run that was killed, or its run does not mind.
Status remove_probes(const fs::path& folder) {
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<fs::path> entries, list(folder));
  for (const fs::path& entry : entries) {
    if (is_run_file(entry) && entry.filename() != RunClaim::kFileName) DIORAMA_RETURN_IF_ERROR(remove_file(entry));
  }
  return {};
}

/// Removes temporary files of runs that are no longer alive; a living one holds its journal's lock. Their journals
/// stay: the episodes in them are gone on with.
Status remove_leftovers(const fs::path& shards) {
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<fs::path> entries, list(shards));
  std::set<int> begun;
  for (const fs::path& entry : entries) {
    const std::optional<int> shard = shard_of_file(entry.filename().string());
    if (shard && ends_with(entry, ".tmp")) begun.insert(*shard);
  }
  for (const int shard : begun) {
    const fs::path journal = shards / (shard_stem(shard) + ".journal");
    const bool had_journal = fs::exists(journal);
    const auto lock = open_locked(journal);
    if (!lock.ok()) continue;  // another process is at work on it
    DIORAMA_RETURN_IF_ERROR(remove_file(shards / (shard_stem(shard) + ".h5.tmp")));
    DIORAMA_RETURN_IF_ERROR(remove_file(shards / (shard_stem(shard) + ".json.tmp")));
    if (!had_journal) DIORAMA_RETURN_IF_ERROR(remove_file(journal));
  }
  return {};
}

/// Removes the files that diorama writes and no others.
Status remove_dataset(const fs::path& folder) {
  std::vector<FileDescriptor> locks;
  std::vector<fs::path> doomed = {folder / "dataset.json", folder / "index.h5", folder / "dataset.json.tmp",
                                  folder / "index.h5.tmp"};
  const fs::path shards = folder / "shards";
  if (fs::is_directory(shards)) {
    DIORAMA_ASSIGN_OR_RETURN(const std::vector<fs::path> entries, list(shards));
    for (const fs::path& entry : entries) {
      if (!shard_of_file(entry.filename().string())) continue;
      if (ends_with(entry, ".journal")) {
        DIORAMA_ASSIGN_OR_RETURN(FileDescriptor lock, open_locked(entry));
        locks.push_back(std::move(lock));
      }
      doomed.push_back(entry);
    }
  }
  if (fs::is_directory(folder / "views")) {
    DIORAMA_ASSIGN_OR_RETURN(const std::vector<fs::path> entries, list(folder / "views"));
    for (const fs::path& entry : entries) {
      if (ends_with(entry, ".h5") || ends_with(entry, ".hdf5") || ends_with(entry, ".json")) doomed.push_back(entry);
    }
  }
  for (const fs::path& path : doomed) DIORAMA_RETURN_IF_ERROR(remove_file(path));
  return {};
}

/// The facts that a shard's manifest or journal was made with; nothing if the file is damaged or not one of them: then
/// its shard is made again.
Result<std::optional<std::map<std::string, std::string>>> facts_of(const fs::path& entry) {
  const std::optional<std::map<std::string, std::string>> nothing;
  if (ends_with(entry, ".json")) {
    DIORAMA_ASSIGN_OR_RETURN(const std::string text, read_text_file(entry));
    const Result<ShardManifest> there = parse_shard_json(text, entry.string());
    return there.ok() ? std::optional(there->spec_facts) : nothing;
  }
  if (!ends_with(entry, ".journal")) return nothing;
  DIORAMA_ASSIGN_OR_RETURN(const std::optional<std::string> identity, Journal::read_identity(entry));
  return identity ? parse_facts_json(*identity) : nothing;
}

/// Refuses to go on with a dataset that was made differently, and says what differs.
Status check_same_spec(const fs::path& folder, const DatasetSpec& spec) {
  const std::map<std::string, std::string> facts = spec_facts(spec);
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<fs::path> entries, list(folder / "shards"));
  for (const fs::path& entry : entries) {
    auto read = facts_of(entry);
    if (!read.ok() && !fs::exists(entry)) continue;  // another part has just sealed its shard
    DIORAMA_ASSIGN_OR_RETURN(const auto there, std::move(read));
    if (!there || *there == facts) continue;
    return output_error("cannot resume " + folder.string() + ": it was made differently (" +
                        describe_difference(*there, facts) +
                        "); use the same settings, --force to replace it, or another folder");
  }
  return {};
}

Status probe(const fs::path& folder) {
  const fs::path path = folder / ("probe." + std::to_string(::getpid()) + ".tmp");
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return output_errno("write into", folder, errno);
  const FileDescriptor file(fd);
  DIORAMA_RETURN_IF_ERROR(remove_file(path));  // first, so that a killed run leaves nothing
  return write_all(fd, std::as_bytes(std::span("x", 1)), path);
}

}  // namespace

std::optional<int> shard_of_file(const std::string& file_name) {
  if (file_name.size() <= kStemDigits) return std::nullopt;
  const std::string stem = file_name.substr(0, kStemDigits);
  if (!std::all_of(stem.begin(), stem.end(), [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  const std::string ending = file_name.substr(kStemDigits);
  for (const char* known : {".h5", ".json", ".journal", ".h5.tmp", ".json.tmp"}) {
    if (ending == known) return std::stoi(stem);
  }
  return std::nullopt;
}

Result<PreparedFolder> prepare_folder(const fs::path& folder, const DatasetSpec& spec, OutputMode mode) {
  if (folder.empty()) return output_error("the output folder has no name; give a folder that diorama may create");
  std::error_code error;
  const fs::file_status there = fs::status(folder, error);
  if (error && there.type() != fs::file_type::not_found) return output_errno("look at", folder, error.value());
  const bool existed = fs::exists(there);
  if (existed && !fs::is_directory(there)) {
    return output_error(folder.string() + " is a file; give a folder that diorama may create");
  }
  if (!existed && fs::is_symlink(fs::symlink_status(folder, error))) {
    return output_error(folder.string() + " is a link to " + fs::read_symlink(folder, error).string() +
                        ", which is not there; make that folder, or give another one");
  }
  const auto occupied = [&] {
    return output_error(folder.string() +
                        " exists and is not empty; use --resume to go on with it, --force to replace it, or another "
                        "folder");
  };
  if (existed) {
    DIORAMA_ASSIGN_OR_RETURN(const std::vector<fs::path> entries, list(folder));
    if (!entries.empty()) {
      if (mode == OutputMode::kNew) return occupied();
      DIORAMA_ASSIGN_OR_RETURN(const bool ours, is_dataset(folder));
      if (!ours) {
        return output_error(folder.string() + " holds files that diorama did not make (such as '" +
                            entries.front().filename().string() + "'); give another folder");
      }
    }
  }
  const fs::path shards = folder / "shards";
  fs::create_directories(shards, error);
  if (error) {
    if (!existed) ::rmdir(folder.c_str());
    return output_errno("create", shards, error.value());
  }
  PreparedFolder prepared;
  prepared.created = !existed;
  const auto prepare = [&]() -> Status {
    DIORAMA_ASSIGN_OR_RETURN(prepared.claim, RunClaim::take(shards, spec.hash(), mode != OutputMode::kResume));
    if (mode == OutputMode::kNew) {  // another run may have come and gone since the first look
      DIORAMA_ASSIGN_OR_RETURN(const std::vector<fs::path> entries, list(shards));
      if (fs::exists(folder / "dataset.json") || !std::all_of(entries.begin(), entries.end(), is_run_file)) {
        return occupied();
      }
    }
    if (mode == OutputMode::kForce) DIORAMA_RETURN_IF_ERROR(remove_dataset(folder));
    DIORAMA_RETURN_IF_ERROR(remove_probes(folder));
    DIORAMA_RETURN_IF_ERROR(remove_probes(shards));
    DIORAMA_RETURN_IF_ERROR(probe(folder));
    DIORAMA_RETURN_IF_ERROR(probe(shards));
    DIORAMA_ASSIGN_OR_RETURN(const std::int64_t free, free_bytes(folder));
    if (free < kLeastFreeBytes) return output_errno("write into", shards, ENOSPC, kLeastFreeBytes);
    if (mode == OutputMode::kResume) {
      DIORAMA_RETURN_IF_ERROR(check_same_spec(folder, spec));
      DIORAMA_RETURN_IF_ERROR(remove_leftovers(shards));
    }
    return prepared.claim.share();
  };
  const Status status = prepare();
  if (!status.ok()) {
    prepared.claim.release();
    if (!existed) {  // leave nothing behind; only empty folders go
      ::rmdir(shards.c_str());
      ::rmdir(folder.c_str());
    }
    return status;
  }
  return prepared;
}

}  // namespace diorama
