// The fonts of the user interface: found on the machine, or ImGui's own.
#pragma once

#include <string>

#include "apps/editor/ui/icons.h"
#include "apps/editor/ui/theme.h"

struct ImFont;

namespace diorama::editor {

/// Fonts of one style, owned by ImGui's atlas.
struct Fonts {
  ImFont* body = nullptr;
  ImFont* bold = nullptr;
  ImFont* mono = nullptr;
  bool has_icons = false;
  std::string description;  ///< What was found, for the log.
};

/// Fills the current context's atlas anew and builds it. Needs no file: what is missing falls back.
Fonts load_fonts(const StyleChoice& choice);

/// The icon's glyph, or its text where there is no icon font.
inline const char* icon_text(const Fonts& fonts, const Icon& icon) {
  return fonts.has_icons ? icon.glyph : icon.fallback;
}

}  // namespace diorama::editor
