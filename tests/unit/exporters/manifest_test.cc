#include "exporters/shard/manifest.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/unit/exporters/tiny_dataset.h"

namespace diorama {
namespace {

TEST_CASE("a shard's manifest reads back as it was written") {
  ShardManifest manifest;
  manifest.summary = {
      3, "shards/000003.h5", "ab", "", 123, 9, {6, 8}, {{7, "it \"fell\" \n through"}}};
  manifest.episode_rows = {4, 5};
  manifest.spec_hash = "cd";
  manifest.spec_facts = {{"seed", "7"}};
  manifest.chunks = {{"pixels", {{2048, 17, "ef"}, {2065, 18, "01"}}}};
  const auto back = parse_shard_json(shard_json(manifest), "here");
  REQUIRE(back.ok());
  CHECK(back->summary.shard == 3);
  CHECK(back->summary.file == "shards/000003.h5");
  CHECK(back->summary.bytes == 123);
  CHECK(back->summary.num_rows == 9);
  CHECK(back->summary.episodes == manifest.summary.episodes);
  CHECK(back->summary.rejected[0].reason == manifest.summary.rejected[0].reason);
  CHECK(back->episode_rows == manifest.episode_rows);
  CHECK(back->spec_facts == manifest.spec_facts);
  CHECK(back->chunks.at("pixels")[1].offset == 2065);
  CHECK(back->chunks.at("pixels")[1].xxh3_128 == "01");
}

TEST_CASE("damaged and foreign manifests are refused with their place") {
  const std::string good = shard_json({});
  for (const std::string& text : {std::string(), good.substr(0, good.size() / 2), std::string("[1]"), std::string("{}"),
                                  std::string("{\"format\":\"other\",\"version\":1}")}) {
    const auto parsed = parse_shard_json(text, "there.json");
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.status().message().find("there.json") != std::string::npos);
  }
}

TEST_CASE("a manifest in which a digit changed is refused") {
  ShardManifest manifest;
  manifest.summary = {0, "shards/000000.h5", "ab", "", 123, 9, {6, 8}, {}};
  manifest.episode_rows = {4, 5};
  manifest.chunks = {{"pixels", {{2048, 17, "ef"}}}};
  const std::string good = shard_json(manifest);
  int digits = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    if (good[at] < '0' || good[at] > '9') continue;
    std::string text = good;
    text[at] = text[at] == '7' ? '1' : '7';
    const auto parsed = parse_shard_json(text, "there.json");
    CHECK_FALSE((parsed.ok() && parsed->vouched));
    ++digits;
  }
  CHECK(digits > 20);
}

TEST_CASE("the root attribute stays below 60 kB however many objects there are") {
  DatasetSpec spec = tiny::spec(2, 2);
  CHECK(root_attribute(spec).find("\"ball\"") != std::string::npos);
  spec.layout.objects.assign(5000, {"a rather long name of an object in a group/17"});
  CHECK(root_attribute(spec).size() < 60000);
  CHECK(root_attribute(spec).find("front") != std::string::npos);
}

TEST_CASE("splits depend on the episode alone and are about 80 : 10 : 10") {
  int train = 0;
  int val = 0;
  for (int episode = 0; episode < 5000; ++episode) {
    const std::string split = split_of_episode(episode);
    train += split == "train";
    val += split == "val";
  }
  CHECK(train > 3850);
  CHECK(train < 4150);
  CHECK(val > 420);
  CHECK(val < 580);
}

}  // namespace
}  // namespace diorama
