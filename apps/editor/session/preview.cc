#include "apps/editor/session/preview.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "apps/pipeline/channel_picture.h"

namespace diorama::editor {
namespace {

/// Row and column of a place in a picture; nothing outside.
std::optional<std::pair<int, int>> pixel_of(double x, double y, int height_px, int width_px) {
  if (!(x >= 0.0 && x < 1.0 && y >= 0.0 && y < 1.0) || height_px == 0) return std::nullopt;
  return std::pair{static_cast<int>(y * height_px), static_cast<int>(x * width_px)};
}

std::shared_ptr<const State> state_of(const MomentPointer& moment) {
  return {moment, &moment->state};
}

/// The moment `num_steps` after the shown one (negative: before it) if the history holds it.
std::shared_ptr<const State> neighbour(const SimSnapshot& snapshot, long long num_steps) {
  const History& history = *snapshot.history;
  const long long wanted = snapshot.shown()->step + num_steps;
  const auto found = std::lower_bound(
      history.begin(), history.end(), wanted,
      [](const MomentPointer& moment, long long step) { return moment->step < step; });
  if (found == history.end() || (*found)->step != wanted) return nullptr;
  return state_of(*found);
}

}  // namespace

std::span<const float> Preview::values_at(double x, double y) const {
  const auto pixel = pixel_of(x, y, values.height_px, values.width_px);
  if (!pixel) return {};
  const auto components = static_cast<std::size_t>(values.num_channels);
  const std::size_t place =
      static_cast<std::size_t>(pixel->first) * static_cast<std::size_t>(values.width_px) +
      static_cast<std::size_t>(pixel->second);
  return std::span(values.pixels).subspan(place * components, components);
}

std::string Preview::text_at(double x, double y) const {
  const std::span<const float> pixel = values_at(x, y);
  return pixel.empty() ? "" : channel_value_text(request.channel, pixel, camera.far_m);
}

std::optional<BodyId> Preview::body_at(double x, double y) const {
  const auto pixel = pixel_of(x, y, ids.height_px, ids.width_px);
  if (!pixel) return std::nullopt;
  const int object = ids.at(pixel->first, pixel->second) - 1;
  for (std::size_t b = 0; object >= 0 && b < request.scene->bodies.size(); ++b) {
    if (request.scene->bodies[b].object_index == object) return BodyId(b);
  }
  return std::nullopt;
}

std::optional<PreviewRequest> preview_of(const SimSnapshot& snapshot,
                                         std::variant<CameraId, FreeCamera> camera,
                                         Channel channel) {
  if (snapshot.shown() == nullptr) return std::nullopt;
  PreviewRequest request;
  request.scene = {snapshot.scene, &snapshot.scene->scene()};
  request.state = state_of(snapshot.shown_moment());
  const double frame_steps =
      snapshot.scene->scene().physics.step_rate_hz / snapshot.scene->sample.episode.frame_rate_hz;
  request.before = neighbour(snapshot, -std::llround(frame_steps));
  request.after = neighbour(snapshot, std::llround(frame_steps));
  request.camera = camera;
  request.channel = channel;
  request.key = snapshot.scene->key;
  request.num_tracks = snapshot.scene->layout.num_tracks;
  return request;
}

namespace {

/// What other bodies stand on: it would push the camera away from them.
bool is_ground(const Scene& scene, BodyId body, const Bounds& bounds) {
  constexpr double kRoomM = 10.0;
  const bool planes = std::all_of(scene.shapes.begin(), scene.shapes.end(), [&](const Shape& s) {
    return s.body != body || s.type == ShapeType::kPlane;
  });
  const bool fixed = scene.bodies[static_cast<std::size_t>(body.index)].motion == Motion::kStatic;
  return planes || (fixed && glm::length(bounds.upper - bounds.lower) > kRoomM);
}

}  // namespace

Bounds framing_bounds(const Scene& scene, const State& state, std::span<const BodyId> bodies) {
  Bounds world{dvec3(1e30), dvec3(-1e30)};
  for (std::size_t b = 0; b < scene.bodies.size(); ++b) {
    const bool wanted = std::find(bodies.begin(), bodies.end(), BodyId(b)) != bodies.end();
    const Bounds bounds = body_bounds(scene, BodyId(b));
    if (bodies.empty() ? is_ground(scene, BodyId(b), bounds) : !wanted) continue;
    for (int corner = 0; corner < 8; ++corner) {
      const dvec3 at((corner & 1) != 0 ? bounds.upper.x : bounds.lower.x,
                     (corner & 2) != 0 ? bounds.upper.y : bounds.lower.y,
                     (corner & 4) != 0 ? bounds.upper.z : bounds.lower.z);
      const dvec3 point = state.bodies[b].world_from_body.transform_point(at);
      world.lower = glm::min(world.lower, point);
      world.upper = glm::max(world.upper, point);
    }
  }
  if (world.lower.x > world.upper.x) return {dvec3(-1.0), dvec3(1.0)};
  return world;
}

FreeCamera framing_camera(const Scene& scene, const State& state, std::span<const BodyId> bodies) {
  const auto [lower, upper] = framing_bounds(scene, state, bodies);
  FreeCamera camera;
  const dvec3 center = 0.5 * (lower + upper);
  const double radius = std::max(1e-3, 0.5 * glm::length(upper - lower));
  const double distance = radius / std::sin(0.5 * camera.fov_y_rad);
  camera.world_from_camera =
      look_at(center + distance * glm::normalize(dvec3(1.0, -1.4, 0.9)), center);
  camera.near_m = 0.01 * distance;
  camera.far_m = std::max(100.0, 10.0 * distance);
  return camera;
}

}  // namespace diorama::editor
