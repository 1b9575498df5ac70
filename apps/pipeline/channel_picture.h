// How a channel is shown to people: its numbers as colours, and one pixel's numbers as text. Goes by the list of
// renderers/channels.h; previews, contact sheets and the editor go through it.
#pragma once

#include <span>
#include <string>

#include "engine/core/image.h"
#include "renderers/renderer.h"

namespace diorama {

/// Picture `view` of a channel as numbers, (H, W, planes * components), plane after plane; empty if the channel was not
/// asked for, or is no picture (tracks, see track_picture.h). Amodal masks: (H, W), how many objects cover the pixel.
Image<float> channel_values(const RenderedViews& pictures, int view, Channel channel);

/// Numbers as colours (H, W, 3); of several planes the first. Depths are seen between the camera's `near_m` and `far_m`;
/// the lengths of motions relative to the longest that is there.
ImageU8 channel_picture(Channel channel, const Image<float>& values, double near_m, double far_m);

/// Whether shrinking such a picture must not mix neighbours.
bool has_pure_colors(Channel channel);

/// One pixel's numbers for a person: "2.31 m", "object 4".
std::string channel_value_text(Channel channel, std::span<const float> pixel, double far_m);

}  // namespace diorama
