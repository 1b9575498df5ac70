#include "apps/editor/session/same_physics.h"

#include <algorithm>
#include <tuple>

namespace diorama::editor {
namespace {

// Structures are taken apart whole, so that a field that is added to one does not compile until it
// is decided here whether physics sees it.

bool same(const Pose& a, const Pose& b) {
  return a.position == b.position && a.rotation == b.rotation;
}

bool same(const MassProperties& a, const MassProperties& b) {
  const auto& [mass, frame, inertia] = a;
  return mass == b.mass_kg && same(frame, b.body_from_inertia) && inertia == b.principal_inertia;
}

bool same(const Body& a, const Body& b) {
  const auto& [name, class_name, class_id, node, parent, motion, mass, linear, angular,
               object_index, articulation] = a;
  return parent == b.parent && motion == b.motion && same(mass, b.mass) &&
         linear == b.initial_linear_velocity_world && angular == b.initial_angular_velocity_world &&
         object_index == b.object_index && articulation == b.articulation;
}

bool same(const Joint& a, const Joint& b) {
  const auto& [name, body, type, anchor, axis, limited, lower, upper, damping, stiffness, armature,
               position, velocity] = a;
  return std::tie(body, type, anchor, axis, limited, lower, upper, damping, stiffness, armature,
                  position, velocity) ==
         std::tie(b.body, b.type, b.anchor_body, b.axis_body, b.limited, b.lower, b.upper,
                  b.damping, b.stiffness, b.armature, b.initial_position, b.initial_velocity);
}

bool same(const Actuator& a, const Actuator& b) {
  const auto& [name, joint, type, lower, upper, gear, gain, damping_gain, force_limit] = a;
  return std::tie(joint, type, lower, upper, gear, gain, damping_gain, force_limit) ==
         std::tie(b.joint, b.type, b.control_lower, b.control_upper, b.gear, b.gain, b.damping_gain,
                  b.force_limit);
}

bool same(const PhysicsSettings& a, const PhysicsSettings& b) {
  const auto& [gravity, rate, iterations] = a;
  return std::tie(gravity, rate, iterations) ==
         std::tie(b.gravity_m_s2, b.step_rate_hz, b.solver_iterations);
}

bool same(const std::optional<ModelFile>& a, const std::optional<ModelFile>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->path == b->path && a->files == b->files;  // The hashes of all that it is made of.
}

bool same(const EpisodeConfig& a, const EpisodeConfig& b) {
  const auto& [frames, rate, settle, controller] = a;
  const auto& [type, amplitude, frequency] = controller;
  return std::tie(rate, settle, type, amplitude, frequency) ==
         std::tie(b.frame_rate_hz, b.settle_time_s, b.controller.type, b.controller.amplitude,
                  b.controller.frequency_hz);
}

template <typename T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const T& x, const T& y) { return same(x, y); });
}

/// A scene with the world poses of its nodes: the nodes' numbers differ with every camera.
class Placed {
 public:
  explicit Placed(const Scene& scene) : scene_(scene), poses_(initial_node_poses(scene)) {}

  bool has_same_places(const Placed& other) const {
    for (std::size_t i = 0; i < scene_.bodies.size(); ++i) {
      if (!same(pose(scene_.bodies[i].node), other.pose(other.scene_.bodies[i].node))) return false;
    }
    return std::equal(scene_.shapes.begin(), scene_.shapes.end(), other.scene_.shapes.begin(),
                      other.scene_.shapes.end(), [&](const Shape& mine, const Shape& theirs) {
                        return is_same(mine, other, theirs);
                      });
  }

 private:
  const Pose& pose(NodeId node) const { return poses_[static_cast<std::size_t>(node.index)]; }

  bool is_same(const Shape& mine, const Placed& other, const Shape& theirs) const {
    const auto& [name, node, body, type, size, mesh, material, collides, visible] = mine;
    if (body != theirs.body || collides != theirs.collides) return false;
    // What does not collide has weight alone, and that is the body's.
    return !collides || (type == theirs.type && size == theirs.size &&
                         same(pose(node), other.pose(theirs.node)) &&
                         same_form(scene_.mesh_of(mine), other.scene_.mesh_of(theirs)) &&
                         same_touch(scene_, material, other.scene_, theirs.material));
  }

  static bool same_form(const Mesh* a, const Mesh* b) {
    if (a == nullptr || b == nullptr || a == b) return a == b;
    return a->positions == b->positions && a->triangles == b->triangles;
  }

  static bool same_touch(const Scene& a, MaterialId x, const Scene& b, MaterialId y) {
    if (!x.valid() || !y.valid()) return x.valid() == y.valid();
    const Material& m = a.materials[static_cast<std::size_t>(x.index)];
    const Material& n = b.materials[static_cast<std::size_t>(y.index)];
    return m.friction == n.friction && m.torsional_friction_m == n.torsional_friction_m &&
           m.rolling_friction_m == n.rolling_friction_m && m.restitution == n.restitution;
  }

  const Scene& scene_;
  std::vector<Pose> poses_;
};

}  // namespace

bool same_physics(const SimScene& a, const SimScene& b) {
  const Scene& x = a.scene();
  const Scene& y = b.scene();
  return a.physics == b.physics && a.key.seed == b.key.seed && a.key.episode == b.key.episode &&
         same(a.sample.episode, b.sample.episode) && same(x.physics, y.physics) &&
         same(x.model, y.model) && same(x.bodies, y.bodies) && same(x.joints, y.joints) &&
         same(x.actuators, y.actuators) && Placed(x).has_same_places(Placed(y));
}

}  // namespace diorama::editor
