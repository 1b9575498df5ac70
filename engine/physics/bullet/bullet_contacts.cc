#include "engine/physics/bullet/bullet_contacts.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include <BulletCollision/CollisionDispatch/btCollisionObjectWrapper.h>
#include <BulletCollision/CollisionDispatch/btManifoldResult.h>

namespace diorama {
namespace {

btScalar larger_friction(const btCollisionObject* a, const btCollisionObject* b) {
  return std::max(a->getFriction(), b->getFriction());
}
btScalar larger_rolling(const btCollisionObject* a, const btCollisionObject* b) {
  return std::max(a->getRollingFriction(), b->getRollingFriction());
}
btScalar larger_spinning(const btCollisionObject* a, const btCollisionObject* b) {
  return std::max(a->getSpinningFriction(), b->getSpinningFriction());
}
btScalar larger_restitution(const btCollisionObject* a, const btCollisionObject* b) {
  return std::max(a->getRestitution(), b->getRestitution());
}

const Surface* surface_at(const btCollisionObject* object, int child) {
  const auto* surfaces = static_cast<const std::vector<Surface>*>(object->getUserPointer());
  if (surfaces == nullptr || surfaces->empty()) return nullptr;
  const bool has_child = child >= 0 && child < static_cast<int>(surfaces->size());
  return &(*surfaces)[has_child ? child : 0];
}

/// Bullet knows one surface per object; here the children that really touch decide.
bool use_child_surfaces(btManifoldPoint& point, const btCollisionObjectWrapper* a, int, int child_a,
                        const btCollisionObjectWrapper* b, int, int child_b) {
  const Surface* of_a = surface_at(a->getCollisionObject(), child_a);
  const Surface* of_b = surface_at(b->getCollisionObject(), child_b);
  if (of_a == nullptr || of_b == nullptr) return false;
  point.m_combinedFriction = std::max(of_a->friction, of_b->friction);
  point.m_combinedRollingFriction = std::max(of_a->rolling_m, of_b->rolling_m);
  point.m_combinedSpinningFriction = std::max(of_a->torsional_m, of_b->torsional_m);
  point.m_combinedRestitution = std::max(of_a->restitution, of_b->restitution);
  return true;
}

bool same(const Surface& a, const Surface& b) {
  return a.friction == b.friction && a.torsional_m == b.torsional_m && a.rolling_m == b.rolling_m &&
         a.restitution == b.restitution;
}

}  // namespace

void install_combine_rules() {
  static std::once_flag once;
  std::call_once(once, [] {
    gCalculateCombinedFrictionCallback = larger_friction;
    gCalculateCombinedRollingFrictionCallback = larger_rolling;
    gCalculateCombinedSpinningFrictionCallback = larger_spinning;
    gCalculateCombinedRestitutionCallback = larger_restitution;
    gContactAddedCallback = use_child_surfaces;
  });
}

void set_surfaces(btCollisionObject& object, const std::vector<Surface>& surfaces) {
  const Surface& first = surfaces.front();
  object.setUserPointer(
      const_cast<std::vector<Surface>*>(&surfaces));  // Bullet's pointer is not const
  object.setFriction(first.friction);
  object.setRollingFriction(first.rolling_m);
  object.setSpinningFriction(first.torsional_m);
  object.setRestitution(first.restitution);
  bool bounces = false;
  bool differ = false;
  for (const Surface& surface : surfaces) {
    bounces = bounces || surface.restitution > 0.0;
    differ = differ || !same(surface, first);
  }
  // Speculative contacts brake a body before it touches, which spoils its bounce: none for a body
  // that bounces.
  if (bounces) object.setContactProcessingThreshold(0.0);
  if (differ) {
    object.setCollisionFlags(object.getCollisionFlags() |
                             btCollisionObject::CF_CUSTOM_MATERIAL_CALLBACK);
  }
}

PairFilter::PairFilter(std::vector<int> weld, std::vector<int> weld_parent)
    : weld_(std::move(weld)), weld_parent_(std::move(weld_parent)) {}

bool PairFilter::needBroadphaseCollision(btBroadphaseProxy* proxy_a,
                                         btBroadphaseProxy* proxy_b) const {
  const int a = static_cast<btCollisionObject*>(proxy_a->m_clientObject)->getUserIndex();
  const int b = static_cast<btCollisionObject*>(proxy_b->m_clientObject)->getUserIndex();
  if (weld_[a] == weld_[b]) return false;
  if (weld_[a] < 0 || weld_[b] < 0) return true;
  return weld_parent_[a] != weld_[b] && weld_parent_[b] != weld_[a];
}

}  // namespace diorama
