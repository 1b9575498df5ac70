#include "renderers/vulkan/amodal_pass.h"

#include <algorithm>

namespace diorama::vulkan {
namespace {

constexpr vk::Format kMaskFormat = vk::Format::eR32G32Uint;

}  // namespace

int AmodalPass::max_layers(const Device& device) {
  return static_cast<int>(std::min<std::uint32_t>(device.limits.maxImageArrayLayers, device.limits.maxFramebufferLayers));
}

void AmodalPass::reserve(int width, int height, int layers) {
  if (!pipeline_) {
    layout_ = device_->device.createPipelineLayout({});
    PipelineConfig config = surface_pipeline_config(SurfaceKind::kGeometryOnly, false);
    config.fragment = amodal_fragment_shader();
    config.color_formats = {kMaskFormat};
    config.depth_format = vk::Format::eUndefined;
    config.logic_or = true;
    pipeline_ = make_pipeline(*device_, layout_, config);
  }
  const ImageConfig& have = masks_.config();
  if (masks_.handle() && have.width == width && have.height == height && have.layers >= layers) return;
  device_->device.waitIdle();
  masks_ = Image();
  using Use = vk::ImageUsageFlagBits;
  masks_ = Image(*device_, {.format = kMaskFormat,
                            .width = width,
                            .height = height,
                            .layers = layers,
                            .mips = 1,
                            .usage = Use::eColorAttachment | Use::eTransferSrc,
                            .aspect = vk::ImageAspectFlagBits::eColor});
}

void AmodalPass::record(const vk::raii::CommandBuffer& commands, const GpuScene& scene, const DrawTables& tables,
                        const Chunk& chunk, const Readback& readback) {
  using Stage = vk::PipelineStageFlagBits2;
  using Bit = vk::AccessFlagBits2;
  const Access copied{Stage::eCopy, Bit::eTransferRead};
  const Access drawn{Stage::eColorAttachmentOutput, Bit::eColorAttachmentWrite | Bit::eColorAttachmentRead};
  constexpr auto kDraw = vk::ImageLayout::eColorAttachmentOptimal;
  constexpr auto kCopy = vk::ImageLayout::eTransferSrcOptimal;
  image_barrier(commands, masks_, {copied.stages | drawn.stages, drawn.access}, drawn, vk::ImageLayout::eUndefined, kDraw);
  const vk::RenderingAttachmentInfo masks{.imageView = masks_.view(),
                                          .imageLayout = kDraw,
                                          .loadOp = vk::AttachmentLoadOp::eClear,
                                          .storeOp = vk::AttachmentStoreOp::eStore};
  const vk::Rect2D area{{0, 0},
                        {static_cast<std::uint32_t>(masks_.config().width), static_cast<std::uint32_t>(masks_.config().height)}};
  commands.beginRendering({.renderArea = area,
                           .layerCount = static_cast<std::uint32_t>(chunk.num_views * chunk.mode.amodal_planes),
                           .colorAttachmentCount = 1,
                           .pColorAttachments = &masks});
  commands.bindPipeline(vk::PipelineBindPoint::eGraphics, **pipeline_);
  commands.setViewport(0, vk::Viewport{0.0F, 0.0F, static_cast<float>(masks_.config().width),
                                       static_cast<float>(masks_.config().height), 0.0F, 1.0F});
  commands.setScissor(0, area);
  bind_surfaces(commands, scene, tables);
  draw_all(commands, tables, chunk.draws);
  commands.endRendering();
  image_barrier(commands, masks_, drawn, copied, kDraw, kCopy);
  readback.record_copy(commands, masks_, RawPicture::kAmodal, chunk);
}

}  // namespace diorama::vulkan
