// The host's side of one submission: buffers that pictures are copied to, and the dense arrays made
// of them. Owned by a slot of the renderer; the Device must outlive it. Not thread-safe.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "renderers/renderer.h"
#include "renderers/surface_labels.h"
#include "renderers/vulkan/frame_data.h"
#include "renderers/vulkan/vk_commands.h"

namespace diorama::vulkan {

/// Host and device bytes that a pixel of one view takes at most: what is copied, and what is made of it.
inline constexpr std::int64_t kReadbackBytesPerPixel = (4 + 4 + 2 + 4) + (3 + 3) + (3 * 2 + 2 * 8 + 1 + 12 + 3) + 8 + kNumLayers * (4 + 2 + 2);

/// What is drawn and copied.
enum class RawPicture { kColor, kDepth, kId, kNormal, kAmodal };

/// What pictures are made in where the device's memory does not hold them as they are handed out. One for all slots: only
/// the pictures waited for last are read.
struct PictureMemory {
  std::vector<std::uint8_t> rgb;
  std::vector<std::int8_t> normals;
  std::vector<std::uint16_t> layer_objects;
  LabelPictures labels;
};

class Readback {
 public:
  /// Makes room for views of one size: those asked for (`far_m` holds the depth of nothing for each) and
  /// `num_extra` more, of which only depth and ids are copied. The device must be done with the slot.
  void prepare(Device& device, int width, int height, ChannelSet channels, std::vector<float> far_m,
               int num_extra, int amodal_planes);

  /// Object + 1 of every id that is drawn; for layers.
  void set_objects(std::vector<std::uint16_t> objects) { objects_ = std::move(objects); }

  /// What is made of depth and shape ids; to be prepared for each submission that has such channels.
  SurfaceLabels& labels() { return labels_; }

  /// Copies the layers of `chunk` to their views' places, if the picture is wanted. `image` is ready to be copied from.
  void record_copy(const vk::raii::CommandBuffer& commands, const Image& image, RawPicture picture,
                   const Chunk& chunk) const;
  /// The same for a layer behind the first surface: its depth or ids.
  void record_layer_copy(const vk::raii::CommandBuffer& commands, const Image& image, RawPicture picture, int layer,
                         const Chunk& chunk) const;

  /// On the transfer queue, once all has been copied: the way home of all that `prepare` made room for.
  void record_way_home(const vk::raii::CommandBuffer& commands) const;

  /// Once the device is done: the pictures. Valid until the next `prepare` and the next use of `memory`.
  RenderedViews make(PictureMemory& memory);

 private:
  bool labelled() const { return (channels_ & kSurfaceLabels & ~channel_set(Channel::kInstance)) != 0; }
  bool wants(RawPicture picture) const;
  void make_layers(PictureMemory& memory, RenderedViews& views);
  std::uint64_t pixels_of(std::size_t views) const {
    return views * static_cast<std::uint64_t>(width_) * static_cast<std::uint64_t>(height_);
  }

  int width_ = 0;
  int height_ = 0;
  int num_extra_ = 0;
  ChannelSet channels_ = 0;
  std::vector<float> far_m_;
  HomeBuffer color_;
  HomeBuffer depth_;
  HomeBuffer id_;
  HomeBuffer normal_;
  HomeBuffer amodal_;
  HomeBuffer layer_depth_;
  HomeBuffer layer_id_;
  std::vector<const HomeBuffer*> wanted_;  ///< Of those.
  int amodal_planes_ = 0;
  std::vector<std::uint16_t> objects_;
  SurfaceLabels labels_;
};

}  // namespace diorama::vulkan
