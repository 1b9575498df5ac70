// A row-major image in memory, (height, width, channel). Value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/core/check.h"

namespace diorama {

template <typename T>
struct Image {
  int height_px = 0;
  int width_px = 0;
  int num_channels = 0;
  std::vector<T> pixels;  ///< (height_px, width_px, num_channels)

  Image() = default;
  Image(int height, int width, int channels)
      : height_px(height), width_px(width), num_channels(channels),
        pixels(static_cast<std::size_t>(height) * width * channels) {}

  T& at(int row, int column, int channel = 0) { return pixels[offset(row, column, channel)]; }
  const T& at(int row, int column, int channel = 0) const { return pixels[offset(row, column, channel)]; }

 private:
  std::size_t offset(int row, int column, int channel) const {
    DIORAMA_DCHECK(row >= 0 && row < height_px && column >= 0 && column < width_px);
    return (static_cast<std::size_t>(row) * width_px + column) * num_channels + channel;
  }
};

using ImageU8 = Image<std::uint8_t>;

}  // namespace diorama
