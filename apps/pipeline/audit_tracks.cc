#include "apps/pipeline/audit_tracks.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "engine/core/text.h"

namespace diorama {
namespace {

// Poses are stored as float32, and the points are moved by what is stored.
constexpr double kWorldSlackM = 5e-5;
constexpr double kWorldShare = 2e-6;  // of the distance to the origin
constexpr double kImageSlackPx = 0.02;
constexpr double kBorderPx = 0.05;
constexpr double kLeastCosine =
    0.05;  // of a surface that clearly faces the camera, or clearly does not
constexpr double kSurfaceShare =
    0.1;  // how much the depth of one surface may change within a pixel
constexpr double kHiddenShare = 0.005;

/// Points of a row that are wrong, and what to tell of the worst.
struct Wrong {
  int count = 0;
  double worst = -1.0;
  std::string expected;
  std::string found;

  void add(double how_far, std::size_t point, const std::string& want, const std::string& is) {
    ++count;
    if (how_far <= worst) return;
    worst = how_far;
    expected = want + " of point " + std::to_string(point);
    found = is;
  }
};

std::string text_of(const dvec2& v) {
  return "(" + format_number(v.x) + ", " + format_number(v.y) + ")";
}

class EpisodeTracks {
 public:
  EpisodeTracks(const TrackAudit& audit, const TrackLabels& labels, const TellPicture& tell)
      : audit_(audit), labels_(labels), tell_(tell), initial_(initial_node_poses(audit.scene)) {}

  Status run() const {
    const auto rows = static_cast<std::int64_t>(audit_.states.size());
    for (std::int64_t row = 0; row < rows; ++row) {
      check_owner(row, "track_object", [&](const TrackPoint& point) {
        return audit_.scene.bodies[static_cast<std::size_t>(point.body.index)].object_index;
      });
      check_owner(row, "track_part", [](const TrackPoint& point) { return point.part; });
      check_world(row);
      const State& state = audit_.states[static_cast<std::size_t>(row)];
      DIORAMA_RETURN_IF_ERROR(audit_.rays.place(audit_.scene, state));
      const std::vector<Pose> world_from_node = node_poses(audit_.scene, state);
      for (std::size_t view = 0; view < audit_.cameras.size(); ++view) {
        const Pose eye =
            camera_pose(audit_.scene, audit_.cameras[view], state, world_from_node, initial_);
        check_image(row, view, eye);
        check_visible(row, view, eye);
      }
    }
    return {};
  }

 private:
  /// Null if the column is not there or is not `per_point` numbers of each point wide.
  const ColumnValues* column(const std::string& name, std::size_t per_point) const {
    const auto found = audit_.columns.find(name);
    const bool fits =
        found != audit_.columns.end() && found->second.width() >= per_point * labels_.points.size();
    return fits ? &found->second : nullptr;
  }

  std::size_t at(std::int64_t row, std::size_t point) const {
    return static_cast<std::size_t>(row) * labels_.points.size() + point;
  }

  void report(std::int64_t row, const std::string& name, const Wrong& wrong,
              const std::string& words) const {
    if (wrong.count > 0)
      tell_(row, name, std::to_string(wrong.count) + " points " + words, wrong.expected,
            wrong.found);
  }

  template <typename Number>
  void check_owner(std::int64_t row, const std::string& name, const Number& number) const {
    const ColumnValues* const values = column(name, 1);
    Wrong wrong;
    for (std::size_t i = 0; values != nullptr && i < labels_.points.size(); ++i) {
      const int want = number(labels_.points[i]);
      if (values->at(row, i) != want)
        wrong.add(0.0, i, std::to_string(want), format_number(values->at(row, i)));
    }
    report(row, name, wrong, "are on others than the scenario draws for this episode");
  }

  void check_world(std::int64_t row) const {
    const ColumnValues* const values = column("track_world", 3);
    Wrong wrong;
    for (std::size_t i = 0; values != nullptr && i < labels_.points.size(); ++i) {
      const dvec3& want = labels_.world[at(row, i)];
      const dvec3 is(values->at(row, 3 * i), values->at(row, 3 * i + 1),
                     values->at(row, 3 * i + 2));
      const double apart = glm::length(is - want);
      if (apart <= kWorldSlackM + kWorldShare * glm::length(want)) continue;
      wrong.add(apart, i, "the place", format_number(apart) + " m away");
    }
    report(row, "track_world", wrong, "are not where the stored poses take them");
  }

  dvec3 in_camera(std::int64_t row, std::size_t point, const Pose& eye) const {
    return inverse(eye).transform_point(labels_.world[at(row, point)]);
  }

  /// The projection, whether it is within the picture or not; nothing nearer than near_m.
  std::optional<dvec2> project(const Camera& camera, const dvec3& p) const {
    if (p.z < camera.near_m) return std::nullopt;
    const Intrinsics& k = camera.intrinsics;
    return dvec2(k.fx_px * p.x / p.z + k.cx_px, k.fy_px * p.y / p.z + k.cy_px);
  }

  /// Whether rounding can move the point into the picture or out of it.
  static bool is_at_border(const Camera& camera, const dvec3& p,
                           const std::optional<dvec2>& pixel) {
    const double slack = 1e-4 + 1e-5 * camera.far_m;
    if (std::fabs(p.z - camera.near_m) < slack || std::fabs(p.z - camera.far_m) < slack)
      return true;
    if (!pixel) return false;
    const dvec2 size(camera.intrinsics.width_px, camera.intrinsics.height_px);
    const dvec2 nearest = glm::min(glm::abs(*pixel + 0.5), glm::abs(*pixel - size + 0.5));
    return std::min(nearest.x, nearest.y) < kBorderPx;
  }

  const Camera& camera_of(std::size_t view) const {
    return audit_.scene.cameras[static_cast<std::size_t>(audit_.cameras[view].index)];
  }

  void check_image(std::int64_t row, std::size_t view, const Pose& eye) const {
    const std::string name = "track_image" + audit_.suffixes[view];
    const ColumnValues* const values = column(name, 2);
    const Camera& camera = camera_of(view);
    Wrong wrong;
    for (std::size_t i = 0; values != nullptr && i < labels_.points.size(); ++i) {
      const dvec2& want = labels_.views[view].image[at(row, i)];
      const dvec2 is(values->at(row, 2 * i), values->at(row, 2 * i + 1));
      const dvec3 p = in_camera(row, i, eye);
      // A pixel is this many metres wide at the point.
      const double slack =
          kImageSlackPx +
          camera.intrinsics.fx_px *
              (kWorldSlackM + kWorldShare * glm::length(labels_.world[at(row, i)])) /
              std::max(p.z, camera.near_m);
      const double apart = glm::length(is - want);
      if (apart <= slack || is_at_border(camera, p, project(camera, p))) continue;
      wrong.add(apart, i, text_of(want) + " px", text_of(is) + " px");
    }
    report(row, name, wrong, "are not where the camera sees their places");
  }

  void check_visible(std::int64_t row, std::size_t view, const Pose& eye) const {
    const std::string name = "track_visible" + audit_.suffixes[view];
    const ColumnValues* const values = column(name, 1);
    Wrong wrong;
    for (std::size_t i = 0; values != nullptr && i < labels_.points.size(); ++i) {
      const bool want = labels_.views[view].visible[at(row, i)] != 0;
      if ((values->at(row, i) != 0.0) == want || !is_clear(row, view, eye, i)) continue;
      wrong.add(0.0, i, want ? "visibility" : "no visibility", want ? "hidden" : "seen");
    }
    report(row, name, wrong, "are not seen or hidden as rays say");
  }

  /// Whether the point's visibility is the same a pixel about it, so that rounding cannot change
  /// it.
  bool is_clear(std::int64_t row, std::size_t view, const Pose& eye, std::size_t i) const {
    const Camera& camera = camera_of(view);
    const dvec3 p = in_camera(row, i, eye);
    const std::optional<dvec2> pixel = project(camera, p);
    if (is_at_border(camera, p, pixel)) return false;
    if (labels_.views[view].image[at(row, i)] == kNotInView || p.z > camera.far_m) return true;
    const TrackPoint& point = labels_.points[i];
    const Pose& body = audit_.states[static_cast<std::size_t>(row)]
                           .bodies[static_cast<std::size_t>(point.body.index)]
                           .world_from_body;
    const dvec3 way = labels_.world[at(row, i)] - eye.position;
    const double away = glm::dot(body.rotate(point.normal_in_body), glm::normalize(way));
    if (std::fabs(away) < kLeastCosine) return false;
    if (point.one_sided && away > 0.0) return true;
    return point_is_among_calm_rays(camera, eye, *pixel, p.z,
                                    labels_.views[view].visible[at(row, i)] != 0);
  }

  /// All rays within a pixel meet one shape: at about the point's depth if it is visible, clearly
  /// before it if not.
  bool point_is_among_calm_rays(const Camera& camera, const Pose& eye, const dvec2& pixel, double z,
                                bool visible) const {
    const Intrinsics& k = camera.intrinsics;
    std::optional<ShapeId> shape;
    for (int dv = -1; dv <= 1; ++dv) {
      for (int du = -1; du <= 1; ++du) {
        const dvec3 direction((pixel.x + du - k.cx_px) / k.fx_px,
                              (pixel.y + dv - k.cy_px) / k.fy_px, 1.0);
        const std::optional<RayHit> hit =
            audit_.rays.cast(eye.position, eye.rotate(direction), camera.near_m);
        if (!hit || (shape && hit->shape != *shape)) return false;
        shape = hit->shape;
        const bool calm = visible ? std::fabs(hit->distance - z) < kSurfaceShare * z
                                  : hit->distance < (1.0 - kHiddenShare) * z;
        if (!calm) return false;
      }
    }
    return true;
  }

  const TrackAudit& audit_;
  const TrackLabels& labels_;
  const TellPicture& tell_;
  const std::vector<Pose> initial_;
};

}  // namespace

Status audit_tracks(const TrackAudit& audit, const TellPicture& tell) {
  DIORAMA_ASSIGN_OR_RETURN(
      const TrackLabels labels,
      label_tracks(audit.scene, audit.states, audit.cameras, audit.points, audit.rays));
  return EpisodeTracks(audit, labels, tell).run();
}

}  // namespace diorama
