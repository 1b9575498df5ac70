#include "scenes/scene_builder.h"

#include "engine/core/check.h"
#include "engine/core/text.h"
#include "scenes/field_rules.h"
#include "scenes/validate_internal.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <vector>

namespace diorama {
namespace {

constexpr const char* kDefaultMaterial = "<default>";
constexpr double kDefaultSunAzimuthDeg = 40.0;
constexpr double kDefaultSunElevationDeg = 50.0;

double radians(double degrees) { return degrees * (std::numbers::pi / 180.0); }

/// A field's vector or colour, or what its absence stands for; nothing if the model file says that.
std::optional<dvec3> vector_in(const google::protobuf::Message& parent, int field_number,
                               bool on_model = false) {
  const google::protobuf::FieldDescriptor& field =
      *parent.GetDescriptor()->FindFieldByNumber(field_number);
  const google::protobuf::Reflection& reflection = *parent.GetReflection();
  if (reflection.HasField(parent, &field)) {
    const google::protobuf::Message& message = reflection.GetMessage(parent, &field);
    if (field.message_type() == schema::Vec3::descriptor())
      return vector_of(static_cast<const schema::Vec3&>(message));
    const auto& color = static_cast<const schema::Color&>(message);
    return dvec3(color.r(), color.g(), color.b());
  }
  const auto otherwise = vector_default(field, parent, on_model);
  if (!otherwise) return std::nullopt;
  return dvec3((*otherwise)[0], (*otherwise)[1], (*otherwise)[2]);
}

Pose pose_of(const schema::Vec3& position, const schema::Rotation& rotation) {
  return {vector_of(position), rotation_of(rotation)};
}

/// A camera's pose by its rotation if it has one, else by the point that it looks at.
template <typename Placed>
Pose aimed(const Placed& placed) {
  if (placed.has_rotation()) return pose_of(placed.position_m(), placed.rotation());
  return look_at(vector_of(placed.position_m()), vector_of(placed.look_at_m()));
}

JointType joint_type(schema::Joint::Type type) {
  switch (type) {
    case schema::Joint::HINGE:
      return JointType::kHinge;
    case schema::Joint::SLIDE:
      return JointType::kSlide;
    case schema::Joint::BALL:
      return JointType::kBall;
    default:
      return JointType::kFree;
  }
}

/// Type and size of a shape; meshes are loaded by the caller.
void set_geometry(const schema::Shape& from, Shape& to) {
  switch (from.geometry_case()) {
    case schema::Shape::kPlane:
      to.type = ShapeType::kPlane;
      to.size = {from.plane().half_x_m(), from.plane().half_y_m(), 0.0};
      break;
    case schema::Shape::kBox:
      to.type = ShapeType::kBox;
      to.size = {from.box().half_x_m(), from.box().half_y_m(), from.box().half_z_m()};
      break;
    case schema::Shape::kSphere:
      to.type = ShapeType::kSphere;
      to.size = {from.sphere().radius_m(), 0.0, 0.0};
      break;
    case schema::Shape::kCapsule:
      to.type = ShapeType::kCapsule;
      to.size = {from.capsule().radius_m(), from.capsule().half_length_m(), 0.0};
      break;
    case schema::Shape::kCylinder:
      to.type = ShapeType::kCylinder;
      to.size = {from.cylinder().radius_m(), from.cylinder().half_length_m(), 0.0};
      break;
    default:
      to.type = ShapeType::kMesh;
      break;
  }
}

}  // namespace

dvec3 vector_of(const schema::Vec3& vector) { return {vector.x(), vector.y(), vector.z()}; }

dquat rotation_of(const schema::Rotation& rotation) {
  if (rotation.has_quaternion()) {
    const schema::Quaternion& q = rotation.quaternion();
    return glm::normalize(quat_wxyz(q.w(), q.x(), q.y(), q.z()));
  }
  if (!rotation.has_euler()) return identity_quat();
  const dquat roll = glm::angleAxis(radians(rotation.euler().roll_deg()), dvec3(1, 0, 0));
  const dquat pitch = glm::angleAxis(radians(rotation.euler().pitch_deg()), dvec3(0, 1, 0));
  const dquat yaw = glm::angleAxis(radians(rotation.euler().yaw_deg()), dvec3(0, 0, 1));
  return glm::normalize(yaw * pitch * roll);
}

ConcreteSceneBuilder::ConcreteSceneBuilder(SceneAssets& assets, const Scene* model)
    : assets_(assets), model_(model) {
  if (model_ != nullptr) {
    scene_ = *model_;
    scene_.cameras.clear();  // The scenario says which of them it takes.
  }
  first_material_ = scene_.materials.size();
}

Status ConcreteSceneBuilder::begin(const schema::Scenario& scenario) {
  const schema::Physics& physics = scenario.physics();
  const auto gravity =
      vector_in(physics, schema::Physics::kGravityMS2FieldNumber, model_ != nullptr);
  if (gravity) scene_.physics.gravity_m_s2 = *gravity;
  scene_.physics.step_rate_hz = physics.step_rate_hz();
  scene_.physics.solver_iterations = physics.solver_iterations();
  for (const schema::Material& material : scenario.material())
    DIORAMA_RETURN_IF_ERROR(add_material(material));
  return {};
}

Status ConcreteSceneBuilder::add_material(const schema::Material& from) {
  Material material;
  material.name = from.name();
  const bool textured = from.has_texture();
  material.base_color_linear =
      linear_from_srgb(*vector_in(from, schema::Material::kBaseColorFieldNumber));
  material.roughness = from.roughness();
  material.metallic = from.metallic();
  material.emission_nits = from.emission_nits();
  material.density_kg_m3 = from.density_kg_m3();
  material.friction = from.friction();
  material.torsional_friction_m = from.torsional_friction_m();
  material.rolling_friction_m = from.rolling_friction_m();
  material.restitution = from.restitution();
  if (textured) {
    auto texture = assets_.texture(from.texture());
    if (!texture.ok())
      return texture.status().with_context("material[" + from.name() + "].texture");
    const auto known = std::find(scene_.textures.begin(), scene_.textures.end(), *texture);
    material.texture = TextureId(static_cast<int>(known - scene_.textures.begin()));
    if (known == scene_.textures.end()) scene_.textures.push_back(*std::move(texture));
    material.mapping = from.texture().uniform() ? TextureMapping::kUniform : TextureMapping::kMesh;
    material.texture_repeat = {from.texture().repeat_x(), from.texture().repeat_y()};
  }
  scene_.materials.push_back(std::move(material));
  return {};
}

NodeId ConcreteSceneBuilder::add_node(std::string name, NodeId parent, const Pose& parent_from_node,
                                      BodyId body) {
  scene_.nodes.push_back({std::move(name), parent, parent_from_node, body});
  return NodeId(scene_.nodes.size() - 1);
}

MaterialId ConcreteSceneBuilder::find_material(const std::string& name) {
  const std::string& wanted = name.empty() ? kDefaultMaterial : name;
  for (std::size_t i = first_material_; i < scene_.materials.size(); ++i) {
    if (scene_.materials[i].name == wanted) return MaterialId(i);
  }
  DIORAMA_CHECK(name.empty());  // validate() has found all others.
  Material material;
  material.name = kDefaultMaterial;
  material.base_color_linear =
      linear_from_srgb(*vector_in(schema::Material(), schema::Material::kBaseColorFieldNumber));
  scene_.materials.push_back(std::move(material));
  return MaterialId(scene_.materials.size() - 1);
}

Result<MassProperties> ConcreteSceneBuilder::add_shape(BodyId body, const schema::Shape& from,
                                                       int index) {
  const Body& owner = scene_.bodies[static_cast<std::size_t>(body.index)];
  const std::string key = from.name().empty() ? std::to_string(index) : from.name();
  const std::string path = "body[" + owner.name + "].shape[" + key + "]";
  Shape shape;
  shape.name =
      owner.name + "/" + (from.name().empty() ? "shape" + std::to_string(index) : from.name());
  shape.body = body;
  set_geometry(from, shape);
  std::shared_ptr<const Mesh> mesh;
  if (shape.type == ShapeType::kMesh) {
    auto loaded = assets_.mesh(from.mesh());
    if (!loaded.ok()) return loaded.status().with_context(path + ".mesh");
    mesh = *std::move(loaded);
    const auto known = std::find(scene_.meshes.begin(), scene_.meshes.end(), mesh);
    shape.mesh = MeshId(static_cast<int>(known - scene_.meshes.begin()));
    if (known == scene_.meshes.end()) scene_.meshes.push_back(mesh);
  }
  shape.material = find_material(from.material());
  shape.collides = !from.ghost();
  shape.visible = !from.hidden();
  const Pose body_from_shape = pose_of(from.position_m(), from.rotation());
  shape.node = add_node(shape.name, owner.node, body_from_shape);

  MassProperties mass;
  if (owner.motion == Motion::kDynamic && shape.type != ShapeType::kPlane) {
    const double density =
        scene_.materials[static_cast<std::size_t>(shape.material.index)].density_kg_m3;
    auto own = shape_mass(shape, mesh.get(), density);
    if (!own.ok()) return own.status().with_context(path);
    mass = transform_mass(body_from_shape, *own);
  }
  scene_.shapes.push_back(std::move(shape));
  return mass;
}

void ConcreteSceneBuilder::add_joint(BodyId body, const schema::Joint& from,
                                     const std::string& name) {
  Joint joint;
  joint.name = name;
  joint.body = body;
  joint.type = joint_type(from.type());
  joint.anchor_body = vector_of(from.anchor_m());
  joint.axis_body = glm::normalize(*vector_in(from, schema::Joint::kAxisFieldNumber));
  joint.damping = from.damping();
  joint.stiffness = from.stiffness();
  joint.armature = from.armature();
  if (joint.type == JointType::kHinge) {
    joint.limited = from.has_lower_deg();
    joint.lower = radians(from.lower_deg());
    joint.upper = radians(from.upper_deg());
    joint.initial_position = radians(from.position_deg());
    joint.initial_velocity = radians(from.velocity_deg_s());
  } else if (joint.type == JointType::kSlide) {
    joint.limited = from.has_lower_m();
    joint.lower = from.lower_m();
    joint.upper = from.upper_m();
    joint.initial_position = from.position_m();
    joint.initial_velocity = from.velocity_m_s();
  }
  scene_.joints.push_back(std::move(joint));
}

Result<BodyId> ConcreteSceneBuilder::add_body(const schema::Body& from, int object_index) {
  const BodyId id(scene_.bodies.size());
  Body body;
  body.name = from.name();
  body.class_name = from.class_name();
  body.motion = from.motion() == schema::Body::STATIC ? Motion::kStatic : Motion::kDynamic;
  body.object_index = object_index;
  NodeId parent_node;
  if (!from.parent().empty()) {
    // The scenario's own bodies: a name of the model's may not be a parent.
    body.parent = *scene_.find_body(from.parent());
    parent_node = scene_.bodies[static_cast<std::size_t>(body.parent.index)].node;
  }
  const bool free = internal::is_free(from);
  if (free) {
    body.initial_linear_velocity_world = vector_of(from.linear_velocity_m_s());
    body.initial_angular_velocity_world = vector_of(from.angular_velocity_rad_s());
  }
  body.node = add_node(body.name, parent_node, pose_of(from.position_m(), from.rotation()), id);
  scene_.bodies.push_back(std::move(body));

  std::vector<MassProperties> parts;
  for (int i = 0; i < from.shape_size(); ++i) {
    DIORAMA_ASSIGN_OR_RETURN(const MassProperties mass, add_shape(id, from.shape(i), i));
    if (mass.mass_kg > 0.0) parts.push_back(mass);
  }
  Body& added = scene_.bodies.back();
  if (added.motion == Motion::kDynamic) {
    if (parts.empty())
      return invalid_input("body[" + from.name() + "] has no mass; give it a shape with volume");
    added.mass = combine_mass(parts);
    if (from.has_mass_kg()) added.mass = with_mass(added.mass, from.mass_kg());
  }
  if (free && from.joint_size() == 0) {
    schema::Joint joint;
    joint.set_type(schema::Joint::FREE);
    add_joint(id, joint, from.name());
  }
  for (int j = 0; j < from.joint_size(); ++j)
    add_joint(id, from.joint(j), internal::joint_name(from, j));
  return id;
}

void ConcreteSceneBuilder::set_pose(BodyId body, const Pose& world_from_body) {
  const Body& moved = scene_.bodies[static_cast<std::size_t>(body.index)];
  DIORAMA_CHECK(!moved.parent.valid());
  scene_.nodes[static_cast<std::size_t>(moved.node.index)].parent_from_node = world_from_body;
}

void ConcreteSceneBuilder::add_actuator(const schema::Actuator& from) {
  Actuator actuator;
  actuator.name = internal::actuator_name(from);
  // From the back: the scenario's own joints stand behind the model's, which may have the same
  // names.
  for (std::size_t j = scene_.joints.size(); j-- > 0 && !actuator.joint.valid();) {
    if (scene_.joints[j].name == from.joint()) actuator.joint = JointId(j);
  }
  switch (from.type()) {
    case schema::Actuator::POSITION:
      actuator.type = ActuatorType::kPosition;
      break;
    case schema::Actuator::VELOCITY:
      actuator.type = ActuatorType::kVelocity;
      break;
    default:
      actuator.type = ActuatorType::kMotor;
      break;
  }
  actuator.control_lower = from.control_lower();
  actuator.control_upper = from.control_upper();
  actuator.gear = from.gear();
  actuator.gain = from.gain();
  actuator.damping_gain = from.damping_gain();
  actuator.force_limit = from.force_limit();
  scene_.actuators.push_back(std::move(actuator));
}

void ConcreteSceneBuilder::add_camera(const schema::Camera& from) {
  Camera camera;
  double fov_y_rad = radians(from.fov_y_deg());
  if (from.motion_case() == schema::Camera::kModelCamera) {
    camera =
        model_->cameras[static_cast<std::size_t>(model_->find_camera(from.model_camera())->index)];
    const Intrinsics& own = camera.intrinsics;
    if (!from.has_fov_y_deg()) fov_y_rad = 2.0 * std::atan(0.5 * own.height_px / own.fy_px);
  }
  camera.name = from.name();
  camera.intrinsics = intrinsics_from_fov_y(from.width_px(), from.height_px(), fov_y_rad);
  camera.near_m = from.near_m();
  camera.far_m = from.far_m();
  const std::string node_name = "camera/" + from.name();
  switch (from.motion_case()) {
    case schema::Camera::kFixed:
      camera.node = add_node(node_name, {}, aimed(from.fixed()));
      break;
    case schema::Camera::kOrbit: {
      const schema::Camera::Orbit& orbit = from.orbit();
      camera.motion = CameraMotion::kOrbit;
      camera.orbit_center_world = vector_of(orbit.center_m());
      camera.orbit_radius_m = orbit.radius_m();
      camera.orbit_height_m = orbit.height_m();
      camera.orbit_phase_rad = radians(orbit.phase_deg());
      camera.orbit_rate_rad_s = radians(orbit.rate_deg_s());
      if (!orbit.body().empty()) camera.target = *scene_.find_body(orbit.body());
      camera.node = add_node(node_name, {}, {camera.orbit_center_world, identity_quat()});
      break;
    }
    case schema::Camera::kLookAt:
      camera.motion = CameraMotion::kTarget;
      camera.target = *scene_.find_body(from.look_at().body());
      camera.node =
          add_node(node_name, {}, {vector_of(from.look_at().position_m()), identity_quat()});
      break;
    case schema::Camera::kMounted: {
      const BodyId body = *scene_.find_body(from.mounted().body());
      camera.node = add_node(node_name, scene_.bodies[static_cast<std::size_t>(body.index)].node,
                             aimed(from.mounted()));
      break;
    }
    default:
      break;
  }
  scene_.cameras.push_back(std::move(camera));
}

void ConcreteSceneBuilder::add_light(const schema::Light& from, int index) {
  Light light;
  light.name = from.name().empty() ? "light" + std::to_string(index) : from.name();
  light.color_linear = linear_from_srgb(*vector_in(from, schema::Light::kColorFieldNumber));
  Pose pose;
  switch (from.kind_case()) {
    case schema::Light::kPoint:
      light.type = LightType::kPoint;
      light.intensity_candela = from.point().intensity_candela();
      pose.position = vector_of(from.point().position_m());
      break;
    case schema::Light::kSpot:
      light.type = LightType::kSpot;
      light.intensity_candela = from.spot().intensity_candela();
      light.cutoff_rad = radians(from.spot().cutoff_deg());
      pose.position = vector_of(from.spot().position_m());
      pose.rotation =
          rotation_from_z(glm::normalize(vector_of(from.spot().look_at_m()) - pose.position));
      break;
    default: {
      light.type = LightType::kSun;
      light.illuminance_lux = from.sun().illuminance_lux();
      light.casts_shadow = !from.sun().no_shadow();
      const double azimuth = radians(from.sun().azimuth_deg());
      const double elevation = radians(from.sun().elevation_deg());
      const dvec3 toward_sun(std::cos(elevation) * std::cos(azimuth),
                             std::cos(elevation) * std::sin(azimuth), std::sin(elevation));
      pose.rotation = rotation_from_z(-toward_sun);
      break;
    }
  }
  light.node = add_node("light/" + light.name, {}, pose);
  scene_.lights.push_back(std::move(light));
}

void ConcreteSceneBuilder::number_articulations() {
  // A tree of the scenario's moving bodies is named by its root; only trees of several bodies, and
  // single bodies held by the world, are articulations. The model's bodies have their numbers
  // already.
  const std::size_t first = model_ == nullptr ? 0 : model_->bodies.size();
  std::vector<std::size_t> root(scene_.bodies.size());
  std::map<std::size_t, int> members;
  for (std::size_t i = first; i < scene_.bodies.size(); ++i) {
    const Body& body = scene_.bodies[i];
    if (body.motion == Motion::kStatic) continue;
    const auto parent = static_cast<std::size_t>(body.parent.index);
    const bool attached = body.parent.valid() && scene_.bodies[parent].motion == Motion::kDynamic;
    root[i] = attached ? root[parent] : i;
    ++members[root[i]];
  }
  std::vector<bool> free(scene_.bodies.size(), false);
  for (const Joint& joint : scene_.joints) {
    if (joint.type == JointType::kFree) free[static_cast<std::size_t>(joint.body.index)] = true;
  }
  int next = 0;
  for (std::size_t i = 0; i < first; ++i) next = std::max(next, scene_.bodies[i].articulation + 1);
  std::map<std::size_t, int> numbers;
  for (const auto& [body, count] : members) {
    if (count > 1 || !free[body]) numbers[body] = next++;
  }
  for (std::size_t i = first; i < scene_.bodies.size(); ++i) {
    if (scene_.bodies[i].motion == Motion::kStatic) continue;
    const auto found = numbers.find(root[i]);
    if (found != numbers.end()) scene_.bodies[i].articulation = found->second;
  }
}

Result<Scene> ConcreteSceneBuilder::finish(const schema::Scenario& scenario) && {
  number_articulations();
  for (const schema::Actuator& actuator : scenario.actuator()) add_actuator(actuator);
  for (const schema::Camera& camera : scenario.camera()) add_camera(camera);
  for (int i = 0; i < scenario.light_size(); ++i) add_light(scenario.light(i), i);
  if (scene_.lights.empty()) {
    schema::Light sun;
    sun.set_name("sun");
    sun.mutable_sun()->set_azimuth_deg(kDefaultSunAzimuthDeg);
    sun.mutable_sun()->set_elevation_deg(kDefaultSunElevationDeg);
    sun.mutable_sun()->set_illuminance_lux(60000.0);
    add_light(sun, 0);
  }
  const schema::Sky& sky = scenario.sky();
  const auto sky_color = [&](int field, dvec3& linear) {
    const auto color = vector_in(sky, field, model_ != nullptr);
    if (color) linear = linear_from_srgb(*color);
  };
  sky_color(schema::Sky::kZenithFieldNumber, scene_.sky.zenith_linear);
  sky_color(schema::Sky::kHorizonFieldNumber, scene_.sky.horizon_linear);
  sky_color(schema::Sky::kGroundFieldNumber, scene_.sky.ground_linear);
  if (sky.has_luminance_nits()) scene_.sky.luminance_nits = sky.luminance_nits();
  scene_.exposure_ev100 = scenario.exposure_ev100();
  const std::vector<std::string> problems = check_scene(scene_);
  if (!problems.empty())
    return failed("the scene built from the scenario is unsound: " + join(problems, "; "));
  return std::move(scene_);
}

}  // namespace diorama
