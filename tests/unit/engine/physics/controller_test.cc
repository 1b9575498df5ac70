#include "engine/physics/controller.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace diorama {
namespace {

constexpr SampleKey kKey{7, 3};

ControllerConfig config_of(ControllerConfig::Type type, double amplitude, double frequency_hz) {
  ControllerConfig config;
  config.type = type;
  config.amplitude = amplitude;
  config.frequency_hz = frequency_hz;
  return config;
}

TEST_CASE("Still and constant controllers hold their value") {
  const auto still = make_controller(config_of(ControllerConfig::Type::kStill, 1.0, 1.0), 3, kKey);
  CHECK(still->action(1.0, {}) == Action{0.0, 0.0, 0.0});
  const auto constant =
      make_controller(config_of(ControllerConfig::Type::kConstant, 0.4, 1.0), 2, kKey);
  const double kept = static_cast<double>(0.4F);  // as a dataset stores it
  CHECK(constant->action(5.0, {}) == Action{kept, kept});
}

TEST_CASE("A sinusoid has its amplitude and period, and a phase of its own per actuator") {
  const auto controller =
      make_controller(config_of(ControllerConfig::Type::kSinusoid, 0.7, 2.0), 2, kKey);
  double highest = 0.0;
  for (int i = 0; i < 1000; ++i) {
    const Action action = controller->action(0.001 * i, {});
    highest = std::max(highest, std::abs(action[0]));
    CHECK(action[0] == doctest::Approx(controller->action(0.001 * i + 0.5, {})[0]));
  }
  CHECK(highest == doctest::Approx(0.7).epsilon(1e-3));
  const Action first = controller->action(0.0, {});
  CHECK(std::abs(first[0] - first[1]) > 1e-3);
}

TEST_CASE("Smooth noise stays inside its amplitude, uses it, and has no power above its band") {
  const auto controller =
      make_controller(config_of(ControllerConfig::Type::kRandomSmooth, 0.8, 1.0), 1, kKey);
  const int n = 8192;
  const double dt = 0.0125;
  double highest = 0.0, total = 0.0, high_band = 0.0;
  std::vector<double> signal(n);
  for (int i = 0; i < n; ++i) {
    signal[i] = controller->action(dt * i, {})[0];
    highest = std::max(highest, std::abs(signal[i]));
    total += signal[i] * signal[i] / n;
  }
  CHECK(highest <= 0.8);
  CHECK(highest > 0.6);
  CHECK(std::sqrt(total) > 0.2);
  // tanh makes odd harmonics, which fall off fast: beyond eight times the band nothing is left.
  for (double f = 8.0; f < 12.0; f += 0.05) {
    std::complex<double> sum = 0.0;
    for (int i = 0; i < n; ++i) {
      const double window = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * i / n);
      sum += window * signal[i] * std::polar(1.0, -2.0 * std::numbers::pi * f * dt * i);
    }
    high_band = std::max(high_band, std::abs(sum) / n);
  }
  CHECK(high_band < 1e-3);
}

TEST_CASE("A controller depends on seed and episode, not on the number of its neighbours") {
  const ControllerConfig config = config_of(ControllerConfig::Type::kRandomSmooth, 1.0, 3.0);
  const Action one = make_controller(config, 1, kKey)->action(0.3, {});
  const Action three = make_controller(config, 3, kKey)->action(0.3, {});
  CHECK(one[0] == three[0]);
  CHECK(three[0] != three[1]);
  CHECK(make_controller(config, 1, {7, 4})->action(0.3, {})[0] != one[0]);
  CHECK(make_controller(config, 1, {8, 3})->action(0.3, {})[0] != one[0]);
}

TEST_CASE("Every controller acts in whole floats, so that a stored action is the one that was applied") {
  using Type = ControllerConfig::Type;
  const auto listed = make_listed_controller({{0.1, -0.7}, {0.3, 1.0}}, 24.0);
  const auto whole = [](double value) { return static_cast<double>(static_cast<float>(value)) == value; };
  for (const Type type : {Type::kConstant, Type::kSinusoid, Type::kRandomSmooth}) {
    const auto controller = make_controller(config_of(type, 0.7, 2.0), 2, kKey);
    for (int i = 0; i < 20; ++i) {
      const Action action = controller->action(0.037 * i, {});
      CHECK((whole(action[0]) && whole(action[1])));
    }
  }
  CHECK(listed->action(0.0, {}) == Action{static_cast<double>(0.1F), static_cast<double>(-0.7F)});
  CHECK(listed->action(1.0 / 24.0, {}) == Action{static_cast<double>(0.3F), 1.0});
}

}  // namespace
}  // namespace diorama
