// How surfaces answer light, and how light becomes a pixel: one source for every renderer. Only functions of values,
// written in the common subset of GLSL and C++: no swizzles, no inout. C++ includes it through brdf.h.
// Radiance here is pre-exposed: already times the camera's exposure.

#ifndef SHADER_FUNCTION
#define SHADER_FUNCTION
#endif

const float kPi = 3.14159265358979f;

// Fresnel reflectance: Schlick, "An Inexpensive BRDF Model for Physically-based Rendering", 1994.
SHADER_FUNCTION vec3 fresnel_schlick(vec3 f0, float cos_half) {
  float c = 1.0f - cos_half;
  float c2 = c * c;
  float c5 = c2 * c2 * c;
  return f0 + (vec3(1.0f) - f0) * c5;
}

// Light from one direction that leaves toward the eye, per unit of incoming irradiance: Lambert plus GGX with the
// height-correlated Smith term (Heitz, "Understanding the Masking-Shadowing Function", JCGT 2014, with
// the product form of Hammon, GDC 2017). All vectors are unit; n_dot_v > 0.
SHADER_FUNCTION vec3 shade_light(vec3 diffuse, vec3 f0, float alpha, vec3 n, vec3 v, vec3 l, float n_dot_v) {
  float n_dot_l = dot(n, l);
  if (n_dot_l <= 0.0f) return vec3(0.0f);
  vec3 h = normalize(v + l);
  float n_dot_h = clamp(dot(n, h), 0.0f, 1.0f);
  float v_dot_h = clamp(dot(v, h), 0.0f, 1.0f);
  float alpha2 = alpha * alpha;
  float d = n_dot_h * n_dot_h * (alpha2 - 1.0f) + 1.0f;
  // D * G / (4 n.l n.v), with 1 / pi of D.
  float visibility = 0.5f / mix(2.0f * n_dot_l * n_dot_v, n_dot_l + n_dot_v, alpha);
  float specular = alpha2 * visibility / (kPi * d * d);
  return (diffuse * (1.0f / kPi) + fresnel_schlick(f0, v_dot_h) * specular) * n_dot_l;
}

// Reflectance to light of equal radiance from all around: Karis, "Physically Based Shading on Mobile", 2014.
SHADER_FUNCTION vec3 environment_reflectance(vec3 f0, float roughness, float n_dot_v) {
  float r0 = 1.0f - roughness;
  float r1 = -0.0275f * roughness + 0.0425f;
  float r2 = -0.572f * roughness + 1.04f;
  float r3 = 0.022f * roughness - 0.04f;
  float a004 = min(r0 * r0, exp2(-9.28f * n_dot_v)) * r0 + r1;
  float scale = -1.04f * a004 + r2;
  float bias = 1.04f * a004 + r3;
  return f0 * scale + vec3(bias);
}

// Radiance of the sky; `up` is the cosine between the direction and the zenith. Of the sky's three colours
// the horizon's lies at 0; the zenith's is reached with zero slope, the ground's 30 degrees below the horizon.
SHADER_FUNCTION vec3 sky_radiance(vec3 zenith, vec3 horizon, vec3 ground, float up) {
  float above = clamp(up, 0.0f, 1.0f);
  float below = clamp(-2.0f * up, 0.0f, 1.0f);
  return mix(mix(horizon, zenith, above * (2.0f - above)), ground, below * (2.0f - below));
}

// Exposed linear light to display-linear [0, 1]: the ACES reference and output transform as fitted by Stephen
// Hill ("BakingLab", 2016), scaled by 1 / 0.6 so that middle grey keeps its lightness.
SHADER_FUNCTION vec3 tone_map(vec3 color) {
  vec3 x = color * (1.0f / 0.6f);
  vec3 a = vec3(0.59719f * x.x + 0.35458f * x.y + 0.04823f * x.z,
                0.07600f * x.x + 0.90834f * x.y + 0.01566f * x.z,
                0.02840f * x.x + 0.13383f * x.y + 0.83777f * x.z);
  vec3 b = (a * (a + vec3(0.0245786f)) - vec3(0.000090537f)) /
           (a * (0.983729f * a + vec3(0.4329510f)) + vec3(0.238081f));
  vec3 c = vec3(1.60475f * b.x - 0.53108f * b.y - 0.07367f * b.z,
                -0.10208f * b.x + 1.10813f * b.y - 0.00605f * b.z,
                -0.00327f * b.x - 0.07276f * b.y + 1.07602f * b.z);
  return clamp(c, vec3(0.0f), vec3(1.0f));
}

// Linear [0, 1] to sRGB (IEC 61966-2-1).
SHADER_FUNCTION float encode_srgb(float linear) {
  // A sum of both branches, of which one counts: loops over it have no jumps.
  float curve = 1.055f * pow(max(linear, 0.0031308f), 1.0f / 2.4f) - 0.055f;
  return mix(curve, 12.92f * linear, float(linear <= 0.0031308f));
}

SHADER_FUNCTION vec3 display_color(vec3 color) {
  vec3 mapped = tone_map(color);
  return vec3(encode_srgb(mapped.x), encode_srgb(mapped.y), encode_srgb(mapped.z));
}
