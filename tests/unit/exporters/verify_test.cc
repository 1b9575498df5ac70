#include "exporters/shard/verify.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

#include "engine/core/hash.h"
#include "exporters/shard/clip_tables.h"
#include "exporters/shard/verify_values.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/exporters/tiny_dataset.h"

namespace diorama {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void replace(const fs::path& path, const std::string& from, const std::string& to) {
  std::string text = text_of(path);
  const std::size_t at = text.find(from);
  REQUIRE_MESSAGE(at != std::string::npos, from);
  std::ofstream(path, std::ios::binary) << text.replace(at, from.size(), to);
}

VerifyReport verify(const fs::path& set) {
  auto report = verify_dataset(set, nullptr);
  REQUIRE_MESSAGE(report.ok(), report.status().message());
  return std::move(report).value();
}

std::string all(const VerifyReport& report) {
  std::string text;
  for (const Finding& finding : report.findings.list()) text += describe(finding) + "\n";
  return text;
}

/// A set with 4 episodes in 2 shards, and copies to damage.
class Sets {
 public:
  Sets() {
    const Status written = tiny::write_dataset(dir_.path() / "whole", tiny::spec(4, 2), OutputMode::kNew);
    REQUIRE_MESSAGE(written.ok(), written.message());
  }
  fs::path whole() const { return dir_.path() / "whole"; }
  fs::path copy() {
    const fs::path set = dir_.path() / std::to_string(++copies_);
    fs::copy(whole(), set, fs::copy_options::recursive);
    return set;
  }

 private:
  TempDir dir_;
  int copies_ = 0;
};

TEST_CASE("what was written verifies, in every way to store, with gaps and an empty shard") {
  TempDir dir;
  for (const StorageOptions storage : {StorageOptions{PixelStorage::kDeflate, DepthStorage::kF32},
                                       StorageOptions{PixelStorage::kRaw, DepthStorage::kF16},
                                       StorageOptions{PixelStorage::kRaw, DepthStorage::kI16mm}}) {
    const fs::path set = dir.path() / std::to_string(static_cast<int>(storage.depth));
    REQUIRE(tiny::write_dataset(set, tiny::spec(7, 3, storage), OutputMode::kNew, {2, 3, 4, 5}).ok());
    const VerifyReport report = verify(set / "index.h5");
    CHECK_MESSAGE(report.findings.count() == 0, all(report));
    CHECK(report.shards == 3);
    CHECK(report.episodes == 3);
    CHECK(report.rows == 13);
    CHECK(report.chunks > 13 * 6);
    CHECK(report.bytes > 10000);
  }
}

TEST_CASE("a flipped bit anywhere in a shard is found, and in a chunk it is named") {
  Sets sets;
  const auto manifest = parse_clip_manifest(text_of(sets.whole() / "dataset.json"), "m");
  const auto chunks = parse_clip_chunks(text_of(sets.whole() / "shards/000001.json"), "t", *manifest, manifest->shards[1]);
  const std::string bytes = text_of(sets.whole() / "shards/000001.h5");
  const fs::path set = sets.copy();
  unsigned seed = 1;
  for (int i = 0; i < 60; ++i) {
    seed = seed * 1664525u + 1013904223u;
    const std::size_t at = (seed >> 4) % bytes.size();
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ (1 << (seed >> 29)));
    std::ofstream(set / "shards/000001.h5", std::ios::binary) << changed;
    const VerifyReport report = verify(set);
    CHECK(report.findings.count() > 0);
    for (std::size_t column = 0; column < chunks->size(); ++column) {
      for (std::size_t k = 0; k < (*chunks)[column].size(); ++k) {
        const ClipChunk& chunk = (*chunks)[column][k];
        if (static_cast<std::int64_t>(at) < chunk.offset || static_cast<std::int64_t>(at) >= chunk.offset + chunk.bytes) continue;
        const Finding& first = report.findings.list().front();
        CHECK(first.file == "shards/000001.h5");
        CHECK(first.column == manifest->columns[column].name);
        const std::int64_t row = manifest->columns[column].chunk_rows == 1 ? static_cast<std::int64_t>(k) : 0;
        CHECK(first.episode == (row < 6 ? 2 : 3));
        CHECK(first.frame == (row < 6 ? row : row - 6));
      }
    }
  }
}

TEST_CASE("files that are missing, torn, foreign or exchanged are named") {
  Sets sets;
  const auto finds = [](const fs::path& set, const char* words) {
    const VerifyReport report = verify(set);
    CHECK(report.findings.count() > 0);
    CHECK_MESSAGE(all(report).find(words) != std::string::npos, all(report));
  };
  fs::path set = sets.copy();
  fs::remove(set / "shards/000001.h5");
  finds(set, "shards/000001.h5: the shard is missing");
  set = sets.copy();
  fs::resize_file(set / "shards/000000.h5", 5000);
  finds(set, "shards/000000.h5: the file is torn or not this shard");
  set = sets.copy();
  fs::copy_file(set / "shards/000000.h5", set / "shards/000001.h5", fs::copy_options::overwrite_existing);
  finds(set, "shards/000001.h5: the file is torn or not this shard");
  set = sets.copy();
  fs::remove(set / "shards/000001.json");
  finds(set, "shards/000001.json: the shard's part of the manifest cannot be read");
  set = sets.copy();
  fs::remove(set / "index.h5");
  finds(set, "index.h5: is missing");
  set = sets.copy();
  std::ofstream(set / "index.h5") << "nothing";
  finds(set, "index.h5: the file is torn or not this index");
  // Of the right size, but nothing that HDF5 should see.
  std::ofstream(set / "index.h5", std::ios::binary)
      << std::string(fs::file_size(sets.whole() / "index.h5"), '\xff');
  finds(set, "index.h5: the file is not the one that was written");
  set = sets.copy();
  replace(set / "dataset.json", sha256_hex(text_of(set / "index.h5")), std::string(64, '0'));
  finds(set, "index.h5: the file is not the one that was written; expected SHA-256 0000");
  set = sets.copy();
  replace(set / "shards/000001.json", "\"rejected\":[]", "\"rejected\":[ ]");
  finds(set, "shards/000001.json: the shard's part of the manifest cannot be used");
  set = sets.copy();
  std::ofstream(set / "dataset.json") << "{";
  finds(set, "dataset.json: cannot be used");
  set = sets.copy();
  fs::remove(set / "dataset.json");
  CHECK(verify_dataset(set, nullptr).status().code() == Code::kInvalidInput);
}

TEST_CASE("where nothing vouches for index and tables, they are read and checked by what they hold") {
  Sets sets;
  const fs::path set = sets.copy();
  nlohmann::json manifest = nlohmann::json::parse(text_of(set / "dataset.json"));
  manifest.erase("index");
  for (nlohmann::json& shard : manifest["shards"]) {
    shard.erase("table_sha256");
    const fs::path table = set / fs::path(shard["file"].get<std::string>()).replace_extension(".json");
    nlohmann::json content = nlohmann::json::parse(text_of(table));
    content.erase("content_xxh3_128");
    std::ofstream(table) << content.dump();
  }
  std::ofstream(set / "dataset.json") << manifest.dump();
  CHECK_MESSAGE(verify(set).findings.count() == 0, all(verify(set)));
  CHECK(tiny::write_dataset(set, tiny::spec(4, 2), OutputMode::kResume).ok());
  CHECK(text_of(set / "index.h5") == text_of(sets.whole() / "index.h5"));

  fs::remove(set / "index.h5");
  manifest.erase("index");
  std::ofstream(set / "dataset.json") << manifest.dump();
  CHECK(all(verify(set)).find("index.h5: is missing") != std::string::npos);
}

TEST_CASE("an index of another dataset is told") {
  Sets sets;
  TempDir dir;
  REQUIRE(tiny::write_dataset(dir.path() / "other", tiny::spec(6, 2), OutputMode::kNew).ok());
  const fs::path set = sets.copy();
  const std::string own = text_of(set / "index.h5");
  const std::string other = text_of(dir.path() / "other/index.h5");
  std::ofstream(set / "index.h5", std::ios::binary) << other;
  // Behind a hash that fits.
  replace(set / "dataset.json", sha256_hex(own), sha256_hex(other));
  replace(set / "dataset.json",
          "\"bytes\": " + std::to_string(own.size()) + ",\n  \"file\": \"index.h5\"",
          "\"bytes\": " + std::to_string(other.size()) + ",\n  \"file\": \"index.h5\"");
  CHECK_MESSAGE(all(verify(set)).find("index.h5 'ep_len'") != std::string::npos, all(verify(set)));
}

TEST_CASE("a manifest that contradicts itself or its shards is told") {
  Sets sets;
  const auto finds = [&](const char* from, const char* to, const char* words) {
    const fs::path set = sets.copy();
    replace(set / "dataset.json", from, to);
    const VerifyReport report = verify(set);
    CHECK_MESSAGE(all(report).find(words) != std::string::npos, all(report));
  };
  finds("\"seed\": 7", "\"seed\": 8", "says something else about 'seed'");
  finds("\"frame_rate_hz\": 20.0", "\"frame_rate_hz\": 30.0", "'time': not the frame's time");
  finds("\"unit\": \"m\"", "\"unit\": \"km\"", "another unit; expected km, found m");
  finds("\"episodes_drawn\": 4", "\"episodes_drawn\": 5", "do not make up those that were drawn");
  finds("\"rows\": 19", "\"rows\": 18", "'rows' is not the sum");
  finds("\"far_m\": 30.0", "\"far_m\": 3.0", "depth is out of range");
  finds("\"spec_hash\": \"", "\"spec_hash\": \"0", "made by another run");
  finds("\"train\": [", "\"train\": [77,", "the split 'train' is not what the rule says");
}

TEST_CASE("a dataset that begins at another episode and names its parent is good, and both are in its manifest") {
  TempDir dir;
  DatasetSpec spec = tiny::spec(3, 2);
  spec.first_episode = 5;
  spec.parent = {"continued", "ab12", "cd34", 5, 7, true, {7}};
  const fs::path set = dir.path() / "set";
  const Status written = tiny::write_dataset(set, spec, OutputMode::kNew, {6});
  REQUIRE_MESSAGE(written.ok(), written.message());
  const VerifyReport report = verify(set);
  CHECK_MESSAGE(report.findings.count() == 0, all(report));
  CHECK(report.episodes == 2);
  const std::string text = text_of(set / "dataset.json");
  for (const char* words : {"\"first_episode\": 5", "\"how\": \"continued\"", "\"manifest_sha256\": \"ab12\"", "\"frame\": 7"}) {
    CHECK_MESSAGE(text.find(words) != std::string::npos, words);
  }
  CHECK(text_of(set / "shards/000001.json").find("\"episode\":7") != std::string::npos);
  replace(set / "dataset.json", "\"first_episode\": 5", "\"first_episode\": 4");
  CHECK(all(verify(set)).find("do not make up those that were drawn") != std::string::npos);
}

TEST_CASE("every column of the list has a rule for its values") {
  StorageOptions storage;
  storage.solver_values = 3;
  for (const Column& column : tiny::spec(1, 1, storage).columns) {
    CHECK_MESSAGE(has_value_rule(base_name(column.name)), column.name);
  }
}

}  // namespace
}  // namespace diorama
