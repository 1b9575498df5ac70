#include "apps/editor/ui/gizmo.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace diorama::editor {
namespace {

constexpr double kLengthPx = 88.0;
constexpr float kReachPx = 9.0F;
constexpr int kRingParts = 48;
constexpr double kScalePxForDouble = 120.0;

double distance_to_segment(ImVec2 p, ImVec2 a, ImVec2 b) {
  const double dx = b.x - a.x, dy = b.y - a.y;
  const double length2 = dx * dx + dy * dy;
  const double t = length2 > 0.0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length2, 0.0, 1.0) : 0.0;
  return std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

double snapped(double value, double step) { return step > 0.0 ? std::round(value / step) * step : value; }

/// Two unit vectors that span the plane with this normal.
std::pair<dvec3, dvec3> plane_axes(const dvec3& normal) {
  const dvec3 other = std::abs(normal.z) < 0.9 ? dvec3(0, 0, 1) : dvec3(1, 0, 0);
  const dvec3 u = glm::normalize(glm::cross(normal, other));
  return {u, glm::cross(normal, u)};
}

std::optional<dvec3> on_plane(const View3d& view, ImVec2 place, const dvec3& point, const dvec3& normal) {
  const dvec3 ray = view.ray(place);
  const double slope = glm::dot(ray, normal);
  if (std::abs(slope) < 1e-4) return std::nullopt;
  const double t = glm::dot(point - view.eye(), normal) / slope;
  if (t <= 0.0) return std::nullopt;
  return view.eye() + t * ray;
}

/// How far along a line through `point` the pointer is: the nearest of the line to its ray.
double along_axis(const View3d& view, ImVec2 place, const dvec3& point, const dvec3& axis) {
  const dvec3 ray = view.ray(place), between = view.eye() - point;
  const double b = glm::dot(ray, axis);
  const double denominator = 1.0 - b * b;
  if (denominator < 1e-4) return 0.0;
  return (glm::dot(between, axis) - b * glm::dot(between, ray)) / denominator;
}

}  // namespace

int Gizmo::pick(const View3d& view, const dvec3& center, const dvec3 (&axes)[3], const GizmoStyle& style, double length) const {
  const ImVec2 pointer = ImGui::GetMousePos();
  const auto middle = view.project(center);
  if (!middle) return -1;
  double best = kReachPx;
  int found = -1;
  if (style.tool == GizmoTool::kRotate) {
    for (int i = 0; i < 3; ++i) {
      const auto [u, v] = plane_axes(axes[i]);
      for (int k = 0; k < kRingParts; ++k) {
        const double a = 2 * M_PI * k / kRingParts, b = 2 * M_PI * (k + 1) / kRingParts;
        const auto line = view.project(center + length * (std::cos(a) * u + std::sin(a) * v),
                                       center + length * (std::cos(b) * u + std::sin(b) * v));
        if (!line) continue;
        const double d = distance_to_segment(pointer, line->first, line->second);
        if (d < best) {
          best = d;
          found = i;
        }
      }
    }
    return found;
  }
  if (std::hypot(pointer.x - middle->x, pointer.y - middle->y) < kReachPx) return 3;
  if (style.tool == GizmoTool::kScale) return -1;
  for (int i = 0; i < 3; ++i) {
    const auto line = view.project(center, center + length * axes[i]);
    if (!line) continue;
    const double d = distance_to_segment(pointer, line->first, line->second);
    if (d < best) {
      best = d;
      found = i;
    }
  }
  return found;
}

void Gizmo::draw_handles(ImDrawList& list, const View3d& view, const Theme& theme, const dvec3& center, const dvec3 (&axes)[3],
                         const GizmoStyle& style, double length, int lit) const {
  const ImVec4 colors[3] = {theme.axis_x, theme.axis_y, theme.axis_z};
  const auto middle = view.project(center);
  if (!middle) return;
  for (int i = 0; i < 3 && style.tool != GizmoTool::kScale; ++i) {
    const ImU32 color = color_u32(i == lit ? theme.warning : colors[i]);
    const float width = (i == lit ? 3.5F : 2.5F) * theme.scale;
    if (style.tool == GizmoTool::kRotate) {
      const auto [u, v] = plane_axes(axes[i]);
      for (int k = 0; k < kRingParts; ++k) {
        const double a = 2 * M_PI * k / kRingParts, b = 2 * M_PI * (k + 1) / kRingParts;
        const dvec3 from = center + length * (std::cos(a) * u + std::sin(a) * v);
        const auto line = view.project(from, center + length * (std::cos(b) * u + std::sin(b) * v));
        // The far half of a ring is faint, so that its turn can be seen.
        const bool behind = glm::dot(from - center, view.eye() - center) < 0.0;
        if (line) list.AddLine(line->first, line->second, behind ? color_u32(with_alpha(colors[i], 0.3F)) : color, width);
      }
      continue;
    }
    const auto line = view.project(center, center + length * axes[i]);
    if (!line) continue;
    list.AddLine(line->first, line->second, color, width);
    list.AddCircleFilled(line->second, 5.0F * theme.scale, color);
  }
  if (style.tool == GizmoTool::kRotate) return;
  const float half = 5.0F * theme.scale;
  const ImVec2 low{middle->x - half, middle->y - half}, high{middle->x + half, middle->y + half};
  list.AddRectFilled(low, high, color_u32(lit == 3 ? theme.warning : theme.text), 1.5F);
  if (style.tool == GizmoTool::kScale) {
    list.AddRect({middle->x - 3 * half, middle->y - 3 * half}, {middle->x + 3 * half, middle->y + 3 * half},
                 color_u32(lit == 3 ? theme.warning : theme.text), 2.0F, 0, 2.0F);
  }
}

GizmoChange Gizmo::drag(const View3d& view, const GizmoStyle& style) const {
  GizmoChange change;
  change.hovered = change.dragging = true;
  const ImVec2 pointer = ImGui::GetMousePos();
  const dvec3& axis = start_axes_[std::min(handle_, 2)];
  if (style.tool == GizmoTool::kScale) {
    const double pixels = (pointer.x - start_pointer_.x) - (pointer.y - start_pointer_.y);
    change.scaled = std::clamp(std::exp2(pixels / kScalePxForDouble), 0.01, 100.0);
  } else if (style.tool == GizmoTool::kRotate) {
    const auto before = on_plane(view, start_pointer_, start_center_, axis);
    const auto now = on_plane(view, pointer, start_center_, axis);
    if (!before || !now) return change;
    const dvec3 a = *before - start_center_, b = *now - start_center_;
    const double angle = std::atan2(glm::dot(glm::cross(a, b), axis), glm::dot(a, b));
    change.turned_world = glm::angleAxis(snapped(angle, style.snap_rad), axis);
  } else if (handle_ == 3) {
    const dvec3 forward = view.world_from_camera.rotate(dvec3(0, 0, 1));
    const auto before = on_plane(view, start_pointer_, start_center_, forward);
    const auto now = on_plane(view, pointer, start_center_, forward);
    if (before && now) change.moved_world = *now - *before;
    for (int i = 0; i < 3; ++i) change.moved_world[i] = snapped(change.moved_world[i], style.snap_m);
  } else {
    const double moved = along_axis(view, pointer, start_center_, axis) - along_axis(view, start_pointer_, start_center_, axis);
    change.moved_world = axis * snapped(moved, style.snap_m);
  }
  return change;
}

GizmoChange Gizmo::draw(ImDrawList& list, const View3d& view, const Theme& theme, const Pose& object, const GizmoStyle& style,
                        bool pointer_free) {
  GizmoChange change;
  if (style.tool == GizmoTool::kSelect) return change;
  const double length = kLengthPx * theme.scale * view.metres_per_pixel(object.position);
  dvec3 axes[3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  if (style.local) {
    for (dvec3& axis : axes) axis = object.rotate(axis);
  }
  int lit = handle_;
  if (handle_ < 0 && pointer_free) {
    lit = pick(view, object.position, axes, style, length);
    change.hovered = lit >= 0;
    if (lit >= 0 && ImGui::IsMouseClicked(0)) {
      handle_ = lit;
      start_center_ = object.position;
      std::copy(std::begin(axes), std::end(axes), std::begin(start_axes_));
      start_pointer_ = ImGui::GetMousePos();
      change.began = change.hovered = change.dragging = true;
    }
  } else if (handle_ >= 0) {
    change = drag(view, style);
    if (!ImGui::IsMouseDown(0)) {
      handle_ = -1;
      change.ended = true;
    }
  }
  draw_handles(list, view, theme, object.position, axes, style, length, lit);
  return change;
}

}  // namespace diorama::editor
