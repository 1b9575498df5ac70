// Views per second of the renderer against MuJoCo's own, which draws the same meshes from the same
// cameras in the same run.
#include <algorithm>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/bench/bench.h"
#include "apps/bench/bench_scenes.h"
#include "apps/bench/mujoco_renderer.h"
#include "apps/bench/timing.h"
#include "apps/pipeline/backends.h"
#include "exporters/labels/tracks.h"

namespace diorama {
namespace {

constexpr int kNumCameras = 16;
constexpr int kNumStates = 16;
constexpr int kViewsPerRound = 64;
constexpr int kTriangles = 30000;
constexpr ChannelSet kEqualChannels =
    channel_set(Channel::kColor, Channel::kDepth, Channel::kInstance);

/// How views are submitted.
struct Mode {
  const char* name;
  int cameras_per_state;
  int batch;      ///< Views per submission.
  int in_flight;  ///< Submissions under way at once.
};
/// "single" waits for each view before it submits the next. Views of one state in one submission
/// share its shadow map: all 16 of batch16, 4 each of batch4x4 and batch64.
constexpr Mode kModes[] = {{"single", 4, 1, 1},
                           {"batch16", 16, 16, 2},
                           {"batch4x4", 4, 16, 2},
                           {"batch64", 4, 64, 2}};
constexpr Mode kBatch16 = kModes[1];
constexpr Mode kBatch4x4 = kModes[2];
/// The ray caster; it shares nothing between the views of a state but where the shapes are.
constexpr Mode kRaycast{"raycast", 4, 16, 1};

/// All cameras of a state next to each other, evenly spread around the scene.
std::vector<FrameView> views_of(const Mode& mode, int count) {
  std::vector<FrameView> views;
  for (int i = 0; i < count; ++i) {
    const int camera = i % mode.cameras_per_state * (kNumCameras / mode.cameras_per_state);
    views.push_back({i / mode.cameras_per_state, CameraId(camera)});
  }
  return views;
}

struct Cost {
  double cpu_s = 1e30;   ///< Of the whole process, per view.
  double wall_s = 1e30;  ///< Per view.
  double host_s = 1e30;  ///< CPU time of the calling thread alone: all that is not drawing.

  void keep_best(const Cost& other) {
    cpu_s = std::min(cpu_s, other.cpu_s);
    wall_s = std::min(wall_s, other.wall_s);
    host_s = std::min(host_s, other.host_s);
  }
};

Cost cost_of(int num_views, const std::function<void()>& work) {
  const double host = thread_cpu_s();
  const Span span = time_once(work);
  return {span.cpu_s / num_views, span.wall_s / num_views, (thread_cpu_s() - host) / num_views};
}

Status render_all(Renderer& renderer, const RenderScene& input, std::span<const FrameView> views,
                  const Mode& mode, ChannelSet channels) {
  std::vector<RenderTicket> tickets;
  std::size_t waited = 0;
  const auto batch = static_cast<std::size_t>(mode.batch);
  for (std::size_t first = 0; first < views.size(); first += batch) {
    if (tickets.size() - waited == static_cast<std::size_t>(mode.in_flight)) {
      DIORAMA_ASSIGN_OR_RETURN([[maybe_unused]] const RenderedViews pictures,
                               renderer.wait(tickets[waited++]));
    }
    const std::span<const FrameView> part =
        views.subspan(first, std::min(batch, views.size() - first));
    DIORAMA_ASSIGN_OR_RETURN(const RenderTicket ticket,
                             renderer.submit(input.scene, input.states, part, channels));
    tickets.push_back(ticket);
  }
  while (waited < tickets.size()) {
    DIORAMA_ASSIGN_OR_RETURN([[maybe_unused]] const RenderedViews pictures,
                             renderer.wait(tickets[waited++]));
  }
  return {};
}

/// Both must have drawn the same things at the same places, or the times say nothing.
Status check_equal_pictures(Renderer& renderer, const RenderScene& input, MujocoRenderer& peer) {
  constexpr double kLeastShare = 0.97;  // outlines differ by a pixel here and there
  const std::vector<FrameView> views = views_of(kBatch16, kViewsPerRound);
  for (const FrameView& view : {views.front(), views.back()}) {
    DIORAMA_ASSIGN_OR_RETURN(
        const RenderTicket ticket,
        renderer.submit(input.scene, input.states, {&view, 1}, kEqualChannels));
    DIORAMA_ASSIGN_OR_RETURN(const RenderedViews ours, renderer.wait(ticket));
    peer.render(view.frame, view.camera, true);
    const std::vector<std::uint16_t> theirs = peer.instance_ids();
    std::size_t equal = 0;
    const auto ids = ours.get<Channel::kInstance>();
    for (std::size_t i = 0; i < theirs.size(); ++i) equal += ids[i] == theirs[i] ? 1 : 0;
    const double share = static_cast<double>(equal) / static_cast<double>(theirs.size());
    if (share < kLeastShare) {
      return failed(
          fmt::format("only {:.1f} % of the pixels of frame {} show the same object in MuJoCo's "
                      "renderer; the two sides differ",
                      100.0 * share, view.frame));
    }
  }
  return {};
}

/// The best of all rounds of each mode, and of the peer.
struct Costs {
  std::vector<Cost> ours;
  Cost peer;
};

Result<Costs> measure(const BenchOptions& options, Renderer& renderer, int size_px,
                      int num_triangles, std::span<const Mode> modes) {
  DIORAMA_ASSIGN_OR_RETURN(const RenderScene input,
                           make_render_scene({num_triangles, kNumCameras, kNumStates, size_px}));
  options.say(fmt::format("render: {0} x {0} on {1}, {2} triangles", size_px,
                          renderer.device().name, input.num_triangles));
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<MujocoRenderer> peer,
                           MujocoRenderer::make(input.scene, input.states));
  // The first pictures also compile the pipelines of both.
  DIORAMA_RETURN_IF_ERROR(check_equal_pictures(renderer, input, *peer));
  const int num_views = options.quick ? 16 : kViewsPerRound;
  const int rounds = options.quick ? 1 : 5;
  Costs costs;
  costs.ours.resize(modes.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t m = 0; m < modes.size(); ++m) {
      const std::vector<FrameView> views = views_of(modes[m], num_views);
      Status status;
      costs.ours[m].keep_best(
          cost_of(num_views, [&] { status = render_all(renderer, input, views, modes[m], kEqualChannels); }));
      DIORAMA_RETURN_IF_ERROR(status);
    }
    const std::vector<FrameView> views = views_of(kBatch16, num_views);
    costs.peer.keep_best(cost_of(num_views, [&] {
      for (const FrameView& view : views) peer->render(view.frame, view.camera, true);
    }));
  }
  return costs;
}

/// equal, wall and cpu of one mode.
void report(const std::string& prefix, const Cost& ours, const Cost& peer,
            std::vector<Measurement>& results) {
  results.push_back(compare(prefix + "equal", 1.0 / ours.cpu_s, "views/cpu_s", 1.0 / peer.cpu_s));
  results.push_back(compare(prefix + "wall", 1.0 / ours.wall_s, "views/s", 1.0 / peer.wall_s));
  results.push_back(compare(prefix + "cpu", 1e3 * ours.cpu_s, "ms/view", 1e3 * peer.cpu_s));
}

/// How the cost grows with the triangles.
Status report_triangles(const BenchOptions& options, Renderer& renderer, const Mode& mode,
                        std::vector<Measurement>& results) {
  for (const int thousands : {2, 8, 120}) {
    DIORAMA_ASSIGN_OR_RETURN(
        const Costs costs, measure(options, renderer, 256, 1000 * thousands, std::span(&mode, 1)));
    results.push_back(compare(fmt::format("render/256/{}/equal/{}k", mode.name, thousands),
                              1.0 / costs.ours[0].cpu_s, "views/cpu_s", 1.0 / costs.peer.cpu_s));
  }
  return {};
}

/// Without what MuJoCo's renderer needs a second and third pass for: no shadow, no ids. Ours still
/// shades with its whole BRDF.
Status report_plain(const BenchOptions& options, Renderer& renderer,
                    std::vector<Measurement>& results) {
  constexpr ChannelSet kPlainChannels = channel_set(Channel::kColor, Channel::kDepth);
  DIORAMA_ASSIGN_OR_RETURN(RenderScene input,
                           make_render_scene({kTriangles, kNumCameras, kNumStates, 256}));
  for (Light& light : input.scene.lights) light.casts_shadow = false;
  options.say("render: without shadow and ids");
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<MujocoRenderer> peer,
                           MujocoRenderer::make(input.scene, input.states));
  DIORAMA_RETURN_IF_ERROR(check_equal_pictures(renderer, input, *peer));
  const int num_views = options.quick ? 16 : kViewsPerRound;
  const std::vector<FrameView> views = views_of(kBatch16, num_views);
  Cost ours;
  Cost theirs;
  for (int round = 0; round < (options.quick ? 1 : 5); ++round) {
    Status status;
    ours.keep_best(cost_of(num_views, [&] {
      status = render_all(renderer, input, views, kBatch16, kPlainChannels);
    }));
    DIORAMA_RETURN_IF_ERROR(status);
    theirs.keep_best(cost_of(num_views, [&] {
      for (const FrameView& view : views) peer->render(view.frame, view.camera, false);
    }));
  }
  results.push_back(compare("render/256/batch16/plain", 1.0 / ours.cpu_s, "views/cpu_s",
                            1.0 / theirs.cpu_s));
  return {};
}

/// What more labels cost: the rate with them against that of colour, depth and ids alone.
Status report_labels(const BenchOptions& options, Renderer& renderer, const std::string& prefix,
                     const Mode& mode, std::vector<Measurement>& results) {
  struct Labels {
    const char* name;
    ChannelSet channels;
  };
  constexpr Labels kLabels[] = {
      {"equal", kEqualChannels},
      {"surface", kSurfaceChannels},
      {"amodal", kEqualChannels | channel_bit(Channel::kAmodal)},
      {"layers", kEqualChannels | channel_set(Channel::kDepthLayers, Channel::kInstanceLayers)}};
  DIORAMA_ASSIGN_OR_RETURN(const RenderScene input,
                           make_render_scene({kTriangles, kNumCameras, kNumStates, 256}));
  options.say("render: all labels, " + prefix);
  const int num_views = options.quick ? 16 : kViewsPerRound;
  const std::vector<FrameView> views = views_of(mode, num_views);
  Cost costs[std::size(kLabels)];
  for (int round = 0; round < (options.quick ? 1 : 3); ++round) {
    for (std::size_t i = 0; i < std::size(kLabels); ++i) {
      if ((kLabels[i].channels & ~renderer.channels()) != 0) continue;
      Status status;
      costs[i].keep_best(cost_of(num_views, [&] {
        status = render_all(renderer, input, views, mode, kLabels[i].channels);
      }));
      DIORAMA_RETURN_IF_ERROR(status);
    }
  }
  for (std::size_t i = 1; i < std::size(kLabels); ++i) {
    if ((kLabels[i].channels & ~renderer.channels()) != 0) continue;
    results.push_back(compare(prefix + "labels/" + kLabels[i].name, 1.0 / costs[i].cpu_s,
                              "views/cpu_s", 1.0 / costs[0].cpu_s));
  }
  return {};
}

/// Points followed through the same views; no renderer takes part.
Status report_tracks(const BenchOptions& options, std::vector<Measurement>& results) {
  constexpr int kPoints = 256;
  DIORAMA_ASSIGN_OR_RETURN(const RenderScene input,
                           make_render_scene({kTriangles, kNumCameras, kNumStates, 256}));
  options.say(fmt::format("render: tracks of {} points", kPoints));
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<PointVisibility> rays, make_point_visibility());
  std::vector<CameraId> cameras;
  for (int camera = 0; camera < kNumCameras; ++camera) cameras.emplace_back(camera);
  const int num_views = kNumCameras * kNumStates;
  Cost cost;
  for (int round = 0; round < (options.quick ? 1 : 5); ++round) {
    Status status;
    cost.keep_best(cost_of(num_views, [&] {
      status = label_tracks(input.scene, input.states, cameras,
                            seed_track_points(input.scene, {}, kPoints), *rays)
                   .status();
    }));
    DIORAMA_RETURN_IF_ERROR(status);
  }
  results.push_back(figure("render/256/tracks", 1.0 / cost.cpu_s, "views/cpu_s"));
  return {};
}

}  // namespace

Result<std::vector<Measurement>> bench_render(const BenchOptions& options) {
  RendererOptions renderer_options;
  renderer_options.device = options.device;
  renderer_options.validation = options.validation;
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<Renderer> renderer,
                           make_renderer(renderer_options));
  std::vector<Measurement> results;
  for (const int size_px : {128, 256}) {
    DIORAMA_ASSIGN_OR_RETURN(const Costs costs,
                             measure(options, *renderer, size_px, kTriangles, kModes));
    for (std::size_t m = 0; m < std::size(kModes); ++m) {
      const Cost& ours = costs.ours[m];
      const std::string prefix = fmt::format("render/{}/{}/", size_px, kModes[m].name);
      report(prefix, ours, costs.peer, results);
      results.push_back(figure(prefix + "host", 100.0 * ours.host_s / ours.cpu_s, "% of cpu"));
    }
  }
  DIORAMA_RETURN_IF_ERROR(report_triangles(options, *renderer, kBatch16, results));
  DIORAMA_RETURN_IF_ERROR(report_plain(options, *renderer, results));
  DIORAMA_RETURN_IF_ERROR(
      report_labels(options, *renderer, "render/256/batch4x4/", kBatch4x4, results));

  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<Renderer> caster,
                           make_renderer({"raycast", "", options.validation}));
  DIORAMA_ASSIGN_OR_RETURN(
      const Costs costs, measure(options, *caster, 256, kTriangles, std::span(&kRaycast, 1)));
  report("render/256/raycast/", costs.ours[0], costs.peer, results);
  DIORAMA_RETURN_IF_ERROR(report_triangles(options, *caster, kRaycast, results));
  DIORAMA_RETURN_IF_ERROR(
      report_labels(options, *caster, "render/256/raycast/", kRaycast, results));
  DIORAMA_RETURN_IF_ERROR(report_tracks(options, results));
  return results;
}

}  // namespace diorama
