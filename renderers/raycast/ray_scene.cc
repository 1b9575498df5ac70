#include "renderers/raycast/ray_scene.h"

#include <algorithm>

#include "renderers/raycast/trace.h"

namespace diorama {
namespace raycast {
namespace {

class EmbreeRayScene : public RayScene {
 public:
  explicit EmbreeRayScene(EmbreeDevice device) : device_(std::move(device)), shapes_(device_) {}

  Status place(const Scene& scene, const State& state) override {
    scene_ = nullptr;
    DIORAMA_RETURN_IF_ERROR(shapes_.load(scene, false));
    DIORAMA_RETURN_IF_ERROR(placed_.place(scene, shapes_, node_poses(scene, state), {}));
    scene_ = &scene;
    return {};
  }

  Status test(const Pose& world_from_camera, double near_m, std::span<const dvec3> points_world,
              std::span<std::uint8_t> visible) override {
    if (scene_ == nullptr) return failed("ray caster: visibility was asked for before a scene was placed");
    if (points_world.size() != visible.size()) {
      return invalid_input("ray caster: " + std::to_string(points_world.size()) + " points, room for " +
                           std::to_string(visible.size()) + " answers");
    }
    RayStrip rays{};
    HitStrip hits{};
    const dvec3 eye = world_from_camera.position;
    const dvec3 ahead = world_from_camera.rotate(dvec3(0, 0, 1));
    rays.origin = glm::vec3(eye);
    for (std::size_t first = 0; first < points_world.size(); first += kStripSize) {
      rays.count = static_cast<int>(std::min<std::size_t>(kStripSize, points_world.size() - first));
      for (int i = 0; i < rays.count; ++i) {
        const dvec3 way = points_world[first + static_cast<std::size_t>(i)] - eye;
        const double z = glm::dot(way, ahead);
        constexpr double kLastOfWay = 1e-4;
        rays.dir_x[i] = static_cast<float>(way.x);
        rays.dir_y[i] = static_cast<float>(way.y);
        rays.dir_z[i] = static_cast<float>(way.z);
        rays.near_t[i] = z > 0.0 ? static_cast<float>(std::max(0.0, near_m / z)) : 0.0F;
        rays.far_t[i] = static_cast<float>(1.0 - kLastOfWay);
      }
      trace(placed_, {&rays, 1}, {&hits, 1});
      for (int i = 0; i < rays.count; ++i) visible[first + static_cast<std::size_t>(i)] = hits.shape[i] < 0 ? 1 : 0;
    }
    return {};
  }

  std::optional<RayHit> cast(const dvec3& origin_world, const dvec3& direction_world, double from, double to) const override {
    if (scene_ == nullptr) return std::nullopt;
    RayStrip rays{};
    HitStrip hits{};
    rays.count = 1;
    rays.origin = glm::vec3(origin_world);
    rays.dir_x[0] = static_cast<float>(direction_world.x);
    rays.dir_y[0] = static_cast<float>(direction_world.y);
    rays.dir_z[0] = static_cast<float>(direction_world.z);
    rays.near_t[0] = static_cast<float>(from);
    rays.far_t[0] = static_cast<float>(to);
    trace(placed_, {&rays, 1}, {&hits, 1});
    if (hits.shape[0] < 0) return std::nullopt;
    RayHit hit;
    hit.distance = static_cast<double>(hits.t[0]);
    hit.point_world = origin_world + direction_world * hit.distance;
    hit.normal_world = glm::normalize(dvec3(hits.normal_x[0], hits.normal_y[0], hits.normal_z[0])) *
                       static_cast<double>(hits.side[0]);
    hit.shape = ShapeId(hits.shape[0]);
    hit.body = scene_->shapes[static_cast<std::size_t>(hits.shape[0])].body;
    hit.triangle = hits.triangle[0];
    return hit;
  }

 private:
  EmbreeDevice device_;  // First: all else lives on it.
  ShapeTable shapes_;
  PlacedScene placed_;
  const Scene* scene_ = nullptr;
};

}  // namespace
}  // namespace raycast

Result<std::unique_ptr<RayScene>> RayScene::make() {
  DIORAMA_ASSIGN_OR_RETURN(raycast::EmbreeDevice device, raycast::make_embree_device());
  return std::unique_ptr<RayScene>(std::make_unique<raycast::EmbreeRayScene>(std::move(device)));
}

}  // namespace diorama
