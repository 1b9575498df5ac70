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
  return request;
}

}  // namespace diorama::editor
