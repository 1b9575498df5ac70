// The triangles of shapes with a BVH each: every distinct shape and mesh is built once and serves all later scenes. Owned
// by a ShapeTable; the Embree device must outlive it. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <tuple>
#include <vector>

#include <glm/glm.hpp>

#include "engine/scene/scene.h"
#include "renderers/raycast/embree_owner.h"

namespace diorama::raycast {

/// A tessellated shape, in the shape's frame.
struct SolidMesh {
  struct Level {
    std::vector<std::array<std::uint32_t, 3>> triangles;
    EmbreeScene bvh;  ///< Its one geometry; primitive i is triangle i.
  };
  std::vector<Level> levels;     ///< The surface itself, then its levels of detail.
  std::vector<double> errors_m;  ///< Of the latter, see levels.h.
  std::vector<glm::vec3> positions;
  std::vector<glm::vec3> normals;
  std::vector<glm::vec2> texcoords;
  bool closed = false;         ///< Back faces are not seen.
  bool has_texcoords = false;  ///< The mesh's own, not the planar rule's.
  Bounds bounds;
  double radius = 0.0;         ///< Of the sphere about the middle of `bounds` that holds all.
};

class MeshStore {
 public:
  explicit MeshStore(RTCDevice device) : device_(device) {}

  /// What is seen, or what throws the shadow: coarse (see coarse_triangles), and
  /// built for speed, as a ray in a million that slips through an edge changes no label. Pointers hold until `trim`.
  const SolidMesh* find_or_add(const Scene& scene, const Shape& shape, bool caster);

  /// Forgets everything if more is held than a run needs at once. True if so: pointers from before are void then.
  bool trim();

 private:
  /// Shape type, size, caster.
  using PrimitiveKey = std::tuple<int, double, double, double, bool>;

  SolidMesh build(const Shape& shape, const Mesh* source, bool caster) const;
  EmbreeScene build_bvh(const SolidMesh& solid, const SolidMesh::Level& level, bool caster) const;

  RTCDevice device_;
  std::map<PrimitiveKey, SolidMesh> primitives_;
  std::array<std::map<std::weak_ptr<const Mesh>, SolidMesh, std::owner_less<>>, 2> meshes_;  ///< Seen; casters.
  std::size_t num_triangles_ = 0;
};

}  // namespace diorama::raycast
