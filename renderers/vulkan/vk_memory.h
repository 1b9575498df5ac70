// Buffers and images with memory of their own. Move-only owners; the Device must outlive them. Few
// and large: every one is an allocation. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "renderers/vulkan/vk_device.h"

namespace diorama::vulkan {

/// Counts bytes in Device::allocated_bytes for as long as it lives.
class AllocatedBytes {
 public:
  AllocatedBytes() = default;
  AllocatedBytes(Device& device, std::uint64_t bytes)
      : total_(&device.allocated_bytes), bytes_(bytes) {
    *total_ += bytes_;
  }
  AllocatedBytes(AllocatedBytes&& other) noexcept
      : total_(std::exchange(other.total_, nullptr)), bytes_(other.bytes_) {}
  AllocatedBytes& operator=(AllocatedBytes&& other) noexcept {
    std::swap(total_, other.total_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~AllocatedBytes() {
    if (total_ != nullptr) *total_ -= bytes_;
  }

 private:
  std::uint64_t* total_ = nullptr;
  std::uint64_t bytes_ = 0;
};

enum class MemoryUse {
  kDevice,    ///< Never mapped; the transfer queue may use it, too.
  kUpload,    ///< Mapped and coherent: the host writes, the device reads.
  kReadback,  ///< Mapped, cached by the host if possible: the device writes, the host reads.
};

class Buffer {
 public:
  Buffer() = default;
  Buffer(Device& device, std::uint64_t size, vk::BufferUsageFlags usage, MemoryUse use);

  vk::Buffer handle() const { return *buffer_; }
  std::uint64_t size() const { return size_; }
  std::byte* mapped() const { return mapped_; }

  /// Makes what the device wrote visible to the host; only after its fence.
  void invalidate() const;

 private:
  // Memory before buffer: the buffer must go first.
  AllocatedBytes bytes_;
  vk::raii::DeviceMemory memory_{nullptr};
  vk::raii::Buffer buffer_{nullptr};
  const vk::raii::Device* device_ = nullptr;
  std::byte* mapped_ = nullptr;
  std::uint64_t size_ = 0;
  bool coherent_ = true;
};

/// Makes `buffer` at least `size` bytes large, in powers of two. Its old content is lost; nothing
/// on the device may use it.
void reserve(Device& device, Buffer& buffer, std::uint64_t size, vk::BufferUsageFlags usage,
             MemoryUse use);

/// What the device copies pictures to and the host reads: through device memory and the transfer queue where there is one,
/// so that the next pictures need not wait for the way home.
class HomeBuffer {
 public:
  /// Makes room for `size` bytes, of which all go home. Nothing on the device may use it.
  void reserve(Device& device, std::uint64_t size);

  vk::Buffer target() const { return device_.handle() ? device_.handle() : host_.handle(); }
  /// On the transfer queue, once the target is filled: the way home.
  void record(const vk::raii::CommandBuffer& commands) const;

  std::byte* mapped() const { return host_.mapped(); }
  void invalidate() const { host_.invalidate(); }

 private:
  Buffer device_;  ///< Null without a transfer queue.
  Buffer host_;
  std::uint64_t size_ = 0;
};

struct ImageConfig {
  vk::Format format = vk::Format::eUndefined;
  int width = 1;
  int height = 1;
  int layers = 1;
  int mips = 1;
  vk::ImageUsageFlags usage;
  vk::ImageAspectFlags aspect = vk::ImageAspectFlagBits::eColor;
};

/// A 2D array image in device memory with one view of all of it.
class Image {
 public:
  Image() = default;
  Image(Device& device, const ImageConfig& config);

  vk::Image handle() const { return *image_; }
  vk::ImageView view() const { return *view_; }
  const ImageConfig& config() const { return config_; }

 private:
  AllocatedBytes bytes_;
  vk::raii::DeviceMemory memory_{nullptr};
  vk::raii::Image image_{nullptr};
  vk::raii::ImageView view_{nullptr};
  ImageConfig config_;
};

}  // namespace diorama::vulkan
