// Line plots over a common axis, drawn by us. UI thread only.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "apps/editor/ui/widgets.h"

namespace diorama::editor {

struct PlotLine {
  std::string name;
  std::vector<double> values;  ///< One for each x; values that are not finite leave a gap.
  int color = 0;               ///< Which of the theme's series colours.
};

struct Plot {
  std::string title;
  std::string unit;
  std::span<const double> x;  ///< Ascending.
  std::string x_unit;
  std::vector<PlotLine> lines;
  std::optional<double> cursor;  ///< A line across at this x.
};

/// Draws it in `size` pixels under the widget's name, whose shown text is the lines' values at the cursor. More points
/// than pixels are drawn as the range that they cover. Returns the x that the pointer drags to.
std::optional<double> draw_plot(Ui& ui, const Widget& widget, const Plot& plot, ImVec2 size);

/// Steps of 1, 2 or 5 times a power of ten, about `wanted` of them from `lower` to `upper`.
std::vector<double> nice_ticks(double lower, double upper, int wanted);

}  // namespace diorama::editor
