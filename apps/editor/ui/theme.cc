#include "apps/editor/ui/theme.h"

#include <algorithm>

namespace diorama::editor {
namespace {

ImVec4 rgb(unsigned hex) {
  return {static_cast<float>(hex >> 16 & 0xFF) / 255.0F,
          static_cast<float>(hex >> 8 & 0xFF) / 255.0F, static_cast<float>(hex & 0xFF) / 255.0F,
          1.0F};
}

Theme dark() {
  Theme t{};
  t.window = rgb(0x15171B);
  t.panel = rgb(0x1D2025);
  t.raised = rgb(0x262A31);
  t.frame = rgb(0x2B3038);
  t.frame_hover = rgb(0x353B45);
  t.frame_active = rgb(0x404754);
  t.border = rgb(0x343A43);
  t.text = rgb(0xDCE0E6);
  t.dim = rgb(0x8B94A1);
  t.accent = rgb(0x5B9BE0);
  t.accent_soft = rgb(0x2C4563);
  t.good = rgb(0x2DB68C);
  t.warning = rgb(0xE6A323);
  t.error = rgb(0xE8704A);
  t.varied = rgb(0xC98FC4);
  t.axis_x = rgb(0xE0604F);
  t.axis_y = rgb(0x7FB84A);
  t.axis_z = rgb(0x5B9BE0);
  t.series = {rgb(0x56B4E9), rgb(0xE69F00), rgb(0x2DB68C), rgb(0xD98CBB),
              rgb(0xF0E442), rgb(0xE8704A), rgb(0x9AA5B4)};
  return t;
}

Theme light() {
  Theme t{};
  t.window = rgb(0xD5D8DD);
  t.panel = rgb(0xF2F3F5);
  t.raised = rgb(0xE3E6EA);
  t.frame = rgb(0xFFFFFF);
  t.frame_hover = rgb(0xE8EEF6);
  t.frame_active = rgb(0xD5E2F1);
  t.border = rgb(0xC3C8D0);
  t.text = rgb(0x1F242B);
  t.dim = rgb(0x636C79);
  t.accent = rgb(0x1F6FC0);
  t.accent_soft = rgb(0xC3DAF2);
  t.good = rgb(0x007A5A);
  t.warning = rgb(0x9A6200);
  t.error = rgb(0xB8431A);
  t.varied = rgb(0x8F4A8A);
  t.axis_x = rgb(0xC8402F);
  t.axis_y = rgb(0x4E8A1E);
  t.axis_z = rgb(0x1F6FC0);
  t.series = {rgb(0x0072B2), rgb(0xB87A00), rgb(0x007A5A), rgb(0xA8508A),
              rgb(0x857A00), rgb(0xB8431A), rgb(0x636C79)};
  return t;
}

}  // namespace

Theme make_theme(const StyleChoice& choice) {
  Theme theme = choice.theme == ThemeName::kDark ? dark() : light();
  theme.scale = std::clamp(choice.font_scale, kMinFontScale, kMaxFontScale);
  theme.step = 4.0F * theme.scale;
  theme.row = 24.0F * theme.scale;
  return theme;
}

void apply_theme(const Theme& t) {
  ImGuiStyle style;
  const float s = t.step;
  style.WindowPadding = {2 * s, 2 * s};
  style.FramePadding = {1.5F * s, 0.9F * s};
  style.CellPadding = {s, 0.5F * s};
  style.ItemSpacing = {1.5F * s, s};
  style.ItemInnerSpacing = {s, s};
  style.IndentSpacing = 4 * s;
  style.ScrollbarSize = 3 * s;
  style.GrabMinSize = 2.5F * s;
  style.WindowRounding = style.ChildRounding = 0.0F;
  style.PopupRounding = style.FrameRounding = style.GrabRounding = style.TabRounding = s;
  style.ScrollbarRounding = 2 * s;
  style.WindowBorderSize = style.ChildBorderSize = 0.0F;
  style.PopupBorderSize = 1.0F;
  style.FrameBorderSize = 0.0F;
  style.DisabledAlpha = 0.45F;
  style.AntiAliasedLinesUseTex = true;
  ImVec4* c = style.Colors;
  c[ImGuiCol_Text] = t.text;
  c[ImGuiCol_TextDisabled] = t.dim;
  c[ImGuiCol_WindowBg] = t.panel;
  c[ImGuiCol_ChildBg] = with_alpha(t.panel, 0.0F);
  c[ImGuiCol_PopupBg] = t.raised;
  c[ImGuiCol_Border] = t.border;
  c[ImGuiCol_BorderShadow] = with_alpha(t.border, 0.0F);
  c[ImGuiCol_FrameBg] = t.frame;
  c[ImGuiCol_FrameBgHovered] = t.frame_hover;
  c[ImGuiCol_FrameBgActive] = t.frame_active;
  c[ImGuiCol_TitleBg] = c[ImGuiCol_TitleBgActive] = c[ImGuiCol_TitleBgCollapsed] = t.raised;
  c[ImGuiCol_MenuBarBg] = t.window;
  c[ImGuiCol_ScrollbarBg] = with_alpha(t.panel, 0.0F);
  c[ImGuiCol_ScrollbarGrab] = t.frame_hover;
  c[ImGuiCol_ScrollbarGrabHovered] = t.frame_active;
  c[ImGuiCol_ScrollbarGrabActive] = t.accent;
  c[ImGuiCol_CheckMark] = t.accent;
  c[ImGuiCol_SliderGrab] = c[ImGuiCol_SliderGrabActive] = t.accent;
  c[ImGuiCol_Button] = t.frame;
  c[ImGuiCol_ButtonHovered] = t.frame_hover;
  c[ImGuiCol_ButtonActive] = t.frame_active;
  c[ImGuiCol_Header] = t.accent_soft;
  c[ImGuiCol_HeaderHovered] = t.frame_hover;
  c[ImGuiCol_HeaderActive] = t.accent_soft;
  c[ImGuiCol_Separator] = t.border;
  c[ImGuiCol_SeparatorHovered] = c[ImGuiCol_SeparatorActive] = t.accent;
  c[ImGuiCol_ResizeGrip] = with_alpha(t.border, 0.0F);
  c[ImGuiCol_ResizeGripHovered] = c[ImGuiCol_ResizeGripActive] = t.accent;
  c[ImGuiCol_Tab] = t.window;
  c[ImGuiCol_TabHovered] = t.frame_hover;
  c[ImGuiCol_TabActive] = t.panel;
  c[ImGuiCol_TabUnfocused] = t.window;
  c[ImGuiCol_TabUnfocusedActive] = t.panel;
  c[ImGuiCol_PlotLines] = c[ImGuiCol_PlotHistogram] = t.accent;
  c[ImGuiCol_PlotLinesHovered] = c[ImGuiCol_PlotHistogramHovered] = t.warning;
  c[ImGuiCol_TableHeaderBg] = t.raised;
  c[ImGuiCol_TableBorderStrong] = c[ImGuiCol_TableBorderLight] = t.border;
  c[ImGuiCol_TableRowBg] = with_alpha(t.panel, 0.0F);
  c[ImGuiCol_TableRowBgAlt] = with_alpha(t.raised, 0.35F);
  c[ImGuiCol_TextSelectedBg] = t.accent_soft;
  c[ImGuiCol_DragDropTarget] = t.accent;
  c[ImGuiCol_NavHighlight] = t.accent;
  c[ImGuiCol_ModalWindowDimBg] = {0.0F, 0.0F, 0.0F, 0.45F};
  ImGui::GetStyle() = style;
}

std::string theme_text(ThemeName theme) { return theme == ThemeName::kDark ? "dark" : "light"; }

}  // namespace diorama::editor
