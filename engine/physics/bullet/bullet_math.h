// Conversions between our vectors and poses and Bullet's. The only place that knows Bullet's x, y,
// z, w.
#pragma once

#include "engine/core/pose.h"

#include <LinearMath/btTransform.h>

namespace diorama {

static_assert(sizeof(btScalar) == sizeof(double),
              "link bullet-float64: physics is in double precision");

inline btVector3 to_bullet(const dvec3& v) { return {v.x, v.y, v.z}; }
inline btQuaternion to_bullet(const dquat& q) { return {q.x, q.y, q.z, q.w}; }
inline btTransform to_bullet(const Pose& pose) {
  return btTransform(to_bullet(pose.rotation), to_bullet(pose.position));
}
inline dvec3 from_bullet(const btVector3& v) { return {v.x(), v.y(), v.z()}; }
inline dquat from_bullet(const btQuaternion& q) { return quat_wxyz(q.w(), q.x(), q.y(), q.z()); }

}  // namespace diorama
