#include "apps/editor/ui/widgets.h"

#include <algorithm>

#include <imgui_internal.h>

namespace diorama::editor {
namespace {

constexpr float kLeastFieldSteps = 28.0F;  // Room for a few digits and two buttons.

}  // namespace

std::string Ui::with_icon(const Icon& icon, std::string_view text) const {
  if (!fonts().has_icons || icon.glyph == nullptr) return std::string(text);
  return std::string(icon.glyph) + "  " + std::string(text);
}

void Ui::push(std::string_view scope) {
  scope_lengths_.push_back(scope_.size());
  if (!scope_.empty()) scope_ += '/';
  scope_ += scope;
  ImGui::PushID(scope.data(), scope.data() + scope.size());
}

void Ui::pop() {
  scope_.resize(scope_lengths_.back());
  scope_lengths_.pop_back();
  ImGui::PopID();
}

std::string Ui::full_name(const Widget& widget) const {
  return scope_.empty() ? widget.name() : scope_ + "/" + widget.name();
}

std::string Ui::label(const Widget& widget) const { return widget.shown() + "###" + widget.name(); }

void Ui::before(const Widget& widget) {
  if (!focus_.empty() && focus_ == full_name(widget)) {
    focus_.clear();
    ImGui::SetKeyboardFocusHere();
  }
  if (!widget.off().empty()) ImGui::BeginDisabled();
}

void Ui::after(const Widget& widget, std::string_view shown) {
  if (!widget.off().empty()) ImGui::EndDisabled();
  record_last(widget, shown);
}

void Ui::record_last(const Widget& widget, std::string_view shown) {
  const std::string name = full_name(widget);
  ImRect rect(ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
  rect.ClipWith(ImGui::GetCurrentWindow()->ClipRect);
  const bool visible = rect.GetWidth() > 0.5F && rect.GetHeight() > 0.5F &&
                       ImGui::GetCurrentWindow()->SkipItems == false;
  host_.registry().record(name, {rect.Min.x, rect.Min.y, rect.Max.x, rect.Max.y, visible,
                                 std::string(shown), widget.off()});
  if (host_.registry().wants(name)) {
    ImGui::SetScrollHereY(0.5F);
    host_.registry().revealed();
  }
  if (widget.tip().empty() && widget.off().empty()) return;
  if (!ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled)) return;
  // Whatever colours and font the widget itself was drawn with.
  ImGui::PushStyleColor(ImGuiCol_Text, theme().text);
  ImGui::PushFont(fonts().body);
  ImGui::BeginTooltip();
  ImGui::PushTextWrapPos(ImGui::GetFontSize() * 28.0F);
  if (!widget.tip().empty()) ImGui::TextUnformatted(widget.tip().c_str());
  if (!widget.off().empty()) {
    ImGui::PushStyleColor(ImGuiCol_Text, theme().warning);
    ImGui::TextUnformatted(widget.off().c_str());
    ImGui::PopStyleColor();
  }
  ImGui::PopTextWrapPos();
  ImGui::EndTooltip();
  ImGui::PopFont();
  ImGui::PopStyleColor();
}

// ---- text

void Ui::text(std::string_view text) {
  ImGui::TextUnformatted(text.data(), text.data() + text.size());
}

void Ui::wrapped(std::string_view text) {
  ImGui::PushTextWrapPos(0.0F);
  this->text(text);
  ImGui::PopTextWrapPos();
}

void Ui::colored(const ImVec4& color, std::string_view text) {
  ImGui::PushStyleColor(ImGuiCol_Text, color);
  this->text(text);
  ImGui::PopStyleColor();
}

void Ui::dim(std::string_view text) { colored(theme().dim, text); }

void Ui::heading(std::string_view text) {
  ImGui::PushFont(fonts().bold);
  this->text(text);
  ImGui::PopFont();
}

void Ui::mono(std::string_view text) {
  ImGui::PushFont(fonts().mono);
  this->text(text);
  ImGui::PopFont();
}

void Ui::value(const Widget& widget, std::string_view value, std::string_view unit) {
  ImGui::BeginGroup();
  caption(widget.shown());
  text(value);
  if (!unit.empty()) {
    ImGui::SameLine(0.0F, step());
    dim(unit);
  }
  ImGui::EndGroup();
  record_last(widget,
              unit.empty() ? std::string(value) : std::string(value) + " " + std::string(unit));
}

void Ui::empty_note(std::string_view text) {
  const ImVec2 space = space_left();
  const float wrap = std::min(space.x - 4 * step(), ImGui::GetFontSize() * 24.0F);
  if (wrap < ImGui::GetFontSize() * 4.0F) return;
  const ImVec2 size = ImGui::CalcTextSize(text.data(), text.data() + text.size(), false, wrap);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 place{at.x + std::max(0.0F, 0.5F * (space.x - size.x)),
                     at.y + std::max(2 * step(), 0.38F * (space.y - size.y))};
  ImGui::GetWindowDrawList()->AddText(ImGui::GetFont(), ImGui::GetFontSize(), place,
                                      color_u32(theme().dim), text.data(),
                                      text.data() + text.size(), wrap);
  ImGui::Dummy({1.0F, size.y + 4 * step()});
  record_last(Widget("Note"), text);
}

float Ui::caption_end() const {
  const float end =
      std::clamp(0.4F * ImGui::GetWindowContentRegionMax().x, 20 * step(), 44 * step());
  return std::max(end, ImGui::GetCursorPosX());
}

float Ui::room_beside_caption() const {
  return ImGui::GetWindowContentRegionMax().x - caption_end();
}

void Ui::tip_of_last(std::string_view tip) {
  if (tip.empty() || !ImGui::IsItemHovered()) return;
  ImGui::BeginTooltip();
  ImGui::PushTextWrapPos(ImGui::GetFontSize() * 28.0F);
  text(tip);
  ImGui::PopTextWrapPos();
  ImGui::EndTooltip();
}

void Ui::caption(std::string_view text, std::string_view tip) {
  // With large letters in a narrow panel the field has a line of its own.
  if (room_beside_caption() < kLeastFieldSteps * step()) {
    caption_line(text, tip);
    ImGui::SetNextItemWidth(-1.0F);
    return;
  }
  ImGui::AlignTextToFramePadding();
  const float end = caption_end();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  // A caption that is too long ends in front of its field.
  ImGui::PushClipRect(
      at, {at.x + end - ImGui::GetCursorPosX(), at.y + 3 * ImGui::GetFrameHeight()}, true);
  dim(text);
  ImGui::PopClipRect();
  tip_of_last(tip);
  ImGui::SameLine(end);
  ImGui::SetNextItemWidth(-1.0F);
}

void Ui::caption_line(std::string_view text, std::string_view tip) {
  ImGui::AlignTextToFramePadding();
  dim(text);
  tip_of_last(tip);
}

// ---- buttons and choices

bool Ui::button(const Widget& widget) {
  before(widget);
  const bool pressed = ImGui::Button(label(widget).c_str());
  after(widget, widget.shown());
  return pressed;
}

bool Ui::primary_button(const Widget& widget) {
  const bool dark_text = host_.style().theme == ThemeName::kDark;
  ImGui::PushStyleColor(ImGuiCol_Button, theme().accent);
  ImGui::PushStyleColor(ImGuiCol_ButtonHovered, with_alpha(theme().accent, 0.85F));
  ImGui::PushStyleColor(ImGuiCol_ButtonActive, with_alpha(theme().accent, 0.7F));
  ImGui::PushStyleColor(ImGuiCol_Text, dark_text ? theme().window : theme().frame);
  const bool pressed = button(widget);
  ImGui::PopStyleColor(4);
  return pressed;
}

bool Ui::icon_button(const Widget& widget, const Icon& icon, bool on) {
  Widget described = widget;
  if (widget.tip().empty()) described.tip(widget.shown());
  if (on) {
    ImGui::PushStyleColor(ImGuiCol_Button, theme().accent_soft);
    ImGui::PushStyleColor(ImGuiCol_Text, theme().text);
  } else {
    ImGui::PushStyleColor(ImGuiCol_Button, with_alpha(theme().frame, 0.0F));
    ImGui::PushStyleColor(ImGuiCol_Text, theme().text);
  }
  before(described);
  const float side = ImGui::GetFrameHeight();
  const std::string shown = std::string(this->icon(icon)) + "###" + widget.name();
  const float width = std::max(side * 1.15F, ImGui::CalcTextSize(this->icon(icon)).x + 2 * step());
  const bool pressed = ImGui::Button(shown.c_str(), {width, side});
  ImGui::PopStyleColor(2);
  after(described, on ? "on" : "off");
  return pressed;
}

bool Ui::checkbox(const Widget& widget, bool& value) {
  before(widget);
  if (widget.is_mixed()) ImGui::PushItemFlag(ImGuiItemFlags_MixedValue, true);
  const bool changed = ImGui::Checkbox(label(widget).c_str(), &value);
  if (widget.is_mixed()) ImGui::PopItemFlag();
  after(widget, widget.is_mixed() ? "mixed" : value ? "on" : "off");
  return changed;
}

bool Ui::selectable(const Widget& widget, bool selected, bool span_columns) {
  before(widget);
  const bool pressed = ImGui::Selectable(
      label(widget).c_str(), selected,
      span_columns ? ImGuiSelectableFlags_SpanAllColumns | ImGuiSelectableFlags_AllowItemOverlap
                   : 0);
  after(widget, widget.shown());
  return pressed;
}

bool Ui::choice(const Widget& widget, int& index, std::span<const std::string> items) {
  before(widget);
  const bool valid = index >= 0 && index < static_cast<int>(items.size());
  const std::string current = widget.is_mixed() ? "mixed" : valid ? items[index] : "";
  ImGui::PushStyleColor(ImGuiCol_Text, widget.is_unset() ? theme().dim : theme().text);
  const bool open = ImGui::BeginCombo(("###" + widget.name()).c_str(), current.c_str());
  ImGui::PopStyleColor();
  after(widget, current);
  if (!open) return false;
  bool changed = false;
  push(widget.name());
  for (int i = 0; i < static_cast<int>(items.size()); ++i) {
    if (selectable(items[i], i == index) && i != index) {
      index = i;
      changed = true;
    }
    if (i == index && ImGui::IsWindowAppearing()) ImGui::SetItemDefaultFocus();
  }
  pop();
  ImGui::EndCombo();
  return changed;
}

bool Ui::segmented(const Widget& widget, int& index, std::span<const std::string> items) {
  bool changed = false;
  push(widget.name());
  for (int i = 0; i < static_cast<int>(items.size()); ++i) {
    if (i > 0) ImGui::SameLine(0.0F, 1.0F);
    ImGui::PushStyleColor(ImGuiCol_Button, i == index ? theme().accent_soft : theme().frame);
    if (button(Widget(items[i]).tip(widget.tip()).off(widget.off())) && i != index) {
      index = i;
      changed = true;
    }
    ImGui::PopStyleColor();
  }
  pop();
  return changed;
}

bool Ui::menu_item(const Widget& widget, std::string_view shortcut, bool checked) {
  const std::string keys(shortcut);
  before(widget);
  const bool pressed =
      ImGui::MenuItem(label(widget).c_str(), keys.empty() ? nullptr : keys.c_str(), checked);
  after(widget, widget.shown());
  return pressed;
}

bool Ui::begin_menu(const Widget& widget) {
  before(widget);
  const bool open = ImGui::BeginMenu(label(widget).c_str());
  // Inside an open menu the last item is the menu's first: its own rectangle is recorded from the
  // outside.
  if (!open) {
    after(widget, widget.shown());
    return false;
  }
  if (!widget.off().empty()) ImGui::EndDisabled();
  return true;
}

bool Ui::tree_node(const Widget& widget, ImGuiTreeNodeFlags flags) {
  before(widget);
  const bool open = ImGui::TreeNodeEx(label(widget).c_str(), flags);
  after(widget, widget.shown());
  return open;
}

bool Ui::tree(const Widget& widget, bool selected, bool leaf, bool open_at_first) {
  ImGuiTreeNodeFlags flags = ImGuiTreeNodeFlags_OpenOnArrow | ImGuiTreeNodeFlags_OpenOnDoubleClick |
                             ImGuiTreeNodeFlags_SpanAvailWidth | ImGuiTreeNodeFlags_FramePadding |
                             ImGuiTreeNodeFlags_AllowItemOverlap;
  if (selected) flags |= ImGuiTreeNodeFlags_Selected;
  if (leaf) flags |= ImGuiTreeNodeFlags_Leaf;
  if (open_at_first) flags |= ImGuiTreeNodeFlags_DefaultOpen;
  return tree_node(widget, flags);
}

bool Ui::section(const Widget& widget, bool open_at_first) {
  ImGui::PushFont(fonts().bold);
  ImGui::PushStyleColor(ImGuiCol_Header, theme().raised);
  before(widget);
  const bool open = ImGui::CollapsingHeader(label(widget).c_str(),
                                            open_at_first ? ImGuiTreeNodeFlags_DefaultOpen : 0);
  after(widget, open ? "open" : "closed");
  ImGui::PopStyleColor();
  ImGui::PopFont();
  return open;
}

// ---- pictures and own drawing

bool Ui::area(const Widget& widget, ImVec2 size) {
  before(widget);
  ImGui::InvisibleButton(("###" + widget.name()).c_str(),
                         {std::max(size.x, 1.0F), std::max(size.y, 1.0F)},
                         ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight |
                             ImGuiButtonFlags_MouseButtonMiddle);
  after(widget, widget.shown());
  return ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem);
}

bool Ui::picture(const Widget& widget, const Texture* texture, ImVec2 size) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  before(widget);
  const bool pressed = ImGui::InvisibleButton(("###" + widget.name()).c_str(),
                                              {std::max(size.x, 1.0F), std::max(size.y, 1.0F)});
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  const ImVec2 end{at.x + size.x, at.y + size.y};
  draw.AddRectFilled(at, end, color_u32(theme().window), step());
  if (texture != nullptr) {
    draw.AddImageRounded(const_cast<Texture*>(texture), at, end, {0, 0}, {1, 1}, IM_COL32_WHITE,
                         0.5F * step());
  }
  after(widget, widget.shown());
  return pressed;
}

void Ui::progress(const Widget& widget, double fraction, std::string_view text) {
  const std::string shown(text);
  ImGui::ProgressBar(static_cast<float>(fraction), {-1.0F, 0.0F}, shown.c_str());
  record_last(widget, shown);
}

}  // namespace diorama::editor
