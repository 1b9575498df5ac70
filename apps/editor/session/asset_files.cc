#include "apps/editor/session/asset_files.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/core/text.h"

namespace diorama::editor {
namespace {

namespace fs = std::filesystem;

const std::array<AssetKindInfo, 5>& kinds() {
  static const std::array<AssetKindInfo, 5> list = {{
      {AssetKind::kFolder, "folder", {}},
      {AssetKind::kScenario, "scenario", {".textproto"}},
      {AssetKind::kModel, "model", {".xml", ".mjcf"}},
      {AssetKind::kMesh, "mesh", {".obj", ".stl", ".ply", ".gltf", ".glb", ".dae"}},
      {AssetKind::kTexture, "texture", {".png", ".jpg", ".jpeg"}},
  }};
  return list;
}

const AssetKindInfo* kind_of_file(const fs::path& path) {
  const std::string extension = to_lower(path.extension().string());
  for (const AssetKindInfo& info : kinds()) {
    if (std::find(info.extensions.begin(), info.extensions.end(), extension) !=
        info.extensions.end())
      return &info;
  }
  return nullptr;
}

class Collector {
 public:
  explicit Collector(fs::path base) : base_(std::move(base)) {}

  void file(const std::string& name) {
    if (!name.empty()) found_.insert(fs::absolute(base_ / name).lexically_normal());
  }
  void material(const schema::Material& material) { file(material.texture().file()); }
  void body(const schema::Body& body) {
    for (const schema::Shape& shape : body.shape()) file(shape.mesh().file());
  }
  /// Options of a choice that drives a `file` field; they are written as in the file, with quotes
  /// or without.
  void vary(const schema::Vary& entry) {
    const bool drives_file =
        std::any_of(entry.path().begin(), entry.path().end(),
                    [](const std::string& path) { return path.ends_with(".file"); });
    if (!drives_file) return;
    for (const auto& option : entry.distribution().choice().option()) {
      std::string name = option.value();
      std::erase(name, '"');
      file(name);
    }
  }
  std::set<fs::path> take() { return std::move(found_); }

 private:
  fs::path base_;
  std::set<fs::path> found_;
};

}  // namespace

std::span<const AssetKindInfo> asset_kinds() { return kinds(); }

const AssetKindInfo& asset_kind_info(AssetKind kind) {
  return kinds()[static_cast<std::size_t>(kind)];
}

std::optional<AssetKind> asset_kind_of(const fs::path& file) {
  const AssetKindInfo* info = kind_of_file(file);
  return info != nullptr ? std::optional(info->kind) : std::nullopt;
}

Result<std::vector<AssetEntry>> list_assets(const fs::path& folder) {
  std::vector<AssetEntry> entries;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const fs::path& path = it->path();
    if (path.filename().string().starts_with('.')) continue;
    std::error_code ignored;
    if (it->is_directory(ignored)) {
      entries.push_back({path, AssetKind::kFolder, 0});
    } else if (const AssetKindInfo* info = kind_of_file(path)) {
      const std::uintmax_t bytes = it->file_size(ignored);
      entries.push_back({path, info->kind, ignored ? 0 : bytes});
    }
  }
  if (error) return invalid_input(folder.string() + " cannot be listed: " + error.message());
  std::sort(entries.begin(), entries.end(), [](const AssetEntry& a, const AssetEntry& b) {
    return std::pair(a.kind != AssetKind::kFolder, a.path) <
           std::pair(b.kind != AssetKind::kFolder, b.path);
  });
  return entries;
}

std::set<fs::path> files_of(const schema::Scenario& scenario, const fs::path& base_folder) {
  Collector files(base_folder);
  files.file(scenario.model().file());
  for (const schema::Material& material : scenario.material()) files.material(material);
  for (const schema::Body& body : scenario.body()) files.body(body);
  for (const schema::Group& group : scenario.group()) {
    for (const auto& item : group.item()) {
      files.body(item.body());
      files.material(item.material());
      for (const schema::Vary& entry : item.vary()) files.vary(entry);
    }
  }
  for (const schema::Vary& entry : scenario.vary()) files.vary(entry);
  return files.take();
}

}  // namespace diorama::editor
