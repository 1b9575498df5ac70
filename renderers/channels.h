// THE list of channels: what a renderer can make of each pixel, and the tracks of surface points. The scenario's
// `record.channel`, `--channels`, the columns, previews and the editor all read it. Constant; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace diorama {

/// Values are bits of a ChannelSet. What each holds stands in `all_channels()`, how it is made in renderer.h.
enum class Channel : std::uint32_t {
  kColor = 1U << 0,
  kDepth = 1U << 1,
  kInstance = 1U << 2,
  kPart = 1U << 3,
  kClass = 1U << 4,
  kNormal = 1U << 5,
  kFlow = 1U << 6,
  kFlowBackward = 1U << 7,
  kFlowValid = 1U << 8,
  kSceneFlow = 1U << 9,
  kObjectCoordinates = 1U << 10,
  kAmodal = 1U << 11,
  kDepthLayers = 1U << 12,
  kInstanceLayers = 1U << 13,
  kTracks = 1U << 14,  ///< No picture: of points, not of pixels; see exporters/labels/tracks.h.
};
inline constexpr int kNumChannels = 15;
/// Those that renderers make: all but the last.
inline constexpr int kNumPictureChannels = 14;

using ChannelSet = std::uint32_t;
constexpr ChannelSet channel_bit(Channel channel) { return static_cast<ChannelSet>(channel); }
constexpr bool has_channel(ChannelSet set, Channel channel) { return (set & channel_bit(channel)) != 0; }
constexpr ChannelSet channel_set() { return 0; }
template <typename... Channels>
constexpr ChannelSet channel_set(Channel first, Channels... rest) {
  return channel_bit(first) | channel_set(rest...);
}
/// Place of a channel in `all_channels()`.
constexpr int channel_index(Channel channel) {
  int index = 0;
  for (ChannelSet bit = channel_bit(channel); bit > 1; bit >>= 1) ++index;
  return index;
}

/// What is recorded and shown where nothing else is said.
inline constexpr ChannelSet kDefaultChannels = channel_set(Channel::kColor, Channel::kDepth, Channel::kInstance);

inline constexpr ChannelSet kAllChannels = (ChannelSet{1} << kNumChannels) - 1;
inline constexpr ChannelSet kPictureChannels = (ChannelSet{1} << kNumPictureChannels) - 1;
/// Channels of the first surface: one plane, drawn in one pass.
inline constexpr ChannelSet kSurfaceChannels = channel_bit(Channel::kAmodal) - 1;

enum class ElementType { kUint8, kInt8, kUint16, kInt64, kFloat32 };

/// How people are shown a channel.
enum class ChannelPicture {
  kColor,        ///< As it is.
  kDepth,        ///< A scale of lightness, near = bright.
  kIds,          ///< A colour per id, 0 = black.
  kDirection,    ///< -1..1 of each axis as red, green, blue.
  kFlow,         ///< A colour wheel: hue = direction, saturation = length.
  kDisplacement, ///< x, y, z as red, green, blue about grey.
  kBits,         ///< Bits 0, 1 as green, blue.
  kCount,        ///< Number of set bits as lightness.
  kPoints,       ///< Dots over colour, hollow where hidden.
};

/// One channel. A picture has the shape (planes, H, W, components); tracks have (points, components).
struct ChannelInfo {
  Channel channel = Channel::kColor;
  const char* name = "";      ///< In `record.channel` (in capitals) and `--channels`.
  const char* title = "";     ///< For people, in lower case.
  ElementType type = ElementType::kUint8;
  int components = 1;
  int planes = 1;             ///< 0 = as many as the scene needs, see RenderedViews::planes.
  const char* unit = "1";
  const char* frame = "";     ///< Of the values, "" if they have none.
  const char* no_hit = "";    ///< Value where nothing is hit.
  const char* meaning = "";   ///< One sentence, ending in a full stop.
  ChannelPicture picture = ChannelPicture::kColor;
  bool needs_neighbours = false;  ///< Looks at the states before or after the picture's own.
};

/// All channels in the order of their bits.
std::span<const ChannelInfo> all_channels();
/// Those that renderers make, in the same order.
std::span<const ChannelInfo> picture_channels();
const ChannelInfo& channel_info(Channel channel);
std::optional<Channel> find_channel(std::string_view name);
/// "rgb, depth"
std::string channel_names(ChannelSet set);

/// Objects in one plane of the amodal masks: bits 0 to 61 of a signed number that is never negative.
inline constexpr int kAmodalObjectsPerPlane = 62;
/// Surfaces behind the first that the layer channels hold.
inline constexpr int kNumLayers = 3;

}  // namespace diorama
