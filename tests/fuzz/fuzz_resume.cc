// Damaged and hostile remains of a run for --resume: the journal of a shard that was begun, a whole
// shard and its JSON. An input is a list of edits. Where no checksum was made to fit again, going
// on must give the bytes of an undisturbed run: what is damaged is dropped and made again, and
// never kept. Where one was, going on may fail, but not crash, hang or take memory without bound.
// Driven by libFuzzer (preset `fuzz`) or by fuzz_main.cc.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "exporters/shard/dataset_writer.h"
#include "exporters/shard/journal.h"
#include "exporters/shard/verify.h"
#include "tests/fuzz/edits.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/exporters/tiny_dataset.h"

namespace {

namespace fs = std::filesystem;
using namespace diorama;
using namespace diorama::fuzz;
using nlohmann::json;

constexpr const char* kJournal = "shards/000001.journal";
constexpr const char* kTable = "shards/000000.json";
constexpr const char* kShard = "shards/000000.h5";
constexpr std::int64_t kRejected = 4;

using Files = std::map<std::string, std::string>;

Files read_folder(const fs::path& folder) {
  Files files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file())
      files[fs::relative(entry.path(), folder).string()] = read_file(entry.path());
  }
  return files;
}

void write_folder(const fs::path& folder, const Files& files) {
  fs::remove_all(folder);
  fs::create_directories(folder / "shards");
  for (const auto& [name, bytes] : files) write_file(folder / name, bytes);
}

/// Two shards of 3 episodes, one of them rejected. `begun` is what a run leaves that dies before
/// the last episode.
struct Fixture {
  TempDir dir;
  fs::path set = dir.path() / "set";
  DatasetSpec spec = tiny::spec(6, 3, {PixelStorage::kRaw, DepthStorage::kF16});
  std::vector<EpisodeRecord> records;
  Files whole;
  Files begun;

  Fixture() {
    for (std::int64_t episode = 0; episode < spec.num_episodes; ++episode)
      records.push_back(*tiny::record(spec, episode));
    bool good = go_on(std::nullopt).ok();
    whole = read_folder(set);
    fs::remove_all(set);
    good = good && go_on(5).ok();
    begun = read_folder(set);
    if (!good || begun.size() != 3 || !begun.contains(kJournal)) std::abort();
  }

  /// Goes on with what is in the folder, up to `end` if it is given.
  Status go_on(std::optional<std::int64_t> end) const {
    DIORAMA_ASSIGN_OR_RETURN(const auto writer,
                             DatasetWriter::open(set, spec, OutputMode::kResume));
    for (int shard = 0; shard < spec.num_shards(); ++shard) {
      if (writer->has_shard(shard)) continue;
      DIORAMA_ASSIGN_OR_RETURN(const ShardStart start, writer->claim_shard(shard));
      DIORAMA_RETURN_IF_ERROR(writer->begin_shard(shard));
      for (std::int64_t episode = start.next_episode; episode < spec.shard_end(shard); ++episode) {
        if (end && episode == *end) return {};
        DIORAMA_RETURN_IF_ERROR(episode == kRejected
                                    ? writer->reject(episode, "too calm")
                                    : writer->append(records[static_cast<std::size_t>(episode)]));
      }
      DIORAMA_RETURN_IF_ERROR(writer->end_shard().status());
    }
    return writer->finish().status();
  }
};

template <typename T>
T get(const std::string& bytes, std::size_t at) {
  T value{};
  if (at + sizeof value <= bytes.size()) std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

void put_hash(std::string& bytes, std::size_t at, const std::string& content) {
  const Hash128 hash = xxh3_128(std::as_bytes(std::span(content)));
  std::copy(hash.begin(), hash.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

/// Makes the checksums of header and records fit what they stand before, as far as the journal can
/// be followed.
void seal_journal(std::string& bytes) {
  constexpr std::size_t kHead = 24;
  constexpr std::size_t kHash = sizeof(Hash128);
  for (std::size_t at = 0; at + kHead + kHash <= bytes.size();) {
    const auto size = get<std::uint64_t>(bytes, at + 16);
    if (size > bytes.size() - at - kHead - kHash) return;
    put_hash(bytes, at + kHead, bytes.substr(at, kHead) + bytes.substr(at + kHead + kHash, size));
    at += kHead + kHash + size;
  }
}

/// Changes one of the numbers of header, records and tables, which are what a journal is followed
/// by.
void edit_number(std::string& bytes, Choices& choices) {
  std::vector<std::size_t> places = {8, 12, 16};
  const auto identity = std::min<std::uint64_t>(get<std::uint64_t>(bytes, 16), bytes.size());
  std::size_t at = 40 + identity;
  while (at + 64 <= bytes.size() && places.size() < 200) {
    for (const std::size_t place : {0, 4, 8, 16}) places.push_back(at + place);
    const auto table = std::min<std::uint64_t>(get<std::uint64_t>(bytes, at + 40), 2000);
    for (std::size_t word = 0; word * 8 < table; ++word) places.push_back(at + 40 + 8 * word);
    const auto size = get<std::uint64_t>(bytes, at + 16);
    if (size > bytes.size() - at - 40) break;
    at += 40 + size;
  }
  const std::size_t place = places[choices.below(places.size())];
  if (place + 8 > bytes.size()) return;
  auto value = get<std::uint64_t>(bytes, place);
  switch (choices.byte() % 5) {
    case 0:
      value += static_cast<std::uint64_t>(static_cast<std::int8_t>(choices.byte()));
      break;
    case 1:
      value = std::uint64_t{1} << choices.byte() % 64;
      break;
    case 2:
      value = ~std::uint64_t{0} - choices.byte();
      break;
    case 3:
      value = 0;
      break;
    default:
      value = choices.number(8);
  }
  std::memcpy(bytes.data() + place, &value, sizeof value);
}

/// `text` is the JSON of a shard; edited with its checksum made to fit, or not.
std::string edited_table(const std::string& text, bool sealed, Choices& choices) {
  json table = json::parse(text);
  for (int edits = choices.byte() % 3; edits >= 0; --edits) edit_json(table, choices);
  if (sealed && table.is_object()) {
    table.erase("content_xxh3_128");
    const std::string content = table.dump(-1, ' ', false, json::error_handler_t::replace);
    table["content_xxh3_128"] = xxh3_128_hex(std::as_bytes(std::span(content)));
  }
  return table.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Fixture fixture;
  Choices choices(data, size);
  Files files = fixture.begun;
  const bool sealed = choices.byte() % 2 == 0;
  for (int edits = choices.byte() % 4; edits >= 0 && choices.any(); --edits) {
    switch (choices.byte() % 8) {
      case 0:
      case 1:
      case 2:
        edit_number(files[kJournal], choices);
        break;
      case 3:
      case 4:
        edit_bytes(files[kJournal], choices);
        break;
      case 5:
        files[kTable] = edited_table(fixture.begun.at(kTable), sealed, choices);
        break;
      case 6:
        edit_bytes(files[kTable], choices);
        break;
      default:
        edit_bytes(files[kShard], choices);
    }
  }
  if (sealed) seal_journal(files[kJournal]);
  write_folder(fixture.set, files);
  const Status status = fixture.go_on(std::nullopt);
  if (sealed) {
    if (status.ok()) (void)verify_dataset(fixture.set, nullptr);
    return 0;
  }
  // Only a header of another version, or of other settings, is refused.
  if (!status.ok() && files[kJournal].substr(0, 40) == fixture.begun.at(kJournal).substr(0, 40)) {
    std::fprintf(stderr, "going on failed: %s\n", status.message().c_str());
    std::abort();
  }
  if (status.ok() && read_folder(fixture.set) != fixture.whole) {
    std::fputs("something damaged was kept\n", stderr);
    std::abort();
  }
  return 0;
}
