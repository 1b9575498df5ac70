// The textures of the user interface on the device.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "apps/editor/ui/texture_store.h"
#include "renderers/vulkan/vk_commands.h"
#include "renderers/vulkan/vk_memory.h"

namespace diorama::editor {

struct GpuTexture : Texture {
  std::uint64_t last_frame = 0;  ///< When it was last asked for.
  Magnify magnify = Magnify::kSmooth;
  bool keep = false;  ///< Not dropped when unused.
  vulkan::Image image;
  vk::raii::DescriptorPool pool{nullptr};
  vk::raii::DescriptorSet set{nullptr};
  std::vector<std::uint8_t> pending;  ///< RGBA that is not on the device yet.
};

class GpuTextureStore : public TextureStore {
 public:
  /// `device` must outlive the store. Throws vk::Error.
  explicit GpuTextureStore(vulkan::Device& device);

  using TextureStore::set;
  const Texture* find(const std::string& key, std::uint64_t revision) override;
  const Texture* set(const std::string& key, std::uint64_t revision,
                     std::span<const std::uint8_t> pixels, int height_px, int width_px,
                     int channels, Magnify magnify) override;
  void keep(const std::string& key) override;
  std::uint64_t bytes() const override;

  // For the renderer.
  vk::DescriptorSetLayout layout() const { return *layout_; }
  /// Records the copies of what is pending; nothing on the device may use the store. Drops what was
  /// long not asked for.
  void upload(const vk::raii::CommandBuffer& commands);

 private:
  void make_image(GpuTexture& texture);

  vulkan::Device& device_;
  vk::raii::Sampler smooth_{nullptr};
  vk::raii::Sampler pixels_{nullptr};
  vk::raii::DescriptorSetLayout layout_{nullptr};
  vulkan::Buffer staging_;
  std::map<std::string, std::unique_ptr<GpuTexture>> textures_;
  std::uint64_t frame_ = 0;
};

}  // namespace diorama::editor
