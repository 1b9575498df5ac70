// Rules for materials, bodies, joints, groups and actuators.
#include "engine/core/text.h"
#include "scenes/field_path.h"
#include "scenes/validate_internal.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace diorama::internal {
namespace {

constexpr int kMaxObjects = 10000;

std::vector<std::string> material_names(const schema::Scenario& scenario) {
  std::vector<std::string> names;
  for (const schema::Material& material : scenario.material()) names.push_back(material.name());
  return names;
}

bool is_zero(const schema::Vec3& v) { return v.x() == 0.0 && v.y() == 0.0 && v.z() == 0.0; }

void check_texture(Validation& v, const schema::Material& material, const std::string& path) {
  if (!material.has_texture()) return;
  const schema::Texture& texture = material.texture();
  const std::string where = path + ".texture";
  if (texture.file().empty() && texture.pattern() == schema::Texture::NONE) {
    v.error(where, "has neither a pattern nor a file; give one");
  } else if (!texture.file().empty() && texture.pattern() != schema::Texture::NONE) {
    v.error(where, "has both a pattern and a file; give one");
  } else if (!texture.file().empty()) {
    v.check_file(where + ".file", texture.file(), {".png", ".jpg", ".jpeg"});
  }
}

void check_shape(Validation& v, const schema::Shape& shape, const std::string& path, bool dynamic,
                 bool names_material) {
  switch (shape.geometry_case()) {
    case schema::Shape::GEOMETRY_NOT_SET:
      v.error(path, "has no geometry; give one of plane, box, sphere, capsule, cylinder, mesh");
      break;
    case schema::Shape::kPlane:
      if (dynamic) v.error(path + ".plane", "a plane is endless, so its body must be STATIC");
      break;
    case schema::Shape::kMesh:
      v.check_file(path + ".mesh.file", shape.mesh().file(),
                   {".obj", ".stl", ".ply", ".gltf", ".glb", ".dae"});
      break;
    default:
      break;
  }
  if (shape.ghost() && shape.hidden())
    v.warning(path, "is ghost and hidden: it neither collides nor is seen");
  if (shape.material().empty() || !names_material) return;
  const std::vector<std::string> names = material_names(v.scenario);
  if (std::find(names.begin(), names.end(), shape.material()) == names.end()) {
    v.error(path + ".material",
            "there is no material '" + shape.material() + "'" +
                did_you_mean(shape.material(), names) +
                (names.empty() ? "; the file defines none" : "; there are " + join(names, ", ")));
  }
}

/// A field of another joint type that is set although the joint is of `type`.
void check_foreign(Validation& v, bool set, const std::string& path, const char* belongs_to,
                   const std::string& type) {
  if (set) v.error(path, std::string("belongs to ") + belongs_to + " joints; this one is " + type);
}

void check_limits(Validation& v, bool has_lower, bool has_upper, double lower, double upper,
                  double start, const std::string& path, const std::string& unit) {
  if (has_lower != has_upper) {
    v.error(path + (has_lower ? ".upper_" : ".lower_") + unit,
            "is missing: give both limits or none");
    return;
  }
  if (!has_lower) return;
  if (!(lower < upper)) {
    v.error(path + ".upper_" + unit,
            format_number(upper) + " must be above lower_" + unit + " = " + format_number(lower));
  } else if (start < lower || start > upper) {
    v.error(path + ".position_" + unit,
            format_number(start) + " must be within the joint's limits [" + format_number(lower) +
                ", " + format_number(upper) + "] " + unit);
  }
}

void check_joint(Validation& v, const schema::Body& body, const schema::Joint& joint,
                 const std::string& path) {
  const std::string type = schema::Joint::Type_Name(joint.type());
  const bool hinge = joint.type() == schema::Joint::HINGE;
  const bool slide = joint.type() == schema::Joint::SLIDE;
  const bool free = joint.type() == schema::Joint::FREE;
  if (joint.type() == schema::Joint::TYPE_UNSPECIFIED) {
    v.error(path + ".type", "is not given; it is one of HINGE, SLIDE, BALL, FREE");
    return;
  }
  if (!hinge) {
    check_foreign(v, joint.has_lower_deg(), path + ".lower_deg", "HINGE", type);
    check_foreign(v, joint.has_upper_deg(), path + ".upper_deg", "HINGE", type);
    check_foreign(v, joint.position_deg() != 0.0, path + ".position_deg", "HINGE", type);
    check_foreign(v, joint.velocity_deg_s() != 0.0, path + ".velocity_deg_s", "HINGE", type);
  }
  if (!slide) {
    check_foreign(v, joint.has_lower_m(), path + ".lower_m", "SLIDE", type);
    check_foreign(v, joint.has_upper_m(), path + ".upper_m", "SLIDE", type);
    check_foreign(v, joint.position_m() != 0.0, path + ".position_m", "SLIDE", type);
    check_foreign(v, joint.velocity_m_s() != 0.0, path + ".velocity_m_s", "SLIDE", type);
  }
  if (hinge) {
    check_limits(v, joint.has_lower_deg(), joint.has_upper_deg(), joint.lower_deg(),
                 joint.upper_deg(), joint.position_deg(), path, "deg");
  }
  if (slide) {
    check_limits(v, joint.has_lower_m(), joint.has_upper_m(), joint.lower_m(), joint.upper_m(),
                 joint.position_m(), path, "m");
  }
  if (!hinge && !slide) {
    check_foreign(v, joint.has_axis(), path + ".axis", "HINGE and SLIDE", type);
  } else if (joint.has_axis() && is_zero(joint.axis())) {
    v.error(path + ".axis", "is zero and names no direction; the z axis is z: 1");
  }
  if (free) {
    check_foreign(v, joint.has_anchor_m(), path + ".anchor_m", "HINGE and BALL", type);
    check_foreign(v, joint.damping() != 0.0, path + ".damping", "HINGE, SLIDE and BALL", type);
    check_foreign(v, joint.stiffness() != 0.0, path + ".stiffness", "HINGE, SLIDE and BALL", type);
    check_foreign(v, joint.armature() != 0.0, path + ".armature", "HINGE, SLIDE and BALL", type);
    if (!body.parent().empty()) {
      v.error(path + ".type",
              "FREE is for bodies without a parent; this one has '" + body.parent() + "'");
    }
    if (body.joint_size() > 1)
      v.error(path + ".type", "a FREE joint must be the body's only joint");
  }
}

/// What holds for authored bodies and for items of groups alike.
void check_body_parts(Validation& v, const schema::Body& body, const std::string& path) {
  const bool dynamic = body.motion() != schema::Body::STATIC;
  bool solid = false;
  bool collides = false;
  for (int i = 0; i < body.shape_size(); ++i) {
    check_shape(v, body.shape(i), path + "." + element(v, body, "shape", i), dynamic, true);
    solid = solid || (body.shape(i).geometry_case() != schema::Shape::kPlane);
    collides = collides || !body.shape(i).ghost();
  }
  if (dynamic && !solid) {
    v.error(path + ".shape",
            "a dynamic body needs mass: give it a shape that is not a plane, or make it STATIC");
  }
  if (!dynamic) {
    if (body.joint_size() > 0) v.error(path + ".joint", "a STATIC body cannot have joints");
    if (body.has_mass_kg()) v.warning(path + ".mass_kg", "is ignored, the body is STATIC");
  } else if (solid && !collides && is_free(body)) {
    v.warning(path + ".shape", "all shapes are ghosts, so the free body falls through everything");
  }
  if (!is_free(body)) {
    for (const auto& [given, field] :
         {std::pair{body.has_linear_velocity_m_s(), "linear_velocity_m_s"},
          std::pair{body.has_angular_velocity_rad_s(), "angular_velocity_rad_s"}}) {
      if (given) {
        v.error(path + "." + field, dynamic
                                        ? "is for free bodies; give the joint's velocity instead"
                                        : "the body is STATIC and cannot move");
      }
    }
  }
}

void check_parent(Validation& v, int index, const std::string& path) {
  const schema::Body& body = v.scenario.body(index);
  if (body.parent().empty()) return;
  std::vector<std::string> earlier;
  for (int i = 0; i < index; ++i) earlier.push_back(v.scenario.body(i).name());
  const auto found = std::find(earlier.begin(), earlier.end(), body.parent());
  if (found != earlier.end()) {
    const schema::Body& parent = v.scenario.body(static_cast<int>(found - earlier.begin()));
    if (body.motion() == schema::Body::STATIC && parent.motion() != schema::Body::STATIC) {
      v.error(path + ".motion", "STATIC, but its parent '" + parent.name() +
                                    "' moves; a body welded to it is DYNAMIC without joint");
    }
    return;
  }
  std::string message = "there is no body '" + body.parent() + "' earlier in the file";
  if (body.parent() == body.name()) {
    message = "a body cannot be its own parent";
  } else if (const auto names = v.body_names();
             std::find(names.begin(), names.end(), body.parent()) != names.end()) {
    message += v.model != nullptr && std::find(v.model->bodies.begin(), v.model->bodies.end(),
                                               body.parent()) != v.model->bodies.end()
                   ? "; bodies of the model file cannot be parents"
                   : "; move it before this one";
  } else {
    message += did_you_mean(body.parent(), earlier);
  }
  v.error(path + ".parent", message);
}

/// Reports the second and later uses of a name.
class UniqueNames {
 public:
  UniqueNames(Validation& v, std::string kind) : v_(v), kind_(std::move(kind)) {}
  /// Takes a name of another kind, whose own repetitions are reported elsewhere.
  void reserve(const std::string& name, const std::string& path) { first_.try_emplace(name, path); }
  void add(const std::string& name, const std::string& path) {
    if (name.empty()) return;
    const auto [at, fresh] = first_.try_emplace(name, path);
    if (!fresh)
      v_.error(path, "the " + kind_ + " name '" + name + "' is taken by " + at->second +
                         "; names are unique");
  }

 private:
  Validation& v_;
  std::string kind_;
  std::map<std::string, std::string> first_;
};

void check_name(Validation& v, const std::string& name, const std::string& path,
                const char* forbidden) {
  if (name.empty()) {
    v.error(path, "is missing; give a unique name");
  } else if (name.find_first_of(forbidden) != std::string::npos) {
    v.error(path, "'" + name + "' must not contain any of " + forbidden);
  }
}

void check_item(Validation& v, const schema::Group::Item& item, const std::string& path) {
  if (!item.has_body()) {
    v.error(path + ".body", "is missing; say what the group scatters");
    return;
  }
  const schema::Body& body = item.body();
  check_body_parts(v, body, path + ".body");
  if (!body.parent().empty()) v.error(path + ".body.parent", "bodies of a group have no parent");
  for (int j = 0; j < body.joint_size(); ++j) {
    const std::string where = path + ".body." + element(v, body, "joint", j);
    if (body.joint(j).type() != schema::Joint::FREE) {
      v.error(where + ".type", "bodies of a group move freely or are STATIC; only FREE is allowed");
    } else {
      check_joint(v, body, body.joint(j), where);
    }
  }
  if (body.has_position_m())
    v.error(path + ".body.position_m", "is set by the group; leave it out");
  if (item.has_material()) check_texture(v, item.material(), path + ".material");
}

}  // namespace

std::string joint_name(const schema::Body& body, int index) {
  const std::string& name = body.joint(index).name();
  return name.empty() ? body.name() + "/joint" + std::to_string(index) : name;
}

std::string actuator_name(const schema::Actuator& actuator) {
  return actuator.name().empty() ? actuator.joint() : actuator.name();
}

bool is_free(const schema::Body& body) {
  if (body.motion() == schema::Body::STATIC) return false;
  if (body.joint_size() == 0) return body.parent().empty();
  return body.joint_size() == 1 && body.joint(0).type() == schema::Joint::FREE;
}

void check_materials(Validation& v) {
  UniqueNames names(v, "material");
  std::set<std::string> used;
  for (const schema::Body& body : v.scenario.body()) {
    for (const schema::Shape& shape : body.shape()) used.insert(shape.material());
  }
  for (const schema::Group& group : v.scenario.group()) {
    for (const auto& item : group.item()) {
      for (const schema::Shape& shape : item.body().shape()) used.insert(shape.material());
    }
  }
  bool material_varies = false;  // Then which are used cannot be seen from here.
  for (const schema::Vary& vary : v.scenario.vary()) {
    for (const std::string& path : vary.path()) {
      material_varies = material_varies ||
                        (path.size() > 9 && path.compare(path.size() - 9, 9, ".material") == 0);
    }
  }
  for (const schema::Group& group : v.scenario.group()) {
    for (const auto& item : group.item()) material_varies = material_varies || item.vary_size() > 0;
  }
  for (int i = 0; i < v.scenario.material_size(); ++i) {
    const schema::Material& material = v.scenario.material(i);
    const std::string path = element(v, v.scenario, "material", i);
    check_name(v, material.name(), path + ".name", "[]");
    names.add(material.name(), path + ".name");
    check_texture(v, material, path);
    if (!material_varies && !material.name().empty() && !used.contains(material.name())) {
      v.warning(path, "is not used by any shape");
    }
  }
}

void check_bodies(Validation& v) {
  UniqueNames names(v, "body");
  UniqueNames joints(v, "joint");
  if (v.model != nullptr) {
    for (const std::string& name : v.model->bodies) names.add(name, "a body of the model file");
    for (const std::string& name : v.model->joints) joints.add(name, "a joint of the model file");
  }
  bool moves = v.scenario.has_model() || v.scenario.group_size() > 0;
  for (int i = 0; i < v.scenario.body_size(); ++i) {
    const schema::Body& body = v.scenario.body(i);
    const std::string path = element(v, v.scenario, "body", i);
    check_name(v, body.name(), path + ".name", "[]");
    names.add(body.name(), path + ".name");
    for (const schema::Group& group : v.scenario.group()) {
      if (!group.name().empty() && body.name().rfind(group.name() + "/", 0) == 0) {
        v.error(path + ".name",
                "'" + body.name() + "' looks like a body of group '" + group.name() + "'");
      }
    }
    check_parent(v, i, path);
    check_body_parts(v, body, path);
    if (is_free(body)) joints.add(body.joint_size() > 0 ? joint_name(body, 0) : body.name(), path);
    for (int j = 0; j < body.joint_size(); ++j) {
      const std::string where = path + "." + element(v, body, "joint", j);
      check_joint(v, body, body.joint(j), where);
      if (!is_free(body)) joints.add(joint_name(body, j), where + ".name");
    }
    moves = moves || body.motion() != schema::Body::STATIC;
  }
  if (v.scenario.body_size() == 0 && v.scenario.group_size() == 0 && !v.scenario.has_model()) {
    v.error("body", "there is none; a scene needs a body, a group or a model file");
  } else if (!moves) {
    v.warning("body", "all are STATIC: nothing moves");
  }
}

void check_groups(Validation& v) {
  UniqueNames names(v, "group");
  for (int i = 0; i < v.scenario.body_size(); ++i)
    names.reserve(v.scenario.body(i).name(), element(v, v.scenario, "body", i));
  long long objects = v.scenario.body_size();
  for (int g = 0; g < v.scenario.group_size(); ++g) {
    const schema::Group& group = v.scenario.group(g);
    const std::string path = element(v, v.scenario, "group", g);
    check_name(v, group.name(), path + ".name", "[]/");
    names.add(group.name(), path + ".name");
    if (group.has_max_count() && group.count() > group.max_count()) {
      v.error(path + ".count", std::to_string(group.count()) + " must not be above max_count = " +
                                   std::to_string(group.max_count()));
    }
    if (!group.has_max_count() && group.count() == 0)
      v.error(path + ".count", "0 scatters nothing; give count or max_count");
    objects += std::max(group.count(), group.has_max_count() ? group.max_count() : 0);
    if (group.item_size() == 0)
      v.error(path + ".item", "there is none; a group needs at least one");
    for (int i = 0; i < group.item_size(); ++i)
      check_item(v, group.item(i), path + "." + element(v, group, "item", i));
  }
  if (objects > kMaxObjects) {
    v.error("group", "together the bodies are " + std::to_string(objects) + ", at most " +
                         std::to_string(kMaxObjects) + " are supported");
  }
}

void check_actuators(Validation& v) {
  UniqueNames names(v, "actuator");
  std::map<std::string, schema::Joint::Type> joints;
  std::vector<std::string> joint_names;
  if (v.model != nullptr) {
    for (const std::string& name : v.model->actuators)
      names.add(name, "an actuator of the model file");
  }
  for (const schema::Body& body : v.scenario.body()) {
    for (int j = 0; j < body.joint_size(); ++j) {
      joints.emplace(joint_name(body, j), body.joint(j).type());
      joint_names.push_back(joint_name(body, j));
    }
  }
  for (int i = 0; i < v.scenario.actuator_size(); ++i) {
    const schema::Actuator& actuator = v.scenario.actuator(i);
    const std::string path = element(v, v.scenario, "actuator", i);
    names.add(actuator_name(actuator), path + ".name");
    const auto joint = joints.find(actuator.joint());
    if (actuator.joint().empty()) {
      v.error(path + ".joint", "is missing; name the joint that it drives");
    } else if (joint == joints.end()) {
      v.error(path + ".joint",
              "there is no joint '" + actuator.joint() + "'" +
                  did_you_mean(actuator.joint(), joint_names) +
                  (joint_names.empty() ? "; no body has a joint"
                                       : "; there are " + join(joint_names, ", ")));
    } else if (joint->second != schema::Joint::HINGE && joint->second != schema::Joint::SLIDE) {
      v.error(path + ".joint", "'" + actuator.joint() + "' is " +
                                   schema::Joint::Type_Name(joint->second) +
                                   "; actuators drive HINGE and SLIDE joints");
    }
    const double lower = actuator.has_control_lower() ? actuator.control_lower() : -1.0;
    const double upper = actuator.has_control_upper() ? actuator.control_upper() : 1.0;
    if (!(lower < upper)) {
      v.error(path + ".control_upper",
              format_number(upper) + " must be above control_lower = " + format_number(lower));
    }
    const bool motor = actuator.type() == schema::Actuator::MOTOR;
    if (!motor && !(actuator.gain() > 0.0)) {
      v.error(path + ".gain", format_number(actuator.gain()) + " must be above 0 for a " +
                                  schema::Actuator::Type_Name(actuator.type()) + " actuator");
    }
    if (motor && actuator.gain() != 0.0)
      v.warning(path + ".gain", "is ignored by a MOTOR; it has gear");
    if (!motor && actuator.has_gear()) v.warning(path + ".gear", "is ignored but by a MOTOR");
    if (actuator.type() != schema::Actuator::POSITION && actuator.damping_gain() != 0.0) {
      v.warning(path + ".damping_gain", "is ignored but by POSITION");
    }
  }
  if (v.scenario.actuator_size() == 0 && !v.scenario.has_model() &&
      v.scenario.controller().type() != schema::Controller::STILL) {
    v.warning("controller.type", "there is no actuator to drive");
  }
}

}  // namespace diorama::internal
