#include "exporters/shard/half.h"

#include <bit>

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
