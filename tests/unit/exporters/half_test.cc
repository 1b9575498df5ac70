#include "exporters/shard/half.h"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

namespace diorama {
namespace {

TEST_CASE("every half becomes the float that IEEE 754 says and comes back as itself") {
  for (std::uint32_t bits = 0; bits < 0x10000u; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const int exponent = (half >> 10) & 31;
    const int mantissa = half & 1023;
    const double sign = half & 0x8000u ? -1.0 : 1.0;
    const float value = float_from_half(half);
    if (exponent == 31 && mantissa != 0) {
      CHECK(std::isnan(value));
      CHECK(std::isnan(float_from_half(half_from_float(value))));
      continue;
    }
    const double expected = exponent == 31   ? sign * INFINITY
                            : exponent == 0  ? sign * std::ldexp(mantissa, -24)
                                             : sign * std::ldexp(1024 + mantissa, exponent - 25);
    REQUIRE(static_cast<double>(value) == expected);
    REQUIRE(std::signbit(value) == (sign < 0));
    REQUIRE(half_from_float(value) == half);
  }
}

TEST_CASE("a float rounds to the nearest half, ties to even, between all neighbours") {
  for (std::uint16_t half = 0; half < 0x7bffu; ++half) {
    const double low = float_from_half(half);
    const double high = float_from_half(static_cast<std::uint16_t>(half + 1));
    const auto middle = static_cast<float>((low + high) / 2);  // exact: float has 13 more bits
    const std::uint16_t even = half % 2 == 0 ? half : static_cast<std::uint16_t>(half + 1);
    REQUIRE(half_from_float(middle) == even);
    REQUIRE(half_from_float(std::nextafterf(middle, 0.0f)) == half);
    REQUIRE(half_from_float(std::nextafterf(middle, 1e9f)) == half + 1);
    REQUIRE(half_from_float(-middle) == (even | 0x8000u));
  }
  CHECK(half_from_float(65519.996f) == 0x7bff);
  CHECK(half_from_float(65520.0f) == 0x7c00);
  CHECK(half_from_float(INFINITY) == 0x7c00);
  CHECK(half_from_float(1e-30f) == 0);
}

TEST_CASE("many values become the same halves as one by one") {
  std::vector<float> values;
  for (std::uint32_t bits = 0; bits < 0x7f800000u; bits += 9973u) {
    values.push_back(std::bit_cast<float>(bits));
    values.push_back(-values.back());
  }
  for (std::uint16_t half = 0; half < 0x7bffu; ++half) {
    values.push_back((float_from_half(half) + float_from_half(static_cast<std::uint16_t>(half + 1))) / 2.0F);
  }
  values.resize(values.size() / 8 * 8 + 5);
  std::vector<std::uint16_t> halves(values.size());
  halves_from_floats(values, halves);
  for (std::size_t i = 0; i < values.size(); ++i) REQUIRE(halves[i] == half_from_float(values[i]));
}

}  // namespace
}  // namespace diorama
