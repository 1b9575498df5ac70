// PointVisibility: whether cameras see given points, exactly, by rays. The contract; a ray caster implements it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "engine/core/status.h"
#include "engine/scene/scene.h"
#include "engine/scene/state.h"

namespace diorama {

/// Not thread-safe; one per worker.
class PointVisibility {
 public:
  virtual ~PointVisibility() = default;

  /// Places the scene as `state` says. Both must live until the next call or the end of use.
  virtual Status place(const Scene& scene, const State& state) = 0;

  /// visible[i] = 1 if the point `points_world[i]`, which lies on a triangle of `tessellate`, is seen from
  /// `world_from_camera`: no surface (in the sense of renderer.h: drawn shapes, back faces of closed ones excepted) crosses
  /// the segment from the camera's centre to the point but for its last 1e-4 of the length; else 0. The picture's
  /// borders, near_m and far_m are the caller's; surfaces nearer than planar z = `near_m` do not hide.
  virtual Status test(const Pose& world_from_camera, double near_m, std::span<const dvec3> points_world,
                      std::span<std::uint8_t> visible) = 0;
};

}  // namespace diorama
