#include "engine/physics/bullet/bullet_world.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "engine/core/check.h"
#include "engine/core/text.h"
#include "engine/physics/bullet/bullet_math.h"
#include "engine/physics/bullet/bullet_model.h"

namespace diorama {
namespace {

/// Beyond these a run is broken, whatever it was meant to be.
constexpr double kAbsurdPositionM = 1e6;
constexpr double kAbsurdSpeed = 1e5;  // m/s, and rad/s of joints

/// Bullet cuts a turn to an eighth per step, without a word.
constexpr double kMaxTurnPerStepRad = 0.25 * std::numbers::pi;

double clamp_force(double force, double limit) {
  return limit > 0.0 ? std::clamp(force, -limit, limit) : force;
}

bool beyond(const btVector3& v, double limit) {
  // Negated so that a NaN counts as beyond.
  return !(std::abs(v.x()) <= limit && std::abs(v.y()) <= limit && std::abs(v.z()) <= limit);
}

std::string text_of(const btVector3& v) {
  return "(" + format_number(v.x()) + ", " + format_number(v.y()) + ", " + format_number(v.z()) +
         ")";
}

class BulletWorld : public PhysicsWorld {
 public:
  BulletWorld(const Scene& scene, std::unique_ptr<BulletModel> model)
      : scene_(scene),
        capabilities_(bullet_capabilities()),
        step_rate_hz_(scene.physics.step_rate_hz),
        max_spin_rad_s_(kMaxTurnPerStepRad * scene.physics.step_rate_hz),
        controls_(scene.actuators.size()) {
    adopt(std::move(model));
  }

  void adopt(std::unique_ptr<BulletModel> model) {
    model_ = std::move(model);
    rigids_.clear();
    passive_joints_.clear();
    for (std::size_t b = 0; b < model_->bodies.size(); ++b) {
      if (model_->bodies[b].kind == BulletBody::Kind::kRigid) {
        rigids_.emplace_back(model_->bodies[b].rigid, static_cast<int>(b));
      }
    }
    for (std::size_t j = 0; j < model_->joints.size(); ++j) {
      const BulletJoint& joint = model_->joints[j];
      if (joint.stiffness > 0.0 || joint.free_damping > 0.0) passive_joints_.push_back(j);
    }
    int most_links = 0;
    for (const auto& tree : model_->trees) most_links = std::max(most_links, tree->getNumLinks());
    link_poses_.resize(most_links + 1);
    spins_.resize(most_links + 1);
    speeds_.resize(most_links + 1);
    const std::vector<double> still(scene_.actuators.size(), 0.0);
    set_action(still);
  }

  const PhysicsCapabilities& capabilities() const override { return capabilities_; }

  void set_action(std::span<const double> action) override {
    DIORAMA_CHECK_EQ(action.size(), controls_.size());
    for (std::size_t i = 0; i < action.size(); ++i) {
      const Actuator& actuator = scene_.actuators[i];
      const double share = 0.5 * (std::clamp(action[i], -1.0, 1.0) + 1.0);
      controls_[i] =
          actuator.control_lower + share * (actuator.control_upper - actuator.control_lower);
    }
  }

  Status step(int num_steps, ContactLog* contacts) override {
    const double dt = 1.0 / step_rate_hz_;
    for (int k = 0; k < num_steps; ++k) {
      apply_forces();
      model_->world->stepSimulation(dt, 0);
      ++num_steps_;
      DIORAMA_RETURN_IF_ERROR(check_finite());
      if (contacts != nullptr) log_contacts(*contacts);
    }
    pushes_.clear();
    return {};
  }

  void add_force(BodyId body, const dvec3& force_world_n, const dvec3& point_world) override {
    const BulletBody& made = model_->bodies[body.index];
    if (made.kind == BulletBody::Kind::kStatic) return;
    State now;
    read_state(now);
    const Pose world_from_inertia = now.bodies[body.index].world_from_body * made.body_from_inertia;
    const dvec3 torque = glm::cross(point_world - world_from_inertia.position, force_world_n);
    pushes_.push_back({body.index, to_bullet(force_world_n), to_bullet(torque)});
  }

  /// In a new model: one that has been stepped keeps contacts and impulses in many places.
  Status set_state(const State& state) override {
    DIORAMA_CHECK_EQ(static_cast<int>(state.qpos.size()), scene_.num_positions());
    DIORAMA_CHECK_EQ(static_cast<int>(state.qvel.size()), scene_.num_velocities());
    DIORAMA_ASSIGN_OR_RETURN(std::unique_ptr<BulletModel> model, build_bullet_model(scene_));
    adopt(std::move(model));
    set_joints(state);
    num_steps_ = std::llround(state.time_s * step_rate_hz_);
    pushes_.clear();
    return {};
  }

  /// Bullet keeps contact points and impulses of earlier steps in many places; nothing but the steps themselves
  /// brings them back.
  void save_solver(std::vector<double>& numbers) const override { numbers.clear(); }
  Status restore_solver(std::span<const double>) override {
    return invalid_input("Bullet cannot restore a solver state: step from the start with the same actions instead");
  }

  long long num_steps() const override { return num_steps_; }

  void read_state(State& state) const override {
    state.time_s = static_cast<double>(num_steps_) / step_rate_hz_;
    state.bodies.resize(scene_.bodies.size());
    state.qpos.resize(scene_.num_positions());
    state.qvel.resize(scene_.num_velocities());
    state.sensor_values.clear();
    read_bodies(state);
    read_joints(state);
  }

 private:
  /// A force on a body and its torque about the centre of mass, in every step of the next step().
  struct Push {
    int body;
    btVector3 force;
    btVector3 torque;
  };

  void apply_push(const Push& push) {
    const BulletBody& body = model_->bodies[push.body];
    switch (body.kind) {
      case BulletBody::Kind::kStatic:
        break;
      case BulletBody::Kind::kRigid:
        body.rigid->applyCentralForce(push.force);
        body.rigid->applyTorque(push.torque);
        break;
      case BulletBody::Kind::kBase:
        body.multi->addBaseForce(push.force);
        body.multi->addBaseTorque(push.torque);
        break;
      case BulletBody::Kind::kLink:
        body.multi->addLinkForce(body.link, push.force);
        body.multi->addLinkTorque(body.link, push.torque);
        break;
    }
  }

  /// Joint springs, damping of free joints, actuators and what carries armature; Bullet clears
  /// forces after each step.
  void apply_forces() {
    for (const Weightless& mass : model_->weightless) {
      mass.multi->addLinkForce(mass.link, mass.lift_n);
    }
    for (const std::size_t j : passive_joints_) apply_passive(model_->joints[j]);
    for (const Push& push : pushes_) apply_push(push);
    for (std::size_t i = 0; i < controls_.size(); ++i) {
      const Actuator& actuator = scene_.actuators[i];
      const BulletJoint& joint = model_->joints[actuator.joint.index];
      const double position = joint.multi->getJointPos(joint.link);
      const double velocity = joint.multi->getJointVel(joint.link);
      double force = 0.0;
      switch (actuator.type) {
        case ActuatorType::kMotor:
          force = actuator.gear * controls_[i];
          break;
        case ActuatorType::kPosition:
          force = actuator.gain * (controls_[i] - position) - actuator.damping_gain * velocity;
          break;
        case ActuatorType::kVelocity:
          force = actuator.gain * (controls_[i] - velocity);
          break;
        case ActuatorType::kModel:
          break;  // refused when the model was built
      }
      joint.multi->addJointTorque(joint.link, clamp_force(force, actuator.force_limit));
    }
  }

  void apply_passive(const BulletJoint& joint) {
    switch (joint.type) {
      case JointType::kHinge:
      case JointType::kSlide:
        joint.multi->addJointTorque(joint.link,
                                    -joint.stiffness * joint.multi->getJointPos(joint.link));
        break;
      case JointType::kBall: {
        // Toward identity along the shortest rotation, in the axes of the link.
        const btScalar* q = joint.multi->getJointPosMultiDof(joint.link);
        const btVector3 half_axis(q[0], q[1], q[2]);
        const double sine = half_axis.length();
        double angle = 2.0 * std::atan2(sine, q[3]);
        if (angle > std::numbers::pi) angle -= 2.0 * std::numbers::pi;
        if (sine == 0.0) break;
        const btVector3 torque = half_axis * (-joint.stiffness * angle / sine);
        for (int k = 0; k < 3; ++k) joint.multi->addJointTorqueMultiDof(joint.link, k, torque[k]);
        break;
      }
      case JointType::kFree: {
        // A force at the body origin and a torque, against the speed of the origin and the spin.
        const BulletBody& body = model_->bodies[joint.body.index];
        const bool rigid = body.kind == BulletBody::Kind::kRigid;
        const btVector3 spin =
            rigid ? body.rigid->getAngularVelocity() : body.multi->getBaseOmega();
        const btQuaternion turn = rigid ? body.rigid->getWorldTransform().getRotation()
                                        : body.multi->getBaseWorldTransform().getRotation();
        const btVector3 com_to_origin =
            quatRotate(turn, to_bullet(inverse(body.body_from_inertia).position));
        const btVector3 com_velocity =
            rigid ? body.rigid->getLinearVelocity() : body.multi->getBaseVel();
        const btVector3 force = (com_velocity + spin.cross(com_to_origin)) * -joint.free_damping;
        const btVector3 torque = com_to_origin.cross(force) - spin * joint.free_damping;
        if (rigid) {
          body.rigid->applyCentralForce(force);
          body.rigid->applyTorque(torque);
        } else {
          body.multi->addBaseForce(force);
          body.multi->addBaseTorque(torque);
        }
        break;
      }
    }
  }

  Status broken(int body, const std::string& what) const {
    return rejected("bullet: step " + std::to_string(num_steps_) + " (" +
                    format_number(static_cast<double>(num_steps_) / step_rate_hz_) + " s): body '" +
                    scene_.bodies[body].name + "' " + what +
                    ": raise step_rate_hz or lower speeds, gains and forces");
  }

  Status check_motion(int body, const btVector3& position, const btVector3& velocity,
                      const btVector3& spin) const {
    if (beyond(position, kAbsurdPositionM))
      return broken(body, "is at " + text_of(position) + " m");
    if (beyond(velocity, kAbsurdSpeed))
      return broken(body, "moves at " + text_of(velocity) + " m/s");
    if (!(spin.length2() <= max_spin_rad_s_ * max_spin_rad_s_)) {
      return broken(body,
                    "spins at " + text_of(spin) +
                        " rad/s, more than the eighth of a turn per step that Bullet can follow");
    }
    return {};
  }

  Status check_finite() const {
    for (const auto& [rigid, body] : rigids_) {
      DIORAMA_RETURN_IF_ERROR(check_motion(body, rigid->getWorldTransform().getOrigin(),
                                           rigid->getLinearVelocity(),
                                           rigid->getAngularVelocity()));
    }
    for (std::size_t j = 0; j < model_->joints.size(); ++j) {
      const BulletJoint& joint = model_->joints[j];
      if (joint.multi == nullptr) continue;
      if (joint.type == JointType::kFree) {
        DIORAMA_RETURN_IF_ERROR(check_motion(joint.body.index, joint.multi->getBasePos(),
                                             joint.multi->getBaseVel(),
                                             joint.multi->getBaseOmega()));
        continue;
      }
      const btScalar* position = joint.multi->getJointPosMultiDof(joint.link);
      const btScalar* velocity = joint.multi->getJointVelMultiDof(joint.link);
      if (!(std::abs(position[0]) <= kAbsurdPositionM && std::abs(velocity[0]) <= kAbsurdSpeed)) {
        return broken(joint.body.index, "has joint '" + scene_.joints[j].name + "' at position " +
                                            format_number(position[0]) + " and velocity " +
                                            format_number(velocity[0]));
      }
      if (joint.type == JointType::kBall) {
        DIORAMA_RETURN_IF_ERROR(check_motion(joint.body.index, btVector3(0, 0, 0),
                                             btVector3(0, 0, 0),
                                             btVector3(velocity[0], velocity[1], velocity[2])));
      }
    }
    return {};
  }

  void log_contacts(ContactLog& contacts) const {
    const btDispatcher& dispatcher = *model_->dispatcher;
    const int num_manifolds = dispatcher.getNumManifolds();
    for (int m = 0; m < num_manifolds; ++m) {
      const btPersistentManifold& manifold =
          *const_cast<btDispatcher&>(dispatcher).getManifoldByIndexInternal(m);
      const int num_points = manifold.getNumContacts();
      if (num_points == 0) continue;
      const BodyId a(manifold.getBody0()->getUserIndex());
      const BodyId b(manifold.getBody1()->getUserIndex());
      const double threshold = manifold.getContactProcessingThreshold();
      for (int p = 0; p < num_points; ++p) {
        const btManifoldPoint& point = manifold.getContactPoint(p);
        // Farther points were not solved in this step: what they hold is the impulse of an earlier
        // one.
        if (point.getDistance() > threshold) continue;
        if (point.m_appliedImpulse == 0.0 && point.getDistance() > 0.0) continue;  // margin only
        const btVector3 on_a = point.m_normalWorldOnB * point.m_appliedImpulse +
                               point.m_lateralFrictionDir1 * point.m_appliedImpulseLateral1 +
                               point.m_lateralFrictionDir2 * point.m_appliedImpulseLateral2;
        contacts.add(a, b, from_bullet((point.m_positionWorldOnA + point.m_positionWorldOnB) * 0.5),
                     from_bullet(-point.m_normalWorldOnB), from_bullet(-on_a), point.getDistance());
      }
    }
  }

  void set_body(BodyState& out, const BulletBody& body, const Pose& world_from_inertia,
                const dvec3& com_velocity, const dvec3& spin) const {
    Pose pose;
    pose.rotation = glm::normalize(world_from_inertia.rotation *
                                   glm::conjugate(body.body_from_inertia.rotation));
    pose.position = world_from_inertia.position - pose.rotation * body.body_from_inertia.position;
    out.world_from_body = pose;
    out.angular_velocity_world = spin;
    out.linear_velocity_world =
        com_velocity + glm::cross(spin, pose.position - world_from_inertia.position);
  }

  void read_bodies(State& state) const {
    int tree_read = -1;
    for (std::size_t b = 0; b < model_->bodies.size(); ++b) {
      const BulletBody& body = model_->bodies[b];
      BodyState& out = state.bodies[b];
      switch (body.kind) {
        case BulletBody::Kind::kStatic:
          out = BodyState{};
          out.world_from_body = body.world_from_body_initial;
          break;
        case BulletBody::Kind::kRigid: {
          const btTransform& at = body.rigid->getWorldTransform();
          set_body(out, body, {from_bullet(at.getOrigin()), from_bullet(at.getRotation())},
                   from_bullet(body.rigid->getLinearVelocity()),
                   from_bullet(body.rigid->getAngularVelocity()));
          break;
        }
        case BulletBody::Kind::kBase:
        case BulletBody::Kind::kLink: {
          if (body.tree != tree_read) read_tree(*body.multi);
          tree_read = body.tree;
          const Pose& pose = link_poses_[body.link + 1];
          set_body(out, body, pose, pose.rotate(from_bullet(speeds_[body.link + 1])),
                   pose.rotate(from_bullet(spins_[body.link + 1])));
          break;
        }
      }
    }
  }

  /// Poses and velocities (in link axes) of a tree's base and links into the scratch buffers, base
  /// first.
  void read_tree(const btMultiBody& multi) const {
    const btTransform base = multi.getBaseWorldTransform();
    link_poses_[0] = {from_bullet(base.getOrigin()), from_bullet(base.getRotation())};
    for (int i = 0; i < multi.getNumLinks(); ++i) {
      const Pose& parent = link_poses_[multi.getParent(i) + 1];
      Pose& pose = link_poses_[i + 1];
      pose.rotation = parent.rotation * glm::conjugate(from_bullet(multi.getParentToLocalRot(i)));
      pose.position = parent.position + pose.rotation * from_bullet(multi.getRVector(i));
    }
    multi.compTreeLinkVelocities(spins_.data(), speeds_.data());
  }

  void read_joints(State& state) const {
    double* qpos = state.qpos.data();
    double* qvel = state.qvel.data();
    for (const BulletJoint& joint : model_->joints) {
      const BulletBody& body = model_->bodies[joint.body.index];
      switch (joint.type) {
        case JointType::kFree: {
          const BodyState& at = state.bodies[joint.body.index];
          const auto q = to_wxyz(at.world_from_body.rotation);
          const dvec3 spin =
              glm::conjugate(at.world_from_body.rotation) * at.angular_velocity_world;
          for (int k = 0; k < 3; ++k) {
            qpos[k] = at.world_from_body.position[k];
            qvel[k] = at.linear_velocity_world[k];
            qvel[3 + k] = spin[k];
          }
          std::copy(q.begin(), q.end(), qpos + 3);
          break;
        }
        case JointType::kBall: {
          // From the axes of the link (principal axes) to those of the body.
          const dquat& body_from_link = body.body_from_inertia.rotation;
          const btScalar* p = joint.multi->getJointPosMultiDof(joint.link);
          const btScalar* v = joint.multi->getJointVelMultiDof(joint.link);
          const auto q = to_wxyz(glm::normalize(body_from_link * quat_wxyz(p[3], p[0], p[1], p[2]) *
                                                glm::conjugate(body_from_link)));
          const dvec3 spin = body_from_link * dvec3(v[0], v[1], v[2]);
          std::copy(q.begin(), q.end(), qpos);
          for (int k = 0; k < 3; ++k) qvel[k] = spin[k];
          break;
        }
        case JointType::kHinge:
        case JointType::kSlide:
          qpos[0] = joint.multi->getJointPos(joint.link);
          qvel[0] = joint.multi->getJointVel(joint.link);
          break;
      }
      qpos += num_positions(joint.type);
      qvel += num_velocities(joint.type);
    }
  }

  /// Counterpart of read_joints(), for a model that has not been stepped.
  void set_joints(const State& state) {
    const double* qpos = state.qpos.data();
    const double* qvel = state.qvel.data();
    for (const BulletJoint& joint : model_->joints) {
      const BulletBody& body = model_->bodies[joint.body.index];
      const dquat& body_from_link = body.body_from_inertia.rotation;
      switch (joint.type) {
        case JointType::kFree:
          set_free(body, qpos, qvel);
          break;
        case JointType::kBall: {
          const dquat turn = glm::conjugate(body_from_link) *
                             glm::normalize(quat_wxyz(qpos[0], qpos[1], qpos[2], qpos[3])) *
                             body_from_link;
          const dvec3 spin = glm::conjugate(body_from_link) * dvec3(qvel[0], qvel[1], qvel[2]);
          const btScalar position[] = {turn.x, turn.y, turn.z, turn.w};
          const btScalar velocity[] = {spin.x, spin.y, spin.z};
          joint.multi->setJointPosMultiDof(joint.link, position);
          joint.multi->setJointVelMultiDof(joint.link, velocity);
          break;
        }
        case JointType::kHinge:
        case JointType::kSlide:
          joint.multi->setJointPos(joint.link, qpos[0]);
          joint.multi->setJointVel(joint.link, qvel[0]);
          break;
      }
      qpos += num_positions(joint.type);
      qvel += num_velocities(joint.type);
    }
    btAlignedObjectArray<btQuaternion> rotations;
    btAlignedObjectArray<btVector3> positions;
    for (const auto& tree : model_->trees) {
      tree->forwardKinematics(rotations, positions);
      tree->updateCollisionObjectWorldTransforms(rotations, positions);
    }
  }

  static void set_free(const BulletBody& body, const double* qpos, const double* qvel) {
    const Pose world_from_body = {
        dvec3(qpos[0], qpos[1], qpos[2]),
        glm::normalize(quat_wxyz(qpos[3], qpos[4], qpos[5], qpos[6]))};
    const Pose world_from_inertia = world_from_body * body.body_from_inertia;
    const dvec3 spin = world_from_body.rotate({qvel[3], qvel[4], qvel[5]});
    const dvec3 com_velocity =
        dvec3(qvel[0], qvel[1], qvel[2]) +
        glm::cross(spin, world_from_inertia.position - world_from_body.position);
    if (body.kind == BulletBody::Kind::kRigid) {
      body.rigid->setCenterOfMassTransform(to_bullet(world_from_inertia));
      body.rigid->setAngularVelocity(to_bullet(spin));
      body.rigid->setLinearVelocity(to_bullet(com_velocity));
    } else {
      body.multi->setBaseWorldTransform(to_bullet(world_from_inertia));
      body.multi->setBaseOmega(to_bullet(spin));
      body.multi->setBaseVel(to_bullet(com_velocity));
    }
  }

  const Scene& scene_;
  std::unique_ptr<BulletModel> model_;
  PhysicsCapabilities capabilities_;
  double step_rate_hz_;
  double max_spin_rad_s_;
  long long num_steps_ = 0;
  std::vector<double> controls_;                      // per actuator, in its own unit
  std::vector<std::pair<btRigidBody*, int>> rigids_;  // with their bodies
  std::vector<std::size_t> passive_joints_;           // with a spring or a free joint's damping
  std::vector<Push> pushes_;                          // of the next step()
  mutable std::vector<Pose> link_poses_;              // scratch of read_tree
  mutable std::vector<btVector3> spins_;
  mutable std::vector<btVector3> speeds_;
};

}  // namespace

PhysicsCapabilities bullet_capabilities() {
  PhysicsCapabilities capabilities;
  capabilities.engine = "bullet";
  capabilities.version =
      std::to_string(btGetVersion() / 100) + "." + std::to_string(btGetVersion() % 100);
  capabilities.model_files = false;
  capabilities.exact_restitution = true;
  return capabilities;
}

Result<std::unique_ptr<PhysicsWorld>> make_bullet_world(const Scene& scene) {
  DIORAMA_ASSIGN_OR_RETURN(std::unique_ptr<BulletModel> model, build_bullet_model(scene));
  return std::unique_ptr<PhysicsWorld>(std::make_unique<BulletWorld>(scene, std::move(model)));
}

}  // namespace diorama
