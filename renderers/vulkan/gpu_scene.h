// The device's store of triangles and textures: each distinct shape, mesh and texture is uploaded
// once and serves all later submissions and scenes. When it is full it starts over with the scene
// at hand, so its memory does not grow with the length of a run. Owned by the renderer; the Device
// must outlive it. Not thread-safe.
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "engine/core/status.h"
#include "engine/scene/scene.h"
#include "renderers/vulkan/frame_data.h"
#include "renderers/vulkan/texture_pages.h"

namespace diorama::vulkan {

class GpuScene {
 public:
  explicit GpuScene(Device& device);

  /// Makes sure that all of `scene` is on the device; bytes to upload are appended to `staging`.
  /// Pointers in the result hold until the next call. `shade` is false if textures are not
  /// needed.
  Result<SceneOnDevice> prepare(const Scene& scene, bool shade, Staging& staging);

  /// Records the uploads of the last `prepare`, ahead of all draws.
  void record_uploads(const vk::raii::CommandBuffer& commands, const Buffer& staging);

  vk::Buffer positions() const { return positions_.handle(); }  ///< float32 x, y, z.
  vk::Buffer attributes() const {
    return attributes_.handle();
  }  ///< 4 snorm16 normal, 2 float32 texcoord.
  vk::Buffer indices() const { return indices_.handle(); }  ///< uint32
  const TexturePages& textures() const { return textures_; }

 private:
  /// Shape type, size.
  using PrimitiveKey = std::tuple<int, double, double, double>;
  struct Copy {
    vk::Buffer target;
    vk::BufferCopy region;
  };

  const Geometry* find_or_add(const Scene& scene, const Shape& shape, Staging& staging);
  bool upload(const Shape& shape, const Mesh* mesh, Geometry& geometry, Staging& staging);
  void stage(vk::Buffer target, std::uint64_t offset, const void* data, std::size_t size,
             Staging& staging);
  void reset(std::uint32_t vertex_capacity, std::uint32_t index_capacity);
  bool place_all(const Scene& scene, SceneOnDevice& result, Staging& staging);

  Device* device_;
  TexturePages textures_;
  Buffer positions_;
  Buffer attributes_;
  Buffer indices_;
  std::uint32_t vertex_capacity_ = 0;
  std::uint32_t index_capacity_ = 0;
  std::uint32_t num_vertices_ = 0;
  std::uint32_t num_indices_ = 0;
  std::uint32_t vertices_wanted_ = 0;  ///< By the scene at hand alone.
  std::uint32_t indices_wanted_ = 0;
  std::map<PrimitiveKey, Geometry> primitives_;
  std::map<SharedKey<Mesh>, Geometry> meshes_;
  std::vector<Copy> copies_;
};

}  // namespace diorama::vulkan
