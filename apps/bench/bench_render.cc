// Views per second of the renderer, one view per submission against batches.
#include <algorithm>
#include <memory>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "apps/bench/bench.h"
#include "apps/bench/bench_scenes.h"
#include "apps/bench/timing.h"
#include "apps/pipeline/backends.h"

namespace diorama {
namespace {

constexpr int kNumBodies = 20;
constexpr int kNumCameras = 4;
constexpr int kNumFrames = 16;
constexpr ChannelSet kAllChannels =
    channel_bit(Channel::kColor) | channel_bit(Channel::kDepth) | channel_bit(Channel::kInstance);

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
    for (int camera = 0; camera < kNumCameras; ++camera) input.views.push_back({frame, CameraId(camera)});
  }
  return input;
}

struct Mode {
  const char* name;
  int batch;      ///< Views per submission.
  int in_flight;  ///< Submissions under way at once.
};
constexpr Mode kModes[] = {{"single", 1, 1}, {"batch16", 16, 2}, {"batch64", 64, 2}};

Status render_all(Renderer& renderer, const RenderInput& input, std::span<const FrameView> views, const Mode& mode) {
  std::vector<RenderTicket> tickets;
  std::size_t waited = 0;
  const auto batch = static_cast<std::size_t>(mode.batch);
  for (std::size_t first = 0; first < views.size(); first += batch) {
    if (tickets.size() - waited == static_cast<std::size_t>(mode.in_flight)) {
      DIORAMA_ASSIGN_OR_RETURN([[maybe_unused]] const RenderedViews pictures, renderer.wait(tickets[waited++]));
    }
    const std::span<const FrameView> part = views.subspan(first, std::min(batch, views.size() - first));
    DIORAMA_ASSIGN_OR_RETURN(const RenderTicket ticket, renderer.submit(input.scene, input.states, part, kAllChannels));
    tickets.push_back(ticket);
  }
  while (waited < tickets.size()) {
    DIORAMA_ASSIGN_OR_RETURN([[maybe_unused]] const RenderedViews pictures, renderer.wait(tickets[waited++]));
  }
  return {};
}

Status measure_size(const BenchOptions& options, Renderer& renderer, int size_px, std::vector<Measurement>& results) {
  DIORAMA_ASSIGN_OR_RETURN(const RenderInput input, make_input(size_px));
  const std::span<const FrameView> all = input.views;
  const int rounds = options.quick ? 1 : 9;
  std::vector<Span> best(std::size(kModes));
  for (int round = -1; round < rounds; ++round) {  // round -1 warms up: pipelines are compiled at the first draw
    for (std::size_t m = 0; m < std::size(kModes); ++m) {
      // A round without batches is long: it takes a quarter of the frames.
      const std::span<const FrameView> views = kModes[m].batch == 1 ? all.first(options.quick ? 4 : 16) : all;
      Status status;
      const Span span = time_once([&] { status = render_all(renderer, input, views, kModes[m]); });
      DIORAMA_RETURN_IF_ERROR(status);
      const auto count = static_cast<double>(views.size());
      const Span per_view{span.cpu_s / count, span.wall_s / count};
      if (round == 0) best[m] = per_view;
      if (round > 0) best[m] = {std::min(best[m].cpu_s, per_view.cpu_s), std::min(best[m].wall_s, per_view.wall_s)};
    }
  }
  for (std::size_t m = 0; m < std::size(kModes); ++m) {
    const std::string prefix = fmt::format("render/{}/{}/", size_px, kModes[m].name);
    results.push_back(compare(prefix + "plain", 1.0 / best[m].cpu_s, "views/cpu_s", 1.0 / best[0].cpu_s));
    results.push_back(compare(prefix + "wall", 1.0 / best[m].wall_s, "views/s", 1.0 / best[0].wall_s));
    results.push_back(figure(prefix + "cpu", 1e3 * best[m].cpu_s, "ms/view"));
  }
  return {};
}

}  // namespace

Result<std::vector<Measurement>> bench_render(const BenchOptions& options) {
  RendererOptions renderer_options;
  renderer_options.device = options.device;
  renderer_options.validation = options.validation;
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<Renderer> renderer, make_renderer(renderer_options));
  std::vector<Measurement> results;
  for (const int size_px : {128, 256}) {
    options.say(fmt::format("render: {0} x {0} on {1}, {2} bodies, {3} cameras", size_px, renderer->device().name,
                            kNumBodies, kNumCameras));
    DIORAMA_RETURN_IF_ERROR(measure_size(options, *renderer, size_px, results));
  }
  return results;
}

}  // namespace diorama
