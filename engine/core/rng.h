// Random numbers by counter (Philox 4x64-10 of Random123), so that any stream can be drawn alone and in any
// order. There is no default generator: a stream is named by dataset seed, episode index and purpose.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/core/pose.h"

namespace diorama {

/// Names one episode of one dataset.
struct SampleKey {
  std::uint64_t seed = 0;  ///< Dataset seed; 0 is a seed like any other.
  std::int64_t episode = 0;
};

/// One stream of random numbers. Two streams with different names are independent. Not thread-safe; cheap to
/// make, so make one where it is needed.
class RandomStream {
 public:
  /// `purpose` is a stable name such as "vary/bodies[ball].mass_kg" or "placement".
  RandomStream(SampleKey key, std::string_view purpose);

  std::uint64_t bits();              ///< 64 uniform bits.
  double uniform();                  ///< In [0, 1), 53 bits.
  double uniform(double low, double high);  ///< In [low, high).
  std::int64_t integer(std::int64_t low, std::int64_t high);  ///< In [low, high], both ends included, unbiased.
  double normal();                   ///< Standard normal, by the inverse of its distribution function.
  dquat rotation();                  ///< Uniform over SO(3) (Shoemake, Graphics Gems III, 1992).
  dvec3 direction();                 ///< Uniform on the unit sphere.

 private:
  std::array<std::uint64_t, 2> key_;
  std::array<std::uint64_t, 4> block_{};
  std::uint64_t episode_;
  std::uint64_t counter_ = 0;
  int used_ = 4;
};

/// Inverse of the standard normal's distribution function; p in (0, 1). Acklam's rational approximation with
/// one step of Halley's method, error below 1e-14.
double inverse_normal_cdf(double p);

/// The standard normal's distribution function.
double normal_cdf(double x);

}  // namespace diorama
