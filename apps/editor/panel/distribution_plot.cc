#include "apps/editor/panel/distribution_plot.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "engine/core/rng.h"
#include "scenes/distribution.h"

namespace diorama::editor {
namespace {

constexpr int kDraws = 20000;
constexpr int kBins = 48;

}  // namespace

Histogram histogram_of(const schema::Distribution& distribution) {
  Histogram histogram;
  const std::vector<std::string> problems = check_distribution(distribution);
  if (!problems.empty()) {
    histogram.note = problems.front();
    return histogram;
  }
  if (distribution.has_rotation()) {
    histogram.note = "All rotations alike";
    return histogram;
  }
  std::size_t bars = kBins;
  if (distribution.has_choice()) {
    for (const auto& option : distribution.choice().option())
      histogram.labels.push_back(option.value());
    bars = histogram.labels.size();
  } else {
    const std::vector<Draw> ends = extreme_draws(distribution);
    const auto [low, high] = std::minmax_element(
        ends.begin(), ends.end(), [](const Draw& a, const Draw& b) { return a.number < b.number; });
    histogram.low = low->number;
    histogram.high = high->number;
    if (distribution.has_integer()) {
      histogram.high += 1.0;  // A bin holds the whole numbers from its left edge.
      bars = static_cast<std::size_t>(
          std::clamp(histogram.high - histogram.low, 1.0, static_cast<double>(kBins)));
    }
  }
  histogram.shares.assign(bars, 0.0);
  RandomStream stream({0, 0}, "editor/histogram");
  const double width = histogram.high - histogram.low;
  for (int i = 0; i < kDraws; ++i) {
    const Draw drawn = draw(distribution, stream);
    const double place =
        width > 0.0 ? (drawn.number - histogram.low) / width * static_cast<double>(bars) : 0.0;
    const auto bar =
        drawn.option >= 0
            ? static_cast<std::size_t>(drawn.option)
            : static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(bars) - 1.0));
    histogram.shares[bar] += 1.0 / kDraws;
  }
  return histogram;
}

void DistributionPlot::draw(Ui& ui, const Widget& widget, const schema::Distribution& distribution,
                            const std::string& unit, double present, float height) {
  const std::string text = distribution.SerializeAsString();
  if (text != drawn_ || histogram_.shares.empty()) {
    drawn_ = text;
    histogram_ = histogram_of(distribution);
  }
  const Theme& theme = ui.theme();
  const float line = ImGui::GetTextLineHeight();
  const bool hovered = ui.area(widget, {std::max(40.0F, ui.space_left().x), height});
  const ImVec2 begin = ImGui::GetItemRectMin();
  const ImVec2 end = ImGui::GetItemRectMax();
  ImDrawList& paper = *ImGui::GetWindowDrawList();
  paper.AddRectFilled(begin, end, color_u32(theme.frame), theme.step);
  const float pad = 2.0F * theme.step;
  const float bottom = end.y - line - 1.5F * theme.step;
  const float left = begin.x + pad;
  const float width = end.x - begin.x - 2.0F * pad;
  const auto label = [&](const std::string& shown, float x, float align, const ImVec4& color) {
    const float size = ImGui::CalcTextSize(shown.c_str()).x;
    paper.AddText(
        {std::clamp(x - align * size, begin.x + pad, std::max(begin.x + pad, end.x - pad - size)),
         bottom + 0.5F * theme.step},
        color_u32(color), shown.c_str());
  };
  if (histogram_.shares.empty()) {
    paper.AddText({left, begin.y + pad}, color_u32(theme.dim), histogram_.note.c_str());
    return;
  }
  const double highest = *std::max_element(histogram_.shares.begin(), histogram_.shares.end());
  const float bar = width / static_cast<float>(histogram_.shares.size());
  const float gap = bar > 6.0F ? 1.0F : 0.0F;
  for (std::size_t i = 0; i < histogram_.shares.size(); ++i) {
    const float x = left + bar * static_cast<float>(i);
    const auto tall = static_cast<float>(histogram_.shares[i] / highest) * (bottom - begin.y - pad);
    paper.AddRectFilled({x, bottom - tall}, {x + bar - gap, bottom}, color_u32(theme.varied));
    if (!histogram_.labels.empty()) {
      paper.PushClipRect({x, begin.y}, {x + bar - 2.0F, end.y}, true);
      paper.AddText({x + 2.0F, bottom + 0.5F * theme.step}, color_u32(theme.dim),
                    histogram_.labels[i].c_str());
      paper.PopClipRect();
    }
  }
  paper.AddLine({left, bottom}, {left + width, bottom}, color_u32(theme.border));
  if (hovered) {
    const float place = std::clamp((ImGui::GetIO().MousePos.x - left) / bar, 0.0F,
                                   static_cast<float>(histogram_.shares.size()) - 1.0F);
    const auto i = static_cast<std::size_t>(place);
    const double step =
        (histogram_.high - histogram_.low) / static_cast<double>(histogram_.shares.size());
    const std::string what =
        histogram_.labels.empty()
            ? fmt::format("{:.4g} to {:.4g} {}", histogram_.low + step * static_cast<double>(i),
                          histogram_.low + step * static_cast<double>(i + 1), unit)
            : histogram_.labels[i];
    ImGui::SetTooltip("%s: %.1f %%", what.c_str(), 100.0 * histogram_.shares[i]);
  }
  if (!histogram_.labels.empty()) return;
  const double shown_high = distribution.has_integer() ? histogram_.high - 1.0 : histogram_.high;
  label(fmt::format("{:.4g}", histogram_.low), left, 0.0F, theme.dim);
  label(fmt::format("{:.4g} {}", shown_high, unit), left + width, 1.0F, theme.dim);
  const double range = histogram_.high - histogram_.low;
  if (std::isfinite(present) && range > 0.0 && present >= histogram_.low &&
      present <= histogram_.high) {
    const float x = left + static_cast<float>((present - histogram_.low) / range) * width;
    paper.AddLine({x, begin.y + theme.step}, {x, bottom}, color_u32(theme.text), 1.5F);
    label(fmt::format("{:.4g}", present), x, 0.5F, theme.text);
  }
}

}  // namespace diorama::editor
