// What placement needs of an engine before it steps. Implemented by a leaf, passed in by the pipeline.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "engine/scene/scene.h"

namespace diorama {

/// Bodies that have been placed so far, and whether another touches them, by narrow phase on the colliding
/// shapes (meshes as convex hulls). Not thread-safe; one per draw.
class OverlapChecker {
 public:
  virtual ~OverlapChecker() = default;

  /// Adds `body` as an obstacle at this pose.
  virtual void place(const Scene& scene, BodyId body, const Pose& world_from_body) = 0;

  struct Touch {
    BodyId body;          ///< The placed body.
    double distance_m = 0.0;  ///< Signed; negative = penetration.
  };
  /// The placed body that `body` at this pose comes nearest to, if nearer than `clearance_m` (may be negative:
  /// then only deeper penetrations count).
  virtual std::optional<Touch> nearest(const Scene& scene, BodyId body, const Pose& world_from_body,
                                       double clearance_m) = 0;
};

using OverlapFactory = std::function<std::unique_ptr<OverlapChecker>()>;

}  // namespace diorama
