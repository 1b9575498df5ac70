// RayScene: a scene at one state that rays can be cast into, for picking, for point tracks and for checking labels.
#pragma once

#include <limits>
#include <memory>
#include <optional>

#include "engine/core/status.h"
#include "engine/scene/scene.h"
#include "renderers/point_visibility.h"

namespace diorama {

/// What a ray meets first, in the sense of renderers/renderer.h: drawn shapes, back faces of closed ones excepted.
struct RayHit {
  double distance = 0.0;      ///< In lengths of the ray's direction.
  dvec3 point_world{0.0};     ///< m
  dvec3 normal_world{0.0};    ///< Of the triangle, unit, on the side that is seen.
  BodyId body;
  ShapeId shape;              ///< The part.
  int triangle = 0;           ///< Of `tessellate(shape)`.
};

/// Not thread-safe while it is placed; many threads may cast.
class RayScene : public PointVisibility {
 public:
  /// unavailable(...) if Embree cannot work on this CPU.
  static Result<std::unique_ptr<RayScene>> make();

  /// The first surface with `from` <= distance <= `to`, in lengths of `direction_world` (any but zero). Nothing before
  /// `place`.
  virtual std::optional<RayHit> cast(const dvec3& origin_world, const dvec3& direction_world, double from = 0.0,
                                     double to = std::numeric_limits<double>::infinity()) const = 0;
};

}  // namespace diorama
