// The ray caster against the rasteriser: two renderers that share meaning, triangles and light, and nothing else, draw the
// bundled scenarios with moving bodies and cameras; every channel that both make must agree.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/pipeline/episode_runner.h"
#include "apps/pipeline/generate.h"
#include "renderers/raycast/raycast_renderer.h"
#include "renderers/vulkan/vulkan_renderer.h"

namespace diorama {
namespace {

constexpr int kWidth = 96;

/// Scenarios with different shapes: spheres and boxes, meshes and textures of a model file, capsules, cylinders, cones.
const std::vector<std::string>& scenarios() {
  static const std::vector<std::string> names = {"billiards", "clutter",         "dominoes", "double_pendulum",
                                                 "humanoid",  "falling_stack", "pushing",  "ramp_slide"};
  return names;
}

Renderer& raster() {
  static const std::unique_ptr<Renderer> renderer = [] {
    auto made = make_vulkan_renderer({.device = "", .validation = true});
    REQUIRE_MESSAGE(made.ok(), made.status().message());
    return std::move(*made);
  }();
  return *renderer;
}

Renderer& rays() {
  static const std::unique_ptr<Renderer> renderer = [] {
    auto made = make_raycast_renderer();
    REQUIRE_MESSAGE(made.ok(), made.status().message());
    return std::move(*made);
  }();
  return *renderer;
}

/// An episode of a bundled scenario with small pictures of one size.
SimulatedEpisode episode_of(const std::string& name) {
  auto sampler = load_sampler("scenes/library/" + name + ".textproto", {});
  REQUIRE_MESSAGE(sampler.ok(), sampler.status().message());
  const auto physics = choose_physics((*sampler)->scenario(), std::nullopt);
  REQUIRE(physics.ok());
  for (std::int64_t index = 0; index < 10; ++index) {
    auto episode = simulate_episode(**sampler, *physics, {7, index});
    if (!episode.ok()) continue;  // Rejected: the next one.
    for (Camera& camera : episode->sample.scene.cameras) {
      Intrinsics& k = camera.intrinsics;
      const double scale = static_cast<double>(kWidth) / k.width_px;
      k = {kWidth, kWidth, k.fx_px * scale, k.fy_px * scale, (k.cx_px + 0.5) * scale - 0.5, 0.5 * kWidth - 0.5};
    }
    return std::move(*episode);
  }
  FAIL("all episodes of " << name << " were rejected");
  return {};
}

/// Both renderers' pictures of one episode: two moments, all cameras.
class Pair {
 public:
  explicit Pair(const std::string& name, ChannelSet wanted) : episode_(episode_of(name)) {
    const Scene& scene = episode_.sample.scene;
    const std::vector<State>& states = episode_.trajectory.states;
    const int num_frames = static_cast<int>(states.size());
    for (const int frame : {num_frames / 4, num_frames / 2}) {
      for (std::size_t camera = 0; camera < scene.cameras.size(); ++camera) views_.push_back({frame, CameraId(camera)});
    }
    channels_ = wanted & raster().channels();
    raster_ = draw(raster());
    rays_ = draw(rays());
  }

  const Scene& scene() const { return episode_.sample.scene; }
  const SimulatedEpisode& episode() const { return episode_; }
  int num_views() const { return static_cast<int>(views_.size()); }
  const FrameView& view(int index) const { return views_[static_cast<std::size_t>(index)]; }
  const RenderedViews& raster_views() const { return raster_; }
  const RenderedViews& ray_views() const { return rays_; }

  /// Whether all ids within `reach` pixels of a pixel are the same in both pictures.
  bool inside(int view, int u, int v, int reach) const {
    const auto a = raster_.picture<Channel::kInstance>(view), b = rays_.picture<Channel::kInstance>(view);
    const std::uint16_t own = b[static_cast<std::size_t>(v * kWidth + u)];
    for (int y = std::max(v - reach, 0); y <= std::min(v + reach, kWidth - 1); ++y) {
      for (int x = std::max(u - reach, 0); x <= std::min(u + reach, kWidth - 1); ++x) {
        const auto i = static_cast<std::size_t>(y * kWidth + x);
        if (a[i] != own || b[i] != own) return false;
      }
    }
    return true;
  }

  /// Calls use(pixel) for all pixels that lie farther than `reach` from an edge between objects.
  template <typename Use>
  void each_inside(int view, int reach, const Use& use) const {
    for (int v = 0; v < kWidth; ++v) {
      for (int u = 0; u < kWidth; ++u) {
        if (inside(view, u, v, reach)) use(static_cast<std::size_t>(v * kWidth + u));
      }
    }
  }

 private:
  RenderedViews draw(Renderer& renderer) const {
    const auto ticket = renderer.submit(scene(), episode_.trajectory.states, views_, channels_);
    REQUIRE_MESSAGE(ticket.ok(), ticket.status().message());
    const auto pictures = renderer.wait(*ticket);
    REQUIRE_MESSAGE(pictures.ok(), pictures.status().message());
    return *pictures;
  }

  SimulatedEpisode episode_;
  std::vector<FrameView> views_;
  ChannelSet channels_ = 0;
  RenderedViews raster_;
  RenderedViews rays_;
};

TEST_CASE("ids agree on 99.5 % of the pixels, and on all that lie farther than a pixel from an edge") {
  for (const std::string& name : scenarios()) {
    CAPTURE(name);
    const Pair pair(name, kDefaultChannels);
    std::size_t equal = 0, all = 0, wrong_inside = 0;
    for (int view = 0; view < pair.num_views(); ++view) {
      const auto a = pair.raster_views().picture<Channel::kInstance>(view);
      const auto b = pair.ray_views().picture<Channel::kInstance>(view);
      for (int v = 0; v < kWidth; ++v) {
        for (int u = 0; u < kWidth; ++u) {
          const auto i = static_cast<std::size_t>(v * kWidth + u);
          ++all;
          equal += a[i] == b[i] ? 1 : 0;
          if (a[i] == b[i]) continue;
          // Farther than a pixel from any edge of the ray-cast picture.
          bool edge = false;
          for (int y = std::max(v - 1, 0); y <= std::min(v + 1, kWidth - 1); ++y) {
            for (int x = std::max(u - 1, 0); x <= std::min(u + 1, kWidth - 1); ++x) {
              edge = edge || b[static_cast<std::size_t>(y * kWidth + x)] != b[i];
            }
          }
          if (!edge) ++wrong_inside;
        }
      }
    }
    MESSAGE(name << ": " << 100.0 * static_cast<double>(equal) / static_cast<double>(all) << " % of ids agree");
    CHECK(static_cast<double>(equal) >= 0.995 * static_cast<double>(all));
    CHECK(wrong_inside == 0);
  }
}

/// Devices may snap vertices to a grid of so many pixels: by as much a surface may seem to be shifted.
constexpr double kSnapPx = 1.0 / 256.0;

/// The largest change of depth from a pixel to its neighbours in its row and column, m per pixel.
double steepness(std::span<const float> depth, std::size_t pixel) {
  const auto at = [&](std::size_t i) { return static_cast<double>(depth[i]); };
  double most = 0.0;
  for (const std::size_t step : {std::size_t{1}, static_cast<std::size_t>(kWidth)}) {
    if (pixel >= step) most = std::max(most, std::abs(at(pixel) - at(pixel - step)));
    if (pixel + step < depth.size()) most = std::max(most, std::abs(at(pixel + step) - at(pixel)));
  }
  return most;
}

TEST_CASE("depths agree to 2e-4 of their value and the device's grid of vertices inside of objects") {
  for (const std::string& name : scenarios()) {
    CAPTURE(name);
    const Pair pair(name, kDefaultChannels);
    double worst = 0.0;
    std::size_t off = 0, all = 0;
    for (int view = 0; view < pair.num_views(); ++view) {
      const auto a = pair.raster_views().picture<Channel::kDepth>(view);
      const auto b = pair.ray_views().picture<Channel::kDepth>(view);
      pair.each_inside(view, 1, [&](std::size_t i) {
        const auto depth = static_cast<double>(b[i]);
        const double error = std::abs(static_cast<double>(a[i]) - depth);
        worst = std::max(worst, error / depth);
        ++all;
        off += error > 2e-4 * depth + kSnapPx * steepness(b, i) ? 1 : 0;
      });
    }
    MESSAGE(name << ": worst " << worst << ", off " << off << " of " << all);
    // An object's own outline may lie before itself: a limb before the trunk.
    CHECK(static_cast<double>(off) <= 1e-3 * static_cast<double>(all));
  }
}

TEST_CASE("colours agree but for the edges of shadows") {
  for (const std::string& name : scenarios()) {
    CAPTURE(name);
    const Pair pair(name, kDefaultChannels);
    std::size_t off = 0, all = 0;
    double sum = 0.0;
    for (int view = 0; view < pair.num_views(); ++view) {
      const auto a = pair.raster_views().picture<Channel::kColor>(view);
      const auto b = pair.ray_views().picture<Channel::kColor>(view);
      pair.each_inside(view, 1, [&](std::size_t i) {
        int worst = 0;
        for (std::size_t k = 3 * i; k < 3 * i + 3; ++k) worst = std::max(worst, std::abs(a[k] - b[k]));
        sum += worst;
        ++all;
        off += worst > 6 ? 1 : 0;
      });
    }
    MESSAGE(name << ": mean " << sum / static_cast<double>(all) << " of 255, beyond 6: "
                 << 100.0 * static_cast<double>(off) / static_cast<double>(all) << " %");
    CHECK(sum / static_cast<double>(all) < 1.0);
    CHECK(static_cast<double>(off) < 0.01 * static_cast<double>(all));
  }
}

/// Counts how many of some values are as they should be.
struct Share {
  std::size_t good = 0;
  std::size_t all = 0;
  void count(bool is_good) {
    good += is_good ? 1 : 0;
    ++all;
  }
  double value() const { return all == 0 ? 1.0 : static_cast<double>(good) / static_cast<double>(all); }
};

/// The share of pixels, off the edges between objects, of which all components differ by at most `allowed`(ray's value).
template <Channel channel, typename Allowed>
double agreement(const Pair& pair, const Allowed& allowed) {
  const auto components = static_cast<std::size_t>(channel_info(channel).components);
  const int planes = pair.ray_views().planes(channel);
  Share share;
  for (int view = 0; view < pair.num_views(); ++view) {
    const auto a = pair.raster_views().picture<channel>(view), b = pair.ray_views().picture<channel>(view);
    REQUIRE(a.size() == b.size());
    pair.each_inside(view, 1, [&](std::size_t pixel) {
      for (int plane = 0; plane < planes; ++plane) {
        bool good = true;
        for (std::size_t k = 0; k < components; ++k) {
          const std::size_t i = (static_cast<std::size_t>(plane) * kWidth * kWidth + pixel) * components + k;
          const auto x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
          good = good && std::abs(x - y) <= allowed(y);
        }
        share.count(good);
      }
    });
  }
  return share.value();
}

TEST_CASE("every other channel that both renderers make agrees off the edges") {
  // A part, limb or hidden surface may have edges of its own inside of an object's outline: so shares, not all.
  constexpr double kNearlyAll = 0.998;
  for (const std::string& name : scenarios()) {
    CAPTURE(name);
    const Pair pair(name, raster().channels());
    const auto both = [&](Channel channel) { return has_channel(raster().channels() & rays().channels(), channel); };
    const auto exactly = [](double) { return 0.0; };
    if (both(Channel::kPart)) CHECK(agreement<Channel::kPart>(pair, exactly) > kNearlyAll);
    if (both(Channel::kClass)) CHECK(agreement<Channel::kClass>(pair, exactly) == 1.0);
    // Half a degree is 1.1 of 127; each side rounds by half a step.
    if (both(Channel::kNormal)) CHECK(agreement<Channel::kNormal>(pair, [](double) { return 2.1; }) > kNearlyAll);
    const auto pixels = [](double flow) { return 0.02 + 1e-4 * std::abs(flow); };
    if (both(Channel::kFlow)) CHECK(agreement<Channel::kFlow>(pair, pixels) > kNearlyAll);
    if (both(Channel::kFlowBackward)) CHECK(agreement<Channel::kFlowBackward>(pair, pixels) > kNearlyAll);
    // A rasteriser tells visibility from its neighbouring pictures, a pixel wide.
    if (both(Channel::kFlowValid)) CHECK(agreement<Channel::kFlowValid>(pair, exactly) > 0.97);
    if (both(Channel::kSceneFlow)) CHECK(agreement<Channel::kSceneFlow>(pair, [](double) { return 1e-4; }) > kNearlyAll);
    if (both(Channel::kObjectCoordinates)) {
      CHECK(agreement<Channel::kObjectCoordinates>(pair, [](double) { return 1.0; }) > kNearlyAll);
    }
    // Outlines of what is hidden cross the insides of what is seen.
    if (both(Channel::kAmodal)) CHECK(agreement<Channel::kAmodal>(pair, exactly) > 0.97);
    if (both(Channel::kInstanceLayers)) CHECK(agreement<Channel::kInstanceLayers>(pair, exactly) > 0.97);
    if (both(Channel::kDepthLayers)) {
      CHECK(agreement<Channel::kDepthLayers>(pair, [](double z) { return 1e-3 * z; }) > 0.97);
    }
  }
}

}  // namespace
}  // namespace diorama
