// What may touch what in Bullet, and with which friction and restitution. Owner: BulletModel.
// PairFilter and surfaces are read-only while stepping; the combine rules are process-global and
// installed once, thread-safely.
#pragma once

#include <vector>

#include <BulletCollision/BroadphaseCollision/btOverlappingPairCache.h>
#include <BulletCollision/CollisionDispatch/btCollisionObject.h>

namespace diorama {

/// What touching needs of a material; a pair takes the larger of each, as in MuJoCo.
struct Surface {
  double friction = 0.0;
  double torsional_m = 0.0;
  double rolling_m = 0.0;
  double restitution = 0.0;
};

/// Replaces Bullet's products by the larger value, for all worlds of the process. Thread-safe.
void install_combine_rules();

/// Gives an object its surfaces, one per child of its compound (or one). They must outlive the
/// object.
void set_surfaces(btCollisionObject& object, const std::vector<Surface>& surfaces);

/// MuJoCo's rule: bodies that are welded together never touch, nor does a body touch its parent,
/// except that everything touches the static world. Objects carry their body's index as user index.
class PairFilter : public btOverlapFilterCallback {
 public:
  /// Per body: its weld group (-1 = the static world), and the weld group that its group's joints
  /// connect to.
  PairFilter(std::vector<int> weld, std::vector<int> weld_parent);
  bool needBroadphaseCollision(btBroadphaseProxy* proxy_a,
                               btBroadphaseProxy* proxy_b) const override;

 private:
  std::vector<int> weld_;
  std::vector<int> weld_parent_;
};

}  // namespace diorama
