// The host's side of one submission: buffers that pictures are copied to, and the dense arrays made
// of them. Owned by a slot of the renderer; the Device must outlive it. Not thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "renderers/renderer.h"
#include "renderers/vulkan/frame_data.h"
#include "renderers/vulkan/vk_commands.h"

namespace diorama::vulkan {

/// Host and device bytes that a pixel of one view takes.
inline constexpr std::int64_t kReadbackBytesPerPixel = 4 + 4 + 2 + 3;

class Readback {
 public:
  /// Makes room for views of one size; `far_m` holds the depth of nothing for each. The device must
  /// be done with the slot.
  void prepare(Device& device, int width, int height, ChannelSet channels,
               std::vector<float> far_m);

  /// Copies the layers of `chunk` to their views' places. `image` is ready to be copied from.
  void record_copy(const vk::raii::CommandBuffer& commands, const Image& image, Channel channel,
                   const Chunk& chunk) const;

  /// Once the device is done: the pictures. Valid until the next `prepare`.
  RenderedViews finish();

 private:
  int width_ = 0;
  int height_ = 0;
  ChannelSet channels_ = 0;
  std::vector<float> far_m_;
  Buffer color_;
  Buffer depth_;
  Buffer id_;
  std::vector<std::uint8_t> rgb_;
  bool finished_ = false;
};

}  // namespace diorama::vulkan
