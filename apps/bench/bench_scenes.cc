#include "apps/bench/bench_scenes.h"

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "engine/core/rng.h"
#include "engine/core/text.h"

namespace diorama {
namespace {

constexpr double kInnerHalfM = 1.0;  // of the walled box
constexpr double kSpacingM =
    0.26;  // of the grid that the bodies fall from; more than the largest diagonal
constexpr int kPerSide = 5;
constexpr double kLowWallM = 0.2;  // cameras look over it

NodeId add_node(Scene& scene, const std::string& name, NodeId parent, const Pose& parent_from_node,
                BodyId body = {}) {
  Node node;
  node.name = name;
  node.parent = parent;
  node.parent_from_node = parent_from_node;
  node.body = body;
  scene.nodes.push_back(node);
  return NodeId(scene.nodes.size() - 1);
}

BodyId add_body(Scene& scene, const std::string& name, Motion motion, const Pose& world_from_body) {
  const BodyId id(scene.bodies.size());
  Body body;
  body.name = name;
  body.motion = motion;
  body.node = add_node(scene, name, NodeId(), world_from_body, id);
  body.object_index = id.index;
  scene.bodies.push_back(body);
  return id;
}

void add_shape(Scene& scene, BodyId body, const Pose& body_from_shape, ShapeType type,
               const dvec3& size, MaterialId material) {
  Shape shape;
  shape.name = scene.bodies[body.index].name + "/shape" + std::to_string(scene.shapes.size());
  shape.node = add_node(scene, shape.name, scene.bodies[body.index].node, body_from_shape);
  shape.body = body;
  shape.type = type;
  shape.size = size;
  shape.material = material;
  scene.shapes.push_back(shape);
}

MaterialId add_material(Scene& scene, const dvec3& color) {
  Material material;
  material.name = "material" + std::to_string(scene.materials.size());
  material.base_color_linear = color;
  scene.materials.push_back(material);
  return MaterialId(scene.materials.size() - 1);
}

void add_walled_floor(Scene& scene, double wall_height_m, MaterialId material) {
  const BodyId floor = add_body(scene, "floor", Motion::kStatic, {});
  add_shape(scene, floor, {}, ShapeType::kPlane, dvec3(0.0), material);
  const BodyId walls = add_body(scene, "walls", Motion::kStatic, {});
  constexpr double kThickM = 0.1;
  const double half_height_m = 0.5 * wall_height_m;
  for (const double sign : {-1.0, 1.0}) {
    const double offset = sign * (kInnerHalfM + kThickM);
    add_shape(scene, walls, {dvec3(offset, 0, half_height_m), identity_quat()}, ShapeType::kBox,
              dvec3(kThickM, kInnerHalfM + 2 * kThickM, half_height_m), material);
    add_shape(scene, walls, {dvec3(0, offset, half_height_m), identity_quat()}, ShapeType::kBox,
              dvec3(kInnerHalfM, kThickM, half_height_m), material);
  }
}

Status add_falling_body(Scene& scene, int index, RandomStream& random) {
  const int layer = index / (kPerSide * kPerSide);
  const int place = index % (kPerSide * kPerSide);
  const int row = place / kPerSide;
  const double middle = 0.5 * (kPerSide - 1);
  // Every other layer is shifted, so that the bodies meet instead of stacking in columns.
  const double shift = layer % 2 == 0 ? 0.0 : 0.4 * kSpacingM;
  Pose pose;
  pose.position = dvec3((place % kPerSide - middle) * kSpacingM + shift,
                        (row - middle) * kSpacingM + shift, 0.25 + kSpacingM * layer);
  pose.rotation = random.rotation();
  const BodyId body = add_body(scene, "body" + std::to_string(index), Motion::kDynamic, pose);
  const dvec3 color(random.uniform(0.1, 0.9), random.uniform(0.1, 0.9), random.uniform(0.1, 0.9));
  const MaterialId material = add_material(scene, color);
  const double half = random.uniform(0.045, 0.06);
  if (index % 2 == 0) {
    add_shape(scene, body, {}, ShapeType::kBox, dvec3(half, 0.9 * half, 0.8 * half), material);
  } else {
    add_shape(scene, body, {}, ShapeType::kSphere, dvec3(half, 0.0, 0.0), material);
  }
  DIORAMA_ASSIGN_OR_RETURN(
      scene.bodies[body.index].mass,
      shape_mass(scene.shapes.back(), nullptr, scene.materials[material.index].density_kg_m3));
  Joint joint;
  joint.name = scene.bodies[body.index].name + "/free";
  joint.body = body;
  scene.joints.push_back(joint);
  return {};
}

}  // namespace

Result<Scene> drop_scene(int num_bodies, double wall_height_m) {
  Scene scene;
  RandomStream random({0, num_bodies}, "bench/drop_scene");
  add_walled_floor(scene, wall_height_m, add_material(scene, dvec3(0.4, 0.4, 0.42)));
  for (int i = 0; i < num_bodies; ++i) DIORAMA_RETURN_IF_ERROR(add_falling_body(scene, i, random));
  const std::vector<std::string> problems = check_scene(scene);
  if (!problems.empty()) return failed("bench scene is not sound: " + join(problems, "; "));
  return scene;
}

Result<Scene> drop_scene_with_cameras(int num_bodies, int num_cameras, int size_px) {
  DIORAMA_ASSIGN_OR_RETURN(Scene scene, drop_scene(num_bodies, kLowWallM));
  for (int i = 0; i < num_cameras; ++i) {
    const double azimuth = 2.0 * std::numbers::pi * i / num_cameras;
    const dvec3 eye(1.6 * std::cos(azimuth), 1.6 * std::sin(azimuth), 1.5);
    Camera camera;
    camera.name = "camera" + std::to_string(i);
    camera.node = add_node(scene, camera.name, NodeId(), look_at(eye, dvec3(0.0, 0.0, 0.1)));
    camera.intrinsics = intrinsics_from_fov_y(size_px, size_px, 0.9);
    scene.cameras.push_back(camera);
  }
  Light sun;
  sun.name = "sun";
  sun.node = add_node(scene, sun.name, NodeId(),
                      {dvec3(0.0, 0.0, 5.0), rotation_from_z(glm::normalize(dvec3(0.4, 0.3, -1)))});
  sun.illuminance_lux = 60000.0;
  scene.lights.push_back(sun);
  const std::vector<std::string> problems = check_scene(scene);
  if (!problems.empty()) return failed("bench scene is not sound: " + join(problems, "; "));
  return scene;
}

}  // namespace diorama
