#include "renderers/vulkan/readback.h"

#include <algorithm>
#include <utility>

#include "renderers/wide.h"

namespace diorama::vulkan {
namespace {

constexpr std::uint64_t bytes_per_pixel(RawPicture picture) {
  return picture == RawPicture::kId ? sizeof(std::uint16_t) : picture == RawPicture::kAmodal ? 8 : 4;
}

/// Drops the fourth of every four numbers.
DIORAMA_WIDE void take_three(const std::uint8_t* __restrict four, std::size_t pixels, std::uint8_t* __restrict three) {
  for (std::size_t i = 0; i < pixels; ++i) {
    three[3 * i] = four[4 * i];
    three[3 * i + 1] = four[4 * i + 1];
    three[3 * i + 2] = four[4 * i + 2];
  }
}

/// The same, of colours or normals as the device leaves them.
template <typename T>
void take_three(const std::byte* mapped, std::size_t pixels, std::vector<T>& out) {
  static_assert(sizeof(T) == 1);
  out.resize(pixels * 3);
  take_three(reinterpret_cast<const std::uint8_t*>(mapped), pixels, reinterpret_cast<std::uint8_t*>(out.data()));
}

}  // namespace

bool Readback::wants(RawPicture picture) const {
  switch (picture) {
    case RawPicture::kColor:
      return has_channel(channels_, Channel::kColor);
    case RawPicture::kDepth:
      return has_channel(channels_, Channel::kDepth) || labelled();
    case RawPicture::kId:
      return has_channel(channels_, Channel::kInstance) || labelled();
    case RawPicture::kNormal:
      return has_channel(channels_, Channel::kNormal);
    case RawPicture::kAmodal:
      return has_channel(channels_, Channel::kAmodal);
  }
  return false;
}

void Readback::prepare(Device& device, int width, int height, ChannelSet channels,
                       std::vector<float> far_m, int num_extra, int amodal_planes) {
  width_ = width;
  height_ = height;
  num_extra_ = num_extra;
  amodal_planes_ = amodal_planes;
  channels_ = channels;
  far_m_ = std::move(far_m);
  const std::uint64_t picture_pixels = static_cast<std::uint64_t>(width) * height;
  wanted_.clear();
  const auto make = [&](HomeBuffer& buffer, RawPicture picture, std::size_t views) {
    if (!wants(picture)) return;
    buffer.reserve(device, views * picture_pixels * bytes_per_pixel(picture));
    wanted_.push_back(&buffer);
  };
  make(color_, RawPicture::kColor, far_m_.size());
  make(normal_, RawPicture::kNormal, far_m_.size());
  make(depth_, RawPicture::kDepth, far_m_.size() + static_cast<std::size_t>(num_extra));
  make(id_, RawPicture::kId, far_m_.size() + static_cast<std::size_t>(num_extra));
  make(amodal_, RawPicture::kAmodal, far_m_.size() * static_cast<std::size_t>(amodal_planes));
  const auto make_layer = [&](HomeBuffer& buffer, Channel channel, RawPicture picture) {
    if (!has_channel(channels, channel)) return;
    buffer.reserve(device, kNumLayers * far_m_.size() * picture_pixels * bytes_per_pixel(picture));
    wanted_.push_back(&buffer);
  };
  make_layer(layer_depth_, Channel::kDepthLayers, RawPicture::kDepth);
  make_layer(layer_id_, Channel::kInstanceLayers, RawPicture::kId);
}

void Readback::record_copy(const vk::raii::CommandBuffer& commands, const Image& image,
                           RawPicture picture, const Chunk& chunk) const {
  if (!wants(picture)) return;
  const HomeBuffer& buffer = picture == RawPicture::kColor   ? color_
                         : picture == RawPicture::kDepth ? depth_
                         : picture == RawPicture::kId    ? id_
                         : picture == RawPicture::kAmodal ? amodal_
                                                         : normal_;
  const int planes = picture == RawPicture::kAmodal ? amodal_planes_ : 1;
  const int first_plane = chunk.first_view * planes;
  const vk::BufferImageCopy region{
      .bufferOffset = pixels_of(static_cast<std::size_t>(first_plane)) * bytes_per_pixel(picture),
      .imageSubresource = {vk::ImageAspectFlagBits::eColor, 0, 0,
                           static_cast<std::uint32_t>(chunk.num_views * planes)},
      .imageExtent = {static_cast<std::uint32_t>(width_), static_cast<std::uint32_t>(height_), 1}};
  commands.copyImageToBuffer(image.handle(), vk::ImageLayout::eTransferSrcOptimal, buffer.target(),
                             region);
}

void Readback::record_layer_copy(const vk::raii::CommandBuffer& commands, const Image& image, RawPicture picture,
                                 int layer, const Chunk& chunk) const {
  const bool depth = picture == RawPicture::kDepth;
  if (!has_channel(channels_, depth ? Channel::kDepthLayers : Channel::kInstanceLayers)) return;
  std::vector<vk::BufferImageCopy> regions;
  for (int view = 0; view < chunk.num_views; ++view) {
    const int place = (chunk.first_view + view) * kNumLayers + layer;
    regions.push_back(
        {.bufferOffset = pixels_of(static_cast<std::size_t>(place)) * bytes_per_pixel(picture),
         .imageSubresource = {vk::ImageAspectFlagBits::eColor, 0, static_cast<std::uint32_t>(view), 1},
         .imageExtent = {static_cast<std::uint32_t>(width_), static_cast<std::uint32_t>(height_), 1}});
  }
  commands.copyImageToBuffer(image.handle(), vk::ImageLayout::eTransferSrcOptimal,
                             depth ? layer_depth_.target() : layer_id_.target(), regions);
}

void Readback::record_way_home(const vk::raii::CommandBuffer& commands) const {
  for (const HomeBuffer* buffer : wanted_) buffer->record(commands);
}

void Readback::make_layers(PictureMemory& memory, RenderedViews& views) {
  const std::size_t picture = pixels_of(1) * kNumLayers;
  const std::size_t pixels = picture * far_m_.size();
  if (has_channel(channels_, Channel::kDepthLayers)) {
    layer_depth_.invalidate();
    auto* depth = reinterpret_cast<float*>(layer_depth_.mapped());
    for (std::size_t i = 0; i < pixels; ++i) {
      const float far = far_m_[i / picture];
      depth[i] = depth[i] > 0.0F ? std::min(depth[i], far) : far;
    }
    views.set<Channel::kDepthLayers>({depth, pixels});
  }
  if (has_channel(channels_, Channel::kInstanceLayers)) {
    layer_id_.invalidate();
    const auto* ids = reinterpret_cast<const std::uint16_t*>(layer_id_.mapped());
    memory.layer_objects.resize(pixels);
    for (std::size_t i = 0; i < pixels; ++i) memory.layer_objects[i] = objects_[ids[i]];
    views.set<Channel::kInstanceLayers>(memory.layer_objects);
  }
}

RenderedViews Readback::make(PictureMemory& memory) {
  RenderedViews views(static_cast<int>(far_m_.size()), height_, width_);
  const std::size_t picture = static_cast<std::size_t>(width_) * height_;
  const std::size_t pixels = picture * far_m_.size();
  const std::size_t all = pixels + picture * static_cast<std::size_t>(num_extra_);
  if (wants(RawPicture::kColor)) {
    color_.invalidate();
    take_three(color_.mapped(), pixels, memory.rgb);
    views.set<Channel::kColor>(memory.rgb);
  }
  if (wants(RawPicture::kNormal)) {
    normal_.invalidate();
    take_three(normal_.mapped(), pixels, memory.normals);
    views.set<Channel::kNormal>(memory.normals);
  }
  if (wants(RawPicture::kDepth)) depth_.invalidate();
  if (wants(RawPicture::kId)) id_.invalidate();
  const auto* const ids = reinterpret_cast<const std::uint16_t*>(id_.mapped());
  if (labelled()) {
    labels_.make({reinterpret_cast<const float*>(depth_.mapped()), all}, {ids, all}, memory.labels, views);
  } else if (wants(RawPicture::kId)) {
    views.set<Channel::kInstance>({ids, pixels});
  }
  if (wants(RawPicture::kAmodal)) {
    amodal_.invalidate();
    views.set<Channel::kAmodal>({reinterpret_cast<const std::int64_t*>(amodal_.mapped()),
                                 pixels * static_cast<std::size_t>(amodal_planes_)});
  }
  make_layers(memory, views);
  if (has_channel(channels_, Channel::kDepth)) {
    auto* depth = reinterpret_cast<float*>(depth_.mapped());
    for (std::size_t view = 0; view < far_m_.size(); ++view) {
      // The device leaves 0 where nothing is hit; rounding must not lead beyond far_m.
      for (std::size_t i = view * picture; i < (view + 1) * picture; ++i) {
        depth[i] = depth[i] > 0.0F ? std::min(depth[i], far_m_[view]) : far_m_[view];
      }
    }
    views.set<Channel::kDepth>({depth, pixels});
  }
  return views;
}

}  // namespace diorama::vulkan
