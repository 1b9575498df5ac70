#include "apps/editor/session/file_watcher.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

namespace diorama::editor {
namespace {

constexpr std::uint32_t kEvents =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_ONLYDIR;
/// Programs write in bursts: changes so close together are told at once.
constexpr int kBurstMs = 50;

}  // namespace

FileWatcher::FileWatcher(OnChange on_change)
    : on_change_(std::move(on_change)),
      inotify_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)),
      wake_(eventfd(0, EFD_CLOEXEC)) {
  if (inotify_ >= 0 && wake_ >= 0) thread_ = std::jthread([this] { read_loop(); });
}

FileWatcher::~FileWatcher() {
  const std::uint64_t one = 1;
  if (thread_.joinable()) {
    while (write(wake_, &one, sizeof one) < 0 && errno == EINTR) {
    }
    thread_.join();
  }
  if (inotify_ >= 0) close(inotify_);
  if (wake_ >= 0) close(wake_);
}

Status FileWatcher::watch(const std::set<std::filesystem::path>& folders) {
  if (inotify_ < 0 || wake_ < 0) {
    return failed(
        "files cannot be watched for changes: the system gives no more inotify instances");
  }
  Status status;
  const std::lock_guard lock(mutex_);
  std::set<std::filesystem::path> wanted = folders;
  for (auto it = folder_of_watch_.begin(); it != folder_of_watch_.end();) {
    if (wanted.erase(it->second) > 0) {
      ++it;
      continue;
    }
    inotify_rm_watch(inotify_, it->first);
    it = folder_of_watch_.erase(it);
  }
  for (const std::filesystem::path& folder : wanted) {
    const int id = inotify_add_watch(inotify_, folder.c_str(), kEvents);
    if (id >= 0) {
      folder_of_watch_[id] = folder;
    } else if (status.ok()) {
      status = failed(folder.string() + " cannot be watched for changes: " + std::strerror(errno));
    }
  }
  return status;
}

void FileWatcher::read_loop() {
  std::set<std::filesystem::path> changed;
  while (true) {
    std::array<pollfd, 2> sources = {{{inotify_, POLLIN, 0}, {wake_, POLLIN, 0}}};
    const int ready = poll(sources.data(), sources.size(), changed.empty() ? -1 : kBurstMs);
    if (ready < 0 && errno != EINTR) return;
    if ((sources[1].revents & POLLIN) != 0) return;
    if (ready == 0) {
      on_change_({changed.begin(), changed.end()});
      changed.clear();
      continue;
    }
    alignas(inotify_event) std::array<char, 16384> buffer;
    const ssize_t size = read(inotify_, buffer.data(), buffer.size());
    const std::lock_guard lock(mutex_);
    for (ssize_t at = 0; at < size;) {
      inotify_event event;
      std::memcpy(&event, &buffer[static_cast<std::size_t>(at)], sizeof event);
      const char* name = &buffer[static_cast<std::size_t>(at) + sizeof event];
      const auto folder = folder_of_watch_.find(event.wd);
      if (folder != folder_of_watch_.end() && event.len > 0) changed.insert(folder->second / name);
      at += static_cast<ssize_t>(sizeof event + event.len);
    }
  }
}

}  // namespace diorama::editor
