// SceneLayout: what all scenes of one scenario have in common, and so the shapes of a dataset's columns. Value.
#pragma once

#include <string>
#include <vector>

#include "engine/scene/body.h"

namespace diorama {

/// One camera's place in the dataset.
struct ViewLayout {
  std::string name;   ///< The camera's. The first view's columns carry no suffix.
  int width_px = 0;
  int height_px = 0;
  double near_m = 0.0;
  double far_m = 0.0;
};

/// A named factor of variation: column `variation.<name>`.
struct FactorLayout {
  std::string name;
  int width = 1;       ///< Values per row; 4 for a rotation (w, x, y, z), else 1.
  std::string unit;    ///< Of the fields that it drives, "" if they have none.
  std::string meaning; ///< One sentence: distribution and the fields that it drives.
};

/// One slot of the object columns; scatter groups have as many as they may ever hold.
struct ObjectSlot {
  std::string name;        ///< Body name; in a group "<group>/<k>".
};

/// One joint's place in the padded qpos and qvel.
struct JointSlot {
  std::string name;       ///< As in Scene::joints; group bodies: "<group>/<k>".
  int qpos_offset = 0;
  int qvel_offset = 0;
  JointType type = JointType::kFree;
};

struct SceneLayout {
  std::vector<ObjectSlot> objects;        ///< (N), indexed by Body::object_index.
  std::vector<std::string> class_names;   ///< Class id k + 1 is class_names[k]; 0 = no class.
  std::vector<JointSlot> joints;
  std::vector<std::string> actuators;     ///< (A) names; may be empty.
  std::vector<int> actuated_joints;       ///< Indices into `joints`, ascending: those that an actuator acts on.
  std::vector<ViewLayout> views;          ///< At least one.
  std::vector<FactorLayout> factors;
  int num_positions = 0;                  ///< Padded qpos.
  int num_velocities = 0;
  int num_sensor_values = 0;
  int num_solver_values = 0;              ///< As ModelFile's.
  int max_contacts = 0;                   ///< C: object pairs in contact per frame; more rejects the episode.
  int num_tracks = 0;                     ///< P: points that the channel `tracks` follows.
};

/// Id of a class name: 0 = none or unknown, k = class_names[k - 1].
int class_id(const SceneLayout& layout, const std::string& class_name);

}  // namespace diorama
