#include "renderers/raycast/shading.h"

#include "renderers/brdf.h"
#include "renderers/wide.h"

namespace diorama::raycast {
namespace {

using shading::vec3;

vec3 to_vec3(const glm::vec3& v) { return {v.x, v.y, v.z}; }

/// Three lanes' arrays as plain pointers, which GCC needs to vectorise.
struct In3 {
  const float *x, *y, *z;
  vec3 operator[](int i) const { return {x[i], y[i], z[i]}; }
};
struct Out3 {
  float *x, *y, *z;
};
In3 directions(const RayStrip& rays) { return {rays.dir_x.data(), rays.dir_y.data(), rays.dir_z.data()}; }
In3 normals(const SurfaceStrip& s) { return {s.normal_x.data(), s.normal_y.data(), s.normal_z.data()}; }
In3 base_colors(const SurfaceStrip& s) { return {s.red.data(), s.green.data(), s.blue.data()}; }
Out3 out_colors(ColorStrip& c) { return {c.red.data(), c.green.data(), c.blue.data()}; }

/// Suns and lamps take the same path but for where the light comes from.
template <PlacedLight::Kind kind>
[[gnu::always_inline]] inline void add_light(const RayStrip& rays, const HitStrip& hits, const PlacedLight& light,
                                             const Lanes<float>& lit, const SurfaceStrip& s, ColorStrip& color) {
  const vec3 power = to_vec3(light.power), toward = to_vec3(light.toward), position = to_vec3(light.position);
  const float cos_cutoff = light.cos_cutoff;
  const In3 direction = directions(rays), normal = normals(s), base_color = base_colors(s);
  const Out3 out = out_colors(color);
  const float* const metallic = s.metallic.data();
  const float* const roughness = s.roughness.data();
  const float* const lit_share = lit.data();
  const float* const t = hits.t.data();
  const int count = rays.count;
  DIORAMA_INDEPENDENT
  for (int i = 0; i < count; ++i) {
    const vec3 d = direction[i];
    const vec3 v = -shading::normalize(d);
    const vec3 n = normal[i];
    const vec3 base = base_color[i];
    const vec3 diffuse = base * (1.0F - metallic[i]);
    const vec3 f0 = shading::mix(vec3(0.04F), base, metallic[i]);
    vec3 l = toward;
    float strength = lit_share[i];
    if constexpr (kind != PlacedLight::Kind::kSun) {
      const vec3 path = position - d * t[i];
      const float distance2 = shading::max(shading::dot(path, path), 1e-6F);
      l = path * (1.0F / std::sqrt(distance2));
      strength = 1.0F / distance2;
      if constexpr (kind == PlacedLight::Kind::kSpot) {
        // Full inside, falling smoothly to nothing over the cone's outermost tenth (in cosine).
        strength *= shading::smoothstep(0.0F, 0.1F * (1.0F - cos_cutoff) + 1e-4F, shading::dot(l, toward) - cos_cutoff);
      }
    }
    const vec3 light_out = shading::shade_light(diffuse, f0, roughness[i] * roughness[i], n, v, l,
                                                shading::max(shading::dot(n, v), 1e-3F));
    out.x[i] += power.x * strength * light_out.x;
    out.y[i] += power.y * strength * light_out.y;
    out.z[i] += power.z * strength * light_out.z;
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
  const In3 direction = directions(rays), surface{color.red.data(), color.green.data(), color.blue.data()};
  const int* const shape = hits.shape.data();
  std::int32_t *const red = bytes.red.data(), *const green = bytes.green.data(), *const blue = bytes.blue.data();
  const int count = rays.count;
  DIORAMA_INDEPENDENT
  for (int i = 0; i < count; ++i) {
    const vec3 background = shading::sky_radiance(zenith, horizon, ground, shading::normalize(direction[i]).z);
    const vec3 own = surface[i];
    const bool hit = shape[i] >= 0;
    const vec3 shown = shading::display_color(
        {hit ? own.x : background.x, hit ? own.y : background.y, hit ? own.z : background.z});
    // NOLINTBEGIN(bugprone-incorrect-roundings): never negative, and lround would not be vectorised.
    red[i] = static_cast<std::int32_t>(shown.x * 255.0F + 0.5F);
    green[i] = static_cast<std::int32_t>(shown.y * 255.0F + 0.5F);
    blue[i] = static_cast<std::int32_t>(shown.z * 255.0F + 0.5F);
    // NOLINTEND(bugprone-incorrect-roundings)
  }
}

}  // namespace

DIORAMA_WIDE void shade_sky(const RayStrip& rays, const SkyColors& sky, SurfaceStrip& s, ColorStrip& color) {
  const vec3 zenith = to_vec3(sky.zenith), horizon = to_vec3(sky.horizon), ground = to_vec3(sky.ground);
  const vec3 constant = to_vec3(sky.irradiance_constant), linear = to_vec3(sky.irradiance_linear);
  const vec3 quadratic = to_vec3(sky.irradiance_quadratic);
  const In3 direction = directions(rays), normal = normals(s), base_color = base_colors(s);
  const Out3 out = out_colors(color), unit{s.normal_x.data(), s.normal_y.data(), s.normal_z.data()};
  const float* const metallic = s.metallic.data();
  const float* const roughness = s.roughness.data();
  const float* const emission = s.emission.data();
  const int count = rays.count;
  DIORAMA_INDEPENDENT
  for (int i = 0; i < count; ++i) {
    const vec3 v = -shading::normalize(direction[i]);
    const vec3 n = shading::normalize(normal[i]);
    const float facing = shading::dot(n, v);
    const vec3 base = base_color[i];
    const vec3 diffuse = base * (1.0F - metallic[i]);
    const vec3 f0 = shading::mix(vec3(0.04F), base, metallic[i]);
    const vec3 irradiance = constant + linear * n.z + quadratic * (n.z * n.z);
    const vec3 mirrored = shading::sky_radiance(zenith, horizon, ground, 2.0F * facing * n.z - v.z);
    const vec3 shed = base * emission[i] + diffuse * irradiance +
                      shading::environment_reflectance(f0, roughness[i], shading::max(facing, 1e-3F)) *
                          shading::mix(mirrored, irradiance, roughness[i]);
    unit.x[i] = n.x;
    unit.y[i] = n.y;
    unit.z[i] = n.z;
    out.x[i] = shed.x;
    out.y[i] = shed.y;
    out.z[i] = shed.z;
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
  const In3 direction = directions(rays), normal = normals(surface);
  const Out3 start{shadows.x.data(), shadows.y.data(), shadows.z.data()};
  const float* const distance = hits.t.data();
  const int* const shape = hits.shape.data();
  int* const wanted = shadows.wanted.data();
  const int count = rays.count;
  DIORAMA_INDEPENDENT
  for (int i = 0; i < count; ++i) {
    const vec3 n = normal[i], d = direction[i];
    const float t = distance[i];
    const float lift = kLift * t;
    start.x[i] = origin.x + d.x * t + n.x * lift;
    start.y[i] = origin.y + d.y * t + n.y * lift;
    start.z[i] = origin.z + d.z * t + n.z * lift;
    wanted[i] = static_cast<int>(shape[i] >= 0) & static_cast<int>(shading::dot(n, toward) > 0.0F) ? -1 : 0;
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
