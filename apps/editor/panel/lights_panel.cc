// Lights: sun, points and spots, with a white ball under the chosen one alone.
#include <algorithm>
#include <memory>

#include "apps/editor/panel/element_list.h"
#include "apps/editor/panel/field_editor.h"
#include "apps/editor/panel/panels.h"
#include "apps/editor/panel/sphere_preview.h"
#include "engine/core/text.h"
#include "scenes/scenario_io.h"

namespace diorama::editor {
namespace {

// A ball this far from points and spots: what a thing on a table has.
constexpr double kDistanceM = 1.0;

/// The light alone, with places so that the ball stands at the origin.
schema::Light about_origin(schema::Light light) {
  if (light.has_point()) {
    *light.mutable_point()->mutable_position_m() = {};
    light.mutable_point()->mutable_position_m()->set_x(-0.5 * kDistanceM);
    light.mutable_point()->mutable_position_m()->set_y(-0.5 * kDistanceM);
    light.mutable_point()->mutable_position_m()->set_z(0.7 * kDistanceM);
  } else if (light.has_spot()) {
    *light.mutable_spot()->mutable_look_at_m() = {};
    *light.mutable_spot()->mutable_position_m() = {};
    light.mutable_spot()->mutable_position_m()->set_x(-0.5 * kDistanceM);
    light.mutable_spot()->mutable_position_m()->set_y(-0.5 * kDistanceM);
    light.mutable_spot()->mutable_position_m()->set_z(0.7 * kDistanceM);
  }
  return light;
}

std::string preview_text(const schema::Light& light, double exposure_ev100) {
  schema::Scenario scenario;
  *scenario.add_light() = about_origin(light);
  return scenario_text(scenario) + "exposure_ev100: " + format_number(exposure_ev100) +
         "\nmaterial { name: \"white\" base_color { r: 0.8 g: 0.8 b: 0.8 } roughness: 0.6 }\n"
         "body { name: \"ground\" motion: STATIC position_m { z: -0.1 } shape { plane { half_x_m: "
         "3 half_y_m: 3 } material: \"white\" } }\n"
         "body { name: \"ball\" motion: STATIC shape { sphere { radius_m: 0.1 } material: "
         "\"white\" } }\n"
         "camera { name: \"main\" width_px: 256 height_px: 256 fov_y_deg: 40 fixed { position_m { "
         "x: 0.3 y: -0.4 z: 0.2 } look_at_m { z: -0.01 } } }\n"
         "sky { luminance_nits: 400 }\n";
}

class LightsPanel : public Panel {
 public:
  std::string name() const override { return "Lights"; }
  std::string help() const override {
    return "Sun, points and spots in photometric units; the ball is lit by the chosen one alone, "
           "points and spots from 1 m away.";
  }

  void draw(PanelContext& c) override {
    const std::string path = list_.draw(c);
    if (path.empty()) return;
    const auto ref = resolve_field(c.document.scenario(), path);
    const schema::Scenario& scenario = c.document.scenario();
    ImGui::BeginChild("detail");
    const float size =
        std::clamp(0.5F * c.ui.space_left().x, 24.0F * c.ui.step(), 48.0F * c.ui.step());
    const double exposure = scenario.has_exposure_ev100() ? scenario.exposure_ev100() : 14.0;
    ball_.draw(c, "Preview", preview_text(scenario.light(ref->steps.back().index), exposure), size);
    fields_.draw(c, path);
    ImGui::EndChild();
  }

 private:
  ElementList list_{{.list = "light",
                     .icon = icon::kLight,
                     .kinds = light_kinds(),
                     .add = add_light,
                     .empty_note = "No lights: the scene has a sun of azimuth 40 and elevation 50 "
                                   "degrees until you add one."}};
  SpherePreview ball_{"Lights/ball"};
  FieldEditor fields_;
};

}  // namespace

std::unique_ptr<Panel> make_lights_panel() { return std::make_unique<LightsPanel>(); }

}  // namespace diorama::editor
