#include "renderers/raycast/shading.h"

#include "renderers/brdf.h"

// Wider vectors where the CPU has them. The bits are the same everywhere: nothing is contracted or reordered.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define DIORAMA_WIDE __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4"), flatten))
#else
#define DIORAMA_WIDE
#endif

namespace diorama::raycast {
namespace {

using shading::vec3;

vec3 to_vec3(const glm::vec3& v) { return {v.x, v.y, v.z}; }

/// Suns and lamps take the same path but for where the light comes from.
template <PlacedLight::Kind kind>
[[gnu::always_inline]] inline void add_light(const RayStrip& rays, const HitStrip& hits, const PlacedLight& light,
                                             const Lanes<float>& lit, const SurfaceStrip& s, ColorStrip& color) {
  const vec3 power = to_vec3(light.power), toward = to_vec3(light.toward), position = to_vec3(light.position);
  const float cos_cutoff = light.cos_cutoff;
  const int count = rays.count;
  for (int i = 0; i < count; ++i) {
    const vec3 direction(rays.dir_x[i], rays.dir_y[i], rays.dir_z[i]);
    const vec3 v = -shading::normalize(direction);
    const vec3 n(s.normal_x[i], s.normal_y[i], s.normal_z[i]);
    const vec3 base(s.red[i], s.green[i], s.blue[i]);
    const vec3 diffuse = base * (1.0F - s.metallic[i]);
    const vec3 f0 = shading::mix(vec3(0.04F), base, s.metallic[i]);
    vec3 l = toward;
    float strength = lit[i];
    if constexpr (kind != PlacedLight::Kind::kSun) {
      const vec3 path = position - direction * hits.t[i];
      const float distance2 = shading::max(shading::dot(path, path), 1e-6F);
      l = path * (1.0F / std::sqrt(distance2));
      strength = 1.0F / distance2;
      if constexpr (kind == PlacedLight::Kind::kSpot) {
        // Full inside, falling smoothly to nothing over the cone's outermost tenth (in cosine).
        strength *= shading::smoothstep(0.0F, 0.1F * (1.0F - cos_cutoff) + 1e-4F, shading::dot(l, toward) - cos_cutoff);
      }
    }
    const vec3 light_out = shading::shade_light(diffuse, f0, s.roughness[i] * s.roughness[i], n, v, l,
                                                shading::max(shading::dot(n, v), 1e-3F));
    color.red[i] += power.x * strength * light_out.x;
    color.green[i] += power.y * strength * light_out.y;
    color.blue[i] += power.z * strength * light_out.z;
  }
}

DIORAMA_WIDE void add_sun(const RayStrip& rays, const HitStrip& hits, const PlacedLight& light, const Lanes<float>& lit,
                          const SurfaceStrip& surface, ColorStrip& color) {
  add_light<PlacedLight::Kind::kSun>(rays, hits, light, lit, surface, color);
}
DIORAMA_WIDE void add_point(const RayStrip& rays, const HitStrip& hits, const PlacedLight& light, const Lanes<float>& lit,
                            const SurfaceStrip& surface, ColorStrip& color) {
  add_light<PlacedLight::Kind::kPoint>(rays, hits, light, lit, surface, color);
}
DIORAMA_WIDE void add_spot(const RayStrip& rays, const HitStrip& hits, const PlacedLight& light, const Lanes<float>& lit,
                           const SurfaceStrip& surface, ColorStrip& color) {
  add_light<PlacedLight::Kind::kSpot>(rays, hits, light, lit, surface, color);
}

/// Display values 0..255.
struct alignas(64) ByteStrip {
  Lanes<std::int32_t> red, green, blue;
};

DIORAMA_WIDE void to_display(const RayStrip& rays, const HitStrip& hits, const SkyColors& sky, const ColorStrip& color,
                             ByteStrip& bytes) {
  const vec3 zenith = to_vec3(sky.zenith), horizon = to_vec3(sky.horizon), ground = to_vec3(sky.ground);
  const int count = rays.count;
  for (int i = 0; i < count; ++i) {
    const vec3 direction = shading::normalize(vec3(rays.dir_x[i], rays.dir_y[i], rays.dir_z[i]));
    const vec3 background = shading::sky_radiance(zenith, horizon, ground, direction.z);
    const bool hit = hits.shape[i] >= 0;
    const vec3 seen(hit ? color.red[i] : background.x, hit ? color.green[i] : background.y,
                    hit ? color.blue[i] : background.z);
    const vec3 shown = shading::display_color(seen);
    bytes.red[i] = static_cast<std::int32_t>(shown.x * 255.0F + 0.5F);
    bytes.green[i] = static_cast<std::int32_t>(shown.y * 255.0F + 0.5F);
    bytes.blue[i] = static_cast<std::int32_t>(shown.z * 255.0F + 0.5F);
  }
}

}  // namespace

DIORAMA_WIDE void shade_sky(const RayStrip& rays, const SkyColors& sky, SurfaceStrip& s, ColorStrip& color) {
  const vec3 zenith = to_vec3(sky.zenith), horizon = to_vec3(sky.horizon), ground = to_vec3(sky.ground);
  const vec3 constant = to_vec3(sky.irradiance_constant), linear = to_vec3(sky.irradiance_linear);
  const vec3 quadratic = to_vec3(sky.irradiance_quadratic);
  const int count = rays.count;
  for (int i = 0; i < count; ++i) {
    const vec3 v = -shading::normalize(vec3(rays.dir_x[i], rays.dir_y[i], rays.dir_z[i]));
    const vec3 n = shading::normalize(vec3(s.normal_x[i], s.normal_y[i], s.normal_z[i]));
    const float facing = shading::dot(n, v);
    const vec3 base(s.red[i], s.green[i], s.blue[i]);
    const vec3 diffuse = base * (1.0F - s.metallic[i]);
    const vec3 f0 = shading::mix(vec3(0.04F), base, s.metallic[i]);
    const vec3 irradiance = constant + linear * n.z + quadratic * (n.z * n.z);
    const vec3 mirrored = shading::sky_radiance(zenith, horizon, ground, 2.0F * facing * n.z - v.z);
    const vec3 out = base * s.emission[i] + diffuse * irradiance +
                     shading::environment_reflectance(f0, s.roughness[i], shading::max(facing, 1e-3F)) *
                         shading::mix(mirrored, irradiance, s.roughness[i]);
    s.normal_x[i] = n.x;
    s.normal_y[i] = n.y;
    s.normal_z[i] = n.z;
    color.red[i] = out.x;
    color.green[i] = out.y;
    color.blue[i] = out.z;
  }
}

void shade_light(const RayStrip& rays, const HitStrip& hits, const PlacedLight& light, const Lanes<float>& lit,
                 const SurfaceStrip& surface, ColorStrip& color) {
  switch (light.kind) {
    case PlacedLight::Kind::kSun:
      return add_sun(rays, hits, light, lit, surface, color);
    case PlacedLight::Kind::kPoint:
      return add_point(rays, hits, light, lit, surface, color);
    case PlacedLight::Kind::kSpot:
      return add_spot(rays, hits, light, lit, surface, color);
  }
}

DIORAMA_WIDE void start_shadows(const RayStrip& rays, const HitStrip& hits, const PlacedLight& sun, const SurfaceStrip& surface,
                                ShadowStrip& shadows) {
  // Of the distance: far above what float positions are off, far below what can be seen.
  constexpr float kLift = 2e-4F;
  shadows.count = rays.count;
  shadows.direction = sun.toward;
  const vec3 toward = to_vec3(sun.toward), origin = to_vec3(rays.origin);
  const int count = rays.count;
  for (int i = 0; i < count; ++i) {
    const vec3 n(surface.normal_x[i], surface.normal_y[i], surface.normal_z[i]);
    const float t = hits.t[i];
    const float lift = kLift * t;
    shadows.x[i] = origin.x + rays.dir_x[i] * t + n.x * lift;
    shadows.y[i] = origin.y + rays.dir_y[i] * t + n.y * lift;
    shadows.z[i] = origin.z + rays.dir_z[i] * t + n.z * lift;
    shadows.wanted[i] = (hits.shape[i] >= 0) & (shading::dot(n, toward) > 0.0F) ? -1 : 0;
  }
}

void encode(const RayStrip& rays, const HitStrip& hits, const SkyColors& sky, const ColorStrip& color, std::uint8_t* rgb) {
  ByteStrip bytes;
  to_display(rays, hits, sky, color, bytes);
  for (int i = 0; i < rays.count; ++i) {
    rgb[3 * i] = static_cast<std::uint8_t>(bytes.red[i]);
    rgb[3 * i + 1] = static_cast<std::uint8_t>(bytes.green[i]);
    rgb[3 * i + 2] = static_cast<std::uint8_t>(bytes.blue[i]);
  }
}

}  // namespace diorama::raycast
