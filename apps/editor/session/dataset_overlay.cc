#include "apps/editor/session/dataset_overlay.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "exporters/shard/columns.h"

namespace diorama::editor {
namespace {

constexpr std::size_t kPoseValues = 7;
constexpr std::size_t kVelocityValues = 6;
constexpr double kNearestDrawnM = 1e-3;
constexpr double kAxisLengthM = 0.1;
constexpr double kNormalLengthM = 0.1;
constexpr double kVelocityTimeS = 0.1;

Pose pose_at(std::span<const double> values) {
  return {dvec3(values[0], values[1], values[2]),
          quat_wxyz(values[3], values[4], values[5], values[6])};
}

/// The camera of a row: column `camera`.
struct RowCamera {
  Pose camera_from_world;
  double fx, fy, cx, cy;

  explicit RowCamera(const std::vector<double>& values)
      : camera_from_world(inverse(pose_at(values))),
        fx(values[7]),
        fy(values[8]),
        cx(values[9]),
        cy(values[10]) {}

  /// Nothing behind the camera.
  std::optional<dvec2> project(const dvec3& point_world) const {
    const dvec3 p = camera_from_world.transform_point(point_world);
    if (p.z < kNearestDrawnM) return std::nullopt;
    return dvec2(fx * p.x / p.z + cx, fy * p.y / p.z + cy);
  }

  void line(const dvec3& from_world, const dvec3& to_world, int color, Overlay& overlay) const {
    const auto from = project(from_world);
    const auto to = project(to_world);
    if (from && to) overlay.lines.push_back({*from, *to, color});
  }
};

std::span<const double> entry(const std::vector<double>& values, std::size_t index,
                              std::size_t width) {
  return std::span(values).subspan(index * width, width);
}

/// Objects that are there in this episode, as far as the dataset says.
bool is_present(const DatasetRow& row, std::size_t object) {
  const auto info = row.find("object_info");
  return info == row.end() ||
         info->second.at(object * static_cast<std::size_t>(kObjectInfoValues)) != 0.0;
}

Overlay draw_poses(const DatasetOverview& overview, const DatasetRow& row,
                   const DatasetView& view) {
  Overlay overlay;
  const RowCamera camera(row.at("camera" + view.suffix));
  const std::vector<double>& poses = row.at("object_pose");
  for (std::size_t i = 0; i < poses.size() / kPoseValues; ++i) {
    if (!is_present(row, i)) continue;
    const Pose pose = pose_at(entry(poses, i, kPoseValues));
    for (int axis = 0; axis < 3; ++axis) {
      dvec3 tip(0.0);
      tip[axis] = kAxisLengthM;
      camera.line(pose.position, pose.transform_point(tip), axis, overlay);
    }
    const std::string name = overview.object_name(static_cast<int>(i));
    if (const auto at = camera.project(pose.position); at && !name.empty()) {
      overlay.texts.push_back({*at, name, static_cast<int>(i)});
    }
  }
  return overlay;
}

Overlay draw_velocities(const DatasetOverview&, const DatasetRow& row, const DatasetView& view) {
  Overlay overlay;
  const RowCamera camera(row.at("camera" + view.suffix));
  const std::vector<double>& poses = row.at("object_pose");
  const std::vector<double>& velocities = row.at("object_velocity");
  for (std::size_t i = 0; i < velocities.size() / kVelocityValues; ++i) {
    const auto v = entry(velocities, i, kVelocityValues);
    const dvec3 from = pose_at(entry(poses, i, kPoseValues)).position;
    const dvec3 along = kVelocityTimeS * dvec3(v[0], v[1], v[2]);
    if (glm::length(along) > 1e-4) camera.line(from, from + along, static_cast<int>(i), overlay);
  }
  return overlay;
}

Overlay draw_contacts(const DatasetOverview&, const DatasetRow& row, const DatasetView& view) {
  Overlay overlay;
  const RowCamera camera(row.at("camera" + view.suffix));
  const std::vector<double>& contacts = row.at("contact");
  const auto width = static_cast<std::size_t>(kContactValues);
  for (std::size_t i = 0; i < contacts.size() / width; ++i) {
    const auto c = entry(contacts, i, width);  // a, b, point, normal, force, gap
    if (c[0] < 0.0) break;                     // unused entries stand behind the used ones
    const dvec3 point(c[2], c[3], c[4]);
    const int color = static_cast<int>(c[1]);
    camera.line(point, point + kNormalLengthM * dvec3(c[5], c[6], c[7]), color, overlay);
    const double force_n = glm::length(dvec3(c[8], c[9], c[10]));
    if (const auto at = camera.project(point))
      overlay.texts.push_back({*at, fmt::format("{:.3g} N", force_n), color});
  }
  return overlay;
}

/// The pixels that each object shows, as boxes around them.
Overlay draw_visible_boxes(const DatasetOverview& overview, const DatasetRow& row,
                           const DatasetView& view) {
  const FoundColumn& column = *overview.find_column("segmentation" + view.suffix);
  const std::vector<double>& ids = row.at(column.name);
  const auto width = static_cast<std::size_t>(column.shape[2]);
  struct Box {
    dvec2 lower{1e9};
    dvec2 upper{-1e9};
  };
  std::map<int, Box> boxes;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] == 0.0) continue;
    const std::size_t line = i / width;
    const dvec2 at(static_cast<double>(i % width), static_cast<double>(line));
    Box& box = boxes[static_cast<int>(ids[i]) - 1];
    box.lower = glm::min(box.lower, at);
    box.upper = glm::max(box.upper, at);
  }
  Overlay overlay;
  for (const auto& [object, box] : boxes) {
    const dvec2 low = box.lower - 0.5;  // the pixels' outer edges
    const dvec2 high = box.upper + 0.5;
    const dvec2 corners[] = {low, {high.x, low.y}, high, {low.x, high.y}};
    for (int k = 0; k < 4; ++k) overlay.lines.push_back({corners[k], corners[(k + 1) % 4], object});
    overlay.texts.push_back({low, overview.object_name(object), object});
  }
  return overlay;
}

/// A cross for a point that is seen, a small square for one that is hidden.
Overlay draw_tracks(const DatasetOverview&, const DatasetRow& row, const DatasetView& view) {
  constexpr double kHalfSizePx = 1.5;
  Overlay overlay;
  const std::vector<double>& image = row.at("track_image" + view.suffix);
  const std::vector<double>& visible = row.at("track_visible" + view.suffix);
  const dvec2 along(kHalfSizePx, kHalfSizePx);
  const dvec2 across(kHalfSizePx, -kHalfSizePx);
  for (std::size_t i = 0; i < visible.size() && 2 * i + 1 < image.size(); ++i) {
    const dvec2 at(image[2 * i], image[2 * i + 1]);
    if (at == dvec2(-1.0)) continue;  // not in view
    const int color = static_cast<int>(i);
    if (visible[i] != 0.0) {
      overlay.lines.push_back({at - along, at + along, color});
      overlay.lines.push_back({at - across, at + across, color});
      continue;
    }
    const dvec2 corners[] = {at - along, at + across, at + along, at - across};
    for (int k = 0; k < 4; ++k) overlay.lines.push_back({corners[k], corners[(k + 1) % 4], color});
  }
  return overlay;
}

}  // namespace

const std::vector<OverlayKind>& overlay_kinds() {
  static const std::vector<OverlayKind> kinds = {
      {"visible boxes",
       "Boxes around the pixels that each object shows.",
       {"segmentation*"},
       &draw_visible_boxes},
      {"poses",
       "The axes of each object's frame: x, y, z.",
       {"object_pose", "object_info", "camera*"},
       &draw_poses},
      {"velocities",
       "Where each object's origin gets to within 0.1 s.",
       {"object_pose", "object_velocity", "camera*"},
       &draw_velocities},
      {"contacts",
       "Points that touched since the row before, their normal and mean force.",
       {"contact", "camera*"},
       &draw_contacts},
      {"point tracks",
       "Points on the objects' surfaces: crosses where they are seen, squares where they are hidden.",
       {"track_image*", "track_visible*"},
       &draw_tracks},
  };
  return kinds;
}

std::vector<std::string> columns_of(const OverlayKind& kind, const DatasetView& view) {
  std::vector<std::string> names;
  for (const std::string& need : kind.needs) {
    names.push_back(need.ends_with('*') ? need.substr(0, need.size() - 1) + view.suffix : need);
  }
  return names;
}

bool is_available(const OverlayKind& kind, const DatasetOverview& overview,
                  const DatasetView& view) {
  const std::vector<std::string> names = columns_of(kind, view);
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    return overview.find_column(name) != nullptr;
  });
}

}  // namespace diorama::editor
