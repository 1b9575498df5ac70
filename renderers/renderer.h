// Renderer: the contract of a renderer. Consumers get memory, never images; no graphics API type appears here.
//
// What every renderer must agree on, so that two of them can be compared pixel by pixel:
//
// - A pixel (u, v) is one ray: from the camera's centre through K^-1 (u, v, 1), pixel (0, 0) being the centre of the
//   top-left pixel. All labels are those of this one ray, never averaged. near_m <= z <= far_m, z planar.
// - Surfaces are the triangles of `tessellate`; of meshes that are small in a picture the level of detail that
//   `choose_level` takes for it, which moves nothing by more than a quarter of a pixel. Back faces of closed shapes
//   (`is_closed`) are not seen; open shapes and planes are seen from both sides. A shape with `visible` false is not there.
//   An endless plane reaches to far_m.
// - Depth is that of the triangle. Normal is the interpolated vertex normal, normalised, turned to the side that is
//   seen of an open shape, in camera axes; stored as round(127 n), halves away from zero.
// - Part is 1 + the shape's place among all shapes of its body in Scene::shapes (hidden ones count), class Body::class_id.
// - Flow of pixel p, whose ray hits point x of a shape: project(K, camera_from_world(t') * world_from_shape(t') * x) - p,
//   t' = t + 1 (backward: t - 1), the shape moving as its node does, the camera with its own motion. (0, 0) where nothing
//   is hit, where `states` has no t', and where the point's z is below near_m at t'.
// - flow_valid, bit 0 for t + 1 and bit 1 for t - 1: the moved point projects into the picture (-0.5 <= u < W - 0.5,
//   likewise v), near_m <= z <= far_m, it is on a face that is seen, and nothing lies before it at t'. A ray caster tests
//   the ray to the point. A rasteriser compares with its picture at t': the nearest pixel shows the same shape, and the
//   moved point's z is within the range of depths that the shape has in the 3x3 pixels about it, widened on both sides by
//   half its length and by 1 %. The two may differ within 1 px of an edge between shapes at t'.
// - Scene flow: camera_from_world(t) rotates world_from_shape(t + 1) x - world_from_shape(t) x. 0 as flow, but not where
//   the point passes near_m.
// - Object coordinates: with p the point in the body's frame and [lower, upper] the body's bounds (`body_bounds`),
//   round(127 (2 (p - lower) / (upper - lower) - 1)) per axis, clamped to -127..127; 0 along an axis without extent.
// - Amodal: plane g, bit i: some triangle of object 62 g + i covers the pixel between near_m and far_m, as if the object
//   were drawn alone.
// - Layers: layer k is the k-th surface that is seen when the first k are taken away (those that face the camera, of
//   open shapes both sides; an object may appear again). A surface must be farther than the one before it by more than
//   1e-5 of its depth, else both count as one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "engine/core/status.h"
#include "engine/scene/scene.h"
#include "engine/scene/trajectory.h"
#include "renderers/channels.h"

namespace diorama {

/// One picture to make: the scene at `states[frame]`, seen by `camera`. Its neighbours in time are `frame` - 1 and
/// `frame` + 1 of the same states; where there is none, flow is 0 and not valid.
struct FrameView {
  int frame = 0;
  CameraId camera;
};

/// The C++ type of a channel's elements.
template <Channel channel>
struct ChannelElement;
template <> struct ChannelElement<Channel::kColor> { using Type = std::uint8_t; };
template <> struct ChannelElement<Channel::kDepth> { using Type = float; };
template <> struct ChannelElement<Channel::kInstance> { using Type = std::uint16_t; };
template <> struct ChannelElement<Channel::kPart> { using Type = std::uint16_t; };
template <> struct ChannelElement<Channel::kClass> { using Type = std::uint16_t; };
template <> struct ChannelElement<Channel::kNormal> { using Type = std::int8_t; };
template <> struct ChannelElement<Channel::kFlow> { using Type = float; };
template <> struct ChannelElement<Channel::kFlowBackward> { using Type = float; };
template <> struct ChannelElement<Channel::kFlowValid> { using Type = std::uint8_t; };
template <> struct ChannelElement<Channel::kSceneFlow> { using Type = float; };
template <> struct ChannelElement<Channel::kObjectCoordinates> { using Type = std::int8_t; };
template <> struct ChannelElement<Channel::kAmodal> { using Type = std::int64_t; };
template <> struct ChannelElement<Channel::kDepthLayers> { using Type = float; };
template <> struct ChannelElement<Channel::kInstanceLayers> { using Type = std::uint16_t; };

/// Pictures of one submission in the order of its FrameViews.
/// The memory belongs to the renderer and stays valid until the next wait, or `max_in_flight` further submissions.
class RenderedViews {
 public:
  RenderedViews() = default;
  RenderedViews(int views, int height, int width) : num_views(views), height_px(height), width_px(width) {}

  int num_views = 0;
  int height_px = 0;
  int width_px = 0;

  /// All pictures of a channel, (num_views, planes, H, W, components); empty if it was not asked for.
  template <Channel channel>
  std::span<const typename ChannelElement<channel>::Type> get() const {
    using Element = typename ChannelElement<channel>::Type;
    const Span& span = spans_[channel_index(channel)];
    return {static_cast<const Element*>(span.data), span.size};
  }

  /// Picture `view` of a channel, (planes, H, W, components).
  template <Channel channel>
  std::span<const typename ChannelElement<channel>::Type> picture(int view) const {
    const auto all = get<channel>();
    if (all.empty()) return all;
    const std::size_t size = all.size() / static_cast<std::size_t>(num_views);
    return all.subspan(static_cast<std::size_t>(view) * size, size);
  }

  /// Planes that a channel has here; 0 if it was not asked for. Amodal masks: as many as hold the scene's objects.
  int planes(Channel channel) const {
    const std::size_t plane = static_cast<std::size_t>(num_views) * static_cast<std::size_t>(height_px) *
                              static_cast<std::size_t>(width_px) *
                              static_cast<std::size_t>(channel_info(channel).components);
    return plane == 0 ? 0 : static_cast<int>(spans_[channel_index(channel)].size / plane);
  }

  template <Channel channel>
  void set(std::span<const typename ChannelElement<channel>::Type> values) {
    spans_[channel_index(channel)] = {values.data(), values.size()};
  }

 private:
  struct Span {
    const void* data = nullptr;
    std::size_t size = 0;  ///< Elements.
  };
  std::array<Span, kNumPictureChannels> spans_;
};

struct RenderDevice {
  std::string name;      ///< Device name.
  std::string driver;    ///< Driver name and version.
  bool is_cpu = false;
};

using RenderTicket = std::uint64_t;

/// Not thread-safe: one thread at a time; one renderer per worker.
class Renderer {
 public:
  virtual ~Renderer() = default;

  virtual const RenderDevice& device() const = 0;

  /// The channels that it makes. Asking `submit` for another is invalid_input that names it.
  virtual ChannelSet channels() const = 0;

  /// How many submissions may be under way before `submit` first waits for the oldest; >= 2.
  virtual int max_in_flight() const = 0;

  /// The most views that one submission may hold at this size.
  virtual int max_views(int width_px, int height_px) const = 0;

  /// Starts to draw. All cameras of `views` must have the same image size. A picture depends only on its scene, camera,
  /// state and, for channels with `needs_neighbours`, the states before and after it, never on its place in the batch.
  /// `states` are those of an episode in order (or a part of it: then its ends count as the episode's).
  /// `scene` and `states` may change once submit has returned.
  virtual Result<RenderTicket> submit(const Scene& scene, std::span<const State> states,
                                      std::span<const FrameView> views, ChannelSet channels) = 0;

  /// Waits for a submission. Tickets must be waited for in their order, each once.
  virtual Result<RenderedViews> wait(RenderTicket ticket) = 0;
};

/// invalid_input that names the channels of `wanted` that `renderer` does not make.
Status check_channels(const Renderer& renderer, ChannelSet wanted);

}  // namespace diorama
