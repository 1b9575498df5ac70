// The memory of one submission's pictures. Private to renderers/raycast. Not thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "renderers/renderer.h"

namespace diorama::raycast {

struct Pictures {
  /// Each (num_views, planes, H, W, components); empty if not asked for.
  std::vector<std::uint8_t> color;
  std::vector<float> depth;
  std::vector<std::uint16_t> instance;
  std::vector<std::uint16_t> part;
  std::vector<std::uint16_t> class_id;
  std::vector<std::int8_t> normal;
  std::vector<float> flow;
  std::vector<float> flow_backward;
  std::vector<std::uint8_t> flow_valid;
  std::vector<float> scene_flow;
  std::vector<std::int8_t> object_coordinates;
  std::vector<std::int64_t> amodal;
  std::vector<float> depth_layers;
  std::vector<std::uint16_t> instance_layers;

  int num_views = 0;
  int height = 0;
  int width = 0;
  int amodal_planes = 0;

  /// Makes room for the channels; what is in it is not defined.
  void prepare(ChannelSet channels, int views, int height_px, int width_px, int planes);
  RenderedViews views() const;

  std::size_t pixels() const { return static_cast<std::size_t>(height) * static_cast<std::size_t>(width); }
};

}  // namespace diorama::raycast
