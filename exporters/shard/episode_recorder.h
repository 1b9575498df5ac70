// EpisodeRecorder: turns one simulated and rendered episode into rows ready for a shard; images are compressed
// here, on the worker's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/core/status.h"
#include "engine/scene/layout.h"
#include "engine/scene/scene.h"
#include "engine/scene/trajectory.h"
#include "exporters/labels/tracks.h"
#include "exporters/shard/columns.h"
#include "renderers/renderer.h"

namespace diorama {

/// The rows of one episode, column by column, parallel to dataset_columns().
struct EpisodeRecord {
  struct ColumnData {
    std::vector<std::byte> rows;                  ///< Other columns: (num_rows, row_bytes), little endian.
    std::vector<std::vector<std::byte>> chunks;   ///< Image columns: one stored (filtered) chunk per row.
  };
  std::int64_t episode = 0;
  int num_rows = 0;
  std::vector<ColumnData> columns;
};

/// What an episode has besides its scene and trajectory.
struct EpisodeExtras {
  /// Over the trajectory's states and the layout's views; must be given if there are columns of tracks.
  const TrackLabels* tracks = nullptr;
  /// Rows from which on the actions were given by someone; those beyond the episode count for nothing.
  std::span<const std::int64_t> interventions;
};

/// Not thread-safe; one per worker, reused for all its episodes.
class EpisodeRecorder {
 public:
  EpisodeRecorder(const SceneLayout& layout, std::vector<Column> columns);
  ~EpisodeRecorder();

  /// Starts an episode and fills every column that needs no picture. rejected(...) if a frame has more contact
  /// pairs than layout.max_contacts or a value is not finite. References must live until
  /// `finish`.
  Status begin(std::int64_t episode, const Scene& scene, const Trajectory& trajectory,
               const std::vector<std::vector<double>>& factors, const EpisodeExtras& extras = {});

  /// Replaces the first rows of a column that is not made from pictures. failed(...) if there are too many or there is no
  /// such column.
  Status put_rows(const std::string& column, std::span<const std::byte> rows);

  /// Encodes pictures; `views[i]` says what picture i shows. Any order of calls covers all (frame, view) pairs once.
  Status add(std::span<const FrameView> views, const RenderedViews& pictures);

  /// The finished record; every picture must have been added, unless no column needs pictures.
  EpisodeRecord finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace diorama
