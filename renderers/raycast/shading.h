// From surfaces to colours: brdf.glsl over strips, in loops that the compiler vectorises. Private to renderers/raycast.
// Functions of values; thread-safe. Built with errno of mathematics and traps off, which changes no value.
#pragma once

#include <cstdint>
#include <vector>

#include "renderers/raycast/surface.h"
#include "renderers/raycast/trace.h"

namespace diorama::raycast {

/// A light as the rays of one camera see it: world axes about the rays' origin.
struct PlacedLight {
  enum class Kind { kSun, kPoint, kSpot };
  Kind kind = Kind::kSun;
  glm::vec3 position{0.0F};  ///< kPoint, kSpot.
  glm::vec3 toward{0.0F};    ///< Unit, against the direction of the light; kSun, kSpot.
  glm::vec3 power{0.0F};     ///< Pre-exposed: illuminance of a sun, intensity of the others.
  float cos_cutoff = 0.0F;
  bool shadow = false;       ///< kSun.
};

/// SkyLight in float.
struct SkyColors {
  glm::vec3 zenith, horizon, ground;
  glm::vec3 irradiance_constant, irradiance_linear, irradiance_quadratic;
};

/// Linear, pre-exposed.
struct alignas(64) ColorStrip {
  Lanes<float> red, green, blue;
};

/// Light of the sky from hit surfaces, and what they emit. Normalises the surface's normals.
void shade_sky(const RayStrip& rays, const SkyColors& sky, SurfaceStrip& surface, ColorStrip& color);
/// Adds a light; `lit` is 0 in its shadow and 1 elsewhere.
void shade_light(const RayStrip& rays, const HitStrip& hits, const PlacedLight& light, const Lanes<float>& lit,
                 const SurfaceStrip& surface, ColorStrip& color);
/// Rays toward a sun from all hit surfaces that face it. They start a little above the surface.
void start_shadows(const RayStrip& rays, const HitStrip& hits, const PlacedLight& sun, const SurfaceStrip& surface,
                   ShadowStrip& shadows);
/// Puts the sky where nothing was hit, and turns all into count x 3 sRGB bytes.
void encode(const RayStrip& rays, const HitStrip& hits, const SkyColors& sky, const ColorStrip& color, std::uint8_t* rgb);

}  // namespace diorama::raycast
