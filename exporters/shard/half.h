// IEEE 754 half precision, by bits: the same on every machine. Pure functions.
#pragma once

#include <cstdint>
#include <span>

namespace diorama {

/// Nearest half, ties to even; beyond 65504 (rounded) infinity; NaN stays NaN.
std::uint16_t half_from_float(float value);

/// The same of many finite values, `halves` as long as `values`; by the CPU's own instruction where it has one.
void halves_from_floats(std::span<const float> values, std::span<std::uint16_t> halves);

/// Exact.
float float_from_half(std::uint16_t half);

}  // namespace diorama
