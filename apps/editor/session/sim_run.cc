#include "apps/editor/session/sim_run.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace diorama::editor {
namespace {

/// Natural frequency of the spring that a user pulls with: quick to the hand, slow to the solver.
constexpr double kPullHz = 2.0;

/// Mass that a pull on a body moves: its own, or that of all bodies that joints connect it to.
double pulled_mass_kg(const Scene& scene, BodyId body) {
  const Body& pulled = scene.bodies[body.index];
  if (pulled.articulation < 0) return pulled.mass.mass_kg;
  double sum = 0.0;
  for (const Body& other : scene.bodies) {
    if (other.articulation == pulled.articulation && other.motion == Motion::kDynamic) {
      sum += other.mass.mass_kg;
    }
  }
  return sum;
}

}  // namespace

std::size_t Moment::bytes() const {
  return sizeof(Moment) + state.bodies.size() * sizeof(BodyState) +
         state.contacts.size() * sizeof(Contact) +
         (state.qpos.size() + state.qvel.size() + state.sensor_values.size() + action.size()) *
             sizeof(double);
}

SimRun::SimRun(std::shared_ptr<const SimScene> scene, HistoryLimits limits)
    : scene_(std::move(scene)),
      limits_(limits),
      step_rate_hz_(scene_->scene().physics.step_rate_hz),
      controller_(make_controller(scene_->sample.episode.controller,
                                  static_cast<int>(scene_->scene().actuators.size()),
                                  scene_->key)) {
  const EpisodeConfig& episode = scene_->sample.episode;
  // Validation made sure that the frame rate divides the step rate.
  steps_per_frame_ =
      std::max(1, static_cast<int>(std::lround(step_rate_hz_ / episode.frame_rate_hz)));
  settle_steps_ = std::llround(episode.settle_time_s * step_rate_hz_);
}

Result<std::unique_ptr<SimRun>> SimRun::create(std::shared_ptr<const SimScene> scene,
                                               HistoryLimits limits) {
  std::unique_ptr<SimRun> run(new SimRun(std::move(scene), limits));
  DIORAMA_RETURN_IF_ERROR(run->start());
  return run;
}

Status SimRun::start() {
  DIORAMA_ASSIGN_OR_RETURN(world_, make_physics(scene_->physics, scene_->scene()));
  world_scene_ = scene_;
  Moment first;
  first.step = -settle_steps_;
  first.is_frame = first.step == 0;
  first.action.assign(scene_->scene().actuators.size(), 0.0);
  world_->read_state(first.state);
  first.state.time_s = static_cast<double>(first.step) / step_rate_hz_;
  history_.clear();
  bytes_ = 0;
  remember(std::move(first));
  world_at_ = history_.back();
  return {};
}

Status SimRun::reset() {
  contacts_ = ContactLog();
  return start();
}

int SimRun::steps_within(double longest_s) const {
  const int most =
      std::clamp(static_cast<int>(longest_s * step_rate_hz_ + 1e-9), 1, steps_per_frame_);
  for (int part = most; part > 1; --part) {
    if (steps_per_frame_ % part == 0) return part;
  }
  return 1;
}

Status SimRun::advance(int num_steps, const std::optional<Perturb>& perturb) {
  DIORAMA_RETURN_IF_ERROR(go_to_shown());
  Moment next;
  next.step = shown().step;
  next.action = shown().action;
  if (next.step >= 0 && next.step % steps_per_frame_ == 0) {
    next.action = controller_->action(shown().state.time_s, shown().state);
  }
  world_->set_action(next.action);
  const long long to_boundary = next.step < 0 ? std::min<long long>(steps_per_frame_, -next.step)
                                              : steps_per_frame_ - next.step % steps_per_frame_;
  const int steps = static_cast<int>(std::clamp<long long>(num_steps, 1, to_boundary));
  if (Status status = step_world(steps, perturb, next); !status.ok()) {
    world_at_ = nullptr;
    return status;
  }
  if (shown_ + 1 < history_.size()) {
    for (std::size_t i = shown_ + 1; i < history_.size(); ++i) bytes_ -= history_[i]->bytes();
    history_.resize(shown_ + 1);
    ++branch_;
  }
  remember(std::move(next));
  world_at_ = history_.back();
  return {};
}

/// Puts the world where the shown moment is.
Status SimRun::go_to_shown() {
  const MomentPointer& moment = history_[shown_];
  if (world_at_ == moment) return {};
  State state = moment->state;
  state.time_s = static_cast<double>(moment->step + settle_steps_) / step_rate_hz_;
  contacts_ = ContactLog();
  world_at_ = nullptr;
  DIORAMA_RETURN_IF_ERROR(world_->set_state(state));
  world_at_ = moment;
  return {};
}

Status SimRun::step_world(int num_steps, const std::optional<Perturb>& perturb, Moment& moment) {
  State& state = moment.state;
  if (perturb) {
    // The spring follows the body step by step.
    for (int i = 0; i < num_steps; ++i) {
      world_->read_state(state);
      const Pose& pose = state.bodies[perturb->body.index].world_from_body;
      moment.perturb_force_n = pull(*perturb, state);
      world_->add_force(perturb->body, moment.perturb_force_n,
                        pose.transform_point(perturb->point_body));
      DIORAMA_RETURN_IF_ERROR(world_->step(1, &contacts_));
    }
    moment.perturb = perturb;
  } else {
    DIORAMA_RETURN_IF_ERROR(world_->step(num_steps, &contacts_));
  }
  moment.step += num_steps;
  moment.is_frame = moment.step >= 0 && moment.step % steps_per_frame_ == 0;
  world_->read_state(state);
  state.time_s = static_cast<double>(moment.step) / step_rate_hz_;
  contacts_.flush(num_steps / step_rate_hz_, state.contacts);
  return {};
}

/// Critically damped toward the target, N.
dvec3 SimRun::pull(const Perturb& perturb, const State& state) const {
  const BodyState& body = state.bodies[perturb.body.index];
  const dvec3 arm = body.world_from_body.rotate(perturb.point_body);
  const dvec3 point = body.world_from_body.position + arm;
  const dvec3 velocity = body.linear_velocity_world + glm::cross(body.angular_velocity_world, arm);
  const double rate = 2.0 * std::numbers::pi * kPullHz;
  return pulled_mass_kg(scene_->scene(), perturb.body) *
         (rate * rate * (perturb.target_world - point) - 2.0 * rate * velocity);
}

void SimRun::measure(Moment& moment) const {
  moment.mechanics = mechanics(scene_->scene(), moment.state);
  for (const Contact& contact : moment.state.contacts) {
    moment.contact_force_n += glm::length(contact.force_world_n);
    moment.deepest_penetration_m = std::max(moment.deepest_penetration_m, -contact.min_gap_m);
  }
  for (const BodyState& body : moment.state.bodies) {
    moment.fastest_m_s = std::max(moment.fastest_m_s, glm::length(body.linear_velocity_world));
  }
}

/// Adds a moment behind the shown one and shows it; old ones make room.
void SimRun::remember(Moment moment) {
  measure(moment);
  bytes_ += moment.bytes();
  history_.push_back(std::make_shared<const Moment>(std::move(moment)));
  while (history_.size() > 1 && (history_.size() > limits_.count || bytes_ > limits_.bytes)) {
    bytes_ -= history_.front()->bytes();
    history_.pop_front();
  }
  shown_ = history_.size() - 1;
}

void SimRun::show(std::ptrdiff_t index) {
  const auto last = static_cast<std::ptrdiff_t>(history_.size()) - 1;
  shown_ = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(index, 0, last));
}

void SimRun::show(const MomentPointer& moment) {
  const auto found = std::find(history_.begin(), history_.end(), moment);
  if (found != history_.end()) {
    shown_ = static_cast<std::size_t>(found - history_.begin());
    return;
  }
  history_.assign(1, moment);
  bytes_ = moment->bytes();
  shown_ = 0;
  ++branch_;
}

}  // namespace diorama::editor
