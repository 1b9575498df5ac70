// The tables of a submission; the same structs stand in frame_data.h. Scalar layout.

// What all pixels of a view share. shade.vert hands it on as flat values: software devices read blocks pixel by pixel.
struct View {
  vec4 ray;              // Camera x/z = ray.x * fragment.x + ray.z; y likewise with .y and .w.
  vec4 shadow_row_u;     // Shadow map coordinates from a point of the camera frame: dot(row, vec4(point, 1)).
  vec4 shadow_row_v;
  vec4 shadow_row_depth;
  vec4 irradiance_0_up_x;  // Irradiance / pi of the sky at the cosine c to the zenith: 0 + c 1 + c^2 2. World +z in the
  vec4 irradiance_1_up_y;  // camera frame.
  vec4 irradiance_2_up_z;
  vec4 zenith_sun_x;       // Radiance of the sky. The sun: unit, against the direction of its light.
  vec4 horizon_sun_y;
  vec4 ground_sun_z;
  vec4 sun_power_layer;    // Pre-exposed illuminance; layer of its shadow map.
  float shadow_offset;     // m along the normal, against shadow acne; texels are 1 / shadow_texels wide.
  uint first_light;
  uvec2 pad;
};

// A light beside the sun.
struct Light {
  vec3 position_camera;
  int type;            // 0 sun, 1 point, 2 spot.
  vec3 toward_camera;  // Unit, against the direction of the light; sun and spot.
  float cos_cutoff;
  vec3 power;          // Pre-exposed: illuminance of a sun, intensity of the others.
  float pad;
};

// Views and lights of one chunk, from its first on. Uniform blocks of 16 KiB at most.
layout(scalar, set = 0, binding = 0) uniform Views { View views[64]; };
layout(scalar, set = 0, binding = 1) uniform Lights { Light lights[336]; };
layout(set = 0, binding = 2) uniform sampler2DArrayShadow shadow_map;
layout(set = 0, binding = 3) uniform sampler2DArray texture_page_0;
layout(set = 0, binding = 4) uniform sampler2DArray texture_page_1;
layout(set = 0, binding = 5) uniform sampler2DArray texture_page_2;
layout(set = 0, binding = 6) uniform sampler2DArray texture_page_3;
layout(set = 0, binding = 7) uniform sampler2DArray texture_page_4;
layout(set = 0, binding = 8) uniform usampler2DArray surfaces;
