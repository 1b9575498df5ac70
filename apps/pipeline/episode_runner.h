// EpisodeRunner: one episode from its key to rows ready for a shard: draw, simulate whole, keep or reject, then
// render in batches and label. One per worker thread.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "apps/pipeline/backends.h"
#include "engine/core/rng.h"
#include "engine/core/status.h"
#include "engine/scene/trajectory.h"
#include "exporters/shard/episode_recorder.h"
#include "renderers/renderer.h"
#include "scenes/sampler.h"

namespace diorama {

/// A drawn and simulated episode, before any picture.
struct SimulatedEpisode {
  Sample sample;
  Trajectory trajectory;
};

/// Draws and steps one episode. rejected(...) with its reason when it must not enter a dataset.
Result<SimulatedEpisode> simulate_episode(const Sampler& sampler, PhysicsBackend physics, SampleKey key);

/// Renders the given pictures of an episode in large batches, two in flight, and hands each batch to `consume`
/// in order. Cameras may differ in size.
using ConsumeViews = std::function<Status(std::span<const FrameView>, const RenderedViews&)>;
Status render_views(Renderer& renderer, const Scene& scene, std::span<const State> states,
                    std::span<const FrameView> views, ChannelSet channels, const ConsumeViews& consume);

class EpisodeRunner {
 public:
  /// `sampler` must outlive the runner.
  EpisodeRunner(const Sampler& sampler, PhysicsBackend physics, std::unique_ptr<Renderer> renderer,
                ViewChannels channels, std::vector<Column> columns);

  Result<EpisodeRecord> run(SampleKey key);

 private:
  const Sampler& sampler_;
  PhysicsBackend physics_;
  std::unique_ptr<Renderer> renderer_;
  ViewChannels channels_;
  EpisodeRecorder recorder_;
};

}  // namespace diorama
