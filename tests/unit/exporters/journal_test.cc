#include "exporters/shard/journal.h"

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "tests/support/temp_dir.h"
#include "tests/unit/exporters/tiny_dataset.h"

namespace diorama {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kFirst = 4;
constexpr std::int64_t kEnd = 8;

Journal::Key key(const std::string& identity = "dataset A") { return {1, identity, kFirst, kEnd}; }

std::string slurp(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void spill(const fs::path& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

/// Three episodes and a rejection, and where each record ends.
struct Written {
  DatasetSpec spec = tiny::spec(8, 4);
  std::vector<std::int64_t> ends;
  std::string bytes;
};

Written write(const fs::path& path) {
  Written written;
  auto journal = Journal::open(path, key(), written.spec.columns);
  REQUIRE(journal.ok());
  CHECK(journal->empty());
  written.ends.push_back(journal->bytes());
  for (std::int64_t episode = kFirst; episode < kEnd; ++episode) {
    const Status status = episode == 6 ? journal->append_rejection(episode, "too calm")
                                       : journal->append(*tiny::record(written.spec, episode), written.spec.columns);
    REQUIRE(status.ok());
    written.ends.push_back(journal->bytes());
  }
  written.bytes = slurp(path);
  CHECK(static_cast<std::int64_t>(written.bytes.size()) == written.ends.back());
  return written;
}

/// The blocks of an episode equal those of a record made afresh.
bool holds(const Journal& journal, const Journal::Episode& episode, const DatasetSpec& spec) {
  const EpisodeRecord record = *tiny::record(spec, episode.episode);
  if (episode.num_rows != record.num_rows) return false;
  for (std::size_t i = 0; i < spec.columns.size(); ++i) {
    std::vector<std::vector<std::byte>> blocks = record.columns[i].chunks;
    if (!spec.columns[i].is_image() && !spec.columns[i].is_link()) blocks = {record.columns[i].rows};
    if (blocks.size() != episode.columns[i].size()) return false;
    for (std::size_t k = 0; k < blocks.size(); ++k) {
      const auto read = journal.read(episode.columns[i][k]);
      if (!read.ok() || *read != blocks[k]) return false;
    }
  }
  return true;
}

TEST_CASE("a journal of a dead run opens with every episode and rejection in it") {
  TempDir dir;
  const fs::path path = dir.path() / "000001.journal";
  const Written written = write(path);
  const auto journal = Journal::open(path, key(), written.spec.columns);
  REQUIRE(journal.ok());
  CHECK(journal->next_episode() == kEnd);
  CHECK(journal->dropped_bytes() == 0);
  REQUIRE(journal->episodes().size() == 3);
  for (const Journal::Episode& episode : journal->episodes()) CHECK(holds(*journal, episode, written.spec));
  REQUIRE(journal->rejections().size() == 1);
  CHECK(journal->rejections()[0].episode == 6);
  CHECK(journal->rejections()[0].reason == "too calm");
}

TEST_CASE("wherever a journal is cut, the records before stay and it goes on to the same bytes") {
  TempDir dir;
  const fs::path path = dir.path() / "000001.journal";
  const Written written = write(path);
  for (std::size_t size = 0; size < written.bytes.size(); size += size < 600 ? 1 : 97) {
    INFO(size);
    spill(path, written.bytes.substr(0, size));
    auto journal = Journal::open(path, key(), written.spec.columns);
    REQUIRE(journal.ok());
    std::int64_t whole = 0;
    while (whole + 1 < static_cast<std::int64_t>(written.ends.size()) &&
           written.ends[whole + 1] <= static_cast<std::int64_t>(size)) {
      ++whole;
    }
    CHECK(journal->next_episode() == kFirst + whole);
    for (std::int64_t episode = journal->next_episode(); episode < kEnd; ++episode) {
      const Status status = episode == 6 ? journal->append_rejection(episode, "too calm")
                                         : journal->append(*tiny::record(written.spec, episode), written.spec.columns);
      REQUIRE(status.ok());
    }
    CHECK(slurp(path) == written.bytes);
  }
}

TEST_CASE("a flipped bit ends the journal before its record, and nothing wrong is ever taken over") {
  TempDir dir;
  const fs::path path = dir.path() / "000001.journal";
  const Written written = write(path);
  for (std::size_t at = 0; at < written.bytes.size(); at += 61) {
    INFO(at);
    std::string bytes = written.bytes;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
    spill(path, bytes);
    const auto journal = Journal::open(path, key(), written.spec.columns);
    if (!journal.ok()) {  // the header's version
      CHECK(journal.status().message().find("another version") != std::string::npos);
      continue;
    }
    std::int64_t whole = 0;
    while (whole + 1 < static_cast<std::int64_t>(written.ends.size()) &&
           written.ends[whole + 1] <= static_cast<std::int64_t>(at)) {
      ++whole;
    }
    CHECK(journal->next_episode() == kFirst + whole);
    CHECK(static_cast<std::int64_t>(fs::file_size(path)) == written.ends[whole]);
    for (const Journal::Episode& episode : journal->episodes()) CHECK(holds(*journal, episode, written.spec));
  }
}

TEST_CASE("a journal of something else is refused and left alone") {
  TempDir dir;
  const fs::path path = dir.path() / "000001.journal";
  const Written written = write(path);
  CHECK(*Journal::read_identity(path) == "dataset A");
  Journal::Key shard = key();
  shard.shard = 2;
  for (const Journal::Key& other : {key("dataset B"), shard}) {
    const auto journal = Journal::open(path, other, written.spec.columns);
    CHECK(journal.status().code() == Code::kOutput);
    CHECK(journal.status().message().find("other settings") != std::string::npos);
  }
  CHECK(slurp(path) == written.bytes);
  spill(path, "no journal");
  CHECK_FALSE(Journal::read_identity(path)->has_value());
}

TEST_CASE("bytes that change under an open journal do not come out of it") {
  TempDir dir;
  const fs::path path = dir.path() / "000001.journal";
  const Written written = write(path);
  const auto journal = Journal::open(path, key(), written.spec.columns);
  REQUIRE(journal.ok());
  const Journal::Block& block = journal->episodes()[1].columns[0][2];
  {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(block.offset + 3);
    file.put(static_cast<char>(written.bytes[block.offset + 3] ^ 4));
  }
  const auto read = journal->read(block);
  CHECK(read.status().code() == Code::kOutput);
  CHECK(read.status().message().find("checksum") != std::string::npos);
}

}  // namespace
}  // namespace diorama
