#include "renderers/raycast/labels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace diorama::raycast {
namespace {

/// Surfaces count as one up to this share of their depth (renderers/renderer.h).
constexpr float kSameSurface = 1e-5F;
/// A point is seen if nothing lies before it but for the last share of the way.
constexpr float kLastOfWay = 1e-4F;

std::int8_t round_to_int8(double value) {
  const double bounded = std::clamp(value, -127.0, 127.0);
  return static_cast<std::int8_t>(bounded < 0.0 ? bounded - 0.5 : bounded + 0.5);
}

}  // namespace

SceneLabels::SceneLabels(const Scene& scene) {
  std::map<int, int> parts;  // By body.
  for (const Shape& shape : scene.shapes) {
    const Body& body = scene.bodies[static_cast<std::size_t>(shape.body.index)];
    shapes.push_back({static_cast<std::uint16_t>(body.object_index + 1),
                      static_cast<std::uint16_t>(++parts[shape.body.index]), static_cast<std::uint16_t>(body.class_id),
                      shape.body.index});
  }
  for (std::size_t i = 0; i < scene.bodies.size(); ++i) {
    bodies.push_back(body_bounds(scene, BodyId(i)));
    num_objects = std::max(num_objects, scene.bodies[i].object_index + 1);
  }
}

int SceneLabels::amodal_planes() const {
  return std::max(1, (num_objects + kAmodalObjectsPerPlane - 1) / kAmodalObjectsPerPlane);
}

void aim(const Camera& camera, const Pose& world_from_camera, int row, int first_column, int count, RayStrip& rays) {
  const Intrinsics& k = camera.intrinsics;
  const dmat3 rotation = glm::mat3_cast(world_from_camera.rotation);
  const glm::vec3 right(rotation[0]);
  const glm::vec3 ahead(rotation[1] * ((row - k.cy_px) / k.fy_px) + rotation[2]);
  const auto focal = static_cast<float>(1.0 / k.fx_px), center = static_cast<float>(-k.cx_px / k.fx_px);
  const auto near_m = static_cast<float>(camera.near_m), far_m = static_cast<float>(camera.far_m);
  rays.count = count;
  rays.origin = glm::vec3(world_from_camera.position);
  for (int i = 0; i < count; ++i) {
    const float across = static_cast<float>(first_column + i) * focal + center;
    rays.dir_x[i] = right.x * across + ahead.x;
    rays.dir_y[i] = right.y * across + ahead.y;
    rays.dir_z[i] = right.z * across + ahead.z;
    rays.near_t[i] = near_m;
    rays.far_t[i] = far_m;
  }
}

ViewLabels::Map ViewLabels::map_of(const Pose& a_from_b) { return {glm::mat3_cast(a_from_b.rotation), a_from_b.position}; }

ViewLabels::ViewLabels(const Scene& scene, const SceneLabels& labels, CameraId camera, const View& now,
                       const std::optional<View>& next, const std::optional<View>& previous, ChannelSet channels)
    : scene_(scene),
      labels_(labels),
      camera_(scene.cameras[static_cast<std::size_t>(camera.index)]),
      now_(now),
      camera_from_world_(glm::mat3_cast(inverse(now.world_from_camera).rotation)) {
  const bool valid = has_channel(channels, Channel::kFlowValid);
  if (valid || has_channel(channels, Channel::kFlow)) next_ = make_neighbour(next);
  if (valid || has_channel(channels, Channel::kFlowBackward)) previous_ = make_neighbour(previous);
  const Pose camera_from_world = inverse(now.world_from_camera);
  for (const Shape& shape : scene.shapes) {
    const auto node = static_cast<std::size_t>(shape.node.index);
    const Pose& world_from_shape = now.placed->world_from_node()[node];
    if (has_channel(channels, Channel::kSceneFlow) && next) {
      const Pose later_from_now =
          next->placed->world_from_node()[node] * inverse(world_from_shape) * now.world_from_camera;
      const Map later = map_of(camera_from_world * later_from_now);
      scene_flow_.push_back({later.linear - dmat3(1.0), later.offset});
    }
    if (has_channel(channels, Channel::kObjectCoordinates)) {
      const Body& body = scene.bodies[static_cast<std::size_t>(shape.body.index)];
      const Bounds& box = labels.bodies[static_cast<std::size_t>(shape.body.index)];
      Map map = map_of(inverse(now.placed->world_from_node()[static_cast<std::size_t>(body.node.index)]) *
                       now.world_from_camera);
      for (int axis = 0; axis < 3; ++axis) {
        const double extent = box.upper[axis] - box.lower[axis];
        const double scale = extent > 0.0 ? 127.0 * 2.0 / extent : 0.0;
        for (int column = 0; column < 3; ++column) map.linear[column][axis] *= scale;
        map.offset[axis] = extent > 0.0 ? (map.offset[axis] - box.lower[axis]) * scale - 127.0 : 0.0;
      }
      coordinates_.push_back(map);
    }
  }
}

std::optional<ViewLabels::Neighbour> ViewLabels::make_neighbour(const std::optional<View>& view) const {
  if (!view) return std::nullopt;
  Neighbour neighbour{*view, {}};
  const Pose camera_from_world = inverse(view->world_from_camera);
  for (const Shape& shape : scene_.shapes) {
    const auto node = static_cast<std::size_t>(shape.node.index);
    neighbour.camera_from_camera.push_back(map_of(camera_from_world * view->placed->world_from_node()[node] *
                                                  inverse(now_.placed->world_from_node()[node]) *
                                                  now_.world_from_camera));
  }
  return neighbour;
}

/// The point that a pixel shows, in the camera's frame.
dvec3 ViewLabels::point(const HitStrip& hits, int lane, int row, int column) const {
  const Intrinsics& k = camera_.intrinsics;
  return dvec3((column - k.cx_px) / k.fx_px, (row - k.cy_px) / k.fy_px, 1.0) * static_cast<double>(hits.t[lane]);
}

void ViewLabels::write_ids(const HitStrip& hits, int count, std::size_t first, Pictures& pictures) const {
  static constexpr SceneLabels::Ids kNothing{};
  const auto write_one = [&](std::vector<std::uint16_t>& values, std::uint16_t SceneLabels::Ids::*member) {
    if (values.empty()) return;
    for (int i = 0; i < count; ++i) {
      const int shape = hits.shape[i];
      values[first + static_cast<std::size_t>(i)] =
          (shape >= 0 ? labels_.shapes[static_cast<std::size_t>(shape)] : kNothing).*member;
    }
  };
  write_one(pictures.instance, &SceneLabels::Ids::instance);
  write_one(pictures.part, &SceneLabels::Ids::part);
  write_one(pictures.class_id, &SceneLabels::Ids::class_id);
}

void ViewLabels::write_normals(const HitStrip& hits, const SurfaceStrip& surface, int count, std::size_t first,
                               Pictures& pictures) const {
  for (int i = 0; i < count; ++i) {
    std::int8_t* const out = &pictures.normal[3 * (first + static_cast<std::size_t>(i))];
    if (hits.shape[i] < 0) {
      std::fill_n(out, 3, std::int8_t{0});
      continue;
    }
    const glm::vec3 world(surface.normal_x[i], surface.normal_y[i], surface.normal_z[i]);
    const glm::vec3 normal = glm::normalize(camera_from_world_ * world);
    for (int axis = 0; axis < 3; ++axis) out[axis] = round_to_int8(127.0 * static_cast<double>(normal[axis]));
  }
}

void ViewLabels::write_flow(const std::optional<Neighbour>& other, const HitStrip& hits, int count, int row, int first_column,
                            float* flow) const {
  const Intrinsics& k = camera_.intrinsics;
  for (int i = 0; i < count; ++i) {
    flow[2 * i] = flow[2 * i + 1] = 0.0F;
    if (!other || hits.shape[i] < 0) continue;
    const dvec3 q = other->camera_from_camera[static_cast<std::size_t>(hits.shape[i])](point(hits, i, row, first_column + i));
    if (q.z < camera_.near_m) continue;
    flow[2 * i] = static_cast<float>(k.fx_px * q.x / q.z + k.cx_px - (first_column + i));
    flow[2 * i + 1] = static_cast<float>(k.fy_px * q.y / q.z + k.cy_px - row);
  }
}

void ViewLabels::write_scene_flow(const HitStrip& hits, int count, int row, int first_column, float* flow) const {
  for (int i = 0; i < count; ++i) {
    const bool moves = !scene_flow_.empty() && hits.shape[i] >= 0;
    const dvec3 motion =
        moves ? scene_flow_[static_cast<std::size_t>(hits.shape[i])](point(hits, i, row, first_column + i)) : dvec3(0.0);
    for (int axis = 0; axis < 3; ++axis) flow[3 * i + axis] = static_cast<float>(motion[axis]);
  }
}

void ViewLabels::write_valid(const Neighbour& other, int bit, const HitStrip& hits, int count, int row, int first_column,
                             std::uint8_t* valid) {
  const Intrinsics& k = camera_.intrinsics;
  RayStrip& rays = rays_to_points_;
  rays.count = count;
  rays.origin = glm::vec3(other.view.world_from_camera.position);
  const dmat3 world_from_camera = glm::mat3_cast(other.view.world_from_camera.rotation);
  for (int i = 0; i < count; ++i) {
    rays.dir_x[i] = rays.dir_y[i] = 0.0F;
    rays.dir_z[i] = 1.0F;
    rays.near_t[i] = 1.0F;
    rays.far_t[i] = 0.0F;  // No ray.
    const int shape = hits.shape[i];
    if (shape < 0) continue;
    const dvec3 q = other.camera_from_camera[static_cast<std::size_t>(shape)](point(hits, i, row, first_column + i));
    if (q.z < camera_.near_m || q.z > camera_.far_m) continue;
    const double u = k.fx_px * q.x / q.z + k.cx_px, v = k.fy_px * q.y / q.z + k.cy_px;
    if (u < -0.5 || u >= k.width_px - 0.5 || v < -0.5 || v >= k.height_px - 0.5) continue;
    const dvec3 way = world_from_camera * q;
    const glm::vec3 normal = other.view.placed->rotation(shape) *
                             (glm::vec3(hits.normal_x[i], hits.normal_y[i], hits.normal_z[i]) * now_.placed->rotation(shape));
    if (other.view.placed->closed(shape) && glm::dot(normal, glm::vec3(way)) >= 0.0F) continue;
    rays.dir_x[i] = static_cast<float>(way.x);
    rays.dir_y[i] = static_cast<float>(way.y);
    rays.dir_z[i] = static_cast<float>(way.z);
    rays.near_t[i] = static_cast<float>(camera_.near_m / q.z);
    rays.far_t[i] = 1.0F - kLastOfWay;
    valid[i] = static_cast<std::uint8_t>(valid[i] | (1U << static_cast<unsigned>(bit)));
  }
  trace(*other.view.placed, {&rays, 1}, {&before_points_, 1});
  for (int i = 0; i < count; ++i) {
    if (before_points_.shape[i] >= 0) valid[i] = static_cast<std::uint8_t>(valid[i] & ~(1U << static_cast<unsigned>(bit)));
  }
}

void ViewLabels::write_coordinates(const HitStrip& hits, int count, int row, int first_column,
                                   std::int8_t* coordinates) const {
  for (int i = 0; i < count; ++i) {
    if (hits.shape[i] < 0) {
      std::fill_n(coordinates + 3 * i, 3, std::int8_t{-128});
      continue;
    }
    const dvec3 place = coordinates_[static_cast<std::size_t>(hits.shape[i])](point(hits, i, row, first_column + i));
    for (int axis = 0; axis < 3; ++axis) coordinates[3 * i + axis] = round_to_int8(place[axis]);
  }
}

void ViewLabels::write_hidden(const RayStrip& rays, int first_pixel, int view, Pictures& pictures) {
  const std::size_t pixels = pictures.pixels();
  const auto place = [&](int planes, int plane, int lane) {
    return (static_cast<std::size_t>(view) * static_cast<std::size_t>(planes) + static_cast<std::size_t>(plane)) * pixels +
           static_cast<std::size_t>(first_pixel + lane);
  };
  std::vector<std::int64_t> masks(static_cast<std::size_t>(pictures.amodal_planes));
  for (int i = 0; i < rays.count; ++i) {
    trace_all(*now_.placed, rays, i, crossings_);
    if (!pictures.amodal.empty()) {
      std::fill(masks.begin(), masks.end(), 0);
      for (const RayCrossing& crossing : crossings_) {
        const int object = labels_.shapes[static_cast<std::size_t>(crossing.shape)].instance - 1;
        masks[static_cast<std::size_t>(object / kAmodalObjectsPerPlane)] |= std::int64_t{1} << (object % kAmodalObjectsPerPlane);
      }
      for (int plane = 0; plane < pictures.amodal_planes; ++plane) {
        pictures.amodal[place(pictures.amodal_planes, plane, i)] = masks[static_cast<std::size_t>(plane)];
      }
    }
    if (pictures.depth_layers.empty() && pictures.instance_layers.empty()) continue;
    std::size_t next = 0;
    for (int layer = -1; layer < kNumLayers; ++layer) {
      const bool found = next < crossings_.size();
      if (layer >= 0) {
        const std::size_t at = place(kNumLayers, layer, i);
        if (!pictures.depth_layers.empty()) pictures.depth_layers[at] = found ? crossings_[next].t : rays.far_t[i];
        if (!pictures.instance_layers.empty()) {
          pictures.instance_layers[at] =
              found ? labels_.shapes[static_cast<std::size_t>(crossings_[next].shape)].instance : std::uint16_t{0};
        }
      }
      if (!found) continue;
      const float past = crossings_[next].t * (1.0F + kSameSurface);
      while (next < crossings_.size() && crossings_[next].t <= past) ++next;
    }
  }
}

void ViewLabels::write(const RayStrip& rays, const HitStrip& hits, const SurfaceStrip& surface, int row, int first_column,
                       int view, Pictures& pictures) {
  const int count = rays.count;
  const int first_pixel = row * pictures.width + first_column;
  const std::size_t first = static_cast<std::size_t>(view) * pictures.pixels() + static_cast<std::size_t>(first_pixel);
  if (!pictures.depth.empty()) std::copy_n(hits.t.begin(), count, &pictures.depth[first]);
  write_ids(hits, count, first, pictures);
  if (!pictures.normal.empty()) write_normals(hits, surface, count, first, pictures);
  if (!pictures.flow.empty()) write_flow(next_, hits, count, row, first_column, &pictures.flow[2 * first]);
  if (!pictures.flow_backward.empty()) {
    write_flow(previous_, hits, count, row, first_column, &pictures.flow_backward[2 * first]);
  }
  if (!pictures.scene_flow.empty()) write_scene_flow(hits, count, row, first_column, &pictures.scene_flow[3 * first]);
  if (!pictures.flow_valid.empty()) {
    std::uint8_t* const valid = &pictures.flow_valid[first];
    std::fill_n(valid, count, std::uint8_t{0});
    if (next_) write_valid(*next_, 0, hits, count, row, first_column, valid);
    if (previous_) write_valid(*previous_, 1, hits, count, row, first_column, valid);
  }
  if (!pictures.object_coordinates.empty()) {
    write_coordinates(hits, count, row, first_column, &pictures.object_coordinates[3 * first]);
  }
  if (!pictures.amodal.empty() || !pictures.depth_layers.empty() || !pictures.instance_layers.empty()) {
    write_hidden(rays, first_pixel, view, pictures);
  }
}

}  // namespace diorama::raycast
