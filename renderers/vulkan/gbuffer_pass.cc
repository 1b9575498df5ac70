#include "renderers/vulkan/gbuffer_pass.h"

#include <algorithm>
#include <bit>
#include <cstddef>

namespace diorama::vulkan {
namespace {

constexpr vk::Format kColorFormat = vk::Format::eR8G8B8A8Unorm;
constexpr vk::Format kDepthFormat = vk::Format::eR32Sfloat;
constexpr vk::Format kIdFormat = vk::Format::eR16Uint;
constexpr vk::Format kSurfaceFormat = vk::Format::eR32G32B32A32Uint;
constexpr vk::Format kNormalFormat = vk::Format::eR8G8B8A8Sint;
constexpr vk::Format kZFormat = vk::Format::eD32Sfloat;
/// Picture sizes whose targets are kept.
constexpr std::size_t kMaxTargets = 4;

vk::raii::DescriptorSetLayout make_set_layout(const Device& device) {
  std::vector<vk::DescriptorSetLayoutBinding> bindings;
  const auto add = [&](vk::DescriptorType type, vk::ShaderStageFlagBits stage) {
    bindings.push_back({.binding = static_cast<std::uint32_t>(bindings.size()),
                        .descriptorType = type,
                        .descriptorCount = 1,
                        .stageFlags = stage});
  };
  add(vk::DescriptorType::eUniformBufferDynamic, vk::ShaderStageFlagBits::eVertex);
  add(vk::DescriptorType::eUniformBufferDynamic, vk::ShaderStageFlagBits::eFragment);
  for (int i = 0; i < 1 + kNumPages + 1; ++i) {
    add(vk::DescriptorType::eCombinedImageSampler, vk::ShaderStageFlagBits::eFragment);
  }
  return device.device.createDescriptorSetLayout(
      {.bindingCount = static_cast<std::uint32_t>(bindings.size()), .pBindings = bindings.data()});
}

vk::raii::PipelineLayout make_layout(const Device& device,
                                     const vk::raii::DescriptorSetLayout& set_layout) {
  const vk::DescriptorSetLayout set = *set_layout;
  return device.device.createPipelineLayout({.setLayoutCount = 1, .pSetLayouts = &set});
}

vk::RenderingAttachmentInfo attachment(const Image& image, vk::ImageLayout layout, bool store) {
  // All clear to zero: colour is drawn over, depth and id mean "nothing", z means far away.
  return {.imageView = image.view(),
          .imageLayout = layout,
          .loadOp = vk::AttachmentLoadOp::eClear,
          .storeOp = store ? vk::AttachmentStoreOp::eStore : vk::AttachmentStoreOp::eDontCare};
}

}  // namespace

GbufferPass::GbufferPass(Device& device)
    : device_(&device),
      set_layout_(make_set_layout(device)),
      layout_(make_layout(device, set_layout_)),
      sampler_(device.device.createSampler({})) {}

PipelineConfig surface_pipeline_config(SurfaceKind kind, bool normals) {
  using Rate = vk::VertexInputRate;
  constexpr auto kFloat4 = vk::Format::eR32G32B32A32Sfloat;
  PipelineConfig config;
  config.vertex = surface_vertex_shader(kind, normals);
  config.fragment = surface_fragment_shader(kind, normals);
  config.bindings = {{0, sizeof(Float3), Rate::eVertex},
                     {2, sizeof(InstanceRecord), Rate::eInstance}};
  config.attributes = {
      {0, 0, vk::Format::eR32G32B32Sfloat, 0},
      {3, 2, kFloat4, offsetof(InstanceRecord, row_x)},
      {4, 2, kFloat4, offsetof(InstanceRecord, row_y)},
      {5, 2, kFloat4, offsetof(InstanceRecord, row_z)},
      {6, 2, kFloat4, offsetof(InstanceRecord, projection)},
      {7, 2, vk::Format::eR32G32Sfloat, offsetof(InstanceRecord, depth_projection)},
      {8, 2, vk::Format::eR32G32Uint, offsetof(InstanceRecord, layer_id)}};
  config.color_formats = {kDepthFormat, kIdFormat};
  const bool shade = kind != SurfaceKind::kGeometryOnly;
  if (shade || normals) {
    config.bindings.push_back({1, 16, Rate::eVertex});
    config.attributes.push_back({1, 1, vk::Format::eR16G16B16A16Snorm, 0});
  }
  if (shade) {
    config.color_formats.push_back(kSurfaceFormat);
    config.attributes.push_back(
        {9, 2, vk::Format::eR32G32Uint, offsetof(InstanceRecord, surface)});
  }
  if (normals) config.color_formats.push_back(kNormalFormat);
  if (kind == SurfaceKind::kImage) {
    config.attributes.push_back({2, 1, vk::Format::eR32G32Sfloat, 8});
  }
  if (kind == SurfaceKind::kImage || kind == SurfaceKind::kCube) {
    config.attributes.push_back({10, 2, kFloat4, offsetof(InstanceRecord, map_scale)});
    config.attributes.push_back({11, 2, kFloat4, offsetof(InstanceRecord, map_offset)});
    config.attributes.push_back(
        {12, 2, vk::Format::eR32G32B32Sint, offsetof(InstanceRecord, texture_place)});
  }
  config.depth_format = kZFormat;
  return config;
}

const vk::raii::Pipeline& GbufferPass::surface_pipeline(SurfaceKind kind, bool normals) {
  std::optional<vk::raii::Pipeline>& pipeline =
      surface_pipelines_[normals ? 1 : 0][static_cast<int>(kind)];
  if (!pipeline) {
    pipeline = make_pipeline(*device_, layout_, surface_pipeline_config(kind, normals));
  }
  return *pipeline;
}

const vk::raii::Pipeline& GbufferPass::shade_pipeline(const LightSetup& lights) {
  const auto found = shade_pipelines_.find(lights);
  if (found != shade_pipelines_.end()) return found->second;
  PipelineConfig config;
  config.vertex = shade_vertex_shader();
  config.fragment = shade_fragment_shader();
  config.color_formats = {kColorFormat};
  config.specialization = {std::bit_cast<std::uint32_t>(static_cast<float>(kShadowSizeTexels)),
                           static_cast<std::uint32_t>(lights.sun),
                           static_cast<std::uint32_t>(lights.num_others)};
  return shade_pipelines_.emplace(lights, make_pipeline(*device_, layout_, config)).first->second;
}

const Targets& GbufferPass::targets(int width, int height, int layers, bool normals) {
  const auto found = std::find_if(targets_.begin(), targets_.end(), [&](const Targets& existing) {
    return existing.width == width && existing.height == height;
  });
  if (found != targets_.end() && found->layers >= layers && (found->has_normals || !normals)) {
    std::rotate(targets_.begin(), found, found + 1);
    return targets_.front();
  }
  device_->device.waitIdle();
  if (found != targets_.end()) {
    layers = std::max(layers, found->layers);
    normals = normals || found->has_normals;
    targets_.erase(found);
  } else if (targets_.size() >= kMaxTargets) {
    targets_.pop_back();
  }
  Targets made;
  made.serial = ++last_serial_;
  made.has_normals = normals;
  made.width = width;
  made.height = height;
  made.layers = layers;
  using Use = vk::ImageUsageFlagBits;
  const auto make = [&](vk::Format format, vk::ImageUsageFlags usage, vk::ImageAspectFlags aspect) {
    return Image(*device_, {.format = format,
                            .width = width,
                            .height = height,
                            .layers = layers,
                            .mips = 1,
                            .usage = usage,
                            .aspect = aspect});
  };
  const vk::ImageUsageFlags drawn = Use::eColorAttachment | Use::eTransferSrc;
  made.color = make(kColorFormat, drawn, vk::ImageAspectFlagBits::eColor);
  made.surface =
      make(kSurfaceFormat, Use::eColorAttachment | Use::eSampled, vk::ImageAspectFlagBits::eColor);
  made.depth_m = make(kDepthFormat, drawn | Use::eSampled, vk::ImageAspectFlagBits::eColor);
  made.id = make(kIdFormat, drawn, vk::ImageAspectFlagBits::eColor);
  if (normals) made.normal = make(kNormalFormat, drawn, vk::ImageAspectFlagBits::eColor);
  made.z = make(kZFormat, Use::eDepthStencilAttachment, vk::ImageAspectFlagBits::eDepth);
  targets_.insert(targets_.begin(), std::move(made));
  return targets_.front();
}

void GbufferPass::draw_surfaces(const vk::raii::CommandBuffer& commands, const DrawTables& tables, const Chunk& chunk) {
  std::optional<SurfaceKind> bound;
  for (const Draw& draw : chunk.draws) {
    if (bound != draw.kind) {
      commands.bindPipeline(vk::PipelineBindPoint::eGraphics, *surface_pipeline(draw.kind, chunk.mode.normals));
      bound = draw.kind;
    }
    draw_all(commands, tables, std::span(&draw, 1));
  }
}

/// Leaves the colour ready to be copied.
void GbufferPass::shade_surfaces(const vk::raii::CommandBuffer& commands, const Targets& targets,
                                 int num_views, const LightSetup& lights) {
  using Stage = vk::PipelineStageFlagBits2;
  using Bit = vk::AccessFlagBits2;
  const Access copied{Stage::eCopy, Bit::eTransferRead};
  const Access drawn{Stage::eColorAttachmentOutput,
                     Bit::eColorAttachmentWrite | Bit::eColorAttachmentRead};
  const Access sampled{Stage::eFragmentShader, Bit::eShaderSampledRead};
  constexpr auto kDraw = vk::ImageLayout::eColorAttachmentOptimal;
  constexpr auto kSample = vk::ImageLayout::eShaderReadOnlyOptimal;
  constexpr auto kCopy = vk::ImageLayout::eTransferSrcOptimal;
  image_barrier(commands, targets.surface, drawn, sampled, kDraw, kSample);
  image_barrier(commands, targets.color, {copied.stages | drawn.stages, drawn.access}, drawn,
                vk::ImageLayout::eUndefined, kDraw);
  const vk::RenderingAttachmentInfo color{.imageView = targets.color.view(),
                                          .imageLayout = kDraw,
                                          .loadOp = vk::AttachmentLoadOp::eDontCare,
                                          .storeOp = vk::AttachmentStoreOp::eStore};
  const auto layers = static_cast<std::uint32_t>(num_views);
  commands.beginRendering({.renderArea = {{0, 0},
                                          {static_cast<std::uint32_t>(targets.width),
                                           static_cast<std::uint32_t>(targets.height)}},
                           .layerCount = layers,
                           .colorAttachmentCount = 1,
                           .pColorAttachments = &color});
  commands.bindPipeline(vk::PipelineBindPoint::eGraphics, *shade_pipeline(lights));
  commands.setCullMode(vk::CullModeFlagBits::eNone);
  commands.draw(3, layers, 0, 0);
  commands.endRendering();
  image_barrier(commands, targets.color, drawn, copied, kDraw, kCopy);
}

void GbufferPass::record(const vk::raii::CommandBuffer& commands, const GpuScene& scene,
                         const DrawTables& tables, vk::DescriptorSet set, const Targets& targets,
                         const Chunk& chunk, const LightSetup& lights, const Readback& readback) {
  using Stage = vk::PipelineStageFlagBits2;
  using Bit = vk::AccessFlagBits2;
  const bool shade = chunk.mode.shade;
  const bool normals = chunk.mode.normals;
  const Access copied{Stage::eCopy, Bit::eTransferRead};
  const Access drawn{Stage::eColorAttachmentOutput,
                     Bit::eColorAttachmentWrite | Bit::eColorAttachmentRead};
  const Access tested{Stage::eEarlyFragmentTests | Stage::eLateFragmentTests,
                      Bit::eDepthStencilAttachmentRead | Bit::eDepthStencilAttachmentWrite};
  const Access before{copied.stages | drawn.stages | Stage::eFragmentShader, drawn.access};
  constexpr auto kDraw = vk::ImageLayout::eColorAttachmentOptimal;
  constexpr auto kCopy = vk::ImageLayout::eTransferSrcOptimal;
  // By the locations of the fragment shader.
  std::vector<const Image*> images{&targets.depth_m, &targets.id};
  if (shade) images.push_back(&targets.surface);
  if (normals) images.push_back(&targets.normal);
  std::vector<vk::RenderingAttachmentInfo> colors;
  for (const Image* image : images) {
    image_barrier(commands, *image, before, drawn, vk::ImageLayout::eUndefined, kDraw);
    colors.push_back(attachment(*image, kDraw, true));
  }
  image_barrier(commands, targets.z, tested, tested, vk::ImageLayout::eUndefined,
                vk::ImageLayout::eDepthAttachmentOptimal);
  const auto depth = attachment(targets.z, vk::ImageLayout::eDepthAttachmentOptimal, false);

  const vk::Rect2D area{
      {0, 0},
      {static_cast<std::uint32_t>(targets.width), static_cast<std::uint32_t>(targets.height)}};
  const auto layers = static_cast<std::uint32_t>(chunk.num_views);
  commands.beginRendering({.renderArea = area,
                           .layerCount = layers,
                           .colorAttachmentCount = static_cast<std::uint32_t>(colors.size()),
                           .pColorAttachments = colors.data(),
                           .pDepthAttachment = &depth});
  commands.setViewport(0, vk::Viewport{0.0F, 0.0F, static_cast<float>(targets.width),
                                       static_cast<float>(targets.height), 0.0F, 1.0F});
  commands.setScissor(0, area);
  bind_surfaces(commands, scene, tables);
  if (shade) {
    const std::array<std::uint32_t, 2> offsets{
        static_cast<std::uint32_t>(chunk.first_view_record * sizeof(ViewRecord)),
        static_cast<std::uint32_t>(chunk.first_light_record * sizeof(LightRecord))};
    commands.bindDescriptorSets(vk::PipelineBindPoint::eGraphics, *layout_, 0, set, offsets);
  }
  draw_surfaces(commands, tables, chunk);
  commands.endRendering();
  if (shade) shade_surfaces(commands, targets, chunk.num_views, lights);
  image_barrier(commands, targets.depth_m, drawn, copied, kDraw, kCopy);
  image_barrier(commands, targets.id, drawn, copied, kDraw, kCopy);
  readback.record_copy(commands, targets.depth_m, RawPicture::kDepth, chunk);
  readback.record_copy(commands, targets.id, RawPicture::kId, chunk);
  if (shade) readback.record_copy(commands, targets.color, RawPicture::kColor, chunk);
  if (normals) {
    image_barrier(commands, targets.normal, drawn, copied, kDraw, kCopy);
    readback.record_copy(commands, targets.normal, RawPicture::kNormal, chunk);
  }
}

}  // namespace diorama::vulkan
