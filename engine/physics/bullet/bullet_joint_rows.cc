#include "engine/physics/bullet/bullet_joint_rows.h"

#include <BulletDynamics/Featherstone/btMultiBody.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace diorama {
namespace {

constexpr double kNoLimit = std::numeric_limits<double>::max();

/// A limit's row is made when the joint could get there within this many steps; the row then stops
/// it there.
constexpr double kStepsAhead = 4.0;
constexpr double kNearLimit = 0.01;  // rad or m

}  // namespace

JointRows::JointRows(btMultiBody* body, int link, double damping, bool limited, double lower,
                     double upper)
    : btMultiBodyConstraint(
          body, body, link, body->getLink(link).m_parent,
          (damping > 0.0 ? body->getLink(link).m_dofCount : 0) + (limited ? 2 : 0), true,
          MULTIBODY_CONSTRAINT_LIMIT),
      num_dofs_(body->getLink(link).m_dofCount),
      damping_(damping),
      limited_(limited),
      lower_(lower),
      upper_(upper) {
  m_maxAppliedImpulse = kNoLimit;
  finalizeMultiDof();
}

void JointRows::finalizeMultiDof() {
  allocateJacobiansMultiDof();
  m_numDofsFinalized = m_jacSizeBoth;
}

btMultiBodySolverConstraint& JointRows::add_row(int row, int dof, double sign,
                                                btMultiBodyConstraintArray& rows,
                                                btMultiBodyJacobianData& data,
                                                const btContactSolverInfo& info) {
  const btVector3 none(0, 0, 0);
  jacobianA(row)[6 + m_bodyA->getLink(m_linkA).m_dofOffset + dof] = sign;
  btMultiBodySolverConstraint& added = rows.expandNonInitializing();
  fillMultiBodyConstraint(added, data, jacobianA(row), jacobianB(row), none, none, none, none, 0.0,
                          info, -kNoLimit, kNoLimit);
  added.m_orgConstraint = this;
  added.m_orgDofIndex = row;
  // Only read for joint feedback, which nobody asks for; the row comes uninitialised.
  added.m_contactNormal1 = added.m_contactNormal2 = none;
  added.m_relpos1CrossNormal = added.m_relpos2CrossNormal = none;
  added.m_rhsPenetration = 0.0;
  return added;
}

void JointRows::createConstraintRows(btMultiBodyConstraintArray& rows,
                                     btMultiBodyJacobianData& data,
                                     const btContactSolverInfo& info) {
  const btMultibodyLink& link = m_bodyA->getLink(m_linkA);
  const btScalar* velocity = m_bodyA->getJointVelMultiDof(m_linkA);
  const double dt = info.m_timeStep;
  int row = 0;
  if (damping_ > 0.0) {
    for (int dof = 0; dof < num_dofs_; ++dof, ++row) {
      btMultiBodySolverConstraint& added = add_row(row, dof, 1.0, rows, data, info);
      // v_new + impulse / (damping dt) = 0, where v_new = v + impulse / D.
      const double softness = 1.0 / (damping_ * dt);
      const double inverse = 1.0 / (1.0 / added.m_jacDiagABInv + softness);
      added.m_jacDiagABInv = inverse;
      added.m_cfm = softness * inverse;
      added.m_rhs = -velocity[dof] * inverse;
    }
  }
  if (!limited_) return;
  for (const double sign : {1.0, -1.0}) {
    const double gap = sign > 0.0 ? link.m_jointPos[0] - lower_ : upper_ - link.m_jointPos[0];
    const double speed = sign * velocity[0];
    if (gap > kNearLimit + kStepsAhead * dt * std::abs(speed)) continue;
    btMultiBodySolverConstraint& added = add_row(row++, 0, sign, rows, data, info);
    // Reach the limit within the step at most; once beyond, come back by a share of the error per
    // step.
    const double wanted = gap > 0.0 ? -gap / dt : -gap * info.m_erp / dt;
    added.m_rhs = (wanted - speed) * added.m_jacDiagABInv;
    added.m_cfm = 0.0;
    added.m_lowerLimit = 0.0;
    added.m_upperLimit = kNoLimit;
  }
}

void SceneSolver::solveMultiBodyGroup(btCollisionObject** bodies, int num_bodies,
                                      btPersistentManifold** manifolds, int num_manifolds,
                                      btTypedConstraint** constraints, int num_constraints,
                                      btMultiBodyConstraint**, int, const btContactSolverInfo& info,
                                      btIDebugDraw* debug_drawer, btDispatcher* dispatcher) {
  if (solved_) return;
  solved_ = true;
  btMultiBodyConstraintSolver::solveMultiBodyGroup(
      bodies, num_bodies, manifolds, num_manifolds, constraints, num_constraints, rows_.data(),
      static_cast<int>(rows_.size()), info, debug_drawer, dispatcher);
}

}  // namespace diorama
