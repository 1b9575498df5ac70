#include "exporters/shard/chunk_codec.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "engine/core/check.h"
#include "exporters/shard/fast_deflate.h"
#include "exporters/shard/half.h"

#include <libdeflate.h>

namespace diorama {
namespace {

/// Of libdeflate. Its first level takes twice the time of the second where a byte repeats for long, as in the planes that
/// shuffling makes.
constexpr int kPlainLevel = 1;
constexpr int kShuffledLevel = 2;

template <std::size_t kSize>
void shuffle_fixed(const std::byte* in, std::byte* out, std::size_t count) {
  for (std::size_t byte = 0; byte < kSize; ++byte) {
    for (std::size_t i = 0; i < count; ++i) out[byte * count + i] = in[i * kSize + byte];
  }
}

/// HDF5's shuffle: byte k of every item together; a rest shorter than an item stays at the end as it is.
void shuffle_bytes(std::span<const std::byte> in, std::size_t item_size, std::byte* out) {
  const std::size_t count = in.size() / item_size;
  switch (item_size) {
    case 2:
      shuffle_fixed<2>(in.data(), out, count);
      break;
    case 4:
      shuffle_fixed<4>(in.data(), out, count);
      break;
    case 8:
      shuffle_fixed<8>(in.data(), out, count);
      break;
    default:
      for (std::size_t byte = 0; byte < item_size; ++byte) {
        for (std::size_t i = 0; i < count; ++i) out[byte * count + i] = in[i * item_size + byte];
      }
  }
  std::copy(in.begin() + static_cast<std::ptrdiff_t>(count * item_size), in.end(), out + count * item_size);
}

template <std::size_t kItem>
void unshuffle_fixed(const std::byte* in, std::byte* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t byte = 0; byte < kItem; ++byte) out[i * kItem + byte] = in[byte * count + i];
  }
}

void unshuffle_bytes(std::span<const std::byte> in, std::size_t item_size, std::byte* out) {
  const std::size_t count = in.size() / item_size;
  switch (item_size) {
    case 2:
      unshuffle_fixed<2>(in.data(), out, count);
      break;
    case 4:
      unshuffle_fixed<4>(in.data(), out, count);
      break;
    case 8:
      unshuffle_fixed<8>(in.data(), out, count);
      break;
    default:
      for (std::size_t byte = 0; byte < item_size; ++byte) {
        for (std::size_t i = 0; i < count; ++i) out[i * item_size + byte] = in[byte * count + i];
      }
  }
  std::copy(in.begin() + static_cast<std::ptrdiff_t>(count * item_size), in.end(), out + count * item_size);
}

struct FreeCompressor {
  void operator()(libdeflate_compressor* c) const { libdeflate_free_compressor(c); }
};
struct FreeDecompressor {
  void operator()(libdeflate_decompressor* d) const { libdeflate_free_decompressor(d); }
};

bool usable_depth(float value) { return value > 0.0f && value <= std::numeric_limits<float>::max(); }

inline float round_bits(float value) {
  constexpr std::uint32_t kDropped = 12;  // of float's 23 explicit mantissa bits
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t odd = (bits >> kDropped) & 1u;
  return std::bit_cast<float>((bits + (1u << (kDropped - 1)) - 1u + odd) & ~((1u << kDropped) - 1u));
}

}  // namespace

struct ChunkCodec::Impl {
  std::map<int, std::unique_ptr<libdeflate_compressor, FreeCompressor>> compressors;  // by level
  std::optional<FastDeflate> fast;
  std::unique_ptr<libdeflate_decompressor, FreeDecompressor> decompressor;
  std::vector<std::byte> shuffled;
  std::vector<std::byte> compressed;
};

ChunkCodec::ChunkCodec() : impl_(std::make_unique<Impl>()) {}
ChunkCodec::~ChunkCodec() = default;
ChunkCodec::ChunkCodec(ChunkCodec&&) noexcept = default;
ChunkCodec& ChunkCodec::operator=(ChunkCodec&&) noexcept = default;

std::vector<std::byte> ChunkCodec::encode(std::span<const std::byte> values, std::size_t item_size, bool shuffle,
                                          Compression compression) {
  std::span<const std::byte> input = values;
  if (shuffle && item_size > 1) {
    impl_->shuffled.resize(values.size());
    shuffle_bytes(values, item_size, impl_->shuffled.data());
    input = impl_->shuffled;
  }
  if (compression == Compression::kNone) return {input.begin(), input.end()};
  if (compression == Compression::kFast) {
    if (!impl_->fast) impl_->fast.emplace();
    const std::span<const std::byte> stream = impl_->fast->compress(input);
    return {stream.begin(), stream.end()};
  }
  const int level = shuffle && item_size > 1 ? kShuffledLevel : kPlainLevel;
  auto& compressor = impl_->compressors[level];
  if (!compressor) {
    compressor.reset(libdeflate_alloc_compressor(level));
    DIORAMA_CHECK(compressor != nullptr);
  }
  impl_->compressed.resize(libdeflate_zlib_compress_bound(compressor.get(), input.size()));
  const std::size_t size = libdeflate_zlib_compress(compressor.get(), input.data(), input.size(),
                                                    impl_->compressed.data(), impl_->compressed.size());
  DIORAMA_CHECK(size > 0);
  return {impl_->compressed.begin(), impl_->compressed.begin() + static_cast<std::ptrdiff_t>(size)};
}

Status ChunkCodec::decode_into(std::span<const std::byte> chunk, std::size_t item_size, bool shuffle, bool deflate,
                               std::span<std::byte> values) {
  shuffle = shuffle && item_size > 1;
  std::span<const std::byte> plain = chunk;
  if (deflate) {
    if (!impl_->decompressor) {
      impl_->decompressor.reset(libdeflate_alloc_decompressor());
      DIORAMA_CHECK(impl_->decompressor != nullptr);
    }
    if (shuffle && impl_->shuffled.size() < values.size()) impl_->shuffled.resize(values.size());
    std::byte* const inflated = shuffle ? impl_->shuffled.data() : values.data();
    std::size_t actual = 0;
    const libdeflate_result result = libdeflate_zlib_decompress(impl_->decompressor.get(), chunk.data(), chunk.size(),
                                                                inflated, values.size(), &actual);
    if (result != LIBDEFLATE_SUCCESS || actual != values.size()) {
      return failed("a chunk of " + std::to_string(chunk.size()) + " bytes does not inflate to " +
                    std::to_string(values.size()) + " bytes: the file is damaged");
    }
    if (!shuffle) return {};
    plain = std::span(inflated, actual);
  } else if (chunk.size() != values.size()) {
    return failed("a stored chunk has " + std::to_string(chunk.size()) + " bytes instead of " +
                  std::to_string(values.size()) + ": the file is damaged");
  }
  if (shuffle) {
    unshuffle_bytes(plain, item_size, values.data());
  } else {
    std::copy(plain.begin(), plain.end(), values.begin());
  }
  return {};
}

Result<std::vector<std::byte>> ChunkCodec::decode(std::span<const std::byte> chunk, std::size_t num_bytes,
                                                  std::size_t item_size, bool shuffle, bool deflate) {
  std::vector<std::byte> values(num_bytes);
  DIORAMA_RETURN_IF_ERROR(decode_into(chunk, item_size, shuffle, deflate, values));
  return values;
}

float round_to_11_bits(float value) { return round_bits(value); }

bool encode_depth_f32(std::span<const float> depth_m, float far_m, std::span<float> out) {
  // Without branches, so that the compiler makes it wide: this runs over every depth pixel.
  unsigned usable = 1;
  for (std::size_t i = 0; i < depth_m.size(); ++i) {
    usable &= static_cast<unsigned>(depth_m[i] > 0.0f) &
              static_cast<unsigned>(depth_m[i] <= std::numeric_limits<float>::max());
    const float rounded = round_bits(depth_m[i]);
    out[i] = rounded < far_m && depth_m[i] < far_m ? rounded : far_m;
  }
  return usable != 0;
}

bool encode_depth_f16(std::span<const float> depth_m, float far_m, std::span<std::uint16_t> out) {
  // The smallest half is above 0, so that depth is never 0.
  constexpr std::uint16_t kSmallest = 1;
  bool usable = true;
  for (std::size_t i = 0; i < depth_m.size(); ++i) {
    usable = usable && usable_depth(depth_m[i]);
    out[i] = std::max(kSmallest, half_from_float(std::min(far_m, depth_m[i])));
  }
  return usable;
}

bool encode_depth_i16mm(std::span<const float> depth_m, float far_m, std::span<std::int16_t> out) {
  bool usable = true;
  for (std::size_t i = 0; i < depth_m.size(); ++i) {
    if (!usable_depth(depth_m[i])) {
      usable = false;
      continue;
    }
    const double millimetres = std::nearbyint(1000.0 * static_cast<double>(std::min(far_m, depth_m[i])));
    out[i] = static_cast<std::int16_t>(std::clamp(millimetres, 1.0, 32767.0));
  }
  return usable;
}

}  // namespace diorama
