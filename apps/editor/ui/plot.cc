#include "apps/editor/ui/plot.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace diorama::editor {
namespace {

struct Range {
  double lower = 0.0;
  double upper = 1.0;
  double share(double value) const { return (value - lower) / (upper - lower); }
};

Range range_of(const Plot& plot) {
  double lower = 1e300;
  double upper = -1e300;
  for (const PlotLine& line : plot.lines) {
    for (const double value : line.values) {
      if (!std::isfinite(value)) continue;
      lower = std::min(lower, value);
      upper = std::max(upper, value);
    }
  }
  if (lower > upper) return {};
  const double margin = std::max(0.05 * (upper - lower), 1e-9 + 1e-3 * std::abs(upper));
  return {lower - margin, upper + margin};
}

/// The index of the x nearest to a place.
std::size_t nearest(std::span<const double> x, double at) {
  const auto after = std::lower_bound(x.begin(), x.end(), at);
  if (after == x.begin()) return 0;
  if (after == x.end()) return x.size() - 1;
  const auto index = static_cast<std::size_t>(after - x.begin());
  return at - x[index - 1] < x[index] - at ? index - 1 : index;
}

class Painter {
 public:
  Painter(Ui& ui, const Plot& plot, ImVec2 at, ImVec2 size)
      : ui_(ui), plot_(plot), draw_(*ImGui::GetWindowDrawList()), low_(at), high_{at.x + size.x, at.y + size.y},
        x_{plot.x.front(), std::max(plot.x.back(), plot.x.front() + 1e-9)}, y_(range_of(plot)) {}

  float x_px(double x) const { return low_.x + static_cast<float>(x_.share(x)) * (high_.x - low_.x); }
  float y_px(double y) const { return high_.y - static_cast<float>(y_.share(y)) * (high_.y - low_.y); }
  double x_at(float px) const {
    return x_.lower + std::clamp<double>((px - low_.x) / (high_.x - low_.x), 0.0, 1.0) * (x_.upper - x_.lower);
  }

  void frame() {
    const Theme& theme = ui_.theme();
    draw_.AddRectFilled(low_, high_, color_u32(theme.window), 2.0F);
    const ImU32 grid = color_u32(with_alpha(theme.dim, 0.25F));
    for (const double tick : nice_ticks(y_.lower, y_.upper, static_cast<int>((high_.y - low_.y) / (9 * ui_.step())))) {
      draw_.AddLine({low_.x, y_px(tick)}, {high_.x, y_px(tick)}, grid);
      const std::string text = fmt::format("{:.4g}", tick);
      draw_.AddText({low_.x - ImGui::CalcTextSize(text.c_str()).x - ui_.step(), y_px(tick) - 0.5F * ImGui::GetFontSize()},
                    color_u32(theme.dim), text.c_str());
    }
    for (const double tick : nice_ticks(x_.lower, x_.upper, static_cast<int>((high_.x - low_.x) / (25 * ui_.step())))) {
      draw_.AddLine({x_px(tick), low_.y}, {x_px(tick), high_.y}, grid);
      const std::string text = fmt::format("{:.4g} {}", tick, plot_.x_unit);
      const float left = x_px(tick) - 0.5F * ImGui::CalcTextSize(text.c_str()).x;
      draw_.AddText({left, high_.y + 0.5F * ui_.step()}, color_u32(theme.dim), text.c_str());
    }
  }

  void line(const PlotLine& line) {
    const ImU32 color = color_u32(series_color(line.color));
    draw_.PushClipRect(low_, high_, true);
    const std::size_t columns = static_cast<std::size_t>(std::max(1.0F, high_.x - low_.x));
    if (line.values.size() <= columns) {
      for (std::size_t i = 1; i < line.values.size(); ++i) {
        if (!std::isfinite(line.values[i - 1]) || !std::isfinite(line.values[i])) continue;
        draw_.AddLine({x_px(plot_.x[i - 1]), y_px(line.values[i - 1])}, {x_px(plot_.x[i]), y_px(line.values[i])}, color, 1.5F);
      }
    } else {
      ranges(line, color);
    }
    draw_.PopClipRect();
  }

  void cursor(double x) {
    draw_.AddLine({x_px(x), low_.y}, {x_px(x), high_.y}, color_u32(ui_.theme().accent), 1.5F);
    for (const PlotLine& line : plot_.lines) {
      const double value = line.values[nearest(plot_.x, x)];
      if (std::isfinite(value)) draw_.AddCircleFilled({x_px(x), y_px(value)}, 0.8F * ui_.step(), color_u32(series_color(line.color)));
    }
  }

  const ImVec4& series_color(int index) const {
    const auto& series = ui_.theme().series;
    return series[static_cast<std::size_t>(index) % series.size()];
  }

 private:
  /// For each pixel column the range of the values in it, joined to the column before.
  void ranges(const PlotLine& line, ImU32 color) {
    std::size_t i = 0;
    double last = line.values[0];
    for (float px = low_.x; px < high_.x && i < line.values.size(); px += 1.0F) {
      double lower = last;
      double upper = last;
      for (; i < line.values.size() && x_px(plot_.x[i]) <= px; ++i) {
        last = line.values[i];
        lower = std::min(lower, last);
        upper = std::max(upper, last);
      }
      draw_.AddLine({px, y_px(lower) + 0.75F}, {px, y_px(upper) - 0.75F}, color, 1.5F);
    }
  }

  Ui& ui_;
  const Plot& plot_;
  ImDrawList& draw_;
  ImVec2 low_;
  ImVec2 high_;
  Range x_;
  Range y_;
};

}  // namespace

std::vector<double> nice_ticks(double lower, double upper, int wanted) {
  std::vector<double> ticks;
  if (!(upper > lower) || wanted < 1) return ticks;
  const double rough = (upper - lower) / wanted;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10.0 * power;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * power >= rough) step = factor * power;
  }
  for (double k = std::ceil(lower / step); k * step <= upper; k += 1.0) ticks.push_back(k * step);
  return ticks;
}

std::optional<double> draw_plot(Ui& ui, const Widget& widget, const Plot& plot, ImVec2 size) {
  std::string shown;
  const bool has_points = !plot.x.empty();
  const std::size_t at_cursor = has_points ? nearest(plot.x, plot.cursor.value_or(plot.x.back())) : 0;
  for (const PlotLine& line : plot.lines) {
    if (has_points) shown += (shown.empty() ? "" : ", ") + fmt::format("{} {:.4g} {}", line.name, line.values[at_cursor], plot.unit);
  }
  // The line above: what is drawn, in its colour, with its value.
  for (const PlotLine& line : plot.lines) {
    const ImVec2 dot = ImGui::GetCursorScreenPos();
    const auto& series = ui.theme().series;
    ImGui::GetWindowDrawList()->AddRectFilled(
        {dot.x, dot.y + 0.35F * ImGui::GetFontSize()}, {dot.x + 3 * ui.step(), dot.y + 0.65F * ImGui::GetFontSize()},
        color_u32(series[static_cast<std::size_t>(line.color) % series.size()]), 1.0F);
    ImGui::Dummy({3 * ui.step(), ImGui::GetFontSize()});
    ui.same_line(1);
    ui.text(line.name);
    if (has_points) {
      ui.same_line(1);
      ui.dim(fmt::format("{:.4g} {}", line.values[at_cursor], plot.unit));
    }
    if (&line != &plot.lines.back()) ui.same_line(4);
  }
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ui.area(Widget(widget).text(shown), size);
  if (!has_points) return std::nullopt;
  const float left = 16 * ui.step();
  const float below = 6 * ui.step();
  Painter painter(ui, plot, {at.x + left, at.y}, {std::max(1.0F, size.x - left), std::max(1.0F, size.y - below)});
  painter.frame();
  for (const PlotLine& line : plot.lines) painter.line(line);
  if (plot.cursor) painter.cursor(*plot.cursor);
  if (!ImGui::IsItemActive()) return std::nullopt;
  return painter.x_at(ImGui::GetIO().MousePos.x);
}

}  // namespace diorama::editor
