// A tiny dataset for tests: a handmade scene with an analytic motion, pictures that are functions of row and view,
// and a writer run over it. No engine, no renderer.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "engine/scene/layout.h"
#include "engine/scene/scene.h"
#include "engine/scene/trajectory.h"
#include "exporters/shard/dataset_writer.h"
#include "exporters/shard/episode_recorder.h"
#include "renderers/renderer.h"

namespace diorama::tiny {

/// Bodies floor, pusher (on a slide joint), ball, box; the ball is object 3 and the box object 2, so that body and
/// object order differ. Two cameras: "front" 16 x 12 px, "side" 10 x 8 px.
Scene scene();

/// Object slots floor, pusher, box, ball, "extra" (absent); one actuator; one factor "mass"; 4 contact slots.
SceneLayout layout();

/// The ball falls, the pusher moves by its action; ball and box touch in row 2.
Trajectory trajectory(std::int64_t episode, int num_rows);

std::vector<std::vector<double>> factors(std::int64_t episode);

/// What the fake renderer draws.
std::uint8_t color_at(std::int64_t episode, int row, int view, int line, int column, int channel);
float depth_at(std::int64_t episode, int row, int view, int line, int column);
std::uint16_t id_at(std::int64_t episode, int row, int view, int line, int column);

/// Pictures of one camera for all rows, with the memory that the spans point into.
struct Pictures {
  std::vector<FrameView> views;
  std::vector<std::uint8_t> color;
  std::vector<float> depth;
  std::vector<std::uint16_t> instance;
  RenderedViews rendered;
};
Pictures draw(const Scene& scene, std::int64_t episode, int num_rows, int view);

/// Rows of an episode: 4, 5 or 6.
int rows_of(std::int64_t episode);

ChannelSet all_channels();
DatasetSpec spec(std::int64_t num_episodes, int episodes_per_shard, StorageOptions storage = {});

/// A whole record made by an EpisodeRecorder.
Result<EpisodeRecord> record(const DatasetSpec& spec, std::int64_t episode);

/// Begins, fills and ends one shard, from where its journal ends on; the episodes in `reject` are rejected.
Result<ShardSummary> write_shard(DatasetWriter& writer, const DatasetSpec& spec, int shard,
                                 const std::set<std::int64_t>& reject = {});

/// Opens, writes every shard that is not there, finishes.
Status write_dataset(const std::filesystem::path& folder, const DatasetSpec& spec, OutputMode mode,
                     const std::set<std::int64_t>& reject = {});

}  // namespace diorama::tiny
