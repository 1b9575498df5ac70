#include "renderers/vulkan/layer_pass.h"

namespace diorama::vulkan {
namespace {

vk::raii::DescriptorSetLayout make_set_layout(const Device& device) {
  const vk::DescriptorSetLayoutBinding binding{.binding = 0,
                                               .descriptorType = vk::DescriptorType::eCombinedImageSampler,
                                               .descriptorCount = 1,
                                               .stageFlags = vk::ShaderStageFlagBits::eFragment};
  return device.device.createDescriptorSetLayout({.bindingCount = 1, .pBindings = &binding});
}

vk::raii::DescriptorPool make_pool(const Device& device) {
  const vk::DescriptorPoolSize size{vk::DescriptorType::eCombinedImageSampler, 2};
  return device.device.createDescriptorPool({.flags = vk::DescriptorPoolCreateFlagBits::eFreeDescriptorSet,
                                             .maxSets = 2,
                                             .poolSizeCount = 1,
                                             .pPoolSizes = &size});
}

}  // namespace

LayerPass::LayerPass(Device& device)
    : device_(&device),
      set_layout_(make_set_layout(device)),
      layout_(nullptr),
      pool_(make_pool(device)),
      sampler_(device.device.createSampler({})) {
  const vk::DescriptorSetLayout set = *set_layout_;
  layout_ = device.device.createPipelineLayout({.setLayoutCount = 1, .pSetLayouts = &set});
  const std::array<vk::DescriptorSetLayout, 2> layouts{set, set};
  sets_ = device.device.allocateDescriptorSets(
      {.descriptorPool = *pool_, .descriptorSetCount = 2, .pSetLayouts = layouts.data()});
}

const vk::raii::Pipeline& LayerPass::pipeline() {
  if (!pipeline_) {
    PipelineConfig config = surface_pipeline_config(SurfaceKind::kGeometryOnly, false);
    config.fragment = layer_fragment_shader();
    pipeline_ = make_pipeline(*device_, layout_, config);
  }
  return *pipeline_;
}

void LayerPass::point_to(std::size_t set, const Image& depth_m) {
  // No submission under way may use the set.
  device_->device.waitIdle();
  const vk::DescriptorImageInfo info{.sampler = *sampler_,
                                     .imageView = depth_m.view(),
                                     .imageLayout = vk::ImageLayout::eShaderReadOnlyOptimal};
  device_->device.updateDescriptorSets(
      vk::WriteDescriptorSet{.dstSet = *sets_[set],
                             .dstBinding = 0,
                             .descriptorCount = 1,
                             .descriptorType = vk::DescriptorType::eCombinedImageSampler,
                             .pImageInfo = &info},
      nullptr);
}

void LayerPass::reserve(const Targets& targets) {
  const ImageConfig& have = depth_m_.config();
  if (!depth_m_.handle() || have.width != targets.width || have.height != targets.height || have.layers < targets.layers) {
    device_->device.waitIdle();
    depth_m_ = Image(*device_, targets.depth_m.config());
    id_ = Image(*device_, targets.id.config());
    point_to(1, depth_m_);
  }
  if (targets_serial_ != targets.serial) point_to(0, targets.depth_m);
  targets_serial_ = targets.serial;
}

void LayerPass::record(const vk::raii::CommandBuffer& commands, const GpuScene& scene, const DrawTables& tables,
                       const Targets& targets, const Chunk& chunk, const Readback& readback) {
  using Stage = vk::PipelineStageFlagBits2;
  using Bit = vk::AccessFlagBits2;
  const Access copied{Stage::eCopy, Bit::eTransferRead};
  const Access read{Stage::eFragmentShader, Bit::eShaderSampledRead};
  const Access drawn{Stage::eColorAttachmentOutput, Bit::eColorAttachmentWrite | Bit::eColorAttachmentRead};
  const Access tested{Stage::eEarlyFragmentTests | Stage::eLateFragmentTests,
                      Bit::eDepthStencilAttachmentRead | Bit::eDepthStencilAttachmentWrite};
  constexpr auto kDraw = vk::ImageLayout::eColorAttachmentOptimal;
  constexpr auto kCopy = vk::ImageLayout::eTransferSrcOptimal;
  constexpr auto kRead = vk::ImageLayout::eShaderReadOnlyOptimal;
  const std::array<Target, 2> ends{Target{&targets.depth_m, &targets.id}, Target{&depth_m_, &id_}};
  const vk::Rect2D area{
      {0, 0}, {static_cast<std::uint32_t>(targets.width), static_cast<std::uint32_t>(targets.height)}};
  for (int layer = 0; layer < kNumLayers; ++layer) {
    const int from = layer % 2;
    const Target& before = ends[static_cast<std::size_t>(from)];
    const Target& to = ends[static_cast<std::size_t>(1 - from)];
    // Copied to the host and then read here; both leave it as it is.
    image_barrier(commands, *before.depth_m, copied, read, kCopy, kRead);
    std::vector<vk::RenderingAttachmentInfo> colors;
    for (const Image* image : {to.depth_m, to.id}) {
      image_barrier(commands, *image, {copied.stages | drawn.stages | read.stages, drawn.access}, drawn,
                    vk::ImageLayout::eUndefined, kDraw);
      colors.push_back({.imageView = image->view(),
                        .imageLayout = kDraw,
                        .loadOp = vk::AttachmentLoadOp::eClear,
                        .storeOp = vk::AttachmentStoreOp::eStore});
    }
    image_barrier(commands, targets.z, tested, tested, vk::ImageLayout::eUndefined,
                  vk::ImageLayout::eDepthAttachmentOptimal);
    const vk::RenderingAttachmentInfo depth{.imageView = targets.z.view(),
                                            .imageLayout = vk::ImageLayout::eDepthAttachmentOptimal,
                                            .loadOp = vk::AttachmentLoadOp::eClear,
                                            .storeOp = vk::AttachmentStoreOp::eDontCare};
    commands.beginRendering({.renderArea = area,
                             .layerCount = static_cast<std::uint32_t>(chunk.num_views),
                             .colorAttachmentCount = static_cast<std::uint32_t>(colors.size()),
                             .pColorAttachments = colors.data(),
                             .pDepthAttachment = &depth});
    commands.bindPipeline(vk::PipelineBindPoint::eGraphics, *pipeline());
    commands.bindDescriptorSets(vk::PipelineBindPoint::eGraphics, *layout_, 0, *sets_[static_cast<std::size_t>(from)], nullptr);
    commands.setViewport(0, vk::Viewport{0.0F, 0.0F, static_cast<float>(targets.width),
                                         static_cast<float>(targets.height), 0.0F, 1.0F});
    commands.setScissor(0, area);
    bind_surfaces(commands, scene, tables);
    draw_all(commands, tables, chunk.draws);
    commands.endRendering();
    for (const Image* image : {to.depth_m, to.id}) image_barrier(commands, *image, drawn, copied, kDraw, kCopy);
    readback.record_layer_copy(commands, *to.depth_m, RawPicture::kDepth, layer, chunk);
    readback.record_layer_copy(commands, *to.id, RawPicture::kId, layer, chunk);
  }
}

}  // namespace diorama::vulkan
