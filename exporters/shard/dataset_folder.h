// What a dataset's folder may hold, and taking over one that is there. Used by DatasetWriter. One thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "engine/core/status.h"
#include "exporters/shard/dataset_writer.h"
#include "exporters/shard/run_claim.h"

namespace diorama {

/// The shard number of "000012.h5", ".json", ".journal", ".h5.tmp" or ".json.tmp"; nothing for other names.
std::optional<int> shard_of_file(const std::string& file_name);

struct PreparedFolder {
  bool created = false;  ///< It was not there before.
  RunClaim claim;        ///< Held as long as anything is written.
};

/// Makes `folder` ready for a writer as `mode` says: creates it, checks what it holds, removes leftovers of dead
/// runs (kResume) or the whole dataset (kForce), probes permission and room.
Result<PreparedFolder> prepare_folder(const std::filesystem::path& folder, const DatasetSpec& spec, OutputMode mode);

}  // namespace diorama
