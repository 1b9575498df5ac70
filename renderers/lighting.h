// What the light of a scene amounts to, for every renderer: exposure and the sky. Functions of values; thread-safe.
#pragma once

#include "engine/scene/scene.h"

namespace diorama {

/// Radiance times this is pre-exposed, the unit of brdf.glsl: 1 / luminance of the sensor's saturation, by ISO 12232
/// saturation speed, q = 0.65 (Lagarde and de Rousiers, "Moving Frostbite to PBR", 2014, section 5.1).
double exposure_of(const Scene& scene);

/// The sky's pre-exposed radiance (see sky_radiance in brdf.glsl), and what it sheds on a surface whose normal has the
/// cosine c to the zenith: irradiance / pi = constant + linear c + quadratic c^2, exact up, level and down.
struct SkyLight {
  dvec3 zenith{0.0};
  dvec3 horizon{0.0};
  dvec3 ground{0.0};
  dvec3 irradiance_constant{0.0};
  dvec3 irradiance_linear{0.0};
  dvec3 irradiance_quadratic{0.0};
};
SkyLight sky_light(const Sky& sky, double exposure);

/// Roughness is that of brdf.glsl within this range; a mirror would show nothing of a light without extent.
inline constexpr double kLeastRoughness = 0.03;

}  // namespace diorama
