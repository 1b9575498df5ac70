// Draws ImGui's lists of triangles into an offscreen picture, which a window presents and a
// screenshot reads. One frame is under way at a time. UI thread only; the device must outlive it.
#pragma once

#include <functional>
#include <memory>

#include "apps/editor/ui/gpu_texture_store.h"
#include "engine/core/image.h"
#include "engine/core/status.h"

struct ImDrawData;

namespace diorama::editor {

/// What follows the drawing in the same submission, with the target ready for transfers from it,
/// and the semaphores of that submission; a window copies the picture to its swapchain.
struct Present {
  std::function<void(const vk::raii::CommandBuffer&, const vulkan::Image& target)> record;
  vk::Semaphore acquired;
  vk::Semaphore drawn;
};

class DrawRenderer {
 public:
  static Result<std::unique_ptr<DrawRenderer>> make(vulkan::Device& device);
  ~DrawRenderer();

  TextureStore& textures() { return textures_; }

  /// Waits for the frame before, then draws this one over the target.
  Status draw(const ImDrawData& data, int width_px, int height_px,
              const Present* present = nullptr);

  /// The last frame as (H, W, 3) sRGB.
  Result<ImageU8> read_picture();

 private:
  explicit DrawRenderer(vulkan::Device& device);
  void record_lists(const vk::raii::CommandBuffer& commands, const ImDrawData& data);
  void fill_buffers(const ImDrawData& data);

  vulkan::Device& device_;
  GpuTextureStore textures_;
  vk::raii::PipelineLayout layout_{nullptr};
  vk::raii::Pipeline pipeline_{nullptr};
  vulkan::Image target_;
  vulkan::Buffer vertices_;
  vulkan::Buffer indices_;
  vulkan::Buffer readback_;
  vulkan::CommandSlot slot_;
};

}  // namespace diorama::editor
