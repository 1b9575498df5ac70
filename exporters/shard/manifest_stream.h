// A dataset's manifest read piece by piece, for work on datasets whose list of episodes is larger
// than memory should be.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "engine/core/status.h"
#include "exporters/shard/clip_tables.h"

namespace diorama {

/// What a manifest says of the dataset as a whole.
struct ManifestHead {
  std::string text;  ///< dataset.json without what it lists per shard and per episode.
  std::int64_t shards = 0;
  std::int64_t episodes = 0;  ///< Kept.
  std::int64_t rows = 0;
  std::int64_t bytes = 0;  ///< Of shard files.
  std::int64_t rejected = 0;
  std::map<std::string, std::int64_t>
      rejected_by_reason;  ///< At most kMaxReasons; further ones as "other reasons".
  static constexpr std::size_t kMaxReasons = 100;
};

/// kInvalidInput if `path` (a dataset's folder or its index.h5) is none, damaged or of a newer
/// format.
Result<ManifestHead> read_manifest_head(const std::filesystem::path& path);

/// Calls `each` with the manifest of every shard alone (its columns, one shard, counted from 0),
/// until it fails. Holds one shard at a time.
Status for_each_shard(const std::filesystem::path& path, const ManifestHead& head,
                      const std::function<Status(ClipManifest)>& each);

/// The folder of a dataset that a user names by its folder or its index.h5.
std::filesystem::path dataset_folder(const std::filesystem::path& path);

}  // namespace diorama
