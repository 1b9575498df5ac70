// brdf.glsl for C++: the few GLSL types and functions that it needs, written so that compilers can vectorise loops over
// them. Functions of values; thread-safe.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace diorama::shading {

// Names and meaning are GLSL's.
struct vec3 {  // NOLINT(readability-identifier-naming): GLSL's
  float x = 0.0F;
  float y = 0.0F;
  float z = 0.0F;
  vec3() = default;
  explicit vec3(float all) : x(all), y(all), z(all) {}
  vec3(float x_, float y_, float z_) : x(x_), y(y_), z(z_) {}
};
inline vec3 operator+(vec3 a, vec3 b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
inline vec3 operator-(vec3 a, vec3 b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
inline vec3 operator-(vec3 a) { return {-a.x, -a.y, -a.z}; }
inline vec3 operator*(vec3 a, vec3 b) { return {a.x * b.x, a.y * b.y, a.z * b.z}; }
inline vec3 operator/(vec3 a, vec3 b) { return {a.x / b.x, a.y / b.y, a.z / b.z}; }
inline vec3 operator*(vec3 a, float s) { return {a.x * s, a.y * s, a.z * s}; }
inline vec3 operator*(float s, vec3 a) { return a * s; }
inline float dot(vec3 a, vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline vec3 normalize(vec3 a) { return a * (1.0F / std::sqrt(dot(a, a))); }
inline float min(float a, float b) { return b < a ? b : a; }
inline float max(float a, float b) { return a < b ? b : a; }
inline float clamp(float x, float low, float high) { return min(max(x, low), high); }
inline vec3 clamp(vec3 v, vec3 low, vec3 high) {
  return {clamp(v.x, low.x, high.x), clamp(v.y, low.y, high.y), clamp(v.z, low.z, high.z)};
}
inline float mix(float a, float b, float t) { return a * (1.0F - t) + b * t; }
inline vec3 mix(vec3 a, vec3 b, float t) { return a * (1.0F - t) + b * t; }
inline float smoothstep(float low, float high, float x) {
  const float t = clamp((x - low) / (high - low), 0.0F, 1.0F);
  return t * t * (3.0F - 2.0F * t);
}

/// 2^x to 2e-7 of its value for |x| < 126; beyond, the value at that bound. Taylor series about the nearest integer.
inline float exp2(float x) {
  const float bounded = clamp(x, -126.0F, 126.0F);
  const int whole = static_cast<int>(bounded + (bounded < 0.0F ? -0.5F : 0.5F));
  const float f = bounded - static_cast<float>(whole);
  float series = 1.540353e-4F;
  series = series * f + 1.3333558e-3F;
  series = series * f + 9.6181291e-3F;
  series = series * f + 5.5504109e-2F;
  series = series * f + 2.4022651e-1F;
  series = series * f + 6.9314718e-1F;
  series = series * f + 1.0F;
  return series * std::bit_cast<float>((whole + 127) << 23);
}

/// log2 of a positive normal number to 2e-7 absolutely. The mantissa m in [sqrt(1/2), sqrt(2)) by the series of
/// 2 artanh((m - 1) / (m + 1)).
inline float log2(float x) {
  const auto bits = std::bit_cast<std::int32_t>(x);
  const std::int32_t exponent = (bits - 0x3f3504f3) >> 23;
  const auto m = std::bit_cast<float>(bits - exponent * (1 << 23));
  const float r = (m - 1.0F) / (m + 1.0F);
  const float r2 = r * r;
  const float series = 2.8853901F + r2 * (0.96179669F + r2 * (0.57707802F + r2 * 0.41219859F));
  return static_cast<float>(exponent) + r * series;
}

/// x > 0.
inline float pow(float x, float y) { return exp2(y * log2(x)); }

#define SHADER_FUNCTION inline
#include "renderers/brdf.glsl"  // NOLINT(bugprone-suspicious-include)
#undef SHADER_FUNCTION

}  // namespace diorama::shading
