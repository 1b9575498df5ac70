#include "renderers/vulkan/readback.h"

#include <algorithm>
#include <utility>

namespace diorama::vulkan {

void Readback::prepare(Device& device, int width, int height, ChannelSet channels,
                       std::vector<float> far_m) {
  width_ = width;
  height_ = height;
  channels_ = channels;
  far_m_ = std::move(far_m);
  finished_ = false;
  const std::uint64_t pixels = std::uint64_t{far_m_.size()} * width * height;
  const auto make = [&](Buffer& buffer, Channel channel, std::uint64_t bytes) {
    if (!has_channel(channels, channel)) return;
    reserve(device, buffer, pixels * bytes, vk::BufferUsageFlagBits::eTransferDst,
            MemoryUse::kReadback);
  };
  make(color_, Channel::kColor, 4);
  make(depth_, Channel::kDepth, sizeof(float));
  make(id_, Channel::kInstance, sizeof(std::uint16_t));
}

void Readback::record_copy(const vk::raii::CommandBuffer& commands, const Image& image,
                           Channel channel, const Chunk& chunk) const {
  const Buffer& buffer = channel == Channel::kColor   ? color_
                         : channel == Channel::kDepth ? depth_
                                                      : id_;
  const std::uint64_t bytes = channel == Channel::kInstance ? 2 : 4;
  const vk::BufferImageCopy region{
      .bufferOffset = std::uint64_t(chunk.first_view) * width_ * height_ * bytes,
      .imageSubresource = {vk::ImageAspectFlagBits::eColor, 0, 0,
                           static_cast<std::uint32_t>(chunk.num_views)},
      .imageExtent = {static_cast<std::uint32_t>(width_), static_cast<std::uint32_t>(height_), 1}};
  commands.copyImageToBuffer(image.handle(), vk::ImageLayout::eTransferSrcOptimal, buffer.handle(),
                             region);
}

RenderedViews Readback::finish() {
  RenderedViews views(static_cast<int>(far_m_.size()), height_, width_);
  const std::size_t picture = static_cast<std::size_t>(width_) * height_;
  const std::size_t pixels = picture * far_m_.size();
  if (has_channel(channels_, Channel::kColor)) {
    if (!finished_) {
      color_.invalidate();
      rgb_.resize(pixels * 3);
      const auto* rgba = reinterpret_cast<const std::uint8_t*>(color_.mapped());
      for (std::size_t i = 0; i < pixels; ++i) {
        rgb_[3 * i] = rgba[4 * i];
        rgb_[3 * i + 1] = rgba[4 * i + 1];
        rgb_[3 * i + 2] = rgba[4 * i + 2];
      }
    }
    views.set<Channel::kColor>(rgb_);
  }
  if (has_channel(channels_, Channel::kDepth)) {
    auto* depth = reinterpret_cast<float*>(depth_.mapped());
    if (!finished_) {
      depth_.invalidate();
      for (std::size_t view = 0; view < far_m_.size(); ++view) {
        // The device leaves 0 where nothing is hit; rounding must not lead beyond far_m.
        for (std::size_t i = view * picture; i < (view + 1) * picture; ++i) {
          depth[i] = depth[i] > 0.0F ? std::min(depth[i], far_m_[view]) : far_m_[view];
        }
      }
    }
    views.set<Channel::kDepth>({depth, pixels});
  }
  if (has_channel(channels_, Channel::kInstance)) {
    if (!finished_) id_.invalidate();
    views.set<Channel::kInstance>({reinterpret_cast<const std::uint16_t*>(id_.mapped()), pixels});
  }
  finished_ = true;
  return views;
}

}  // namespace diorama::vulkan
