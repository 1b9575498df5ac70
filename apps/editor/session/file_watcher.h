// FileWatcher: tells which files of some folders were written, renamed into place or removed.
// Linux's inotify; folders are watched and not files, since most programs replace a file by
// renaming another over it. Thread-safe.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "engine/core/status.h"

namespace diorama::editor {

class FileWatcher {
 public:
  using OnChange = std::function<void(const std::vector<std::filesystem::path>& changed)>;
  /// `on_change` is called on the watching thread with absolute paths, those of one burst together.
  explicit FileWatcher(OnChange on_change);
  ~FileWatcher();
  FileWatcher(const FileWatcher&) = delete;
  FileWatcher& operator=(const FileWatcher&) = delete;

  /// Replaces the folders that are watched, without what lies in their folders. A folder that
  /// cannot be watched is named by the status; the others are.
  Status watch(const std::set<std::filesystem::path>& folders);

 private:
  void read_loop();

  const OnChange on_change_;
  int inotify_ = -1;
  int wake_ = -1;  // an eventfd: the watcher ends
  std::mutex mutex_;
  std::map<int, std::filesystem::path> folder_of_watch_;
  std::jthread thread_;
};

}  // namespace diorama::editor
