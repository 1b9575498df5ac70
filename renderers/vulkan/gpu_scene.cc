#include "renderers/vulkan/gpu_scene.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <utility>

#include "renderers/levels/levels.h"
#include "renderers/tessellate.h"

namespace diorama::vulkan {
namespace {

constexpr std::uint32_t kFirstVertexCapacity = 1U << 17;
constexpr std::uint32_t kFirstIndexCapacity = 1U << 19;

struct Attributes {
  std::array<std::int16_t, 4> normal{};
  Float2 texcoord{};
};
static_assert(sizeof(Attributes) == 16);

std::int16_t to_snorm16(double value) {
  return static_cast<std::int16_t>(std::lround(std::clamp(value, -1.0, 1.0) * 32767.0));
}

}  // namespace

GpuScene::GpuScene(Device& device) : device_(&device), textures_(device) {
  reset(kFirstVertexCapacity, kFirstIndexCapacity);
}

void GpuScene::reset(std::uint32_t vertex_capacity, std::uint32_t index_capacity) {
  device_->device.waitIdle();
  primitives_.clear();
  meshes_.clear();
  copies_.clear();
  num_vertices_ = num_indices_ = 0;
  using Use = vk::BufferUsageFlagBits;
  reserve(*device_, positions_, std::uint64_t{vertex_capacity} * sizeof(Float3),
          Use::eVertexBuffer | Use::eTransferDst, MemoryUse::kDevice);
  reserve(*device_, attributes_, std::uint64_t{vertex_capacity} * sizeof(Attributes),
          Use::eVertexBuffer | Use::eTransferDst, MemoryUse::kDevice);
  reserve(*device_, indices_, std::uint64_t{index_capacity} * sizeof(std::uint32_t),
          Use::eIndexBuffer | Use::eTransferDst, MemoryUse::kDevice);
  vertex_capacity_ = std::max(vertex_capacity, vertex_capacity_);
  index_capacity_ = std::max(index_capacity, index_capacity_);
}

void GpuScene::stage(vk::Buffer target, std::uint64_t offset, const void* data, std::size_t size,
                     Staging& staging) {
  copies_.push_back({target, {.srcOffset = staging.size(), .dstOffset = offset, .size = size}});
  const auto* bytes = static_cast<const std::byte*>(data);
  staging.insert(staging.end(), bytes, bytes + size);
}

/// False if there is no room left; then nothing was staged.
bool GpuScene::upload(const Shape& shape, const Mesh* source, Geometry& geometry, Staging& staging) {
  const Mesh mesh = tessellate(shape, source);
  std::vector<std::array<std::uint32_t, 3>> triangles;
  geometry = Geometry();
  const auto add_level = [&](const std::vector<std::array<std::uint32_t, 3>>& level) {
    geometry.levels.push_back({num_indices_ + static_cast<std::uint32_t>(3 * triangles.size()),
                               static_cast<std::uint32_t>(3 * level.size())});
    triangles.insert(triangles.end(), level.begin(), level.end());
  };
  add_level(mesh.triangles);
  for (const MeshLevel& level : make_levels(shape, source, mesh)) {
    add_level(level.triangles);
    geometry.errors_m.push_back(level.error_m);
  }
  if (const auto coarse = coarse_triangles(shape); !coarse.empty()) {
    add_level(coarse);
    geometry.has_caster = true;
  }
  const auto vertices = static_cast<std::uint32_t>(mesh.positions.size());
  const auto indices = static_cast<std::uint32_t>(triangles.size() * 3);
  vertices_wanted_ += vertices;
  indices_wanted_ += indices;
  if (vertices > vertex_capacity_ - num_vertices_ || indices > index_capacity_ - num_indices_) {
    return false;
  }
  std::vector<Float3> positions;
  std::vector<Attributes> attributes;
  geometry.bounds = {mesh.positions.empty() ? dvec3(0.0) : mesh.positions[0],
                     mesh.positions.empty() ? dvec3(0.0) : mesh.positions[0]};
  for (std::size_t i = 0; i < vertices; ++i) {
    const dvec3& p = mesh.positions[i];
    geometry.bounds.lower = glm::min(geometry.bounds.lower, p);
    geometry.bounds.upper = glm::max(geometry.bounds.upper, p);
    positions.push_back(
        {static_cast<float>(p.x), static_cast<float>(p.y), static_cast<float>(p.z)});
    const dvec3& n = mesh.normals[i];
    const dvec2& t = mesh.texcoords[i];
    attributes.push_back({{to_snorm16(n.x), to_snorm16(n.y), to_snorm16(n.z), 0},
                          {static_cast<float>(t.x), static_cast<float>(t.y)}});
  }
  geometry.first_vertex = static_cast<std::int32_t>(num_vertices_);
  geometry.closed = is_closed(mesh);
  stage(positions_.handle(), std::uint64_t{num_vertices_} * sizeof(Float3), positions.data(),
        positions.size() * sizeof(Float3), staging);
  stage(attributes_.handle(), std::uint64_t{num_vertices_} * sizeof(Attributes), attributes.data(),
        attributes.size() * sizeof(Attributes), staging);
  stage(indices_.handle(), std::uint64_t{num_indices_} * sizeof(std::uint32_t),
        triangles.data(), indices * sizeof(std::uint32_t), staging);
  num_vertices_ += vertices;
  num_indices_ += indices;
  return true;
}

/// Null if there is no room left.
const Geometry* GpuScene::find_or_add(const Scene& scene, const Shape& shape, Staging& staging) {
  if (shape.type == ShapeType::kMesh) {
    const std::shared_ptr<const Mesh>& mesh = scene.meshes[shape.mesh.index];
    const SharedKey<Mesh> key(mesh);
    const auto found = meshes_.find(key);
    if (found != meshes_.end()) return &found->second;
    Geometry geometry;
    if (!upload(shape, mesh.get(), geometry, staging)) return nullptr;
    geometry.has_texcoords = mesh->texcoords.size() == mesh->positions.size();
    return &meshes_.emplace(key, std::move(geometry)).first->second;
  }
  const PrimitiveKey key(static_cast<int>(shape.type), shape.size.x, shape.size.y, shape.size.z);
  const auto found = primitives_.find(key);
  if (found != primitives_.end()) return &found->second;
  Geometry geometry;
  if (!upload(shape, nullptr, geometry, staging)) return nullptr;
  return &primitives_.emplace(key, std::move(geometry)).first->second;
}

/// False if there was no room for all; vertices_wanted_ then tells at least what was missing.
bool GpuScene::place_all(const Scene& scene, SceneOnDevice& result, Staging& staging) {
  bool complete = true;
  result.shapes.assign(scene.shapes.size(), nullptr);
  for (std::size_t i = 0; i < scene.shapes.size(); ++i) {
    const Shape& shape = scene.shapes[i];
    if (!shape.visible) continue;
    result.shapes[i] = find_or_add(scene, shape, staging);
    complete = complete && result.shapes[i] != nullptr;
  }
  return complete;
}

Result<SceneOnDevice> GpuScene::prepare(const Scene& scene, bool shade, Staging& staging) {
  SceneOnDevice result;
  copies_.clear();
  // Textures come first: image copies want offsets in multiples of a texel.
  if (shade) {
    DIORAMA_ASSIGN_OR_RETURN(result.textures, textures_.prepare(scene.textures, staging));
  }
  const std::size_t texture_bytes = staging.size();
  vertices_wanted_ = indices_wanted_ = 0;
  if (!place_all(scene, result, staging)) {
    // Start over with this scene alone. What a full store says of its needs may be less than the
    // scene's.
    staging.resize(texture_bytes);
    reset(vertex_capacity_, index_capacity_);
    vertices_wanted_ = indices_wanted_ = 0;
    if (!place_all(scene, result, staging)) {
      staging.resize(texture_bytes);
      reset(std::bit_ceil(std::max(vertices_wanted_, vertex_capacity_)),
            std::bit_ceil(std::max(indices_wanted_, index_capacity_)));
      if (!place_all(scene, result, staging)) {
        return invalid_input("scene: its meshes have too many triangles for the renderer");
      }
    }
  }
  return result;
}

void GpuScene::record_uploads(const vk::raii::CommandBuffer& commands, const Buffer& staging) {
  textures_.record_uploads(commands, staging);
  if (copies_.empty()) return;
  using Stage = vk::PipelineStageFlagBits2;
  using Bit = vk::AccessFlagBits2;
  const Access read{Stage::eVertexInput, Bit::eVertexAttributeRead | Bit::eIndexRead};
  const Access write{Stage::eCopy, Bit::eTransferWrite};
  memory_barrier(commands, read, write);
  for (const Copy& copy : copies_) {
    commands.copyBuffer(staging.handle(), copy.target, copy.region);
  }
  memory_barrier(commands, write, read);
  copies_.clear();
}

}  // namespace diorama::vulkan
