#include "apps/pipeline/audit_pictures.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <deque>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

#include "apps/pipeline/audit_flow.h"
#include "apps/pipeline/episode_runner.h"
#include "engine/core/text.h"
#include "exporters/shard/column_values.h"
#include "exporters/shard/verify_values.h"

namespace diorama {
namespace {

// Rays and triangles differ at edges and by the facets of round shapes; poses are stored as
// float32.
constexpr double kDepthShare = 0.005;
constexpr double kDepthSlackM = 0.005;
constexpr int kColorStep = 12;      // of 255
constexpr int kNormalStep = 8;      // of 127: about 4 degrees
constexpr int kCoordinateStep = 4;  // of 127
constexpr double kFlowSlackPx = 0.1;
constexpr double kFlowShare = 0.02;  // float16, and the facets once more
constexpr double kMotionSlackM = 0.003;
// Of the pixels looked at, those that may differ.
constexpr double kPixelShare = 0.001;
constexpr double kHiddenShare = 0.005;  // layers: edges of hidden surfaces are not all known
constexpr double kSeenShare =
    0.02;  // flow_valid: what hides a point of its own shape is a matter of a pixel
constexpr int kPixelSlack = 1;

/// A column of pictures.
struct Stored {
  std::size_t index = 0;  // in the dataset
  Channel channel = Channel::kColor;
  int plane = 0;
};

/// One picture as it is stored.
struct Picture {
  const ClipColumn* column = nullptr;
  std::vector<std::byte> bytes;
  std::vector<double> numbers;

  std::size_t per_pixel(std::size_t pixels) const { return numbers.size() / pixels; }
  std::uint64_t mask(std::size_t pixel) const {
    std::uint64_t value = 0;
    std::memcpy(&value, &bytes[pixel * sizeof value], sizeof value);
    return value;
  }
};

/// Pixels that differ, and what to tell of them.
struct Differences {
  int wrong = 0;
  double worst = -1.0;
  std::string expected;
  std::string found;

  /// `words` gives what is expected and found.
  template <typename Words>
  void add(bool good, double how_far, const Words& words) {
    if (good) return;
    ++wrong;
    if (how_far <= worst) return;
    worst = how_far;
    std::tie(expected, found) = words();
  }
};

std::string pixel_text(double x, double y) {
  return "(" + format_number(std::round(100.0 * x) / 100.0) + ", " +
         format_number(std::round(100.0 * y) / 100.0) + ")";
}

/// What the rays say of a frame, kept until its neighbours in time have been seen.
struct Truth {
  int frame = 0;
  std::vector<std::uint32_t> shapes;  // object and part of each pixel
  std::vector<float> depth;
  std::vector<std::uint8_t> seen;  // flow_valid
};

class ViewAudit {
 public:
  ViewAudit(const PictureAudit& audit, std::size_t view, const std::string& suffix)
      : audit_(audit),
        camera_(audit.binding.camera_of_view[view]),
        oracle_(audit.scene, audit.binding, audit.states, camera_) {
    const Intrinsics& k = audit.scene.cameras[static_cast<std::size_t>(camera_.index)].intrinsics;
    width_ = k.width_px;
    height_ = k.height_px;
    const std::vector<ClipColumn>& columns = audit.reader.manifest().columns;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string base = base_name(columns[i].name);
      if (columns[i].name != base + suffix) continue;
      if (std::optional<Stored> stored = column_of(base)) {
        stored->index = i;
        stored_.push_back(*stored);
        wanted_ |= channel_bit(stored->channel);
      }
    }
  }

  Status run() {
    std::vector<FrameView> views;
    for (std::size_t frame = 0; frame < audit_.states.size(); ++frame)
      views.push_back({static_cast<int>(frame), camera_});
    const ChannelSet colour = channel_bit(Channel::kColor);
    if ((wanted_ & ~colour) != 0) {
      ChannelSet cast =
          (wanted_ & ~colour) | channel_set(Channel::kInstance, Channel::kPart, Channel::kDepth);
      if (has_channel(wanted_, Channel::kDepthLayers))
        cast |= channel_bit(Channel::kInstanceLayers);
      DIORAMA_RETURN_IF_ERROR(render_views(
          audit_.rays, audit_.scene, audit_.states, views, cast,
          [&](std::span<const FrameView> batch, const RenderedViews& pictures) -> Status {
            for (std::size_t i = 0; i < batch.size(); ++i)
              compare(batch[i].frame, pictures, static_cast<int>(i));
            return {};
          }));
      check_seen(true);
    }
    if ((wanted_ & colour) == 0) return {};
    return render_views(
        audit_.painter, audit_.scene, audit_.states, views, colour,
        [&](std::span<const FrameView> batch, const RenderedViews& pictures) -> Status {
          for (std::size_t i = 0; i < batch.size(); ++i) {
            compare_color(batch[i].frame, pictures.picture<Channel::kColor>(static_cast<int>(i)));
          }
          return {};
        });
  }

 private:
  static std::optional<Stored> column_of(const std::string& base) {
    if (base == "pixels") return Stored{0, Channel::kColor, 0};
    if (const std::optional<Channel> channel = find_channel(base)) return Stored{0, *channel, 0};
    const auto numbered = [&](const std::string& name, Channel channel,
                              int first) -> std::optional<Stored> {
      const std::string number = base.substr(std::min(base.size(), name.size()));
      if (!base.starts_with(name) || number.empty() || number.size() > 4 ||
          number.find_first_not_of("0123456789") != std::string::npos)
        return std::nullopt;
      return Stored{0, channel, std::stoi(number) - first};
    };
    if (const auto amodal = numbered("amodal", Channel::kAmodal, 0)) return amodal;
    if (const auto depth = numbered("depth_layer", Channel::kDepthLayers, 1)) return depth;
    return numbered("segmentation_layer", Channel::kInstanceLayers, 1);
  }

  std::size_t pixels() const {
    return static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_);
  }
  std::size_t at(int row, int column) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(width_) +
           static_cast<std::size_t>(column);
  }

  /// The stored picture of a frame; nothing if it cannot be read or has another size, which is told
  /// elsewhere.
  std::optional<Picture> load(const Stored& stored, std::int64_t frame) const {
    Picture picture;
    picture.column = &audit_.reader.manifest().columns[stored.index];
    picture.bytes.resize(picture.column->row_bytes);
    const ClipStart start{audit_.position, frame};
    if (!audit_.reader.read(stored.index, {&start, 1}, 1, 1, picture.bytes).ok())
      return std::nullopt;
    picture.numbers.resize(picture.bytes.size() / picture.column->item_bytes);
    const auto needed =
        static_cast<std::size_t>(channel_info(stored.channel).components) * pixels();
    if (picture.numbers.size() < needed || picture.numbers.size() % pixels() != 0)
      return std::nullopt;
    if (stored.channel == Channel::kAmodal && picture.column->item_bytes != sizeof(std::uint64_t))
      return std::nullopt;
    to_doubles(picture.column->type, picture.bytes, picture.numbers);
    return picture;
  }

  void tell(std::int64_t frame, const Picture& picture, const Differences& differences,
            double share, const std::string& words) const {
    const int most = kPixelSlack + static_cast<int>(share * static_cast<double>(pixels()));
    if (differences.wrong <= most) return;
    audit_.tell(frame, picture.column->name, std::to_string(differences.wrong) + " pixels " + words,
                differences.expected + " where it differs most", differences.found);
  }

  /// Whether all eight neighbours show the same: edges are where rays and triangles may differ.
  template <typename T>
  bool is_inner(std::span<const T> values, int row, int column) const {
    if (row == 0 || column == 0 || row + 1 == height_ || column + 1 == width_) return false;
    for (int r = row - 1; r <= row + 1; ++r) {
      for (int c = column - 1; c <= column + 1; ++c) {
        if (values[at(r, c)] != values[at(row, column)]) return false;
      }
    }
    return true;
  }

  template <typename Visit>
  void each_pixel(const Visit& visit) const {
    for (int row = 0; row < height_; ++row) {
      for (int column = 0; column < width_; ++column) visit(row, column, at(row, column));
    }
  }

  void compare(int frame, const RenderedViews& pictures, int place) {
    const auto ids = pictures.picture<Channel::kInstance>(place);
    const auto parts = pictures.picture<Channel::kPart>(place);
    const auto depth = pictures.picture<Channel::kDepth>(place);
    Truth truth{frame, std::vector<std::uint32_t>(pixels()), {depth.begin(), depth.end()}, {}};
    for (std::size_t i = 0; i < pixels(); ++i)
      truth.shapes[i] = std::uint32_t{ids[i]} << 16U | parts[i];
    const auto seen = pictures.picture<Channel::kFlowValid>(place);
    truth.seen.assign(seen.begin(), seen.end());
    truths_.push_back(std::move(truth));
    for (const Stored& stored : stored_) {
      if (stored.channel == Channel::kColor || stored.channel == Channel::kFlowValid) continue;
      const std::optional<Picture> picture = load(stored, frame);
      if (picture) compare_channel(frame, stored, *picture, pictures, place);
    }
    check_seen(false);
  }

  void compare_channel(int frame, const Stored& stored, const Picture& picture,
                       const RenderedViews& pictures, int place) const {
    switch (stored.channel) {
      case Channel::kInstance:
        return compare_ids(frame, picture, pictures.picture<Channel::kInstance>(place),
                           pictures.picture<Channel::kInstance>(place),
                           "show another object than rays at the stored poses hit");
      case Channel::kPart:
        return compare_ids(frame, picture, pictures.picture<Channel::kPart>(place),
                           std::span<const std::uint32_t>(truths_.back().shapes),
                           "show another part than rays at the stored poses hit");
      case Channel::kClass:
        return compare_ids(frame, picture, pictures.picture<Channel::kClass>(place),
                           pictures.picture<Channel::kInstance>(place),
                           "show another class than that of the object that rays hit");
      case Channel::kDepth:
        return compare_depth(frame, picture, pictures.picture<Channel::kDepth>(place),
                             pictures.picture<Channel::kInstance>(place), kPixelShare,
                             "have another depth than rays at the stored poses");
      case Channel::kNormal:
        return compare_steps(frame, picture, pictures.picture<Channel::kNormal>(place), kNormalStep,
                             "have another normal than the surface that rays hit");
      case Channel::kObjectCoordinates:
        return compare_steps(frame, picture, pictures.picture<Channel::kObjectCoordinates>(place),
                             kCoordinateStep,
                             "have another place in the object's box than the point that rays hit");
      case Channel::kFlow:
        return compare_flow(frame, picture, frame + 1);
      case Channel::kFlowBackward:
        return compare_flow(frame, picture, frame - 1);
      case Channel::kSceneFlow:
        return compare_scene_flow(frame, picture);
      case Channel::kAmodal:
        return compare_masks(frame, picture, stored.plane, pictures, place);
      case Channel::kDepthLayers:
      case Channel::kInstanceLayers:
        return compare_layer(frame, stored, picture, pictures, place);
      case Channel::kColor:
      case Channel::kFlowValid:
      case Channel::kTracks:
        return;
    }
  }

  template <typename Edge>
  void compare_ids(int frame, const Picture& picture, std::span<const std::uint16_t> want,
                   std::span<const Edge> edges, const std::string& words,
                   double share = kPixelShare) const {
    Differences differences;
    each_pixel([&](int row, int column, std::size_t i) {
      if (!is_inner(edges, row, column)) return;
      differences.add(picture.numbers[i] == static_cast<double>(want[i]), 0.0, [&] {
        return std::pair("id " + std::to_string(want[i]), format_number(picture.numbers[i]));
      });
    });
    tell(frame, picture, differences, share, words);
  }

  void compare_depth(int frame, const Picture& picture, std::span<const float> want,
                     std::span<const std::uint16_t> edges, double share,
                     const std::string& words) const {
    const double scale = picture.column->unit == "mm" ? 1e-3 : 1.0;
    Differences differences;
    each_pixel([&](int row, int column, std::size_t i) {
      if (!is_inner(edges, row, column)) return;
      const auto wanted = static_cast<double>(want[i]);
      const double apart = std::fabs(picture.numbers[i] * scale - wanted);
      differences.add(apart <= kDepthShare * wanted + kDepthSlackM, apart, [&] {
        return std::pair(format_number(wanted) + " m",
                         format_number(picture.numbers[i] * scale) + " m");
      });
    });
    tell(frame, picture, differences, share, words);
  }

  /// Three small whole numbers per pixel.
  void compare_steps(int frame, const Picture& picture, std::span<const std::int8_t> want, int step,
                     const std::string& words) const {
    Differences differences;
    const auto text = [](double x, double y, double z) {
      return "(" + format_number(x) + ", " + format_number(y) + ", " + format_number(z) + ")";
    };
    each_pixel([&](int row, int column, std::size_t i) {
      if (!is_inner(std::span<const std::uint32_t>(truths_.back().shapes), row, column)) return;
      double apart = 0.0;
      for (std::size_t k = 0; k < 3; ++k)
        apart = std::max(apart, std::fabs(picture.numbers[3 * i + k] - want[3 * i + k]));
      differences.add(apart <= step, apart, [&] {
        return std::pair(
            text(want[3 * i], want[3 * i + 1], want[3 * i + 2]),
            text(picture.numbers[3 * i], picture.numbers[3 * i + 1], picture.numbers[3 * i + 2]));
      });
    });
    tell(frame, picture, differences, kPixelShare, words);
  }

  int id_at(const Truth& truth, std::size_t i) const {
    return static_cast<int>(truth.shapes[i] >> 16U);
  }

  void compare_flow(int frame, const Picture& picture, int to) const {
    const Truth& truth = truths_.back();
    Differences differences;
    each_pixel([&](int row, int column, std::size_t i) {
      if (!is_inner(std::span<const std::uint32_t>(truth.shapes), row, column)) return;
      const PointMotion motion = oracle_.move(frame, to, column, row,
                                              static_cast<double>(truth.depth[i]), id_at(truth, i));
      const dvec2 want =
          motion.moves && !motion.near ? motion.pixel - dvec2(column, row) : dvec2(0.0);
      const dvec2 is(picture.numbers[2 * i], picture.numbers[2 * i + 1]);
      const double apart = glm::length(is - want);
      differences.add(apart <= kFlowSlackPx + kFlowShare * glm::length(want), apart, [&] {
        return std::pair(pixel_text(want.x, want.y) + " px", pixel_text(is.x, is.y) + " px");
      });
    });
    tell(frame, picture, differences, kPixelShare, "do not flow as depth, poses and cameras say");
  }

  void compare_scene_flow(int frame, const Picture& picture) const {
    const Truth& truth = truths_.back();
    const std::size_t stride = picture.per_pixel(pixels());
    Differences differences;
    each_pixel([&](int row, int column, std::size_t i) {
      if (!is_inner(std::span<const std::uint32_t>(truth.shapes), row, column)) return;
      const PointMotion motion = oracle_.move(frame, frame + 1, column, row,
                                              static_cast<double>(truth.depth[i]), id_at(truth, i));
      const dvec3 want = motion.moves ? motion.displacement : dvec3(0.0);
      const dvec3 is(picture.numbers[stride * i], picture.numbers[stride * i + 1],
                     picture.numbers[stride * i + 2]);
      const double apart = glm::length(is - want);
      differences.add(apart <= kMotionSlackM + kFlowShare * glm::length(want), apart, [&] {
        return std::pair(format_number(glm::length(want)) + " m",
                         format_number(glm::length(is)) + " m, or another way");
      });
    });
    tell(frame, picture, differences, kPixelShare,
         "do not move through the world as depth and poses say");
  }

  /// A bit counts where all eight neighbours have the same.
  void compare_masks(int frame, const Picture& picture, int plane, const RenderedViews& pictures,
                     int place) const {
    const auto all = pictures.picture<Channel::kAmodal>(place);
    std::vector<std::uint64_t> want(pixels(), 0);
    if (plane < pictures.planes(Channel::kAmodal)) {
      for (std::size_t i = 0; i < pixels(); ++i)
        want[i] = static_cast<std::uint64_t>(all[static_cast<std::size_t>(plane) * pixels() + i]);
    }
    Differences differences;
    each_pixel([&](int row, int column, std::size_t i) {
      if (row == 0 || column == 0 || row + 1 == height_ || column + 1 == width_) return;
      std::uint64_t common = ~std::uint64_t{0};
      for (int r = row - 1; r <= row + 1; ++r) {
        for (int c = column - 1; c <= column + 1; ++c) common &= ~(want[at(r, c)] ^ want[i]);
      }
      const std::uint64_t other = (picture.mask(i) ^ want[i]) & common;
      differences.add(other == 0, 0.0, [&] {
        return std::pair("bits " + std::to_string(want[i]), std::to_string(picture.mask(i)));
      });
    });
    tell(frame, picture, differences, kPixelShare,
         "say that other objects cover them than rays through everything hit");
  }

  void compare_layer(int frame, const Stored& stored, const Picture& picture,
                     const RenderedViews& pictures, int place) const {
    const std::size_t first = static_cast<std::size_t>(stored.plane) * pixels();
    const auto ids = pictures.picture<Channel::kInstanceLayers>(place);
    const auto depth = pictures.picture<Channel::kDepthLayers>(place);
    if (stored.channel == Channel::kInstanceLayers) {
      const auto want = ids.subspan(first, pixels());
      return compare_ids(frame, picture, want, want, "show another object than rays hit behind",
                         kHiddenShare);
    }
    compare_depth(frame, picture, depth.subspan(first, pixels()), ids.subspan(first, pixels()),
                  kHiddenShare, "have another depth behind than rays at the stored poses");
  }

  /// Checks flow_valid of frames whose neighbours are known, and forgets what is not needed any
  /// more.
  void check_seen(bool all) {
    const auto stored = std::find_if(stored_.begin(), stored_.end(), [](const Stored& s) {
      return s.channel == Channel::kFlowValid;
    });
    if (stored == stored_.end()) {
      truths_.clear();
      return;
    }
    while (!truths_.empty() && next_seen_ < static_cast<int>(audit_.states.size()) &&
           (truths_.back().frame > next_seen_ || all)) {
      const Truth* const truth = truth_of(next_seen_);
      const std::optional<Picture> picture =
          truth == nullptr ? std::nullopt : load(*stored, next_seen_);
      if (picture) compare_seen(*truth, *picture);
      ++next_seen_;
      while (!truths_.empty() && truths_.front().frame < next_seen_ - 1) truths_.pop_front();
    }
  }

  const Truth* truth_of(int frame) const {
    const auto found = std::find_if(truths_.begin(), truths_.end(),
                                    [&](const Truth& t) { return t.frame == frame; });
    return found == truths_.end() ? nullptr : &*found;
  }

  void compare_seen(const Truth& truth, const Picture& picture) const {
    for (const int bit : {1, 2}) {
      const int to = bit == 1 ? truth.frame + 1 : truth.frame - 1;
      const Truth* const then = truth_of(to);
      Differences differences;
      each_pixel([&](int row, int column, std::size_t i) {
        if (!is_inner(std::span<const std::uint32_t>(truth.shapes), row, column)) return;
        const PointMotion motion = oracle_.move(
            truth.frame, to, column, row, static_cast<double>(truth.depth[i]), id_at(truth, i));
        if (motion.moves && then != nullptr && !is_clear(*then, motion)) return;
        const bool want = (truth.seen[i] & bit) != 0;
        const bool is = (static_cast<int>(picture.numbers[i]) & bit) != 0;
        differences.add(is == want, 0.0, [&] {
          return std::pair(std::string(want ? "visible" : "hidden"),
                           std::string(is ? "visible" : "hidden") +
                               (bit == 1 ? " in the next frame" : " in the frame before"));
        });
      });
      tell(truth.frame, picture, differences, kSeenShare,
           "are not seen or hidden as rays to their moved points say");
    }
  }

  /// Whether the moved point is away from edges and borders of the other picture.
  bool is_clear(const Truth& then, const PointMotion& motion) const {
    if (motion.near) return true;
    const double u = std::round(motion.pixel.x);
    const double v = std::round(motion.pixel.y);
    const bool outside = motion.pixel.x < -1.5 || motion.pixel.y < -1.5 ||
                         motion.pixel.x > width_ + 0.5 || motion.pixel.y > height_ + 0.5;
    if (outside) return true;
    if (!(u >= 1.0 && v >= 1.0 && u < width_ - 1 && v < height_ - 1)) return false;
    return is_inner(std::span<const std::uint32_t>(then.shapes), static_cast<int>(v),
                    static_cast<int>(u));
  }

  void compare_color(std::int64_t frame, std::span<const std::uint8_t> want) const {
    const auto stored = std::find_if(stored_.begin(), stored_.end(),
                                     [](const Stored& s) { return s.channel == Channel::kColor; });
    const std::optional<Picture> picture = load(*stored, frame);
    if (!picture) return;
    Differences differences;
    for (std::size_t i = 0; i < pixels(); ++i) {
      double apart = 0.0;
      for (std::size_t k = 3 * i; k < 3 * i + 3; ++k)
        apart = std::max(apart, std::fabs(picture->numbers[k] - static_cast<double>(want[k])));
      differences.add(apart <= kColorStep, apart, [&] {
        return std::pair(
            std::to_string(want[3 * i]) + " red",
            format_number(picture->numbers[3 * i]) + " red, " + format_number(apart) + " apart");
      });
    }
    tell(frame, *picture, differences, kPixelShare,
         "have another colour than a fresh rendering of the stored poses");
  }

  const PictureAudit& audit_;
  CameraId camera_;
  FlowOracle oracle_;
  int width_ = 0;
  int height_ = 0;
  std::vector<Stored> stored_;
  ChannelSet wanted_ = 0;
  std::deque<Truth> truths_;  // of the latest frames
  int next_seen_ = 0;
};

}  // namespace

Status audit_pictures(const PictureAudit& audit, std::size_t view, const std::string& suffix) {
  return ViewAudit(audit, view, suffix).run();
}

}  // namespace diorama
