#include "apps/editor/panel/panels.h"

namespace diorama::editor {

std::vector<std::unique_ptr<Panel>> make_panels() {
  std::vector<std::unique_ptr<Panel>> panels;
  panels.push_back(make_scene_panel());
  panels.push_back(make_viewport_panel());
  panels.push_back(make_inspector_panel());
  panels.push_back(make_transport_panel());
  panels.push_back(make_cameras_panel());
  panels.push_back(make_samples_panel());
  panels.push_back(make_seeds_panel());
  panels.push_back(make_generate_panel());
  panels.push_back(make_dataset_panel());
  panels.push_back(make_plots_panel());
  panels.push_back(make_assets_panel());
  panels.push_back(make_materials_panel());
  panels.push_back(make_lights_panel());
  panels.push_back(make_randomise_panel());
  panels.push_back(make_problems_panel());
  panels.push_back(make_log_panel());
  panels.push_back(make_settings_panel());
  panels.push_back(make_shortcuts_panel());
  return panels;
}

}  // namespace diorama::editor
