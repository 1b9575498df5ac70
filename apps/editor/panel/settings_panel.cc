// Settings: theme and text size.
#include <array>

#include "apps/editor/panel/panels.h"

namespace diorama::editor {
namespace {

class SettingsPanel : public Panel {
 public:
  std::string name() const override { return "Settings"; }
  std::string help() const override { return "Looks of the editor; kept for the next start."; }

  void draw(PanelContext& c) override {
    StyleChoice& style = c.settings.style;
    c.ui.heading("Looks");
    static const std::array<std::string, 2> themes = {"Dark", "Light"};
    c.ui.caption("Theme");
    int theme = style.theme == ThemeName::kDark ? 0 : 1;
    if (c.ui.segmented("Theme", theme, themes))
      style.theme = theme == 0 ? ThemeName::kDark : ThemeName::kLight;
    c.ui.caption("Text size",
                 "All text and spacing grows with it. A display with fine pixels has its own "
                 "factor on top.");
    if (!scaling_) scale_ = style.font_scale;
    const Edit edit = c.ui.number(Widget("Text size").tip("0.75 to 3"), scale_,
                                  {.unit = "x",
                                   .lower = kMinFontScale,
                                   .upper = kMaxFontScale,
                                   .step = 0.005,
                                   .slider = true});
    // Fonts are made anew when the gesture ends, not at each pixel of it.
    scaling_ = edit.changed && !edit.committed;
    if (edit.committed) style.font_scale = static_cast<float>(scale_);
    c.ui.gap();
    c.ui.heading("Files");
    c.ui.caption("Settings file");
    c.ui.wrapped(c.test_mode ? "none in test mode"
                             : (Settings::folder() / "settings.txt").string());
    c.ui.caption("Fonts");
    c.ui.wrapped(c.ui.fonts().description);
  }

 private:
  double scale_ = 1.0;
  bool scaling_ = false;
};

}  // namespace

std::unique_ptr<Panel> make_settings_panel() { return std::make_unique<SettingsPanel>(); }

}  // namespace diorama::editor
