// JointRows: the limits and the damping of one joint of a btMultiBody as rows of its constraint solver. Owner:
// BulletModel. Not thread-safe.
//
// Damping is implicit: the row wants v_new = -impulse / (damping dt), so any damping is stable at any step, as in
// MuJoCo. Bullet's own limit lets a fast joint overshoot by a step; this one stops it at the limit.
#pragma once

#include <BulletDynamics/Featherstone/btMultiBodyConstraint.h>

namespace diorama {

class JointRows : public btMultiBodyConstraint {
 public:
  /// Acts on all degrees of freedom of `link`; limits (rad or m) need a hinge or a slide. `body` is final.
  JointRows(btMultiBody* body, int link, double damping, bool limited, double lower, double upper);

  void finalizeMultiDof() override;
  int getIslandIdA() const override { return -1; }  // islands are not split
  int getIslandIdB() const override { return -1; }
  void createConstraintRows(btMultiBodyConstraintArray& rows, btMultiBodyJacobianData& data,
                            const btContactSolverInfo& info) override;
  void debugDraw(btIDebugDraw*) override {}

 private:
  /// Adds a row along degree of freedom `dof` times `sign` and fills what does not depend on its kind.
  btMultiBodySolverConstraint& add_row(int row, int dof, double sign,
                                       btMultiBodyConstraintArray& rows,
                                       btMultiBodyJacobianData& data,
                                       const btContactSolverInfo& info);

  int num_dofs_;
  double damping_;
  bool limited_;
  double lower_;
  double upper_;
};

}  // namespace diorama
