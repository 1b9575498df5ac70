#include "engine/physics/bullet/bullet_tree.h"

#include <limits>
#include <string>

#include "engine/core/check.h"
#include "engine/core/text.h"
#include "engine/physics/bullet/bullet_math.h"

namespace diorama {
namespace {

/// Armature is inertia of the joint coordinate alone. As a mass or a rotor on the joint's own link
/// it is exact only while the joint's parent cannot move along (slide) or turn (hinge).
bool armature_is_exact(const Scene& scene, const SceneTopology& topology, const Joint& joint) {
  for (int body = joint.body.index; body >= 0; body = scene.bodies[body].parent.index) {
    for (const int j : topology.joints_of[body]) {
      const Joint& other = scene.joints[j];
      if (&other == &joint) break;
      if (joint.type == JointType::kSlide || other.type != JointType::kSlide) return false;
    }
  }
  return true;
}

class TreeBuilder {
 public:
  TreeBuilder(const Scene& scene, const SceneTopology& topology,
              const std::vector<Pose>& world_from_node, BulletModel& model)
      : scene_(scene), topology_(topology), world_from_node_(world_from_node), model_(model) {}

  void build(const std::vector<int>& members) {
    const Body& root = scene_.bodies[members[0]];
    const std::vector<int>& root_joints = topology_.joints_of[members[0]];
    const bool floats =
        !root_joints.empty() && scene_.joints[root_joints[0]].type == JointType::kFree;
    int num_links = 0;
    for (const int body : members) {
      if (floats && body == members[0]) continue;
      const std::vector<int>& joints = topology_.joints_of[body];
      num_links += joints.empty() ? 1 : static_cast<int>(joints.size());
      if (!joints.empty() && scene_.joints[joints.back()].armature > 0.0) ++num_links;
    }
    const btVector3 inertia = floats ? to_bullet(root.mass.principal_inertia) : btVector3(0, 0, 0);
    auto owned = std::make_unique<btMultiBody>(num_links, floats ? root.mass.mass_kg : 0.0, inertia,
                                               !floats, false);
    multi_ = owned.get();
    tree_ = static_cast<int>(model_.trees.size());
    model_.trees.push_back(std::move(owned));

    // Bullet damps, limits speeds and impulses unless told otherwise.
    multi_->setLinearDamping(0.0);
    multi_->setAngularDamping(0.0);
    multi_->setMaxCoordinateVelocity(std::numeric_limits<double>::max());
    multi_->setMaxAppliedImpulse(std::numeric_limits<double>::max());
    multi_->setUseGyroTerm(true);
    multi_->setHasSelfCollision(true);

    for (const int body : members) {
      if (floats && body == members[0]) {
        add_base(body);
      } else {
        add_body(body);
      }
    }
    DIORAMA_CHECK_EQ(next_link_, num_links);
    multi_->finalizeMultiDof();
    set_initial_state(members, floats);
    add_rows(members);
  }

 private:
  const Pose& rest_pose(int body) const { return world_from_node_[scene_.bodies[body].node.index]; }

  void register_body(int body, BulletBody::Kind kind, int link) {
    BulletBody& made = model_.bodies[body];
    made.kind = kind;
    made.multi = multi_;
    made.link = link;
    made.tree = tree_;
    made.body_from_inertia = scene_.bodies[body].mass.body_from_inertia;
    made.world_from_body_initial = rest_pose(body);
  }

  void add_base(int body) {
    register_body(body, BulletBody::Kind::kBase, -1);
    BulletJoint& joint = model_.joints[topology_.joints_of[body][0]];
    joint.multi = multi_;
    joint.free_damping = scene_.joints[topology_.joints_of[body][0]].damping;
  }

  void add_body(int body) {
    const Body& source = scene_.bodies[body];
    const Pose rest = rest_pose(body);
    const Pose inertia_frame = rest * source.mass.body_from_inertia;
    int parent_link = -1;
    Pose parent_frame;  // of a fixed base: the world
    if (source.parent.valid() && !topology_.is_static[source.parent.index]) {
      parent_link = model_.bodies[source.parent.index].link;
      parent_frame = rest_pose(source.parent.index) *
                     scene_.bodies[source.parent.index].mass.body_from_inertia;
    }
    const std::vector<int>& joints = topology_.joints_of[body];
    for (std::size_t k = 0; k < joints.size(); ++k) {
      const Joint& joint = scene_.joints[joints[k]];
      const bool carries_body = k + 1 == joints.size() && joint.armature == 0.0;
      Pose frame = inertia_frame;
      double mass = source.mass.mass_kg;
      dvec3 inertia = source.mass.principal_inertia;
      if (!carries_body) {
        frame.position = rest.transform_point(joint.anchor_body);
        mass = joint.type == JointType::kSlide ? joint.armature : 0.0;
        inertia = dvec3(joint.type == JointType::kHinge ? joint.armature : 0.0);
      }
      add_link(joint, rest, mass, inertia, parent_link, parent_frame, frame);
      model_.joints[joints[k]].multi = multi_;
      model_.joints[joints[k]].link = next_link_;
      if (!carries_body && mass > 0.0) {
        model_.weightless.push_back(
            {multi_, next_link_, to_bullet(-mass * scene_.physics.gravity_m_s2)});
      }
      parent_link = next_link_++;
      parent_frame = frame;
    }
    if (joints.empty() || scene_.joints[joints.back()].armature > 0.0) {
      weld(source, inertia_frame, parent_link, parent_frame);
      parent_link = next_link_++;
    }
    register_body(body, BulletBody::Kind::kLink, parent_link);
  }

  static btQuaternion frame_from_parent(const Pose& parent_frame, const Pose& frame) {
    return to_bullet(glm::normalize(glm::conjugate(frame.rotation) * parent_frame.rotation));
  }

  void weld(const Body& body, const Pose& frame, int parent_link, const Pose& parent_frame) {
    multi_->setupFixed(next_link_, body.mass.mass_kg, to_bullet(body.mass.principal_inertia),
                       parent_link, frame_from_parent(parent_frame, frame),
                       to_bullet(inverse(parent_frame).transform_point(frame.position)),
                       btVector3(0, 0, 0));
  }

  /// All frames are world poses at joint position 0.
  void add_link(const Joint& joint, const Pose& rest, double mass, const dvec3& inertia,
                int parent_link, const Pose& parent_frame, const Pose& frame) {
    const dvec3 pivot = rest.transform_point(joint.anchor_body);
    const dquat frame_from_world = glm::conjugate(frame.rotation);
    const btVector3 axis = to_bullet(frame_from_world * rest.rotate(joint.axis_body));
    const btVector3 parent_to_pivot = to_bullet(inverse(parent_frame).transform_point(pivot));
    const btVector3 pivot_to_com = to_bullet(frame_from_world * (frame.position - pivot));
    const btQuaternion rotation = frame_from_parent(parent_frame, frame);
    switch (joint.type) {
      case JointType::kHinge:
        multi_->setupRevolute(next_link_, mass, to_bullet(inertia), parent_link, rotation, axis,
                              parent_to_pivot, pivot_to_com, false);
        break;
      case JointType::kSlide:
        multi_->setupPrismatic(next_link_, mass, to_bullet(inertia), parent_link, rotation, axis,
                               parent_to_pivot, pivot_to_com, false);
        break;
      case JointType::kBall:
        multi_->setupSpherical(next_link_, mass, to_bullet(inertia), parent_link, rotation,
                               parent_to_pivot, pivot_to_com, false);
        break;
      case JointType::kFree:
        DIORAMA_CHECK(false);  // check_supported: a free joint is its body's only one
    }
  }

  void set_initial_state(const std::vector<int>& members, bool floats) {
    if (floats) {
      const Body& root = scene_.bodies[members[0]];
      const Pose rest = rest_pose(members[0]);
      const Pose frame = rest * root.mass.body_from_inertia;
      const dvec3 spin = root.initial_angular_velocity_world;
      multi_->setBaseWorldTransform(to_bullet(frame));
      multi_->setBaseOmega(to_bullet(spin));
      multi_->setBaseVel(to_bullet(root.initial_linear_velocity_world +
                                   glm::cross(spin, frame.position - rest.position)));
    }
    for (const int body : members) {
      for (const int j : topology_.joints_of[body]) {
        const Joint& joint = scene_.joints[j];
        if (joint.type != JointType::kHinge && joint.type != JointType::kSlide) continue;
        multi_->setJointPos(model_.joints[j].link, joint.initial_position);
        multi_->setJointVel(model_.joints[j].link, joint.initial_velocity);
      }
    }
  }

  void add_rows(const std::vector<int>& members) {
    for (const int body : members) {
      for (const int j : topology_.joints_of[body]) {
        const Joint& joint = scene_.joints[j];
        const bool limited = joint.limited && joint.type != JointType::kBall;
        if (joint.type == JointType::kFree || (!limited && joint.damping == 0.0)) continue;
        model_.joint_rows.push_back(std::make_unique<JointRows>(
            multi_, model_.joints[j].link, joint.damping, limited, joint.lower, joint.upper));
        model_.solver->add(model_.joint_rows.back().get());
      }
    }
  }

  const Scene& scene_;
  const SceneTopology& topology_;
  const std::vector<Pose>& world_from_node_;
  BulletModel& model_;
  btMultiBody* multi_ = nullptr;
  int tree_ = 0;
  int next_link_ = 0;
};

}  // namespace

SceneTopology::SceneTopology(const Scene& scene) {
  const std::size_t count = scene.bodies.size();
  is_static.resize(count);
  children_of.resize(count);
  joints_of.resize(count);
  shapes_of.resize(count);
  weld.resize(count);
  weld_parent.resize(count);
  for (std::size_t j = 0; j < scene.joints.size(); ++j) {
    joints_of[scene.joints[j].body.index].push_back(static_cast<int>(j));
  }
  for (std::size_t s = 0; s < scene.shapes.size(); ++s) {
    if (scene.shapes[s].collides) {
      shapes_of[scene.shapes[s].body.index].push_back(static_cast<int>(s));
    }
  }
  for (std::size_t b = 0; b < count; ++b) {  // parents come first
    const Body& body = scene.bodies[b];
    const int parent = body.parent.index;
    const bool under_static = parent < 0 || is_static[parent];
    is_static[b] = body.motion == Motion::kStatic || (joints_of[b].empty() && under_static);
    if (is_static[b]) {
      weld[b] = weld_parent[b] = -1;
    } else if (joints_of[b].empty()) {
      weld[b] = weld[parent];
      weld_parent[b] = weld_parent[parent];
    } else {
      weld[b] = static_cast<int>(b);
      weld_parent[b] = parent < 0 ? -1 : weld[parent];
    }
    if (!is_static[b] && parent >= 0) children_of[parent].push_back(static_cast<int>(b));
  }
}

bool SceneTopology::is_root(const Scene& scene, int body) const {
  const int parent = scene.bodies[body].parent.index;
  return !is_static[body] && (parent < 0 || is_static[parent]);
}

std::vector<int> SceneTopology::tree_of(int root) const {
  std::vector<int> members = {root};
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::vector<int>& below = children_of[members[i]];
    members.insert(members.end(), below.begin(), below.end());
  }
  return members;
}

Status check_supported(const Scene& scene, const SceneTopology& topology) {
  if (scene.model) {
    return invalid_input(scene.model->path.string() +
                         " is a model file, which only MuJoCo steps: use --physics mujoco");
  }
  for (const Joint& joint : scene.joints) {
    const std::string name = "joint '" + joint.name + "'";
    const Body& body = scene.bodies[joint.body.index];
    if (joint.type == JointType::kFree &&
        (topology.joints_of[joint.body.index].size() > 1 || body.parent.valid())) {
      return invalid_input(name +
                           " is free, so it must be the only joint of a body without a parent");
    }
    if (joint.type == JointType::kFree && joint.stiffness > 0.0) {
      return invalid_input(name + ": stiffness " + format_number(joint.stiffness) +
                           " needs a hinge, slide or ball joint; a free joint has none in Bullet");
    }
    if (joint.armature <= 0.0) continue;
    const bool one_axis = joint.type == JointType::kHinge || joint.type == JointType::kSlide;
    if (!one_axis || !armature_is_exact(scene, topology, joint)) {
      return invalid_input(
          name + ": Bullet has armature (" + format_number(joint.armature) +
          ") only for a hinge or slide whose parent does not turn (a slide's: does not move): "
          "set armature 0 or use --physics mujoco");
    }
  }
  for (const Actuator& actuator : scene.actuators) {
    if (actuator.type == ActuatorType::kModel || !actuator.joint.valid()) {
      return invalid_input(
          "actuator '" + actuator.name +
          "' belongs to a model file, which only MuJoCo steps: use --physics mujoco");
    }
    const JointType type = scene.joints[actuator.joint.index].type;
    if (type != JointType::kHinge && type != JointType::kSlide) {
      return invalid_input("actuator '" + actuator.name +
                           "' needs a hinge or a slide, but joint '" +
                           scene.joints[actuator.joint.index].name + "' is neither");
    }
  }
  return {};
}

void build_tree(const Scene& scene, const SceneTopology& topology,
                const std::vector<Pose>& world_from_node, const std::vector<int>& members,
                BulletModel& model) {
  TreeBuilder(scene, topology, world_from_node, model).build(members);
}

}  // namespace diorama
