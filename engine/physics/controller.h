// Controllers: what drives the actuators of an episode.
#pragma once

#include <memory>
#include <vector>

#include "engine/core/rng.h"
#include "engine/scene/trajectory.h"

namespace diorama {

class Controller {
 public:
  virtual ~Controller() = default;
  /// The action from this time on, `num_actuators` entries in [-1, 1], each a whole float. Depends on nothing but its arguments and
  /// the stream it was made with.
  virtual Action action(double time_s, const State& state) = 0;
};

/// kRandomSmooth: per actuator a sum of eight sinusoids with frequencies spread over (0, frequency_hz], random
/// phases and amplitudes, squashed by tanh so that it stays inside `amplitude`.
std::unique_ptr<Controller> make_controller(const ControllerConfig& config, int num_actuators, SampleKey key);

/// Acts as listed, rounded to float: entry t of `actions` from frame t on. It must be asked for no frame beyond them.
std::unique_ptr<Controller> make_listed_controller(std::vector<Action> actions, double frame_rate_hz);

}  // namespace diorama
