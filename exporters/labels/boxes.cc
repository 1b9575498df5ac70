#include "exporters/labels/boxes.h"

#include <algorithm>
#include <bit>
#include <string>

#include "renderers/channels.h"

namespace diorama {
namespace {

/// Adds the pixels [x0, x1] of row y; rows come in order.
void add(PixelBox& box, int x0, int x1, int y) {
  if (box.count == 0) {
    box.x0 = x0;
    box.x1 = x1;
    box.y0 = y;
  }
  box.count += x1 - x0 + 1;
  box.x0 = std::min(box.x0, x0);
  box.x1 = std::max(box.x1, x1);
  box.y1 = y;
}

/// The first place after `begin` where a row has another value.
template <typename T>
int run_end(std::span<const T> row, int begin) {
  const T value = row[static_cast<std::size_t>(begin)];
  const auto other = std::find_if(row.begin() + begin, row.end(), [value](T next) { return next != value; });
  return static_cast<int>(other - row.begin());
}

}  // namespace

Status visible_boxes(std::span<const std::uint16_t> ids, int width_px, std::span<PixelBox> boxes) {
  std::fill(boxes.begin(), boxes.end(), PixelBox());
  const auto width = static_cast<std::size_t>(width_px);
  for (std::size_t first = 0; first < ids.size(); first += width) {
    const std::span<const std::uint16_t> row = ids.subspan(first, width);
    for (int x = 0, end = 0; x < width_px; x = end) {
      end = run_end(row, x);
      const std::uint16_t id = row[static_cast<std::size_t>(x)];
      if (id == 0) continue;
      if (id > boxes.size()) {
        return failed("a picture shows object id " + std::to_string(id) + ", but the dataset has " +
                      std::to_string(boxes.size()) + " object slots");
      }
      add(boxes[id - 1U], x, end - 1, static_cast<int>(first / width));
    }
  }
  return {};
}

void amodal_boxes(std::span<const std::int64_t> masks, int height_px, int width_px, std::span<PixelBox> boxes) {
  std::fill(boxes.begin(), boxes.end(), PixelBox());
  const auto width = static_cast<std::size_t>(width_px);
  const std::size_t pixels = static_cast<std::size_t>(height_px) * width;
  for (std::size_t first = 0; first < masks.size(); first += width) {
    const std::span<const std::int64_t> row = masks.subspan(first, width);
    const std::size_t first_object = first / pixels * kAmodalObjectsPerPlane;
    const int y = static_cast<int>(first % pixels / width);
    for (int x = 0, end = 0; x < width_px; x = end) {
      end = run_end(row, x);
      for (auto bits = static_cast<std::uint64_t>(row[static_cast<std::size_t>(x)]); bits != 0; bits &= bits - 1) {
        const std::size_t object = first_object + static_cast<std::size_t>(std::countr_zero(bits));
        if (object < boxes.size()) add(boxes[object], x, end - 1, y);
      }
    }
  }
}

}  // namespace diorama
