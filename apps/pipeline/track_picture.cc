#include "apps/pipeline/track_picture.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "apps/pipeline/picture.h"
#include "exporters/labels/tracks.h"

namespace diorama {
namespace {

/// A disc, or its rim alone; what lies outside of the picture is cut.
void draw_dot(const dvec2& center, int radius, bool filled, int color_id, ImageU8& picture) {
  const auto color = id_color(color_id);
  const int column = static_cast<int>(std::lround(center.x));
  const int row = static_cast<int>(std::lround(center.y));
  for (int y = -radius; y <= radius; ++y) {
    for (int x = -radius; x <= radius; ++x) {
      const double distance = std::sqrt(static_cast<double>(x * x + y * y));
      const bool inside = distance < radius + 0.5 && (filled || distance > radius - 0.5);
      const bool there = row + y >= 0 && column + x >= 0 && row + y < picture.height_px &&
                         column + x < picture.width_px;
      for (int k = 0; inside && there && k < 3; ++k)
        picture.at(row + y, column + x, k) = color[static_cast<std::size_t>(k)];
    }
  }
}

}  // namespace

void draw_tracks(std::span<const dvec2> image_px, std::span<const std::uint8_t> visible,
                 int reduction, ImageU8& picture) {
  constexpr int kPicturePxPerRadius = 120;
  const int radius = std::max(1, picture.height_px / kPicturePxPerRadius);
  for (const bool seen : {false, true}) {
    for (std::size_t i = 0; i < image_px.size(); ++i) {
      if (image_px[i] == kNotInView || (visible[i] != 0) != seen) continue;
      // Pixel centres lie at whole numbers.
      const dvec2 at = (image_px[i] + 0.5) / static_cast<double>(reduction) - 0.5;
      draw_dot(at, radius, seen, static_cast<int>(i) + 1, picture);
    }
  }
}

Status draw_scene_tracks(const Scene& scene, const State& state, CameraId camera, SampleKey key,
                         int count, PointVisibility& rays, ImageU8& picture) {
  DIORAMA_ASSIGN_OR_RETURN(const TrackLabels tracks,
                           label_tracks(scene, std::span(&state, 1), std::span(&camera, 1),
                                        seed_track_points(scene, key, count), rays));
  draw_tracks(tracks.views.front().image, tracks.views.front().visible, 1, picture);
  return {};
}

}  // namespace diorama
