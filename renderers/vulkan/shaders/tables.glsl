// The tables of a submission; the same structs stand in frame_data.h. Scalar layout.

struct View {
  vec4 ray;             // Camera x/z = ray.x * fragment.x + ray.z; y likewise with .y and .w.
  vec4 shadow_row_u;    // Shadow map coordinates from a point of the camera frame: dot(row, vec4(point, 1)).
  vec4 shadow_row_v;
  vec4 shadow_row_depth;
  vec3 up_camera;       // World +z.
  float shadow_offset;  // m along the normal, against shadow acne; texels are 1 / shadow_texels wide.
  int shadow_layer;     // -1 = no shadow map.
  int first_light;
  int num_lights;
  int shadow_light;     // Which of its lights has the shadow map.
};

struct Light {
  vec3 position_camera;
  int type;            // 0 sun, 1 point, 2 spot.
  vec3 toward_camera;  // Unit, against the direction of the light; sun and spot.
  float cos_cutoff;
  vec3 power;          // Pre-exposed: illuminance of a sun, intensity of the others.
  float pad;
};

struct Material {
  vec3 base_color;
  float roughness;
  vec3 emission;       // Pre-exposed radiance.
  float metallic;
  int page;            // Texture page, -1 = none.
  int layer;
  int face_stride;     // From one cube face's layer to the next; 0 = one image on all faces.
  int pad;
};

// Irradiance / pi of the sky on a surface whose normal has the cosine c to the zenith: x + c y + c^2 z.
struct Sky {
  vec4 zenith;
  vec4 horizon;
  vec4 ground;
  vec4 irradiance_constant;
  vec4 irradiance_linear;
  vec4 irradiance_quadratic;
};

// Views and lights of one chunk, from its first on. Uniform blocks of 16 KiB at most: software devices read storage
// buffers lane by lane, with a branch each.
layout(scalar, set = 0, binding = 0) uniform Views { View views[64]; };
layout(scalar, set = 0, binding = 1) uniform Lights { Light lights[336]; };
layout(scalar, set = 0, binding = 2) readonly buffer Materials { Material materials[]; };
layout(scalar, set = 0, binding = 3) uniform SkyTable { Sky sky; };
layout(set = 0, binding = 4) uniform sampler2DArrayShadow shadow_map;
layout(set = 0, binding = 5) uniform sampler2DArray texture_page_0;
layout(set = 0, binding = 6) uniform sampler2DArray texture_page_1;
layout(set = 0, binding = 7) uniform sampler2DArray texture_page_2;
layout(set = 0, binding = 8) uniform sampler2DArray texture_page_3;
layout(set = 0, binding = 9) uniform sampler2DArray texture_page_4;
