#include "exporters/labels/boxes.h"

#include <algorithm>
#include <bit>
#include <string>

#include "renderers/channels.h"

namespace diorama {
namespace {

void add(PixelBox& box, int x, int y) {
  if (box.count++ == 0) {
    box.x0 = box.x1 = x;
    box.y0 = box.y1 = y;
    return;
  }
  box.x0 = std::min(box.x0, x);
  box.x1 = std::max(box.x1, x);
  box.y1 = y;  // rows come in order
}

}  // namespace

Status visible_boxes(std::span<const std::uint16_t> ids, int width_px, std::span<PixelBox> boxes) {
  std::fill(boxes.begin(), boxes.end(), PixelBox());
  const auto width = static_cast<std::size_t>(width_px);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] == 0) continue;
    if (ids[i] > boxes.size()) {
      return failed("a picture shows object id " + std::to_string(ids[i]) + ", but the dataset has " +
                    std::to_string(boxes.size()) + " object slots");
    }
    add(boxes[ids[i] - 1U], static_cast<int>(i % width), static_cast<int>(i / width));
  }
  return {};
}

void amodal_boxes(std::span<const std::int64_t> masks, int height_px, int width_px, std::span<PixelBox> boxes) {
  std::fill(boxes.begin(), boxes.end(), PixelBox());
  const auto width = static_cast<std::size_t>(width_px);
  const std::size_t pixels = static_cast<std::size_t>(height_px) * width;
  for (std::size_t i = 0; i < masks.size(); ++i) {
    const std::size_t first = i / pixels * kAmodalObjectsPerPlane;
    const std::size_t pixel = i % pixels;
    for (auto bits = static_cast<std::uint64_t>(masks[i]); bits != 0; bits &= bits - 1) {
      const std::size_t object = first + static_cast<std::size_t>(std::countr_zero(bits));
      if (object < boxes.size()) add(boxes[object], static_cast<int>(pixel % width), static_cast<int>(pixel / width));
    }
  }
}

}  // namespace diorama
