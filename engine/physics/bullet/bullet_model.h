// BulletModel: a Scene as Bullet objects in a world of their own. Owner: BulletWorld. Not
// thread-safe; models of different worlds may be built and stepped at the same time.
//
// A dynamic body that is free and alone is a btRigidBody. Bodies under joints are links of a
// btMultiBody, one per tree (Featherstone: joints do not drift); every joint but the last of a body
// gets a massless link of its own. Frames of rigid bodies and links are the scene's inertia frames,
// so both engines share the numbers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/core/status.h"
#include "engine/physics/bullet/bullet_contacts.h"
#include "engine/physics/bullet/bullet_joint_rows.h"
#include "engine/scene/scene.h"

#include <BulletCollision/BroadphaseCollision/btDbvtBroadphase.h>
#include <BulletCollision/CollisionDispatch/btCollisionDispatcher.h>
#include <BulletCollision/CollisionDispatch/btDefaultCollisionConfiguration.h>
#include <BulletCollision/CollisionShapes/btCompoundShape.h>
#include <BulletDynamics/Featherstone/btMultiBody.h>
#include <BulletDynamics/Featherstone/btMultiBodyDynamicsWorld.h>
#include <BulletDynamics/Featherstone/btMultiBodyLinkCollider.h>

namespace diorama {

/// Where a body of the scene lives in Bullet.
struct BulletBody {
  enum class Kind { kStatic, kRigid, kBase, kLink };
  Kind kind = Kind::kStatic;
  btRigidBody* rigid = nullptr;  ///< kRigid.
  btMultiBody* multi = nullptr;  ///< kBase, kLink.
  int link = -1;                 ///< kLink.
  int tree = -1;                 ///< Index into BulletModel::trees; kBase, kLink.
  Pose body_from_inertia;
  Pose world_from_body_initial;
};

/// Where a joint lives, in the order of Scene::joints.
struct BulletJoint {
  JointType type = JointType::kFree;
  BodyId body;
  btMultiBody* multi = nullptr;
  int link = -1;  ///< Hinge, slide and ball.
  double stiffness = 0.0;
  double free_damping = 0.0;  ///< Of a free joint; the others' damping is in JointRows.
};

/// A mass that must not weigh: the armature of a slide.
struct Weightless {
  btMultiBody* multi;
  int link;
  btVector3 lift_n;
};

struct BulletModel {
  // Destroyed from the end: the world first, while all that it points to still lives.
  std::vector<std::unique_ptr<btCollisionShape>> shapes;
  std::vector<std::unique_ptr<std::vector<Surface>>> surfaces;  ///< Per object, per child shape.
  std::vector<std::unique_ptr<btRigidBody>> rigids;
  std::vector<std::unique_ptr<btMultiBody>> trees;
  std::vector<std::unique_ptr<btMultiBodyLinkCollider>> colliders;
  std::vector<std::unique_ptr<JointRows>> joint_rows;
  std::unique_ptr<btOverlapFilterCallback> filter;
  std::unique_ptr<btDefaultCollisionConfiguration> configuration;
  std::unique_ptr<btCollisionDispatcher> dispatcher;
  std::unique_ptr<btDbvtBroadphase> broadphase;
  std::unique_ptr<SceneSolver> solver;
  std::unique_ptr<btMultiBodyDynamicsWorld> world;

  std::vector<BulletBody> bodies;   ///< Parallel to Scene::bodies.
  std::vector<BulletJoint> joints;  ///< Parallel to Scene::joints.
  std::vector<Weightless> weightless;
};

/// Builds the scene and puts it into its initial state. invalid_input for what Bullet does not
/// have, naming it.
Result<std::unique_ptr<BulletModel>> build_bullet_model(const Scene& scene);

}  // namespace diorama
