#include "exporters/labels/tracks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "renderers/tessellate.h"

namespace diorama {
namespace {

constexpr double kLeastMarginM = 0.5;
constexpr double kLonePlaneHalfExtentM = 1.0;

/// A rectangle of a plane, in its own axes, m.
struct Patch {
  dvec2 lower{std::numeric_limits<double>::infinity()};
  dvec2 upper{-std::numeric_limits<double>::infinity()};

  void include(const dvec2& point) {
    lower = glm::min(lower, point);
    upper = glm::max(upper, point);
  }
  bool empty() const { return !(lower.x < upper.x && lower.y < upper.y); }
};

/// The part of a plane that carries points.
Patch patch_of(const Scene& scene, const Shape& plane, const std::vector<Pose>& world_from_node) {
  const Pose plane_from_world =
      inverse(world_from_node[static_cast<std::size_t>(plane.node.index)]);
  Patch patch;
  for (const Shape& shape : scene.shapes) {
    if (!shape.visible || shape.type == ShapeType::kPlane) continue;
    const Bounds bounds = shape_bounds(shape, scene.mesh_of(shape));
    const Pose plane_from_shape =
        plane_from_world * world_from_node[static_cast<std::size_t>(shape.node.index)];
    for (unsigned corner = 0; corner < 8; ++corner) {
      const dvec3 at((corner & 1U) != 0 ? bounds.upper.x : bounds.lower.x,
                     (corner & 2U) != 0 ? bounds.upper.y : bounds.lower.y,
                     (corner & 4U) != 0 ? bounds.upper.z : bounds.lower.z);
      patch.include(dvec2(plane_from_shape.transform_point(at)));
    }
  }
  const dvec2 border(plane.size.x > 0.0 ? plane.size.x : kDrawnPlaneHalfExtentM,
                     plane.size.y > 0.0 ? plane.size.y : kDrawnPlaneHalfExtentM);
  if (!patch.empty()) {
    const dvec2 extent = patch.upper - patch.lower;
    const double margin = std::max(kLeastMarginM, 0.5 * std::max(extent.x, extent.y));
    patch.lower = glm::max(patch.lower - margin, -border);
    patch.upper = glm::min(patch.upper + margin, border);
  }
  if (patch.empty()) {
    patch.upper = glm::min(border, dvec2(kLonePlaneHalfExtentM));
    patch.lower = -patch.upper;
  }
  return patch;
}

/// The triangles that carry points, in the shape's frame.
Mesh surface_of(const Scene& scene, const Shape& shape, const std::vector<Pose>& world_from_node) {
  if (shape.type != ShapeType::kPlane) return tessellate(shape, scene.mesh_of(shape));
  const Patch patch = patch_of(scene, shape, world_from_node);
  Shape cut = shape;
  cut.size = dvec3(0.5 * (patch.upper - patch.lower), 0.0);
  Mesh mesh = tessellate(cut, nullptr);
  for (dvec3& position : mesh.positions) position += dvec3(0.5 * (patch.lower + patch.upper), 0.0);
  return mesh;
}

/// A triangle of a body's surface, in the body's frame.
struct Facet {
  ShapeId shape;
  int part = 0;
  bool one_sided = false;
  std::array<dvec3, 3> corner{};
  double area_up_to = 0.0;  ///< m^2, of all triangles of the body up to this one.
};

struct BodySurface {
  BodyId body;
  std::vector<Facet> facets;

  double area() const { return facets.empty() ? 0.0 : facets.back().area_up_to; }
};

/// Of all bodies that have a drawn surface.
std::vector<BodySurface> surfaces_of(const Scene& scene) {
  const std::vector<Pose> world_from_node = initial_node_poses(scene);
  std::vector<BodySurface> surfaces(scene.bodies.size());
  std::vector<int> parts(scene.bodies.size(), 0);
  for (std::size_t b = 0; b < surfaces.size(); ++b) surfaces[b].body = BodyId(b);
  for (std::size_t s = 0; s < scene.shapes.size(); ++s) {
    const Shape& shape = scene.shapes[s];
    const auto body = static_cast<std::size_t>(shape.body.index);
    const int part = ++parts[body];
    if (!shape.visible) continue;
    const Mesh mesh = surface_of(scene, shape, world_from_node);
    const bool one_sided =
        shape.type == ShapeType::kMesh ? is_closed(mesh) : shape.type != ShapeType::kPlane;
    const Pose body_from_shape =
        inverse(world_from_node[static_cast<std::size_t>(scene.bodies[body].node.index)]) *
        world_from_node[static_cast<std::size_t>(shape.node.index)];
    for (const auto& triangle : mesh.triangles) {
      Facet facet{ShapeId(s), part, one_sided, {}, 0.0};
      for (std::size_t k = 0; k < 3; ++k)
        facet.corner[k] = body_from_shape.transform_point(mesh.positions[triangle[k]]);
      const dvec3 twice =
          glm::cross(facet.corner[1] - facet.corner[0], facet.corner[2] - facet.corner[0]);
      facet.area_up_to = surfaces[body].area() + 0.5 * glm::length(twice);
      surfaces[body].facets.push_back(facet);
    }
  }
  std::erase_if(surfaces, [](const BodySurface& surface) { return !(surface.area() > 0.0); });
  return surfaces;
}

TrackPoint draw_point(const BodySurface& surface, RandomStream& stream) {
  const double area = stream.uniform() * surface.area();
  // A triangle without area ends where the one before it does, so it is never the first beyond.
  const auto found =
      std::upper_bound(surface.facets.begin(), surface.facets.end(), area,
                       [](double value, const Facet& facet) { return value < facet.area_up_to; });
  const Facet& facet = found == surface.facets.end() ? surface.facets.back() : *found;
  // Turk, Graphics Gems (1990): uniform over a triangle.
  const double root = std::sqrt(stream.uniform());
  const double share = stream.uniform();
  const auto& [a, b, c] = facet.corner;
  TrackPoint point;
  point.body = surface.body;
  point.shape = facet.shape;
  point.part = facet.part;
  point.in_body = (1.0 - root) * a + root * (1.0 - share) * b + root * share * c;
  point.normal_in_body = glm::normalize(glm::cross(b - a, c - a));
  point.one_sided = facet.one_sided;
  return point;
}

/// Adds a row to `view`: what a camera sees of the points of one state, which stand at `world` (P);
/// rays go to those that could be seen.
Status look(const Camera& camera, const Pose& world_from_camera, const State& state,
            std::span<const TrackPoint> points, std::span<const dvec3> world, PointVisibility& rays,
            TrackView& view) {
  const Pose camera_from_world = inverse(world_from_camera);
  const Intrinsics& k = camera.intrinsics;
  const std::size_t first = view.image.size();
  view.image.resize(first + points.size(), kNotInView);
  view.visible.resize(first + points.size(), 0);
  std::vector<std::size_t> candidates;
  std::vector<dvec3> targets;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const dvec3 at = camera_from_world.transform_point(world[i]);
    if (at.z < camera.near_m) continue;
    const dvec2 pixel(k.fx_px * at.x / at.z + k.cx_px, k.fy_px * at.y / at.z + k.cy_px);
    if (!(pixel.x >= -0.5 && pixel.y >= -0.5 && pixel.x < k.width_px - 0.5 &&
          pixel.y < k.height_px - 0.5))
      continue;
    view.image[first + i] = pixel;
    const BodyState& body = state.bodies[static_cast<std::size_t>(points[i].body.index)];
    const dvec3 normal = body.world_from_body.rotate(points[i].normal_in_body);
    if (points[i].one_sided && glm::dot(normal, world[i] - world_from_camera.position) >= 0.0)
      continue;
    if (at.z > camera.far_m) continue;
    candidates.push_back(first + i);
    targets.push_back(world[i]);
  }
  std::vector<std::uint8_t> seen(targets.size());
  DIORAMA_RETURN_IF_ERROR(rays.test(world_from_camera, camera.near_m, targets, seen));
  for (std::size_t c = 0; c < candidates.size(); ++c) view.visible[candidates[c]] = seen[c];
  return {};
}

}  // namespace

std::vector<TrackPoint> seed_track_points(const Scene& scene, SampleKey key, int count) {
  const std::vector<BodySurface> surfaces = surfaces_of(scene);
  std::vector<TrackPoint> points;
  if (surfaces.empty()) return points;
  RandomStream stream(key, "tracks");
  for (int i = 0; i < count; ++i) {
    points.push_back(draw_point(surfaces[static_cast<std::size_t>(i) % surfaces.size()], stream));
  }
  return points;
}

Result<TrackLabels> label_tracks(const Scene& scene, std::span<const State> states,
                                 std::span<const CameraId> cameras, std::vector<TrackPoint> points,
                                 PointVisibility& rays) {
  TrackLabels labels;
  labels.points = std::move(points);
  labels.views.resize(cameras.size());
  const std::vector<Pose> initial = initial_node_poses(scene);
  for (const State& state : states) {
    const std::size_t first = labels.world.size();
    for (const TrackPoint& point : labels.points) {
      labels.world.push_back(
          state.bodies[static_cast<std::size_t>(point.body.index)].world_from_body.transform_point(
              point.in_body));
    }
    const std::vector<Pose> world_from_node = node_poses(scene, state);
    DIORAMA_RETURN_IF_ERROR(rays.place(scene, state));
    for (std::size_t v = 0; v < cameras.size(); ++v) {
      if (!cameras[v].valid()) continue;
      const Pose world_from_camera =
          camera_pose(scene, cameras[v], state, world_from_node, initial);
      DIORAMA_RETURN_IF_ERROR(look(scene.cameras[static_cast<std::size_t>(cameras[v].index)],
                                   world_from_camera, state, labels.points,
                                   std::span(labels.world).subspan(first), rays, labels.views[v]));
    }
  }
  return labels;
}

}  // namespace diorama
