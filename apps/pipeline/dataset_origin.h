// What a dataset's manifest says of how it was made. Value.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "engine/core/status.h"
#include "schemas/scenario.pb.h"

namespace diorama {

struct DatasetOrigin {
  schema::Scenario scenario;
  std::string scenario_name;
  std::uint64_t seed = 0;
  std::int64_t first_episode = 0;
  std::int64_t num_episodes = 0;
  int episodes_per_shard = 1;
  double frame_rate_hz = 0.0;
  std::string engine;
  std::string renderer;
  std::string spec_hash;
  std::map<std::string, std::string>
      facts;  ///< What decided the bytes, by name: versions, device, CPU ...
  std::map<std::string, std::string>
      files;  ///< SHA-256 of meshes, textures and model files, by name.
  std::map<std::int64_t, std::string> rejected;  ///< Reasons, by episode.
  bool given_actions = false;                    ///< See ParentDataset.
  std::vector<std::int64_t> interventions;       ///< See ParentDataset.
  std::string manifest_sha256;
};

/// Reads `folder`/dataset.json; invalid_input if it does not say all this.
Result<DatasetOrigin> read_origin(const std::filesystem::path& folder);

/// "engine_version is '2.2.2' there and '3.1.0' now; ..." over the names in `now`; "" if all are
/// the same.
std::string changes_since(const DatasetOrigin& origin,
                          const std::map<std::string, std::string>& now);

}  // namespace diorama
