// What the viewport draws over its picture: outlines of colliders, contacts and their forces, joints, cameras, names.
#pragma once

#include <array>
#include <set>
#include <string>
#include <vector>

#include "apps/editor/session/sim_session.h"
#include "apps/editor/ui/theme.h"
#include "apps/editor/ui/view3d.h"

namespace diorama::editor {

struct Overlays {
  bool contacts = true;
  bool forces = false;
  bool joints = false;
  bool colliders = false;
  bool cameras = true;
  bool ids = false;
  bool grid = true;
};
/// One switch of the list above, for menus and settings.
struct OverlaySwitch {
  const char* name;
  const char* help;
  bool Overlays::*on;
};
inline constexpr std::array<OverlaySwitch, 7> kOverlaySwitches = {{
    {"Contacts", "Points where bodies touch", &Overlays::contacts},
    {"Forces", "Arrows of contact forces", &Overlays::forces},
    {"Joints", "Axes of hinges and slides", &Overlays::joints},
    {"Colliders", "Outlines of what collides", &Overlays::colliders},
    {"Cameras", "Pyramids of what cameras see", &Overlays::cameras},
    {"Ids", "Names and object ids", &Overlays::ids},
    {"Grid", "A metre's grid on the ground", &Overlays::grid},
}};

/// Bodies in `hidden` have no marks.
void draw_overlays(ImDrawList& list, const View3d& view, const Theme& theme, const Scene& scene, const State& state,
                   const Overlays& overlays, const std::vector<BodyId>& selected, const std::set<int>& hidden);

}  // namespace diorama::editor
