#include "apps/editor/app/swapchain.h"

#include <algorithm>

namespace diorama::editor {
namespace {

using Stage = vk::PipelineStageFlagBits2;
using Access = vk::AccessFlagBits2;

void transition(const vk::raii::CommandBuffer& commands, vk::Image image, vulkan::Access before,
                vulkan::Access after, vk::ImageLayout old_layout, vk::ImageLayout new_layout) {
  const vk::ImageMemoryBarrier2 barrier{
      .srcStageMask = before.stages,
      .srcAccessMask = before.access,
      .dstStageMask = after.stages,
      .dstAccessMask = after.access,
      .oldLayout = old_layout,
      .newLayout = new_layout,
      .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
      .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
      .image = image,
      .subresourceRange = {vk::ImageAspectFlagBits::eColor, 0, 1, 0, 1}};
  commands.pipelineBarrier2({.imageMemoryBarrierCount = 1, .pImageMemoryBarriers = &barrier});
}

}  // namespace

Swapchain::Swapchain(vulkan::Device& device, const vk::raii::SurfaceKHR& surface)
    : device_(device),
      surface_(surface),
      acquired_{device.device.createSemaphore({}), device.device.createSemaphore({})} {
  const auto formats = device.candidate.physical.getSurfaceFormatsKHR(*surface);
  // Colours are sRGB values already: a format that encodes them again would be too bright.
  format_ = formats.front();
  for (const vk::SurfaceFormatKHR& format : formats) {
    if (format.format == vk::Format::eB8G8R8A8Unorm ||
        format.format == vk::Format::eR8G8B8A8Unorm) {
      format_ = format;
      break;
    }
  }
}

void Swapchain::make(int width_px, int height_px) {
  device_.device.waitIdle();
  const vk::SurfaceCapabilitiesKHR limits =
      device_.candidate.physical.getSurfaceCapabilitiesKHR(*surface_);
  extent_ = limits.currentExtent;
  if (extent_.width == 0xFFFFFFFFU) {
    extent_.width = std::clamp(static_cast<std::uint32_t>(width_px), limits.minImageExtent.width,
                               limits.maxImageExtent.width);
    extent_.height = std::clamp(static_cast<std::uint32_t>(height_px), limits.minImageExtent.height,
                                limits.maxImageExtent.height);
  }
  if (extent_.width == 0 || extent_.height == 0) return;  // minimised
  std::uint32_t count = std::max(limits.minImageCount + 1, 3U);
  if (limits.maxImageCount > 0) count = std::min(count, limits.maxImageCount);
  swapchain_ = vk::raii::SwapchainKHR(nullptr);
  swapchain_ =
      device_.device.createSwapchainKHR({.surface = *surface_,
                                         .minImageCount = count,
                                         .imageFormat = format_.format,
                                         .imageColorSpace = format_.colorSpace,
                                         .imageExtent = extent_,
                                         .imageArrayLayers = 1,
                                         .imageUsage = vk::ImageUsageFlagBits::eTransferDst,
                                         .imageSharingMode = vk::SharingMode::eExclusive,
                                         .preTransform = limits.currentTransform,
                                         .compositeAlpha = vk::CompositeAlphaFlagBitsKHR::eOpaque,
                                         .presentMode = vk::PresentModeKHR::eFifo,
                                         .clipped = true});
  images_.clear();
  for (const auto image : swapchain_.getImages()) images_.emplace_back(image);
  drawn_.clear();
  for (std::size_t i = 0; i < images_.size(); ++i)
    drawn_.push_back(device_.device.createSemaphore({}));
  stale_ = false;
}

std::optional<Present> Swapchain::acquire(int width_px, int height_px) {
  if (stale_) make(width_px, height_px);
  if (stale_) return std::nullopt;
  turn_ = 1 - turn_;
  try {
    constexpr std::uint64_t kWaitNs = 1'000'000'000;
    const auto [result, image] = swapchain_.acquireNextImage(kWaitNs, *acquired_[turn_]);
    if (result != vk::Result::eSuccess && result != vk::Result::eSuboptimalKHR) return std::nullopt;
    // Sized anew after this frame: the picture is ours now and must be shown.
    if (result == vk::Result::eSuboptimalKHR) stale_ = true;
    image_ = image;
  } catch (const vk::OutOfDateKHRError&) {
    stale_ = true;
    return std::nullopt;
  }
  return Present{.record = [this](const vk::raii::CommandBuffer& commands,
                                  const vulkan::Image& target) { record_copy(commands, target); },
                 .acquired = *acquired_[turn_],
                 .drawn = *drawn_[image_]};
}

void Swapchain::record_copy(const vk::raii::CommandBuffer& commands,
                            const vulkan::Image& target) const {
  const vk::Image image = images_[image_];
  transition(commands, image, {Stage::eAllTransfer, {}},
             {Stage::eAllTransfer, Access::eTransferWrite}, vk::ImageLayout::eUndefined,
             vk::ImageLayout::eTransferDstOptimal);
  const int width = std::min(target.config().width, width_px()),
            height = std::min(target.config().height, height_px());
  const vk::ImageSubresourceLayers layers{vk::ImageAspectFlagBits::eColor, 0, 0, 1};
  const std::array<vk::Offset3D, 2> corners{vk::Offset3D{0, 0, 0}, vk::Offset3D{width, height, 1}};
  const vk::ImageBlit region{.srcSubresource = layers,
                             .srcOffsets = corners,
                             .dstSubresource = layers,
                             .dstOffsets = corners};
  commands.blitImage(target.handle(), vk::ImageLayout::eTransferSrcOptimal, image,
                     vk::ImageLayout::eTransferDstOptimal, region, vk::Filter::eNearest);
  transition(commands, image, {Stage::eAllTransfer, Access::eTransferWrite},
             {Stage::eBottomOfPipe, {}}, vk::ImageLayout::eTransferDstOptimal,
             vk::ImageLayout::ePresentSrcKHR);
}

void Swapchain::present() {
  try {
    const vk::Semaphore drawn = *drawn_[image_];
    const vk::SwapchainKHR swapchain = *swapchain_;
    const vk::Result result = device_.queue.presentKHR({.waitSemaphoreCount = 1,
                                                        .pWaitSemaphores = &drawn,
                                                        .swapchainCount = 1,
                                                        .pSwapchains = &swapchain,
                                                        .pImageIndices = &image_});
    if (result == vk::Result::eSuboptimalKHR) stale_ = true;
  } catch (const vk::OutOfDateKHRError&) {
    stale_ = true;
  }
}

}  // namespace diorama::editor
