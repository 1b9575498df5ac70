#include "apps/editor/app/import_file.h"

#include <array>
#include <memory>

#include "apps/editor/document/layout_text.h"
#include "apps/editor/session/asset_files.h"
#include "apps/pipeline/backends.h"
#include "engine/core/text.h"
#include "engine/scene/assets.h"

namespace diorama::editor {
namespace {

namespace fs = std::filesystem;

constexpr std::array<AssetKind, 3> kImported = {AssetKind::kMesh, AssetKind::kModel,
                                                AssetKind::kTexture};

Result<std::vector<Command>> import_mesh(const Document& document, const fs::path& file,
                                         const std::optional<SurfacePoint>& on) {
  AssetLibrary library;
  DIORAMA_ASSIGN_OR_RETURN(const std::shared_ptr<const Mesh> mesh, library.mesh(file, 1.0));
  MeshExtent bounds{mesh->positions.front(), mesh->positions.front()};
  for (const dvec3& position : mesh->positions) {
    bounds.lower = glm::min(bounds.lower, position);
    bounds.upper = glm::max(bounds.upper, position);
  }
  return add_mesh_body(document, file, bounds, on);
}

Result<std::vector<Command>> import_texture(const Document& document, const fs::path& file) {
  AssetLibrary library;
  const auto texture = library.texture(file);
  if (!texture.ok()) return texture.status();
  const std::string name = unused_name(document.scenario(), "material", file.stem().string());
  return std::vector<Command>{InsertElement{"material", -1,
                                            "name: " + quoted_text(name) + " texture { file: " +
                                                quoted_text(file_as_named(document, file)) + " }"}};
}

}  // namespace

std::vector<std::string> importable_extensions() {
  std::vector<std::string> extensions;
  for (const AssetKind kind : kImported) {
    const std::vector<std::string>& own = asset_kind_info(kind).extensions;
    extensions.insert(extensions.end(), own.begin(), own.end());
  }
  return extensions;
}

Result<std::vector<Command>> import_file(const Document& document, const fs::path& file,
                                         const std::optional<SurfacePoint>& on) {
  std::error_code error;
  const fs::path path = fs::absolute(file, error);
  if (error || !fs::is_regular_file(path, error))
    return invalid_input(file.string() + ": there is no such file");
  const auto kind = asset_kind_of(path);
  if (kind == AssetKind::kMesh) return import_mesh(document, path, on);
  if (kind == AssetKind::kTexture) return import_texture(document, path);
  if (kind == AssetKind::kModel) {
    const auto model = sampler_tools().import_model(path);
    if (!model.ok()) return model.status();
    return import_model(document, path);
  }
  if (path.extension() == ".urdf") {
    return invalid_input(file.string() +
                         ": URDF is not read; convert it to MJCF (MuJoCo's `compile model.urdf "
                         "model.xml` does) and import that");
  }
  return invalid_input(file.string() + ": a file of this kind cannot be imported; there are " +
                       join(importable_extensions(), ", "));
}

}  // namespace diorama::editor
