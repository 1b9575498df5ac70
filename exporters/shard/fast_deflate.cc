#include "exporters/shard/fast_deflate.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <isa-l.h>

#include "engine/core/check.h"

namespace diorama {
namespace {

constexpr std::uint32_t kLevel = 1;
/// A stream begins with a block of so many bytes of its own. Where the body of ISA-L's level 1 meets the first byte of a
/// stream it enters into its table of earlier places a hash of a register that no one set, which holds the address of the
/// stream: seldom, a match then differs from run to run. So short a block does not come to that body.
constexpr std::size_t kFirstBlock = 8;

}  // namespace

struct FastDeflate::Impl {
  isal_zstream stream{};
  std::vector<std::uint8_t> level_memory = std::vector<std::uint8_t>(ISAL_DEF_LVL1_LARGE);
  std::vector<std::uint8_t> output;

  void feed(std::span<const std::byte> input, bool last) {
    stream.next_in = reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(input.data()));  // It is only read.
    stream.avail_in = static_cast<std::uint32_t>(input.size());
    stream.end_of_stream = last ? 1 : 0;
    stream.flush = last ? NO_FLUSH : SYNC_FLUSH;
    for (;;) {
      DIORAMA_CHECK(isal_deflate(&stream) == COMP_OK);
      if (stream.avail_out > 0 || (last && stream.internal_state.state == ZSTATE_END)) break;
      const std::size_t made = output.size();
      output.resize(2 * made);
      stream.next_out = output.data() + made;
      stream.avail_out = static_cast<std::uint32_t>(made);
    }
    DIORAMA_CHECK(stream.avail_in == 0);
  }
};

std::string fast_deflate_version() {
  return std::to_string(ISAL_MAJOR_VERSION) + "." + std::to_string(ISAL_MINOR_VERSION) + "." + std::to_string(ISAL_PATCH_VERSION);
}

FastDeflate::FastDeflate() : impl_(std::make_unique<Impl>()) {}
FastDeflate::~FastDeflate() = default;
FastDeflate::FastDeflate(FastDeflate&&) noexcept = default;
FastDeflate& FastDeflate::operator=(FastDeflate&&) noexcept = default;

std::span<const std::byte> FastDeflate::compress(std::span<const std::byte> input) {
  isal_zstream& stream = impl_->stream;
  isal_deflate_init(&stream);
  stream.level = kLevel;
  stream.level_buf = impl_->level_memory.data();
  stream.level_buf_size = static_cast<std::uint32_t>(impl_->level_memory.size());
  stream.gzip_flag = IGZIP_ZLIB;
  impl_->output.resize(std::max(impl_->output.size(), input.size() + 1024));
  stream.next_out = impl_->output.data();
  stream.avail_out = static_cast<std::uint32_t>(impl_->output.size());
  const std::size_t first = input.size() > kFirstBlock ? kFirstBlock : 0;
  if (first > 0) impl_->feed(input.first(first), false);
  impl_->feed(input.subspan(first), true);
  return std::as_bytes(std::span(impl_->output).first(impl_->output.size() - stream.avail_out));
}

}  // namespace diorama
