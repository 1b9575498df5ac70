#include "engine/scene/assets.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>

#include <assimp/DefaultIOSystem.h>
#include <assimp/Importer.hpp>
#include <assimp/postprocess.h>
#include <assimp/scene.h>

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb/stb_image.h>
#pragma GCC diagnostic pop

#include "engine/core/hash.h"
#include "engine/core/text.h"
#include "engine/scene/collada_file.h"
#include "engine/scene/ply_file.h"

namespace diorama {
namespace {

constexpr int kMaxTextureSizePx = 8192;

Status missing(const std::filesystem::path& path, const char* what) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return invalid_input(path.string() + ": is a folder, not a " + what);
  if (!std::filesystem::exists(path, ignored)) return invalid_input(path.string() + ": no such " + what + " file");
  return {};
}

void append_mesh(const aiMesh& source, const aiMatrix4x4& transform, double scale, bool keep_texcoords, Mesh& mesh) {
  const auto first = static_cast<std::uint32_t>(mesh.positions.size());
  aiMatrix3x3 normal_transform(transform);
  normal_transform.Inverse().Transpose();
  for (unsigned i = 0; i < source.mNumVertices; ++i) {
    const aiVector3D p = transform * source.mVertices[i];
    mesh.positions.push_back(dvec3(p.x, p.y, p.z) * scale);
    if (source.HasNormals()) {
      const aiVector3D n = normal_transform * source.mNormals[i];
      const dvec3 normal(n.x, n.y, n.z);
      const double length = glm::length(normal);
      mesh.normals.push_back(length > 0 ? normal / length : dvec3(0, 0, 1));
    }
    if (keep_texcoords) {
      mesh.texcoords.emplace_back(source.mTextureCoords[0][i].x, source.mTextureCoords[0][i].y);
    }
  }
  for (unsigned i = 0; i < source.mNumFaces; ++i) {
    const aiFace& face = source.mFaces[i];
    if (face.mNumIndices != 3) continue;
    mesh.triangles.push_back({first + face.mIndices[0], first + face.mIndices[1], first + face.mIndices[2]});
  }
}

void collect(const aiScene& scene, const aiNode& node, const aiMatrix4x4& parent, double scale, bool keep_texcoords,
             Mesh& mesh) {
  const aiMatrix4x4 transform = parent * node.mTransformation;
  for (unsigned i = 0; i < node.mNumMeshes; ++i) {
    append_mesh(*scene.mMeshes[node.mMeshes[i]], transform, scale, keep_texcoords, mesh);
  }
  for (unsigned i = 0; i < node.mNumChildren; ++i) {
    collect(scene, *node.mChildren[i], transform, scale, keep_texcoords, mesh);
  }
}

using FileHashes = std::map<std::string, std::string>;

Status add_hash(const std::filesystem::path& path, FileHashes& files) {
  DIORAMA_ASSIGN_OR_RETURN(files[path.string()], sha256_file(path));
  return {};
}

/// The file system, keeping the names of files that assimp reads on its own.
class NotingFiles : public Assimp::DefaultIOSystem {
 public:
  explicit NotingFiles(std::set<std::string>& names) : names_(names) {}
  Assimp::IOStream* Open(const char* file, const char* mode) override {
    Assimp::IOStream* stream = Assimp::DefaultIOSystem::Open(file, mode);
    if (stream != nullptr) names_.insert(std::filesystem::path(file).lexically_normal().string());
    return stream;
  }

 private:
  std::set<std::string>& names_;
};

Result<std::shared_ptr<const Mesh>> load_mesh(const std::filesystem::path& path, double scale, FileHashes& files) {
  DIORAMA_RETURN_IF_ERROR(missing(path, "mesh"));
  const std::string extension = to_lower(path.extension().string());
  if (extension == ".ply") DIORAMA_RETURN_IF_ERROR(check_ply_file(path));
  if (extension == ".dae") DIORAMA_RETURN_IF_ERROR(check_collada_file(path));
  std::set<std::string> names;
  Assimp::Importer importer;
  importer.SetIOHandler(new NotingFiles(names));  // assimp deletes it
  const aiScene* scene = importer.ReadFile(
      path.string(), aiProcess_Triangulate | aiProcess_SortByPType | aiProcess_FlipUVs | aiProcess_FindInvalidData);
  if (scene == nullptr || scene->mRootNode == nullptr) {
    return invalid_input(path.string() + ": cannot be read as a mesh: " + importer.GetErrorString() +
                         " (OBJ, STL, PLY, glTF and COLLADA are read)");
  }
  Mesh mesh;
  mesh.name = path.stem().string();
  mesh.source = path.string();
  DIORAMA_RETURN_IF_ERROR(add_hash(path, files));
  mesh.sha256 = files.at(path.string());
  const std::filesystem::path folder = path.lexically_normal().parent_path();
  for (const std::filesystem::path name : names) {
    if (name == path.lexically_normal()) continue;
    DIORAMA_RETURN_IF_ERROR(add_hash(path.parent_path() / name.lexically_proximate(folder), files));
  }
  bool keep_texcoords = scene->mNumMeshes > 0;
  for (unsigned i = 0; i < scene->mNumMeshes; ++i) keep_texcoords = keep_texcoords && scene->mMeshes[i]->HasTextureCoords(0);
  collect(*scene, *scene->mRootNode, aiMatrix4x4(), scale, keep_texcoords, mesh);
  if (mesh.triangles.empty()) return invalid_input(path.string() + ": holds no triangles");
  for (const auto& triangle : mesh.triangles) {
    for (const std::uint32_t v : triangle) {
      if (v >= mesh.positions.size()) return invalid_input(path.string() + ": a triangle names vertex " + std::to_string(v) + ", which is not there");
    }
  }
  for (std::size_t i = 0; i < mesh.positions.size(); ++i) {
    const dvec3& p = mesh.positions[i];
    if (!std::isfinite(p.x) || !std::isfinite(p.y) || !std::isfinite(p.z)) {
      return invalid_input(path.string() + ": vertex " + std::to_string(i) + " is not finite");
    }
  }
  if (mesh.normals.size() != mesh.positions.size()) mesh = with_normals(mesh);
  return std::make_shared<const Mesh>(welded(mesh));
}

Result<std::shared_ptr<const Texture>> load_texture(const std::filesystem::path& path, FileHashes& files) {
  DIORAMA_RETURN_IF_ERROR(missing(path, "picture"));
  int width = 0;
  int height = 0;
  int channels = 0;
  if (stbi_info(path.c_str(), &width, &height, &channels) != 0 &&
      (width > kMaxTextureSizePx || height > kMaxTextureSizePx)) {
    return invalid_input(path.string() + ": is " + std::to_string(width) + "x" + std::to_string(height) +
                         " pixels; at most " + std::to_string(kMaxTextureSizePx) + " each way are supported");
  }
  stbi_uc* pixels = stbi_load(path.c_str(), &width, &height, &channels, 4);
  if (pixels == nullptr) {
    return invalid_input(path.string() + ": cannot be read as a PNG or JPEG picture: " + stbi_failure_reason());
  }
  Texture texture;
  texture.name = path.filename().string();
  texture.width_px = width;
  texture.height_px = height;
  texture.rgba.assign(pixels, pixels + static_cast<std::size_t>(width) * height * 4);
  stbi_image_free(pixels);
  DIORAMA_RETURN_IF_ERROR(add_hash(path, files));
  return std::make_shared<const Texture>(std::move(texture));
}

}  // namespace

Result<std::shared_ptr<const Mesh>> AssetLibrary::mesh(const std::filesystem::path& path, double scale) {
  const std::lock_guard lock(mutex_);
  const auto key = std::make_pair(path.string(), scale);
  if (const auto found = meshes_.find(key); found != meshes_.end()) return found->second;
  DIORAMA_ASSIGN_OR_RETURN(auto loaded, load_mesh(path, scale, files_));
  meshes_[key] = loaded;
  return loaded;
}

Result<std::shared_ptr<const Texture>> AssetLibrary::texture(const std::filesystem::path& path) {
  const std::lock_guard lock(mutex_);
  if (const auto found = textures_.find(path.string()); found != textures_.end()) return found->second;
  DIORAMA_ASSIGN_OR_RETURN(auto loaded, load_texture(path, files_));
  textures_[path.string()] = loaded;
  return loaded;
}

std::map<std::string, std::string> AssetLibrary::files() const {
  const std::lock_guard lock(mutex_);
  return files_;
}

}  // namespace diorama
