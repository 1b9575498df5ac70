#include "apps/editor/panel/viewport_overlays.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace diorama::editor {
namespace {

constexpr int kCircleParts = 32;
/// Metres that an arrow is long for one newton's weight of a kilogram.
constexpr double kArrowMPerN = 0.01;
constexpr double kLongestArrowM = 1.0;
constexpr double kFrustumDepthM = 0.35;
constexpr int kGridLines = 10;
/// Shapes wider than this are grounds, whose outline says nothing.
constexpr double kWidestOutlineM = 20.0;

class Pen {
 public:
  Pen(ImDrawList& list, const View3d& view, float width) : list_(list), view_(view), width_(width) {}
  void line(const dvec3& a, const dvec3& b, const ImVec4& color) const {
    if (const auto ends = view_.project(a, b)) list_.AddLine(ends->first, ends->second, color_u32(color), width_);
  }
  void circle(const Pose& pose, double radius, const dvec3& u, const dvec3& v, const ImVec4& color) const {
    for (int k = 0; k < kCircleParts; ++k) {
      const double a = 2 * M_PI * k / kCircleParts, b = 2 * M_PI * (k + 1) / kCircleParts;
      line(pose.transform_point(radius * (std::cos(a) * u + std::sin(a) * v)),
           pose.transform_point(radius * (std::cos(b) * u + std::sin(b) * v)), color);
    }
  }
  void box(const Pose& pose, const dvec3& low, const dvec3& high, const ImVec4& color) const {
    for (int axis = 0; axis < 3; ++axis) {
      const int u = (axis + 1) % 3, v = (axis + 2) % 3;
      for (int corner = 0; corner < 4; ++corner) {
        dvec3 a, b;
        a[axis] = low[axis];
        b[axis] = high[axis];
        a[u] = b[u] = (corner & 1) != 0 ? high[u] : low[u];
        a[v] = b[v] = (corner & 2) != 0 ? high[v] : low[v];
        line(pose.transform_point(a), pose.transform_point(b), color);
      }
    }
  }

 private:
  ImDrawList& list_;
  const View3d& view_;
  float width_;
};

void draw_outline(const Pen& pen, const Scene& scene, const Shape& shape, const Pose& pose, const ImVec4& color) {
  const dvec3 x(1, 0, 0), y(0, 1, 0), z(0, 0, 1);
  if (shape.type == ShapeType::kSphere) {
    pen.circle(pose, shape.size.x, x, y, color);
    pen.circle(pose, shape.size.x, y, z, color);
    pen.circle(pose, shape.size.x, z, x, color);
    return;
  }
  if (shape.type == ShapeType::kCylinder || shape.type == ShapeType::kCapsule) {
    const double radius = shape.size.x, half = shape.size.y;
    for (const double side : {-half, half}) pen.circle({pose.transform_point(dvec3(0, 0, side)), pose.rotation}, radius, x, y, color);
    for (int k = 0; k < 4; ++k) {
      const dvec3 edge = radius * (std::cos(k * M_PI / 2) * x + std::sin(k * M_PI / 2) * y);
      pen.line(pose.transform_point(edge - half * z), pose.transform_point(edge + half * z), color);
    }
    return;
  }
  const Bounds bounds = shape_bounds(shape, scene.mesh_of(shape));
  const dvec3 extent = bounds.upper - bounds.lower;
  if (std::max({extent.x, extent.y, extent.z}) > kWidestOutlineM) return;
  pen.box(pose, bounds.lower, bounds.upper, color);
}

void draw_frusta(const Pen& pen, const Scene& scene, const State& state, const std::vector<Pose>& poses, const Theme& theme,
                 const View3d& view, ImDrawList& list) {
  const std::vector<Pose> initial = initial_node_poses(scene);
  for (std::size_t i = 0; i < scene.cameras.size(); ++i) {
    const Camera& camera = scene.cameras[i];
    const Pose pose = camera_pose(scene, CameraId(i), state, poses, initial);
    const Intrinsics& k = camera.intrinsics;
    const double x = kFrustumDepthM * 0.5 * k.width_px / k.fx_px, y = kFrustumDepthM * 0.5 * k.height_px / k.fy_px;
    const dvec3 corners[4] = {{-x, -y, kFrustumDepthM}, {x, -y, kFrustumDepthM}, {x, y, kFrustumDepthM}, {-x, y, kFrustumDepthM}};
    for (int c = 0; c < 4; ++c) {
      pen.line(pose.position, pose.transform_point(corners[c]), theme.dim);
      pen.line(pose.transform_point(corners[c]), pose.transform_point(corners[(c + 1) % 4]), theme.dim);
    }
    if (const auto at = view.project(pose.position)) list.AddText({at->x + 6, at->y - 6}, color_u32(theme.text), camera.name.c_str());
  }
}

void draw_contacts(const Pen& pen, const State& state, const Overlays& overlays, const Theme& theme, const View3d& view,
                   ImDrawList& list, const std::set<int>& hidden) {
  for (const Contact& contact : state.contacts) {
    if (hidden.contains(contact.a.index) && hidden.contains(contact.b.index)) continue;
    if (overlays.contacts) {
      if (const auto at = view.project(contact.point_world)) list.AddCircleFilled(*at, 3.5F * theme.scale, color_u32(theme.warning));
    }
    const double newton = glm::length(contact.force_world_n);
    if (overlays.forces && newton > 1e-6) {
      const double length = std::min(newton * kArrowMPerN, kLongestArrowM);
      const dvec3 tip = contact.point_world + contact.force_world_n * (length / newton);
      pen.line(contact.point_world, tip, theme.error);
      if (const auto at = view.project(tip)) list.AddText({at->x + 4, at->y}, color_u32(theme.text), fmt::format("{:.3g} N", newton).c_str());
    }
  }
}

}  // namespace

void draw_overlays(ImDrawList& list, const View3d& view, const Theme& theme, const Scene& scene, const State& state,
                   const Overlays& overlays, const std::vector<BodyId>& selected, const std::set<int>& hidden) {
  const Pen pen(list, view, 1.5F * theme.scale), thin(list, view, 1.0F);
  const std::vector<Pose> poses = node_poses(scene, state);
  if (overlays.grid) {
    const ImVec4 color = with_alpha(theme.dim, 0.25F);
    for (int i = -kGridLines; i <= kGridLines; ++i) {
      thin.line({i, -kGridLines, 0}, {i, kGridLines, 0}, i == 0 ? with_alpha(theme.axis_y, 0.6F) : color);
      thin.line({-kGridLines, i, 0}, {kGridLines, i, 0}, i == 0 ? with_alpha(theme.axis_x, 0.6F) : color);
    }
  }
  for (const Shape& shape : scene.shapes) {
    if (hidden.contains(shape.body.index)) continue;
    const bool is_selected = std::find(selected.begin(), selected.end(), shape.body) != selected.end();
    if (is_selected) draw_outline(pen, scene, shape, poses[shape.node.index], theme.accent);
    else if (overlays.colliders && shape.collides) draw_outline(thin, scene, shape, poses[shape.node.index], with_alpha(theme.good, 0.7F));
  }
  if (overlays.joints) {
    for (const Joint& joint : scene.joints) {
      const Pose& body = state.bodies[joint.body.index].world_from_body;
      const dvec3 anchor = body.transform_point(joint.anchor_body);
      if (joint.type == JointType::kFree || hidden.contains(joint.body.index)) continue;
      if (const auto at = view.project(anchor)) list.AddCircle(*at, 5.0F * theme.scale, color_u32(theme.varied), 0, 2.0F);
      if (joint.type == JointType::kBall) continue;
      const dvec3 axis = 0.15 * body.rotate(joint.axis_body);
      pen.line(anchor - axis, anchor + axis, theme.varied);
    }
  }
  if (overlays.cameras) draw_frusta(thin, scene, state, poses, theme, view, list);
  draw_contacts(pen, state, overlays, theme, view, list, hidden);
  if (overlays.ids) {
    for (std::size_t i = 0; i < scene.bodies.size(); ++i) {
      if (hidden.contains(static_cast<int>(i))) continue;
      const auto at = view.project(state.bodies[i].world_from_body.position);
      if (at) list.AddText(*at, color_u32(theme.text), fmt::format("{} #{}", scene.bodies[i].name, scene.bodies[i].object_index + 1).c_str());
    }
  }
}

}  // namespace diorama::editor
