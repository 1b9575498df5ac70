// Labels that follow from depth, shape ids and the scene's motion alone: ids of objects, parts and classes, optical flow
// with its validity, scene flow, object coordinates. For renderers that draw depth and shapes of whole pictures; what
// each label is stands in renderer.h.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "renderers/renderer.h"

namespace diorama {

/// The channels made here.
inline constexpr ChannelSet kSurfaceLabels =
    channel_set(Channel::kInstance, Channel::kPart, Channel::kClass, Channel::kFlow, Channel::kFlowBackward,
                Channel::kFlowValid, Channel::kSceneFlow, Channel::kObjectCoordinates);

/// The memory of labels, to be used again and again: one does for all submissions of which one is read at a time.
struct LabelPictures {
  std::vector<std::uint16_t> instance;
  std::vector<std::uint16_t> part;
  std::vector<std::uint16_t> class_id;
  std::array<std::vector<float>, 2> flow;  ///< To t + 1 and t - 1.
  std::vector<std::uint8_t> valid;
  std::vector<float> scene_flow;
  std::vector<std::int8_t> coordinates;
};

/// One submission's labels. Not thread-safe.
class SurfaceLabels {
 public:
  /// The views that must be drawn besides `views` to tell what is visible before and after: none unless `channels`
  /// has kFlowValid. Each once, none of `views`.
  static std::vector<FrameView> neighbours(std::size_t num_states, std::span<const FrameView> views, ChannelSet channels);

  /// Takes all that is needed of the scene and its states. `extra` are the neighbours, drawn after `views`.
  void prepare(const Scene& scene, std::span<const State> states, std::span<const FrameView> views,
               std::span<const FrameView> extra, ChannelSet channels);

  /// Makes in `out` the labels that were prepared for; `views` refers to them.
  /// depth (views + extra, H, W) in metres; shapes likewise, index into Scene::shapes + 1, 0 = nothing.
  void make(std::span<const float> depth, std::span<const std::uint16_t> shapes, LabelPictures& out, RenderedViews& views);

 private:
  /// Takes a pixel (u, v) at depth z to z (u by_u + v by_v + constant) + offset.
  struct PixelMap {
    dvec3 by_u{0.0};
    dvec3 by_v{0.0};
    dvec3 constant{0.0};
    dvec3 offset{0.0};
  };
  /// One requested view.
  struct View {
    double near_m = 0.0;
    double far_m = 0.0;
    std::array<int, 2> other{-1, -1};           ///< Picture at t + 1 and t - 1, -1 = none.
    std::array<bool, 2> has_neighbour{};        ///< Whether the states go on in that direction.
    std::array<std::vector<PixelMap>, 2> flow;  ///< By shape: to homogeneous pixels at t + 1 and t - 1.
    std::vector<PixelMap> scene_flow;           ///< By shape.
    std::vector<PixelMap> coordinates;          ///< By shape.
  };
  struct ShapeIds {
    std::uint16_t instance = 0;
    std::uint16_t part = 0;
    std::uint16_t class_id = 0;
  };
  struct Input {
    std::span<const float> depth;
    std::span<const std::uint16_t> shapes;
  };
  /// Pixels [begin, end) of one row that show one shape.
  struct Run {
    std::size_t first = 0;  ///< Of the row's pixels, in the picture.
    int row = 0;
    int begin = 0;
    int end = 0;
    std::uint16_t shape = 0;
  };

  static PixelMap make_map(const Intrinsics& k, const dmat3& linear, const dvec3& offset);
  void make_view(std::size_t index, const Input& all);
  void make_flow(const View& view, std::size_t index, int direction, const Run& run, const Input& all);
  void make_ids(std::size_t index, const Input& own);
  bool seen(const View& view, int other, double u, double v, double z, std::uint16_t shape, const Input& all) const;

  ChannelSet channels_ = 0;
  int height_ = 0;
  int width_ = 0;
  std::vector<View> views_;
  std::vector<ShapeIds> ids_;  ///< By shape id; entry 0 is nothing.
  LabelPictures* out_ = nullptr;  ///< While labels are made.
};

}  // namespace diorama
