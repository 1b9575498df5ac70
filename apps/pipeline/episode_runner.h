// One episode from its key to rows ready for a shard: draw, simulate whole, keep or reject; then EpisodeRunner, one per
// worker thread, renders it in batches and labels it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "apps/pipeline/backends.h"
#include "engine/core/rng.h"
#include "engine/core/status.h"
#include "engine/scene/trajectory.h"
#include "exporters/labels/tracks.h"
#include "exporters/shard/episode_recorder.h"
#include "renderers/renderer.h"
#include "scenes/sampler.h"

namespace diorama {

/// A drawn and simulated episode, before any picture.
struct SimulatedEpisode {
  Sample sample;
  Trajectory trajectory;
  /// Rows from which on the actions are those that someone gave.
  std::vector<std::int64_t> interventions;
  /// Columns whose first rows stand already, as a dataset holds them; all others follow from the trajectory.
  std::map<std::string, std::vector<std::byte>> stored_rows;
};

/// Gives the episode of an index, or rejected(...). Called by many threads.
using EpisodeSource = std::function<Result<SimulatedEpisode>(std::int64_t episode)>;

/// Draws and steps one episode. rejected(...) with its reason when it must not enter a dataset.
Result<SimulatedEpisode> simulate_episode(const Sampler& sampler, PhysicsBackend physics, SampleKey key);

/// Renders the given pictures of an episode in large batches, two in flight, and hands each batch to `consume`
/// in order. Cameras may differ in size.
using ConsumeViews = std::function<Status(std::span<const FrameView>, const RenderedViews&)>;
Status render_views(Renderer& renderer, const Scene& scene, std::span<const State> states,
                    std::span<const FrameView> views, ChannelSet channels, const ConsumeViews& consume);

/// Renders simulated episodes and makes rows of them.
class EpisodeRunner {
 public:
  /// `renderer` may be null if no column needs pictures.
  EpisodeRunner(const SceneLayout& layout, std::unique_ptr<Renderer> renderer, ViewChannels channels,
                std::vector<Column> columns);

  Result<EpisodeRecord> run(std::int64_t index, const SimulatedEpisode& episode);

 private:
  Result<TrackLabels> follow_points(const SimulatedEpisode& episode);

  std::vector<ViewLayout> views_;
  int num_tracks_ = 0;
  std::unique_ptr<Renderer> renderer_;
  ViewChannels channels_;
  std::vector<Column> columns_;
  std::unique_ptr<PointVisibility> rays_;  ///< Made when tracks are first wanted.
  EpisodeRecorder recorder_;
};

}  // namespace diorama
