// Labels of objects that follow from a picture of ids and from amodal masks. Pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/core/status.h"

namespace diorama {

/// Pixels of one object: how many, and their first and last column and row.
struct PixelBox {
  int count = 0;
  int x0 = -1;
  int y0 = -1;
  int x1 = -1;
  int y1 = -1;
};

/// Of the pixels (H, W) that show each object: boxes[k] of id k + 1. failed(...) on an id beyond boxes.size().
Status visible_boxes(std::span<const std::uint16_t> ids, int width_px, std::span<PixelBox> boxes);

/// Of the pixels that each object covers, hidden or not. `masks` (planes, H, W) as the channel kAmodal; objects beyond its
/// planes cover nothing.
void amodal_boxes(std::span<const std::int64_t> masks, int height_px, int width_px, std::span<PixelBox> boxes);

}  // namespace diorama
