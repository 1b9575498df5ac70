// JointRows: the limits and the damping of one joint of a btMultiBody as rows of its constraint
// solver. Owner: BulletModel. Not thread-safe.
//
// Damping is implicit: the row wants v_new = -impulse / (damping dt), so any damping is stable at
// any step, as in MuJoCo. Bullet's own limit lets a fast joint overshoot by a step; this one stops
// it at the limit.
#pragma once

#include <BulletDynamics/Featherstone/btMultiBodyConstraint.h>
#include <BulletDynamics/Featherstone/btMultiBodyConstraintSolver.h>

#include <vector>

namespace diorama {

class JointRows : public btMultiBodyConstraint {
 public:
  /// Acts on all degrees of freedom of `link`; limits (rad or m) need a hinge or a slide. `body` is
  /// final.
  JointRows(btMultiBody* body, int link, double damping, bool limited, double lower, double upper);

  void finalizeMultiDof() override;
  int getIslandIdA() const override { return -1; }  // islands are not split
  int getIslandIdB() const override { return -1; }
  void createConstraintRows(btMultiBodyConstraintArray& rows, btMultiBodyJacobianData& data,
                            const btContactSolverInfo& info) override;
  void debugDraw(btIDebugDraw*) override {}

 private:
  /// Adds a row along degree of freedom `dof` times `sign` and fills what does not depend on its
  /// kind.
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

/// Bullet's solver with the joints of the whole scene in one solve. Bullet 3.24 drops them when
/// islands are not split (MultiBodyInplaceSolverIslandCallback passes the number of its other
/// constraints), and loses joints of bodies without colliders when they are.
class SceneSolver : public btMultiBodyConstraintSolver {
 public:
  void add(JointRows* rows) { rows_.push_back(rows); }

  void prepareSolve(int, int) override { solved_ = false; }
  void solveMultiBodyGroup(btCollisionObject** bodies, int num_bodies,
                           btPersistentManifold** manifolds, int num_manifolds,
                           btTypedConstraint** constraints, int num_constraints,
                           btMultiBodyConstraint**, int, const btContactSolverInfo& info,
                           btIDebugDraw* debug_drawer, btDispatcher* dispatcher) override;

 private:
  std::vector<btMultiBodyConstraint*> rows_;
  bool solved_ = false;  // in this step; the world calls a second time, with nothing
};

}  // namespace diorama
