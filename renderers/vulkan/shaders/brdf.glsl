// How surfaces answer light, and how light becomes a pixel. Only functions of values, written in the
// common subset of GLSL and C++ (with vec3, dot, mix, ... of the including side): no swizzles, no inout.
// Radiance here is pre-exposed: already times the camera's exposure.

const float kPi = 3.14159265358979;

// Fresnel reflectance: Schlick, "An Inexpensive BRDF Model for Physically-based Rendering", 1994.
vec3 fresnel_schlick(vec3 f0, float cos_half) {
  float c = 1.0 - cos_half;
  float c2 = c * c;
  float c5 = c2 * c2 * c;
  return f0 + (vec3(1.0) - f0) * c5;
}

// Light from one direction that leaves toward the eye, per unit of incoming irradiance: Lambert plus GGX with the
// height-correlated Smith term (Heitz, "Understanding the Masking-Shadowing Function", JCGT 2014, with
// the product form of Hammon, GDC 2017). All vectors are unit; n_dot_v > 0.
vec3 shade_light(vec3 diffuse, vec3 f0, float alpha, vec3 n, vec3 v, vec3 l, float n_dot_v) {
  float n_dot_l = dot(n, l);
  if (n_dot_l <= 0.0) return vec3(0.0);
  vec3 h = normalize(v + l);
  float n_dot_h = clamp(dot(n, h), 0.0, 1.0);
  float v_dot_h = clamp(dot(v, h), 0.0, 1.0);
  float alpha2 = alpha * alpha;
  float d = n_dot_h * n_dot_h * (alpha2 - 1.0) + 1.0;
  // D * G / (4 n.l n.v), with 1 / pi of D.
  float visibility = 0.5 / mix(2.0 * n_dot_l * n_dot_v, n_dot_l + n_dot_v, alpha);
  float specular = alpha2 * visibility / (kPi * d * d);
  return (diffuse * (1.0 / kPi) + fresnel_schlick(f0, v_dot_h) * specular) * n_dot_l;
}

// Reflectance to light of equal radiance from all around: Karis, "Physically Based Shading on Mobile", 2014.
vec3 environment_reflectance(vec3 f0, float roughness, float n_dot_v) {
  float r0 = 1.0 - roughness;
  float r1 = -0.0275 * roughness + 0.0425;
  float r2 = -0.572 * roughness + 1.04;
  float r3 = 0.022 * roughness - 0.04;
  float a004 = min(r0 * r0, exp2(-9.28 * n_dot_v)) * r0 + r1;
  float scale = -1.04 * a004 + r2;
  float bias = 1.04 * a004 + r3;
  return f0 * scale + vec3(bias);
}

// Radiance of the sky; `up` is the cosine between the direction and the zenith. Of the sky's three colours
// the horizon's lies at 0; the zenith's is reached with zero slope, the ground's 30 degrees below the horizon.
vec3 sky_radiance(vec3 zenith, vec3 horizon, vec3 ground, float up) {
  float above = clamp(up, 0.0, 1.0);
  float below = clamp(-2.0 * up, 0.0, 1.0);
  return mix(mix(horizon, zenith, above * (2.0 - above)), ground, below * (2.0 - below));
}

// Exposed linear light to display-linear [0, 1]: the ACES reference and output transform as fitted by Stephen
// Hill ("BakingLab", 2016), scaled by 1 / 0.6 so that middle grey keeps its lightness.
vec3 tone_map(vec3 color) {
  vec3 x = color * (1.0 / 0.6);
  vec3 a = vec3(0.59719 * x.r + 0.35458 * x.g + 0.04823 * x.b,
                0.07600 * x.r + 0.90834 * x.g + 0.01566 * x.b,
                0.02840 * x.r + 0.13383 * x.g + 0.83777 * x.b);
  vec3 b = (a * (a + vec3(0.0245786)) - vec3(0.000090537)) /
           (a * (0.983729 * a + vec3(0.4329510)) + vec3(0.238081));
  vec3 c = vec3(1.60475 * b.r - 0.53108 * b.g - 0.07367 * b.b,
                -0.10208 * b.r + 1.10813 * b.g - 0.00605 * b.b,
                -0.00327 * b.r - 0.07276 * b.g + 1.07602 * b.b);
  return clamp(c, vec3(0.0), vec3(1.0));
}

// Linear [0, 1] to sRGB (IEC 61966-2-1).
float encode_srgb(float linear) {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1.0 / 2.4) - 0.055;
}

vec3 display_color(vec3 color) {
  vec3 mapped = tone_map(color);
  return vec3(encode_srgb(mapped.r), encode_srgb(mapped.g), encode_srgb(mapped.b));
}
