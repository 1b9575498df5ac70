// Draws which objects cover each pixel, seen or not: every object sets its bit, without a depth test. Owned by the
// renderer; the Device must outlive it. The targets are shared by all submissions, which run one after the other on the
// queue. Not thread-safe.
#pragma once

#include <optional>

#include "renderers/vulkan/gbuffer_pass.h"

namespace diorama::vulkan {

class AmodalPass {
 public:
  explicit AmodalPass(Device& device) : device_(&device) {}

  /// The most planes of all its views that a chunk may have.
  static int max_layers(const Device& device);

  /// Makes room for `layers` planes of this size; may wait for the device.
  void reserve(int width, int height, int layers);

  /// Draws the chunk, whose mode has amodal planes, and copies the masks to its views' places in `readback`.
  void record(const vk::raii::CommandBuffer& commands, const GpuScene& scene, const DrawTables& tables,
              const Chunk& chunk, const Readback& readback);

 private:
  Device* device_;
  vk::raii::PipelineLayout layout_{nullptr};
  std::optional<vk::raii::Pipeline> pipeline_;  ///< Made at first use.
  Image masks_;                                 ///< RG32_UINT: the low and the high half of a mask.
};

}  // namespace diorama::vulkan
