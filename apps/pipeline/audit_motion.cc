#include "apps/pipeline/audit_motion.h"

#include <algorithm>
#include <cmath>

#include "engine/core/text.h"

namespace diorama {
namespace {

// Float32 columns, the engines' integration error over a frame, and damping.
constexpr double kSpeedSlackMS = 0.02;
constexpr double kRateSlackRadS = 0.1;
constexpr double kMomentumShare = 0.1;
constexpr double kFreeFlightShare = 0.03;
// How far a contact's point may lie from the bodies' boxes.
constexpr double kContactSlackM = 0.03;

std::string text_of(const dvec3& v) {
  return "(" + format_number(v.x) + ", " + format_number(v.y) + ", " + format_number(v.z) + ")";
}

/// The rotation from `a` to `b` as a vector, rad, world axes.
dvec3 turn(const dquat& a, const dquat& b) {
  dquat d = b * glm::conjugate(a);
  if (d.w < 0.0) d = -d;
  const dvec3 axis(d.x, d.y, d.z);
  const double sine = glm::length(axis);
  return sine < 1e-12 ? dvec3(0.0) : axis * (2.0 * std::atan2(sine, d.w) / sine);
}

bool is_free(const Scene& scene, std::size_t body) {
  if (scene.bodies[body].motion != Motion::kDynamic || scene.bodies[body].articulation >= 0 || scene.model) return false;
  return std::any_of(scene.joints.begin(), scene.joints.end(), [&](const Joint& joint) {
    return joint.type == JointType::kFree && static_cast<std::size_t>(joint.body.index) == body;
  });
}

class MotionAudit {
 public:
  MotionAudit(const Scene& scene, const std::vector<State>& states, double frame_rate_hz, const TellMotion& tell)
      : scene_(scene), states_(states), dt_(1.0 / frame_rate_hz), tell_(tell) {}

  void run() {
    for (std::size_t body = 0; body < scene_.bodies.size(); ++body) check_velocities(body);
    for (std::size_t t = 0; t + 1 < states_.size(); ++t) {
      for (std::size_t body = 0; body < scene_.bodies.size(); ++body) {
        if (is_free(scene_, body)) check_momentum(t, body);
      }
      for (const Contact& contact : states_[t + 1].contacts) check_contact(t + 1, contact);
    }
  }

 private:
  std::string who(std::size_t body) const {
    return "object " + std::to_string(scene_.bodies[body].object_index) + " (" + scene_.bodies[body].name + ")";
  }

  /// A link of a robot may swing to and fro within a frame: that is a finding only if more than a quarter of its frames are so.
  void check_velocities(std::size_t body) {
    if (scene_.bodies[body].motion != Motion::kDynamic) return;
    std::vector<std::size_t> moving;
    for (std::size_t t = 0; t + 1 < states_.size(); ++t) {
      if (!moves_as_its_velocity(t, body)) moving.push_back(t);
      check_rotation(t, body);
    }
    const bool is_link = !is_free(scene_, body);
    if (is_link && moving.size() <= std::max<std::size_t>(1, states_.size() / 4)) return;
    for (const std::size_t t : moving) {
      tell_(static_cast<std::int64_t>(t), "object_velocity", who(body) + " does not move as its velocity says",
            "about " + text_of(mean_velocity(t, body)) + " m/s", "poses change by " + text_of(moved(t, body)) + " m/s");
    }
  }

  dvec3 moved(std::size_t t, std::size_t body) const {
    return (states_[t + 1].bodies[body].world_from_body.position - states_[t].bodies[body].world_from_body.position) / dt_;
  }

  dvec3 mean_velocity(std::size_t t, std::size_t body) const {
    return 0.5 * (states_[t].bodies[body].linear_velocity_world + states_[t + 1].bodies[body].linear_velocity_world);
  }

  /// What a body moves by within a frame lies between its velocities at both ends, give or take what gravity adds.
  bool moves_as_its_velocity(std::size_t t, std::size_t body) const {
    const BodyState& a = states_[t].bodies[body];
    const BodyState& b = states_[t + 1].bodies[body];
    const double spread = 0.5 * glm::length(b.linear_velocity_world - a.linear_velocity_world);
    const double speed = std::max(glm::length(a.linear_velocity_world), glm::length(b.linear_velocity_world));
    const double gravity = glm::length(scene_.physics.gravity_m_s2) * dt_;
    return glm::length(moved(t, body) - mean_velocity(t, body)) <= 1.2 * spread + gravity + kSpeedSlackMS + 0.05 * speed;
  }

  void check_rotation(std::size_t t, std::size_t body) {
    const BodyState& a = states_[t].bodies[body];
    const BodyState& b = states_[t + 1].bodies[body];
    // Within a frame an impact or a joint may turn a body faster than both ends show; in free flight nothing does.
    if (!is_free(scene_, body) || touches(t, body) || touches(t + 1, body)) return;
    const dvec3 turned = turn(a.world_from_body.rotation, b.world_from_body.rotation) / dt_;
    const dvec3 mean_rate = 0.5 * (a.angular_velocity_world + b.angular_velocity_world);
    const double rate_spread = 0.5 * glm::length(b.angular_velocity_world - a.angular_velocity_world);
    const double rate = std::max(glm::length(a.angular_velocity_world), glm::length(b.angular_velocity_world));
    const bool wraps = rate * dt_ > 2.5;  // more than can be told from two poses
    if (!wraps && glm::length(turned - mean_rate) > 1.2 * rate_spread + kRateSlackRadS + 0.1 * rate) {
      tell_(static_cast<std::int64_t>(t), "object_velocity", who(body) + " does not turn as its angular velocity says",
            "about " + text_of(mean_rate) + " rad/s", "poses turn by " + text_of(turned) + " rad/s");
    }
  }

  bool touches(std::size_t t, std::size_t body) const {
    const auto index = static_cast<int>(body);
    return std::any_of(states_[t].contacts.begin(), states_[t].contacts.end(),
                       [&](const Contact& c) { return c.a.index == index || c.b.index == index; });
  }

  dvec3 mass_center_velocity(const BodyState& state, const Body& body) const {
    const dvec3 arm = state.world_from_body.rotation * body.mass.body_from_inertia.position;
    return state.linear_velocity_world + glm::cross(state.angular_velocity_world, arm);
  }

  /// m dv = (forces of the contacts + m g) dt, of the mass centre.
  void check_momentum(std::size_t t, std::size_t body) {
    const Body& about = scene_.bodies[body];
    const dvec3 change = mass_center_velocity(states_[t + 1].bodies[body], about) - mass_center_velocity(states_[t].bodies[body], about);
    dvec3 force(0.0);
    double exchanged = 0.0;
    for (const Contact& contact : states_[t + 1].contacts) {
      if (static_cast<std::size_t>(contact.b.index) == body) force += contact.force_world_n;
      if (static_cast<std::size_t>(contact.a.index) == body) force -= contact.force_world_n;
      if (static_cast<std::size_t>(contact.a.index) == body || static_cast<std::size_t>(contact.b.index) == body) {
        exchanged += glm::length(contact.force_world_n);
      }
    }
    const double mass = about.mass.mass_kg;
    const dvec3 expected = (force / mass + scene_.physics.gravity_m_s2) * dt_;
    const double scale = exchanged / mass * dt_ + glm::length(scene_.physics.gravity_m_s2) * dt_;
    const double share = exchanged > 0.0 ? kMomentumShare : kFreeFlightShare;
    const double speed = glm::length(states_[t].bodies[body].linear_velocity_world);
    if (glm::length(change - expected) <= share * scale + kSpeedSlackMS + 0.01 * speed) return;
    tell_(static_cast<std::int64_t>(t + 1), exchanged > 0.0 ? "contact" : "object_velocity",
          who(body) + (exchanged > 0.0 ? ": its contacts and gravity do not explain how its velocity changed"
                                       : ": nothing touches it, yet its velocity does not change by gravity"),
          "a change by " + text_of(expected) + " m/s", text_of(change) + " m/s");
  }

  /// The point lies at both bodies, but for what they moved since it was there.
  void check_contact(std::size_t t, const Contact& contact) {
    for (const BodyId id : {contact.a, contact.b}) {
      const auto body = static_cast<std::size_t>(id.index);
      if (has_plane(id)) continue;  // collides without end, however large it is drawn
      const BodyState& state = states_[t].bodies[body];
      const Bounds bounds = body_bounds(scene_, id);
      const dvec3 point = glm::conjugate(state.world_from_body.rotation) * (contact.point_world - state.world_from_body.position);
      const double moved = dt_ * (glm::length(state.linear_velocity_world) + glm::length(states_[t - 1].bodies[body].linear_velocity_world) +
                                  glm::length(point) * glm::length(state.angular_velocity_world));
      const dvec3 outside = glm::max(glm::max(bounds.lower - point, point - bounds.upper), dvec3(0.0));
      if (glm::length(outside) <= kContactSlackM + moved) continue;
      tell_(static_cast<std::int64_t>(t), "contact", who(body) + " is nowhere near the contact's point",
            "within " + format_number(kContactSlackM + moved) + " m", format_number(glm::length(outside)) + " m away");
    }
  }

  bool has_plane(BodyId body) const {
    return std::any_of(scene_.shapes.begin(), scene_.shapes.end(), [&](const Shape& shape) {
      return shape.type == ShapeType::kPlane && shape.body == body;
    });
  }

  const Scene& scene_;
  const std::vector<State>& states_;
  const double dt_;
  const TellMotion& tell_;
};

}  // namespace

void audit_motion(const Scene& scene, const std::vector<State>& states, double frame_rate_hz, const TellMotion& tell) {
  MotionAudit(scene, states, frame_rate_hz, tell).run();
}

}  // namespace diorama
