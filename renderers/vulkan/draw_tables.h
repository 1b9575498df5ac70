// What the draws of a submission read on the device, and how passes draw with it.
#pragma once

#include <span>

#include "renderers/vulkan/frame_data.h"
#include "renderers/vulkan/gpu_scene.h"
#include "renderers/vulkan/vk_memory.h"

namespace diorama::vulkan {

/// FrameData's tables of these names. Owned by a submission.
struct DrawTables {
  Buffer instances;
  Buffer casters;
  Buffer commands;
};

/// Binds what surfaces' pipelines read.
void bind_surfaces(const vk::raii::CommandBuffer& commands, const GpuScene& scene, const DrawTables& tables);

/// Draws with the pipeline that is bound.
void draw_all(const vk::raii::CommandBuffer& commands, const DrawTables& tables, std::span<const Draw> draws);

}  // namespace diorama::vulkan
