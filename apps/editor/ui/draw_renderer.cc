#include "apps/editor/ui/draw_renderer.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <imgui.h>

#include "renderers/vulkan/vk_pipeline.h"

namespace diorama::editor {
namespace {

constexpr std::uint32_t kVertexShader[] = {
#include "ui.vert.inc"
};
constexpr std::uint32_t kFragmentShader[] = {
#include "ui.frag.inc"
};
constexpr vk::Format kFormat = vk::Format::eR8G8B8A8Unorm;
using Stage = vk::PipelineStageFlagBits2;
using Access = vk::AccessFlagBits2;

struct Push {
  std::array<float, 2> scale;
  std::array<float, 2> offset;
};

}  // namespace

Result<std::unique_ptr<DrawRenderer>> DrawRenderer::make(vulkan::Device& device) {
  try {
    return std::unique_ptr<DrawRenderer>(new DrawRenderer(device));
  } catch (...) {
    return vulkan::status_of_exception("cannot prepare to draw the user interface");
  }
}

DrawRenderer::DrawRenderer(vulkan::Device& device)
    : device_(device), textures_(device), slot_(device) {
  const vk::DescriptorSetLayout set = textures_.layout();
  const vk::PushConstantRange push{
      .stageFlags = vk::ShaderStageFlagBits::eVertex, .offset = 0, .size = sizeof(Push)};
  layout_ = device.device.createPipelineLayout({.setLayoutCount = 1,
                                                .pSetLayouts = &set,
                                                .pushConstantRangeCount = 1,
                                                .pPushConstantRanges = &push});
  vulkan::PipelineConfig config;
  config.vertex = kVertexShader;
  config.fragment = kFragmentShader;
  config.bindings = {{.binding = 0, .stride = sizeof(ImDrawVert)}};
  config.attributes = {
      {.location = 0, .format = vk::Format::eR32G32Sfloat, .offset = offsetof(ImDrawVert, pos)},
      {.location = 1, .format = vk::Format::eR32G32Sfloat, .offset = offsetof(ImDrawVert, uv)},
      {.location = 2, .format = vk::Format::eR8G8B8A8Unorm, .offset = offsetof(ImDrawVert, col)}};
  config.color_formats = {kFormat};
  config.depth_write = false;
  config.alpha_blend = true;
  pipeline_ = vulkan::make_pipeline(device, layout_, config);
}

DrawRenderer::~DrawRenderer() {
  try {
    slot_.wait_idle();
  } catch (const std::exception&) {
    // The device is lost; what it used may go.
  }
}

void DrawRenderer::fill_buffers(const ImDrawData& data) {
  using Usage = vk::BufferUsageFlagBits;
  vulkan::reserve(device_, vertices_,
                  std::uint64_t{sizeof(ImDrawVert)} * std::max(data.TotalVtxCount, 1),
                  Usage::eVertexBuffer, vulkan::MemoryUse::kUpload);
  vulkan::reserve(device_, indices_,
                  std::uint64_t{sizeof(ImDrawIdx)} * std::max(data.TotalIdxCount, 1),
                  Usage::eIndexBuffer, vulkan::MemoryUse::kUpload);
  std::byte* vertex = vertices_.mapped();
  std::byte* index = indices_.mapped();
  for (int i = 0; i < data.CmdListsCount; ++i) {
    const ImDrawList& list = *data.CmdLists[i];
    std::memcpy(vertex, list.VtxBuffer.Data, list.VtxBuffer.size_in_bytes());
    std::memcpy(index, list.IdxBuffer.Data, list.IdxBuffer.size_in_bytes());
    vertex += list.VtxBuffer.size_in_bytes();
    index += list.IdxBuffer.size_in_bytes();
  }
}

void DrawRenderer::record_lists(const vk::raii::CommandBuffer& commands, const ImDrawData& data) {
  const auto width = static_cast<float>(target_.config().width);
  const auto height = static_cast<float>(target_.config().height);
  commands.bindPipeline(vk::PipelineBindPoint::eGraphics, *pipeline_);
  commands.setCullMode(vk::CullModeFlagBits::eNone);
  commands.setViewport(0, vk::Viewport{0.0F, 0.0F, width, height, 0.0F, 1.0F});
  commands.bindVertexBuffers(0, vertices_.handle(), vk::DeviceSize{0});
  commands.bindIndexBuffer(
      indices_.handle(), 0,
      sizeof(ImDrawIdx) == 2 ? vk::IndexType::eUint16 : vk::IndexType::eUint32);
  commands.pushConstants<Push>(*layout_, vk::ShaderStageFlagBits::eVertex, 0,
                               Push{{2.0F / width, 2.0F / height}, {-1.0F, -1.0F}});
  const GpuTexture* bound = nullptr;
  int first_vertex = 0;
  std::uint32_t first_index = 0;
  for (int i = 0; i < data.CmdListsCount; ++i) {
    const ImDrawList& list = *data.CmdLists[i];
    for (const ImDrawCmd& command : list.CmdBuffer) {
      const auto* texture =
          static_cast<const GpuTexture*>(static_cast<const Texture*>(command.GetTexID()));
      const float left = std::max(command.ClipRect.x, 0.0F),
                  top = std::max(command.ClipRect.y, 0.0F);
      const float right = std::min(command.ClipRect.z, width),
                  bottom = std::min(command.ClipRect.w, height);
      if (command.ElemCount == 0 || right <= left || bottom <= top || texture == nullptr ||
          !*texture->set)
        continue;
      if (texture != bound) {
        commands.bindDescriptorSets(vk::PipelineBindPoint::eGraphics, *layout_, 0, *texture->set,
                                    nullptr);
        bound = texture;
      }
      commands.setScissor(0, vk::Rect2D{{static_cast<int>(left), static_cast<int>(top)},
                                        {static_cast<std::uint32_t>(right - left),
                                         static_cast<std::uint32_t>(bottom - top)}});
      commands.drawIndexed(command.ElemCount, 1, first_index + command.IdxOffset,
                           first_vertex + static_cast<int>(command.VtxOffset), 0);
    }
    first_vertex += list.VtxBuffer.Size;
    first_index += static_cast<std::uint32_t>(list.IdxBuffer.Size);
  }
}

Status DrawRenderer::draw(const ImDrawData& data, int width_px, int height_px,
                          const Present* present) {
  try {
    slot_.wait_idle();
    if (target_.config().width != width_px || target_.config().height != height_px ||
        !target_.handle()) {
      target_ = vulkan::Image();
      target_ = vulkan::Image(device_, {.format = kFormat,
                                        .width = width_px,
                                        .height = height_px,
                                        .usage = vk::ImageUsageFlagBits::eColorAttachment |
                                                 vk::ImageUsageFlagBits::eTransferSrc});
    }
    fill_buffers(data);
    const vk::raii::CommandBuffer& commands = slot_.begin();
    textures_.upload(commands);
    vulkan::image_barrier(commands, target_, {Stage::eAllTransfer, Access::eTransferRead},
                          {Stage::eColorAttachmentOutput,
                           Access::eColorAttachmentWrite | Access::eColorAttachmentRead},
                          vk::ImageLayout::eUndefined, vk::ImageLayout::eColorAttachmentOptimal);
    const vk::RenderingAttachmentInfo attachment{
        .imageView = target_.view(),
        .imageLayout = vk::ImageLayout::eColorAttachmentOptimal,
        .loadOp = vk::AttachmentLoadOp::eClear,
        .storeOp = vk::AttachmentStoreOp::eStore,
        .clearValue = vk::ClearColorValue(std::array<float, 4>{0.0F, 0.0F, 0.0F, 1.0F})};
    const vk::Extent2D extent{static_cast<std::uint32_t>(width_px),
                              static_cast<std::uint32_t>(height_px)};
    commands.beginRendering({.renderArea = {{0, 0}, extent},
                             .layerCount = 1,
                             .colorAttachmentCount = 1,
                             .pColorAttachments = &attachment});
    record_lists(commands, data);
    commands.endRendering();
    vulkan::image_barrier(
        commands, target_, {Stage::eColorAttachmentOutput, Access::eColorAttachmentWrite},
        {Stage::eAllTransfer, Access::eTransferRead}, vk::ImageLayout::eColorAttachmentOptimal,
        vk::ImageLayout::eTransferSrcOptimal);
    if (present != nullptr) {
      present->record(commands, target_);
      slot_.submit(present->acquired, present->drawn);
    } else {
      slot_.submit();
    }
    return {};
  } catch (...) {
    return vulkan::status_of_exception("cannot draw the user interface");
  }
}

Result<ImageU8> DrawRenderer::read_picture() {
  try {
    slot_.wait_idle();
    const int width = target_.config().width, height = target_.config().height;
    const std::uint64_t size = std::uint64_t{4} * width * height;
    vulkan::reserve(device_, readback_, size, vk::BufferUsageFlagBits::eTransferDst,
                    vulkan::MemoryUse::kReadback);
    const vk::raii::CommandBuffer& commands = slot_.begin();
    const vk::BufferImageCopy region{
        .imageSubresource = {vk::ImageAspectFlagBits::eColor, 0, 0, 1},
        .imageExtent = {static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height), 1}};
    commands.copyImageToBuffer(target_.handle(), vk::ImageLayout::eTransferSrcOptimal,
                               readback_.handle(), region);
    vulkan::memory_barrier(commands, {Stage::eCopy, Access::eTransferWrite},
                           {Stage::eHost, Access::eHostRead});
    slot_.submit();
    slot_.wait_idle();
    readback_.invalidate();
    ImageU8 picture(height, width, 3);
    const auto* from = reinterpret_cast<const std::uint8_t*>(readback_.mapped());
    for (std::size_t i = 0; i < static_cast<std::size_t>(width) * height; ++i) {
      std::memcpy(&picture.pixels[i * 3], &from[i * 4], 3);
    }
    return picture;
  } catch (...) {
    return vulkan::status_of_exception("cannot read the picture of the user interface");
  }
}

}  // namespace diorama::editor
