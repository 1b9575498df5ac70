#version 460
#extension GL_EXT_scalar_block_layout : require
#extension GL_GOOGLE_include_directive : require
// Planar depth, id and normal of the nearest surface, and what shade.frag needs of it. SHADE, NORMAL and TEXTURE as in
// gbuffer.vert.

#if SHADE
#include "surface.glsl"
#include "tables.glsl"

#if TEXTURE == 1
layout(location = 2) in vec2 coordinate;
#elif TEXTURE == 2
layout(location = 2) in vec3 coordinate;
#endif
layout(location = 3) flat in uvec2 surface;
#if TEXTURE
layout(location = 4) flat in ivec3 texture_place;
#endif
layout(location = 2) out uvec4 out_surface;
#endif
#if SHADE || NORMAL
layout(location = 0) in vec3 normal_camera;
#endif
layout(location = 1) flat in uvec2 layer_id;

layout(location = 0) out float out_depth;
layout(location = 1) out uint out_id;
#if NORMAL
layout(location = 2 + SHADE) out ivec4 out_normal;
#endif

#if SHADE && TEXTURE
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

void main() {
  float z = 1.0 / gl_FragCoord.w;
  out_depth = z;
  out_id = layer_id.y;
#if NORMAL
  vec3 n = 127.0 * normalize(gl_FrontFacing ? normal_camera : -normal_camera);
  out_normal = ivec4(ivec3(sign(n) * floor(abs(n) + 0.5)), 0);
#endif
#if SHADE
  // A surface that is open shows the normal of the side that is seen.
  uint normal = pack_normal(gl_FrontFacing ? normal_camera : -normal_camera);
#if TEXTURE
  uint base = pack_base_color(unpack_base_color(surface.x) * texture_color());
  out_surface = uvec4(normal, base, surface.y, floatBitsToUint(z));
#else
  out_surface = uvec4(normal, surface, floatBitsToUint(z));
#endif
#endif
}
