#include "apps/editor/ui/gpu_texture_store.h"

#include <cstring>

#include "engine/core/check.h"

namespace diorama::editor {
namespace {

/// A picture that no panel asked for in this many frames is dropped.
constexpr std::uint64_t kKeptFrames = 600;

std::vector<std::uint8_t> to_rgba(std::span<const std::uint8_t> pixels, std::size_t count,
                                  int channels) {
  std::vector<std::uint8_t> rgba(count * 4);
  if (channels == 4) {
    std::memcpy(rgba.data(), pixels.data(), rgba.size());
    return rgba;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t* in = &pixels[i * channels];
    std::uint8_t* out = &rgba[i * 4];
    out[0] = in[0];
    out[1] = channels == 3 ? in[1] : in[0];
    out[2] = channels == 3 ? in[2] : in[0];
    out[3] = 255;
  }
  return rgba;
}

}  // namespace

GpuTextureStore::GpuTextureStore(vulkan::Device& device) : device_(device) {
  const auto make_sampler = [&](vk::Filter filter) {
    return device.device.createSampler({.magFilter = filter,
                                        .minFilter = vk::Filter::eLinear,
                                        .addressModeU = vk::SamplerAddressMode::eClampToEdge,
                                        .addressModeV = vk::SamplerAddressMode::eClampToEdge,
                                        .addressModeW = vk::SamplerAddressMode::eClampToEdge});
  };
  smooth_ = make_sampler(vk::Filter::eLinear);
  pixels_ = make_sampler(vk::Filter::eNearest);
  const vk::DescriptorSetLayoutBinding binding{
      .binding = 0,
      .descriptorType = vk::DescriptorType::eCombinedImageSampler,
      .descriptorCount = 1,
      .stageFlags = vk::ShaderStageFlagBits::eFragment};
  layout_ = device.device.createDescriptorSetLayout({.bindingCount = 1, .pBindings = &binding});
}

const Texture* GpuTextureStore::find(const std::string& key, std::uint64_t revision) {
  const auto found = textures_.find(key);
  if (found == textures_.end() || found->second->revision != revision) return nullptr;
  found->second->last_frame = frame_;
  return found->second.get();
}

const Texture* GpuTextureStore::set(const std::string& key, std::uint64_t revision,
                                    std::span<const std::uint8_t> pixels, int height_px,
                                    int width_px, int channels, Magnify magnify) {
  const std::size_t count = static_cast<std::size_t>(height_px) * width_px;
  DIORAMA_CHECK(count > 0 && (channels == 1 || channels == 3 || channels == 4) &&
                pixels.size() == count * channels);
  std::unique_ptr<GpuTexture>& texture = textures_[key];
  if (texture == nullptr) texture = std::make_unique<GpuTexture>();
  texture->pending = to_rgba(pixels, count, channels);
  texture->width_px = width_px;
  texture->height_px = height_px;
  texture->revision = revision;
  texture->magnify = magnify;
  texture->last_frame = frame_;
  return texture.get();
}

void GpuTextureStore::keep(const std::string& key) { textures_.at(key)->keep = true; }

std::uint64_t GpuTextureStore::bytes() const {
  std::uint64_t total = 0;
  for (const auto& [key, texture] : textures_) {
    total += std::uint64_t{4} * texture->width_px * texture->height_px + texture->pending.size();
  }
  return total;
}

void GpuTextureStore::make_image(GpuTexture& texture) {
  const vulkan::ImageConfig& old = texture.image.config();
  const bool same_size =
      texture.image.handle() && old.width == texture.width_px && old.height == texture.height_px;
  if (!same_size) {
    texture.image = vulkan::Image();
    texture.image = vulkan::Image(device_, {.format = vk::Format::eR8G8B8A8Unorm,
                                            .width = texture.width_px,
                                            .height = texture.height_px,
                                            .usage = vk::ImageUsageFlagBits::eSampled |
                                                     vk::ImageUsageFlagBits::eTransferDst});
  }
  if (!*texture.pool) {
    const vk::DescriptorPoolSize size{.type = vk::DescriptorType::eCombinedImageSampler,
                                      .descriptorCount = 1};
    texture.pool = device_.device.createDescriptorPool(
        {.flags = vk::DescriptorPoolCreateFlagBits::eFreeDescriptorSet,
         .maxSets = 1,
         .poolSizeCount = 1,
         .pPoolSizes = &size});
    const vk::DescriptorSetLayout layout = *layout_;
    texture.set = std::move(
        device_.device
            .allocateDescriptorSets(
                {.descriptorPool = *texture.pool, .descriptorSetCount = 1, .pSetLayouts = &layout})
            .front());
  }
  const vk::DescriptorImageInfo image{
      .sampler = texture.magnify == Magnify::kSmooth ? *smooth_ : *pixels_,
      .imageView = texture.image.view(),
      .imageLayout = vk::ImageLayout::eShaderReadOnlyOptimal};
  const vk::WriteDescriptorSet write{.dstSet = *texture.set,
                                     .dstBinding = 0,
                                     .descriptorCount = 1,
                                     .descriptorType = vk::DescriptorType::eCombinedImageSampler,
                                     .pImageInfo = &image};
  device_.device.updateDescriptorSets(write, nullptr);
}

void GpuTextureStore::upload(const vk::raii::CommandBuffer& commands) {
  ++frame_;
  std::erase_if(textures_, [&](const auto& entry) {
    return !entry.second->keep && entry.second->last_frame + kKeptFrames < frame_;
  });
  std::uint64_t total = 0;
  for (const auto& [key, texture] : textures_) total += texture->pending.size();
  if (total == 0) return;
  vulkan::reserve(device_, staging_, total, vk::BufferUsageFlagBits::eTransferSrc,
                  vulkan::MemoryUse::kUpload);
  std::uint64_t offset = 0;
  for (const auto& [key, texture] : textures_) {
    if (texture->pending.empty()) continue;
    make_image(*texture);
    std::memcpy(staging_.mapped() + offset, texture->pending.data(), texture->pending.size());
    using Stage = vk::PipelineStageFlagBits2;
    using Access = vk::AccessFlagBits2;
    vulkan::image_barrier(commands, texture->image,
                          {Stage::eFragmentShader, Access::eShaderSampledRead},
                          {Stage::eCopy, Access::eTransferWrite}, vk::ImageLayout::eUndefined,
                          vk::ImageLayout::eTransferDstOptimal);
    const vk::BufferImageCopy region{
        .bufferOffset = offset,
        .imageSubresource = {vk::ImageAspectFlagBits::eColor, 0, 0, 1},
        .imageExtent = {static_cast<std::uint32_t>(texture->width_px),
                        static_cast<std::uint32_t>(texture->height_px), 1}};
    commands.copyBufferToImage(staging_.handle(), texture->image.handle(),
                               vk::ImageLayout::eTransferDstOptimal, region);
    vulkan::image_barrier(commands, texture->image, {Stage::eCopy, Access::eTransferWrite},
                          {Stage::eFragmentShader, Access::eShaderSampledRead},
                          vk::ImageLayout::eTransferDstOptimal,
                          vk::ImageLayout::eShaderReadOnlyOptimal);
    offset += texture->pending.size();
    texture->pending.clear();
    texture->pending.shrink_to_fit();
  }
}

}  // namespace diorama::editor
