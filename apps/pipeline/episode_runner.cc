#include "apps/pipeline/episode_runner.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "engine/physics/controller.h"
#include "engine/physics/rollout.h"

namespace diorama {
namespace {

constexpr int kMaxBatchViews = 64;
/// Of a device of the CPU: what a batch needs stays in its caches, and is little against what the first touch of memory
/// costs. Of others: a submission has its price.
constexpr std::int64_t kCpuBatchPixels = std::int64_t{8} * 256 * 256;
constexpr std::int64_t kMaxBatchPixels = std::int64_t{16} * 256 * 256;
/// Of large pictures, so that those of a state share its shadow map.
constexpr int kLeastBatchViews = 4;

struct Batch {
  std::vector<FrameView> views;
  RenderTicket ticket = 0;
};

std::vector<Batch> split_into_batches(const Renderer& renderer, const Scene& scene, std::span<const FrameView> views) {
  // Pictures of one submission have one size; within a size the order stays as it was asked for.
  std::map<std::pair<int, int>, std::vector<FrameView>> by_size;
  for (const FrameView& view : views) {
    const Intrinsics& k = scene.cameras[view.camera.index].intrinsics;
    by_size[{k.width_px, k.height_px}].push_back(view);
  }
  const std::int64_t most_pixels = renderer.device().is_cpu ? kCpuBatchPixels : kMaxBatchPixels;
  std::vector<Batch> batches;
  for (const auto& [size, same_size] : by_size) {
    const std::int64_t pixels = static_cast<std::int64_t>(size.first) * size.second;
    const std::int64_t fitting = std::clamp<std::int64_t>(most_pixels / pixels, kLeastBatchViews, kMaxBatchViews);
    std::int64_t most = std::max<std::int64_t>(1, std::min<std::int64_t>(fitting, renderer.max_views(size.first, size.second)));
    // Whole states, if some fit.
    const int frame = same_size.front().frame;
    const auto next = std::ranges::find_if(same_size, [frame](const FrameView& view) { return view.frame != frame; });
    const std::int64_t of_state = next - same_size.begin();
    if (of_state <= most) most -= most % of_state;
    const auto limit = static_cast<std::size_t>(most);
    for (std::size_t first = 0; first < same_size.size(); first += limit) {
      const std::size_t last = std::min(first + limit, same_size.size());
      batches.push_back({{same_size.begin() + static_cast<std::ptrdiff_t>(first),
                          same_size.begin() + static_cast<std::ptrdiff_t>(last)}, 0});
    }
  }
  return batches;
}

}  // namespace

Result<SimulatedEpisode> simulate_episode(const Sampler& sampler, PhysicsBackend physics, SampleKey key) {
  DIORAMA_ASSIGN_OR_RETURN(Sample sample, sampler.sample(key));
  SimulatedEpisode episode;
  episode.sample = std::move(sample);
  const Scene& scene = episode.sample.scene;
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<PhysicsWorld> world, make_physics(physics, scene));
  const std::unique_ptr<Controller> controller =
      make_controller(episode.sample.episode.controller, static_cast<int>(scene.actuators.size()), key);
  DIORAMA_ASSIGN_OR_RETURN(episode.trajectory,
                           rollout(*world, *controller, episode.sample.episode, scene.physics.step_rate_hz));
  return episode;
}

Status render_views(Renderer& renderer, const Scene& scene, std::span<const State> states,
                    std::span<const FrameView> views, ChannelSet channels, const ConsumeViews& consume) {
  std::vector<Batch> batches = split_into_batches(renderer, scene, views);
  const auto in_flight = static_cast<std::size_t>(renderer.max_in_flight());
  std::size_t submitted = 0;
  Status failure;
  // Even after a failure every ticket is waited for, so that the renderer stays usable.
  for (std::size_t done = 0; done < batches.size(); ++done) {
    while (failure.ok() && submitted < batches.size() && submitted < done + in_flight) {
      Result<RenderTicket> ticket = renderer.submit(scene, states, batches[submitted].views, channels);
      if (!ticket.ok()) {
        failure = ticket.status();
        break;
      }
      batches[submitted++].ticket = *ticket;
    }
    if (done >= submitted) break;
    const Result<RenderedViews> pictures = renderer.wait(batches[done].ticket);
    if (!pictures.ok()) {
      failure = failure.ok() ? pictures.status() : failure;
    } else if (failure.ok()) {
      failure = consume(batches[done].views, *pictures);
    }
  }
  return failure;
}

EpisodeRunner::EpisodeRunner(const SceneLayout& layout, std::unique_ptr<Renderer> renderer, ViewChannels channels,
                             std::vector<Column> columns)
    : views_(layout.views),
      num_tracks_(layout.num_tracks),
      renderer_(std::move(renderer)),
      channels_(std::move(channels)),
      columns_(columns),
      recorder_(layout, std::move(columns)) {}

Result<TrackLabels> EpisodeRunner::follow_points(const SimulatedEpisode& episode) {
  const Scene& scene = episode.sample.scene;
  if (!rays_) {
    DIORAMA_ASSIGN_OR_RETURN(rays_, make_point_visibility());
  }
  std::vector<CameraId> cameras;
  for (std::size_t view = 0; view < views_.size(); ++view) {
    const bool wanted = has_channel(channels_[view], Channel::kTracks);
    cameras.push_back(wanted ? scene.find_camera(views_[view].name).value_or(CameraId()) : CameraId());
  }
  return label_tracks(scene, episode.trajectory.states, cameras, seed_track_points(scene, episode.sample.key, num_tracks_), *rays_);
}

Result<EpisodeRecord> EpisodeRunner::run(std::int64_t index, const SimulatedEpisode& episode) {
  const Scene& scene = episode.sample.scene;
  std::optional<TrackLabels> tracks;
  if (std::any_of(columns_.begin(), columns_.end(), [](const Column& column) { return is_track(column.content); })) {
    DIORAMA_ASSIGN_OR_RETURN(tracks, follow_points(episode));
  }
  DIORAMA_RETURN_IF_ERROR(
      recorder_.begin(index, scene, episode.trajectory, episode.sample.factors,
                      {.tracks = tracks ? &*tracks : nullptr, .interventions = episode.interventions}));
  for (const Column& column : columns_) {
    const auto stored = episode.stored_rows.find(column.name);
    if (stored != episode.stored_rows.end()) DIORAMA_RETURN_IF_ERROR(recorder_.put_rows(column.name, stored->second));
  }

  // Pictures of one submission have the same channels.
  std::map<ChannelSet, std::vector<CameraId>> cameras;
  for (std::size_t view = 0; renderer_ && view < views_.size(); ++view) {
    const std::optional<CameraId> camera = scene.find_camera(views_[view].name);
    if (!camera) return failed("the scene has no camera '" + views_[view].name + "'");
    cameras[channels_[view] & kPictureChannels].push_back(*camera);
  }
  for (const auto& [channels, same] : cameras) {
    std::vector<FrameView> views;
    for (std::size_t frame = 0; frame < episode.trajectory.states.size(); ++frame) {
      for (const CameraId camera : same) views.push_back({static_cast<int>(frame), camera});
    }
    DIORAMA_RETURN_IF_ERROR(render_views(
        *renderer_, scene, episode.trajectory.states, views, channels,
        [this](std::span<const FrameView> batch, const RenderedViews& pictures) { return recorder_.add(batch, pictures); }));
  }
  return recorder_.finish();
}

}  // namespace diorama
