// How point tracks are shown to people: dots over a colour picture. Pure functions.
#pragma once

#include <cstdint>
#include <span>

#include "engine/core/image.h"
#include "engine/core/pose.h"

namespace diorama {

/// Draws a dot for every point that is in view, filled where it is visible, hollow where it is
/// hidden, hidden ones below; each point keeps its colour. `image_px` as TrackView::image of one
/// row, in pixels of a picture `reduction` times as large as `picture` (H, W, 3).
void draw_tracks(std::span<const dvec2> image_px, std::span<const std::uint8_t> visible,
                 int reduction, ImageU8& picture);

}  // namespace diorama
