#include "exporters/shard/manifest_stream.h"

#include <doctest/doctest.h>

#include <fstream>

#include <nlohmann/json.hpp>

#include "exporters/shard/output_file.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/exporters/tiny_dataset.h"

namespace diorama {
namespace {

namespace fs = std::filesystem;

TEST_CASE("a manifest read shard by shard is the manifest") {
  TempDir dir;
  const fs::path set = dir.path() / "set";
  REQUIRE(tiny::write_dataset(set, tiny::spec(7, 2), OutputMode::kNew, {1, 2, 3}).ok());
  const auto whole = parse_clip_manifest(*read_text_file(set / "dataset.json"), "dataset.json");
  REQUIRE(whole.ok());
  const auto head = read_manifest_head(set / "index.h5");
  REQUIRE_MESSAGE(head.ok(), head.status().message());
  CHECK(head->shards == static_cast<std::int64_t>(whole->shards.size()));
  CHECK(head->rows == whole->num_rows);
  CHECK(head->episodes == whole->num_episodes);
  CHECK(head->rejected == 3);
  CHECK(head->rejected_by_reason.size() == 1);
  CHECK(head->text.find("\"shards\":[]") != std::string::npos);
  CHECK(head->text.find("\"splits\"") == std::string::npos);
  std::size_t seen = 0;
  const Status status = for_each_shard(set, *head, [&](const ClipManifest& part) -> Status {
    REQUIRE(part.shards.size() == 1);
    CHECK(part.shards[0].file == whole->shards[seen].file);
    CHECK(part.shards[0].episodes == whole->shards[seen].episodes);
    CHECK(part.shards[0].episode_rows == whole->shards[seen].episode_rows);
    CHECK(part.columns.size() == whole->columns.size());
    ++seen;
    return {};
  });
  CHECK(status.ok());
  CHECK(seen == whole->shards.size());
  const Status stopped =
      for_each_shard(set, *head, [](const ClipManifest&) { return failed("enough"); });
  CHECK(stopped.message() == "enough");
}

TEST_CASE("what is no manifest is bad input with its path") {
  TempDir dir;
  CHECK(read_manifest_head(dir.path() / "none").status().message().find("does not exist") !=
        std::string::npos);
  CHECK(read_manifest_head(dir.path()).status().message().find("no dataset.json") !=
        std::string::npos);
  for (const char* text :
       {"", "{", "[]", "3", "{\"shards\": 1}", "{\"shards\": {\"a\": {}}}", "{\"shards\": [1, 2]}",
        "{\"format\": \"diorama-dataset\", \"version\": 99, \"shards\": [], \"columns\": []}"}) {
    CAPTURE(text);
    std::ofstream(dir.path() / "dataset.json") << text;
    const Status status = read_manifest_head(dir.path()).status();
    CHECK(status.code() == Code::kInvalidInput);
    CHECK(status.message().find("dataset.json") != std::string::npos);
  }
}

TEST_CASE("reasons beyond the most that are kept are counted together") {
  TempDir dir;
  nlohmann::json root = {{"format", "diorama-dataset"},
                         {"version", 1},
                         {"columns", nlohmann::json::array()},
                         {"shards", nlohmann::json::array()}};
  for (std::size_t i = 0; i < ManifestHead::kMaxReasons + 20; ++i)
    root["rejected"].push_back({{"episode", i}, {"reason", "reason " + std::to_string(i)}});
  std::ofstream(dir.path() / "dataset.json") << root;
  const auto head = read_manifest_head(dir.path());
  REQUIRE_MESSAGE(head.ok(), head.status().message());
  CHECK(head->rejected == static_cast<std::int64_t>(ManifestHead::kMaxReasons) + 20);
  CHECK(head->rejected_by_reason.at("other reasons") == 20);
}

}  // namespace
}  // namespace diorama
