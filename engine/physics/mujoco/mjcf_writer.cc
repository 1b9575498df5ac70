#include "engine/physics/mujoco/mjcf_writer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <set>
#include <tuple>
#include <vector>

#include "engine/core/text.h"

namespace diorama::mujoco {
namespace {

using tinyxml2::XMLElement;

constexpr const char* kClass = "diorama";
// Up to here elliptic cones cost no more than pyramids and creep less; beyond, they cost several times as much.
constexpr int kMaxEllipticBodies = 50;
// Beyond, Newton's factorization of one connected pile costs more than all iterations of conjugate gradients.
constexpr int kMaxNewtonBodies = 100;

std::string numbers(std::initializer_list<double> values) {
  std::string text;
  for (const double value : values) {
    if (!text.empty()) text += ' ';
    text += format_number(value);
  }
  return text;
}

void set(XMLElement* element, const char* name, const std::string& value) { element->SetAttribute(name, value.c_str()); }
void set(XMLElement* element, const char* name, const dvec3& v) { set(element, name, numbers({v.x, v.y, v.z})); }
void set(XMLElement* element, const char* name, double value) { set(element, name, format_number(value)); }

void set_pose(XMLElement* element, const Pose& pose) {
  const auto q = to_wxyz(pose.rotation);
  set(element, "pos", pose.position);
  set(element, "quat", numbers({q[0], q[1], q[2], q[3]}));
}

int num_dynamic(const Scene& scene) {
  return static_cast<int>(std::count_if(scene.bodies.begin(), scene.bodies.end(),
                                        [](const Body& body) { return body.motion == Motion::kDynamic; }));
}

double step_s(const Scene& scene) { return 1.0 / scene.physics.step_rate_hz; }

std::string stiff_solref(const Scene& scene) { return numbers({std::max(2.0 * step_s(scene), 0.004), 1.0}); }

// Velocity feedback is stiff: MuJoCo's Euler steps it explicitly, its implicit integrator does not.
bool has_velocity_feedback(const Scene& scene) {
  return std::any_of(scene.actuators.begin(), scene.actuators.end(), [](const Actuator& actuator) {
    return actuator.type == ActuatorType::kVelocity ||
           (actuator.type == ActuatorType::kPosition && actuator.damping_gain > 0.0);
  });
}

void append_defaults(const Scene& scene, XMLElement* root) {
  XMLElement* defaults = root->InsertNewChildElement("default")->InsertNewChildElement("default");
  set(defaults, "class", kClass);
  const std::string solref = stiff_solref(scene);
  XMLElement* mesh = defaults->InsertNewChildElement("mesh");
  set(mesh, "scale", "1 1 1");
  XMLElement* joint = defaults->InsertNewChildElement("joint");
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, const char*>>{
           {"group", "0"}, {"limited", "false"}, {"margin", "0"}, {"ref", "0"}, {"springref", "0"},
           {"springdamper", "0 0"}, {"stiffness", "0"}, {"armature", "0"}, {"damping", "0"}, {"frictionloss", "0"},
           {"solimplimit", "0.95 0.99 0.001"}}) {
    set(joint, name, value);
  }
  set(joint, "solreflimit", solref);
  XMLElement* geom = defaults->InsertNewChildElement("geom");
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, const char*>>{
           // All bits: touches every geom of a model file that touches anything.
           {"contype", "2147483647"}, {"conaffinity", "2147483647"}, {"group", "0"}, {"priority", "0"},
           {"margin", "0"}, {"gap", "0"}, {"fluidshape", "none"}}) {
    set(geom, name, value);
  }
  XMLElement* general = defaults->InsertNewChildElement("general");
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, const char*>>{
           {"group", "0"}, {"ctrllimited", "false"}, {"forcelimited", "false"}, {"actlimited", "false"},
           {"dyntype", "none"}, {"gaintype", "fixed"}}) {
    set(general, name, value);
  }
}

// Corners of a mesh without the repetitions that split normals and texture coordinates make.
std::string vertex_text(const Mesh& mesh) {
  std::set<std::array<double, 3>> seen;
  std::string text;
  for (const dvec3& p : mesh.positions) {
    if (!seen.insert({p.x, p.y, p.z}).second) continue;
    if (!text.empty()) text += ' ';
    text += numbers({p.x, p.y, p.z});
  }
  return text;
}

// Whether the corners span a volume: MuJoCo makes no hull of those that lie in a plane.
bool is_flat(const Mesh& mesh) {
  constexpr double kLeastShare = 1e-9;  // of the extent
  const std::vector<dvec3>& points = mesh.positions;
  const auto farthest = [&](const auto& distance) {
    return *std::max_element(points.begin(), points.end(),
                             [&](const dvec3& p, const dvec3& q) { return distance(p) < distance(q); });
  };
  const dvec3 a = points.front();
  const dvec3 b = farthest([&](const dvec3& p) { return glm::length(p - a); });
  const double extent = glm::length(b - a);
  const auto from_line = [&](const dvec3& p) { return glm::length(glm::cross(p - a, b - a)); };
  const dvec3 c = farthest(from_line);
  if (from_line(c) <= kLeastShare * extent * extent) return true;
  const dvec3 normal = glm::normalize(glm::cross(b - a, c - a));
  const auto from_plane = [&](const dvec3& p) { return std::abs(glm::dot(p - a, normal)); };
  return from_plane(farthest(from_plane)) <= kLeastShare * extent;
}

class Writer {
 public:
  Writer(const Scene& scene, XMLElement* root)
      : scene_(scene), root_(root), world_from_node_(initial_node_poses(scene)),
        first_body_(scene.model ? scene.model->num_bodies : 0), first_joint_(scene.model ? scene.model->num_joints : 0),
        first_actuator_(scene.model ? scene.model->num_actuators : 0), children_(scene.bodies.size()),
        joints_(scene.bodies.size()), shapes_(scene.bodies.size()) {
    for (std::size_t j = first_joint_; j < scene.joints.size(); ++j) joints_[scene.joints[j].body.index].push_back(j);
    for (std::size_t s = 0; s < scene.shapes.size(); ++s) {
      const Shape& shape = scene.shapes[s];
      if (shape.collides && shape.body.index >= first_body_) shapes_[shape.body.index].push_back(s);
    }
  }

  Status run() {
    DIORAMA_RETURN_IF_ERROR(check());
    append_defaults(scene_, root_);
    append_meshes();
    XMLElement* world = root_->InsertNewChildElement("worldbody");
    for (std::size_t b = first_body_; b < scene_.bodies.size(); ++b) {
      const BodyId parent = scene_.bodies[b].parent;
      if (parent.index >= first_body_) children_[parent.index].push_back(b);
    }
    for (std::size_t b = first_body_; b < scene_.bodies.size(); ++b) {
      if (scene_.bodies[b].parent.index < first_body_) append_body(b, world);
      for (const std::size_t s : shapes_[b]) {
        if (stands_in_world(b, s)) append_geom(s, world, Pose());
      }
    }
    append_exclusions();
    append_actuators();
    return {};
  }

 private:
  Status check() const {
    for (std::size_t b = first_body_; b < scene_.bodies.size(); ++b) {
      const Body& body = scene_.bodies[b];
      if (body.parent.index > 0 && body.parent.index < first_body_) {
        return invalid_input("body '" + body.name + "': is connected to '" + scene_.bodies[body.parent.index].name +
                             "' of the model file " + scene_.model->path.string() +
                             "; connect it to the world or to a body of the scenario, or add it to the model file");
      }
      for (const std::size_t s : shapes_[b]) {
        if (scene_.shapes[s].type == ShapeType::kPlane && body.motion == Motion::kDynamic) {
          return invalid_input("body '" + body.name + "': shape '" + scene_.shapes[s].name +
                               "' is a plane, which only a static body can have; use a box");
        }
        const Mesh* mesh = scene_.mesh_of(scene_.shapes[s]);
        if (mesh && is_flat(*mesh)) {
          return invalid_input("body '" + body.name + "': mesh '" + mesh->name +
                               "' is flat and so cannot collide in MuJoCo; give it a thickness, or let it be a ghost");
        }
      }
    }
    for (std::size_t j = first_joint_; j < scene_.joints.size(); ++j) {
      if (scene_.joints[j].body.index >= first_body_) continue;
      return invalid_input("joint '" + scene_.joints[j].name + "': is added to a body of the model file " +
                           scene_.model->path.string() + "; add it in that file");
    }
    return {};
  }

  void append_meshes() {
    std::set<int> used;
    for (const auto& shapes : shapes_) {
      for (const std::size_t s : shapes) {
        if (scene_.shapes[s].type == ShapeType::kMesh) used.insert(scene_.shapes[s].mesh.index);
      }
    }
    if (used.empty()) return;
    XMLElement* assets = root_->InsertNewChildElement("asset");
    for (const int m : used) {
      XMLElement* mesh = assets->InsertNewChildElement("mesh");
      set(mesh, "name", mjcf_name('m', m));
      set(mesh, "class", kClass);
      set(mesh, "vertex", vertex_text(*scene_.meshes[m]));  // without faces: MuJoCo takes the convex hull
    }
  }

  void append_body(std::size_t b, XMLElement* parent) {
    const Body& body = scene_.bodies[b];
    XMLElement* element = parent->InsertNewChildElement("body");
    set(element, "name", mjcf_name('b', b));
    const bool free = !joints_[b].empty() && scene_.joints[joints_[b].front()].type == JointType::kFree;
    if (!free) {
      const Pose& world_from_body = world_from_node_[body.node.index];
      set_pose(element, body.parent.index < first_body_
                            ? world_from_body
                            : inverse(world_from_node_[scene_.bodies[body.parent.index].node.index]) * world_from_body);
    }
    if (body.motion == Motion::kDynamic) append_inertia(body, element);
    for (const std::size_t j : joints_[b]) append_joint(j, element);
    for (const std::size_t s : shapes_[b]) {
      if (!stands_in_world(b, s)) append_geom(s, element, world_from_node_[body.node.index]);
    }
    for (const std::size_t child : children_[b]) append_body(child, element);
  }

  static void append_inertia(const Body& body, XMLElement* parent) {
    XMLElement* inertial = parent->InsertNewChildElement("inertial");
    set_pose(inertial, body.mass.body_from_inertia);
    set(inertial, "mass", body.mass.mass_kg);
    // Flat bodies meet A + B = C; rounding must not push them over it, for MuJoCo refuses A + B < C.
    dvec3 inertia = body.mass.principal_inertia;
    for (int k = 0; k < 3; ++k) {
      const double others = inertia[(k + 1) % 3] + inertia[(k + 2) % 3];
      if (inertia[k] > others && inertia[k] < others * (1.0 + 1e-6)) inertia[k] = others;
    }
    set(inertial, "diaginertia", inertia);
  }

  void append_joint(std::size_t j, XMLElement* parent) {
    const Joint& joint = scene_.joints[j];
    XMLElement* element = parent->InsertNewChildElement("joint");
    set(element, "name", mjcf_name('j', j));
    set(element, "class", kClass);
    switch (joint.type) {
      case JointType::kFree:
        set(element, "type", "free");
        return;
      case JointType::kBall: set(element, "type", "ball"); break;
      case JointType::kHinge: set(element, "type", "hinge"); break;
      case JointType::kSlide: set(element, "type", "slide"); break;
    }
    set(element, "pos", joint.anchor_body);
    if (joint.type != JointType::kBall) {
      set(element, "axis", joint.axis_body);
      if (joint.limited) {
        set(element, "limited", "true");
        set(element, "range", numbers({joint.lower, joint.upper}));
      }
    }
    set(element, "damping", joint.damping);
    set(element, "stiffness", joint.stiffness);
    set(element, "armature", joint.armature);
  }

  /// MuJoCo pairs a body that has a plane with all others, twice with two such bodies, and has no room for that in its
  /// list of pairs: "Broadphase buffer full". Planes of its own world body are paired once.
  bool stands_in_world(std::size_t b, std::size_t s) const {
    return scene_.shapes[s].type == ShapeType::kPlane && children_[b].empty();
  }

  void append_geom(std::size_t s, XMLElement* parent, const Pose& world_from_parent) {
    const Shape& shape = scene_.shapes[s];
    const Material& material = scene_.materials[shape.material.index];
    XMLElement* geom = parent->InsertNewChildElement("geom");
    set(geom, "name", mjcf_name('g', s));
    set(geom, "class", kClass);
    const dvec3& size = shape.size;
    switch (shape.type) {
      case ShapeType::kPlane:
        set(geom, "type", "plane");
        set(geom, "size", numbers({size.x, size.y, 1.0}));  // z: grid spacing of MuJoCo's viewer
        break;
      case ShapeType::kBox: set(geom, "type", "box"); set(geom, "size", size); break;
      case ShapeType::kSphere: set(geom, "type", "sphere"); set(geom, "size", size.x); break;
      case ShapeType::kCapsule: set(geom, "type", "capsule"); set(geom, "size", numbers({size.x, size.y})); break;
      case ShapeType::kCylinder: set(geom, "type", "cylinder"); set(geom, "size", numbers({size.x, size.y})); break;
      case ShapeType::kEllipsoid: set(geom, "type", "ellipsoid"); set(geom, "size", size); break;
      case ShapeType::kMesh:
        set(geom, "type", "mesh");
        set(geom, "mesh", mjcf_name('m', shape.mesh.index));
        break;
    }
    set_pose(geom, inverse(world_from_parent) * world_from_node_[shape.node.index]);
    const GeomContact contact = geom_contact(shape, material, step_s(scene_));
    set(geom, "condim", contact.condim);
    set(geom, "friction", numbers({material.friction, material.torsional_friction_m, material.rolling_friction_m}));
    set(geom, "solref", numbers({contact.solref[0], contact.solref[1]}));
    set(geom, "solimp", numbers({contact.solimp[0], contact.solimp[1], contact.solimp[2]}));
    set(geom, "solmix", contact.solmix);
  }

  // MuJoCo itself lets connected bodies pass through each other unless the parent is static.
  void append_exclusions() {
    XMLElement* contact = nullptr;
    for (std::size_t b = first_body_; b < scene_.bodies.size(); ++b) {
      const BodyId parent = scene_.bodies[b].parent;
      if (parent.index < first_body_ || scene_.bodies[b].motion == Motion::kStatic) continue;
      if (!contact) contact = root_->InsertNewChildElement("contact");
      XMLElement* exclude = contact->InsertNewChildElement("exclude");
      set(exclude, "body1", mjcf_name('b', parent.index));
      set(exclude, "body2", mjcf_name('b', b));
    }
  }

  void append_actuators() {
    if (first_actuator_ == scene_.actuators.size()) return;
    XMLElement* actuators = root_->InsertNewChildElement("actuator");
    for (std::size_t a = first_actuator_; a < scene_.actuators.size(); ++a) {
      const Actuator& actuator = scene_.actuators[a];
      XMLElement* element = actuators->InsertNewChildElement("general");
      set(element, "name", mjcf_name('a', a));
      set(element, "class", kClass);
      const std::size_t j = actuator.joint.index;
      set(element, "joint", j < first_joint_ ? scene_.joints[j].name : mjcf_name('j', j));
      const bool motor = actuator.type == ActuatorType::kMotor;
      const double velocity_gain = actuator.type == ActuatorType::kVelocity ? actuator.gain : actuator.damping_gain;
      const double position_gain = actuator.type == ActuatorType::kPosition ? actuator.gain : 0.0;
      // The gear of a motor is folded into its gain, so that the force limit is one on the joint.
      set(element, "gear", "1 0 0 0 0 0");
      set(element, "gainprm", numbers({motor ? actuator.gear : actuator.gain, 0.0, 0.0}));
      set(element, "biastype", motor ? "none" : "affine");
      set(element, "biasprm", motor ? "0 0 0" : numbers({0.0, -position_gain, -velocity_gain}));
      if (actuator.force_limit > 0.0) {
        set(element, "forcelimited", "true");
        set(element, "forcerange", numbers({-actuator.force_limit, actuator.force_limit}));
      }
    }
  }

  const Scene& scene_;
  XMLElement* root_;
  std::vector<Pose> world_from_node_;
  int first_body_;
  std::size_t first_joint_;
  std::size_t first_actuator_;
  std::vector<std::vector<std::size_t>> children_;  // per body
  std::vector<std::vector<std::size_t>> joints_;
  std::vector<std::vector<std::size_t>> shapes_;
};

}  // namespace

bool uses_elliptic_cones(const Scene& scene) { return num_dynamic(scene) <= kMaxEllipticBodies; }

Status append_bodies(const Scene& scene, XMLElement* root) { return Writer(scene, root).run(); }

void append_options(const Scene& scene, XMLElement* root) {
  XMLElement* compiler = root->InsertNewChildElement("compiler");
  set(compiler, "angle", "radian");
  set(compiler, "inertiafromgeom", "false");
  XMLElement* option = root->InsertNewChildElement("option");
  set(option, "timestep", step_s(scene));
  set(option, "gravity", scene.physics.gravity_m_s2);
  set(option, "integrator", has_velocity_feedback(scene) ? "implicit" : "Euler");
  const bool elliptic = uses_elliptic_cones(scene);
  set(option, "cone", elliptic ? "elliptic" : "pyramidal");
  if (elliptic) set(option, "impratio", 10.0);
  set(option, "solver", num_dynamic(scene) <= kMaxNewtonBodies ? "Newton" : "CG");
  // Several contact points between two hulls, where one would let a mesh tilt and creep on another.
  set(option->InsertNewChildElement("flag"), "multiccd", "enable");
}

void append_buffer_size(const BufferSize& size, XMLElement* root) {
  XMLElement* element = root->InsertNewChildElement("size");
  element->SetAttribute("nconmax", size.contacts);
  element->SetAttribute("njmax", size.rows);
}

}  // namespace diorama::mujoco
