// Canvas: draws plots into a picture, edges smoothed, text in DejaVu Sans. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "engine/core/image.h"
#include "engine/core/status.h"

namespace diorama {

using Color = std::array<std::uint8_t, 3>;

enum class Align { kLeft, kCenter, kRight };

struct TextStyle {
  int size_px = 15;
  Color color{30, 34, 40};
  bool bold = false;
  Align align = Align::kLeft;
};

/// A rectangle in pixels; y grows downwards.
struct Area {
  double x = 0.0;
  double y = 0.0;
  double width = 0.0;
  double height = 0.0;
};

class Canvas {
 public:
  /// kUnavailable naming the font's file and package if it is not installed.
  static Result<Canvas> create(int width_px, int height_px, Color background);
  Canvas(Canvas&&) noexcept;
  ~Canvas();

  void fill(const Area& area, Color color);
  /// A line through all points, `width_px` wide.
  void line(std::span<const std::pair<double, double>> points, double width_px, Color color);
  /// One line of UTF-8 text, its baseline at y. Cut with an ellipsis if it is wider than `most_px`
  /// (0 = never).
  void text(double x, double y, const std::string& text, const TextStyle& style,
            double most_px = 0.0);
  double text_width(const std::string& text, const TextStyle& style) const;

  const ImageU8& image() const { return image_; }

 private:
  struct Fonts;
  Canvas(ImageU8 image, std::unique_ptr<Fonts> fonts);
  void blend(int x, int y, double coverage, Color color);

  ImageU8 image_;
  std::unique_ptr<Fonts> fonts_;
};

}  // namespace diorama
