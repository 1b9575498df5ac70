// What differs between MuJoCo 2.2.2 and 3.x, and nothing else. Private to engine/physics/mujoco.
//
// Fields that were renamed are found by what the header declares, so that the exact release of the renaming does
// not matter; only functions and enumerators need mjVERSION_HEADER (222 is 2.2.2, 3xx later, 3012000 is 3.12.0).
#pragma once

#include <mujoco/mujoco.h>

#include <cstring>
#include <memory>
#include <string>

namespace diorama::mujoco {

/// 2.2.2 allocates contacts and constraint rows at a fixed count (nconmax, njmax) and drops what does not fit;
/// 3.x grows in an arena.
#if mjVERSION_HEADER >= 300
inline constexpr bool kFixedBuffers = false;
#else
inline constexpr bool kFixedBuffers = true;
#endif

/// A virtual file system with one text file. Its name stands without a folder, but the path given to mj_loadXML
/// may have one: relative paths in the text then start there.
class VirtualFile {
 public:
  VirtualFile(const std::string& name, const std::string& text) : vfs_(std::make_unique<mjVFS>()) {
    mj_defaultVFS(vfs_.get());
#if mjVERSION_HEADER >= 313
    ok_ = mj_addBufferVFS(vfs_.get(), name.c_str(), text.data(), static_cast<int>(text.size())) == 0;
#else
    ok_ = !text.empty() && mj_makeEmptyFileVFS(vfs_.get(), name.c_str(), static_cast<int>(text.size())) == 0;
    if (ok_) std::memcpy(vfs_->filedata[mj_findFileVFS(vfs_.get(), name.c_str())], text.data(), text.size());
#endif
  }
  ~VirtualFile() { mj_deleteVFS(vfs_.get()); }
  VirtualFile(const VirtualFile&) = delete;
  VirtualFile& operator=(const VirtualFile&) = delete;

  bool ok() const { return ok_; }
  const mjVFS* get() const { return vfs_.get(); }

 private:
  std::unique_ptr<mjVFS> vfs_;  // 2 MB in 2.2.2: never on the stack
  bool ok_ = false;
};

/// Pixels of all textures; texture i starts at tex_adr[i].
template <typename Model>
const mjtByte* texture_bytes(const Model* m) {
  if constexpr (requires { m->tex_data; }) {
    return m->tex_data;
  } else {
    return m->tex_rgb;
  }
}

/// Bytes per pixel of texture i.
template <typename Model>
int texture_channels(const Model* m, int i) {
  if constexpr (requires { m->tex_nchannel; }) {
    return m->tex_nchannel[i];
  } else {
    return 3;
  }
}

/// The colour texture of a material, -1 = none.
inline int material_texture(const mjModel* m, int material) {
#if mjVERSION_HEADER >= 320
  const int* roles = m->mat_texid + material * mjNTEXROLE;
  return roles[mjTEXROLE_RGB] >= 0 ? roles[mjTEXROLE_RGB] : roles[mjTEXROLE_RGBA];
#else
  return m->mat_texid[material];
#endif
}

enum class LightKind { kSpot, kDirectional, kPoint, kOther };

template <typename Model>
LightKind light_kind(const Model* m, int i) {
  if constexpr (requires { m->light_type; }) {
    switch (static_cast<int>(m->light_type[i])) {  // mjtLightType
      case 0: return LightKind::kSpot;
      case 1: return LightKind::kDirectional;
      case 2: return LightKind::kPoint;
      default: return LightKind::kOther;
    }
  } else {
    return m->light_directional[i] ? LightKind::kDirectional : LightKind::kSpot;
  }
}

/// One corner of a triangle: rows of mesh_vert, mesh_normal and mesh_texcoord within the whole model; texcoord is
/// -1 without coordinates.
struct MeshCorner {
  int vertex;
  int normal;
  int texcoord;
  auto operator<=>(const MeshCorner&) const = default;
};

template <typename Model>
MeshCorner mesh_corner(const Model* m, int mesh, int face, int corner) {
  const auto at = 3 * (m->mesh_faceadr[mesh] + face) + corner;
  const int vertex = m->mesh_face[at];
  const int texcoord_start = m->mesh_texcoordadr[mesh];
  if constexpr (requires { m->mesh_facenormal; }) {
    return {m->mesh_vertadr[mesh] + vertex, m->mesh_normaladr[mesh] + m->mesh_facenormal[at],
            texcoord_start < 0 ? -1 : texcoord_start + m->mesh_facetexcoord[at]};
  } else {  // one normal and at most one texture coordinate per vertex
    return {m->mesh_vertadr[mesh] + vertex, m->mesh_vertadr[mesh] + vertex,
            texcoord_start < 0 ? -1 : texcoord_start + vertex};
  }
}

/// Soft bodies of 3.x.
template <typename Model>
int num_flexes(const Model* m) {
  if constexpr (requires { m->nflex; }) {
    return static_cast<int>(m->nflex);
  } else {
    return 0;
  }
}

/// Plugin instances of 3.x.
template <typename Model>
int num_plugins(const Model* m) {
  if constexpr (requires { m->nplugin; }) {
    return static_cast<int>(m->nplugin);
  } else {
    return 0;
  }
}

}  // namespace diorama::mujoco
