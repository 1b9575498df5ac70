// How point tracks are shown to people: dots over a colour picture. Functions of values, but for the rays.
#pragma once

#include <cstdint>
#include <span>

#include "engine/core/image.h"
#include "engine/core/pose.h"
#include "engine/core/rng.h"
#include "engine/core/status.h"
#include "engine/scene/scene.h"
#include "renderers/point_visibility.h"

namespace diorama {

/// Draws a dot for every point that is in view, filled where it is visible, hollow where it is
/// hidden, hidden ones below; each point keeps its colour. `image_px` as TrackView::image of one
/// row, in pixels of a picture `reduction` times as large as `picture` (H, W, 3).
void draw_tracks(std::span<const dvec2> image_px, std::span<const std::uint8_t> visible,
                 int reduction, ImageU8& picture);

/// Draws `count` points of the scene as `camera` sees them in one state over its colour picture.
Status draw_scene_tracks(const Scene& scene, const State& state, CameraId camera, SampleKey key,
                         int count, PointVisibility& rays, ImageU8& picture);

}  // namespace diorama
