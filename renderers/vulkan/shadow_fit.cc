#include "renderers/vulkan/shadow_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/core/check.h"

namespace diorama::vulkan {
namespace {

dvec3 center_of(const ShadowCaster& caster) {
  return caster.world_from_shape.transform_point((caster.bounds.lower + caster.bounds.upper) * 0.5);
}

dvec3 median_center(const std::vector<ShadowCaster>& casters) {
  dvec3 median(0.0);
  std::vector<double> values(casters.size());
  for (int axis = 0; axis < 3; ++axis) {
    for (std::size_t i = 0; i < casters.size(); ++i) values[i] = center_of(casters[i])[axis];
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    median[axis] = *middle;
  }
  return median;
}

}  // namespace

ShadowFit fit_shadow(const std::vector<ShadowCaster>& casters, const dvec3& direction,
                     int size_texels) {
  DIORAMA_CHECK(!casters.empty());
  const dquat light_from_world = glm::conjugate(rotation_from_z(direction));
  const dvec3 middle = median_center(casters);
  dvec3 lower(std::numeric_limits<double>::max()), upper(std::numeric_limits<double>::lowest());
  for (const ShadowCaster& caster : casters) {
    if (glm::length(center_of(caster) - middle) > kShadowReachM) continue;
    for (int corner = 0; corner < 8; ++corner) {
      const dvec3 point((corner & 1) ? caster.bounds.upper.x : caster.bounds.lower.x,
                        (corner & 2) ? caster.bounds.upper.y : caster.bounds.lower.y,
                        (corner & 4) ? caster.bounds.upper.z : caster.bounds.lower.z);
      dvec3 light = light_from_world * caster.world_from_shape.transform_point(point);
      // A single huge body must not blow up the map either.
      const dvec3 light_middle = light_from_world * middle;
      light =
          glm::clamp(light, light_middle - 2.0 * kShadowReachM, light_middle + 2.0 * kShadowReachM);
      lower = glm::min(lower, light);
      upper = glm::max(upper, light);
    }
  }
  if (lower.x > upper.x) {  // The median of far apart clusters may be near to none of them.
    lower = light_from_world * middle - dvec3(1.0);
    upper = lower + dvec3(2.0);
  }

  const double need = std::max({upper.x - lower.x, upper.y - lower.y, 1e-3});
  // Two texels of border on either side and one for the snapping of the middle.
  const double padded = need * (1.0 + 6.0 / size_texels);
  const double width = std::exp2(std::ceil(4.0 * std::log2(padded)) / 4.0);
  const double texel = width / size_texels;
  const double center_x = std::floor(0.5 * (lower.x + upper.x) / texel) * texel;
  const double center_y = std::floor(0.5 * (lower.y + upper.y) / texel) * texel;
  const double margin = 0.01 + 0.01 * (upper.z - lower.z);
  const double near = lower.z - margin;
  const double range = upper.z + margin - near;

  const dquat world_from_light = glm::conjugate(light_from_world);
  const dvec3 x = world_from_light * dvec3(1, 0, 0);
  const dvec3 y = world_from_light * dvec3(0, 1, 0);
  const dvec3 z = world_from_light * dvec3(0, 0, 1);
  ShadowFit fit;
  fit.row_u = dvec4(x / width, 0.5 - center_x / width);
  fit.row_v = dvec4(y / width, 0.5 - center_y / width);
  fit.row_depth = dvec4(z / range, -near / range);
  fit.texel_m = texel;
  fit.depth_range_m = range;
  return fit;
}

}  // namespace diorama::vulkan
