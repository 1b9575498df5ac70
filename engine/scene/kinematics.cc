// Poses of nodes, cameras and lights, and the initial state by forward kinematics.
#include <cmath>

#include "engine/core/check.h"
#include "engine/scene/scene.h"

namespace diorama {
namespace {

Pose world_from_parent(const std::vector<Pose>& world_from_node, const Node& node) {
  return node.parent.valid() ? world_from_node[node.parent.index] : Pose{};
}

dvec3 subtree_com(const Scene& scene, const std::vector<Pose>& world_from_node, BodyId root) {
  std::vector<bool> inside(scene.bodies.size(), false);
  dvec3 sum(0.0);
  double mass = 0.0;
  for (std::size_t b = 0; b < scene.bodies.size(); ++b) {  // parents come first
    const Body& body = scene.bodies[b];
    inside[b] = BodyId(b) == root || (body.parent.valid() && inside[body.parent.index]);
    if (!inside[b] || body.motion == Motion::kStatic) continue;
    const Pose& world_from_body = world_from_node[body.node.index];
    sum += body.mass.mass_kg * world_from_body.transform_point(body.mass.body_from_inertia.position);
    mass += body.mass.mass_kg;
  }
  return mass > 0.0 ? sum / mass : world_from_node[scene.bodies[root.index].node.index].position;
}

dvec3 body_origin(const Scene& scene, const std::vector<Pose>& world_from_node, BodyId body) {
  return world_from_node[scene.bodies[body.index].node.index].position;
}

// A look-at that keeps its orientation when eye and target coincide.
Pose aim_camera(const Pose& current, const dvec3& target) {
  if (glm::length(target - current.position) < 1e-9) return current;
  return look_at(current.position, target);
}

}  // namespace

std::vector<Pose> initial_node_poses(const Scene& scene) {
  std::vector<Pose> poses;
  poses.reserve(scene.nodes.size());
  for (const Node& node : scene.nodes) poses.push_back(world_from_parent(poses, node) * node.parent_from_node);
  return poses;
}

std::vector<Pose> node_poses(const Scene& scene, const State& state) {
  std::vector<Pose> poses;
  poses.reserve(scene.nodes.size());
  for (const Node& node : scene.nodes) {
    poses.push_back(node.body.valid() ? state.bodies[node.body.index].world_from_body
                                      : world_from_parent(poses, node) * node.parent_from_node);
  }
  return poses;
}

Pose camera_pose(const Scene& scene, CameraId id, const State& state, const std::vector<Pose>& world_from_node,
                 const std::vector<Pose>& initial) {
  const Camera& camera = scene.cameras[id.index];
  const Pose at_node = world_from_node[camera.node.index];
  switch (camera.motion) {
    case CameraMotion::kMounted:
      return at_node;
    case CameraMotion::kOrbit: {
      const double azimuth = camera.orbit_phase_rad + camera.orbit_rate_rad_s * state.time_s;
      const dvec3 offset(camera.orbit_radius_m * std::cos(azimuth), camera.orbit_radius_m * std::sin(azimuth),
                         camera.orbit_height_m);
      const dvec3 target =
          camera.target.valid() ? body_origin(scene, world_from_node, camera.target) : camera.orbit_center_world;
      return aim_camera({camera.orbit_center_world + offset, identity_quat()}, target);
    }
    case CameraMotion::kTrack:
    case CameraMotion::kTrackCom: {
      const bool com = camera.motion == CameraMotion::kTrackCom;
      const dvec3 then = com ? subtree_com(scene, initial, camera.target) : body_origin(scene, initial, camera.target);
      const dvec3 now =
          com ? subtree_com(scene, world_from_node, camera.target) : body_origin(scene, world_from_node, camera.target);
      const Pose& first = initial[camera.node.index];
      return {first.position + (now - then), first.rotation};
    }
    case CameraMotion::kTarget:
      return aim_camera(at_node, body_origin(scene, world_from_node, camera.target));
    case CameraMotion::kTargetCom:
      return aim_camera(at_node, subtree_com(scene, world_from_node, camera.target));
  }
  return at_node;
}

Pose light_pose(const Scene& scene, LightId id, const std::vector<Pose>& world_from_node,
                const std::vector<Pose>& initial) {
  const Light& light = scene.lights[id.index];
  const Pose at_node = world_from_node[light.node.index];
  if (!light.target.valid()) return at_node;
  const dvec3 target = body_origin(scene, world_from_node, light.target);
  if (light.tracks_target) {
    const Pose& first = initial[light.node.index];
    return {first.position + (target - body_origin(scene, initial, light.target)), first.rotation};
  }
  const dvec3 toward = target - at_node.position;
  if (glm::length(toward) < 1e-9) return at_node;
  return {at_node.position, rotation_from_z(glm::normalize(toward))};
}

State initial_state(const Scene& scene) {
  State state;
  state.qpos.assign(scene.num_positions(), 0.0);
  state.qvel.assign(scene.num_velocities(), 0.0);
  const std::vector<Pose> at_rest = initial_node_poses(scene);
  state.bodies.resize(scene.bodies.size());

  std::size_t joint = 0;
  int qpos = 0;
  int qvel = 0;
  for (std::size_t b = 0; b < scene.bodies.size(); ++b) {
    const Body& body = scene.bodies[b];
    BodyState& now = state.bodies[b];
    const Pose rest = at_rest[body.node.index];
    // The frame that this body's first joint moves it in, carried along by its parent.
    BodyState carrier;
    Pose carrier_at_rest;
    if (body.parent.valid()) {
      carrier = state.bodies[body.parent.index];
      carrier_at_rest = at_rest[scene.bodies[body.parent.index].node.index];
    }
    now.world_from_body = carrier.world_from_body * (inverse(carrier_at_rest) * rest);
    now.angular_velocity_world = carrier.angular_velocity_world;
    now.linear_velocity_world =
        carrier.linear_velocity_world + glm::cross(carrier.angular_velocity_world, now.world_from_body.position -
                                                                                       carrier.world_from_body.position);
    for (; joint < scene.joints.size() && scene.joints[joint].body == BodyId(b); ++joint) {
      const Joint& j = scene.joints[joint];
      Pose& pose = now.world_from_body;
      switch (j.type) {
        case JointType::kFree: {
          now.linear_velocity_world = body.initial_linear_velocity_world;
          now.angular_velocity_world = body.initial_angular_velocity_world;
          const auto q = to_wxyz(pose.rotation);
          const dvec3 spin_body = glm::conjugate(pose.rotation) * now.angular_velocity_world;
          for (int k = 0; k < 3; ++k) {
            state.qpos[qpos + k] = pose.position[k];
            state.qvel[qvel + k] = now.linear_velocity_world[k];
            state.qvel[qvel + 3 + k] = spin_body[k];
          }
          for (int k = 0; k < 4; ++k) state.qpos[qpos + 3 + k] = q[k];
          break;
        }
        case JointType::kBall:
          state.qpos[qpos] = 1.0;
          break;
        case JointType::kHinge: {
          state.qpos[qpos] = j.initial_position;
          state.qvel[qvel] = j.initial_velocity;
          const dvec3 axis_world = pose.rotate(j.axis_body);
          const dvec3 anchor_world = pose.transform_point(j.anchor_body);
          const dvec3 before = pose.position;
          pose.rotation = glm::normalize(pose.rotation * glm::angleAxis(j.initial_position, j.axis_body));
          pose.position = anchor_world - pose.rotation * j.anchor_body;
          // What moved so far carries the origin at its new place.
          now.linear_velocity_world += glm::cross(now.angular_velocity_world, pose.position - before);
          const dvec3 spin = j.initial_velocity * axis_world;
          now.angular_velocity_world += spin;
          now.linear_velocity_world += glm::cross(spin, pose.position - anchor_world);
          break;
        }
        case JointType::kSlide: {
          state.qpos[qpos] = j.initial_position;
          state.qvel[qvel] = j.initial_velocity;
          const dvec3 axis_world = pose.rotate(j.axis_body);
          const dvec3 shift = j.initial_position * axis_world;
          pose.position += shift;
          now.linear_velocity_world += glm::cross(now.angular_velocity_world, shift) + j.initial_velocity * axis_world;
          break;
        }
      }
      qpos += num_positions(j.type);
      qvel += num_velocities(j.type);
    }
  }
  return state;
}

}  // namespace diorama
