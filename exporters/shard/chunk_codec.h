// ChunkCodec: turns one chunk of values into the bytes that an HDF5 chunk holds (shuffle + deflate, as the stock
// filters do it) and back. Its deflate state is reused. Not thread-safe: one per thread. Output depends on the
// input alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/core/status.h"

namespace diorama {

/// What files state as the level of deflate, of either kind.
inline constexpr int kDeflateLevel = 1;

/// How a chunk is made smaller. Both kinds of deflate are read by the same stock filter.
enum class Compression {
  kNone,
  kDense,  ///< libdeflate at a fast level.
  kFast,   ///< FastDeflate: for labels, which are many, small when deflated, and cost more to deflate than to make.
};

class ChunkCodec {
 public:
  ChunkCodec();
  ~ChunkCodec();
  ChunkCodec(ChunkCodec&&) noexcept;
  ChunkCodec& operator=(ChunkCodec&&) noexcept;

  /// `item_size` bytes per value; with `shuffle` the bytes are grouped by significance first (HDF5's shuffle
  /// filter).
  std::vector<std::byte> encode(std::span<const std::byte> values, std::size_t item_size, bool shuffle,
                                Compression compression);

  /// The inverse; `num_bytes` is the size of the values. Fails on bytes that are no such chunk.
  Result<std::vector<std::byte>> decode(std::span<const std::byte> chunk, std::size_t num_bytes, std::size_t item_size,
                                        bool shuffle, bool deflate);
  /// The same into the caller's memory, whose size is that of the values.
  Status decode_into(std::span<const std::byte> chunk, std::size_t item_size, bool shuffle, bool deflate,
                     std::span<std::byte> values);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// `value` rounded to 11 explicit mantissa bits, ties to even: relative error up to 2^-12.
float round_to_11_bits(float value);

/// Depth in metres as stored; values at or beyond `far_m` (nothing hit) become far_m itself. False if a value is
/// not a positive finite number. float32: (count), `out` has as many.
bool encode_depth_f32(std::span<const float> depth_m, float far_m, std::span<float> out);
bool encode_depth_f16(std::span<const float> depth_m, float far_m, std::span<std::uint16_t> out);
/// Millimetres, nearest, at least 1. far_m is at most 32.767.
bool encode_depth_i16mm(std::span<const float> depth_m, float far_m, std::span<std::int16_t> out);

}  // namespace diorama
