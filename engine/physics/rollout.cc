#include "engine/physics/rollout.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "engine/core/text.h"

namespace diorama {
namespace {

/// Steps per frame; an error unless it is a whole number of at least 1.
Result<int> substeps_per_frame(double frame_rate_hz, double step_rate_hz) {
  const double ratio = step_rate_hz / frame_rate_hz;
  const double whole = std::round(ratio);
  // Rates are written in decimal: 1e-9 forgives their rounding and nothing that a user could mean.
  if (!(frame_rate_hz > 0.0) || !(whole >= 1.0) || whole > 1e6 ||
      std::abs(ratio - whole) > 1e-9 * whole) {
    return invalid_input("frame_rate_hz " + format_number(frame_rate_hz) +
                         " must divide step_rate_hz " + format_number(step_rate_hz) +
                         ": choose a step rate that is a whole multiple of the frame rate");
  }
  return static_cast<int>(whole);
}

void save_solver(const PhysicsWorld& world, Trajectory& trajectory) {
  std::vector<double> numbers;
  world.save_solver(numbers);
  if (!numbers.empty()) trajectory.solver_states.push_back(std::move(numbers));
}

}  // namespace

Result<Trajectory> rollout(PhysicsWorld& world, Controller& controller, const EpisodeConfig& config,
                           double step_rate_hz) {
  if (config.num_frames < 2) {
    return invalid_input("an episode needs at least 2 frames, not " +
                         std::to_string(config.num_frames));
  }
  if (!(config.settle_time_s >= 0.0)) {
    return invalid_input("settle_time_s must be 0 or more, not " +
                         format_number(config.settle_time_s));
  }
  DIORAMA_ASSIGN_OR_RETURN(const int substeps,
                           substeps_per_frame(config.frame_rate_hz, step_rate_hz));

  State state;
  world.read_state(state);
  // A controller's action depends on its arguments alone, so asking it here for its length changes
  // nothing.
  const Action still(controller.action(0.0, state).size(), 0.0);
  world.set_action(still);
  const long long settle_steps = std::llround(config.settle_time_s * step_rate_hz);
  for (long long done = 0; done < settle_steps; done += substeps) {
    const int steps = static_cast<int>(std::min<long long>(substeps, settle_steps - done));
    const Status status = world.step(steps, nullptr);
    if (!status.ok()) return status.with_context("while settling");
  }

  Trajectory trajectory;
  world.read_state(state);
  state.time_s = 0.0;  // Time counts from frame 0: settling is before the episode.
  state.contacts.clear();
  trajectory.states.push_back(state);
  save_solver(world, trajectory);
  DIORAMA_RETURN_IF_ERROR(extend_rollout(world, controller, config, step_rate_hz, trajectory));
  return trajectory;
}

Status extend_rollout(PhysicsWorld& world, Controller& controller, const EpisodeConfig& config,
                      double step_rate_hz, Trajectory& trajectory) {
  DIORAMA_ASSIGN_OR_RETURN(const int substeps,
                           substeps_per_frame(config.frame_rate_hz, step_rate_hz));
  const auto begun = static_cast<int>(trajectory.states.size());
  const long long first_step = world.num_steps() - static_cast<long long>(begun - 1) * substeps;
  const double frame_period_s = substeps / step_rate_hz;
  ContactLog contacts;
  State state;
  for (int frame = begun; frame < config.num_frames; ++frame) {
    const State& before = trajectory.states.back();
    trajectory.actions.push_back(controller.action(before.time_s, before));
    world.set_action(trajectory.actions.back());
    const Status status = world.step(substeps, &contacts);
    if (!status.ok()) return status.with_context("frame " + std::to_string(frame));
    world.read_state(state);
    state.time_s = static_cast<double>(world.num_steps() - first_step) / step_rate_hz;
    contacts.flush(frame_period_s, state.contacts);
    trajectory.states.push_back(state);
    save_solver(world, trajectory);
  }
  return {};
}

}  // namespace diorama
