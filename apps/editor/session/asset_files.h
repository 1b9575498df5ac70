// Kinds of files that a scenario can use, and those that one does use. Pure functions.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "engine/core/status.h"
#include "schemas/scenario.pb.h"

namespace diorama::editor {

enum class AssetKind { kFolder, kScenario, kModel, kMesh, kTexture };

/// THE list of what the engine reads.
struct AssetKindInfo {
  AssetKind kind = AssetKind::kFolder;
  const char* title = "";               ///< "mesh"
  std::vector<std::string> extensions;  ///< Lower case, with the point; empty for folders.
};
std::span<const AssetKindInfo> asset_kinds();
const AssetKindInfo& asset_kind_info(AssetKind kind);

/// By its extension; nothing for what the engine does not read.
std::optional<AssetKind> asset_kind_of(const std::filesystem::path& file);

struct AssetEntry {
  std::filesystem::path path;
  AssetKind kind = AssetKind::kMesh;
  std::uintmax_t bytes = 0;

  std::string name() const { return path.filename().string(); }
};

/// Folders, then usable files, each by name; hidden ones are left out. An unreadable folder is
/// invalid_input.
Result<std::vector<AssetEntry>> list_assets(const std::filesystem::path& folder);

/// The files that a scenario names (also as options of a choice), absolute; they need not exist.
std::set<std::filesystem::path> files_of(const schema::Scenario& scenario,
                                         const std::filesystem::path& base_folder);

}  // namespace diorama::editor
