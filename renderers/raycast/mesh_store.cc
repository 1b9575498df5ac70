#include "renderers/raycast/mesh_store.h"

#include <algorithm>
#include <utility>

#include "renderers/levels/levels.h"
#include "renderers/tessellate.h"

namespace diorama::raycast {
namespace {

/// A store beyond this starts over; about 200 bytes each.
constexpr std::size_t kMaxKeptTriangles = std::size_t{4} << 20;

}  // namespace

EmbreeScene MeshStore::build_bvh(const SolidMesh& solid, const SolidMesh::Level& level, bool caster) const {
  const EmbreeGeometry geometry(rtcNewGeometry(device_, RTC_GEOMETRY_TYPE_TRIANGLE));
  auto* const vertices = static_cast<float*>(
      rtcSetNewGeometryBuffer(geometry.get(), RTC_BUFFER_TYPE_VERTEX, 0, RTC_FORMAT_FLOAT3, 3 * sizeof(float),
                              std::max<std::size_t>(solid.positions.size(), 1)));
  auto* const indices = static_cast<std::uint32_t*>(
      rtcSetNewGeometryBuffer(geometry.get(), RTC_BUFFER_TYPE_INDEX, 0, RTC_FORMAT_UINT3,
                              3 * sizeof(std::uint32_t), std::max<std::size_t>(level.triangles.size(), 1)));
  if (vertices == nullptr || indices == nullptr) return {};  // The device keeps the error.
  std::fill_n(vertices, 3, 0.0F);
  std::fill_n(indices, 3, 0U);
  for (std::size_t i = 0; i < solid.positions.size(); ++i) {
    for (int axis = 0; axis < 3; ++axis) vertices[3 * i + static_cast<std::size_t>(axis)] = solid.positions[i][axis];
  }
  for (std::size_t i = 0; i < level.triangles.size(); ++i) {
    std::copy(level.triangles[i].begin(), level.triangles[i].end(), indices + 3 * i);
  }
  rtcCommitGeometry(geometry.get());
  EmbreeScene bvh(rtcNewScene(device_));
  rtcSetSceneBuildQuality(bvh.get(), RTC_BUILD_QUALITY_HIGH);
  rtcSetSceneFlags(bvh.get(),
                   caster ? RTC_SCENE_FLAG_NONE : RTC_SCENE_FLAG_ROBUST | RTC_SCENE_FLAG_CONTEXT_FILTER_FUNCTION);
  rtcAttachGeometry(bvh.get(), geometry.get());
  rtcCommitScene(bvh.get());
  return bvh;
}

SolidMesh MeshStore::build(const Shape& shape, const Mesh* source, bool caster) const {
  const Mesh mesh = tessellate(shape, source);
  SolidMesh solid;
  solid.closed = is_closed(mesh);
  for (std::size_t i = 0; i < mesh.positions.size(); ++i) {
    const dvec3& p = mesh.positions[i];
    if (i == 0) solid.bounds = {p, p};
    solid.bounds.lower = glm::min(solid.bounds.lower, p);
    solid.bounds.upper = glm::max(solid.bounds.upper, p);
    solid.positions.emplace_back(p);
    solid.normals.emplace_back(mesh.normals[i]);
    solid.texcoords.emplace_back(mesh.texcoords[i]);
  }
  for (const dvec3& p : mesh.positions) {
    solid.radius = std::max(solid.radius, glm::length(p - 0.5 * (solid.bounds.lower + solid.bounds.upper)));
  }
  solid.levels.emplace_back();
  if (caster) solid.levels.front().triangles = coarse_triangles(shape);
  if (solid.levels.front().triangles.empty()) solid.levels.front().triangles = mesh.triangles;
  std::vector<MeshLevel> coarser = caster ? std::vector<MeshLevel>() : make_levels(shape, source, mesh);
  for (MeshLevel& level : coarser) {
    solid.levels.push_back({std::move(level.triangles), {}});
    solid.errors_m.push_back(level.error_m);
  }
  for (SolidMesh::Level& level : solid.levels) level.bvh = build_bvh(solid, level, caster);
  return solid;
}

const SolidMesh* MeshStore::find_or_add(const Scene& scene, const Shape& shape, bool caster) {
  const auto finish = [&](SolidMesh&& solid) {
    for (const SolidMesh::Level& level : solid.levels) num_triangles_ += level.triangles.size();
    return std::move(solid);
  };
  if (shape.type == ShapeType::kMesh) {
    const std::shared_ptr<const Mesh>& mesh = scene.meshes[static_cast<std::size_t>(shape.mesh.index)];
    auto& kept = meshes_[caster ? 1 : 0];
    const auto found = kept.find(mesh);
    if (found != kept.end()) return &found->second;
    SolidMesh solid = finish(build(shape, mesh.get(), caster));
    solid.has_texcoords = mesh->texcoords.size() == mesh->positions.size();
    return &kept.emplace(mesh, std::move(solid)).first->second;
  }
  const PrimitiveKey key(static_cast<int>(shape.type), shape.size.x, shape.size.y, shape.size.z, caster);
  const auto found = primitives_.find(key);
  if (found != primitives_.end()) return &found->second;
  return &primitives_.emplace(key, finish(build(shape, nullptr, caster))).first->second;
}

bool MeshStore::trim() {
  if (num_triangles_ <= kMaxKeptTriangles) return false;
  primitives_.clear();
  for (auto& kept : meshes_) kept.clear();
  num_triangles_ = 0;
  return true;
}

}  // namespace diorama::raycast
