#include "engine/physics/controller.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "engine/core/check.h"

namespace diorama {
namespace {

constexpr double kTwoPi = 2.0 * std::numbers::pi;
constexpr int kNumSinusoids = 8;

/// Datasets store actions as float32: rounded here, what they store is what was applied.
double as_stored(double value) { return static_cast<double>(static_cast<float>(value)); }

std::string stream_name(int actuator) { return "controller/" + std::to_string(actuator); }

class ConstantController : public Controller {
 public:
  ConstantController(int num_actuators, double value) : action_(num_actuators, as_stored(value)) {}
  Action action(double, const State&) override { return action_; }

 private:
  Action action_;
};

class SinusoidController : public Controller {
 public:
  SinusoidController(const ControllerConfig& config, int num_actuators, SampleKey key)
      : amplitude_(config.amplitude), frequency_hz_(config.frequency_hz) {
    for (int i = 0; i < num_actuators; ++i) {
      phases_.push_back(RandomStream(key, stream_name(i)).uniform(0.0, kTwoPi));
    }
  }

  Action action(double time_s, const State&) override {
    Action action(phases_.size());
    for (std::size_t i = 0; i < action.size(); ++i) {
      action[i] = as_stored(amplitude_ * std::sin(kTwoPi * frequency_hz_ * time_s + phases_[i]));
    }
    return action;
  }

 private:
  double amplitude_;
  double frequency_hz_;
  std::vector<double> phases_;
};

class RandomSmoothController : public Controller {
 public:
  RandomSmoothController(const ControllerConfig& config, int num_actuators, SampleKey key)
      : amplitude_(config.amplitude), waves_(num_actuators) {
    for (int i = 0; i < num_actuators; ++i) {
      RandomStream stream(key, stream_name(i));
      double power = 0.0;
      for (int k = 0; k < kNumSinusoids; ++k) {
        Wave& wave = waves_[i][k];
        // One frequency per eighth of the band, so that no draw misses a part of it.
        wave.frequency_hz = config.frequency_hz * (k + 1 - stream.uniform()) / kNumSinusoids;
        wave.phase = stream.uniform(0.0, kTwoPi);
        wave.amplitude = stream.uniform(0.25, 1.0);
        power += 0.5 * wave.amplitude * wave.amplitude;
      }
      // Root mean square 1 before tanh: the action uses its whole range without saturating for
      // long.
      for (Wave& wave : waves_[i]) wave.amplitude /= std::sqrt(power);
    }
  }

  Action action(double time_s, const State&) override {
    Action action(waves_.size());
    for (std::size_t i = 0; i < action.size(); ++i) {
      double sum = 0.0;
      for (const Wave& wave : waves_[i]) {
        sum += wave.amplitude * std::sin(kTwoPi * wave.frequency_hz * time_s + wave.phase);
      }
      action[i] = as_stored(amplitude_ * std::tanh(sum));
    }
    return action;
  }

 private:
  struct Wave {
    double frequency_hz = 0.0, phase = 0.0, amplitude = 0.0;
  };
  double amplitude_;
  std::vector<std::array<Wave, kNumSinusoids>> waves_;
};

class ListedController : public Controller {
 public:
  ListedController(std::vector<Action> actions, double frame_rate_hz)
      : actions_(std::move(actions)), frame_rate_hz_(frame_rate_hz) {
    for (Action& action : actions_) std::transform(action.begin(), action.end(), action.begin(), as_stored);
  }
  Action action(double time_s, const State&) override {
    const auto frame = static_cast<std::size_t>(std::llround(time_s * frame_rate_hz_));
    DIORAMA_CHECK(frame < actions_.size());
    return actions_[frame];
  }

 private:
  std::vector<Action> actions_;
  double frame_rate_hz_;
};

}  // namespace

std::unique_ptr<Controller> make_listed_controller(std::vector<Action> actions,
                                                   double frame_rate_hz) {
  return std::make_unique<ListedController>(std::move(actions), frame_rate_hz);
}

std::unique_ptr<Controller> make_controller(const ControllerConfig& config, int num_actuators,
                                            SampleKey key) {
  DIORAMA_CHECK(num_actuators >= 0);
  DIORAMA_CHECK(config.amplitude >= 0.0 && config.amplitude <= 1.0);
  switch (config.type) {
    case ControllerConfig::Type::kStill:
      return std::make_unique<ConstantController>(num_actuators, 0.0);
    case ControllerConfig::Type::kConstant:
      return std::make_unique<ConstantController>(num_actuators, config.amplitude);
    case ControllerConfig::Type::kSinusoid:
      return std::make_unique<SinusoidController>(config, num_actuators, key);
    case ControllerConfig::Type::kRandomSmooth:
      return std::make_unique<RandomSmoothController>(config, num_actuators, key);
  }
  DIORAMA_CHECK(false);
  return nullptr;
}

}  // namespace diorama
