// The pictures of a window: takes the finished frame and shows it. UI thread only; device and
// surface must outlive it.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "apps/editor/ui/draw_renderer.h"

namespace diorama::editor {

class Swapchain {
 public:
  /// Throws vk::Error.
  Swapchain(vulkan::Device& device, const vk::raii::SurfaceKHR& surface);

  /// Sizes the pictures anew before the next frame.
  void resize() { stale_ = true; }

  /// Gets a picture of `width_px` x `height_px` (what the window has); nullopt = none now, try
  /// again later. The returned Present copies the frame into it.
  std::optional<Present> acquire(int width_px, int height_px);
  int width_px() const { return static_cast<int>(extent_.width); }
  int height_px() const { return static_cast<int>(extent_.height); }

  /// Shows what was drawn with the last Present.
  void present();

 private:
  void make(int width_px, int height_px);
  void record_copy(const vk::raii::CommandBuffer& commands, const vulkan::Image& target) const;

  vulkan::Device& device_;
  const vk::raii::SurfaceKHR& surface_;
  vk::SurfaceFormatKHR format_;
  vk::Extent2D extent_;
  vk::raii::SwapchainKHR swapchain_{nullptr};
  std::vector<vk::Image> images_;
  // The submission before the last is done when a new one is recorded, so two take turns.
  std::array<vk::raii::Semaphore, 2> acquired_;
  std::size_t turn_ = 0;
  std::vector<vk::raii::Semaphore>
      drawn_;  ///< One for each picture: presentation gives no sign of its end.
  std::uint32_t image_ = 0;
  bool stale_ = true;
};

}  // namespace diorama::editor
