// Trajectory: the states of an episode at its frame period and the actions between them. Value.
#pragma once

#include <string>
#include <vector>

#include "engine/scene/state.h"

namespace diorama {

/// One entry per actuator, each in [-1, 1] and a whole float: what a dataset stores is what was applied.
using Action = std::vector<double>;

struct Trajectory {
  std::vector<State> states;    ///< (T)
  std::vector<Action> actions;  ///< (T - 1); actions[t] leads from states[t] to states[t + 1].
  /// (T), or none where the engine has no exact_restore: PhysicsWorld::save_solver() at each state.
  std::vector<std::vector<double>> solver_states;
};

/// What drives the actuators.
struct ControllerConfig {
  enum class Type {
    kStill,         ///< All actions 0.
    kConstant,      ///< `amplitude` all the time.
    kSinusoid,      ///< amplitude * sin(2 pi frequency t + a random phase per actuator).
    kRandomSmooth,  ///< Band-limited noise, see `make_controller`.
  };
  Type type = Type::kStill;
  double amplitude = 1.0;      ///< 0..1
  double frequency_hz = 1.0;   ///< kSinusoid: its frequency; kRandomSmooth: the band's upper end.
};

/// What a drawn sample adds to its Scene.
struct EpisodeConfig {
  int num_frames = 0;           ///< T, rows of the episode, >= 2.
  double frame_rate_hz = 0.0;   ///< Divides PhysicsSettings::step_rate_hz.
  double settle_time_s = 0.0;   ///< Stepped with still actuators before frame 0, not recorded.
  ControllerConfig controller;
};

}  // namespace diorama
