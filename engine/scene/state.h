// State: what changes while a scene is stepped. Values.
#pragma once

#include <vector>

#include "engine/core/pose.h"
#include "engine/scene/ids.h"

namespace diorama {

struct BodyState {
  Pose world_from_body;
  dvec3 linear_velocity_world{0.0};   ///< m/s, of the body origin.
  dvec3 angular_velocity_world{0.0};  ///< rad/s.
};

/// What happened between two bodies over the substeps of one frame.
struct Contact {
  BodyId a;                   ///< a < b
  BodyId b;
  dvec3 point_world{0.0};     ///< m, impulse-weighted.
  dvec3 normal_world{0.0};    ///< Unit, from a to b, impulse-weighted.
  dvec3 force_world_n{0.0};   ///< Mean force on b over the frame period, N.
  double min_gap_m = 0.0;     ///< Smallest distance; negative = penetration.
};

/// Everything at one time. `bodies` runs parallel to Scene::bodies.
struct State {
  double time_s = 0.0;
  std::vector<BodyState> bodies;
  std::vector<double> qpos;            ///< Scene::joints in order, layout by JointType.
  std::vector<double> qvel;
  std::vector<double> sensor_values;   ///< Of a model file, in its order; units are the sensors' own.
  std::vector<Contact> contacts;       ///< Since the previous frame, sorted by (a, b); empty in frame 0.
};

/// Where things are before the first step: initial poses, joint positions and velocities of the scene.
/// Bodies under joints are placed by forward kinematics.
struct Scene;
State initial_state(const Scene& scene);

}  // namespace diorama
