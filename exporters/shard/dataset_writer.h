// DatasetWriter: a folder of shards, its manifest and its index. One thread only: it is the only caller of HDF5.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/status.h"
#include "engine/scene/layout.h"
#include "exporters/shard/columns.h"
#include "exporters/shard/episode_recorder.h"

namespace diorama {

/// The dataset that another one was made from. Names nothing but content: no path.
struct ParentDataset {
  std::string how;                      ///< "continued" or "rendered".
  std::string manifest_sha256;          ///< Of its dataset.json, which names its shards' hashes; "" = no parent.
  std::string spec_hash;
  std::optional<std::int64_t> episode;  ///< The one that was taken; none = all.
  std::int64_t frame = -1;              ///< Continued: the last frame that is the parent's.
  /// Its episodes' actions were given, here or in an ancestor, and do not follow from the scenario.
  bool given_actions = false;
  std::vector<std::int64_t> interventions;  ///< The rows from which on they were given, ascending.
};

/// Everything that fixes a dataset's bytes and goes into its manifest.
struct DatasetSpec {
  std::string scenario_text;       ///< The scenario as run (flags applied), protobuf text; no host or path in it.
  std::string scenario_name;
  std::uint64_t seed = 0;
  std::int64_t first_episode = 0;  ///< F; not 0 only where episodes of another dataset are made anew.
  std::int64_t num_episodes = 0;   ///< Episode indices drawn: F .. F + num_episodes - 1.
  int episodes_per_shard = 1;      ///< K: shard s holds the kept ones of the indices [F + sK, F + (s+1)K).
  ParentDataset parent;
  double frame_rate_hz = 0.0;
  double step_rate_hz = 0.0;
  std::string engine;              ///< "mujoco" or "bullet".
  std::string engine_version;
  std::string renderer;            ///< "vulkan" or "raycast".
  std::string render_device;
  std::string render_driver;
  std::string cpu_family;          ///< Vendor, family, model and stepping of the CPU.
  int expected_frames = 0;         ///< Rows of an episode, for estimates of room alone; 0 = unknown.
  std::map<std::string, std::string> files;  ///< SHA-256 of every mesh, texture and model file, by name.
  SceneLayout layout;
  std::vector<Column> columns;
  StorageOptions storage;

  int num_shards() const;
  std::int64_t shard_begin(int shard) const;  ///< The first index of a shard,
  std::int64_t shard_end(int shard) const;    ///< and one past its last.
  /// A guess at the stored bytes of one row, by what such columns usually shrink to.
  double expected_row_bytes() const;
  /// SHA-256 over all that decides the shards' bytes; resuming wants it equal.
  std::string hash() const;
};

enum class OutputMode {
  kNew,     ///< The folder must be absent or empty.
  kResume,  ///< Keeps whole shards of the same spec; on an absent or empty folder as kNew.
  kForce,   ///< Removes the dataset that is there (only files that diorama writes) and starts afresh.
};

struct ShardSummary {
  int shard = 0;
  std::string file;          ///< "shards/000000.h5", relative to the dataset.
  std::string sha256;
  std::string table_sha256;  ///< Of its JSON beside it.
  std::int64_t bytes = 0;
  std::int64_t num_rows = 0;
  std::vector<std::int64_t> episodes;   ///< Kept indices, ascending.
  struct Rejection {
    std::int64_t episode = 0;
    std::string reason;
  };
  std::vector<Rejection> rejected;
};

/// Where making a shard starts.
struct ShardStart {
  std::int64_t next_episode = 0;   ///< The first index still to be made; one past the last if only sealing is left.
  std::int64_t kept = 0;           ///< Episodes recovered from the journal.
  std::int64_t rejected = 0;       ///< Rejections recovered from the journal.
  std::int64_t dropped_bytes = 0;  ///< What lay behind the journal's last whole record.
};

class DatasetWriter {
 public:
  /// Checks permission, room and the folder's present content before anything is simulated. Fails with kOutput and
  /// one line that says what to do.
  static Result<std::unique_ptr<DatasetWriter>> open(const std::filesystem::path& folder, DatasetSpec spec,
                                                     OutputMode mode);
  /// No half file stays under a final name; the episodes of an unfinished shard stay in its journal.
  ~DatasetWriter();

  /// True if shard `shard` is whole and need not be made again.
  bool has_shard(int shard) const;
  /// The summary of a whole shard, else nullptr.
  const ShardSummary* shard_summary(int shard) const;
  /// What is wrong with the files of a shard that are there though it is not whole, once one of the two above has looked;
  /// "" = nothing. Such a shard is to be made again.
  std::string damage(int shard) const;

  /// What an interrupted run has left of shard `shard`. If there is something, it is from now on this writer's;
  /// kOutput if another process is making the shard.
  Result<ShardStart> claim_shard(int shard);

  /// kOutput if there is no room to make shard `shard`: journal and shard lie side by side at its end, which takes
  /// 2.2 times the shard. Its size is that of its first episodes or of the shard before, else a guess.
  Status check_room(int shard) const;

  /// Begins shard `shard`; then its episodes in ascending index from ShardStart::next_episode
  /// on by `append` or `reject`, each on disk when the call returns; then `end_shard`, which writes, syncs and
  /// renames it into place.
  Status begin_shard(int shard);
  Status append(EpisodeRecord episode);
  Status reject(std::int64_t episode, const std::string& reason);
  Result<ShardSummary> end_shard();

  /// Leaves the shard under way, if there is one: its journal stays, and the next run goes on with it.
  void leave_shard();

  /// Stored bytes so far in this run, for progress.
  std::int64_t bytes_written() const;

  /// Writes dataset.json and index.h5 if all shards are there (whoever made them). Returns how many are missing.
  Result<int> finish();

  /// What the user should know after `finish` though it is no failure (no index because of too many shards).
  const std::vector<std::string>& notes() const;

 private:
  struct Impl;
  explicit DatasetWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace diorama
