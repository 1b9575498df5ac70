#version 460
// Planar depth and id of the nearest surface behind another layer.

layout(location = 1) flat in uvec2 layer_id;
layout(set = 0, binding = 0) uniform sampler2DArray layer_before;  // Depth in metres, 0 = nothing.

layout(location = 0) out float out_depth;
layout(location = 1) out uint out_id;

void main() {
  float z = 1.0 / gl_FragCoord.w;
  float before = texelFetch(layer_before, ivec3(gl_FragCoord.xy, int(layer_id.x)), 0).r;
  // What is as near as rounding can tell belongs to the layer before.
  if (before == 0.0 || z <= before * 1.00001) discard;
  out_depth = z;
  out_id = layer_id.y;
}
