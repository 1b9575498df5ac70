// Preview: one picture for the screen, with the numbers behind its colours. Immutable once
// published.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "apps/editor/session/sim_session.h"
#include "engine/core/rng.h"
#include "engine/core/image.h"
#include "engine/scene/scene.h"
#include "renderers/renderer.h"

namespace diorama::editor {

/// A camera that is not in the scene: the viewport's.
struct FreeCamera {
  Pose world_from_camera;
  double fov_y_rad = 0.8;
  double near_m = 0.02;
  double far_m = 100.0;
};

struct PreviewRequest {
  std::shared_ptr<const Scene> scene;
  std::shared_ptr<const State> state;
  std::shared_ptr<const State>
      before;                          ///< A frame period earlier and later, for channels that need
  std::shared_ptr<const State> after;  ///< them; may be null.
  std::variant<CameraId, FreeCamera> camera;
  /// A free camera's picture has this size times `scale`; a scene camera's keeps its shape and fits
  /// into it (0 = its own size).
  int width_px = 0;
  int height_px = 0;
  double scale = 1.0;  ///< Resolution, (0, 1].
  Channel channel = Channel::kColor;
  bool with_ids = false;  ///< Also the ids of objects, for picking.
  // Of the channel `tracks`: which points are followed.
  SampleKey key;
  int num_tracks = 0;
};

struct Preview {
  std::uint64_t sequence = 0;  ///< Counts over all previews of a renderer.
  PreviewRequest request;
  Status status;             ///< If not ok there is no picture.
  ImageU8 picture;           ///< (H, W, 3)
  Image<float> values;       ///< (H, W, components): the channel's numbers; empty if it has none of pixels.
  Image<std::uint16_t> ids;  ///< (H, W): object_index + 1, 0 = background; empty unless asked for.
  Camera camera;             ///< As drawn: its intrinsics are those of `picture`.
  Pose world_from_camera;
  double seconds = 0.0;     ///< That it took.
  ChannelSet channels = 0;  ///< All that the renderer can make; 0 = there is no renderer.

  /// The channel's numbers at a place of the picture, (0, 0) = top left corner, (1, 1) = bottom
  /// right.
  std::span<const float> values_at(double x, double y) const;
  /// Those as text: "2.31 m"; "" outside.
  std::string text_at(double x, double y) const;
  /// The body seen there; nothing for background, outside, or without ids.
  std::optional<BodyId> body_at(double x, double y) const;
};

/// The shown moment of a snapshot seen by a scene's camera or a free one; nothing before the first
/// scene.
std::optional<PreviewRequest> preview_of(const SimSnapshot& snapshot,
                                         std::variant<CameraId, FreeCamera> camera,
                                         Channel channel);

/// World box of the given bodies; if empty, of all but grounds: bodies of planes alone, and static
/// ones that are larger than a room. Two metres about the origin if nothing is left.
Bounds framing_bounds(const Scene& scene, const State& state, std::span<const BodyId> bodies);

/// A free camera from obliquely above that sees framing_bounds() whole in a square picture.
FreeCamera framing_camera(const Scene& scene, const State& state, std::span<const BodyId> bodies);

}  // namespace diorama::editor
