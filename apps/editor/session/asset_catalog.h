// AssetCatalog: the files of a folder with thumbnails made in the background, and word of those
// that changed on disk. Thread-safe; no function waits for the work it starts.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "apps/editor/session/asset_files.h"
#include "apps/editor/session/file_watcher.h"
#include "apps/editor/session/preview_renderer.h"
#include "apps/editor/session/published.h"

namespace diorama::editor {

/// What a file holds. Immutable.
struct AssetThumbnail {
  Status status;      ///< Why there is no picture: an unreadable file ...
  ImageU8 picture;    ///< (H, W, 3)
  std::string facts;  ///< "1234 triangles, 0.2 x 0.3 x 0.1 m", "256 x 256 px", "12 bodies".
};

/// A folder's content. Immutable.
struct AssetListing {
  std::uint64_t sequence = 0;
  std::filesystem::path folder;
  Status status;  ///< Why it cannot be listed.
  std::vector<AssetEntry> entries;
};

class AssetCatalog {
 public:
  /// Thumbnails fit into `thumbnail_px` by `thumbnail_px`. `on_new` is called on the catalogue's
  /// threads after each change; it may be empty.
  explicit AssetCatalog(RendererOptions renderer, int thumbnail_px = 128,
                        std::function<void()> on_new = {});
  ~AssetCatalog();

  /// Lists a folder and keeps the list up to date.
  void show(const std::filesystem::path& folder);
  /// Never null.
  std::shared_ptr<const AssetListing> listing() const { return listing_.get(); }

  /// A file's thumbnail; null while it is being made, which asking starts. The last one asked for
  /// is made first, so what is on the screen comes before what was scrolled past.
  std::shared_ptr<const AssetThumbnail> thumbnail(const AssetEntry& entry);

  /// Files outside the shown folder that count too: those that the document uses.
  void watch(const std::set<std::filesystem::path>& files);
  /// Files that have changed on disk since the last call, of the shown folder and of watch().
  std::vector<std::filesystem::path> take_changes();

  /// Waits until no thumbnail is being made. False if it took longer than `timeout`.
  bool wait_idle(std::chrono::milliseconds timeout) const;

 private:
  void draw_loop(const std::stop_token& stop);
  void changed_on_disk(const std::vector<std::filesystem::path>& paths);
  void list(const std::filesystem::path& folder);
  void update_watches();

  const RendererOptions renderer_;
  const int thumbnail_px_;
  const std::function<void()> on_new_;
  Published<AssetListing> listing_;
  std::mutex listing_mutex_;  // one listing at a time
  std::uint64_t sequence_ = 0;

  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  std::filesystem::path folder_;
  std::set<std::filesystem::path> watched_;
  std::set<std::filesystem::path> changes_;
  std::map<std::filesystem::path, std::shared_ptr<const AssetThumbnail>>
      thumbnails_;                 // null: asked for
  std::deque<AssetEntry> wanted_;  // last first
  bool drawing_ = false;

  std::jthread thread_;  // these two last: they stop before anything else goes
  FileWatcher watcher_;
};

/// Reads and draws one file; what AssetCatalog does in the background.
AssetThumbnail make_thumbnail(const AssetEntry& entry, int size_px, PreviewPainter& painter);

}  // namespace diorama::editor
