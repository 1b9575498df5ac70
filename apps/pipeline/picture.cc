#include "apps/pipeline/picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "exporters/shard/output_file.h"

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#include <stb/stb_easy_font.h>
#include <stb/stb_image_write.h>
#pragma GCC diagnostic pop

namespace diorama {
namespace {

using Rgb = std::array<std::uint8_t, 3>;

// From far to near: a sequence of rising lightness that also works without colour vision.
constexpr std::array<std::array<double, 3>, 6> kDepthStops = {{{0.05, 0.03, 0.20},
                                                               {0.30, 0.07, 0.42},
                                                               {0.58, 0.15, 0.40},
                                                               {0.85, 0.32, 0.26},
                                                               {0.98, 0.62, 0.15},
                                                               {0.99, 0.98, 0.65}}};

Rgb depth_color(double nearness) {
  const double place = std::clamp(nearness, 0.0, 1.0) * (kDepthStops.size() - 1);
  const auto below = std::min<std::size_t>(static_cast<std::size_t>(place), kDepthStops.size() - 2);
  const double t = place - static_cast<double>(below);
  Rgb color{};
  for (std::size_t k = 0; k < 3; ++k) {
    const double value = (1.0 - t) * kDepthStops[below][k] + t * kDepthStops[below + 1][k];
    color[k] = static_cast<std::uint8_t>(std::lround(255.0 * value));
  }
  return color;
}

struct FontVertex {
  float x, y, z;
  unsigned char color[4];
};

}  // namespace

ImageU8 colorize_depth(std::span<const float> depth_m, int height_px, int width_px, double near_m, double far_m) {
  ImageU8 image(height_px, width_px, 3);
  // The range that is there, so that contrast does not depend on a generous far plane.
  double nearest = far_m;
  double farthest = near_m;
  for (const float depth : depth_m) {
    if (depth >= far_m) continue;
    nearest = std::min<double>(nearest, depth);
    farthest = std::max<double>(farthest, depth);
  }
  nearest = std::max(nearest, near_m);
  const double span = std::max(1e-6, std::log(farthest / nearest));
  for (std::size_t i = 0; i < depth_m.size(); ++i) {
    Rgb color{0, 0, 0};
    if (depth_m[i] < far_m) color = depth_color(1.0 - std::log(std::max<double>(depth_m[i], nearest) / nearest) / span);
    std::copy(color.begin(), color.end(), image.pixels.begin() + static_cast<std::ptrdiff_t>(3 * i));
  }
  return image;
}

// Hues a golden section apart; lightness and saturation alternate so that neighbours in number differ in more than hue.
std::array<std::uint8_t, 3> id_color(int id) {
  if (id == 0) return {0, 0, 0};
  const double hue = std::fmod(0.11 + id * 0.61803398875, 1.0) * 6.0;
  const double value = 1.0 - 0.22 * ((id / 3) % 3);
  const double saturation = 0.85 - 0.25 * (id % 2);
  Rgb color{};
  for (int k = 0; k < 3; ++k) {
    const double distance = std::fabs(std::fmod(hue - 2.0 * k + 9.0, 6.0) - 3.0);
    const double pure = std::clamp(2.0 - distance, 0.0, 1.0);
    color[static_cast<std::size_t>(k)] =
        static_cast<std::uint8_t>(std::lround(255.0 * value * (1.0 - saturation * (1.0 - pure))));
  }
  return color;
}

ImageU8 colorize_ids(std::span<const std::uint16_t> ids, int height_px, int width_px) {
  ImageU8 image(height_px, width_px, 3);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const Rgb color = id_color(ids[i]);
    std::copy(color.begin(), color.end(), image.pixels.begin() + static_cast<std::ptrdiff_t>(3 * i));
  }
  return image;
}

ImageU8 colorize_flow(std::span<const float> flow_px, int height_px, int width_px) {
  ImageU8 image(height_px, width_px, 3);
  double longest = 1.0;
  for (std::size_t i = 0; i + 1 < flow_px.size(); i += 2) longest = std::max<double>(longest, std::hypot(flow_px[i], flow_px[i + 1]));
  for (std::size_t i = 0; i + 1 < flow_px.size(); i += 2) {
    const double hue = std::atan2(flow_px[i + 1], flow_px[i]) * 3.0 / std::numbers::pi + 6.0;
    const double saturation = std::hypot(flow_px[i], flow_px[i + 1]) / longest;
    for (std::size_t k = 0; k < 3; ++k) {
      const double distance = std::fabs(std::fmod(hue - 2.0 * static_cast<double>(k) + 9.0, 6.0) - 3.0);
      const double pure = std::clamp(2.0 - distance, 0.0, 1.0);
      image.pixels[i / 2 * 3 + k] = static_cast<std::uint8_t>(std::lround(255.0 * (1.0 - saturation * (1.0 - pure))));
    }
  }
  return image;
}

void paste(const ImageU8& source, int row, int column, ImageU8& target) {
  for (int r = 0; r < source.height_px && row + r < target.height_px; ++r) {
    for (int c = 0; c < source.width_px && column + c < target.width_px; ++c) {
      for (int k = 0; k < 3; ++k) target.at(row + r, column + c, k) = source.at(r, c, k);
    }
  }
}

void draw_text(const std::string& text, int row, int column, int scale, std::uint8_t brightness, ImageU8& target) {
  std::vector<FontVertex> vertices(text.size() * 80 + 80);
  std::string copy = text;
  const int quads = stb_easy_font_print(0, 0, copy.data(), nullptr, vertices.data(),
                                        static_cast<int>(vertices.size() * sizeof(FontVertex)));
  for (int q = 0; q < quads; ++q) {
    const FontVertex& low = vertices[static_cast<std::size_t>(q) * 4];
    const FontVertex& high = vertices[static_cast<std::size_t>(q) * 4 + 2];
    for (int y = static_cast<int>(low.y) * scale; y < static_cast<int>(high.y) * scale; ++y) {
      for (int x = static_cast<int>(low.x) * scale; x < static_cast<int>(high.x) * scale; ++x) {
        if (row + y < 0 || row + y >= target.height_px || column + x < 0 || column + x >= target.width_px) continue;
        for (int k = 0; k < 3; ++k) target.at(row + y, column + x, k) = brightness;
      }
    }
  }
}

int text_width_px(const std::string& text, int scale) {
  std::string copy = text;
  return stb_easy_font_width(copy.data()) * scale;
}

Status write_png(const std::filesystem::path& path, const ImageU8& image) {
  // Encoded in memory: stb's own writing to a file does not notice that a disk is full.
  std::string encoded;
  const auto append = [](void* to, void* data, int size) {
    static_cast<std::string*>(to)->append(static_cast<const char*>(data), static_cast<std::size_t>(size));
  };
  if (stbi_write_png_to_func(append, &encoded, image.width_px, image.height_px, 3, image.pixels.data(),
                             image.width_px * 3) == 0) {
    return failed(path.string() + ": no memory to encode a picture of " + std::to_string(image.width_px) + " x " +
                  std::to_string(image.height_px) + " pixels");
  }
  return write_file_atomically(path, encoded);
}

}  // namespace diorama
