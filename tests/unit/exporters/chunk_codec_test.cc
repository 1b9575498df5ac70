#include "exporters/shard/chunk_codec.h"

#include <doctest/doctest.h>
#include <libdeflate.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "engine/core/rng.h"
#include "exporters/shard/fast_deflate.h"
#include "exporters/shard/half.h"

namespace diorama {
namespace {

std::vector<std::byte> noise(std::size_t size) {
  RandomStream stream({1, 2}, "codec");
  std::vector<std::byte> bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(stream.bits() & 7);
  return bytes;
}

TEST_CASE("what is encoded decodes to itself for every item size, with and without filters") {
  ChunkCodec codec;
  for (const std::size_t item : {1, 2, 3, 4, 8}) {
    for (const std::size_t size : {std::size_t{0}, item, 7 * item, 1000 * item + item / 2}) {
      const auto values = noise(size);
      for (const bool shuffle : {false, true}) {
        for (const Compression kind : {Compression::kNone, Compression::kDense, Compression::kFast}) {
          const auto chunk = codec.encode(values, item, shuffle, kind);
          const auto back = codec.decode(chunk, size, item, shuffle, kind != Compression::kNone);
          REQUIRE(back.ok());
          CHECK(*back == values);
        }
      }
    }
  }
}

TEST_CASE("shuffle puts the bytes of equal significance together, as HDF5's filter does") {
  ChunkCodec codec;
  std::vector<std::byte> values;
  for (int i = 1; i <= 9; ++i) values.push_back(static_cast<std::byte>(i));  // two 4-byte items and a rest
  const auto chunk = codec.encode(values, 4, true, Compression::kNone);
  const int expected[] = {1, 5, 2, 6, 3, 7, 4, 8, 9};
  for (int i = 0; i < 9; ++i) CHECK(static_cast<int>(chunk[i]) == expected[i]);
}

TEST_CASE("a chunk is a zlib stream and does not depend on what was encoded before") {
  for (const Compression kind : {Compression::kDense, Compression::kFast}) {
    ChunkCodec fresh;
    ChunkCodec used;
    for (int i = 0; i < 20; ++i) (void)used.encode(noise(5000 + 13 * i), 4, true, kind);
    const auto values = noise(4096);
    const auto chunk = fresh.encode(values, 4, true, kind);
    CHECK(used.encode(values, 4, true, kind) == chunk);
    CHECK((static_cast<int>(chunk[0]) & 15) == 8);  // zlib header: deflate
  }
}

TEST_CASE("fast deflate gives back what went in, of any size, and is no longer than it by more than a few bytes") {
  FastDeflate fast;
  ChunkCodec codec;
  RandomStream stream({1, 2}, "sizes");
  for (int i = 0; i < 400; ++i) {
    // Every size about its first block and its look-ahead, then up to some blocks; noise that cannot be made smaller, too.
    std::vector<std::byte> values(i < 320 ? static_cast<std::size_t>(i) : static_cast<std::size_t>(stream.bits() % 600000));
    for (std::byte& byte : values) byte = static_cast<std::byte>(stream.bits() & (i % 2 == 0 ? 255U : 1U));
    const std::span<const std::byte> chunk = fast.compress(values);
    CHECK(chunk.size() <= values.size() + values.size() / 100 + 100);
    const auto back = codec.decode(chunk, values.size(), 1, false, true);
    REQUIRE(back.ok());
    CHECK(*back == values);
  }
}

TEST_CASE("fast deflate does not depend on where in memory its stream lies") {
  // What is sensitive to a wrong entry for place 1 in a table of 8192 hashes of 4 bytes, which counts places modulo 32768:
  // at places 32768 k + 1 the last 3 bytes of one known phrase before another, that is 4 bytes that no earlier place shows
  // and that the coder does not enter, as they lie within a match; and the same 4 bytes where it looks for a match.
  constexpr std::size_t kWindow = 32768, kPhrase = 64;
  std::vector<FastDeflate> streams(300);
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    RandomStream random({seed, 2}, "phrases");
    std::vector<std::byte> values(32 * kWindow, std::byte{0});
    for (std::size_t window = kWindow; window < values.size(); window += kWindow) {
      std::vector<std::byte> phrases(2 * kPhrase);
      for (std::byte& byte : phrases) byte = static_cast<std::byte>(1 + random.bits() % 255);
      const auto first = phrases.begin(), second = first + kPhrase;
      const auto here = values.begin() + static_cast<std::ptrdiff_t>(window + 1 + 3 - kPhrase);
      std::copy(first, second, here - 20000);
      std::copy(second, phrases.end(), here - 10000);
      std::copy(first, phrases.end(), here);
      std::copy(second - 3, second + 8, here + 5000);
    }
    std::vector<std::byte> wanted;
    for (FastDeflate& stream : streams) {
      const std::span<const std::byte> chunk = stream.compress(values);
      if (wanted.empty()) wanted.assign(chunk.begin(), chunk.end());
      CHECK(std::equal(chunk.begin(), chunk.end(), wanted.begin(), wanted.end()));
    }
  }
}

TEST_CASE("a damaged chunk is an error, not wrong values") {
  ChunkCodec codec;
  const auto values = noise(4096);
  auto chunk = codec.encode(values, 4, false, Compression::kDense);
  CHECK_FALSE(codec.decode(chunk, values.size() + 1, 4, false, true).ok());
  CHECK_FALSE(codec.decode(values, values.size() - 1, 4, false, false).ok());
  chunk[chunk.size() / 2] ^= std::byte{1};
  CHECK_FALSE(codec.decode(chunk, values.size(), 4, false, true).ok());
}

TEST_CASE("depth as float32 keeps 11 mantissa bits within 2^-12 and far_m exactly") {
  RandomStream stream({1, 2}, "depth");
  std::vector<float> depth;
  for (int i = 0; i < 10000; ++i) depth.push_back(static_cast<float>(std::exp(stream.uniform(-4.0, 3.4))));
  const float far_m = 30.01f;
  depth.push_back(far_m);
  depth.push_back(31.0f);
  depth.push_back(30.009f);
  std::vector<float> out(depth.size());
  REQUIRE(encode_depth_f32(depth, far_m, out));
  for (std::size_t i = 0; i < depth.size(); ++i) {
    REQUIRE(out[i] <= far_m);
    if (depth[i] >= far_m) {
      REQUIRE(out[i] == far_m);
      continue;
    }
    std::uint32_t bits;
    std::memcpy(&bits, &out[i], sizeof bits);
    REQUIRE(((bits & 0xfffu) == 0 || out[i] == far_m));
    REQUIRE(std::fabs(out[i] - depth[i]) <= std::ldexp(depth[i], -12));
  }
  CHECK(round_to_11_bits(1.0f + 0x1p-12f) == 1.0f);            // tie to even
  CHECK(round_to_11_bits(1.0f + 3 * 0x1p-12f) == 1.0f + 0x1p-10f);  // tie to even
  CHECK(round_to_11_bits(1.0f + 0x1p-12f + 0x1p-23f) == 1.0f + 0x1p-11f);
}

TEST_CASE("depth as float16 and as millimetres is nearest, never 0, and far_m where nothing is hit") {
  const std::vector<float> depth = {1e-9f, 0.4994f, 0.4996f, 2.0f, 29.9999f, 30.0f, 1000.0f};
  std::vector<std::uint16_t> half(depth.size());
  std::vector<std::int16_t> mm(depth.size());
  REQUIRE(encode_depth_f16(depth, 30.0f, half));
  REQUIRE(encode_depth_i16mm(depth, 30.0f, mm));
  CHECK(half[0] == 1);
  CHECK(float_from_half(half[3]) == 2.0f);
  CHECK(float_from_half(half[5]) == 30.0f);
  CHECK(float_from_half(half[6]) == 30.0f);
  CHECK(mm == std::vector<std::int16_t>{1, 499, 500, 2000, 30000, 30000, 30000});
}

TEST_CASE("a depth that is zero, negative, infinite or NaN is reported") {
  for (const float bad : {0.0f, -1.0f, std::numeric_limits<float>::infinity(), std::nanf("")}) {
    const std::vector<float> depth = {1.0f, bad, 2.0f};
    std::vector<float> f32(3);
    std::vector<std::uint16_t> f16(3);
    std::vector<std::int16_t> mm(3);
    CHECK_FALSE(encode_depth_f32(depth, 10.0f, f32));
    CHECK_FALSE(encode_depth_f16(depth, 10.0f, f16));
    CHECK_FALSE(encode_depth_i16mm(depth, 10.0f, mm));
  }
}

}  // namespace
}  // namespace diorama
