// IEEE 754 half precision, by bits: the same on every machine. Pure functions.
#pragma once

#include <cstdint>

namespace diorama {

/// Nearest half, ties to even; beyond 65504 (rounded) infinity; NaN stays NaN.
std::uint16_t half_from_float(float value);

/// Exact.
float float_from_half(std::uint16_t half);

}  // namespace diorama
