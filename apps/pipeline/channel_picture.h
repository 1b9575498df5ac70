// How a channel is shown to people: its numbers as colours, and one pixel's numbers as text. The only
// place that knows; previews, contact sheets and the editor go through it and iterate over the list.
#pragma once

#include <span>
#include <string>

#include "engine/core/image.h"
#include "renderers/renderer.h"

namespace diorama {

/// A channel as people choose it.
struct ShownChannel {
  Channel channel = Channel::kColor;
  const char* title = "";
  const char* unit = "";
};
std::span<const ShownChannel> shown_channels();

/// Picture `view` of a channel as numbers, (H, W, components); empty if the channel was not asked for.
Image<float> channel_values(const RenderedViews& pictures, int view, Channel channel);

/// Numbers (H, W, components) as colours (H, W, 3). Depths are seen between the camera's `near_m` and `far_m`.
ImageU8 channel_picture(Channel channel, const Image<float>& values, double near_m, double far_m);

/// One pixel of (H, W, components) for a person: "2.31 m", "object 4".
std::string channel_value_text(Channel channel, std::span<const float> pixel, double far_m);

}  // namespace diorama
