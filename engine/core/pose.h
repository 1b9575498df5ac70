// Vectors, quaternions and rigid transforms in double precision. Values.
//
// Quaternions: GLM keeps x, y, z, w in memory; text and files are w, x, y, z. Never memcpy one: use
// `quat_wxyz` and `to_wxyz`.
#pragma once

#include <array>

#include <glm/glm.hpp>
#include <glm/gtc/quaternion.hpp>

namespace diorama {

using glm::dmat3;
using glm::dquat;
using glm::dvec2;
using glm::dvec3;
using glm::dvec4;

inline dquat quat_wxyz(double w, double x, double y, double z) { return dquat(w, x, y, z); }
inline dquat identity_quat() { return dquat(1.0, 0.0, 0.0, 0.0); }
inline std::array<double, 4> to_wxyz(const dquat& q) { return {q.w, q.x, q.y, q.z}; }

/// A rigid transform `a_from_b`: takes coordinates in frame b to frame a. Metres; unit quaternion.
/// Compose by name: world_from_camera = world_from_body * body_from_camera.
struct Pose {
  dvec3 position{0.0};
  dquat rotation = identity_quat();

  /// A point of frame b, in frame a.
  dvec3 transform_point(const dvec3& point_b) const { return position + rotation * point_b; }
  /// A direction (or free vector) of frame b, in frame a.
  dvec3 rotate(const dvec3& vector_b) const { return rotation * vector_b; }
};

inline Pose operator*(const Pose& a_from_b, const Pose& b_from_c) {
  return {a_from_b.transform_point(b_from_c.position), a_from_b.rotation * b_from_c.rotation};
}

inline Pose inverse(const Pose& a_from_b) {
  const dquat back = glm::conjugate(a_from_b.rotation);
  return {back * -a_from_b.position, back};
}

/// Rotation that takes the z axis to the unit vector `direction` by the shortest arc.
dquat rotation_from_z(const dvec3& direction);

/// World pose of a camera (x right, y down, z forward) at `eye` that looks at `target` with `up` upward in the
/// image. Where the view is parallel to `up`, world y serves as up. `eye` and `target` must differ.
Pose look_at(const dvec3& eye, const dvec3& target, const dvec3& up = dvec3(0, 0, 1));

}  // namespace diorama
