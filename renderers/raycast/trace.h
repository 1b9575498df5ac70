// Rays through a PlacedScene, a strip at a time. Private to renderers/raycast. Functions of values; thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "renderers/raycast/placed_scene.h"

namespace diorama::raycast {

/// Rays of a strip: neighbouring pixels of one row. A multiple of 16, the width of a packet.
inline constexpr int kStripSize = 256;
/// Strips that are traced together, so that packets are squares of pixels.
inline constexpr int kBandStrips = 4;
template <typename T>
using Lanes = std::array<T, kStripSize>;

/// Rays from one point. A point of a ray is origin + t * direction.
struct alignas(64) RayStrip {
  int count = 0;
  glm::vec3 origin{0.0F};
  Lanes<float> dir_x, dir_y, dir_z;
  Lanes<float> near_t, far_t;  ///< Surfaces count within [near_t, far_t]; a ray with near_t > far_t meets nothing.
};

/// What rays meet first, of the surfaces that are seen (see renderer.h).
struct alignas(64) HitStrip {
  Lanes<float> t;       ///< far_t of the ray where nothing is hit.
  Lanes<int> shape;     ///< Index into Scene::shapes; -1 = nothing.
  Lanes<int> triangle;  ///< Of `tessellate`.
  Lanes<float> u, v;    ///< Barycentric: (1 - u - v) a + u b + v c. 0 on planes.
  Lanes<float> normal_x, normal_y, normal_z;  ///< Geometric, world axes, counter-clockwise side, any length.
  Lanes<float> side;    ///< 1 where the counter-clockwise side is seen, -1 where the other is.
};

/// The first seen surface of every ray of 1 to kBandStrips strips, which have one origin and count. What a ray meets does
/// not depend on the others.
void trace(const PlacedScene& scene, std::span<const RayStrip> rays, std::span<HitStrip> hits);

/// One surface along a ray.
struct RayCrossing {
  float t = 0.0F;
  int shape = 0;
};

/// All seen surfaces of one ray of a strip within its range, in order of t (then shape).
void trace_all(const PlacedScene& scene, const RayStrip& rays, int lane, std::vector<RayCrossing>& crossings);

/// Rays of one direction from many points, toward a sun.
struct alignas(64) ShadowStrip {
  int count = 0;
  glm::vec3 direction{0.0F};
  Lanes<float> x, y, z;  ///< Origins.
  Lanes<int> wanted;     ///< -1 = cast, 0 = not.
  Lanes<float> lit;      ///< Out: 0 where a caster is met, else 1.
};

/// Where a sun's shadows can fall at all: a grid across its rays, and which cells some caster's sphere touches.
class ShadowCover {
 public:
  /// `toward` the sun, unit.
  ShadowCover(const PlacedScene& scene, const glm::vec3& toward);

  /// Takes away `wanted` from rays that no caster can stop.
  void narrow(ShadowStrip& rays) const;

 private:
  static constexpr int kCells = 96;  ///< Along a side.
  glm::vec3 axis_u_{0.0F}, axis_v_{0.0F};
  float first_u_ = 0.0F, first_v_ = 0.0F, per_cell_ = 0.0F;  ///< cell = (dot(axis, point) - first) * per_cell
  std::vector<std::int32_t> covered_;  ///< -1 = touched, 0 = free; with a free border.
};

/// For 1 to kBandStrips strips of one direction and count.
void trace_shadows(const PlacedScene& scene, std::span<ShadowStrip> rays);

}  // namespace diorama::raycast
