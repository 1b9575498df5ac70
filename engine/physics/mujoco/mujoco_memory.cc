#include "engine/physics/mujoco/mujoco_memory.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <list>
#include <mutex>
#include <new>

#include <mujoco/mujoco.h>
#include <sys/mman.h>

namespace diorama::mujoco {
namespace {

constexpr std::size_t kAlignment = 64;  // what MuJoCo gives itself
constexpr std::size_t kLargeBytes = std::size_t{256} << 10;
constexpr std::size_t kMaxKeptBytes = std::size_t{128} << 20;

/// Stands before every block.
struct alignas(kAlignment) Header {
  std::size_t mapped_bytes = 0;  ///< With the header; 0 = of the heap.
};

/// Mappings that are free, the latest first. Taking one of the same size again costs no page
/// faults, which are most of the price of a new one.
class KeptBlocks {
 public:
  void* take(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    in_use_ += bytes;
    const auto found = std::find_if(blocks_.begin(), blocks_.end(),
                                    [&](const Block& b) { return b.bytes == bytes; });
    if (found != blocks_.end()) {
      void* const start = found->start;
      kept_ -= bytes;
      blocks_.erase(found);
      return start;
    }
    void* const start =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start != MAP_FAILED) return start;
    in_use_ -= bytes;
    return nullptr;
  }

  void give_back(void* start, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    in_use_ -= bytes;
    blocks_.push_front({start, bytes});
    kept_ += bytes;
    while (kept_ > kMaxKeptBytes) {
      ::munmap(blocks_.back().start, blocks_.back().bytes);
      kept_ -= blocks_.back().bytes;
      blocks_.pop_back();
    }
  }

  std::size_t in_use() {
    const std::lock_guard lock(mutex_);
    return in_use_;
  }
  std::size_t kept() {
    const std::lock_guard lock(mutex_);
    return kept_;
  }

 private:
  struct Block {
    void* start;
    std::size_t bytes;
  };
  std::mutex mutex_;
  std::list<Block> blocks_;
  std::size_t in_use_ = 0;
  std::size_t kept_ = 0;
};

/// Never destroyed: MuJoCo may free as late as other objects of the program end.
KeptBlocks& kept_blocks() {
  static auto* const blocks = new KeptBlocks;
  return *blocks;
}

/// Up to an eighth more, so that scenes that differ by a body use each other's blocks.
std::size_t size_class(std::size_t bytes) {
  const std::size_t step = std::max(std::bit_floor(bytes) / 8, kAlignment);
  return (bytes + step - 1) / step * step;
}

void* take(std::size_t size) {
  if (size > SIZE_MAX / 2) return nullptr;
  const std::size_t bytes = size_class(sizeof(Header) + size);
  const bool large = bytes >= kLargeBytes;
  void* const start = large ? kept_blocks().take(bytes) : std::aligned_alloc(kAlignment, bytes);
  if (start == nullptr) return nullptr;
  return new (start) Header{large ? bytes : 0} + 1;
}

void give_back(void* block) {
  if (block == nullptr) return;
  Header* const header = static_cast<Header*>(block) - 1;
  if (header->mapped_bytes > 0) {
    kept_blocks().give_back(header, header->mapped_bytes);
  } else {
    std::free(header);
  }
}

}  // namespace

bool install_memory_hooks() noexcept {
  mju_user_malloc = take;
  mju_user_free = give_back;
  return true;
}

std::size_t large_bytes_in_use() { return kept_blocks().in_use(); }
std::size_t large_bytes_kept() { return kept_blocks().kept(); }

}  // namespace diorama::mujoco
