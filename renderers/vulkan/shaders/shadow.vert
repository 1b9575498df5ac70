#version 460
#extension GL_ARB_shader_viewport_layer_array : require
// Depth of the shadow casters as the sun sees them; one instance = one caster in one layer.

layout(location = 0) in vec3 position;
layout(location = 3) in vec4 row_x;  // Rows of clip_from_shape.
layout(location = 4) in vec4 row_y;
layout(location = 5) in vec4 row_z;
layout(location = 6) in uint layer;

void main() {
  vec4 point = vec4(position, 1.0);
  gl_Position = vec4(dot(row_x, point), dot(row_y, point), dot(row_z, point), 1.0);
  gl_Layer = int(layer);
}
