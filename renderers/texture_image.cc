#include "renderers/texture_image.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace diorama {
namespace {

/// Linear RGBA.
using Pixel = std::array<float, 4>;
using Pixels = std::vector<Pixel>;

const std::array<float, 256>& decode_table() {
  static const std::array<float, 256> table = [] {
    std::array<float, 256> values{};
    for (int i = 0; i < 256; ++i) values[i] = static_cast<float>(linear_from_srgb(i / 255.0));
    return values;
  }();
  return table;
}

std::uint8_t encode(float linear) {
  // Steps of 1/8192 are finer than a level of sRGB everywhere.
  static const std::array<std::uint8_t, 8193> table = [] {
    std::array<std::uint8_t, 8193> values{};
    for (int i = 0; i <= 8192; ++i) {
      const double x = i / 8192.0;
      const double srgb = x <= 0.0031308 ? 12.92 * x : 1.055 * std::pow(x, 1.0 / 2.4) - 0.055;
      values[i] = static_cast<std::uint8_t>(std::lround(255.0 * srgb));
    }
    return values;
  }();
  // NOLINTNEXTLINE(bugprone-incorrect-roundings): the value is never negative, and this runs per texel.
  return table[static_cast<std::size_t>(std::clamp(linear, 0.0F, 1.0F) * 8192.0F + 0.5F)];
}

/// Where one output texel takes its light from along an axis.
struct Span {
  int first = 0;
  std::vector<float> weights;
};

/// Area average where the image shrinks, linear interpolation where it grows, edges repeated.
std::vector<Span> make_spans(int from, int to) {
  std::vector<Span> spans(to);
  const double ratio = static_cast<double>(from) / to;
  for (int i = 0; i < to; ++i) {
    Span& span = spans[i];
    if (ratio >= 1.0) {
      const double begin = i * ratio, end = (i + 1) * ratio;
      span.first = static_cast<int>(begin);
      for (int j = span.first; j < from && j < end; ++j) {
        const double part = std::min<double>(end, j + 1) - std::max<double>(begin, j);
        span.weights.push_back(static_cast<float>(part / ratio));
      }
    } else {
      const double center = (i + 0.5) * ratio - 0.5;
      const double low = std::floor(center);
      span.first = std::clamp(static_cast<int>(low), 0, from - 1);
      const auto fraction = static_cast<float>(center - low);
      if (low < 0.0 || low + 1.0 > from - 1) {
        span.weights = {1.0F};
      } else {
        span.weights = {1.0F - fraction, fraction};
      }
    }
  }
  return spans;
}

Pixels stretch(const Texture& texture, int face, int size) {
  const int width = texture.width_px;
  const int height = texture.height_px / num_faces(texture);
  const std::uint8_t* source =
      texture.rgba.data() + static_cast<std::size_t>(face) * height * width * 4;
  const std::vector<Span> columns = make_spans(width, size), rows = make_spans(height, size);
  const auto& decode = decode_table();
  Pixels wide(static_cast<std::size_t>(height) * size, Pixel{});
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < size; ++x) {
      Pixel& out = wide[static_cast<std::size_t>(y) * size + x];
      for (std::size_t k = 0; k < columns[x].weights.size(); ++k) {
        const std::uint8_t* in =
            source + (static_cast<std::size_t>(y) * width + columns[x].first + k) * 4;
        const float weight = columns[x].weights[k];
        for (int c = 0; c < 3; ++c) out[c] += weight * decode[in[c]];
        out[3] += weight * static_cast<float>(in[3]) / 255.0F;
      }
    }
  }
  Pixels result(static_cast<std::size_t>(size) * size, Pixel{});
  for (int y = 0; y < size; ++y) {
    for (std::size_t k = 0; k < rows[y].weights.size(); ++k) {
      const Pixel* in = &wide[(rows[y].first + k) * static_cast<std::size_t>(size)];
      const float weight = rows[y].weights[k];
      for (int x = 0; x < size; ++x) {
        for (int c = 0; c < 4; ++c)
          result[static_cast<std::size_t>(y) * size + x][c] += weight * in[x][c];
      }
    }
  }
  return result;
}

Pixels halve(const Pixels& source, int size) {
  const int half = size / 2;
  Pixels result(static_cast<std::size_t>(half) * half);
  for (int y = 0; y < half; ++y) {
    for (int x = 0; x < half; ++x) {
      const Pixel* corner = &source[static_cast<std::size_t>(2 * y) * size + 2 * x];
      for (int c = 0; c < 4; ++c) {
        result[static_cast<std::size_t>(y) * half + x][c] =
            0.25F * (corner[0][c] + corner[1][c] + corner[size][c] + corner[size + 1][c]);
      }
    }
  }
  return result;
}

std::vector<std::uint8_t> to_bytes(const Pixels& pixels) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(pixels.size() * 4);
  for (const Pixel& pixel : pixels) {
    for (int c = 0; c < 3; ++c) bytes.push_back(encode(pixel[c]));
    bytes.push_back(static_cast<std::uint8_t>(std::lround(pixel[3] * 255.0F)));
  }
  return bytes;
}

}  // namespace

int num_faces(const Texture& texture) { return texture.type == Texture::Type::kCube ? 6 : 1; }

int num_mips(int page) { return std::bit_width(static_cast<unsigned>(kPageSizes[page])); }

int page_of(const Texture& texture) {
  const int largest = std::max(texture.width_px, texture.height_px / num_faces(texture));
  for (int page = 0; page < kNumPages; ++page) {
    if (kPageSizes[page] >= largest) return page;
  }
  return kNumPages - 1;
}

std::vector<std::vector<std::uint8_t>> mip_chain(const Texture& texture, int face, int page) {
  int size = kPageSizes[page];
  std::vector<std::vector<std::uint8_t>> levels;
  Pixels pixels = stretch(texture, face, size);
  levels.push_back(to_bytes(pixels));
  while (size > 1) {
    pixels = halve(pixels, size);
    size /= 2;
    levels.push_back(to_bytes(pixels));
  }
  return levels;
}

}  // namespace diorama
