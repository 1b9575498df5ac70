// index.h5: every column of a dataset as one virtual dataset over its shards. One thread.
#pragma once

#include <filesystem>
#include <vector>

#include "engine/core/status.h"
#include "exporters/shard/dataset_writer.h"
#include "exporters/shard/manifest.h"

namespace diorama {

/// More shards than this make virtual datasets slow and run out of open files, silently.
inline constexpr int kMaxIndexedShards = 64;

/// Writes FOLDER/index.h5 over those of `shards` that have rows (temporary file, sync, rename).
Status write_index(const std::filesystem::path& folder, const DatasetSpec& spec,
                   const std::vector<ShardManifest>& shards);

}  // namespace diorama
