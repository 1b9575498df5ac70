// The handles on a selected object: arrows to move it, rings to turn it, a box to scale it. Draws over a picture and tells what
// the pointer does to it. UI thread only.
#pragma once

#include <imgui.h>

#include "apps/editor/ui/theme.h"
#include "apps/editor/ui/view3d.h"

namespace diorama::editor {

enum class GizmoTool { kSelect, kMove, kRotate, kScale };

struct GizmoStyle {
  GizmoTool tool = GizmoTool::kMove;
  bool local = false;          ///< Axes of the object, else of the world.
  double snap_m = 0.0;         ///< 0 = none.
  double snap_rad = 0.0;
};

/// What has happened to the object since the gesture began.
struct GizmoChange {
  bool hovered = false;   ///< A handle is under the pointer, which belongs to it.
  bool dragging = false;
  bool began = false;
  bool ended = false;
  dvec3 moved_world{0.0};          ///< m
  dquat turned_world = identity_quat();
  double scaled = 1.0;
};

class Gizmo {
 public:
  /// `object` is where it stands now. `pointer_free`: nothing else has the pointer.
  GizmoChange draw(ImDrawList& list, const View3d& view, const Theme& theme, const Pose& object, const GizmoStyle& style,
                   bool pointer_free);
  bool dragging() const { return handle_ >= 0; }

 private:
  int pick(const View3d& view, const dvec3& center, const dvec3 (&axes)[3], const GizmoStyle& style, double length) const;
  void draw_handles(ImDrawList& list, const View3d& view, const Theme& theme, const dvec3& center, const dvec3 (&axes)[3],
                    const GizmoStyle& style, double length, int lit) const;
  GizmoChange drag(const View3d& view, const GizmoStyle& style) const;

  int handle_ = -1;  ///< 0 to 2 an axis, 3 the middle; -1 none.
  dvec3 start_center_{0.0};
  dvec3 start_axes_[3];
  ImVec2 start_pointer_;
};

}  // namespace diorama::editor
