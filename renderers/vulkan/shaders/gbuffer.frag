#version 460
#extension GL_EXT_scalar_block_layout : require
#extension GL_GOOGLE_include_directive : require
// Colour, planar depth and object id of the nearest surface. TEXTURE as in gbuffer.vert.

#if SHADE
#include "brdf.glsl"
#include "tables.glsl"

layout(location = 0) in vec3 normal_camera;
#if TEXTURE == 1
layout(location = 2) in vec2 coordinate;
#elif TEXTURE == 2
layout(location = 2) in vec3 coordinate;
#endif
layout(location = 2) out vec4 out_color;
layout(location = 3) in vec4 place_shadow;
layout(location = 4) in float shadow_depth;
layout(location = 5) flat in vec4 base_emission;
layout(location = 6) flat in vec2 roughness_metallic;
layout(location = 7) flat in vec4 view_values[7];  // As in gbuffer.vert.
#if TEXTURE
layout(location = 14) flat in ivec3 texture_place;
#endif
layout(constant_id = 0) const float shadow_texels = 1024.0;
// What the scene has, so that nothing is computed for what it has not.
layout(constant_id = 1) const int sun_kind = 2;  // 0 none, 1 without a shadow map, 2 with one.
layout(constant_id = 2) const int num_lights = 0;  // Beside the sun.
#endif
layout(location = 1) flat in uvec3 indices;

layout(location = 0) out float out_depth;
layout(location = 1) out uint out_id;

#if SHADE
#if TEXTURE
vec3 sample_page(int page, vec3 place, vec2 dx, vec2 dy) {
  // One array per size class, chosen by branches: arrays of descriptors need a feature beyond the baseline.
  if (page == 0) return textureGrad(texture_page_0, place, dx, dy).rgb;
  if (page == 1) return textureGrad(texture_page_1, place, dx, dy).rgb;
  if (page == 2) return textureGrad(texture_page_2, place, dx, dy).rgb;
  if (page == 3) return textureGrad(texture_page_3, place, dx, dy).rgb;
  return textureGrad(texture_page_4, place, dx, dy).rgb;
}
#endif

#if TEXTURE == 1
vec3 texture_color() {
  vec2 dx = dFdx(coordinate);
  vec2 dy = dFdy(coordinate);
  return sample_page(texture_place.x, vec3(coordinate, float(texture_place.y)), dx, dy);
}
#elif TEXTURE == 2
// (s, t, m) of the chosen face as in table "Selection of cube map images" of the Vulkan specification;
// coordinates are (s/m + 1) / 2. Linear in `d`, so derivatives go through the same selection.
vec3 face_coordinates(int face, vec3 d) {
  if (face == 0) return vec3(-d.z, -d.y, d.x);
  if (face == 1) return vec3(d.z, -d.y, -d.x);
  if (face == 2) return vec3(d.x, d.z, d.y);
  if (face == 3) return vec3(d.x, -d.z, -d.y);
  if (face == 4) return vec3(d.x, -d.y, d.z);
  return vec3(-d.x, -d.y, -d.z);
}

vec3 texture_color() {
  vec3 a = abs(coordinate);
  int face;
  if (a.x >= a.y && a.x >= a.z) {
    face = coordinate.x >= 0.0 ? 0 : 1;
  } else if (a.y >= a.z) {
    face = coordinate.y >= 0.0 ? 2 : 3;
  } else {
    face = coordinate.z >= 0.0 ? 4 : 5;
  }
  vec3 c = face_coordinates(face, coordinate);
  vec3 cx = face_coordinates(face, dFdx(coordinate));
  vec3 cy = face_coordinates(face, dFdy(coordinate));
  float inverse = 1.0 / max(c.z, 1e-12);
  vec2 st = c.xy * inverse;
  vec2 dx = 0.5 * inverse * (cx.xy - st * cx.z);
  vec2 dy = 0.5 * inverse * (cy.xy - st * cy.z);
  // Half a texel from the border, so that filtering does not wrap to the face's other side.
  float half_texel = 0.5 / float(64 << (texture_place.x == 0 ? 0 : texture_place.x + 1));
  vec2 uv = clamp(0.5 * st + 0.5, vec2(half_texel), vec2(1.0 - half_texel));
  return sample_page(texture_place.x, vec3(uv, float(texture_place.y + face * texture_place.z)), dx, dy);
}
#endif

// 1 = lit. One bilinear comparison of four texels; outside of the map everything is lit.
float shadow_factor() {
  vec2 uv = place_shadow.zw;
  if (any(lessThan(uv, vec2(0.0))) || any(greaterThan(uv, vec2(1.0)))) return 1.0;
  float reference = clamp(shadow_depth, 0.0, 1.0);
  vec4 lit = textureGather(shadow_map, vec3(uv, view_values[6].w), reference);
  vec2 weight = fract(uv * shadow_texels - 0.5);
  return mix(mix(lit.w, lit.z, weight.x), mix(lit.x, lit.y, weight.x), weight.y);
}

vec3 shade(float z) {
  vec3 point = vec3(place_shadow.xy, z);
  vec3 v = -normalize(point);
  // A surface that is open shows the normal of the side that is seen.
  vec3 n = normalize(gl_FrontFacing ? normal_camera : -normal_camera);
  float n_dot_v = max(dot(n, v), 1e-3);

  vec3 base = base_emission.rgb;
#if TEXTURE
  base *= texture_color();
#endif
  float roughness = roughness_metallic.x;
  float alpha = roughness * roughness;
  vec3 diffuse = base * (1.0 - roughness_metallic.y);
  vec3 f0 = mix(vec3(0.04), base, roughness_metallic.y);

  vec3 up_camera = vec3(view_values[0].w, view_values[1].w, view_values[2].w);
  float up = dot(n, up_camera);
  vec3 irradiance =
      view_values[0].rgb + view_values[1].rgb * up + view_values[2].rgb * (up * up);
  float up_reflected = dot(2.0 * dot(n, v) * n - v, up_camera);
  vec3 mirrored =
      sky_radiance(view_values[3].rgb, view_values[4].rgb, view_values[5].rgb, up_reflected);
  vec3 color = base_emission.w * base + diffuse * irradiance +
               environment_reflectance(f0, roughness, n_dot_v) *
                   mix(mirrored, irradiance, roughness);

  if (sun_kind != 0) {
    vec3 l = vec3(view_values[3].w, view_values[4].w, view_values[5].w);
    vec3 power = view_values[6].rgb;
    if (sun_kind == 2) power *= shadow_factor();
    color += power * shade_light(diffuse, f0, alpha, n, v, l, n_dot_v);
  }
  for (int i = 0; i < num_lights; ++i) {
    Light light = lights[indices.y + i];
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
#endif

void main() {
  float z = 1.0 / gl_FragCoord.w;
  out_depth = z;
  out_id = indices.z;
#if SHADE
  out_color = vec4(display_color(shade(z)), 1.0);
#endif
}
