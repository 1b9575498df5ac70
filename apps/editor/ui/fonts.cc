#include "apps/editor/ui/fonts.h"

#include <cmath>
#include <filesystem>
#include <initializer_list>

#include <imgui.h>
#include <imgui_freetype.h>

namespace diorama::editor {
namespace {

constexpr float kBodySize = 15.0F;
constexpr float kBuiltinSize = 13.0F;

std::string first_file(std::initializer_list<const char*> candidates) {
  std::error_code ignored;
  for (const char* path : candidates) {
    if (std::filesystem::is_regular_file(path, ignored)) return path;
  }
  return "";
}

std::string body_file() {
  return first_file({"/usr/share/fonts/opentype/inter/Inter-Regular.otf",
                     "/usr/share/fonts/truetype/inter/Inter-Regular.ttf",
                     "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"});
}
std::string bold_file() {
  return first_file({"/usr/share/fonts/opentype/inter/Inter-SemiBold.otf",
                     "/usr/share/fonts/truetype/inter/Inter-SemiBold.ttf",
                     "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"});
}
std::string mono_file() {
  return first_file({"/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"});
}
std::string icon_file() {
  return first_file({"/usr/share/fonts-font-awesome/fonts/fontawesome-webfont.ttf",
                     "/usr/share/fonts/truetype/font-awesome/fontawesome-webfont.ttf"});
}

// Latin with accents, Greek, arrows, mathematical signs: what names, units and help texts use.
constexpr ImWchar kTextRanges[] = {0x0020, 0x017F, 0x0370, 0x03FF, 0x2010, 0x2044, 0x2070, 0x208E,
                                   0x2190, 0x2199, 0x2200, 0x22FF, 0x2300, 0x23CF, 0};
constexpr ImWchar kIconRanges[] = {0xF000, 0xF2E0, 0};

ImFont* add_builtin(ImFontAtlas& atlas, float size) {
  ImFontConfig config;
  config.SizePixels = std::round(size);
  return atlas.AddFontDefault(&config);
}

ImFont* add_file(ImFontAtlas& atlas, const std::string& path, float size) {
  if (path.empty()) return nullptr;
  ImFontConfig config;
  config.FontBuilderFlags = ImGuiFreeTypeBuilderFlags_LightHinting;
  return atlas.AddFontFromFileTTF(path.c_str(), size, &config, kTextRanges);
}

void merge_icons(ImFontAtlas& atlas, const std::string& path, float size) {
  ImFontConfig config;
  config.MergeMode = true;
  config.GlyphMinAdvanceX = std::round(size * 1.1F);
  config.FontBuilderFlags = ImGuiFreeTypeBuilderFlags_LightHinting;
  atlas.AddFontFromFileTTF(path.c_str(), std::round(size * 0.95F), &config, kIconRanges);
}

}  // namespace

Fonts load_fonts(const StyleChoice& choice) {
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  atlas.Clear();
  atlas.FontBuilderIO = ImGuiFreeType::GetBuilderForFreeType();
  atlas.TexDesiredWidth = 1024;
  Fonts fonts;
  const float size = std::round(kBodySize * choice.font_scale);
  const std::string body = choice.builtin_font ? "" : body_file();
  fonts.body = add_file(atlas, body, size);
  if (fonts.body == nullptr) {
    // Its pixels are made for one size and its whole multiples look best; others still read well.
    fonts.body = fonts.bold = fonts.mono = add_builtin(atlas, kBuiltinSize * choice.font_scale);
    fonts.description = "built-in font";
  } else {
    const std::string icons = icon_file();
    fonts.has_icons = !icons.empty();
    if (fonts.has_icons) merge_icons(atlas, icons, size);
    fonts.bold = add_file(atlas, bold_file(), size);
    if (fonts.bold != nullptr && fonts.has_icons) merge_icons(atlas, icons, size);
    fonts.mono = add_file(atlas, mono_file(), std::round(size * 0.93F));
    if (fonts.bold == nullptr) fonts.bold = fonts.body;
    if (fonts.mono == nullptr) fonts.mono = fonts.body;
    fonts.description = body + (fonts.has_icons ? ", icons from " + icons : ", no icon font");
  }
  atlas.Build();
  return fonts;
}

}  // namespace diorama::editor
