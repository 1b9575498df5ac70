#include "apps/editor/ui/view3d.h"

#include <algorithm>
#include <cmath>

namespace diorama::editor {
namespace {

constexpr double kNearestM = 0.01;
constexpr double kFarthestM = 1e4;

dvec3 toward_eye(double azimuth, double elevation) {
  return {std::cos(elevation) * std::cos(azimuth), std::cos(elevation) * std::sin(azimuth), std::sin(elevation)};
}

}  // namespace

std::optional<ImVec2> View3d::project(const dvec3& point_world) const {
  const dvec3 p = inverse(world_from_camera).transform_point(point_world);
  if (p.z < near_m) return std::nullopt;
  return ImVec2{origin.x + 0.5F * size.x + static_cast<float>(focal_px * p.x / p.z),
                origin.y + 0.5F * size.y + static_cast<float>(focal_px * p.y / p.z)};
}

std::optional<std::pair<ImVec2, ImVec2>> View3d::project(const dvec3& a_world, const dvec3& b_world) const {
  const Pose camera_from_world = inverse(world_from_camera);
  dvec3 a = camera_from_world.transform_point(a_world), b = camera_from_world.transform_point(b_world);
  if (a.z < near_m && b.z < near_m) return std::nullopt;
  if (a.z < near_m) a = b + (a - b) * ((b.z - near_m) / (b.z - a.z));
  if (b.z < near_m) b = a + (b - a) * ((a.z - near_m) / (a.z - b.z));
  const auto flat = [&](const dvec3& p) {
    return ImVec2{origin.x + 0.5F * size.x + static_cast<float>(focal_px * p.x / p.z),
                  origin.y + 0.5F * size.y + static_cast<float>(focal_px * p.y / p.z)};
  };
  return std::pair{flat(a), flat(b)};
}

dvec3 View3d::ray(ImVec2 place) const {
  const dvec3 camera{(place.x - origin.x - 0.5 * size.x) / focal_px, (place.y - origin.y - 0.5 * size.y) / focal_px, 1.0};
  return world_from_camera.rotate(glm::normalize(camera));
}

double View3d::metres_per_pixel(const dvec3& point_world) const {
  return std::max(inverse(world_from_camera).transform_point(point_world).z, near_m) / focal_px;
}

Pose OrbitCamera::world_from_camera() const {
  return look_at(target + distance_m * toward_eye(azimuth_rad, elevation_rad), target);
}

void OrbitCamera::orbit(double right_rad, double up_rad) {
  azimuth_rad = std::remainder(azimuth_rad - right_rad, 2.0 * M_PI);
  elevation_rad = std::clamp(elevation_rad + up_rad, -kMaxElevation, kMaxElevation);
}

void OrbitCamera::pan(double dx_px, double dy_px, double height_px) {
  const double metres = 2.0 * distance_m * std::tan(0.5 * fov_y_rad) / std::max(height_px, 1.0);
  target += world_from_camera().rotate(dvec3(-dx_px * metres, -dy_px * metres, 0.0));
}

void OrbitCamera::zoom(double factor) { distance_m = std::clamp(distance_m * factor, kNearestM, kFarthestM); }

void OrbitCamera::look(double right_rad, double up_rad) {
  const dvec3 eye = world_from_camera().position;
  orbit(right_rad, -up_rad);
  target = eye - distance_m * toward_eye(azimuth_rad, elevation_rad);
}

void OrbitCamera::fly(const dvec3& m) { target += world_from_camera().rotate(dvec3(m.x, -m.y, m.z)); }

void OrbitCamera::frame(const dvec3& center, double radius_m) {
  target = center;
  distance_m = std::clamp(1.2 * radius_m / std::sin(0.5 * fov_y_rad), kNearestM, kFarthestM);
}

}  // namespace diorama::editor
