#include "apps/pipeline/audit_energy.h"

#include <algorithm>
#include <cmath>

#include "engine/core/text.h"
#include "engine/physics/energy.h"

namespace diorama {
namespace {

// Soft contacts give back what they took, restitution is approximate, and positions are pushed out
// of overlap: within this share of the largest kinetic energy so far, and of the potential energy
// of this height for every body.
constexpr double kKineticShare = 0.15;
constexpr double kHeightSlackM = 0.004;
constexpr double kSlackJ = 1e-4;
// Between two frames an actuated joint may move farther than its velocities at both tell.
constexpr double kPathFactor = 2.0;

struct JointPlace {
  int qpos = 0;
  int qvel = 0;
};

class EnergyAudit {
 public:
  EnergyAudit(const Scene& scene, const std::vector<State>& states,
              const std::vector<Action>& actions)
      : scene_(scene), states_(states), actions_(actions) {
    JointPlace place;
    for (const Joint& joint : scene.joints) {
      places_.push_back(place);
      place.qpos += num_positions(joint.type);
      place.qvel += num_velocities(joint.type);
    }
    for (const Body& body : scene.bodies) {
      if (body.motion == Motion::kDynamic)
        weight_n_ += body.mass.mass_kg * glm::length(scene.physics.gravity_m_s2);
    }
  }

  void run(const TellMotion& tell) {
    Mechanics now = sums(0);
    double budget = now.kinetic_j + now.potential_j;  // the most that there may be
    double kinetic = now.kinetic_j;
    for (std::size_t t = 1; t < states_.size(); ++t) {
      now = sums(t);
      const double energy = now.kinetic_j + now.potential_j;
      kinetic = std::max(kinetic, now.kinetic_j);
      budget += work(t - 1);
      const double most = budget + kKineticShare * kinetic + kHeightSlackM * weight_n_ + kSlackJ;
      if (energy > most) {
        tell(static_cast<std::int64_t>(t), "object_velocity",
             "mechanical energy appears from nothing", "at most " + format_number(most) + " J",
             format_number(energy) + " J");
      }
      budget = std::min(budget, energy);
    }
  }

 private:
  Mechanics sums(std::size_t t) const {
    const State& state = states_[t];
    Mechanics sum = mechanics(scene_, state);
    for (std::size_t j = 0; j < scene_.joints.size(); ++j) {
      const Joint& joint = scene_.joints[j];
      if (joint.type != JointType::kHinge && joint.type != JointType::kSlide) continue;
      sum.kinetic_j += 0.5 * joint.armature * speed(t, j) * speed(t, j);
      sum.potential_j += 0.5 * joint.stiffness * position(t, j) * position(t, j);
    }
    return sum;
  }

  double position(std::size_t t, std::size_t joint) const {
    return states_[t].qpos[static_cast<std::size_t>(places_[joint].qpos)];
  }
  double speed(std::size_t t, std::size_t joint) const {
    return states_[t].qvel[static_cast<std::size_t>(places_[joint].qvel)];
  }

  /// The most that the actuators may do from frame t to the next, J.
  double work(std::size_t t) const {
    double sum = 0.0;
    for (std::size_t a = 0; a < scene_.actuators.size() && t < actions_.size(); ++a) {
      const Actuator& actuator = scene_.actuators[a];
      const auto j = static_cast<std::size_t>(actuator.joint.index);
      const double action = a < actions_[t].size() ? std::clamp(actions_[t][a], -1.0, 1.0) : 0.0;
      const double control =
          actuator.control_lower +
          0.5 * (action + 1.0) * (actuator.control_upper - actuator.control_lower);
      const double moved = std::fabs(position(t + 1, j) - position(t, j));
      const double dt = states_[t + 1].time_s - states_[t].time_s;
      const double path = std::max(
          moved, kPathFactor * dt * std::max(std::fabs(speed(t, j)), std::fabs(speed(t + 1, j))));
      sum += force(actuator, control, t, j) * path;
    }
    return sum;
  }

  /// The largest force of an actuator between frame t and the next; damping only takes energy away.
  double force(const Actuator& actuator, double control, std::size_t t, std::size_t j) const {
    double most = std::fabs(actuator.gear * control);
    if (actuator.type == ActuatorType::kPosition) {
      most = actuator.gain *
             std::max(std::fabs(control - position(t, j)), std::fabs(control - position(t + 1, j)));
    } else if (actuator.type == ActuatorType::kVelocity) {
      most = actuator.gain *
             std::max(std::fabs(control - speed(t, j)), std::fabs(control - speed(t + 1, j)));
    }
    return actuator.force_limit > 0.0 ? std::min(most, actuator.force_limit) : most;
  }

  const Scene& scene_;
  const std::vector<State>& states_;
  const std::vector<Action>& actions_;
  std::vector<JointPlace> places_;
  double weight_n_ = 0.0;
};

}  // namespace

void audit_energy(const Scene& scene, const std::vector<State>& states,
                  const std::vector<Action>& actions, const TellMotion& tell) {
  if (scene.model || states.empty()) return;
  EnergyAudit(scene, states, actions).run(tell);
}

}  // namespace diorama
