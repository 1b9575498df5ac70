#include "apps/pipeline/canvas.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <ft2build.h>
#include FT_FREETYPE_H

namespace diorama {
namespace {

constexpr const char* kRegular = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf";
constexpr const char* kBold = "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf";
constexpr char32_t kEllipsis = 0x2026;

/// Code points of UTF-8; bytes that are none become question marks.
std::vector<char32_t> code_points(const std::string& text) {
  std::vector<char32_t> codes;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    const int more = lead < 0x80       ? 0
                     : lead >> 5 == 6  ? 1
                     : lead >> 4 == 14 ? 2
                     : lead >> 3 == 30 ? 3
                                       : -1;
    if (more < 0 || i + static_cast<std::size_t>(more) > text.size()) {
      codes.push_back(U'?');
      continue;
    }
    char32_t code = more == 0 ? lead : lead & (0x3FU >> more);
    for (int k = 0; k < more; ++k)
      code = code << 6 | (static_cast<unsigned char>(text[i++]) & 0x3FU);
    codes.push_back(code);
  }
  return codes;
}

}  // namespace

struct Canvas::Fonts {
  FT_Library library = nullptr;
  FT_Face regular = nullptr;
  FT_Face bold = nullptr;

  Fonts() = default;
  Fonts(const Fonts&) = delete;
  Fonts& operator=(const Fonts&) = delete;
  ~Fonts() {
    if (regular != nullptr) FT_Done_Face(regular);
    if (bold != nullptr) FT_Done_Face(bold);
    if (library != nullptr) FT_Done_FreeType(library);
  }

  FT_Face face(const TextStyle& style) const {
    FT_Face chosen = style.bold ? bold : regular;
    FT_Set_Pixel_Sizes(chosen, 0, static_cast<FT_UInt>(style.size_px));
    return chosen;
  }

  static double advance(FT_Face face, char32_t code) {
    if (FT_Load_Char(face, code, FT_LOAD_TARGET_LIGHT) != 0) return 0.0;
    return static_cast<double>(face->glyph->advance.x) / 64.0;
  }

  static double width(FT_Face face, std::span<const char32_t> codes) {
    double sum = 0.0;
    for (const char32_t code : codes) sum += advance(face, code);
    return sum;
  }
};

Result<Canvas> Canvas::create(int width_px, int height_px, Color background) {
  auto fonts = std::make_unique<Fonts>();
  if (FT_Init_FreeType(&fonts->library) != 0) return failed("FreeType does not start");
  for (const auto& [file, face] :
       {std::pair{kRegular, &fonts->regular}, std::pair{kBold, &fonts->bold}}) {
    if (FT_New_Face(fonts->library, file, 0, face) != 0) {
      return unavailable(std::string(file) +
                         " cannot be read: install the package fonts-dejavu-core");
    }
  }
  ImageU8 image(height_px, width_px, 3);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = background[i % 3];
  return Canvas(std::move(image), std::move(fonts));
}

Canvas::Canvas(ImageU8 image, std::unique_ptr<Fonts> fonts)
    : image_(std::move(image)), fonts_(std::move(fonts)) {}
Canvas::Canvas(Canvas&&) noexcept = default;
Canvas::~Canvas() = default;

void Canvas::blend(int x, int y, double coverage, Color color) {
  if (x < 0 || y < 0 || x >= image_.width_px || y >= image_.height_px || coverage <= 0.0) return;
  const double share = std::min(1.0, coverage);
  for (int k = 0; k < 3; ++k) {
    std::uint8_t& value = image_.at(y, x, k);
    value = static_cast<std::uint8_t>(
        std::lround((1.0 - share) * value + share * color[static_cast<std::size_t>(k)]));
  }
}

void Canvas::fill(const Area& area, Color color) {
  const auto overlap = [](int pixel, double low, double size) {
    return std::clamp(std::min<double>(pixel + 1.0, low + size) - std::max<double>(pixel, low), 0.0,
                      1.0);
  };
  const int last_y =
      std::min(image_.height_px - 1, static_cast<int>(std::floor(area.y + area.height)));
  const int last_x =
      std::min(image_.width_px - 1, static_cast<int>(std::floor(area.x + area.width)));
  for (int y = std::max(0, static_cast<int>(std::floor(area.y))); y <= last_y; ++y) {
    for (int x = std::max(0, static_cast<int>(std::floor(area.x))); x <= last_x; ++x) {
      blend(x, y, overlap(x, area.x, area.width) * overlap(y, area.y, area.height), color);
    }
  }
}

void Canvas::line(std::span<const std::pair<double, double>> points, double width_px, Color color) {
  if (points.empty()) return;
  double left = points[0].first;
  double right = left;
  double top = points[0].second;
  double bottom = top;
  for (const auto& [x, y] : points) {
    left = std::min(left, x);
    right = std::max(right, x);
    top = std::min(top, y);
    bottom = std::max(bottom, y);
  }
  const double reach = 0.5 * width_px + 1.0;
  for (int y = std::max(0, static_cast<int>(top - reach));
       y <= std::min(image_.height_px - 1, static_cast<int>(bottom + reach)); ++y) {
    for (int x = std::max(0, static_cast<int>(left - reach));
         x <= std::min(image_.width_px - 1, static_cast<int>(right + reach)); ++x) {
      double nearest = reach;
      for (std::size_t i = 0; i + 1 < points.size(); ++i) {
        const double along_x = points[i + 1].first - points[i].first;
        const double along_y = points[i + 1].second - points[i].second;
        const double from_x = x + 0.5 - points[i].first;
        const double from_y = y + 0.5 - points[i].second;
        const double length2 = along_x * along_x + along_y * along_y;
        const double t = length2 > 0.0
                             ? std::clamp((from_x * along_x + from_y * along_y) / length2, 0.0, 1.0)
                             : 0.0;
        nearest = std::min(nearest, std::hypot(from_x - t * along_x, from_y - t * along_y));
      }
      blend(x, y, std::clamp(0.5 * width_px + 0.5 - nearest, 0.0, 1.0), color);
    }
  }
}

double Canvas::text_width(const std::string& text, const TextStyle& style) const {
  return Fonts::width(fonts_->face(style), code_points(text));
}

void Canvas::text(double x, double y, const std::string& text, const TextStyle& style,
                  double most_px) {
  FT_Face face = fonts_->face(style);
  std::vector<char32_t> codes = code_points(text);
  double width = Fonts::width(face, codes);
  if (most_px > 0.0 && width > most_px) {
    while (!codes.empty() && width > most_px) {
      codes.pop_back();
      width = Fonts::width(face, codes) + Fonts::advance(face, kEllipsis);
    }
    codes.push_back(kEllipsis);
  }
  double pen = x - (style.align == Align::kLeft     ? 0.0
                    : style.align == Align::kCenter ? 0.5 * width
                                                    : width);
  for (const char32_t code : codes) {
    if (FT_Load_Char(face, code, FT_LOAD_RENDER | FT_LOAD_TARGET_LIGHT) != 0) continue;
    const FT_GlyphSlot glyph = face->glyph;
    const int left = static_cast<int>(std::lround(pen)) + glyph->bitmap_left;
    const int top = static_cast<int>(std::lround(y)) - glyph->bitmap_top;
    for (unsigned row = 0; row < glyph->bitmap.rows; ++row) {
      for (unsigned column = 0; column < glyph->bitmap.width; ++column) {
        const unsigned char coverage =
            glyph->bitmap.buffer[row * static_cast<unsigned>(glyph->bitmap.pitch) + column];
        blend(left + static_cast<int>(column), top + static_cast<int>(row), coverage / 255.0,
              style.color);
      }
    }
    pen += static_cast<double>(glyph->advance.x) / 64.0;
  }
}

}  // namespace diorama
