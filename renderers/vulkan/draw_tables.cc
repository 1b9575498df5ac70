#include "renderers/vulkan/draw_tables.h"

namespace diorama::vulkan {

void bind_surfaces(const vk::raii::CommandBuffer& commands, const GpuScene& scene, const DrawTables& tables) {
  commands.bindVertexBuffers(0, {scene.positions(), scene.attributes(), tables.instances.handle()}, {0, 0, 0});
  commands.bindIndexBuffer(scene.indices(), 0, vk::IndexType::eUint32);
}

void draw_all(const vk::raii::CommandBuffer& commands, const DrawTables& tables, std::span<const Draw> draws) {
  for (const Draw& draw : draws) {
    commands.setCullMode(draw.closed ? vk::CullModeFlagBits::eBack : vk::CullModeFlagBits::eNone);
    commands.drawIndexedIndirect(tables.commands.handle(), draw.first_command * sizeof(DrawCommand), draw.num_commands,
                                 sizeof(DrawCommand));
  }
}

}  // namespace diorama::vulkan
