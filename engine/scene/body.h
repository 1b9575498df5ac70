// Rigid bodies, the joints that connect them and the actuators that drive the joints. Plain values inside Scene.
#pragma once

#include <string>

#include "engine/core/pose.h"
#include "engine/scene/ids.h"

namespace diorama {

/// Mass of a body and how it is spread. Both engines get these numbers as they are.
struct MassProperties {
  double mass_kg = 0.0;
  Pose body_from_inertia;              ///< Origin = centre of mass, axes = principal axes.
  dvec3 principal_inertia{0.0};        ///< kg m^2 about the principal axes, all > 0 for a dynamic body.
};

enum class Motion {
  kStatic,   ///< Never moves.
  kDynamic,  ///< Moved by forces, through its joints.
};

/// One rigid body = one object of the dataset. Its frame is the body origin, not the centre of mass.
struct Body {
  std::string name;        ///< Unique in the scene.
  std::string class_name;  ///< Semantic class such as "ball"; "" means no class.
  int class_id = 0;        ///< 0 = none, k = SceneLayout::class_names[k - 1].
  NodeId node;             ///< The node that this body moves. Its initial world pose is the body's.
  BodyId parent;           ///< The body that its joints connect to; invalid = the world.
  Motion motion = Motion::kDynamic;
  MassProperties mass;     ///< Ignored for a static body.
  dvec3 initial_linear_velocity_world{0.0};   ///< m/s of the body origin; free bodies only.
  dvec3 initial_angular_velocity_world{0.0};  ///< rad/s; free bodies only.
  int object_index = -1;   ///< Slot in the dataset's object columns; segmentation id = object_index + 1.
  int articulation = -1;   ///< Bodies connected by joints share a number; -1 = free or static.
};

enum class JointType {
  kFree,   ///< 6 degrees of freedom. position x,y,z,qw,qx,qy,qz (world); velocity: linear (world axes), angular (body axes).
  kBall,   ///< 3. position qw,qx,qy,qz (parent from child); velocity rad/s in child axes.
  kHinge,  ///< 1. rad, rad/s about `axis_body`.
  kSlide,  ///< 1. m, m/s along `axis_body`.
};

constexpr int num_positions(JointType type) {
  return type == JointType::kFree ? 7 : type == JointType::kBall ? 4 : 1;
}
constexpr int num_velocities(JointType type) {
  return type == JointType::kFree ? 6 : type == JointType::kBall ? 3 : 1;
}

/// "free", "ball", "hinge" or "slide".
constexpr const char* joint_type_name(JointType type) {
  switch (type) {
    case JointType::kFree:
      return "free";
    case JointType::kBall:
      return "ball";
    case JointType::kHinge:
      return "hinge";
    case JointType::kSlide:
      return "slide";
  }
  return "";
}

/// How a body may move relative to its parent body. Several joints of one body act in their order, the first
/// nearest to the parent. A dynamic body without a joint is welded to its parent (to the world if it has none).
struct Joint {
  std::string name;  ///< Unique in the scene.
  BodyId body;       ///< The child. A free joint's body has no parent.
  JointType type = JointType::kFree;
  dvec3 anchor_body{0.0};         ///< In the child's frame, m.
  dvec3 axis_body{0.0, 0.0, 1.0};  ///< Unit, in the child's frame; hinge and slide.
  bool limited = false;
  double lower = 0.0;              ///< rad or m, relative to the initial pose; hinge and slide.
  double upper = 0.0;
  double damping = 0.0;            ///< N m s/rad or N s/m.
  double stiffness = 0.0;          ///< N m/rad or N/m, toward position 0.
  double armature = 0.0;           ///< Added inertia: kg m^2 or kg.
  double initial_position = 0.0;   ///< rad or m; hinge and slide. Node poses in Scene are those at position 0.
  double initial_velocity = 0.0;   ///< rad/s or m/s; hinge and slide.
};

enum class ActuatorType {
  kMotor,     ///< control = force (N or N m), times gear.
  kPosition,  ///< force = gain * (control - position) - damping_gain * velocity.
  kVelocity,  ///< force = gain * (control - velocity).
  kModel,     ///< An actuator of the model file, whose engine knows what it does.
};

/// Turns one entry of the action into a force on a joint. The action is in [-1, 1]; the engine gets
/// control = control_lower + (action + 1) / 2 * (control_upper - control_lower).
struct Actuator {
  std::string name;
  JointId joint;  ///< Hinge or slide; for kModel it may be invalid (tendons, sites).
  ActuatorType type = ActuatorType::kMotor;
  double control_lower = -1.0;
  double control_upper = 1.0;
  double gear = 1.0;          ///< kMotor.
  double gain = 0.0;          ///< kPosition: N m/rad or N/m; kVelocity: N m s/rad or N s/m.
  double damping_gain = 0.0;  ///< kPosition: N m s/rad or N s/m.
  double force_limit = 0.0;   ///< |force| never exceeds it, N or N m; 0 = no limit.
};

}  // namespace diorama
