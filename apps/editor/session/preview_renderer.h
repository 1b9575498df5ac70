// PreviewRenderer: draws previews on a thread of its own. Each slot (a viewport, a camera's tile)
// has at most one request waiting, the newest; slots take turns. No function waits for a picture.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "apps/editor/session/preview.h"
#include "apps/pipeline/backends.h"

namespace diorama::editor {

class PreviewRenderer {
 public:
  /// `on_new` is called on the drawing thread after each preview; it may be empty.
  explicit PreviewRenderer(RendererOptions options, std::function<void()> on_new = {});
  ~PreviewRenderer();

  /// Replaces what the slot waits for.
  void request(const std::string& slot, PreviewRequest request);
  /// The slot's newest picture, failed or not; null before the first.
  std::shared_ptr<const Preview> latest(const std::string& slot) const;
  /// Forgets the slot, its request and its picture.
  void remove(const std::string& slot);

  /// The largest of 1, 1/2 and 1/4 at which a picture of this size is likely to take no longer than
  /// `budget_s`, by what the slot's last picture took; 1 if there was none.
  double affordable_scale(const std::string& slot, int width_px, int height_px,
                          double budget_s) const;

  /// Waits until nothing is asked for: scripts and tests. False if it took longer than `timeout`.
  bool wait_idle(std::chrono::milliseconds timeout) const;

 private:
  struct Slot {
    std::optional<PreviewRequest> wanted;
    std::shared_ptr<const Preview> latest;
  };
  void draw_loop(const std::stop_token& stop);

  const RendererOptions options_;
  const std::function<void()> on_new_;
  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  std::map<std::string, Slot> slots_;
  std::deque<std::string> waiting_;  // slots with a request, longest waiting first
  bool drawing_ = false;
  std::jthread thread_;  // last: it stops before anything else goes
};

/// Draws one preview after another with one renderer. One thread. PreviewRenderer's inside, and of
/// use to jobs that draw on their own thread.
class PreviewPainter {
 public:
  explicit PreviewPainter(RendererOptions options) : options_(std::move(options)) {}
  /// Makes the renderer at first use; without a device every preview says so.
  Preview paint(PreviewRequest request);

 private:
  Status draw(Preview& preview);
  Status draw_points(Preview& preview, CameraId camera);
  CameraId place_camera(Preview& preview);

  RendererOptions options_;
  std::unique_ptr<Renderer> renderer_;
  Status no_renderer_;
  std::unique_ptr<PointVisibility> rays_;  // made at first use
  // A copy of the scene last drawn with one more camera, so that cameras can be moved and scaled.
  std::shared_ptr<const Scene> copied_;
  Scene scene_;
};

}  // namespace diorama::editor
