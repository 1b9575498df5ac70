#include "exporters/shard/half.h"

#include <bit>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#endif

namespace diorama {

std::uint16_t half_from_float(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000u);
  const std::uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return sign | 0x7e00u;    // NaN
  if (magnitude >= 0x477ff000u) return sign | 0x7c00u;   // 65520 and more round to infinity
  if (magnitude < 0x33000000u) return sign;              // below half of the smallest subnormal (2^-25, ties to 0)
  std::uint32_t mantissa;
  int shift;  // bits of `mantissa` that half cannot hold
  std::uint32_t base;
  if (magnitude < 0x38800000u) {  // below 2^-14: subnormal half
    mantissa = (magnitude & 0x7fffffu) | 0x800000u;
    shift = 126 - static_cast<int>(magnitude >> 23);
    base = 0;
  } else {
    mantissa = magnitude & 0x7fffffu;
    shift = 13;
    base = ((magnitude >> 23) - 112u) << 10;
  }
  const std::uint32_t kept = mantissa >> shift;
  const std::uint32_t rest = mantissa & ((1u << shift) - 1u);
  const std::uint32_t middle = 1u << (shift - 1);
  const std::uint32_t up = rest > middle || (rest == middle && (kept & 1u)) ? 1u : 0u;
  // A carry out of the mantissa raises the exponent, which is the right rounding.
  return static_cast<std::uint16_t>(sign | (base + kept + up));
}

namespace {

#if defined(__x86_64__) && defined(__GNUC__)
/// As many of the first values as fill whole registers; returns their number. Rounds as half_from_float does.
__attribute__((target("avx2,f16c"))) std::size_t convert_by_eights(std::span<const float> values, std::uint16_t* halves) {
  std::size_t i = 0;
  for (; i + 8 <= values.size(); i += 8) {
    const __m128i eight = _mm256_cvtps_ph(_mm256_loadu_ps(values.data() + i), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(halves + i), eight);
  }
  return i;
}
// Every CPU with AVX2 has F16C.
bool has_instruction() { return __builtin_cpu_supports("avx2") != 0; }
#else
std::size_t convert_by_eights(std::span<const float>, std::uint16_t*) { return 0; }
bool has_instruction() { return false; }
#endif

}  // namespace

void halves_from_floats(std::span<const float> values, std::span<std::uint16_t> halves) {
  std::size_t i = has_instruction() ? convert_by_eights(values, halves.data()) : 0;
  for (; i < values.size(); ++i) halves[i] = half_from_float(values[i]);
}

float float_from_half(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000u) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1fu;
  const std::uint32_t mantissa = half & 0x3ffu;
  if (exponent == 0x1fu) return std::bit_cast<float>(sign | 0x7f800000u | (mantissa << 13));
  if (exponent == 0) {  // zero and subnormals: mantissa * 2^-24, exact in float
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
    return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(magnitude));
  }
  return std::bit_cast<float>(sign | ((exponent + 112u) << 23) | (mantissa << 13));
}

}  // namespace diorama
