// Where a sun's shadow map lies: a box around the bounded shapes, from the scene and one state
// alone. Values; thread-safe.
#pragma once

#include <vector>

#include "engine/scene/shape.h"

namespace diorama::vulkan {

/// Bodies farther than this from the middle of all (the median, per axis) do not widen the map.
inline constexpr double kShadowReachM = 25.0;

/// One shape that throws a shadow.
struct ShadowCaster {
  Pose world_from_shape;
  Bounds bounds;  ///< In the shape's frame.
};

/// Rows that take a homogeneous world point to map coordinates: u, v in [0, 1] and depth in [0, 1]
/// over the map's box.
struct ShadowFit {
  dvec4 row_u{0.0};
  dvec4 row_v{0.0};
  dvec4 row_depth{0.0};
  double texel_m = 0.0;        ///< Width of a texel.
  double depth_range_m = 0.0;  ///< What depth 0..1 spans.
};

/// The square box along `direction` (unit) that holds the casters. Its width grows in steps of
/// 2^(1/4) and its middle moves in whole texels, so that shadow edges hold still between frames.
/// `casters` must not be empty.
ShadowFit fit_shadow(const std::vector<ShadowCaster>& casters, const dvec3& direction,
                     int size_texels);

}  // namespace diorama::vulkan
