// Meshes and textures of a scenario, shared by all its episodes: files through AssetLibrary, and
// the builtin patterns. Thread-safe.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "engine/core/status.h"
#include "engine/scene/assets.h"
#include "schemas/scenario.pb.h"

namespace diorama {

class SceneAssets {
 public:
  explicit SceneAssets(std::filesystem::path base_folder) : base_folder_(std::move(base_folder)) {}

  /// Errors as AssetLibrary's.
  Result<std::shared_ptr<const Mesh>> mesh(const schema::Shape::Mesh& mesh);
  /// A file, or a builtin pattern of 128 by 128 pixels.
  Result<std::shared_ptr<const Texture>> texture(const schema::Texture& texture);

  /// SHA-256 of every file read so far, by its path as the scenario names it.
  std::map<std::string, std::string> files() const;

 private:
  using PatternKey = std::pair<int, std::array<double, 6>>;

  const std::filesystem::path base_folder_;
  AssetLibrary library_;
  std::mutex mutex_;
  // Bounded: where a scale or a colour varies, every episode has its own and none would be used
  // again.
  std::map<std::pair<const Mesh*, double>, std::shared_ptr<const Mesh>> scaled_;
  std::map<PatternKey, std::shared_ptr<const Texture>> patterns_;
};

}  // namespace diorama
