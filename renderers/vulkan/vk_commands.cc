#include "renderers/vulkan/vk_commands.h"

#include <cstdint>
#include <limits>

namespace diorama::vulkan {

CommandSlot::CommandSlot(const Device& device, QueueUse use)
    : device_(&device),
      queue_(use == QueueUse::kTransfer ? &device.transfer_queue : &device.queue),
      pool_(device.device.createCommandPool({.flags = vk::CommandPoolCreateFlagBits::eTransient,
                                             .queueFamilyIndex = use == QueueUse::kTransfer
                                                                     ? device.transfer_family
                                                                     : device.queue_family})),
      commands_(std::move(device.device
                              .allocateCommandBuffers({.commandPool = *pool_,
                                                       .level = vk::CommandBufferLevel::ePrimary,
                                                       .commandBufferCount = 1})
                              .front())),
      fence_(device.device.createFence({})) {}

void CommandSlot::wait_idle() {
  if (!pending_) return;
  constexpr std::uint64_t kForever = std::numeric_limits<std::uint64_t>::max();
  if (device_->device.waitForFences(*fence_, true, kForever) != vk::Result::eSuccess) {
    throw vk::DeviceLostError("a fence timed out");
  }
  pending_ = false;
}

const vk::raii::CommandBuffer& CommandSlot::begin() {
  pool_.reset();
  commands_.begin({.flags = vk::CommandBufferUsageFlagBits::eOneTimeSubmit});
  return commands_;
}

void CommandSlot::submit(vk::Semaphore before, vk::Semaphore after) {
  commands_.end();
  device_->device.resetFences(*fence_);
  const vk::CommandBufferSubmitInfo commands{.commandBuffer = *commands_};
  const vk::SemaphoreSubmitInfo wait{.semaphore = before,
                                     .stageMask = vk::PipelineStageFlagBits2::eAllTransfer};
  const vk::SemaphoreSubmitInfo signal{.semaphore = after,
                                       .stageMask = vk::PipelineStageFlagBits2::eAllCommands};
  queue_->submit2(vk::SubmitInfo2{.waitSemaphoreInfoCount = before ? 1U : 0U,
                                         .pWaitSemaphoreInfos = &wait,
                                         .commandBufferInfoCount = 1,
                                         .pCommandBufferInfos = &commands,
                                         .signalSemaphoreInfoCount = after ? 1U : 0U,
                                         .pSignalSemaphoreInfos = &signal},
                         *fence_);
  pending_ = true;
}

void image_barrier(const vk::raii::CommandBuffer& commands, const Image& image, Access before,
                   Access after, vk::ImageLayout old_layout, vk::ImageLayout new_layout,
                   std::optional<std::uint32_t> layer) {
  const vk::ImageMemoryBarrier2 barrier{
      .srcStageMask = before.stages,
      .srcAccessMask = before.access,
      .dstStageMask = after.stages,
      .dstAccessMask = after.access,
      .oldLayout = old_layout,
      .newLayout = new_layout,
      .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
      .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
      .image = image.handle(),
      .subresourceRange = {image.config().aspect, 0, VK_REMAINING_MIP_LEVELS, layer.value_or(0),
                           layer ? 1 : VK_REMAINING_ARRAY_LAYERS}};
  commands.pipelineBarrier2({.imageMemoryBarrierCount = 1, .pImageMemoryBarriers = &barrier});
}

void memory_barrier(const vk::raii::CommandBuffer& commands, Access before, Access after) {
  const vk::MemoryBarrier2 barrier{.srcStageMask = before.stages,
                                   .srcAccessMask = before.access,
                                   .dstStageMask = after.stages,
                                   .dstAccessMask = after.access};
  commands.pipelineBarrier2({.memoryBarrierCount = 1, .pMemoryBarriers = &barrier});
}

}  // namespace diorama::vulkan
