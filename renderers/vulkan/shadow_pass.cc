#include "renderers/vulkan/shadow_pass.h"

#include <bit>
#include <cstddef>

namespace diorama::vulkan {
namespace {

/// Fine enough: the range of a map's depth is tens of metres, a step 0.5 mm. Half the bandwidth of
/// 32 bits.
constexpr vk::Format kFormat = vk::Format::eD16Unorm;

vk::raii::Pipeline make_shadow_pipeline(const Device& device,
                                        const vk::raii::PipelineLayout& layout) {
  using Rate = vk::VertexInputRate;
  constexpr auto kRow = vk::Format::eR32G32B32A32Sfloat;
  PipelineConfig config;
  config.vertex = shadow_vertex_shader();
  config.bindings = {{0, sizeof(Float3), Rate::eVertex},
                     {1, sizeof(CasterRecord), Rate::eInstance}};
  config.attributes = {{0, 0, vk::Format::eR32G32B32Sfloat, 0},
                       {3, 1, kRow, offsetof(CasterRecord, row_x)},
                       {4, 1, kRow, offsetof(CasterRecord, row_y)},
                       {5, 1, kRow, offsetof(CasterRecord, row_z)},
                       {6, 1, vk::Format::eR32Uint, offsetof(CasterRecord, layer)}};
  config.depth_format = kFormat;
  config.depth_compare = vk::CompareOp::eLess;
  return make_pipeline(device, layout, config);
}

}  // namespace

ShadowPass::ShadowPass(Device& device)
    : device_(&device),
      sampler_(device.device.createSampler({.addressModeU = vk::SamplerAddressMode::eClampToEdge,
                                            .addressModeV = vk::SamplerAddressMode::eClampToEdge,
                                            .addressModeW = vk::SamplerAddressMode::eClampToEdge,
                                            .compareEnable = true,
                                            .compareOp = vk::CompareOp::eLessOrEqual})),
      layout_(device.device.createPipelineLayout({})),
      pipeline_(make_shadow_pipeline(device, layout_)) {
  reserve_layers(1);
}

void ShadowPass::reserve_layers(int layers) {
  if (map_.handle() && map_.config().layers >= layers) return;
  device_->device.waitIdle();
  map_ = Image();
  map_ = Image(*device_, {.format = kFormat,
                          .width = kShadowSizeTexels,
                          .height = kShadowSizeTexels,
                          .layers = static_cast<int>(std::bit_ceil(static_cast<unsigned>(layers))),
                          .mips = 1,
                          .usage = vk::ImageUsageFlagBits::eDepthStencilAttachment |
                                   vk::ImageUsageFlagBits::eSampled,
                          .aspect = vk::ImageAspectFlagBits::eDepth});
}

void ShadowPass::record(const vk::raii::CommandBuffer& commands, const GpuScene& scene,
                        const DrawTables& tables, const Chunk& chunk) const {
  using Stage = vk::PipelineStageFlagBits2;
  using Bit = vk::AccessFlagBits2;
  const Access read{Stage::eFragmentShader, Bit::eShaderSampledRead};
  const Access write{Stage::eEarlyFragmentTests | Stage::eLateFragmentTests,
                     Bit::eDepthStencilAttachmentRead | Bit::eDepthStencilAttachmentWrite};
  constexpr auto kReadLayout = vk::ImageLayout::eDepthReadOnlyOptimal;
  if (chunk.num_shadow_layers == 0) {
    image_barrier(commands, map_, read, read, vk::ImageLayout::eUndefined, kReadLayout);
    return;
  }
  image_barrier(commands, map_, read, write, vk::ImageLayout::eUndefined,
                vk::ImageLayout::eDepthAttachmentOptimal);
  const vk::RenderingAttachmentInfo depth{.imageView = map_.view(),
                                          .imageLayout = vk::ImageLayout::eDepthAttachmentOptimal,
                                          .loadOp = vk::AttachmentLoadOp::eClear,
                                          .storeOp = vk::AttachmentStoreOp::eStore,
                                          .clearValue = vk::ClearDepthStencilValue{1.0F, 0}};
  const vk::Rect2D area{{0, 0}, {kShadowSizeTexels, kShadowSizeTexels}};
  commands.beginRendering({.renderArea = area,
                           .layerCount = static_cast<std::uint32_t>(chunk.num_shadow_layers),
                           .pDepthAttachment = &depth});
  commands.bindPipeline(vk::PipelineBindPoint::eGraphics, *pipeline_);
  commands.setViewport(0,
                       vk::Viewport{0.0F, 0.0F, kShadowSizeTexels, kShadowSizeTexels, 0.0F, 1.0F});
  commands.setScissor(0, area);
  commands.bindVertexBuffers(0, {scene.positions(), tables.casters.handle()}, {0, 0});
  commands.bindIndexBuffer(scene.indices(), 0, vk::IndexType::eUint32);
  draw_all(commands, tables, chunk.shadow_draws);
  commands.endRendering();
  image_barrier(commands, map_, write, read, vk::ImageLayout::eDepthAttachmentOptimal, kReadLayout);
}

}  // namespace diorama::vulkan
