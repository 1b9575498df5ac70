// Audit: whether the labels of a dataset are true. Recomputes them from what they follow from and trusts no hash: scenes
// are drawn again from the scenario, depth and ids come from rays cast at the stored poses, colour from a fresh
// rendering, and motion must obey Newton. One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "engine/core/status.h"
#include "exporters/shard/verify.h"

namespace diorama {

struct AuditOptions {
  std::filesystem::path scenario_folder;  ///< Where the scenario's relative paths start from.
  std::string device;                     ///< Vulkan device for the fresh rendering; "" = the best.
  bool validation = false;
};

/// Adds what is wrong to `findings`. Fails where nothing can be said: the dataset cannot be read, its scenario's files
/// are not there, or there is no device. `progress(done, episodes)` is called after each episode.
Status audit_dataset(const std::filesystem::path& folder, const AuditOptions& options,
                     const std::function<void(std::int64_t, std::int64_t)>& progress, Findings& findings);

}  // namespace diorama
