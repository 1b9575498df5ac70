#include "engine/physics/bullet/bullet_model.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/core/check.h"
#include "engine/core/text.h"
#include "engine/physics/bullet/bullet_contacts.h"
#include "engine/physics/bullet/bullet_math.h"
#include "engine/physics/bullet/bullet_shapes.h"
#include "engine/physics/bullet/bullet_tree.h"

#include <BulletCollision/CollisionShapes/btEmptyShape.h>

namespace diorama {
namespace {

/// Iterations of the solver when the scene leaves them open: 5 boxes then stand still, 10 hardly
/// move.
constexpr int kDefaultIterations = 50;

/// A compound with more children than this gets a bounding volume tree of its own.
constexpr std::size_t kMaxListedChildren = 4;

bool is_identity(const Pose& pose) {
  const dvec3 twist(pose.rotation.x, pose.rotation.y, pose.rotation.z);
  return glm::length(pose.position) < 1e-12 && glm::length(twist) < 1e-12;
}

bool is_alone_and_free(const SceneTopology& topology, const Scene& scene, int body) {
  const std::vector<int>& joints = topology.joints_of[body];
  return topology.children_of[body].empty() && joints.size() == 1 &&
         scene.joints[joints[0]].type == JointType::kFree;
}

class Builder {
 public:
  explicit Builder(const Scene& scene)
      : scene_(scene),
        topology_(scene),
        world_from_node_(initial_node_poses(scene)),
        model_(std::make_unique<BulletModel>()) {}

  Result<std::unique_ptr<BulletModel>> build() {
    DIORAMA_RETURN_IF_ERROR(check_supported(scene_, topology_));
    make_world();
    model_->bodies.resize(scene_.bodies.size());
    model_->joints.resize(scene_.joints.size());
    for (std::size_t j = 0; j < scene_.joints.size(); ++j) {
      model_->joints[j].type = scene_.joints[j].type;
      model_->joints[j].body = scene_.joints[j].body;
      model_->joints[j].stiffness = scene_.joints[j].stiffness;
    }
    for (int b = 0; b < static_cast<int>(scene_.bodies.size()); ++b) {
      const Body& body = scene_.bodies[b];
      BulletBody& made = model_->bodies[b];
      made.world_from_body_initial = world_from_node_[body.node.index];
      made.body_from_inertia = body.mass.body_from_inertia;
      if (topology_.is_static[b]) {
        DIORAMA_RETURN_IF_ERROR(add_static(b));
      } else if (is_alone_and_free(topology_, scene_, b)) {
        DIORAMA_RETURN_IF_ERROR(add_rigid(b));
      } else if (topology_.is_root(scene_, b)) {
        DIORAMA_RETURN_IF_ERROR(add_tree(b));
      }
    }
    return std::move(model_);
  }

 private:
  void make_world() {
    install_combine_rules();
    model_->configuration = std::make_unique<btDefaultCollisionConfiguration>();
    model_->dispatcher = std::make_unique<btCollisionDispatcher>(model_->configuration.get());
    model_->broadphase = std::make_unique<btDbvtBroadphase>();
    model_->solver = std::make_unique<SceneSolver>();
    model_->world = std::make_unique<btMultiBodyDynamicsWorld>(
        model_->dispatcher.get(), model_->broadphase.get(), model_->solver.get(),
        model_->configuration.get());
    model_->filter = std::make_unique<PairFilter>(topology_.weld, topology_.weld_parent);
    btMultiBodyDynamicsWorld& world = *model_->world;
    world.getPairCache()->setOverlapFilterCallback(model_->filter.get());
    world.setGravity(to_bullet(scene_.physics.gravity_m_s2));
    world.getDispatchInfo().m_deterministicOverlappingPairs = true;
    world.setForceUpdateAllAabbs(false);
    // One solve for all, see SceneSolver.
    world.getSimulationIslandManager()->setSplitIslands(false);
    btContactSolverInfo& info = world.getSolverInfo();
    info.m_numIterations = scene_.physics.solver_iterations > 0 ? scene_.physics.solver_iterations
                                                                : kDefaultIterations;
    // Penetration is pushed out without giving speed; needed for exact restitution.
    info.m_splitImpulse = true;
    info.m_splitImpulsePenetrationThreshold = 0.0;
    // Below the speed that gravity gives in two steps a contact rests: no restitution.
    info.m_restitutionVelocityThreshold =
        2.0 * glm::length(scene_.physics.gravity_m_s2) / scene_.physics.step_rate_hz;
    info.m_solverMode |= SOLVER_USE_2_FRICTION_DIRECTIONS;
  }

  Result<std::unique_ptr<btConvexShape>> convex(const Shape& shape) {
    if (shape.type != ShapeType::kMesh) return make_convex(shape, nullptr, ShapeUse::kStepping);
    auto [entry, is_new] = hulls_.try_emplace(shape.mesh.index);
    if (is_new) entry->second = convex_hull(*scene_.mesh_of(shape), kMaxHullVertices);
    if (entry->second.empty()) {
      return make_convex(shape, scene_.mesh_of(shape), ShapeUse::kStepping);
    }
    return make_hull(entry->second, ShapeUse::kStepping);
  }

  Surface surface_of(const Shape& shape) const {
    const Material& material = scene_.materials[shape.material.index];
    return {material.friction, material.torsional_friction_m, material.rolling_friction_m,
            material.restitution};
  }

  /// The colliding shapes of a body in its inertia frame as one shape; also fills `surfaces` child
  /// by child.
  Result<btCollisionShape*> moving_shape(int body, std::vector<Surface>& surfaces,
                                         double& smallest_half_extent_m) {
    const Pose inertia_from_world = inverse(world_from_node_[scene_.bodies[body].node.index] *
                                            scene_.bodies[body].mass.body_from_inertia);
    std::vector<std::pair<Pose, btConvexShape*>> parts;
    smallest_half_extent_m = 0.0;
    for (const int s : topology_.shapes_of[body]) {
      const Shape& shape = scene_.shapes[s];
      DIORAMA_ASSIGN_OR_RETURN(std::unique_ptr<btConvexShape> part, convex(shape));
      Pose pose = inertia_from_world * world_from_node_[shape.node.index];
      if (shape.type == ShapeType::kSphere) pose.rotation = identity_quat();
      const double half_extent = smallest_half_extent(*part);
      smallest_half_extent_m =
          parts.empty() ? half_extent : std::min(smallest_half_extent_m, half_extent);
      parts.emplace_back(pose, part.get());
      surfaces.push_back(surface_of(shape));
      model_->shapes.push_back(std::move(part));
    }
    if (parts.empty()) {
      model_->shapes.push_back(std::make_unique<btEmptyShape>());
    } else if (parts.size() > 1 || !is_identity(parts[0].first)) {
      auto compound = std::make_unique<btCompoundShape>(parts.size() > kMaxListedChildren,
                                                        static_cast<int>(parts.size()));
      for (const auto& [pose, part] : parts) compound->addChildShape(to_bullet(pose), part);
      model_->shapes.push_back(std::move(compound));
    }
    return model_->shapes.back().get();
  }

  void mark(btCollisionObject& object, int body, std::vector<Surface> surfaces) {
    object.setUserIndex(body);
    if (surfaces.empty()) return;
    model_->surfaces.push_back(std::make_unique<std::vector<Surface>>(std::move(surfaces)));
    set_surfaces(object, *model_->surfaces.back());
  }

  Status add_static(int body) {
    for (const int s : topology_.shapes_of[body]) {
      const Shape& shape = scene_.shapes[s];
      DIORAMA_ASSIGN_OR_RETURN(std::unique_ptr<btConvexShape> part, convex(shape));
      Pose pose = world_from_node_[shape.node.index];
      if (shape.type == ShapeType::kPlane) pose = pose * plane_box_shift();
      const btRigidBody::btRigidBodyConstructionInfo info(0.0, nullptr, part.get());
      auto rigid = std::make_unique<btRigidBody>(info);
      rigid->setWorldTransform(to_bullet(pose));
      mark(*rigid, body, {surface_of(shape)});
      model_->world->addRigidBody(rigid.get());
      model_->shapes.push_back(std::move(part));
      model_->rigids.push_back(std::move(rigid));
    }
    return {};
  }

  Status add_rigid(int body) {
    const Body& source = scene_.bodies[body];
    BulletBody& made = model_->bodies[body];
    std::vector<Surface> surfaces;
    double half_extent_m = 0.0;
    DIORAMA_ASSIGN_OR_RETURN(btCollisionShape * shape, moving_shape(body, surfaces, half_extent_m));
    const btRigidBody::btRigidBodyConstructionInfo info(source.mass.mass_kg, nullptr, shape,
                                                        to_bullet(source.mass.principal_inertia));
    auto rigid = std::make_unique<btRigidBody>(info);
    const Pose world_from_inertia = made.world_from_body_initial * made.body_from_inertia;
    rigid->setCenterOfMassTransform(to_bullet(world_from_inertia));
    rigid->setFlags(rigid->getFlags() | BT_ENABLE_GYROSCOPIC_FORCE_IMPLICIT_BODY);
    const dvec3 spin = source.initial_angular_velocity_world;
    const dvec3 lever = world_from_inertia.position - made.world_from_body_initial.position;
    rigid->setAngularVelocity(to_bullet(spin));
    rigid->setLinearVelocity(
        to_bullet(source.initial_linear_velocity_world + glm::cross(spin, lever)));
    rigid->setActivationState(DISABLE_DEACTIVATION);
    if (half_extent_m > 0.0) {
      // A body that crosses more than half of itself in a step could jump through another.
      rigid->setCcdMotionThreshold(half_extent_m);
      rigid->setCcdSweptSphereRadius(0.5 * half_extent_m);
    }
    mark(*rigid, body, std::move(surfaces));
    model_->world->addRigidBody(rigid.get());
    made.kind = BulletBody::Kind::kRigid;
    made.rigid = rigid.get();
    BulletJoint& joint = model_->joints[topology_.joints_of[body][0]];
    joint.free_damping = scene_.joints[topology_.joints_of[body][0]].damping;
    model_->rigids.push_back(std::move(rigid));
    return {};
  }

  Status add_tree(int root) {
    const std::vector<int> members = topology_.tree_of(root);
    build_tree(scene_, topology_, world_from_node_, members, *model_);
    btMultiBody* multi = model_->trees.back().get();
    for (const int body : members) {
      if (topology_.shapes_of[body].empty()) continue;
      const BulletBody& made = model_->bodies[body];
      const int link = made.kind == BulletBody::Kind::kBase ? -1 : made.link;
      std::vector<Surface> surfaces;
      double half_extent_m = 0.0;
      DIORAMA_ASSIGN_OR_RETURN(btCollisionShape * shape,
                               moving_shape(body, surfaces, half_extent_m));
      auto collider = std::make_unique<btMultiBodyLinkCollider>(multi, link);
      collider->setCollisionShape(shape);
      collider->setActivationState(DISABLE_DEACTIVATION);
      mark(*collider, body, std::move(surfaces));
      if (link < 0) {
        multi->setBaseCollider(collider.get());
      } else {
        multi->getLink(link).m_collider = collider.get();
      }
      model_->colliders.push_back(std::move(collider));
    }
    btAlignedObjectArray<btQuaternion> rotations;
    btAlignedObjectArray<btVector3> positions;
    multi->forwardKinematics(rotations, positions);
    multi->updateCollisionObjectWorldTransforms(rotations, positions);
    for (int link = -1; link < multi->getNumLinks(); ++link) {
      btMultiBodyLinkCollider* collider =
          link < 0 ? multi->getBaseCollider() : multi->getLinkCollider(link);
      if (collider != nullptr) model_->world->addCollisionObject(collider);
    }
    model_->world->addMultiBody(multi);
    return {};
  }

  const Scene& scene_;
  SceneTopology topology_;
  std::vector<Pose> world_from_node_;
  std::map<int, std::vector<dvec3>> hulls_;  // by mesh index
  std::unique_ptr<BulletModel> model_;
};

}  // namespace

Result<std::unique_ptr<BulletModel>> build_bullet_model(const Scene& scene) {
  return Builder(scene).build();
}

}  // namespace diorama
