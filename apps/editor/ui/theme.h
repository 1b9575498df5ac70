// Colours, spacing and type of the user interface, in one place. Values.
#pragma once

#include <array>
#include <string>

#include <imgui.h>

namespace diorama::editor {

enum class ThemeName { kDark, kLight };

/// What a user chooses of the looks.
struct StyleChoice {
  ThemeName theme = ThemeName::kDark;
  float font_scale = 1.0F;    ///< [0.75, 3].
  bool builtin_font = false;  ///< ImGui's own font, the same on every machine: for tests.

  bool operator==(const StyleChoice&) const = default;
};
constexpr float kMinFontScale = 0.75F;
constexpr float kMaxFontScale = 3.0F;

/// Colours by meaning. Status and series colours keep apart for colour-blind eyes (Okabe and Ito's
/// palette), and never stand alone: an icon or a word says the same.
struct Theme {
  ImVec4 window;  ///< Behind everything, and the gaps between panels.
  ImVec4 panel;   ///< Panels.
  ImVec4 raised;  ///< Menus, popups, headers.
  ImVec4 frame;   ///< Fields and buttons.
  ImVec4 frame_hover;
  ImVec4 frame_active;
  ImVec4 border;
  ImVec4 text;
  ImVec4 dim;          ///< Units, hints, what is off.
  ImVec4 accent;       ///< Selection and what is on.
  ImVec4 accent_soft;  ///< The same as a background.
  ImVec4 good;
  ImVec4 warning;
  ImVec4 error;
  ImVec4 varied;  ///< A value that is drawn at random.
  ImVec4 axis_x, axis_y, axis_z;
  std::array<ImVec4, 7> series;  ///< Lines of plots.

  // Spacing, pixels at this scale; multiples of one step.
  float step = 4.0F;
  float row = 24.0F;  ///< Height of a line with a field.
  float scale = 1.0F;
};

Theme make_theme(const StyleChoice& choice);

/// Sets ImGui's style from the theme.
void apply_theme(const Theme& theme);

inline ImU32 color_u32(const ImVec4& color) { return ImGui::ColorConvertFloat4ToU32(color); }
/// The same colour with another opacity.
inline ImVec4 with_alpha(ImVec4 color, float alpha) {
  color.w = alpha;
  return color;
}

std::string theme_text(ThemeName theme);

}  // namespace diorama::editor
