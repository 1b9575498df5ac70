#version 460
#extension GL_ARB_shader_viewport_layer_array : require
// Places the vertices of one (view, shape) pair per instance; the view is the target's layer.
// SHADE: what shading needs is kept. NORMAL: normals are drawn. TEXTURE: 0 none, 1 image, 2 cube.

layout(location = 0) in vec3 position;
#if SHADE || NORMAL
layout(location = 1) in vec4 normal;
#endif
#if SHADE && TEXTURE == 1
layout(location = 2) in vec2 texcoord;
#endif
// Per instance: rows of camera_from_shape, the projection and what the fragment needs.
layout(location = 3) in vec4 row_x;
layout(location = 4) in vec4 row_y;
layout(location = 5) in vec4 row_z;
layout(location = 6) in vec4 projection;  // clip x = .x * x + .z * z, clip y = .y * y + .w * z.
layout(location = 7) in vec2 depth_projection;  // clip z = .x * z + .y.
layout(location = 8) in uvec2 layer_id;
#if SHADE
layout(location = 9) in uvec2 surface;  // y and z as in surface.glsl.
#if TEXTURE
layout(location = 10) in vec4 map_scale;   // Image: u, v per metre and factor of texcoord; cube: 1 / half extents.
layout(location = 11) in vec4 map_offset;
layout(location = 12) in ivec3 texture_place;  // Page, layer, layers from one cube face to the next.
#endif
#endif

layout(location = 1) flat out uvec2 out_layer_id;
#if SHADE || NORMAL
layout(location = 0) out vec3 normal_camera;
#endif
#if SHADE
layout(location = 3) flat out uvec2 out_surface;
#if TEXTURE == 1
layout(location = 2) out vec2 coordinate;
#elif TEXTURE == 2
layout(location = 2) out vec3 coordinate;
#endif
#if TEXTURE
layout(location = 4) flat out ivec3 out_texture_place;
#endif
#endif

void main() {
  vec4 point = vec4(position, 1.0);
  vec3 p = vec3(dot(row_x, point), dot(row_y, point), dot(row_z, point));
  gl_Position = vec4(projection.x * p.x + projection.z * p.z, projection.y * p.y + projection.w * p.z,
                     depth_projection.x * p.z + depth_projection.y, p.z);
  gl_Layer = int(layer_id.x);
  out_layer_id = layer_id;
#if SHADE || NORMAL
  normal_camera = vec3(dot(row_x.xyz, normal.xyz), dot(row_y.xyz, normal.xyz), dot(row_z.xyz, normal.xyz));
#endif
#if SHADE
  out_surface = surface;
#if TEXTURE == 1
  coordinate = texcoord * map_scale.zw + position.xy * map_scale.xy + map_offset.xy;
#elif TEXTURE == 2
  coordinate = position * map_scale.xyz + map_offset.xyz;
#endif
#if TEXTURE
  out_texture_place = texture_place;
#endif
#endif
}
