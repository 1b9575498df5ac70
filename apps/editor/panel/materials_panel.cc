// Materials: how surfaces look and touch, with a ball that wears the chosen one.
#include <algorithm>
#include <memory>

#include "apps/editor/panel/element_list.h"
#include "apps/editor/panel/field_editor.h"
#include "apps/editor/panel/panels.h"
#include "apps/editor/panel/sphere_preview.h"

namespace diorama::editor {
namespace {

/// A ball of the material on a chequered ground, under sun and sky.
std::string preview_text(const std::string& material, const std::string& name) {
  return material +
         "material { name: \"preview/ground\" texture { pattern: CHECKER repeat_x: 4 repeat_y: 4 "
         "uniform: true } }\n"
         "body { name: \"ground\" motion: STATIC position_m { z: -0.1 } shape { plane { half_x_m: "
         "3 half_y_m: 3 } material: \"preview/ground\" } }\n"
         "body { name: \"ball\" motion: STATIC shape { sphere { radius_m: 0.1 } material: \"" +
         name +
         "\" } }\n"
         "camera { name: \"main\" width_px: 256 height_px: 256 fov_y_deg: 30 fixed { position_m { "
         "x: 0.3 y: -0.4 z: 0.16 } look_at_m { z: -0.005 } } }\n"
         "light { sun { azimuth_deg: -20 elevation_deg: 50 } }\nsky {}\n";
}

class MaterialsPanel : public Panel {
 public:
  std::string name() const override { return "Materials"; }
  std::string help() const override {
    return "Colours, gloss, density and friction of surfaces; the ball wears the chosen material.";
  }

  void draw(PanelContext& c) override {
    const std::string path = list_.draw(c);
    if (path.empty()) return;
    const auto ref = resolve_field(c.document.scenario(), path);
    ImGui::BeginChild("detail");
    const std::string& name = c.document.scenario().material(ref->steps.back().index).name();
    const float size =
        std::clamp(0.5F * c.ui.space_left().x, 24.0F * c.ui.step(), 48.0F * c.ui.step());
    ball_.draw(c, "Preview", preview_text(element_text(c.document, path), name), size);
    fields_.draw(c, path);
    ImGui::EndChild();
  }

 private:
  ElementList list_{
      {.list = "material",
       .icon = icon::kMaterial,
       .kinds = {},
       .add = [](const Document& document, const std::string&) { return add_material(document); },
       .empty_note =
           "No materials yet: shapes have a grey one. Add one here and name it in a shape."}};
  SpherePreview ball_{"Materials/ball"};
  FieldEditor fields_;
};

}  // namespace

std::unique_ptr<Panel> make_materials_panel() { return std::make_unique<MaterialsPanel>(); }

}  // namespace diorama::editor
