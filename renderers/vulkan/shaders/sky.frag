#version 460
#extension GL_GOOGLE_include_directive : require
// The sky where nothing was hit.

#include "brdf.glsl"

layout(location = 0) flat in vec4 ray;
layout(location = 1) flat in vec3 up_camera;
layout(location = 2) flat in vec3 zenith;
layout(location = 3) flat in vec3 horizon;
layout(location = 4) flat in vec3 ground;
// Depth and id are what the targets were cleared to: all attachments take the same write mask.
layout(location = 0) out float out_depth;
layout(location = 1) out uint out_id;
layout(location = 2) out vec4 out_color;

void main() {
  vec3 direction = normalize(vec3(ray.xy * gl_FragCoord.xy + ray.zw, 1.0));
  vec3 radiance = sky_radiance(zenith, horizon, ground, dot(direction, up_camera));
  out_depth = 0.0;
  out_id = 0u;
  out_color = vec4(display_color(radiance), 1.0);
}
