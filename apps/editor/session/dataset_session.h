// DatasetSession: a dataset folder or a single shard, opened and read on a thread of its own.
// Thread-safe; no function waits for the work it starts.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "apps/editor/session/dataset_overlay.h"
#include "apps/editor/session/dataset_overview.h"
#include "apps/editor/session/published.h"
#include "engine/core/image.h"

namespace diorama::editor {

/// One row of an episode, of one view. Immutable once published.
struct DatasetFrame {
  std::int64_t position = 0;  ///< Of the episode in DatasetOverview::episodes.
  std::int64_t frame = 0;     ///< Row within the episode.
  int view = 0;
  double time_s = 0.0;

  struct Picture {
    std::string column;
    Channel channel = Channel::kColor;
    ImageU8 picture;      ///< (H, W, 3)
    Image<float> values;  ///< The channel's numbers; depth in metres.
    double far_m = 0.0;

    /// The numbers at a place of the picture as text, (0, 0) = top left corner, (1, 1) = bottom
    /// right.
    std::string text_at(double x, double y) const;
  };
  std::vector<Picture> pictures;  ///< Of the view, in the order of channels.
  DatasetRow row;                 ///< All columns but the pictures of other views.

  struct Drawn {
    std::string name;  ///< Of its OverlayKind.
    Overlay overlay;
  };
  std::vector<Drawn> overlays;  ///< All that the dataset has the columns for.
};

struct DatasetSnapshot {
  std::uint64_t sequence = 0;
  bool loading = false;  ///< Something was asked for that is not here yet; what was there stays.
  Status status;         ///< Why the last open() or show() failed.
  std::shared_ptr<const DatasetOverview> overview;  ///< Null if nothing is open.
  std::shared_ptr<const DatasetFrame> frame;        ///< Null before the first.
};

class DatasetSession {
 public:
  /// `on_new` is called on the reading thread after each change; it may be empty.
  explicit DatasetSession(std::function<void()> on_new = {});
  ~DatasetSession();

  /// A folder, its index.h5 or a shard; shows the first row of its first episode.
  void open(std::filesystem::path path);
  void close();
  /// Shows a row of an episode; each number is clamped to what there is. The newest wish counts.
  void show(std::int64_t position, std::int64_t frame, int view = 0);

  /// Never null.
  std::shared_ptr<const DatasetSnapshot> snapshot() const { return snapshot_.get(); }
  /// Waits until nothing is asked for. False if it took longer than `timeout`.
  bool wait_idle(std::chrono::milliseconds timeout) const;

 private:
  struct Place {
    std::int64_t position = 0;
    std::int64_t frame = 0;
    int view = 0;
  };
  void read_loop(const std::stop_token& stop);
  void publish();
  Status open_now(const std::filesystem::path& path);
  Status show_now(Place place);

  const std::function<void()> on_new_;
  Published<DatasetSnapshot> snapshot_;
  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  std::optional<std::filesystem::path> path_;  // to be opened; empty path = close
  std::optional<Place> place_;                 // to be shown
  bool reading_ = false;

  // The reading thread's own.
  std::unique_ptr<DatasetReader> reader_;
  DatasetSnapshot next_;

  std::jthread thread_;  // last: it stops before anything else goes
};

}  // namespace diorama::editor
