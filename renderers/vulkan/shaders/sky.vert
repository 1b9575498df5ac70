#version 460
#extension GL_ARB_shader_viewport_layer_array : require
#extension GL_EXT_scalar_block_layout : require
#extension GL_GOOGLE_include_directive : require
// One triangle over the whole picture at the far plane; instance = layer.

#include "tables.glsl"

layout(location = 0) flat out vec4 ray;
layout(location = 1) flat out vec3 up_camera;
layout(location = 2) flat out vec3 zenith;
layout(location = 3) flat out vec3 horizon;
layout(location = 4) flat out vec3 ground;

void main() {
  gl_Position = vec4(gl_VertexIndex == 1 ? 3.0 : -1.0, gl_VertexIndex == 2 ? 3.0 : -1.0, 0.0, 1.0);
  gl_Layer = gl_InstanceIndex;
  View view = views[gl_InstanceIndex];
  ray = view.ray;
  up_camera = vec3(view.irradiance_0_up_x.w, view.irradiance_1_up_y.w, view.irradiance_2_up_z.w);
  zenith = view.zenith_sun_x.rgb;
  horizon = view.horizon_sun_y.rgb;
  ground = view.ground_sun_z.rgb;
}
