// Recomputes chunk places, XXH3, sizes and SHA-256 of a dataset whose shards were changed: FOLDER.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>

#include <nlohmann/json.hpp>

#include "engine/core/hash.h"
#include "exporters/shard/h5_handle.h"
#include "exporters/shard/journal.h"

namespace {

using nlohmann::json;
namespace fs = std::filesystem;

json load(const fs::path& path) { return json::parse(std::ifstream(path)); }

bool reseal(const fs::path& folder, const json& columns, json& entry) {
  const fs::path shard = folder / entry.at("file").get<std::string>();
  const fs::path table_path = fs::path(shard).replace_extension(".json");
  json table = load(table_path);
  {
    const auto file = diorama::h5::File::open(shard);
    if (!file.ok()) return false;
    for (auto& [name, chunks] : table.at("chunks").items()) {
      const auto column = std::find_if(columns.begin(), columns.end(), [&, &wanted = name](const json& c) { return c.at("name") == wanted; });
      if (column == columns.end()) return false;
      const auto dataset = file->dataset(name);
      if (!dataset.ok()) return false;
      const std::int64_t step = std::max(std::int64_t{1}, std::min(column->at("chunk_rows").get<std::int64_t>(), table.at("rows").get<std::int64_t>()));
      std::int64_t row = 0;
      for (json& chunk : chunks) {
        const auto place = dataset->chunk_place(row);
        const auto bytes = dataset->read_chunk(row);
        if (!place.ok() || !bytes.ok()) return false;
        chunk = {place->offset, place->bytes, diorama::xxh3_128_hex(*bytes)};
        row += step;
      }
    }
  }
  entry["sha256"] = *diorama::sha256_file(shard);
  entry["bytes"] = fs::file_size(shard);
  table["sha256"] = entry["sha256"];
  table["bytes"] = entry["bytes"];
  table.erase("content_xxh3_128");
  const std::string content = table.dump();
  table["content_xxh3_128"] = diorama::xxh3_128_hex(std::as_bytes(std::span(content)));
  const std::string text = table.dump() + "\n";
  entry["table_sha256"] = diorama::sha256_hex(text);
  std::ofstream(table_path) << text;
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const fs::path folder = argv[1];
  json manifest = load(folder / "dataset.json");
  for (json& entry : manifest.at("shards")) {
    if (reseal(folder, manifest.at("columns"), entry)) continue;
    std::fprintf(stderr, "cannot reseal %s\n", entry.at("file").get<std::string>().c_str());
    return 1;
  }
  if (json& index = manifest.at("index"); !index.is_null()) {
    index["bytes"] = fs::file_size(folder / "index.h5");
    index["sha256"] = *diorama::sha256_file(folder / "index.h5");
  }
  std::ofstream(folder / "dataset.json") << manifest.dump(1) << "\n";
  return 0;
}
