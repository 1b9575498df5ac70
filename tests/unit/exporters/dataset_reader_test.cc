#include "exporters/shard/dataset_reader.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "tests/support/temp_dir.h"
#include "tests/unit/exporters/tiny_dataset.h"

namespace diorama {
namespace {

namespace fs = std::filesystem;

TEST_CASE("a dataset reads back row by row across its shards") {
  TempDir dir;
  const fs::path set = dir.path() / "set";
  REQUIRE(tiny::write_dataset(set, tiny::spec(5, 2), OutputMode::kNew, {1, 2, 3}).ok());  // shard 1 is empty
  for (const fs::path& path : {set, set / "index.h5"}) {
    auto opened = DatasetReader::open(path);
    REQUIRE_MESSAGE(opened.ok(), opened.status().message());
    const DatasetReader& reader = **opened;
    CHECK(reader.num_rows() == 4 + 5);
    CHECK(reader.episode_lengths() == std::vector<std::int64_t>{4, 5});
    CHECK(reader.episode_offsets() == std::vector<std::int64_t>{0, 4});
    CHECK(reader.description_json().find("diorama-dataset") != std::string::npos);
    for (int row = 0; row < 9; ++row) {
      const std::int64_t episode = row < 4 ? 0 : 4;
      const int step = row < 4 ? row : row - 4;
      CHECK((*reader.read_row("episode_idx", row))[0] == static_cast<double>(episode));
      const auto image = reader.read_color("pixels.side", row);
      REQUIRE(image.ok());
      CHECK(image->height_px == 8);
      CHECK(image->width_px == 10);
      CHECK(static_cast<int>(image->at(3, 4, 1)) == tiny::color_at(episode, step, 1, 3, 4, 1));
      const auto depth = *reader.read_row("depth", row);
      CHECK(depth.size() == 12 * 16);
      CHECK(depth[0] == 30.0);
      CHECK((*reader.read_row("truncated", row))[0] == (row == 3 || row == 8 ? 1.0 : 0.0));
    }
    const auto found = std::find_if(reader.columns().begin(), reader.columns().end(),
                                    [](const FoundColumn& c) { return c.name == "depth"; });
    REQUIRE(found != reader.columns().end());
    CHECK(found->unit == "m");
    CHECK(found->type == "float32");
    CHECK(found->shape == std::vector<std::int64_t>{9, 12, 16});
    CHECK(found->stored_bytes > 0);
    CHECK_FALSE(reader.read_row("depth", 9).ok());
    CHECK_FALSE(reader.read_row("nothing", 0).ok());
    CHECK_FALSE(reader.read_color("depth", 0).ok());
  }
}

TEST_CASE("float16 and millimetre depth and raw pixels read back") {
  TempDir dir;
  for (const DepthStorage storage : {DepthStorage::kF16, DepthStorage::kI16mm}) {
    const fs::path set = dir.path() / (storage == DepthStorage::kF16 ? "f16" : "mm");
    REQUIRE(tiny::write_dataset(set, tiny::spec(1, 1, {PixelStorage::kRaw, storage}), OutputMode::kNew).ok());
    auto reader = DatasetReader::open(set / "shards/000000.h5");
    REQUIRE(reader.ok());
    const auto depth = *(*reader)->read_row("depth", 1);
    const double scale = storage == DepthStorage::kI16mm ? 1000.0 : 1.0;
    CHECK(depth[0] == 30.0 * scale);
    CHECK(std::fabs(depth[16 * 5 + 3] - scale * tiny::depth_at(0, 1, 0, 5, 3)) < 0.002 * scale);
    CHECK(static_cast<int>((*(*reader)->read_color("pixels", 2)).at(1, 1, 0)) == tiny::color_at(0, 2, 0, 1, 1, 0));
  }
}

TEST_CASE("a shard is read as a dataset of its own episodes") {
  TempDir dir;
  const fs::path set = dir.path() / "set";
  REQUIRE(tiny::write_dataset(set, tiny::spec(5, 2), OutputMode::kNew).ok());
  auto shard = DatasetReader::open(set / "shards/000001.h5");
  REQUIRE_MESSAGE(shard.ok(), shard.status().message());
  CHECK((*shard)->episode_lengths() == std::vector<std::int64_t>{tiny::rows_of(2), tiny::rows_of(3)});
  CHECK((*shard)->num_rows() == tiny::rows_of(2) + tiny::rows_of(3));
  CHECK((*(*shard)->read_row("episode_idx", 0))[0] == 2.0);
  CHECK((*(*shard)->read_row("episode_idx", (*shard)->num_rows() - 1))[0] == 3.0);
}

TEST_CASE("what is no dataset is bad input with its path") {
  TempDir dir;
  const auto message = [](const fs::path& path) {
    const Status status = DatasetReader::open(path).status();
    CHECK(status.code() == Code::kInvalidInput);
    CHECK(status.message().find(path.string()) != std::string::npos);
    return status.message();
  };
  CHECK(message(dir.path() / "none").find("does not exist") != std::string::npos);
  CHECK(message(dir.path()).find("no dataset.json") != std::string::npos);
  std::ofstream(dir.path() / "text.h5") << "not HDF5";
  CHECK(message(dir.path() / "text.h5").find("stands alone") != std::string::npos);
  const fs::path set = dir.path() / "set";
  REQUIRE(tiny::write_dataset(set, tiny::spec(4, 2), OutputMode::kNew).ok());
  fs::copy(set / "shards/000000.h5", set / "shards/000007.h5");
  CHECK(message(set / "shards/000007.h5").find("none of the shards") != std::string::npos);
  fs::resize_file(set / "shards/000001.h5", 1000);
  const Status torn = DatasetReader::open(set).status();
  CHECK(torn.message().find("000001.h5") != std::string::npos);
  fs::remove(set / "shards/000001.h5");
  CHECK(DatasetReader::open(set).status().message().find("000001.h5") != std::string::npos);
}

}  // namespace
}  // namespace diorama
