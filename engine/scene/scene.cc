#include "engine/scene/scene.h"

#include <cmath>
#include <set>

namespace diorama {
namespace {

class Checker {
 public:
  explicit Checker(const Scene& scene) : scene_(scene) {}

  std::vector<std::string> run() {
    check_nodes();
    check_bodies();
    check_shapes();
    check_joints();
    check_actuators();
    check_cameras_and_lights();
    return std::move(problems_);
  }

 private:
  void require(bool condition, const std::string& what) {
    if (!condition) problems_.push_back(what);
  }

  static bool finite(const dvec3& v) { return std::isfinite(v.x) && std::isfinite(v.y) && std::isfinite(v.z); }
  static bool unit(const dquat& q) { return std::abs(glm::length(q) - 1.0) < 1e-9; }
  template <typename Tag, typename T>
  static bool in_range(Id<Tag> id, const std::vector<T>& items) {
    return id.index >= 0 && id.index < static_cast<int>(items.size());
  }
  template <typename T>
  void unique_names(const std::vector<T>& items, const std::string& kind) {
    std::set<std::string> seen;
    for (const T& item : items) require(seen.insert(item.name).second, kind + " '" + item.name + "' stands twice");
  }

  void check_nodes() {
    for (std::size_t i = 0; i < scene_.nodes.size(); ++i) {
      const Node& node = scene_.nodes[i];
      const std::string name = "node '" + node.name + "'";
      require(node.parent.index < static_cast<int>(i), name + " stands before its parent");
      require(finite(node.parent_from_node.position), name + " has a position that is not finite");
      require(unit(node.parent_from_node.rotation), name + " has a rotation that is not a unit quaternion");
    }
  }

  void check_bodies() {
    unique_names(scene_.bodies, "body");
    std::set<int> slots;
    for (std::size_t i = 0; i < scene_.bodies.size(); ++i) {
      const Body& body = scene_.bodies[i];
      const std::string name = "body '" + body.name + "'";
      require(in_range(body.node, scene_.nodes), name + " hangs on no node");
      if (in_range(body.node, scene_.nodes)) {
        require(scene_.nodes[body.node.index].body == BodyId(i), name + " is not known to its node");
      }
      require(body.parent.index < static_cast<int>(i), name + " stands before its parent");
      require(body.object_index >= 0 && slots.insert(body.object_index).second, name + " has no object slot of its own");
      if (body.motion == Motion::kDynamic) {
        require(body.mass.mass_kg > 0.0 && std::isfinite(body.mass.mass_kg), name + " has no positive mass");
        const dvec3& inertia = body.mass.principal_inertia;
        require(finite(inertia) && inertia.x > 0 && inertia.y > 0 && inertia.z > 0, name + " has no positive inertia");
        require(unit(body.mass.body_from_inertia.rotation), name + " has inertia axes that are not a rotation");
      }
    }
  }

  void check_shapes() {
    for (const Shape& shape : scene_.shapes) {
      const std::string name = "shape '" + shape.name + "'";
      require(in_range(shape.node, scene_.nodes), name + " hangs on no node");
      require(in_range(shape.body, scene_.bodies), name + " belongs to no body");
      require(in_range(shape.material, scene_.materials), name + " has no material");
      require(shape.type != ShapeType::kMesh || in_range(shape.mesh, scene_.meshes), name + " has no mesh");
      const dvec3& s = shape.size;
      bool positive = true;
      switch (shape.type) {
        case ShapeType::kBox:
        case ShapeType::kEllipsoid:
          positive = s.x > 0 && s.y > 0 && s.z > 0;
          break;
        case ShapeType::kSphere:
          positive = s.x > 0;
          break;
        case ShapeType::kCapsule:
        case ShapeType::kCylinder:
          positive = s.x > 0 && s.y > 0;
          break;
        case ShapeType::kPlane:
          positive = s.x >= 0 && s.y >= 0;
          if (in_range(shape.body, scene_.bodies)) {
            require(scene_.bodies[shape.body.index].motion == Motion::kStatic, name + " is a plane on a body that moves");
          }
          break;
        case ShapeType::kMesh:
          break;
      }
      require(positive && finite(s), name + " has a size that is not positive");
    }
  }

  void check_joints() {
    unique_names(scene_.joints, "joint");
    int last_body = -1;
    for (const Joint& joint : scene_.joints) {
      const std::string name = "joint '" + joint.name + "'";
      if (!in_range(joint.body, scene_.bodies)) {
        require(false, name + " belongs to no body");
        continue;
      }
      const Body& body = scene_.bodies[joint.body.index];
      require(joint.body.index >= last_body, name + " does not stand in the order of the bodies");
      last_body = joint.body.index;
      require(body.motion == Motion::kDynamic, name + " is on the static body '" + body.name + "'");
      require(joint.type != JointType::kFree || !body.parent.valid(), name + " is free but its body has a parent");
      require(std::abs(glm::length(joint.axis_body) - 1.0) < 1e-9, name + " has an axis that is not a unit vector");
      require(!joint.limited || joint.lower < joint.upper, name + " has a lower limit that is not below its upper one");
    }
  }

  void check_actuators() {
    for (std::size_t i = 0; i < scene_.actuators.size(); ++i) {
      const Actuator& actuator = scene_.actuators[i];
      const std::string name = "actuator '" + actuator.name + "'";
      require(actuator.control_lower < actuator.control_upper, name + " has an empty control range");
      if (actuator.type == ActuatorType::kModel) continue;
      require(in_range(actuator.joint, scene_.joints), name + " drives no joint");
      if (in_range(actuator.joint, scene_.joints)) {
        const JointType type = scene_.joints[actuator.joint.index].type;
        require(type == JointType::kHinge || type == JointType::kSlide, name + " drives a joint that is no hinge or slide");
      }
    }
  }

  void check_cameras_and_lights() {
    unique_names(scene_.cameras, "camera");
    for (const Camera& camera : scene_.cameras) {
      const std::string name = "camera '" + camera.name + "'";
      require(in_range(camera.node, scene_.nodes), name + " hangs on no node");
      require(camera.intrinsics.width_px > 0 && camera.intrinsics.height_px > 0, name + " has no pixels");
      require(camera.intrinsics.fx_px > 0 && camera.intrinsics.fy_px > 0, name + " has no focal length");
      require(camera.near_m > 0 && camera.far_m > camera.near_m, name + " needs 0 < near_m < far_m");
      const bool needs_target = camera.motion != CameraMotion::kMounted && camera.motion != CameraMotion::kOrbit;
      require(!needs_target || in_range(camera.target, scene_.bodies), name + " has no target");
    }
    for (const Light& light : scene_.lights) {
      require(in_range(light.node, scene_.nodes), "light '" + light.name + "' hangs on no node");
    }
  }

  const Scene& scene_;
  std::vector<std::string> problems_;
};

}  // namespace

int Scene::num_positions() const {
  int total = 0;
  for (const Joint& joint : joints) total += diorama::num_positions(joint.type);
  return total;
}

int Scene::num_velocities() const {
  int total = 0;
  for (const Joint& joint : joints) total += diorama::num_velocities(joint.type);
  return total;
}

const Mesh* Scene::mesh_of(const Shape& shape) const {
  return shape.type == ShapeType::kMesh ? meshes[shape.mesh.index].get() : nullptr;
}

std::optional<BodyId> Scene::find_body(const std::string& name) const {
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    if (bodies[i].name == name) return BodyId(i);
  }
  return std::nullopt;
}

std::optional<CameraId> Scene::find_camera(const std::string& name) const {
  for (std::size_t i = 0; i < cameras.size(); ++i) {
    if (cameras[i].name == name) return CameraId(i);
  }
  return std::nullopt;
}

std::vector<std::string> check_scene(const Scene& scene) { return Checker(scene).run(); }

Bounds body_bounds(const Scene& scene, BodyId body) {
  const std::vector<Pose> poses = initial_node_poses(scene);
  const Pose body_from_world = inverse(poses[scene.bodies[body.index].node.index]);
  Bounds total;
  bool first = true;
  for (const Shape& shape : scene.shapes) {
    if (shape.body != body) continue;
    const Bounds own = shape_bounds(shape, scene.mesh_of(shape));
    const Pose body_from_shape = body_from_world * poses[shape.node.index];
    for (int corner = 0; corner < 8; ++corner) {
      const dvec3 p((corner & 1) != 0 ? own.upper.x : own.lower.x, (corner & 2) != 0 ? own.upper.y : own.lower.y,
                    (corner & 4) != 0 ? own.upper.z : own.lower.z);
      const dvec3 q = body_from_shape.transform_point(p);
      total.lower = first ? q : glm::min(total.lower, q);
      total.upper = first ? q : glm::max(total.upper, q);
      first = false;
    }
  }
  return total;
}

}  // namespace diorama
