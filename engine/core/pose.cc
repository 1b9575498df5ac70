#include "engine/core/pose.h"

#include <cmath>

#include "engine/core/check.h"

namespace diorama {

dquat rotation_from_z(const dvec3& direction) {
  const dvec3 z(0, 0, 1);
  const double cosine = glm::dot(z, direction);
  if (cosine < -1.0 + 1e-12) return dquat(0.0, 1.0, 0.0, 0.0);  // half turn about x
  const dvec3 axis = glm::cross(z, direction);
  return glm::normalize(dquat(1.0 + cosine, axis.x, axis.y, axis.z));
}

Pose look_at(const dvec3& eye, const dvec3& target, const dvec3& up) {
  const dvec3 toward = target - eye;
  DIORAMA_CHECK(glm::length(toward) > 0.0);
  const dvec3 forward = glm::normalize(toward);
  dvec3 right = glm::cross(forward, up);
  if (glm::length(right) < 1e-9) right = glm::cross(forward, dvec3(0, 1, 0));
  if (glm::length(right) < 1e-9) right = glm::cross(forward, dvec3(1, 0, 0));
  right = glm::normalize(right);
  const dvec3 down = glm::cross(forward, right);
  return {eye, glm::normalize(glm::quat_cast(dmat3(right, down, forward)))};
}

}  // namespace diorama
