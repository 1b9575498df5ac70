#version 460
#extension GL_ARB_shader_viewport_layer_array : require
#extension GL_EXT_scalar_block_layout : require
#extension GL_GOOGLE_include_directive : require
// One triangle over the whole picture; instance = layer.

#include "tables.glsl"

// As View, one value after the other.
layout(location = 0) flat out vec4 view_values[12];
layout(location = 12) flat out uvec2 layer_light;  // Layer and first light.

void main() {
  gl_Position = vec4(gl_VertexIndex == 1 ? 3.0 : -1.0, gl_VertexIndex == 2 ? 3.0 : -1.0, 0.0, 1.0);
  gl_Layer = gl_InstanceIndex;
  View view = views[gl_InstanceIndex];
  view_values[0] = view.ray;
  view_values[1] = view.shadow_row_u;
  view_values[2] = view.shadow_row_v;
  view_values[3] = view.shadow_row_depth;
  view_values[4] = view.irradiance_0_up_x;
  view_values[5] = view.irradiance_1_up_y;
  view_values[6] = view.irradiance_2_up_z;
  view_values[7] = view.zenith_sun_x;
  view_values[8] = view.horizon_sun_y;
  view_values[9] = view.ground_sun_z;
  view_values[10] = view.sun_power_layer;
  view_values[11] = vec4(view.shadow_offset, 0.0, 0.0, 0.0);
  layer_light = uvec2(gl_InstanceIndex, view.first_light);
}
