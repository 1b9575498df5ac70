// FastDeflate: a zlib stream at several times the speed of libdeflate's fastest level, for some 10 % more bytes. Not
// thread-safe: one per thread. Output depends on the input alone.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace diorama {

/// Of ISA-L.
std::string fast_deflate_version();

class FastDeflate {
 public:
  FastDeflate();
  ~FastDeflate();
  FastDeflate(FastDeflate&&) noexcept;
  FastDeflate& operator=(FastDeflate&&) noexcept;

  /// The stream of `input` (at most 4 GiB). Valid until the next call.
  std::span<const std::byte> compress(std::span<const std::byte> input);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace diorama
