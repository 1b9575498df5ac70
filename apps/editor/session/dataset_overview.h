// What stands in a dataset or a single shard, apart from its rows. Values.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/editor/session/sim_scene.h"
#include "engine/core/status.h"
#include "exporters/shard/dataset_reader.h"
#include "renderers/renderer.h"

namespace diorama::editor {

struct DatasetShard {
  std::string file;  ///< Relative to the dataset.
  std::string sha256;
  std::int64_t bytes = 0;
  std::int64_t rows = 0;
  std::int64_t first_position = 0;  ///< Of its episodes in DatasetOverview::episodes.
  std::int64_t num_episodes = 0;
};

struct DatasetEpisode {
  std::int64_t episode = 0;  ///< The dataset's number; rejected ones leave gaps.
  std::int64_t first_row = 0;
  std::int64_t num_rows = 0;
  int shard = 0;      ///< Index into DatasetOverview::shards.
  std::string split;  ///< "train", "val" or "test".
};

struct DatasetRejection {
  std::int64_t episode = 0;
  std::string reason;
};

struct DatasetView {
  std::string name;
  std::string suffix;  ///< Of its columns: "" of the main view, else ".<name>".
  double near_m = 0.0;
  double far_m = 0.0;
};

struct DatasetOverview {
  std::filesystem::path path;
  std::string scenario_name;
  std::string scenario_text;
  std::uint64_t seed = 0;
  double frame_rate_hz = 0.0;
  std::string engine;
  std::string engine_version;
  std::vector<FoundColumn> columns;
  std::vector<DatasetShard> shards;
  std::vector<DatasetEpisode> episodes;
  std::vector<DatasetRejection> rejected;
  std::vector<DatasetView> views;         ///< The main view first.
  std::vector<std::string> object_names;  ///< By object index.
  std::vector<std::string> class_names;

  const FoundColumn* find_column(const std::string& name) const;
  /// "" if unknown.
  std::string object_name(int object) const;
};

/// Why `path` cannot be opened as a dataset or as a shard of one, if it cannot.
Status check_dataset(const std::filesystem::path& path);

/// Reads what `reader`, opened at `path`, says about itself, and the episodes' numbers.
Result<DatasetOverview> describe_dataset(const DatasetReader& reader,
                                         const std::filesystem::path& path);

/// A column that holds pictures of a channel.
struct PictureColumn {
  const FoundColumn* column = nullptr;
  Channel channel = Channel::kColor;
  int view = 0;  ///< Index into DatasetOverview::views.
};
/// In the order of views, then of channels. Points into `overview`.
std::vector<PictureColumn> picture_columns(const DatasetOverview& overview);

/// The scene of an episode, for the simulation: relative asset paths are looked up from
/// `base_folder`, where the scenario's file was. invalid_input if the dataset does not carry its
/// scenario.
Result<SimRequest> episode_scene(const DatasetOverview& overview, std::int64_t position,
                                 const std::filesystem::path& base_folder);

}  // namespace diorama::editor
