// StoredDataset: a dataset opened to make its episodes anew: its scenes are drawn again, and what
// it stores of an episode is turned back into states.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "apps/pipeline/backends.h"
#include "apps/pipeline/dataset_origin.h"
#include "apps/pipeline/episode_runner.h"
#include "engine/core/status.h"
#include "exporters/labels/state_columns.h"
#include "exporters/shard/clip_reader.h"
#include "exporters/shard/column_values.h"
#include "exporters/shard/columns.h"
#include "scenes/sampler.h"

namespace diorama {

/// The columns of one episode that are not made from pictures, by name.
using StoredRows = std::map<std::string, ColumnValues>;

/// Thread-safe once opened.
class StoredDataset {
 public:
  /// `scenes` is where relative paths of the scenario start. invalid_input if a file of the scenes
  /// is not the one that the dataset was made with, or its columns are not those that this diorama
  /// makes (those made from pictures may be fewer).
  static Result<std::unique_ptr<StoredDataset>> open(const std::filesystem::path& path,
                                                     const std::filesystem::path& scenes);

  const DatasetOrigin& origin() const { return origin_; }
  const ClipReader& reader() const { return *reader_; }
  const Sampler& sampler() const { return *sampler_; }
  PhysicsBackend physics() const { return physics_; }
  const ViewChannels& channels() const { return channels_; }
  const StorageOptions& storage() const { return storage_; }
  const std::vector<Column>& columns() const { return columns_; }

  /// Kept episodes, ascending.
  std::vector<std::int64_t> episodes() const;
  /// Where episode `episode` stands among the kept ones. If it is none of them, invalid_input says
  /// why and which there are.
  Result<std::int64_t> position(std::int64_t episode) const;

  Result<StoredRows> read_rows(std::int64_t position) const;
  bool has_solver_state() const { return storage_.solver_values > 0; }

  /// Where a scene's joints and objects stand in the rows. Its cameras may be others than the
  /// dataset's: there are no views in it.
  Result<SceneBinding> bind(const Scene& scene) const;
  /// The actions of rows [0, count).
  std::vector<Action> actions(const StoredRows& rows, std::int64_t count) const;
  /// The scene's states in rows [0, count) but for contacts, which rendering does not need: from
  /// `solver_state` to the last bit; without it from `qpos` and `qvel`, which may round. Nothing is
  /// simulated; `world`, of the same scene, is left in the last of them.
  Result<Trajectory> states(const Scene& scene, const StoredRows& rows, std::int64_t count,
                            PhysicsWorld& world) const;

 private:
  StoredDataset() = default;
  Status read_layout();
  void number_episodes();

  /// An episode's number, and its place among the kept ones.
  struct Place {
    std::int64_t episode;
    std::int64_t position;
  };

  DatasetOrigin origin_;
  std::unique_ptr<ClipReader> reader_;
  std::vector<Place> places_;  // by episode, ascending
  std::unique_ptr<Sampler> sampler_;
  PhysicsBackend physics_ = PhysicsBackend::kMujoco;
  ViewChannels channels_;
  StorageOptions storage_;
  std::vector<Column> columns_;
};

/// The values of one row.
std::vector<double> row_values(const ColumnValues& values, std::int64_t row);

}  // namespace diorama
