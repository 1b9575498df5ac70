// Draws the sun's shadow maps. Owned by the renderer; the Device must outlive it. The maps' memory is shared by all
// submissions, which run one after the other on the queue. Not thread-safe.
#pragma once

#include <span>

#include "renderers/vulkan/draw_tables.h"
#include "renderers/vulkan/vk_commands.h"
#include "renderers/vulkan/vk_pipeline.h"

namespace diorama::vulkan {

class ShadowPass {
 public:
  explicit ShadowPass(Device& device);

  /// Makes room for maps of `layers`; may wait for the device.
  void reserve_layers(int layers);

  /// Leaves the maps ready to be read by fragment shaders, also where there are none.
  void record(const vk::raii::CommandBuffer& commands, const GpuScene& scene, const DrawTables& tables,
              const ShadowMaps& maps) const;

  vk::ImageView view() const { return map_.view(); }
  vk::Sampler sampler() const { return *sampler_; }

 private:
  void draw(const vk::raii::CommandBuffer& commands, const GpuScene& scene, const DrawTables& tables, int num_layers,
            bool clear, std::span<const Draw> draws) const;
  void copy_static(const vk::raii::CommandBuffer& commands, std::span<const int> layers, const Access& drawn) const;

  Device* device_;
  vk::raii::Sampler sampler_;
  vk::raii::PipelineLayout layout_;
  vk::raii::Pipeline pipeline_;
  Image map_;
};

}  // namespace diorama::vulkan
