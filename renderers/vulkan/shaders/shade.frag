#version 460
#extension GL_EXT_scalar_block_layout : require
#extension GL_GOOGLE_include_directive : require
// Colour of each pixel from what gbuffer.frag left there: every pixel is shaded once, whatever the triangles.

#include "brdf.glsl"
#include "surface.glsl"
#include "tables.glsl"

layout(location = 0) flat in vec4 view_values[12];  // As in shade.vert.
layout(location = 12) flat in uvec2 layer_light;
layout(location = 0) out vec4 out_color;
layout(constant_id = 0) const float shadow_texels = 1024.0;
// What the scene has, so that nothing is computed for what it has not.
layout(constant_id = 1) const int sun_kind = 2;    // 0 none, 1 without a shadow map, 2 with one.
layout(constant_id = 2) const int num_lights = 0;  // Beside the sun.

vec3 up_camera() { return vec3(view_values[4].w, view_values[5].w, view_values[6].w); }
vec3 irradiance_at(float up) {
  return view_values[4].rgb + view_values[5].rgb * up + view_values[6].rgb * (up * up);
}
vec3 sky_at(float up) {
  return sky_radiance(view_values[7].rgb, view_values[8].rgb, view_values[9].rgb, up);
}

// 1 = lit. One bilinear comparison of four texels; outside of the map everything is lit.
float shadow_factor(vec3 point, vec3 normal, float n_dot_l) {
  float slope = sqrt(max(1.0 - n_dot_l * n_dot_l, 0.0));
  vec4 place = vec4(point + normal * (view_values[11].x * (0.5 + slope)), 1.0);
  vec2 uv = vec2(dot(view_values[1], place), dot(view_values[2], place));
  float reference = clamp(dot(view_values[3], place), 0.0, 1.0);
  vec4 lit = textureGather(shadow_map, vec3(uv, view_values[10].w), reference);
  vec2 weight = fract(uv * shadow_texels - 0.5);
  float factor = mix(mix(lit.w, lit.z, weight.x), mix(lit.x, lit.y, weight.x), weight.y);
  return any(lessThan(uv, vec2(0.0))) || any(greaterThan(uv, vec2(1.0))) ? 1.0 : factor;
}

vec3 surface_radiance(vec3 point, uvec4 surface) {
  vec3 v = -normalize(point);
  vec3 n = unpack_normal(surface.x);
  float n_dot_v = max(dot(n, v), 1e-3);

  vec3 base = unpack_base_color(surface.y);
  vec3 material = unpack_material(surface.z);
  float roughness = material.x;
  float alpha = roughness * roughness;
  vec3 diffuse = base * (1.0 - material.y);
  vec3 f0 = mix(vec3(0.04), base, material.y);

  float up = dot(n, up_camera());
  vec3 irradiance = irradiance_at(up);
  float up_reflected = dot(2.0 * dot(n, v) * n - v, up_camera());
  vec3 mirrored = sky_at(up_reflected);
  vec3 color = material.z * base + diffuse * irradiance +
               environment_reflectance(f0, roughness, n_dot_v) *
                   mix(mirrored, irradiance, roughness);

  if (sun_kind != 0) {
    vec3 l = vec3(view_values[7].w, view_values[8].w, view_values[9].w);
    vec3 power = view_values[10].rgb;
    if (sun_kind == 2) power *= shadow_factor(point, n, dot(n, l));
    color += power * shade_light(diffuse, f0, alpha, n, v, l, n_dot_v);
  }
  for (int i = 0; i < num_lights; ++i) {
    Light light = lights[layer_light.y + i];
    vec3 l = light.toward_camera;
    vec3 power = light.power;
    if (light.type != 0) {
      vec3 toward = light.position_camera - point;
      float distance2 = max(dot(toward, toward), 1e-6);
      l = toward * inversesqrt(distance2);
      power /= distance2;
      if (light.type == 2) {
        // Full inside, falling smoothly to nothing over the cone's outermost tenth (in cosine).
        float inside = dot(l, light.toward_camera) - light.cos_cutoff;
        power *= smoothstep(0.0, 0.1 * (1.0 - light.cos_cutoff) + 1e-4, inside);
      }
    }
    color += power * shade_light(diffuse, f0, alpha, n, v, l, n_dot_v);
  }
  return color;
}

void main() {
  ivec3 place = ivec3(ivec2(gl_FragCoord.xy), int(layer_light.x));
  uvec4 surface = texelFetch(surfaces, place, 0);
  float z = uintBitsToFloat(surface.w);
  vec3 ray = vec3(view_values[0].xy * gl_FragCoord.xy + view_values[0].zw, 1.0);
  vec3 color = z > 0.0 ? surface_radiance(ray * z, surface)
                       : sky_at(dot(normalize(ray), up_camera()));
  out_color = vec4(display_color(color), 1.0);
}
