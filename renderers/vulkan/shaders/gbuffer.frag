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
layout(constant_id = 0) const float shadow_texels = 1024.0;
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
vec3 texture_color(Material material) {
  vec2 dx = dFdx(coordinate);
  vec2 dy = dFdy(coordinate);
  return sample_page(material.page, vec3(coordinate, float(material.layer)), dx, dy);
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

vec3 texture_color(Material material) {
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
  float half_texel = 0.5 / float(64 << (material.page == 0 ? 0 : material.page + 1));
  vec2 uv = clamp(0.5 * st + 0.5, vec2(half_texel), vec2(1.0 - half_texel));
  return sample_page(material.page, vec3(uv, float(material.layer + face * material.face_stride)), dx, dy);
}
#endif

// 1 = lit. One bilinear comparison of four texels; outside of the map everything is lit.
float shadow_factor(View view, vec3 point, vec3 normal, float n_dot_l) {
  float slope = sqrt(max(1.0 - n_dot_l * n_dot_l, 0.0));
  vec4 place = vec4(point + normal * (view.shadow_offset * (0.5 + slope)), 1.0);
  vec2 uv = vec2(dot(view.shadow_row_u, place), dot(view.shadow_row_v, place));
  float reference = clamp(dot(view.shadow_row_depth, place), 0.0, 1.0);
  if (any(lessThan(uv, vec2(0.0))) || any(greaterThan(uv, vec2(1.0)))) return 1.0;
  vec4 lit = textureGather(shadow_map, vec3(uv, float(view.shadow_layer)), reference);
  vec2 weight = fract(uv * shadow_texels - 0.5);
  return mix(mix(lit.w, lit.z, weight.x), mix(lit.x, lit.y, weight.x), weight.y);
}

vec3 shade(float z) {
  View view = views[indices.x];
  Material material = materials[indices.y];
  vec3 point = vec3((view.ray.xy * gl_FragCoord.xy + view.ray.zw) * z, z);
  vec3 v = -normalize(point);
  // A surface that is open shows the normal of the side that is seen.
  vec3 n = normalize(gl_FrontFacing ? normal_camera : -normal_camera);
  float n_dot_v = max(dot(n, v), 1e-3);

  vec3 base = material.base_color;
#if TEXTURE
  base *= texture_color(material);
#endif
  float alpha = material.roughness * material.roughness;
  vec3 diffuse = base * (1.0 - material.metallic);
  vec3 f0 = mix(vec3(0.04), base, material.metallic);

  float up = dot(n, view.up_camera);
  vec3 irradiance = sky.irradiance_constant.rgb + sky.irradiance_linear.rgb * up +
                    sky.irradiance_quadratic.rgb * (up * up);
  float up_reflected = dot(2.0 * dot(n, v) * n - v, view.up_camera);
  vec3 mirrored = sky_radiance(sky.zenith.rgb, sky.horizon.rgb, sky.ground.rgb, up_reflected);
  vec3 color = material.emission * base + diffuse * irradiance +
               environment_reflectance(f0, material.roughness, n_dot_v) *
                   mix(mirrored, irradiance, material.roughness);

  for (int i = 0; i < view.num_lights; ++i) {
    Light light = lights[view.first_light + i];
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
    } else if (i == view.shadow_light && view.shadow_layer >= 0) {
      float n_dot_l = dot(n, l);
      if (n_dot_l > 0.0) power *= shadow_factor(view, point, n, n_dot_l);
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
