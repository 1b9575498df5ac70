#include "renderers/vulkan/texture_pages.h"

#include <algorithm>
#include <string>
#include <utility>

namespace diorama::vulkan {
namespace {

/// A page grows up to this while scenes come and go; a single scene may need more.
constexpr std::int64_t kPageBudgetBytes = std::int64_t{96} << 20;

}  // namespace

TexturePages::TexturePages(Device& device)
    : device_(&device),
      sampler_(device.device.createSampler({.magFilter = vk::Filter::eLinear,
                                            .minFilter = vk::Filter::eLinear,
                                            .mipmapMode = vk::SamplerMipmapMode::eLinear,
                                            .addressModeU = vk::SamplerAddressMode::eRepeat,
                                            .addressModeV = vk::SamplerAddressMode::eRepeat,
                                            .addressModeW = vk::SamplerAddressMode::eRepeat,
                                            .maxLod = VK_LOD_CLAMP_NONE})) {
  // Every descriptor must be written, so pages without textures get one texel.
  for (int page = 0; page < kNumPages; ++page) make_image(page, 0);
}

void TexturePages::make_image(int page, int layers) {
  Page fresh;
  const int size = layers > 0 ? kPageSizes[page] : 1;
  pages_[page].image = Image();
  fresh.image = Image(
      *device_, {.format = vk::Format::eR8G8B8A8Srgb,
                 .width = size,
                 .height = size,
                 .layers = std::max(layers, 1),
                 .mips = layers > 0 ? num_mips(page) : 1,
                 .usage = vk::ImageUsageFlagBits::eTransferDst | vk::ImageUsageFlagBits::eSampled});
  fresh.capacity = layers;
  pages_[page] = std::move(fresh);
}

bool TexturePages::fits(std::span<const std::shared_ptr<const Texture>> textures) const {
  std::array<int, kNumPages> need{};
  std::set<SharedKey<Texture>> counted;
  for (const auto& texture : textures) {
    const SharedKey<Texture> key(texture);
    if (slots_.contains(key) || !counted.insert(key).second) continue;
    need[page_of(*texture)] += num_faces(*texture);
  }
  for (int page = 0; page < kNumPages; ++page) {
    if (need[page] > 0 && pages_[page].used + need[page] > pages_[page].capacity) return false;
  }
  return true;
}

Status TexturePages::start_over(std::span<const std::shared_ptr<const Texture>> textures) {
  device_->device.waitIdle();
  std::array<int, kNumPages> need{};
  std::set<SharedKey<Texture>> counted;
  for (const auto& texture : textures) {
    if (!counted.insert(SharedKey<Texture>(texture)).second) continue;
    need[page_of(*texture)] += num_faces(*texture);
  }
  std::erase_if(given_up_, [](const SharedKey<Texture>& key) { return key.owner.expired(); });
  for (const auto& [key, slot] : slots_) given_up_.insert(key);
  slots_.clear();
  for (int page = 0; page < kNumPages; ++page) {
    Page& current = pages_[page];
    const bool grow = 2 * std::exchange(current.returned, 0) > current.capacity;
    current.used = 0;
    const std::int64_t layer_bytes = std::int64_t{kPageSizes[page]} * kPageSizes[page] * 16 / 3;
    const int budget = static_cast<int>(std::max<std::int64_t>(kPageBudgetBytes / layer_bytes, 1));
    int layers = std::max(need[page], current.capacity);
    if (grow || need[page] > current.capacity) {
      layers = std::max(need[page], std::min(std::max(2 * current.capacity, 8), budget));
    }
    if (layers > static_cast<int>(device_->limits.maxImageArrayLayers)) {
      return invalid_input("scene: " + std::to_string(need[page]) + " texture images of up to " +
                           std::to_string(kPageSizes[page]) + " pixels, the device holds " +
                           std::to_string(device_->limits.maxImageArrayLayers));
    }
    if (layers > current.capacity && need[page] > 0) make_image(page, layers);
  }
  return {};
}

void TexturePages::add(const std::shared_ptr<const Texture>& texture, Staging& staging) {
  const int page_index = page_of(*texture);
  Page& page = pages_[page_index];
  const SharedKey<Texture> key(texture);
  slots_[key] = {page_index, page.used};
  if (given_up_.contains(key)) page.returned += num_faces(*texture);
  for (int face = 0; face < num_faces(*texture); ++face) {
    const auto levels = mip_chain(*texture, face, page_index);
    for (std::size_t level = 0; level < levels.size(); ++level) {
      const auto size = static_cast<std::uint32_t>(kPageSizes[page_index] >> level);
      page.copies.push_back(
          {.bufferOffset = staging.size(),
           .imageSubresource = {vk::ImageAspectFlagBits::eColor, static_cast<std::uint32_t>(level),
                                static_cast<std::uint32_t>(page.used), 1},
           .imageExtent = {size, size, 1}});
      const auto* bytes = reinterpret_cast<const std::byte*>(levels[level].data());
      staging.insert(staging.end(), bytes, bytes + levels[level].size());
    }
    ++page.used;
  }
}

Result<std::vector<TextureSlot>> TexturePages::prepare(
    std::span<const std::shared_ptr<const Texture>> textures, Staging& staging) {
  for (Page& page : pages_) page.copies.clear();
  if (!fits(textures)) DIORAMA_RETURN_IF_ERROR(start_over(textures));
  std::vector<TextureSlot> slots;
  for (const auto& texture : textures) {
    const SharedKey<Texture> key(texture);
    if (!slots_.contains(key)) add(texture, staging);
    slots.push_back(slots_.at(key));
  }
  return slots;
}

void TexturePages::record_uploads(const vk::raii::CommandBuffer& commands, const Buffer& staging) {
  const Access read{vk::PipelineStageFlagBits2::eFragmentShader,
                    vk::AccessFlagBits2::eShaderSampledRead};
  const Access write{vk::PipelineStageFlagBits2::eCopy, vk::AccessFlagBits2::eTransferWrite};
  for (Page& page : pages_) {
    if (page.copies.empty() && page.written) continue;
    const auto old =
        page.written ? vk::ImageLayout::eShaderReadOnlyOptimal : vk::ImageLayout::eUndefined;
    image_barrier(commands, page.image, read, write, old, vk::ImageLayout::eTransferDstOptimal);
    if (!page.copies.empty()) {
      commands.copyBufferToImage(staging.handle(), page.image.handle(),
                                 vk::ImageLayout::eTransferDstOptimal, page.copies);
    }
    image_barrier(commands, page.image, write, read, vk::ImageLayout::eTransferDstOptimal,
                  vk::ImageLayout::eShaderReadOnlyOptimal);
    page.copies.clear();
    page.written = true;
  }
}

}  // namespace diorama::vulkan
