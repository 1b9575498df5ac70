// Sealing: makes a shard file from its journal. One thread.
#pragma once

#include <filesystem>

#include "engine/core/status.h"
#include "exporters/shard/dataset_writer.h"
#include "exporters/shard/journal.h"
#include "exporters/shard/manifest.h"

namespace diorama {

/// Writes `<shards>/NNNNNN.h5.tmp` from the journal in canonical order (column by column, episode by episode),
/// reopens it and compares every chunk, syncs it, puts `NNNNNN.json` and then the shard into place. On failure
/// nothing new stays under a final name and the temporary file is gone. `manifest` comes with shard number, file,
/// episodes, rejections and spec; the rest is filled in here.
Status seal_shard(const std::filesystem::path& shards, const DatasetSpec& spec, const Journal& journal,
                  ShardManifest& manifest);

}  // namespace diorama
