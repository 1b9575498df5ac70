#include "renderers/channels.h"

#include <array>

namespace diorama {
namespace {

using Type = ElementType;
using Picture = ChannelPicture;

constexpr std::array<ChannelInfo, kNumChannels> kChannels = {{
    {Channel::kColor, "rgb", "colour", Type::kUint8, 3, 1, "1", "", "the sky's colour",
     "Colour, sRGB encoded, 0..255, channels red, green, blue.", Picture::kColor},
    {Channel::kDepth, "depth", "depth", Type::kFloat32, 1, 1, "m", "camera", "the camera's far_m",
     "Planar depth z (not range) of the first surface.", Picture::kDepth},
    {Channel::kInstance, "segmentation", "objects", Type::kUint16, 1, 1, "1", "", "0",
     "Object seen: k = object k - 1; constant over time.", Picture::kIds},
    {Channel::kPart, "part", "parts", Type::kUint16, 1, 1, "1", "", "0",
     "Part seen: k = shape k - 1 of the object that `segmentation` names, in the order in which the scenario (or model "
     "file) lists the object's shapes; constant over time.",
     Picture::kIds},
    {Channel::kClass, "class", "classes", Type::kUint16, 1, 1, "1", "", "0",
     "Semantic class seen: k = class k - 1 of the manifest's `classes`, 0 also for objects without a class.",
     Picture::kIds},
    {Channel::kNormal, "normal", "normals", Type::kInt8, 3, 1, "1/127", "camera", "0, 0, 0",
     "Unit normal x, y, z of the first surface on the side that is seen, as shading uses it (smooth over curved surfaces), "
     "times 127 and rounded.",
     Picture::kDirection},
    {Channel::kFlow, "flow", "flow", Type::kFloat32, 2, 1, "px", "picture, x right, y down", "0, 0",
     "Optical flow to the next row: where the surface point in the pixel's centre is seen by the same camera in row t + 1, "
     "minus the pixel; body and camera motion, exact, whether the point is hidden then or not; 0 in an episode's last "
     "row and where the point is then nearer than the camera's near_m.",
     Picture::kFlow, true},
    {Channel::kFlowBackward, "flow_backward", "backward flow", Type::kFloat32, 2, 1, "px", "picture, x right, y down", "0, 0",
     "Optical flow to the previous row: as `flow` with row t - 1; 0 in an episode's first row.", Picture::kFlow, true},
    {Channel::kFlowValid, "flow_valid", "flow validity", Type::kUint8, 1, 1, "1", "", "0",
     "Bit 0: the surface point of the pixel is visible to the same camera in row t + 1, bit 1: in row t - 1.",
     Picture::kBits, true},
    {Channel::kSceneFlow, "scene_flow", "scene flow", Type::kFloat32, 3, 1, "m", "camera", "0, 0, 0",
     "Motion of the surface point through the world from row t to t + 1, along the camera axes of row t; camera motion "
     "is not part of it; 0 in an episode's last row.",
     Picture::kDisplacement, true},
    {Channel::kObjectCoordinates, "object_coordinates", "object coordinates", Type::kInt8, 3, 1, "1/127", "body",
     "-128, -128, -128",
     "Place of the surface point in its object's box (see `object_info`'s extents), -127..127 from the lower to the upper "
     "face along each of the body's axes, rounded.",
     Picture::kDirection},
    {Channel::kAmodal, "amodal", "amodal masks", Type::kInt64, 1, 0, "1", "", "0",
     "Bit i: object 62 g + i covers the pixel, seen or hidden by others; g is the plane.", Picture::kCount},
    {Channel::kDepthLayers, "depth_layers", "depth behind", Type::kFloat32, 1, kNumLayers, "m", "camera",
     "the camera's far_m", "Planar depth of the next three surfaces that face the camera behind the first.", Picture::kDepth},
    {Channel::kInstanceLayers, "segmentation_layers", "objects behind", Type::kUint16, 1, kNumLayers, "1", "", "0",
     "Objects of the surfaces in `depth_layers`.", Picture::kIds},
    {Channel::kTracks, "tracks", "point tracks", Type::kFloat32, 2, 1, "px", "picture, x right, y down", "-1, -1",
     "Points on the objects' surfaces, followed over the episode: where they are in space and in the picture, and whether "
     "they are seen.",
     Picture::kPoints},
}};

constexpr bool in_order() {
  for (int i = 0; i < kNumChannels; ++i) {
    if (channel_index(kChannels[static_cast<std::size_t>(i)].channel) != i) return false;
  }
  return true;
}
static_assert(in_order());

}  // namespace

std::span<const ChannelInfo> all_channels() { return kChannels; }

std::span<const ChannelInfo> picture_channels() { return all_channels().first(kNumPictureChannels); }

const ChannelInfo& channel_info(Channel channel) { return kChannels[static_cast<std::size_t>(channel_index(channel))]; }

std::optional<Channel> find_channel(std::string_view name) {
  for (const ChannelInfo& info : kChannels) {
    if (name == info.name) return info.channel;
  }
  return std::nullopt;
}

std::string channel_names(ChannelSet set) {
  std::string text;
  for (const ChannelInfo& info : kChannels) {
    if (has_channel(set, info.channel)) text += (text.empty() ? "" : ", ") + std::string(info.name);
  }
  return text;
}

}  // namespace diorama
