#include "apps/pipeline/channel_picture.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

#include "apps/pipeline/picture.h"

namespace diorama {
namespace {

constexpr std::array<ShownChannel, 3> kShown = {{
    {Channel::kColor, "colour", "1"},
    {Channel::kDepth, "depth", "m"},
    {Channel::kInstance, "objects", "1"},
}};

template <typename T>
Image<float> numbers(std::span<const T> all, const RenderedViews& pictures, int view, int components) {
  if (all.empty()) return {};
  Image<float> values(pictures.height_px, pictures.width_px, components);
  const auto own = all.subspan(values.pixels.size() * static_cast<std::size_t>(view), values.pixels.size());
  for (std::size_t i = 0; i < own.size(); ++i) values.pixels[i] = static_cast<float>(own[i]);
  return values;
}

}  // namespace

std::span<const ShownChannel> shown_channels() { return kShown; }

Image<float> channel_values(const RenderedViews& pictures, int view, Channel channel) {
  switch (channel) {
    case Channel::kColor:
      return numbers(pictures.color, pictures, view, 3);
    case Channel::kDepth:
      return numbers(pictures.depth, pictures, view, 1);
    case Channel::kInstance:
      return numbers(pictures.instance, pictures, view, 1);
  }
  return {};
}

ImageU8 channel_picture(Channel channel, const Image<float>& values, double near_m, double far_m) {
  switch (channel) {
    case Channel::kColor: {
      ImageU8 picture(values.height_px, values.width_px, 3);
      for (std::size_t i = 0; i < values.pixels.size(); ++i) {
        picture.pixels[i] = static_cast<std::uint8_t>(values.pixels[i]);
      }
      return picture;
    }
    case Channel::kDepth:
      return colorize_depth(values.pixels, values.height_px, values.width_px, near_m, far_m);
    case Channel::kInstance: {
      const std::vector<std::uint16_t> ids(values.pixels.begin(), values.pixels.end());
      return colorize_ids(ids, values.height_px, values.width_px);
    }
  }
  return {};
}

std::string channel_value_text(Channel channel, std::span<const float> pixel, double far_m) {
  switch (channel) {
    case Channel::kColor:
      return fmt::format("{:.0f} {:.0f} {:.0f}", pixel[0], pixel[1], pixel[2]);
    case Channel::kDepth:
      return pixel[0] >= far_m ? "nothing" : fmt::format("{:.4g} m", pixel[0]);
    case Channel::kInstance:
      return pixel[0] == 0.0F ? "background" : fmt::format("object {:.0f}", pixel[0] - 1.0F);
  }
  return "";
}

}  // namespace diorama
