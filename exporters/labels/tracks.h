// Point tracks: points on the surfaces of a scene's objects, followed over an episode. Pure
// functions but for the rays.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/core/rng.h"
#include "engine/core/status.h"
#include "engine/scene/scene.h"
#include "engine/scene/state.h"
#include "renderers/point_visibility.h"

namespace diorama {

/// A point that moves with its body.
struct TrackPoint {
  BodyId body;
  ShapeId shape;
  int part = 0;        ///< As the channel `part`: 1 + the shape's place among those of its body.
  dvec3 in_body{0.0};  ///< m, in the body's frame.
  dvec3 normal_in_body{0.0};  ///< Of its triangle, unit, outward.
  bool one_sided = false;     ///< On a closed surface, which is seen from outside only.
};

/// `count` points of the scene; none if nothing of it is drawn. Point i lies on the (i mod n)-th of
/// the n bodies that have a drawn surface, so that the first k points are as fair a choice as all;
/// on its body it is uniform by area over the triangles of `tessellate` of the drawn shapes. A
/// plane counts where the scene's other shapes stand at their initial poses: over their bounds in
/// its frame, widened on all sides by half the longer side and at least 0.5 m, within its own
/// borders (where nothing is left of that: 1 m to each side of its middle). Depends on scene, key
/// and count alone.
std::vector<TrackPoint> seed_track_points(const Scene& scene, SampleKey key, int count);

/// What one camera sees of the points.
struct TrackView {
  std::vector<dvec2> image;           ///< (T, P) px; kNotInView where the point is not in view.
  std::vector<std::uint8_t> visible;  ///< (T, P) 1 = seen, 0 = hidden or not in view.
};
inline constexpr dvec2 kNotInView{-1.0, -1.0};

struct TrackLabels {
  std::vector<TrackPoint> points;  ///< (P)
  std::vector<dvec3> world;        ///< (T, P) m
  std::vector<TrackView> views;    ///< Parallel to the cameras; empty where a camera is invalid.
};

/// Follows the points through `states`. A point is in view if near_m <= z and -0.5 <= u < W - 0.5,
/// likewise v; it is visible if besides z <= far_m, its side of a closed surface faces the camera,
/// and no ray to it meets another surface.
Result<TrackLabels> label_tracks(const Scene& scene, std::span<const State> states,
                                 std::span<const CameraId> cameras, std::vector<TrackPoint> points,
                                 PointVisibility& rays);

}  // namespace diorama
