#include "renderers/vulkan/shadow_pass.h"

#include <bit>
#include <cstddef>
#include <vector>

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
                                   vk::ImageUsageFlagBits::eSampled | vk::ImageUsageFlagBits::eTransferSrc |
                                   vk::ImageUsageFlagBits::eTransferDst,
                          .aspect = vk::ImageAspectFlagBits::eDepth});
}

/// The map is ready to be drawn.
void ShadowPass::draw(const vk::raii::CommandBuffer& commands, const GpuScene& scene, const DrawTables& tables,
                      int num_layers, bool clear, std::span<const Draw> draws) const {
  const vk::RenderingAttachmentInfo depth{.imageView = map_.view(),
                                          .imageLayout = vk::ImageLayout::eDepthAttachmentOptimal,
                                          .loadOp = clear ? vk::AttachmentLoadOp::eClear : vk::AttachmentLoadOp::eLoad,
                                          .storeOp = vk::AttachmentStoreOp::eStore,
                                          .clearValue = vk::ClearDepthStencilValue{1.0F, 0}};
  const vk::Rect2D area{{0, 0}, {kShadowSizeTexels, kShadowSizeTexels}};
  commands.beginRendering({.renderArea = area,
                           .layerCount = static_cast<std::uint32_t>(num_layers),
                           .pDepthAttachment = &depth});
  commands.bindPipeline(vk::PipelineBindPoint::eGraphics, *pipeline_);
  commands.setViewport(0,
                       vk::Viewport{0.0F, 0.0F, kShadowSizeTexels, kShadowSizeTexels, 0.0F, 1.0F});
  commands.setScissor(0, area);
  commands.bindVertexBuffers(0, {scene.positions(), tables.casters.handle()}, {0, 0});
  commands.bindIndexBuffer(scene.indices(), 0, vk::IndexType::eUint32);
  draw_all(commands, tables, draws);
  commands.endRendering();
}

/// To every layer from the one that it names, if that is another, between what is drawn before and after.
void ShadowPass::copy_static(const vk::raii::CommandBuffer& commands, std::span<const int> layers, const Access& drawn) const {
  constexpr auto kDraw = vk::ImageLayout::eDepthAttachmentOptimal;
  constexpr auto kFrom = vk::ImageLayout::eTransferSrcOptimal;
  constexpr auto kTo = vk::ImageLayout::eTransferDstOptimal;
  const Access copied{vk::PipelineStageFlagBits2::eCopy, vk::AccessFlagBits2::eTransferRead | vk::AccessFlagBits2::eTransferWrite};
  std::vector<vk::ImageCopy> regions;
  const auto is_source = [&](std::uint32_t layer) { return layers[layer] == static_cast<int>(layer); };
  const auto num_layers = static_cast<std::uint32_t>(layers.size());
  for (std::uint32_t layer = 0; layer < num_layers; ++layer) {
    image_barrier(commands, map_, drawn, copied, kDraw, is_source(layer) ? kFrom : kTo, layer);
    if (is_source(layer)) continue;
    regions.push_back({.srcSubresource = {vk::ImageAspectFlagBits::eDepth, 0, static_cast<std::uint32_t>(layers[layer]), 1},
                       .dstSubresource = {vk::ImageAspectFlagBits::eDepth, 0, layer, 1},
                       .extent = {kShadowSizeTexels, kShadowSizeTexels, 1}});
  }
  commands.copyImage(map_.handle(), kFrom, map_.handle(), kTo, regions);
  for (std::uint32_t layer = 0; layer < num_layers; ++layer) {
    image_barrier(commands, map_, copied, drawn, is_source(layer) ? kFrom : kTo, kDraw, layer);
  }
}

void ShadowPass::record(const vk::raii::CommandBuffer& commands, const GpuScene& scene,
                        const DrawTables& tables, const ShadowMaps& maps) const {
  using Stage = vk::PipelineStageFlagBits2;
  using Bit = vk::AccessFlagBits2;
  const Access read{Stage::eFragmentShader, Bit::eShaderSampledRead};
  const Access write{Stage::eEarlyFragmentTests | Stage::eLateFragmentTests,
                     Bit::eDepthStencilAttachmentRead | Bit::eDepthStencilAttachmentWrite};
  constexpr auto kReadLayout = vk::ImageLayout::eDepthReadOnlyOptimal;
  if (maps.num_layers == 0) {
    image_barrier(commands, map_, read, read, vk::ImageLayout::eUndefined, kReadLayout);
    return;
  }
  constexpr auto kDraw = vk::ImageLayout::eDepthAttachmentOptimal;
  image_barrier(commands, map_, read, write, vk::ImageLayout::eUndefined, kDraw);
  if (maps.static_layers.empty()) {
    draw(commands, scene, tables, maps.num_layers, true, maps.draws);
  } else {
    draw(commands, scene, tables, maps.num_layers, true, maps.static_draws);
    copy_static(commands, maps.static_layers, write);
    draw(commands, scene, tables, maps.num_layers, false, maps.draws);
  }
  image_barrier(commands, map_, write, read, vk::ImageLayout::eDepthAttachmentOptimal, kReadLayout);
}

}  // namespace diorama::vulkan
