#version 460
#extension GL_ARB_shader_viewport_layer_array : require
#extension GL_EXT_scalar_block_layout : require
#extension GL_GOOGLE_include_directive : require
// Places the vertices of one (view, shape) pair per instance; the view is the target's layer.
// TEXTURE: 0 none, 1 image, 2 cube.

#if SHADE
#include "tables.glsl"
#endif

layout(location = 0) in vec3 position;
#if SHADE
layout(location = 1) in vec4 normal;
#if TEXTURE == 1
layout(location = 2) in vec2 texcoord;
#endif
#endif
// Per instance: rows of camera_from_shape, the projection and what the fragment needs.
layout(location = 3) in vec4 row_x;
layout(location = 4) in vec4 row_y;
layout(location = 5) in vec4 row_z;
layout(location = 6) in vec4 projection;  // clip x = .x * x + .z * z, clip y = .y * y + .w * z.
layout(location = 7) in vec2 depth_projection;  // clip z = .x * z + .y.
layout(location = 8) in uvec3 indices;  // Layer, 1 = both sides are seen, object id.
#if SHADE && TEXTURE
layout(location = 9) in vec4 map_scale;   // Image: u, v per metre and factor of texcoord; cube: 1 / half extents.
layout(location = 10) in vec4 map_offset;
layout(location = 13) in ivec3 texture_place;  // Page, layer, layers from one cube face to the next.
#endif
#if SHADE
layout(location = 11) in vec4 base_emission;
layout(location = 12) in vec2 roughness_metallic;
#endif

#if SHADE
layout(location = 0) out vec3 normal_camera;
layout(location = 1) flat out uvec3 out_indices;  // Layer, first light, object id.
layout(location = 3) out vec4 place_shadow;       // Camera x, y (m); shadow map u, v.
layout(location = 4) out float shadow_depth;
layout(location = 5) flat out vec4 out_base_emission;
layout(location = 6) flat out vec2 out_roughness_metallic;
layout(location = 7) flat out vec4 view_values[7];
#if TEXTURE
layout(location = 14) flat out ivec3 out_texture_place;
#endif
#if TEXTURE == 1
layout(location = 2) out vec2 coordinate;
#elif TEXTURE == 2
layout(location = 2) out vec3 coordinate;
#endif
#else
layout(location = 1) flat out uvec3 out_indices;
#endif

void main() {
  vec4 point = vec4(position, 1.0);
  vec3 p = vec3(dot(row_x, point), dot(row_y, point), dot(row_z, point));
  gl_Position = vec4(projection.x * p.x + projection.z * p.z, projection.y * p.y + projection.w * p.z,
                     depth_projection.x * p.z + depth_projection.y, p.z);
  gl_Layer = int(indices.x);
  out_indices = indices;
#if SHADE
  normal_camera = vec3(dot(row_x.xyz, normal.xyz), dot(row_y.xyz, normal.xyz), dot(row_z.xyz, normal.xyz));
  View view = views[indices.x];
  out_indices.y = view.first_light;
  // Off the surface on its lit side, so that it does not shade itself.
  vec3 n = normalize(normal_camera);
  float n_dot_l = dot(n, vec3(view.zenith_sun_x.w, view.horizon_sun_y.w, view.ground_sun_z.w));
  float slope = sqrt(max(1.0 - n_dot_l * n_dot_l, 0.0));
  float side = indices.y != 0u && n_dot_l < 0.0 ? -1.0 : 1.0;
  vec4 lifted = vec4(p + n * (side * view.shadow_offset * (0.5 + slope)), 1.0);
  place_shadow = vec4(p.xy, dot(view.shadow_row_u, lifted), dot(view.shadow_row_v, lifted));
  shadow_depth = dot(view.shadow_row_depth, lifted);
  out_base_emission = base_emission;
  out_roughness_metallic = roughness_metallic;
  view_values[0] = view.irradiance_0_up_x;
  view_values[1] = view.irradiance_1_up_y;
  view_values[2] = view.irradiance_2_up_z;
  view_values[3] = view.zenith_sun_x;
  view_values[4] = view.horizon_sun_y;
  view_values[5] = view.ground_sun_z;
  view_values[6] = view.sun_power_layer;
#if TEXTURE
  out_texture_place = texture_place;
#endif
#if TEXTURE == 1
  coordinate = texcoord * map_scale.zw + position.xy * map_scale.xy + map_offset.xy;
#elif TEXTURE == 2
  coordinate = position * map_scale.xyz + map_offset.xyz;
#endif
#endif
}
