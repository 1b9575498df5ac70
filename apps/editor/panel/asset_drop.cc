#include "apps/editor/panel/asset_drop.h"

#include <utility>

#include "apps/editor/session/asset_files.h"

namespace diorama::editor {
namespace {

constexpr const char* kDepthSlot = "viewport drop depth";
constexpr const char* kNormalSlot = "viewport drop normal";

}  // namespace

void AssetDrop::begin(PanelContext& c, const std::filesystem::path& file,
                      std::optional<PreviewRequest> request, double x, double y,
                      const dvec3& ray_world) {
  const auto kind = asset_kind_of(file);
  if (kind == AssetKind::kScenario) return c.open_asking(file);
  file_ = file;
  if (kind != AssetKind::kMesh || !request) return finish(c, std::nullopt);
  camera_ = std::get<FreeCamera>(request->camera);
  x_ = x;
  y_ = y;
  ray_world_ = ray_world;
  PreviewRenderer& previews = c.workspace.previews();
  previews.remove(kDepthSlot);
  previews.remove(kNormalSlot);
  PreviewRequest normal = *request;
  request->channel = Channel::kDepth;
  normal.channel = Channel::kNormal;
  previews.request(kDepthSlot, *std::move(request));
  previews.request(kNormalSlot, std::move(normal));
}

void AssetDrop::update(PanelContext& c) {
  if (file_.empty()) return;
  PreviewRenderer& previews = c.workspace.previews();
  const auto depth = previews.latest(kDepthSlot);
  const auto normal = previews.latest(kNormalSlot);
  if (!depth || !normal) return;
  const auto metres = depth->values_at(x_, y_);
  const auto direction = normal->values_at(x_, y_);
  std::optional<SurfacePoint> on;
  if (metres.size() == 1 && direction.size() == 3 && metres[0] < 0.999 * camera_.far_m)
    on = point_at(metres[0], dvec3(direction[0], direction[1], direction[2]));
  previews.remove(kDepthSlot);
  previews.remove(kNormalSlot);
  finish(c, on);
}

SurfacePoint AssetDrop::point_at(double depth_m, dvec3 normal_camera) const {
  const dvec3 forward = camera_.world_from_camera.rotate(dvec3(0, 0, 1));
  SurfacePoint on;
  on.point =
      camera_.world_from_camera.position + ray_world_ * (depth_m / glm::dot(ray_world_, forward));
  if (glm::length(normal_camera) > 0.5)
    on.normal = glm::normalize(camera_.world_from_camera.rotate(normal_camera));
  return on;
}

void AssetDrop::finish(PanelContext& c, const std::optional<SurfacePoint>& on) {
  c.log.add(c.workspace.import(std::exchange(file_, {}), on));
}

}  // namespace diorama::editor
