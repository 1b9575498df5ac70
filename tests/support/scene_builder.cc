#include "tests/support/scene_builder.h"

#include <cstdio>
#include <utility>
#include <vector>

#include "engine/core/check.h"

namespace diorama {

SceneBuilder::SceneBuilder() { scene_.physics.step_rate_hz = 960.0; }

MaterialId SceneBuilder::material(double friction, double restitution, double density_kg_m3, dvec3 base_color_linear) {
  Material m;
  m.name = "material" + std::to_string(scene_.materials.size());
  m.friction = friction;
  m.restitution = restitution;
  m.density_kg_m3 = density_kg_m3;
  m.base_color_linear = base_color_linear;
  scene_.materials.push_back(m);
  return MaterialId(scene_.materials.size() - 1);
}

BodyId SceneBuilder::add_body(const std::string& name, Motion motion, BodyId parent, const Pose& world_from_body) {
  const std::vector<Pose> poses = initial_node_poses(scene_);
  Node node;
  node.name = name;
  if (parent.valid()) {
    node.parent = scene_.bodies[parent.index].node;
    node.parent_from_node = inverse(poses[node.parent.index]) * world_from_body;
  } else {
    node.parent_from_node = world_from_body;
  }
  node.body = BodyId(scene_.bodies.size());
  scene_.nodes.push_back(node);
  Body body;
  body.name = name;
  body.node = NodeId(scene_.nodes.size() - 1);
  body.parent = parent;
  body.motion = motion;
  body.object_index = static_cast<int>(scene_.bodies.size());
  scene_.bodies.push_back(body);
  return BodyId(scene_.bodies.size() - 1);
}

BodyId SceneBuilder::body(const std::string& name, Motion motion, const Pose& world_from_body, ShapeType type,
                          dvec3 size, MaterialId material) {
  const BodyId id = add_body(name, motion, BodyId(), world_from_body);
  add_shape(id, {}, type, size, material);
  if (motion == Motion::kDynamic) {
    Joint joint;
    joint.name = name + "/free";
    joint.body = id;
    joint.type = JointType::kFree;
    scene_.joints.push_back(joint);
  }
  return id;
}

ShapeId SceneBuilder::add_shape(BodyId body, const Pose& body_from_shape, ShapeType type, dvec3 size,
                                MaterialId material) {
  Body& owner = scene_.bodies[body.index];
  Node node;
  node.name = owner.name + "/shape" + std::to_string(scene_.shapes.size());
  node.parent = owner.node;
  node.parent_from_node = body_from_shape;
  scene_.nodes.push_back(node);
  Shape shape;
  shape.name = node.name;
  shape.node = NodeId(scene_.nodes.size() - 1);
  shape.body = body;
  shape.type = type;
  shape.size = size;
  shape.material = material;
  scene_.shapes.push_back(shape);

  if (owner.motion == Motion::kDynamic) {
    std::vector<MassProperties> parts;
    if (owner.mass.mass_kg > 0.0) parts.push_back(owner.mass);
    auto mass = shape_mass(shape, nullptr, scene_.materials[material.index].density_kg_m3);
    DIORAMA_CHECK(mass.ok());
    parts.push_back(transform_mass(body_from_shape, *mass));
    owner.mass = combine_mass(parts);
  }
  return ShapeId(scene_.shapes.size() - 1);
}

BodyId SceneBuilder::jointed_body(const std::string& name, BodyId parent, const Pose& world_from_body, ShapeType type,
                                  dvec3 size, MaterialId material, Joint joint) {
  const BodyId id = add_body(name, Motion::kDynamic, parent, world_from_body);
  add_shape(id, {}, type, size, material);
  joint.body = id;
  if (joint.name.empty()) joint.name = name + "/joint";
  scene_.joints.push_back(std::move(joint));
  Body& body = scene_.bodies[id.index];
  const bool parent_moves = parent.valid() && scene_.bodies[parent.index].motion == Motion::kDynamic;
  if (parent_moves && scene_.bodies[parent.index].articulation < 0) scene_.bodies[parent.index].articulation = parent.index;
  body.articulation = parent_moves ? scene_.bodies[parent.index].articulation : id.index;
  return id;
}

BodyId SceneBuilder::floor(MaterialId material) {
  return body("floor", Motion::kStatic, {}, ShapeType::kPlane, dvec3(0.0), material);
}

CameraId SceneBuilder::camera(const std::string& name, const Pose& world_from_camera, int width_px, int height_px,
                              double fov_y_rad) {
  Node node;
  node.name = name;
  node.parent_from_node = world_from_camera;
  scene_.nodes.push_back(node);
  Camera camera;
  camera.name = name;
  camera.node = NodeId(scene_.nodes.size() - 1);
  camera.intrinsics = intrinsics_from_fov_y(width_px, height_px, fov_y_rad);
  scene_.cameras.push_back(camera);
  return CameraId(scene_.cameras.size() - 1);
}

void SceneBuilder::sun(const dvec3& direction, double illuminance_lux) {
  Node node;
  node.name = "sun";
  node.parent_from_node.rotation = rotation_from_z(glm::normalize(direction));
  scene_.nodes.push_back(node);
  Light light;
  light.name = "sun" + std::to_string(scene_.lights.size());
  light.node = NodeId(scene_.nodes.size() - 1);
  light.illuminance_lux = illuminance_lux;
  scene_.lights.push_back(light);
}

Scene SceneBuilder::build() {
  const std::vector<std::string> problems = check_scene(scene_);
  for (const std::string& problem : problems) std::fprintf(stderr, "scene_builder: %s\n", problem.c_str());
  DIORAMA_CHECK(problems.empty());
  return scene_;
}

}  // namespace diorama
