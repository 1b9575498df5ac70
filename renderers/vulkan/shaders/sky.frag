#version 460
#extension GL_EXT_scalar_block_layout : require
#extension GL_GOOGLE_include_directive : require
// The sky where nothing was hit.

#include "brdf.glsl"
#include "tables.glsl"

layout(location = 0) flat in uint layer;
// Depth and id are what the targets were cleared to: all attachments take the same write mask.
layout(location = 0) out float out_depth;
layout(location = 1) out uint out_id;
layout(location = 2) out vec4 out_color;

void main() {
  vec4 ray = views[layer].ray;
  vec3 direction = normalize(vec3(ray.xy * gl_FragCoord.xy + ray.zw, 1.0));
  vec3 radiance = sky_radiance(sky.zenith.rgb, sky.horizon.rgb, sky.ground.rgb,
                               dot(direction, views[layer].up_camera));
  out_depth = 0.0;
  out_id = 0u;
  out_color = vec4(display_color(radiance), 1.0);
}
