#include "apps/pipeline/channel_picture.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "apps/pipeline/picture.h"

namespace diorama {
namespace {

template <typename T>
Image<float> numbers(std::span<const T> own, const RenderedViews& pictures, Channel channel) {
  if (own.empty()) return {};
  const int planes = pictures.planes(channel);
  const int components = channel_info(channel).components;
  Image<float> values(pictures.height_px, pictures.width_px, planes * components);
  const std::size_t pixels = own.size() / static_cast<std::size_t>(planes * components);
  std::size_t from = 0;
  for (int plane = 0; plane < planes; ++plane) {
    for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
      for (int k = 0; k < components; ++k) {
        values.pixels[pixel * static_cast<std::size_t>(planes * components) +
                      static_cast<std::size_t>(plane * components + k)] = static_cast<float>(own[from++]);
      }
    }
  }
  return values;
}

Image<float> counts(std::span<const std::int64_t> own, const RenderedViews& pictures) {
  if (own.empty()) return {};
  Image<float> values(pictures.height_px, pictures.width_px, 1);
  for (std::size_t i = 0; i < own.size(); ++i) {
    values.pixels[i % values.pixels.size()] += static_cast<float>(std::popcount(static_cast<std::uint64_t>(own[i])));
  }
  return values;
}

/// The first `count` numbers of every pixel.
std::vector<float> first(const Image<float>& values, int count) {
  std::vector<float> out;
  out.reserve(values.pixels.size());
  for (std::size_t i = 0; i < values.pixels.size(); i += static_cast<std::size_t>(values.num_channels)) {
    for (int k = 0; k < count; ++k) out.push_back(values.pixels[i + static_cast<std::size_t>(k)]);
  }
  return out;
}

std::uint8_t level(double value) { return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0))); }

/// -127..127 as 1..255; `nothing` (in all components) as black.
void paint_directions(const Image<float>& values, ImageU8& picture) {
  for (std::size_t i = 0; i + 2 < values.pixels.size(); i += 3) {
    const float* v = &values.pixels[i];
    const bool nothing = (v[0] == 0.0F && v[1] == 0.0F && v[2] == 0.0F) || v[0] < -127.5F;
    for (std::size_t k = 0; k < 3; ++k) picture.pixels[i + k] = nothing ? 0 : level(128.0 + v[k]);
  }
}

/// Signed lengths about grey; the longest is full.
void paint_displacements(const Image<float>& values, ImageU8& picture) {
  float longest = 1e-6F;
  for (const float v : values.pixels) longest = std::max(longest, std::fabs(v));
  for (std::size_t i = 0; i < values.pixels.size(); ++i) {
    picture.pixels[i] = level(128.0 + 127.0 * values.pixels[i] / longest);
  }
}

void paint_bits(const Image<float>& values, ImageU8& picture) {
  for (std::size_t i = 0; i < values.pixels.size(); ++i) {
    const auto bits = static_cast<unsigned>(values.pixels[i]);
    picture.pixels[3 * i + 1] = (bits & 1U) != 0 ? 255 : 0;
    picture.pixels[3 * i + 2] = (bits & 2U) != 0 ? 255 : 0;
  }
}

void paint_counts(const Image<float>& values, ImageU8& picture) {
  const float most = std::max(1.0F, *std::max_element(values.pixels.begin(), values.pixels.end()));
  for (std::size_t i = 0; i < values.pixels.size(); ++i) {
    const std::uint8_t gray = level(255.0 * values.pixels[i] / most);
    for (std::size_t k = 0; k < 3; ++k) picture.pixels[3 * i + k] = gray;
  }
}

std::string id_text(std::string_view word, float id) {
  return id == 0.0F ? "background" : fmt::format("{} {:.0f}", word, id - 1.0F);
}

std::string_view id_word(Channel channel) {
  return channel == Channel::kPart ? "part" : channel == Channel::kClass ? "class" : "object";
}

}  // namespace

Image<float> channel_values(const RenderedViews& pictures, int view, Channel channel) {
  switch (channel) {
    case Channel::kColor:
      return numbers(pictures.picture<Channel::kColor>(view), pictures, channel);
    case Channel::kDepth:
      return numbers(pictures.picture<Channel::kDepth>(view), pictures, channel);
    case Channel::kInstance:
      return numbers(pictures.picture<Channel::kInstance>(view), pictures, channel);
    case Channel::kPart:
      return numbers(pictures.picture<Channel::kPart>(view), pictures, channel);
    case Channel::kClass:
      return numbers(pictures.picture<Channel::kClass>(view), pictures, channel);
    case Channel::kNormal:
      return numbers(pictures.picture<Channel::kNormal>(view), pictures, channel);
    case Channel::kFlow:
      return numbers(pictures.picture<Channel::kFlow>(view), pictures, channel);
    case Channel::kFlowBackward:
      return numbers(pictures.picture<Channel::kFlowBackward>(view), pictures, channel);
    case Channel::kFlowValid:
      return numbers(pictures.picture<Channel::kFlowValid>(view), pictures, channel);
    case Channel::kSceneFlow:
      return numbers(pictures.picture<Channel::kSceneFlow>(view), pictures, channel);
    case Channel::kObjectCoordinates:
      return numbers(pictures.picture<Channel::kObjectCoordinates>(view), pictures, channel);
    case Channel::kAmodal:
      return counts(pictures.picture<Channel::kAmodal>(view), pictures);
    case Channel::kDepthLayers:
      return numbers(pictures.picture<Channel::kDepthLayers>(view), pictures, channel);
    case Channel::kInstanceLayers:
      return numbers(pictures.picture<Channel::kInstanceLayers>(view), pictures, channel);
    case Channel::kTracks:
      break;
  }
  return {};
}

ImageU8 channel_picture(Channel channel, const Image<float>& values, double near_m, double far_m) {
  if (values.pixels.empty()) return {};
  ImageU8 picture(values.height_px, values.width_px, 3);
  switch (channel_info(channel).picture) {
    case ChannelPicture::kColor:
      for (std::size_t i = 0; i < values.pixels.size(); ++i) {
        picture.pixels[i] = static_cast<std::uint8_t>(values.pixels[i]);
      }
      break;
    case ChannelPicture::kDepth:
      return colorize_depth(first(values, 1), values.height_px, values.width_px, near_m, far_m);
    case ChannelPicture::kIds: {
      const std::vector<float> ids = first(values, 1);
      return colorize_ids(std::vector<std::uint16_t>(ids.begin(), ids.end()), values.height_px, values.width_px);
    }
    case ChannelPicture::kFlow:
      return colorize_flow(values.pixels, values.height_px, values.width_px);
    case ChannelPicture::kDirection:
      paint_directions(values, picture);
      break;
    case ChannelPicture::kDisplacement:
      paint_displacements(values, picture);
      break;
    case ChannelPicture::kBits:
      paint_bits(values, picture);
      break;
    case ChannelPicture::kCount:
      paint_counts(values, picture);
      break;
    case ChannelPicture::kPoints:
      return {};
  }
  return picture;
}

bool has_pure_colors(Channel channel) {
  const ChannelPicture picture = channel_info(channel).picture;
  return picture == ChannelPicture::kIds || picture == ChannelPicture::kBits || picture == ChannelPicture::kCount;
}

std::string channel_value_text(Channel channel, std::span<const float> pixel, double far_m) {
  switch (channel_info(channel).picture) {
    case ChannelPicture::kColor:
      return fmt::format("{:.0f} {:.0f} {:.0f}", pixel[0], pixel[1], pixel[2]);
    case ChannelPicture::kDepth:
      return pixel[0] >= far_m ? "nothing" : fmt::format("{:.4g} m", pixel[0]);
    case ChannelPicture::kIds:
      return id_text(id_word(channel), pixel[0]);
    case ChannelPicture::kDirection:
      return fmt::format("{:.2f} {:.2f} {:.2f}", pixel[0] / 127.0F, pixel[1] / 127.0F, pixel[2] / 127.0F);
    case ChannelPicture::kFlow:
      return fmt::format("{:.2f} {:.2f} px", pixel[0], pixel[1]);
    case ChannelPicture::kDisplacement:
      return fmt::format("{:.4f} {:.4f} {:.4f} m", pixel[0], pixel[1], pixel[2]);
    case ChannelPicture::kBits: {
      const auto bits = static_cast<unsigned>(pixel[0]);
      return fmt::format("{} next, {} before", (bits & 1U) != 0 ? "seen" : "hidden", (bits & 2U) != 0 ? "seen" : "hidden");
    }
    case ChannelPicture::kCount:
      return fmt::format("{:.0f} objects", pixel[0]);
    case ChannelPicture::kPoints:
      break;
  }
  return "";
}

}  // namespace diorama
