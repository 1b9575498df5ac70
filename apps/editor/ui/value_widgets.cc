// Fields for numbers, texts and colours.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <imgui_internal.h>
#include <imgui_stdlib.h>

#include "apps/editor/ui/expression.h"
#include "apps/editor/ui/imgui_compat.h"
#include "apps/editor/ui/widgets.h"

namespace diorama::editor {
namespace {

std::string number_text(double value, const NumberStyle& style) {
  if (style.whole) return fmt::format("{:.0f}", value);
  std::string text = fmt::format("{:.{}g}", value, style.digits);
  // 60000 reads better than 6e+04; only what is larger has an exponent.
  if (text.find("e+") != std::string::npos && std::abs(value) < 1e7) text = fmt::format("{:.0f}", value);
  return text;
}

/// What one pixel of a drag changes.
double drag_step(double start, const NumberStyle& style) {
  if (style.step > 0.0) return style.step;
  if (style.whole) return 0.1;
  const double range = style.upper - style.lower;
  const double by_value = std::max(std::abs(start) * 0.01, 0.001);
  return range < 1e6 ? std::min(range / 300.0, std::max(by_value, range / 3000.0)) : by_value;
}

double fit(double value, const NumberStyle& style) {
  if (style.whole) value = std::round(value);
  return std::clamp(value, style.lower, style.upper);
}

}  // namespace

Edit Ui::number(const Widget& widget, double& value, const NumberStyle& style) {
  Edit edit;
  const bool wants_focus = !focus_.empty() && focus_ == full_name(widget);
  if (wants_focus) focus_.clear();
  const ImGuiID id = ImGui::GetID(("###" + widget.name()).c_str());
  const bool no_number = widget.is_mixed() || !style.absent.empty();
  const std::string shown = widget.is_mixed() ? "mixed"
                            : no_number       ? style.absent
                                              : number_text(value, style);
  const std::string record = style.unit.empty() || no_number ? shown : shown + " " + style.unit;
  if (wants_focus) {
    edited_ = id;
    edit_fresh_ = true;
    edit_text_ = no_number ? "" : fmt::format("{}", value);
  }
  if (edited_ == id) {
    before(widget);
    if (edit_fresh_) ImGui::SetKeyboardFocusHere();
    const bool entered =
        ImGui::InputText(("###" + widget.name()).c_str(), &edit_text_,
                         ImGuiInputTextFlags_AutoSelectAll | ImGuiInputTextFlags_EnterReturnsTrue);
    const bool left = !edit_fresh_ && ImGui::IsItemDeactivated();
    if (ImGui::IsItemActive()) edit_fresh_ = false;
    if (entered || left) {
      const bool cancelled = compat::key_pressed(Key::kEscape);
      const Result<double> typed = evaluate_expression(edit_text_, style.unit);
      edit_problem_ = typed.ok() ? "" : typed.status().message();
      if (typed.ok() && !cancelled) {
        const double fitted = fit(*typed, style);
        edit.changed = edit.committed = fitted != value || no_number;
        value = fitted;
      }
      if (typed.ok() || !entered) {
        edited_ = 0;
        edit_problem_.clear();
      } else {
        edit_fresh_ = true;  // Stay, so that the text can be mended.
      }
    }
    Widget described = widget;
    if (!edit_problem_.empty()) described.off(edit_problem_);
    if (!widget.off().empty()) ImGui::EndDisabled();
    record_last(described, record);
    return edit;
  }
  before(widget);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 size{ImGui::CalcItemWidth(), ImGui::GetFrameHeight()};
  ImGui::InvisibleButton(("###" + widget.name()).c_str(), size);
  const bool active = ImGui::IsItemActive(), hovered = ImGui::IsItemHovered();
  if (hovered || active) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
  if (ImGui::IsItemActivated()) drag_start_ = value;
  if (active && ImGui::IsMouseDragging(0)) {
    dragged_ = id;
    const ImGuiIO& io = ImGui::GetIO();
    const double fine = io.KeyShift ? 0.1 : io.KeyCtrl ? 10.0 : 1.0;
    const double moved = ImGui::GetMouseDragDelta(0).x * drag_step(drag_start_, style) * fine;
    // Round to what a person would type: a hundredth of the step is noise.
    const double grain =
        std::pow(10.0, std::floor(std::log10(drag_step(drag_start_, style) * fine)));
    const double next = fit(std::round((drag_start_ + moved) / grain) * grain, style);
    edit.changed = next != value;
    value = next;
  }
  if (ImGui::IsItemDeactivated()) {
    if (dragged_ == id) {
      edit.committed = true;
    } else if (widget.off().empty()) {
      edited_ = id;
      edit_fresh_ = true;
      edit_text_ = no_number ? "" : fmt::format("{}", value);
      host_.keep_drawing();
    }
    dragged_ = 0;
  }
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  const ImVec2 end{at.x + size.x, at.y + size.y};
  const ImGuiStyle& look = ImGui::GetStyle();
  draw.AddRectFilled(at, end,
                     ImGui::GetColorU32(active    ? ImGuiCol_FrameBgActive
                                        : hovered ? ImGuiCol_FrameBgHovered
                                                  : ImGuiCol_FrameBg),
                     look.FrameRounding);
  if (style.slider && style.upper > style.lower && !no_number) {
    const auto part = static_cast<float>(
        std::clamp((value - style.lower) / (style.upper - style.lower), 0.0, 1.0));
    draw.AddRectFilled(at, {at.x + size.x * part, end.y}, ImGui::GetColorU32(ImGuiCol_Header),
                       look.FrameRounding);
  }
  if (widget.is_varied()) {
    draw.AddRectFilled(at, {at.x + 0.75F * step(), end.y}, color_u32(theme().varied),
                       look.FrameRounding, ImDrawFlags_RoundCornersLeft);
  }
  const ImVec2 text_at{at.x + look.FramePadding.x + (widget.is_varied() ? 0.5F * step() : 0.0F),
                       at.y + look.FramePadding.y};
  const float shown_width = ImGui::CalcTextSize(shown.c_str()).x;
  draw.PushClipRect(at, end, true);
  draw.AddText(
      text_at,
      ImGui::GetColorU32(no_number || widget.is_unset() ? ImGuiCol_TextDisabled : ImGuiCol_Text),
      shown.c_str());
  // A unit that does not fit would only look like a broken number; the tooltip has it.
  const float unit_x = text_at.x + shown_width + step();
  if (!no_number && unit_x + ImGui::CalcTextSize(style.unit.c_str()).x <= end.x) {
    draw.AddText({unit_x, text_at.y}, ImGui::GetColorU32(ImGuiCol_TextDisabled),
                 style.unit.c_str());
  }
  draw.PopClipRect();
  after(widget, record);
  return edit;
}

Edit Ui::integer(const Widget& widget, std::int64_t& value, NumberStyle style) {
  style.whole = true;
  auto real = static_cast<double>(value);
  const Edit edit = number(widget, real, style);
  if (edit) value = static_cast<std::int64_t>(std::llround(real));
  return edit;
}

Edit Ui::text_field(const Widget& widget, std::string& value, std::string_view hint) {
  Edit edit;
  const ImGuiID id = ImGui::GetID(("###" + widget.name()).c_str());
  std::string copy = widget.is_mixed() ? "" : value;
  std::string& buffer = edited_ == id ? edit_text_ : copy;
  const std::string placeholder = widget.is_mixed() ? "mixed" : std::string(hint);
  before(widget);
  ImGui::InputTextWithHint(("###" + widget.name()).c_str(), placeholder.c_str(), &buffer,
                           ImGuiInputTextFlags_AutoSelectAll);
  if (ImGui::IsItemActivated()) {
    edit_text_ = buffer;
    edited_ = id;
  }
  if (edited_ == id && ImGui::IsItemActive()) edit.changed = edit_text_ != value;
  if (ImGui::IsItemDeactivated() && edited_ == id) {
    edited_ = 0;
    if (!compat::key_pressed(Key::kEscape) && edit_text_ != value) {
      value = edit_text_;
      edit.changed = edit.committed = true;
    } else {
      edit.changed = false;
    }
  }
  after(widget, widget.is_mixed() ? "mixed" : value);
  // What is typed is the caller's only when it is committed.
  edit.changed = edit.committed;
  return edit;
}

bool Ui::search_field(const Widget& widget, std::string& value, std::string_view hint) {
  before(widget);
  const bool changed =
      ImGui::InputTextWithHint(("###" + widget.name()).c_str(), std::string(hint).c_str(), &value);
  after(widget, value);
  return changed;
}

Edit Ui::color(const Widget& widget, std::array<float, 3>& rgb) {
  Edit edit;
  before(widget);
  ImGui::PushStyleColor(ImGuiCol_Text, widget.is_unset() ? theme().dim : theme().text);
  // Where three numbers would be cut off the patch stands alone; a click on it opens the picker.
  const bool narrow = ImGui::CalcItemWidth() < 3 * ImGui::CalcTextSize("0.000").x +
                                                   8 * ImGui::GetStyle().FramePadding.x +
                                                   ImGui::GetFrameHeight();
  edit.changed = ImGui::ColorEdit3(("###" + widget.name()).c_str(), rgb.data(),
                                   ImGuiColorEditFlags_Float | ImGuiColorEditFlags_DisplayRGB |
                                       (narrow ? ImGuiColorEditFlags_NoInputs : 0));
  edit.committed = ImGui::IsItemDeactivatedAfterEdit();
  ImGui::PopStyleColor();
  after(widget, fmt::format("{:.3f} {:.3f} {:.3f}", rgb[0], rgb[1], rgb[2]));
  return edit;
}

}  // namespace diorama::editor
