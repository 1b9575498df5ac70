// Views per second of the renderer: one view per submission against batches, and all against
// MuJoCo's renderer.
#include <algorithm>
#include <memory>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "apps/bench/bench.h"
#include "apps/bench/bench_scenes.h"
#include "apps/bench/mujoco_renderer.h"
#include "apps/bench/timing.h"
#include "apps/pipeline/backends.h"

namespace diorama {
namespace {

constexpr int kNumBodies = 20;
constexpr int kNumCameras = 4;
constexpr int kNumFrames = 16;

/// A scene and the pictures to make of it, all cameras of a frame next to each other.
struct RenderInput {
  Scene scene;
  std::vector<State> states;
  std::vector<FrameView> views;
};

Result<RenderInput> make_input(int size_px) {
  RenderInput input;
  DIORAMA_ASSIGN_OR_RETURN(input.scene, drop_scene_with_cameras(kNumBodies, kNumCameras, size_px));
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<PhysicsWorld> world,
                           make_physics(PhysicsBackend::kBullet, input.scene));
  for (int frame = 0; frame < kNumFrames; ++frame) {
    DIORAMA_RETURN_IF_ERROR(world->step(8, nullptr));
    input.states.emplace_back();
    world->read_state(input.states.back());
    for (int camera = 0; camera < kNumCameras; ++camera)
      input.views.push_back({frame, CameraId(camera)});
  }
  return input;
}

struct Mode {
  const char* name;
  int batch;      ///< Views per submission.
  int in_flight;  ///< Submissions under way at once.
};
constexpr Mode kModes[] = {{"single", 1, 1}, {"batch16", 16, 2}, {"batch64", 64, 2}};

Status render_all(Renderer& renderer, const RenderInput& input, std::span<const FrameView> views,
                  const Mode& mode) {
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
                             renderer.submit(input.scene, input.states, part, kDefaultChannels));
    tickets.push_back(ticket);
  }
  while (waited < tickets.size()) {
    DIORAMA_ASSIGN_OR_RETURN([[maybe_unused]] const RenderedViews pictures,
                             renderer.wait(tickets[waited++]));
  }
  return {};
}

/// The best of all rounds, per view.
struct Best {
  Span per_view{1e30, 1e30};

  void keep(const Span& span, std::size_t num_views) {
    const auto count = static_cast<double>(num_views);
    per_view = {std::min(per_view.cpu_s, span.cpu_s / count),
                std::min(per_view.wall_s, span.wall_s / count)};
  }
};

/// Both must have drawn the same things at the same places, or the times say nothing.
Status check_equal_pictures(Renderer& renderer, const RenderInput& input, MujocoRenderer& peer) {
  constexpr double kLeastShare = 0.97;  // outlines differ by a pixel here and there
  for (const std::size_t v : {std::size_t{0}, input.views.size() - 1}) {
    const FrameView& view = input.views[v];
    DIORAMA_ASSIGN_OR_RETURN(const RenderTicket ticket,
                             renderer.submit(input.scene, input.states, {&view, 1}, kDefaultChannels));
    DIORAMA_ASSIGN_OR_RETURN(const RenderedViews ours, renderer.wait(ticket));
    peer.render(view.frame, view.camera);
    const std::vector<std::uint16_t> theirs = peer.instance_ids();
    std::size_t equal = 0;
    const auto ids = ours.get<Channel::kInstance>();
    for (std::size_t i = 0; i < theirs.size(); ++i) equal += ids[i] == theirs[i] ? 1 : 0;
    const double share = static_cast<double>(equal) / static_cast<double>(theirs.size());
    if (share < kLeastShare) {
      return failed(
          fmt::format("only {:.1f} % of the pixels of frame {} show the same object in MuJoCo's "
                      "renderer; the two "
                      "sides differ",
                      100.0 * share, view.frame));
    }
  }
  return {};
}

Status measure_size(const BenchOptions& options, Renderer& renderer, int size_px,
                    std::vector<Measurement>& results) {
  DIORAMA_ASSIGN_OR_RETURN(const RenderInput input, make_input(size_px));
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<MujocoRenderer> peer,
                           MujocoRenderer::make(input.scene, input.states));
  // The first pictures also compile the pipelines of both.
  DIORAMA_RETURN_IF_ERROR(check_equal_pictures(renderer, input, *peer));
  // All sides make the same views in a round, so that the best of the rounds means the same for
  // each.
  const std::span<const FrameView> views =
      std::span(input.views).first(options.quick ? 16 : input.views.size());
  const int rounds = options.quick ? 1 : 7;
  Best ours[std::size(kModes)];
  Best theirs;
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t m = 0; m < std::size(kModes); ++m) {
      Status status;
      ours[m].keep(time_once([&] { status = render_all(renderer, input, views, kModes[m]); }),
                   views.size());
      DIORAMA_RETURN_IF_ERROR(status);
    }
    theirs.keep(time_once([&] {
                  for (const FrameView& view : views) peer->render(view.frame, view.camera);
                }),
                views.size());
  }
  for (std::size_t m = 0; m < std::size(kModes); ++m) {
    const Span& span = ours[m].per_view;
    const Span& single = ours[0].per_view;
    const std::string prefix = fmt::format("render/{}/{}/", size_px, kModes[m].name);
    results.push_back(
        compare(prefix + "plain", 1.0 / span.cpu_s, "views/cpu_s", 1.0 / single.cpu_s));
    results.push_back(
        compare(prefix + "equal", 1.0 / span.cpu_s, "views/cpu_s", 1.0 / theirs.per_view.cpu_s));
    results.push_back(compare(prefix + "wall", 1.0 / span.wall_s, "views/s", 1.0 / single.wall_s));
    results.push_back(figure(prefix + "cpu", 1e3 * span.cpu_s, "ms/view"));
  }
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
    options.say(fmt::format("render: {0} x {0} on {1}, {2} bodies, {3} cameras", size_px,
                            renderer->device().name, kNumBodies, kNumCameras));
    DIORAMA_RETURN_IF_ERROR(measure_size(options, *renderer, size_px, results));
  }
  return results;
}

}  // namespace diorama
