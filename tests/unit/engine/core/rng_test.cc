#include "engine/core/rng.h"

#include <cmath>
#include <set>
#include <vector>

#include <doctest/doctest.h>

namespace diorama {
namespace {

constexpr int kDraws = 200000;

TEST_CASE("a stream is named by seed, episode and purpose, and by nothing else") {
  RandomStream a({7, 3}, "placement");
  RandomStream b({7, 3}, "placement");
  std::set<std::uint64_t> first;
  for (int i = 0; i < 10; ++i) CHECK(a.bits() == b.bits());
  first.insert(RandomStream({7, 3}, "placement").bits());
  first.insert(RandomStream({8, 3}, "placement").bits());
  first.insert(RandomStream({7, 4}, "placement").bits());
  first.insert(RandomStream({7, 3}, "colour").bits());
  first.insert(RandomStream({0, 0}, "").bits());
  CHECK(first.size() == 5);
}

TEST_CASE("the generator is Philox 4x64 with ten rounds") {
  // Golden value: guards the promise that a dataset's draws never change between builds.
  RandomStream stream({1, 2}, "golden");
  const std::uint64_t first = stream.bits();
  RandomStream again({1, 2}, "golden");
  CHECK(again.bits() == first);
  CHECK(first == 5444192877647653461ULL);
}

TEST_CASE("uniform numbers fill [0, 1) evenly") {
  RandomStream stream({1, 0}, "uniform");
  double sum = 0.0;
  double squares = 0.0;
  for (int i = 0; i < kDraws; ++i) {
    const double u = stream.uniform();
    REQUIRE(u >= 0.0);
    REQUIRE(u < 1.0);
    sum += u;
    squares += u * u;
  }
  CHECK(sum / kDraws == doctest::Approx(0.5).epsilon(0.005));
  CHECK(squares / kDraws == doctest::Approx(1.0 / 3.0).epsilon(0.01));
}

TEST_CASE("integers cover both ends and are even") {
  RandomStream stream({1, 0}, "integer");
  std::vector<int> count(5, 0);
  for (int i = 0; i < kDraws; ++i) ++count[static_cast<std::size_t>(stream.integer(-2, 2) + 2)];
  for (const int n : count) CHECK(n == doctest::Approx(kDraws / 5.0).epsilon(0.02));
  CHECK(stream.integer(4, 4) == 4);
}

TEST_CASE("the normal distribution has its mean, spread and tails") {
  RandomStream stream({1, 0}, "normal");
  double sum = 0.0;
  double squares = 0.0;
  int beyond_two = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = stream.normal();
    sum += x;
    squares += x * x;
    beyond_two += std::abs(x) > 2.0 ? 1 : 0;
  }
  CHECK(std::abs(sum / kDraws) < 0.01);
  CHECK(squares / kDraws == doctest::Approx(1.0).epsilon(0.02));
  CHECK(static_cast<double>(beyond_two) / kDraws == doctest::Approx(0.0455).epsilon(0.05));
}

TEST_CASE("the inverse of the normal distribution undoes it") {
  for (double x = -6.0; x <= 6.0; x += 0.37) CHECK(inverse_normal_cdf(normal_cdf(x)) == doctest::Approx(x).epsilon(1e-9));
  CHECK(inverse_normal_cdf(0.975) == doctest::Approx(1.959963984540054).epsilon(1e-13));
}

TEST_CASE("uniform rotations turn a vector to anywhere on the sphere alike") {
  RandomStream stream({1, 0}, "rotation");
  dvec3 mean(0.0);
  dvec3 squares(0.0);
  constexpr int kRotations = 40000;
  for (int i = 0; i < kRotations; ++i) {
    const dquat q = stream.rotation();
    REQUIRE(std::abs(glm::length(q) - 1.0) < 1e-12);
    const dvec3 v = q * dvec3(1, 0, 0);
    mean += v;
    squares += v * v;
  }
  for (int k = 0; k < 3; ++k) {
    CHECK(std::abs(mean[k] / kRotations) < 0.015);
    CHECK(squares[k] / kRotations == doctest::Approx(1.0 / 3.0).epsilon(0.02));
  }
}

}  // namespace
}  // namespace diorama
