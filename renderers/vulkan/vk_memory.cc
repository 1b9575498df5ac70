#include "renderers/vulkan/vk_memory.h"

#include <algorithm>
#include <array>
#include <bit>
#include <initializer_list>

namespace diorama::vulkan {
namespace {

using Flags = vk::MemoryPropertyFlags;
using Bit = vk::MemoryPropertyFlagBits;

/// The first allowed type that has the first possible of the wanted sets of properties.
std::uint32_t memory_type(const Device& device, std::uint32_t allowed, MemoryUse use) {
  std::vector<Flags> wanted;
  switch (use) {
    case MemoryUse::kDevice:
      wanted = {Bit::eDeviceLocal, Flags{}};
      break;
    case MemoryUse::kUpload:
      wanted = {Bit::eHostVisible | Bit::eHostCoherent | Bit::eDeviceLocal,
                Bit::eHostVisible | Bit::eHostCoherent};
      break;
    case MemoryUse::kReadback:
      wanted = {Bit::eHostVisible | Bit::eHostCached, Bit::eHostVisible | Bit::eHostCoherent};
      break;
  }
  for (const Flags flags : wanted) {
    for (std::uint32_t i = 0; i < device.memory.memoryTypeCount; ++i) {
      if ((allowed >> i & 1U) != 0 &&
          (device.memory.memoryTypes[i].propertyFlags & flags) == flags) {
        return i;
      }
    }
  }
  throw vk::FeatureNotPresentError("no memory type for the use");
}

vk::raii::DeviceMemory allocate(const Device& device, const vk::MemoryRequirements& needs,
                                std::uint32_t type) {
  return device.device.allocateMemory({.allocationSize = needs.size, .memoryTypeIndex = type});
}

}  // namespace

Buffer::Buffer(Device& device, std::uint64_t size, vk::BufferUsageFlags usage, MemoryUse use)
    : device_(&device.device), size_(size) {
  const std::array<std::uint32_t, 2> families{device.queue_family, device.transfer_family};
  const bool two = use == MemoryUse::kDevice && device.has_transfer_queue && families[0] != families[1];
  vk::raii::Buffer buffer = device.device.createBuffer(
      {.size = size,
       .usage = usage,
       .sharingMode = two ? vk::SharingMode::eConcurrent : vk::SharingMode::eExclusive,
       .queueFamilyIndexCount = two ? 2U : 0U,
       .pQueueFamilyIndices = two ? families.data() : nullptr});
  const vk::MemoryRequirements needs = buffer.getMemoryRequirements();
  const std::uint32_t type = memory_type(device, needs.memoryTypeBits, use);
  memory_ = allocate(device, needs, type);
  bytes_ = AllocatedBytes(device, needs.size);
  buffer_ = std::move(buffer);
  buffer_.bindMemory(*memory_, 0);
  coherent_ = static_cast<bool>(device.memory.memoryTypes[type].propertyFlags & Bit::eHostCoherent);
  if (use != MemoryUse::kDevice) {
    mapped_ = static_cast<std::byte*>(memory_.mapMemory(0, VK_WHOLE_SIZE));
  }
}

void Buffer::invalidate() const {
  if (coherent_ || device_ == nullptr) return;
  const vk::MappedMemoryRange range{.memory = *memory_, .offset = 0, .size = VK_WHOLE_SIZE};
  device_->invalidateMappedMemoryRanges(range);
}

void reserve(Device& device, Buffer& buffer, std::uint64_t size, vk::BufferUsageFlags usage,
             MemoryUse use) {
  if (buffer.size() >= size && buffer.size() > 0) return;
  buffer = Buffer();
  buffer = Buffer(device, std::bit_ceil(std::max<std::uint64_t>(size, 4096)), usage, use);
}

void HomeBuffer::reserve(Device& device, std::uint64_t size) {
  using Use = vk::BufferUsageFlagBits;
  size_ = size;
  vulkan::reserve(device, host_, size, Use::eTransferDst, MemoryUse::kReadback);
  if (device.has_transfer_queue) {
    vulkan::reserve(device, device_, size, Use::eTransferDst | Use::eTransferSrc, MemoryUse::kDevice);
  }
}

void HomeBuffer::record(const vk::raii::CommandBuffer& commands) const {
  if (!device_.handle() || size_ == 0) return;
  commands.copyBuffer(device_.handle(), host_.handle(), vk::BufferCopy{.srcOffset = 0, .dstOffset = 0, .size = size_});
}

Image::Image(Device& device, const ImageConfig& config) : config_(config) {
  vk::raii::Image image =
      device.device.createImage({.imageType = vk::ImageType::e2D,
                                 .format = config.format,
                                 .extent = {static_cast<std::uint32_t>(config.width),
                                            static_cast<std::uint32_t>(config.height), 1},
                                 .mipLevels = static_cast<std::uint32_t>(config.mips),
                                 .arrayLayers = static_cast<std::uint32_t>(config.layers),
                                 .samples = vk::SampleCountFlagBits::e1,
                                 .tiling = vk::ImageTiling::eOptimal,
                                 .usage = config.usage,
                                 .initialLayout = vk::ImageLayout::eUndefined});
  const vk::MemoryRequirements needs = image.getMemoryRequirements();
  memory_ = allocate(device, needs, memory_type(device, needs.memoryTypeBits, MemoryUse::kDevice));
  bytes_ = AllocatedBytes(device, needs.size);
  image_ = std::move(image);
  image_.bindMemory(*memory_, 0);
  view_ = device.device.createImageView(
      {.image = *image_,
       .viewType = vk::ImageViewType::e2DArray,
       .format = config.format,
       .subresourceRange = {config.aspect, 0, static_cast<std::uint32_t>(config.mips), 0,
                            static_cast<std::uint32_t>(config.layers)}});
}

}  // namespace diorama::vulkan
