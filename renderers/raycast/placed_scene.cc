#include "renderers/raycast/placed_scene.h"

#include <array>
#include <limits>
#include <utility>

#include "renderers/levels/levels.h"

namespace diorama::raycast {

Status ShapeTable::load(const Scene& scene, bool casters) {
  const bool trimmed = store_.trim();
  std::vector<Entry> entries(scene.shapes.size());
  for (std::size_t i = 0; i < scene.shapes.size(); ++i) {
    const Shape& shape = scene.shapes[i];
    Entry& entry = entries[i];
    entry.drawn = shape.visible;
    entry.plane = shape.type == ShapeType::kPlane;
    if (!entry.drawn || entry.plane) continue;
    entry.surface = store_.find_or_add(scene, shape, false);
    if (casters) entry.caster = store_.find_or_add(scene, shape, true);
  }
  if (trimmed || generation_ == 0 || entries != entries_) ++generation_;
  entries_ = std::move(entries);
  return embree_status(*device_, "building the scene's triangles");
}

void PlacedScene::rebuild(Top& top, const ShapeTable& table, bool casters) {
  RTCDevice device = table.device().get();
  top.instances.clear();
  top.shapes.clear();
  top.scene.reset(rtcNewScene(device));
  rtcSetSceneBuildQuality(top.scene.get(), RTC_BUILD_QUALITY_MEDIUM);
  rtcSetSceneFlags(top.scene.get(), casters ? RTC_SCENE_FLAG_DYNAMIC
                                            : RTC_SCENE_FLAG_DYNAMIC | RTC_SCENE_FLAG_ROBUST |
                                                  RTC_SCENE_FLAG_CONTEXT_FILTER_FUNCTION);
  for (std::size_t i = 0; i < table.entries().size(); ++i) {
    const ShapeTable::Entry& entry = table.entries()[i];
    const SolidMesh* const mesh = casters ? entry.caster : entry.surface;
    if (mesh == nullptr || !mesh->levels.front().bvh) continue;
    EmbreeGeometry instance(rtcNewGeometry(device, RTC_GEOMETRY_TYPE_INSTANCE));
    rtcSetGeometryInstancedScene(instance.get(), mesh->levels.front().bvh.get());
    rtcAttachGeometryByID(top.scene.get(), instance.get(), static_cast<unsigned>(i));
    top.shapes.push_back(static_cast<int>(i));
    top.instances.push_back(std::move(instance));
  }
}

void PlacedScene::move(Top& top, const Scene& scene) const {
  for (std::size_t i = 0; i < top.instances.size(); ++i) {
    const Shape& shape = scene.shapes[static_cast<std::size_t>(top.shapes[i])];
    const Pose& pose = world_from_node_[static_cast<std::size_t>(shape.node.index)];
    const dmat3 rotation = glm::mat3_cast(pose.rotation);
    std::array<float, 12> columns{};
    float* next = columns.data();
    for (int column = 0; column < 3; ++column) {
      for (int row = 0; row < 3; ++row) *next++ = static_cast<float>(rotation[column][row]);
    }
    for (int row = 0; row < 3; ++row) *next++ = static_cast<float>(pose.position[row]);
    rtcSetGeometryTransform(top.instances[i].get(), 0, RTC_FORMAT_FLOAT3X4_COLUMN_MAJOR, columns.data());
    rtcCommitGeometry(top.instances[i].get());
  }
  rtcCommitScene(top.scene.get());
}

void PlacedScene::set_levels(const ShapeTable& table) {
  triangles_.assign(levels_.size(), nullptr);
  for (std::size_t i = 0; i < surfaces_.shapes.size(); ++i) {
    const auto shape = static_cast<std::size_t>(surfaces_.shapes[i]);
    const auto& level = table.entries()[shape].surface->levels[static_cast<std::size_t>(levels_[shape])];
    triangles_[shape] = &level.triangles;
    rtcSetGeometryInstancedScene(surfaces_.instances[i].get(), level.bvh.get());
  }
}

Status PlacedScene::place(const Scene& scene, const ShapeTable& table, std::vector<Pose> world_from_node,
                          std::vector<int> levels) {
  levels.resize(scene.shapes.size(), 0);
  const bool anew = generation_ != table.generation();
  if (anew) {
    rebuild(surfaces_, table, false);
    rebuild(casters_, table, true);
    generation_ = table.generation();
  }
  if (anew || levels != levels_) {
    levels_ = std::move(levels);
    set_levels(table);
  }
  world_from_node_ = std::move(world_from_node);
  rotations_.resize(scene.shapes.size());
  closed_.resize(scene.shapes.size());
  planes_.clear();
  caster_spheres_.clear();
  for (std::size_t i = 0; i < scene.shapes.size(); ++i) {
    const Shape& shape = scene.shapes[i];
    const Pose& pose = world_from_node_[static_cast<std::size_t>(shape.node.index)];
    const dmat3 rotation = glm::mat3_cast(pose.rotation);
    const ShapeTable::Entry& entry = table.entries()[i];
    rotations_[i] = glm::mat3(rotation);
    closed_[i] = entry.surface != nullptr && entry.surface->closed ? 1 : 0;
    if (entry.caster != nullptr) {
      const Bounds& bounds = entry.caster->bounds;
      caster_spheres_.push_back({glm::vec3(pose.transform_point(0.5 * (bounds.lower + bounds.upper))),
                                 static_cast<float>(1.001 * entry.caster->radius)});
    }
    if (!entry.drawn || !entry.plane) continue;
    constexpr double kEndless = std::numeric_limits<double>::infinity();
    planes_.push_back({static_cast<int>(i), pose.position, rotation[0], rotation[1], rotation[2],
                       dvec2(shape.size.x > 0.0 ? shape.size.x : kEndless, shape.size.y > 0.0 ? shape.size.y : kEndless)});
  }
  move(surfaces_, scene);
  move(casters_, scene);
  return embree_status(table.device(), "placing the scene");
}

std::vector<int> choose_levels(const Scene& scene, const ShapeTable& table, const Camera& camera,
                               const Pose& world_from_camera, const std::vector<Pose>& world_from_node) {
  std::vector<int> levels(scene.shapes.size(), 0);
  const Pose camera_from_world = inverse(world_from_camera);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const SolidMesh* const mesh = table.entries()[i].surface;
    if (mesh == nullptr || mesh->errors_m.empty()) continue;
    const Pose& world_from_shape = world_from_node[static_cast<std::size_t>(scene.shapes[i].node.index)];
    levels[i] = choose_level(mesh->errors_m, mesh->bounds, camera, camera_from_world * world_from_shape);
  }
  return levels;
}

}  // namespace diorama::raycast
