#include "renderers/lighting.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace diorama {
namespace {

/// As in brdf.glsl, in double.
dvec3 sky_radiance(const Sky& sky, double up) {
  const double above = std::clamp(up, 0.0, 1.0);
  const double below = std::clamp(-2.0 * up, 0.0, 1.0);
  return glm::mix(glm::mix(sky.horizon_linear, sky.zenith_linear, above * (2.0 - above)),
                  sky.ground_linear, below * (2.0 - below));
}

}  // namespace

double exposure_of(const Scene& scene) { return 1.0 / (1.2 * std::exp2(scene.exposure_ev100)); }

SkyLight sky_light(const Sky& sky, double exposure) {
  constexpr int kSteps = 512;
  const double scale = sky.luminance_nits * exposure;
  dvec3 from_above(0.0), from_below(0.0), from_side(0.0);
  for (int i = 0; i < kSteps; ++i) {
    const double up = (i + 0.5) / kSteps;
    const dvec3 high = sky_radiance(sky, up), low = sky_radiance(sky, -up);
    from_above += high * (2.0 * up / kSteps);
    from_below += low * (2.0 * up / kSteps);
    from_side += (high + low) * (2.0 / std::numbers::pi * std::sqrt(1.0 - up * up) / kSteps);
  }
  return {.zenith = sky.zenith_linear * scale,
          .horizon = sky.horizon_linear * scale,
          .ground = sky.ground_linear * scale,
          .irradiance_constant = from_side * scale,
          .irradiance_linear = (from_above - from_below) * (0.5 * scale),
          .irradiance_quadratic = ((from_above + from_below) * 0.5 - from_side) * scale};
}

}  // namespace diorama
