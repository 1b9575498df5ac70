// Draws what lies behind the first surface, layer by layer (depth peeling): each pass takes away what lies at or before
// the depth of the one before. Owned by the renderer; the Device must outlive it. The targets are shared by all
// submissions, which run one after the other on the queue. Not thread-safe.
#pragma once

#include <optional>

#include "renderers/vulkan/gbuffer_pass.h"

namespace diorama::vulkan {

class LayerPass {
 public:
  explicit LayerPass(Device& device);

  /// Makes room for a chunk in these targets; may wait for the device.
  void reserve(const Targets& targets);

  /// After GbufferPass::record of the same chunk: peels from what it left in `targets`, whose depth and ids are used up,
  /// and copies the layers to the views' places in `readback`.
  void record(const vk::raii::CommandBuffer& commands, const GpuScene& scene, const DrawTables& tables,
              const Targets& targets, const Chunk& chunk, const Readback& readback);

 private:
  /// What one pass draws to.
  struct Target {
    const Image* depth_m;
    const Image* id;
  };
  const vk::raii::Pipeline& pipeline();
  void point_to(std::size_t set, const Image& depth_m);

  Device* device_;
  vk::raii::DescriptorSetLayout set_layout_;
  vk::raii::PipelineLayout layout_;
  vk::raii::DescriptorPool pool_;
  vk::raii::Sampler sampler_;
  std::vector<vk::raii::DescriptorSet> sets_;  ///< Read from the main targets, from our own.
  std::uint64_t targets_serial_ = 0;           ///< Of the targets that the first set points to.
  std::optional<vk::raii::Pipeline> pipeline_;
  Image depth_m_;  ///< As Targets::depth_m.
  Image id_;
};

}  // namespace diorama::vulkan
