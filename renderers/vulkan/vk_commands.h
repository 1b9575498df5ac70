// One reusable command buffer with its fence, and barriers. Move-only; the Device must outlive it.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>

#include "renderers/vulkan/vk_memory.h"

namespace diorama::vulkan {

enum class QueueUse { kGraphics, kTransfer };

class CommandSlot {
 public:
  explicit CommandSlot(const Device& device, QueueUse use = QueueUse::kGraphics);

  /// Waits until the device is done with what was last submitted; returns at once if nothing was.
  void wait_idle();

  /// Starts to record; the slot must be idle.
  const vk::raii::CommandBuffer& begin();

  /// Ends recording and submits. Transfers wait for `before`, and `after` is signalled at the end.
  void submit(vk::Semaphore before = {}, vk::Semaphore after = {});

 private:
  const Device* device_;
  const vk::raii::Queue* queue_;
  vk::raii::CommandPool pool_;
  vk::raii::CommandBuffer commands_;
  vk::raii::Fence fence_;
  bool pending_ = false;
};

/// One side of a barrier.
struct Access {
  vk::PipelineStageFlags2 stages;
  vk::AccessFlags2 access;
};

/// Orders all use of an image, or of one of its layers, before against all after, and changes the
/// layout of it. From eUndefined the content is lost.
void image_barrier(const vk::raii::CommandBuffer& commands, const Image& image, Access before,
                   Access after, vk::ImageLayout old_layout, vk::ImageLayout new_layout,
                   std::optional<std::uint32_t> layer = std::nullopt);

void memory_barrier(const vk::raii::CommandBuffer& commands, Access before, Access after);

}  // namespace diorama::vulkan
