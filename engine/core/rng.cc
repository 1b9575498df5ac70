#include "engine/core/rng.h"

#include <cmath>
#include <numbers>

#include <Random123/philox.h>

#include "engine/core/check.h"

namespace diorama {
namespace {

// FNV-1a, 64 bits: stable over builds and machines, which std::hash is not.
std::uint64_t hash_name(std::string_view name) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : name) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ULL;
  }
  return hash;
}

}  // namespace

RandomStream::RandomStream(SampleKey key, std::string_view purpose)
    : key_{key.seed, hash_name(purpose)}, episode_(static_cast<std::uint64_t>(key.episode)) {}

std::uint64_t RandomStream::bits() {
  if (used_ == 4) {
    const r123::Philox4x64::ctr_type counter = {{counter_++, episode_, 0, 0}};
    const r123::Philox4x64::key_type key = {{key_[0], key_[1]}};
    const auto block = r123::Philox4x64{}(counter, key);
    for (int i = 0; i < 4; ++i) block_[i] = block[i];
    used_ = 0;
  }
  return block_[used_++];
}

double RandomStream::uniform() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }

double RandomStream::uniform(double low, double high) { return low + (high - low) * uniform(); }

std::int64_t RandomStream::integer(std::int64_t low, std::int64_t high) {
  DIORAMA_CHECK(low <= high);
  const std::uint64_t span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
  if (span == 0) return static_cast<std::int64_t>(bits());  // the whole range of 64 bits
  // Draws below this limit fall into whole multiples of span, so the remainder is unbiased.
  const std::uint64_t limit = ~std::uint64_t{0} - (~std::uint64_t{0} % span + 1) % span;
  std::uint64_t draw = bits();
  while (draw > limit) draw = bits();
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + draw % span);
}

double RandomStream::normal() {
  // Half a step away from 0 so that the inverse is finite.
  return inverse_normal_cdf(uniform() + 0x1.0p-54);
}

dquat RandomStream::rotation() {
  const double u1 = uniform();
  const double angle2 = 2.0 * std::numbers::pi * uniform();
  const double angle3 = 2.0 * std::numbers::pi * uniform();
  const double a = std::sqrt(1.0 - u1);
  const double b = std::sqrt(u1);
  return glm::normalize(quat_wxyz(b * std::cos(angle3), a * std::sin(angle2), a * std::cos(angle2),
                                  b * std::sin(angle3)));
}

dvec3 RandomStream::direction() {
  const double z = uniform(-1.0, 1.0);
  const double angle = 2.0 * std::numbers::pi * uniform();
  const double r = std::sqrt(std::fmax(0.0, 1.0 - z * z));
  return {r * std::cos(angle), r * std::sin(angle), z};
}

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

double inverse_normal_cdf(double p) {
  DIORAMA_CHECK(p > 0.0 && p < 1.0);
  static constexpr double kA[] = {-3.969683028665376e+01, 2.209460984245205e+02,
                                  -2.759285104469687e+02, 1.383577518672690e+02,
                                  -3.066479806614716e+01, 2.506628277459239e+00};
  static constexpr double kB[] = {-5.447609879822406e+01, 1.615858368580409e+02,
                                  -1.556989798598866e+02, 6.680131188771972e+01,
                                  -1.328068155288572e+01};
  static constexpr double kC[] = {-7.784894002430293e-03, -3.223964580411365e-01,
                                  -2.400758277161838e+00, -2.549732539343734e+00,
                                  4.374664141464968e+00,  2.938163982698783e+00};
  static constexpr double kD[] = {7.784695709041462e-03, 3.224671290700398e-01,
                                  2.445134137142996e+00, 3.754408661907416e+00};
  constexpr double kTail = 0.02425;
  double x = 0.0;
  if (p < kTail || p > 1.0 - kTail) {
    const bool lower = p < kTail;
    const double q = std::sqrt(-2.0 * std::log(lower ? p : 1.0 - p));
    const double value =
        (((((kC[0] * q + kC[1]) * q + kC[2]) * q + kC[3]) * q + kC[4]) * q + kC[5]) /
        ((((kD[0] * q + kD[1]) * q + kD[2]) * q + kD[3]) * q + 1.0);
    x = lower ? value : -value;
  } else {
    const double q = p - 0.5;
    const double r = q * q;
    x = (((((kA[0] * r + kA[1]) * r + kA[2]) * r + kA[3]) * r + kA[4]) * r + kA[5]) * q /
        (((((kB[0] * r + kB[1]) * r + kB[2]) * r + kB[3]) * r + kB[4]) * r + 1.0);
  }
  const double error = normal_cdf(x) - p;
  const double step = error * std::sqrt(2.0 * std::numbers::pi) * std::exp(0.5 * x * x);
  return x - step / (1.0 + 0.5 * x * step);
}

}  // namespace diorama
