// Renderer: the contract of a renderer. Consumers get memory, never images; no graphics API type appears here.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/core/status.h"
#include "engine/scene/scene.h"
#include "engine/scene/trajectory.h"

namespace diorama {

/// What a renderer can make of one surface per pixel. Values are bits of a ChannelSet.
enum class Channel : std::uint32_t {
  kColor = 1,     ///< uint8 (H, W, 3), sRGB.
  kDepth = 2,     ///< float32 (H, W), planar z in metres; the camera's far_m where nothing is hit.
  kInstance = 4,  ///< uint16 (H, W), object_index + 1; 0 where nothing is hit.
};
using ChannelSet = std::uint32_t;
constexpr ChannelSet channel_bit(Channel channel) { return static_cast<ChannelSet>(channel); }
constexpr bool has_channel(ChannelSet set, Channel channel) { return (set & channel_bit(channel)) != 0; }

/// One picture to make: the scene at `states[frame]`, seen by `camera`.
struct FrameView {
  int frame = 0;
  CameraId camera;
};

/// Pictures of one submission in the order of its FrameViews; a span is empty if its channel was not asked for.
/// The memory belongs to the renderer and stays valid until `max_in_flight` further submissions were made.
struct RenderedViews {
  int num_views = 0;
  int height_px = 0;
  int width_px = 0;
  std::span<const std::uint8_t> color;      ///< (num_views, H, W, 3)
  std::span<const float> depth;             ///< (num_views, H, W)
  std::span<const std::uint16_t> instance;  ///< (num_views, H, W)
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

  /// How many submissions may be under way before `submit` first waits for the oldest; >= 2.
  virtual int max_in_flight() const = 0;

  /// The most views that one submission may hold at this size.
  virtual int max_views(int width_px, int height_px) const = 0;

  /// Starts to draw. All cameras of `views` must have the same image size. A picture depends only on its scene, state and
  /// camera, never on its place in the batch. `scene` and `states` may change once submit has returned.
  virtual Result<RenderTicket> submit(const Scene& scene, std::span<const State> states,
                                      std::span<const FrameView> views, ChannelSet channels) = 0;

  /// Waits for a submission. Tickets must be waited for in their order.
  virtual Result<RenderedViews> wait(RenderTicket ticket) = 0;
};

}  // namespace diorama
