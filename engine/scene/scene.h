// Scene: one drawn sample with all numbers concrete. A scene graph (flat array of nodes, parents first) on which
// bodies, shapes, cameras and lights hang by typed index. Value; immutable while stepping, so threads may share it.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/pose.h"
#include "engine/core/status.h"
#include "engine/scene/body.h"
#include "engine/scene/camera.h"
#include "engine/scene/ids.h"
#include "engine/scene/light.h"
#include "engine/scene/material.h"
#include "engine/scene/mesh.h"
#include "engine/scene/shape.h"
#include "engine/scene/state.h"

namespace diorama {

struct Node {
  std::string name;
  NodeId parent;          ///< Invalid = the world. Always a smaller index than the node's own.
  Pose parent_from_node;  ///< Initial; for a body's node the State says where it is later.
  BodyId body;            ///< The body that moves this node, if any.
};

/// A model file (MJCF) that the scene is built on. Its engine steps the file itself, not our copy of it.
struct ModelFile {
  std::filesystem::path path;  ///< Absolute.
  /// SHA-256 of the file and of all that it includes or names (meshes, textures), by path, relative to its folder
  /// unless it names an absolute one.
  std::map<std::string, std::string> files;
  int num_bodies = 0;          ///< The scene's first bodies are the model's, in its order; body 0 is its world body.
  int num_joints = 0;          ///< Likewise.
  int num_actuators = 0;       ///< Likewise.
  int num_sensor_values = 0;
  int num_solver_values = 0;   ///< Activations of actuators, mocap poses and user data: state beside qpos and qvel.
};

/// Numbers that steer the physics. Zero in a solver field means: the engine's shipped default.
struct PhysicsSettings {
  dvec3 gravity_m_s2{0.0, 0.0, -9.81};
  double step_rate_hz = 240.0;
  int solver_iterations = 0;
};

struct Scene {
  std::vector<Node> nodes;
  std::vector<Body> bodies;        ///< Parents before children.
  std::vector<Shape> shapes;
  std::vector<Joint> joints;       ///< In the order of the bodies; gives qpos and qvel their order.
  std::vector<Actuator> actuators;  ///< In the order of the action's entries.
  std::vector<Camera> cameras;     ///< The first is the main view.
  std::vector<Light> lights;
  std::vector<Material> materials;
  std::vector<std::shared_ptr<const Texture>> textures;
  std::vector<std::shared_ptr<const Mesh>> meshes;
  Sky sky;
  double exposure_ev100 = 14.0;
  PhysicsSettings physics;
  std::optional<ModelFile> model;

  int num_positions() const;   ///< Length of qpos.
  int num_velocities() const;  ///< Length of qvel.
  const Mesh* mesh_of(const Shape& shape) const;  ///< Null unless the shape is a mesh.
  std::optional<BodyId> find_body(const std::string& name) const;
  std::optional<CameraId> find_camera(const std::string& name) const;
};

/// Every broken invariant of a scene (orders, indices, unit quaternions, positive sizes and masses), one line
/// each with the object's name; empty means sound. Builders call it, steppers may rely on it.
std::vector<std::string> check_scene(const Scene& scene);

/// World pose of every node at the scene's initial configuration (joints at position 0).
std::vector<Pose> initial_node_poses(const Scene& scene);

/// World pose of every node when the bodies are where `state` says.
std::vector<Pose> node_poses(const Scene& scene, const State& state);

/// World pose of a camera; `world_from_node` are node_poses() of that state, `world_from_node_initial` those of
/// the initial configuration (kTrack keeps the offset it had there).
Pose camera_pose(const Scene& scene, CameraId camera, const State& state, const std::vector<Pose>& world_from_node,
                 const std::vector<Pose>& world_from_node_initial);

/// World pose of a light (its +z is the direction of the light), arguments as for camera_pose.
Pose light_pose(const Scene& scene, LightId light, const std::vector<Pose>& world_from_node,
                const std::vector<Pose>& world_from_node_initial);

/// Bounds of a body's shapes in the body's frame; a body without shapes has zero bounds.
Bounds body_bounds(const Scene& scene, BodyId body);

}  // namespace diorama
