// The list of all panels.
#pragma once

#include <memory>
#include <vector>

#include "apps/editor/app/panel.h"

namespace diorama::editor {

/// One of each, in the order in which the menu lists them.
std::vector<std::unique_ptr<Panel>> make_panels();

// One file each; a new panel is a line here, in panels.cc and in CMakeLists.txt.
std::unique_ptr<Panel> make_transport_panel();
std::unique_ptr<Panel> make_cameras_panel();
std::unique_ptr<Panel> make_samples_panel();
std::unique_ptr<Panel> make_seeds_panel();
std::unique_ptr<Panel> make_generate_panel();
std::unique_ptr<Panel> make_dataset_panel();
std::unique_ptr<Panel> make_plots_panel();
std::unique_ptr<Panel> make_inspector_panel();
std::unique_ptr<Panel> make_log_panel();
std::unique_ptr<Panel> make_scene_panel();
std::unique_ptr<Panel> make_assets_panel();
std::unique_ptr<Panel> make_lights_panel();
std::unique_ptr<Panel> make_materials_panel();
std::unique_ptr<Panel> make_problems_panel();
std::unique_ptr<Panel> make_randomise_panel();
std::unique_ptr<Panel> make_settings_panel();
std::unique_ptr<Panel> make_shortcuts_panel();
std::unique_ptr<Panel> make_viewport_panel();

}  // namespace diorama::editor
