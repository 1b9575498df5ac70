#include "exporters/shard/clip_reader.h"

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/core/hash.h"
#include "exporters/shard/h5_handle.h"
#include "exporters/shard/output_file.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/exporters/tiny_dataset.h"

namespace diorama {
namespace {

namespace fs = std::filesystem;

/// Rows of a clip as HDF5 itself reads them from the shard.
std::vector<std::byte> rows_by_hdf5(const fs::path& shard, const std::string& column, std::int64_t first,
                                    std::int64_t count, std::int64_t stride) {
  const auto file = h5::File::open(shard);
  REQUIRE(file.ok());
  const auto dataset = file->dataset(column);
  REQUIRE(dataset.ok());
  std::vector<std::byte> rows;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto row = dataset->read_rows(first + i * stride, 1);
    REQUIRE(row.ok());
    rows.insert(rows.end(), row->begin(), row->end());
  }
  return rows;
}

std::vector<std::byte> rows_by_reader(const ClipReader& reader, std::size_t column, ClipStart clip, std::int64_t count,
                                      std::int64_t stride) {
  std::vector<std::byte> out(static_cast<std::size_t>(count) * reader.manifest().columns[column].row_bytes);
  const Status status = reader.read(column, {&clip, 1}, count, stride, out);
  CHECK_MESSAGE(status.ok(), status.message());
  return out;
}

std::string read_failure(const fs::path& set, const std::string& column_name, std::int64_t episode) {
  const auto reader = ClipReader::open(set);
  if (!reader.ok()) return reader.status().message();
  const auto& columns = (*reader)->manifest().columns;
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const ClipColumn& c) { return c.name == column_name; });
  REQUIRE(found != columns.end());
  const ClipStart clip{episode, 0};
  std::vector<std::byte> out(2 * found->row_bytes);
  const Status status = (*reader)->read(static_cast<std::size_t>(found - columns.begin()), {&clip, 1}, 2, 1, out);
  CHECK(status.code() == Code::kInvalidInput);
  return status.message();
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_text(const fs::path& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

void replace(const fs::path& path, const std::string& from, const std::string& to) {
  std::string text = text_of(path);
  const std::size_t at = text.find(from);
  REQUIRE_MESSAGE(at != std::string::npos, from);
  write_text(path, text.replace(at, from.size(), to));
}

TEST_CASE("every column of every clip is what HDF5 reads, for every way to store it") {
  TempDir dir;
  for (const StorageOptions storage : {StorageOptions{PixelStorage::kDeflate, DepthStorage::kF32},
                                       StorageOptions{PixelStorage::kRaw, DepthStorage::kF16},
                                       StorageOptions{PixelStorage::kRaw, DepthStorage::kI16mm}}) {
    const fs::path set = dir.path() / std::to_string(static_cast<int>(storage.depth));
    REQUIRE(tiny::write_dataset(set, tiny::spec(7, 3, storage), OutputMode::kNew, {2, 3, 4, 5}).ok());
    const auto opened = ClipReader::open(set / "index.h5");
    REQUIRE_MESSAGE(opened.ok(), opened.status().message());
    const ClipReader& reader = **opened;
    CHECK(reader.manifest().num_episodes == 3);
    CHECK(reader.manifest().num_rows == 4 + 5 + 4);
    for (std::size_t column = 0; column < reader.manifest().columns.size(); ++column) {
      const std::string& name = reader.manifest().columns[column].name;
      CAPTURE(name);
      for (std::int64_t episode = 0; episode < 3; ++episode) {
        const fs::path shard = set / (episode == 2 ? "shards/000002.h5" : "shards/000000.h5");
        const std::int64_t offset = episode == 1 ? 4 : 0;
        for (const auto& [row, count, stride] : {std::array{0, 4, 1}, std::array{1, 2, 2}, std::array{3, 1, 9}}) {
          CHECK(rows_by_reader(reader, column, {episode, row}, count, stride) ==
                rows_by_hdf5(shard, name, offset + row, count, stride));
        }
      }
    }
  }
}

TEST_CASE("columns of many chunks and strides over them read as HDF5 does") {
  TempDir dir;
  const fs::path set = dir.path() / "set";
  REQUIRE(tiny::write_dataset(set, tiny::spec(120, 120), OutputMode::kNew).ok());  // 600 rows: 3 chunks of 256
  const auto reader = ClipReader::open(set);
  REQUIRE(reader.ok());
  std::int64_t first = 0;
  for (std::int64_t episode = 0; episode < 120; ++episode) {
    const std::int64_t rows = (*reader)->episode_rows(episode);
    CHECK(rows == tiny::rows_of(episode));
    if (episode % 10 == 0 || (first < 256 && first + rows > 256) || (first < 512 && first + rows > 512)) {
      for (std::size_t column = 0; column < (*reader)->manifest().columns.size(); ++column) {
        const std::string& name = (*reader)->manifest().columns[column].name;
        CHECK(rows_by_reader(**reader, column, {episode, 0}, rows, 1) ==
              rows_by_hdf5(set / "shards/000000.h5", name, first, rows, 1));
      }
    }
    first += rows;
  }
}

TEST_CASE("what is not there cannot be read") {
  TempDir dir;
  const fs::path set = dir.path() / "set";
  REQUIRE(tiny::write_dataset(set, tiny::spec(2, 2), OutputMode::kNew).ok());
  const auto opened = ClipReader::open(set);
  REQUIRE(opened.ok());
  const auto refused = [&](std::size_t column, ClipStart clip, std::int64_t count, std::int64_t stride,
                           std::int64_t size_off = 0) {
    const std::size_t row_bytes = column < (*opened)->manifest().columns.size() ? (*opened)->manifest().columns[column].row_bytes : 1;
    std::vector<std::byte> out(static_cast<std::size_t>(std::max<std::int64_t>(0, std::min<std::int64_t>(count, 9) * static_cast<std::int64_t>(row_bytes) + size_off)));
    return (*opened)->read(column, {&clip, 1}, count, stride, out).code() == Code::kInvalidInput;
  };
  CHECK_FALSE(refused(0, {0, 0}, 4, 1));
  CHECK_FALSE(refused(0, {0, 4}, 0, 1));
  CHECK(refused(0, {0, 0}, 5, 1));
  CHECK(refused(0, {0, 1}, 4, 1));
  CHECK(refused(0, {0, -1}, 2, 1));
  CHECK(refused(0, {2, 0}, 1, 1));
  CHECK(refused(0, {-1, 0}, 1, 1));
  CHECK(refused(0, {0, 0}, 2, 0));
  CHECK(refused(0, {0, 0}, 2, INT64_MAX));
  CHECK(refused(0, {0, INT64_MAX}, 2, 1));
  CHECK(refused(0, {0, 0}, INT64_MAX, 1));
  CHECK(refused(0, {0, 0}, 2, 1, 1));
  CHECK(refused(99, {0, 0}, 1, 1));
}

TEST_CASE("damaged, torn, newer and foreign datasets are named, and nothing is read from them") {
  TempDir dir;
  const fs::path whole = dir.path() / "whole";
  REQUIRE(tiny::write_dataset(whole, tiny::spec(4, 2, {PixelStorage::kRaw, DepthStorage::kF32}), OutputMode::kNew).ok());
  int copies = 0;
  const auto copy = [&] {
    const fs::path set = dir.path() / std::to_string(++copies);
    fs::copy(whole, set, fs::copy_options::recursive);
    return set;
  };
  const auto says = [](const std::string& message, const char* words) {
    CHECK_MESSAGE(message.find(words) != std::string::npos, message);
  };
  const auto places = [&](const char* column, std::size_t row) {
    const auto manifest = parse_clip_manifest(text_of(whole / "dataset.json"), "m");
    const auto chunks = parse_clip_chunks(text_of(whole / "shards/000001.json"), "t", *manifest, manifest->shards[1]);
    for (std::size_t i = 0; i < manifest->columns.size(); ++i) {
      if (manifest->columns[i].name == column) return (*chunks)[i][row];
    }
    return ClipChunk();
  };
  const auto flip = [&](const fs::path& set, const char* column) {
    const ClipChunk place = places(column, 1);
    std::string bytes = text_of(set / "shards/000001.h5");
    bytes[static_cast<std::size_t>(place.offset + place.bytes / 2)] ^= 4;
    write_text(set / "shards/000001.h5", bytes);
    return read_failure(set, column, 2);
  };
  says(flip(copy(), "pixels"), "000001.h5: row 1 of 'pixels'");  // stored as it is: told by its hash
  says(flip(copy(), "depth"), "000001.h5: row 1 of 'depth'");    // deflate: told by its own sum

  fs::path set = copy();
  fs::resize_file(set / "shards/000001.h5", 900);
  says(read_failure(set, "depth", 2), "000001.h5 has 900 bytes instead of");
  CHECK(rows_by_reader(**ClipReader::open(set), 0, {0, 0}, 2, 1) == rows_by_reader(**ClipReader::open(whole), 0, {0, 0}, 2, 1));

  set = copy();
  fs::remove(set / "shards/000001.h5");
  says(read_failure(set, "depth", 2), "000001.h5 is missing");
  fs::create_directory(set / "shards/000001.h5");
  says(read_failure(set, "depth", 2), "is not a file");

  set = copy();
  fs::remove(set / "shards/000001.json");
  says(read_failure(set, "depth", 2), "000001.json");

  set = copy();
  replace(set / "dataset.json", "\"version\": 1", "\"version\": 7");
  says(read_failure(set, "depth", 2), "has format version 7 and this reader knows up to 1: use a newer diorama");

  set = copy();
  replace(set / "dataset.json", "\"shards/000001.h5\"", "\"../whole/shards/000001.h5\"");
  says(read_failure(set, "depth", 2), "not below the dataset's folder");

  set = copy();
  replace(set / "shards/000001.json", "\"rows\":10", "\"rows\":12");
  says(read_failure(set, "depth", 2),
       "000001.json is not the file that dataset.json gives the SHA-256 of: it is damaged");
  const std::string sha256 = sha256_hex(text_of(whole / "shards/000001.json"));
  replace(set / "dataset.json", sha256, sha256_hex(text_of(set / "shards/000001.json")));
  says(read_failure(set, "depth", 2), "not those that dataset.json gives");

  set = copy();
  write_text(set / "dataset.json", "{\"format\": \"other\"}");
  says(read_failure(set, "depth", 2), "is not diorama's");
  write_text(set / "dataset.json", "nonsense");
  says(read_failure(set, "depth", 2), "dataset.json is damaged");
  says(ClipReader::open(dir.path()).status().message(), "no dataset.json");
  says(ClipReader::open(dir.path() / "nowhere").status().message(), "does not exist");
  says(ClipReader::open(whole / "shards/000000.h5").status().message(), "not a dataset's folder");
}

/// As many shards as make the reader close files.
fs::path many_shards(const TempDir& dir) {
  const fs::path set = dir.path() / "many";
  REQUIRE(tiny::write_dataset(set, tiny::spec(40, 1), OutputMode::kNew).ok());
  return set;
}

std::size_t open_files() {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

TEST_CASE("few files stay open, however many shards are read") {
  TempDir dir;
  const auto reader = ClipReader::open(many_shards(dir));
  REQUIRE(reader.ok());
  const std::size_t before = open_files();
  for (int round = 0; round < 2; ++round) {
    for (std::int64_t episode = 0; episode < 40; ++episode) {
      const auto rows = rows_by_reader(**reader, 0, {episode, 1}, 1, 1);
      CHECK(static_cast<std::uint8_t>(rows[0]) == tiny::color_at(episode, 1, 0, 0, 0, 0));
    }
  }
  CHECK(open_files() == before + ClipReader::kMaxOpenFiles);
}

/// Whether `count` random clips read right.
bool reads_right(const ClipReader& reader, unsigned seed, int count) {
  bool right = true;
  std::vector<std::byte> row(reader.manifest().columns[0].row_bytes);
  for (int i = 0; i < count; ++i) {
    seed = seed * 1664525u + 1013904223u;
    const ClipStart clip{static_cast<std::int64_t>(seed >> 16) % 40, static_cast<std::int64_t>(seed >> 8) % 4};
    right = right && reader.read(0, {&clip, 1}, 1, 1, row).ok() &&
            static_cast<std::uint8_t>(row[0]) == tiny::color_at(clip.episode, static_cast<int>(clip.row), 0, 0, 0, 0);
  }
  return right;
}

TEST_CASE("threads share a reader") {
  TempDir dir;
  const auto reader = ClipReader::open(many_shards(dir));
  REQUIRE(reader.ok());
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> threads;
    for (unsigned seed = 0; seed < 4; ++seed) {
      threads.emplace_back([&, seed] { right += reads_right(**reader, seed, 500) ? 1 : 0; });
    }
  }
  CHECK(right == 4);
}

TEST_CASE("a forked child reads with files of its own while the parent's threads read on") {
  TempDir dir;
  const auto reader = ClipReader::open(many_shards(dir));
  REQUIRE(reader.ok());
  std::atomic<bool> stop = false;
  std::atomic<bool> right = true;
  // AddressSanitizer's own allocator does not survive a fork while another thread is in it: there, none is.
#if defined(__SANITIZE_ADDRESS__)
  std::mutex fork_or_read;
  const auto alone = [&] { return std::unique_lock(fork_or_read); };
#else
  const auto alone = [] { return 0; };
#endif
  {
    std::vector<std::jthread> threads;
    for (unsigned seed = 0; seed < 2; ++seed) {
      threads.emplace_back([&, seed] {
        while (!stop) {
          [[maybe_unused]] const auto turn = alone();
          right = right && reads_right(**reader, seed, 50);
        }
      });
    }
    for (int i = 0; i < 8; ++i) {
      [[maybe_unused]] auto turn = alone();
      const pid_t child = ::fork();
      if (child == 0) {
        ::alarm(60);  // a child that waits for a lock that nobody holds ends as a failure
        ::_exit(reads_right(**reader, 7, 200) ? 0 : 1);
      }
      int status = 0;
      REQUIRE(::waitpid(child, &status, 0) == child);
      CHECK(status == 0);
    }
    stop = true;
  }
  CHECK(right);
}

}  // namespace
}  // namespace diorama
