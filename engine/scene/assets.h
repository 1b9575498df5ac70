// AssetLibrary: meshes and textures from files, each loaded once and shared. Thread-safe.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "engine/core/status.h"
#include "engine/scene/material.h"
#include "engine/scene/mesh.h"

namespace diorama {

class AssetLibrary {
 public:
  /// OBJ, STL, PLY, glTF or COLLADA, all meshes of the file in one, scaled by `scale`. Errors name the file and
  /// the reason: missing, unreadable, no triangles, vertices that are not finite.
  Result<std::shared_ptr<const Mesh>> mesh(const std::filesystem::path& path, double scale);

  /// An 8-bit PNG or JPEG of 1 to 4 channels as RGBA.
  Result<std::shared_ptr<const Texture>> texture(const std::filesystem::path& path);

  /// SHA-256 of every file read so far, by path; those that a mesh file names (a glTF's buffers) are among them.
  std::map<std::string, std::string> files() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> files_;
  std::map<std::pair<std::string, double>, std::shared_ptr<const Mesh>> meshes_;
  std::map<std::string, std::shared_ptr<const Texture>> textures_;
};

}  // namespace diorama
