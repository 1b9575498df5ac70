// Textures on the device: one array image per size class, filled as scenes need them and started
// over when full. A page grows if most of what fills it had been given up before; textures that never
// come back, as when colours vary from episode to episode, do not make it grow. Owned by GpuScene; the
// Device must outlive it. Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "engine/core/status.h"
#include "engine/scene/material.h"
#include "renderers/texture_image.h"
#include "renderers/vulkan/frame_data.h"
#include "renderers/vulkan/vk_commands.h"

namespace diorama::vulkan {

/// Identity of something immutable that is shared: safe against a new object at an old address.
template <typename T>
struct SharedKey {
  std::weak_ptr<const T> owner;
  const T* address = nullptr;

  explicit SharedKey(const std::shared_ptr<const T>& shared)
      : owner(shared), address(shared.get()) {}
  bool operator<(const SharedKey& other) const {
    if (owner.owner_before(other.owner)) return true;
    if (other.owner.owner_before(owner)) return false;
    return std::less<const T*>()(address, other.address);
  }
};

/// Bytes on their way to the device in one submission.
using Staging = std::vector<std::byte>;

class TexturePages {
 public:
  explicit TexturePages(Device& device);

  /// Places every texture, appends the pixels of new ones to `staging`. May wait for the device.
  Result<std::vector<TextureSlot>> prepare(std::span<const std::shared_ptr<const Texture>> textures,
                                           Staging& staging);

  /// Records the copies that the last `prepare` asked for; `staging` holds its bytes.
  void record_uploads(const vk::raii::CommandBuffer& commands, const Buffer& staging);

  vk::ImageView view(int page) const { return pages_[page].image.view(); }
  vk::Sampler sampler() const { return *sampler_; }

 private:
  struct Page {
    Image image;
    int capacity = 0;  ///< Layers for textures; 0 = a 1x1 stand-in.
    int used = 0;
    bool written = false;  ///< Its layout is that of shader reads; else undefined.
    int returned = 0;  ///< Layers of textures that it took again after it had given them up.
    std::vector<vk::BufferImageCopy> copies;
  };

  bool fits(std::span<const std::shared_ptr<const Texture>> textures) const;
  Status start_over(std::span<const std::shared_ptr<const Texture>> textures);
  void add(const std::shared_ptr<const Texture>& texture, Staging& staging);
  void make_image(int page, int layers);

  Device* device_;
  vk::raii::Sampler sampler_;
  std::array<Page, kNumPages> pages_;
  std::map<SharedKey<Texture>, TextureSlot> slots_;
  std::set<SharedKey<Texture>> given_up_;  ///< What the pages have held; those that live on.
};

}  // namespace diorama::vulkan
