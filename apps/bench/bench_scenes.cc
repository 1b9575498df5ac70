#include "apps/bench/bench_scenes.h"

#include <algorithm>
#include <cmath>
#include <memory>
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
constexpr int kNumMeshBodies = 20;
constexpr int kNumMeshKinds = 5;

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

/// Gives a body the mass of the shape that was added last, and a free joint.
Status let_fall(Scene& scene, BodyId body, const Mesh* mesh) {
  const Shape& shape = scene.shapes.back();
  DIORAMA_ASSIGN_OR_RETURN(
      scene.bodies[body.index].mass,
      shape_mass(shape, mesh, scene.materials[shape.material.index].density_kg_m3));
  Joint joint;
  joint.name = scene.bodies[body.index].name + "/free";
  joint.body = body;
  scene.joints.push_back(joint);
  return {};
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
  return let_fall(scene, body, nullptr);
}

/// A closed smooth surface about 0.3 m wide: a ball with the radius r(direction) of its kind.
Mesh make_round_mesh(int kind, int bands) {
  const int segments = bands * 3 / 2;
  const auto radius = [&](const dvec3& d) {
    switch (kind) {
      case 0:
        return 0.15;  // ball
      case 1:         // egg
        return 0.12 / std::sqrt(d.x * d.x + d.y * d.y + 0.4 * d.z * d.z);
      case 2:  // rounded cube
        return 0.13 / std::pow(std::pow(d.x, 4.0) + std::pow(d.y, 4.0) + std::pow(d.z, 4.0), 0.25);
      case 3:  // three waves along each axis
        return 0.15 + 0.02 * std::sin(9.0 * d.x) * std::sin(9.0 * d.y + 1.0);
      default:  // pear
        return 0.13 + 0.035 * d.z + 0.015 * std::cos(4.0 * d.z);
    }
  };
  Mesh mesh;
  const auto add = [&](const dvec3& direction) {
    mesh.positions.push_back(radius(direction) * direction);
    return static_cast<std::uint32_t>(mesh.positions.size() - 1);
  };
  const std::uint32_t south = add(dvec3(0, 0, -1));
  for (int band = 1; band < bands; ++band) {
    const double polar = std::numbers::pi * band / bands;
    for (int i = 0; i < segments; ++i) {
      const double azimuth = 2.0 * std::numbers::pi * i / segments;
      add({std::sin(polar) * std::cos(azimuth), std::sin(polar) * std::sin(azimuth), -std::cos(polar)});
    }
  }
  const std::uint32_t north = add(dvec3(0, 0, 1));
  const auto at = [&](int band, int i) {
    return static_cast<std::uint32_t>(1 + (band - 1) * segments + i % segments);
  };
  for (int i = 0; i < segments; ++i) {
    mesh.triangles.push_back({south, at(1, i + 1), at(1, i)});
    for (int band = 1; band + 1 < bands; ++band) {
      mesh.triangles.push_back({at(band, i), at(band, i + 1), at(band + 1, i + 1)});
      mesh.triangles.push_back({at(band, i), at(band + 1, i + 1), at(band + 1, i)});
    }
    mesh.triangles.push_back({north, at(bands - 1, i), at(bands - 1, i + 1)});
  }
  return with_normals(mesh, std::numbers::pi);
}

void add_camera(Scene& scene, const std::string& name, const Pose& world_from_camera, int size_px) {
  Camera camera;
  camera.name = name;
  camera.node = add_node(scene, name, NodeId(), world_from_camera);
  camera.intrinsics = intrinsics_from_fov_y(size_px, size_px, 0.9);
  scene.cameras.push_back(camera);
}

void add_sun(Scene& scene) {
  Light sun;
  sun.name = "sun";
  sun.node = add_node(scene, sun.name, NodeId(),
                      {dvec3(0.0, 0.0, 5.0), rotation_from_z(glm::normalize(dvec3(0.4, 0.3, -1)))});
  sun.illuminance_lux = 60000.0;
  scene.lights.push_back(sun);
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

Result<RenderScene> make_render_scene(const RenderSceneOptions& options) {
  RenderScene result;
  Scene& scene = result.scene;
  RandomStream random({0, 0}, "bench/render_scene");
  const BodyId floor = add_body(scene, "floor", Motion::kStatic, {});
  add_shape(scene, floor, {}, ShapeType::kPlane, dvec3(0.0),
            add_material(scene, dvec3(0.4, 0.4, 0.42)));
  const int bands = std::max(
      4, static_cast<int>(std::lround(std::sqrt(options.num_triangles / (3.0 * kNumMeshBodies)))));
  for (int kind = 0; kind < kNumMeshKinds; ++kind)
    scene.meshes.push_back(std::make_shared<const Mesh>(make_round_mesh(kind, bands)));
  for (int i = 0; i < kNumMeshBodies; ++i) {
    const int row = i / 5;
    const dvec3 place((i % 5 - 2) * 0.45, (row - 1.5) * 0.5, random.uniform(0.2, 0.5));
    const dvec3 drift(random.uniform(-0.05, 0.05), random.uniform(-0.05, 0.05), 0.0);
    const BodyId body = add_body(scene, "body" + std::to_string(i), Motion::kDynamic,
                                 {place + drift, random.rotation()});
    const dvec3 color(random.uniform(0.1, 0.9), random.uniform(0.1, 0.9), random.uniform(0.1, 0.9));
    add_shape(scene, body, {}, ShapeType::kMesh, dvec3(0.0), add_material(scene, color));
    scene.shapes.back().mesh = MeshId(i % kNumMeshKinds);
    const Mesh* mesh = scene.mesh_of(scene.shapes.back());
    result.num_triangles += static_cast<int>(mesh->triangles.size());
    DIORAMA_RETURN_IF_ERROR(let_fall(scene, body, mesh));
  }
  for (int i = 0; i < options.num_cameras; ++i) {
    const double azimuth = 2.0 * std::numbers::pi * i / options.num_cameras;
    const dvec3 eye(2.2 * std::cos(azimuth), 2.2 * std::sin(azimuth), 1.7);
    add_camera(scene, "camera" + std::to_string(i), look_at(eye, dvec3(0.0, 0.0, 0.2)),
               options.size_px);
  }
  add_sun(scene);
  const std::vector<std::string> problems = check_scene(scene);
  if (!problems.empty()) return failed("bench scene is not sound: " + join(problems, "; "));

  State state = initial_state(scene);
  for (int i = 0; i < options.num_states; ++i) {
    result.states.push_back(state);
    for (std::size_t body = 1; body < state.bodies.size(); ++body) {
      Pose& pose = state.bodies[body].world_from_body;
      const double angle = 0.5 + static_cast<double>(body);
      pose.position += 0.005 * dvec3(std::cos(angle), std::sin(angle), 0.0);
      pose.rotation =
          glm::normalize(glm::angleAxis(0.05, glm::normalize(dvec3(1.0, 0.3, angle))) * pose.rotation);
    }
  }
  return result;
}

}  // namespace diorama
