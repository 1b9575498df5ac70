// Hostile datasets for the readers, which take no HDF5, and for verify, which shows HDF5 only what
// its SHA-256 vouches for. An input is a list of edits of a small sound dataset (values of its
// JSON, bytes of its shards and index, sizes), so that nearly every one gets past the first checks;
// then everything that reads such a folder reads it. Each call may fail, none may crash, hang or
// take memory without bound. Driven by libFuzzer (preset `fuzz`) or by fuzz_main.cc.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/core/hash.h"
#include "exporters/capi/diorama_data.h"
#include "exporters/shard/clip_reader.h"
#include "exporters/shard/column_stats.h"
#include "exporters/shard/dataset_reader.h"
#include "exporters/shard/verify.h"
#include "tests/fuzz/edits.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/exporters/tiny_dataset.h"

namespace {

namespace fs = std::filesystem;
using namespace diorama;
using namespace diorama::fuzz;
using nlohmann::json;

constexpr std::size_t kMostBytes = 1 << 20;  // that one read asks for

/// Shards 0 and 1 of 2 episodes each, whose texts and bytes an input edits.
struct Dataset {
  json manifest;
  std::array<json, 2> tables;
  std::array<std::string, 2> shards;
  std::string index;
};

struct Fixture {
  TempDir dir;
  fs::path set = dir.path() / "set";
  Dataset sound;

  Fixture() {
    if (!tiny::write_dataset(set, tiny::spec(4, 2, {PixelStorage::kRaw, DepthStorage::kF16}),
                             OutputMode::kNew)
             .ok())
      std::abort();
    sound.manifest = json::parse(read_file(set / "dataset.json"));
    sound.index = read_file(set / "index.h5");
    for (std::size_t i = 0; i < 2; ++i) {
      sound.shards[i] = read_file(set / "shards" / ("00000" + std::to_string(i) + ".h5"));
      sound.tables[i] =
          json::parse(read_file(set / "shards" / ("00000" + std::to_string(i) + ".json")));
    }
  }
};

/// The manifest's entry of shard i, if there still is one.
json* shard_entry(json& manifest, std::size_t i) {
  const bool there = manifest.is_object() && manifest["shards"].is_array() &&
                     manifest["shards"].size() > i && manifest["shards"][i].is_object();
  return there ? &manifest["shards"][i] : nullptr;
}

Dataset edited(const Dataset& sound, Choices& choices) {
  Dataset made = sound;
  for (int edits = choices.byte() % 8; edits >= 0 && choices.any(); --edits) {
    switch (choices.byte() % 9) {
      case 0:
      case 1:
      case 2:
        edit_json(made.manifest, choices);
        break;
      case 6:
        edit_bytes(made.index, choices);
        break;
      case 3:
      case 4:
      case 5:
        edit_json(made.tables[choices.byte() % 2], choices);
        break;
      default:
        edit_bytes(made.shards[choices.byte() % 2], choices);
    }
  }
  // Sizes that fit again lead past the check of them.
  if (choices.byte() % 2 == 0) {
    for (std::size_t i = 0; i < 2; ++i) {
      const std::size_t bytes = made.shards[i].size();
      if (made.tables[i].is_object()) made.tables[i]["bytes"] = bytes;
      if (json* const entry = shard_entry(made.manifest, i)) (*entry)["bytes"] = bytes;
    }
  }
  return made;
}

std::string text_of(const json& value, Choices& choices) {
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  if (choices.byte() % 8 == 0) edit_bytes(text, choices);
  return text;
}

void read_clips(const fs::path& set, Choices& choices) {
  const auto reader = ClipReader::open(set);
  if (!reader.ok()) return;
  const ClipManifest& manifest = (*reader)->manifest();
  std::vector<std::byte> out;
  for (std::size_t c = 0; c < manifest.columns.size(); ++c) {
    const std::size_t row_bytes = manifest.columns[c].row_bytes;
    if (row_bytes > kMostBytes) continue;
    const std::int64_t most =
        row_bytes == 0
            ? 8
            : static_cast<std::int64_t>(std::min<std::size_t>(8, kMostBytes / row_bytes));
    const ClipStart start{static_cast<std::int64_t>(choices.byte() % 6) - 1,
                          static_cast<std::int64_t>(choices.byte() % 8) - 1};
    const auto count = static_cast<std::int64_t>(choices.byte()) % (most + 1);
    out.resize(static_cast<std::size_t>(count) * row_bytes);
    (void)(*reader)->read(c, {&start, 1}, count, 1 + choices.byte() % 3, out);
    for (std::size_t shard = 0; shard < manifest.shards.size(); ++shard) {
      const std::int64_t rows = std::min(most, manifest.shards[shard].num_rows);
      out.resize(static_cast<std::size_t>(rows) * row_bytes);
      (void)(*reader)->read_rows(c, shard, manifest.shards[shard].num_rows - rows, rows, out);
    }
  }
  for (std::size_t shard = 0; shard < manifest.shards.size(); ++shard)
    (void)(*reader)->stored_bytes(shard);
}

void read_through_c(const fs::path& set, Choices& choices) {
  std::array<char, 256> error{};
  diorama_dataset* const dataset = diorama_data_open(set.c_str(), error.data(), error.size());
  if (dataset == nullptr) return;
  const std::int64_t column = diorama_data_column(dataset, "depth");
  const std::int64_t row_bytes = diorama_data_row_bytes(dataset, column);
  if (row_bytes >= 0 && row_bytes <= static_cast<std::int64_t>(kMostBytes)) {
    std::vector<unsigned char> out(static_cast<std::size_t>(2 * row_bytes));
    const std::int64_t episode = choices.byte() % 5;
    const std::int64_t first = choices.byte() % 5;
    (void)diorama_data_read(dataset, column, 1, &episode, &first, 2, 1, out.data(), out.size(),
                            error.data(), error.size());
  }
  diorama_data_close(dataset);
}

void read_rows(const fs::path& path) {
  const auto reader = DatasetReader::open(path);
  if (!reader.ok()) return;
  for (const FoundColumn& column : (*reader)->columns()) {
    double numbers = 1.0;
    for (std::size_t axis = 1; axis < column.shape.size(); ++axis)
      numbers *= static_cast<double>(column.shape[axis]);
    if (numbers > static_cast<double>(kMostBytes)) continue;
    (void)(*reader)->read_row(column.name, (*reader)->num_rows() - 1);
    (void)(*reader)->read_color(column.name, 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Fixture fixture;
  Choices choices(data, size);
  Dataset made = edited(fixture.sound, choices);
  for (std::size_t i = 0; i < 2; ++i) {
    const fs::path stem = fixture.set / "shards" / ("00000" + std::to_string(i));
    const std::string table = text_of(made.tables[i], choices);
    // As with the sizes; the shards' own hashes never fit again, for behind them lies HDF5.
    if (json* const entry = shard_entry(made.manifest, i); entry && choices.byte() % 4 > 0)
      (*entry)["table_sha256"] = sha256_hex(table);
    write_file(fs::path(stem).concat(".json"), table);
    write_file(fs::path(stem).concat(".h5"), made.shards[i]);
  }
  write_file(fixture.set / "index.h5", made.index);
  write_file(fixture.set / "dataset.json", text_of(made.manifest, choices));
  read_clips(fixture.set, choices);
  read_through_c(fixture.set, choices);
  read_rows(fixture.set);
  read_rows(fixture.set / "shards/000001.h5");
  (void)dataset_stats(fixture.set, {});
  (void)verify_dataset(fixture.set, nullptr);
  return 0;
}
