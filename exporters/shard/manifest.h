// The JSON texts of a dataset: what fixes its bytes, one shard's part, the whole manifest, the shards' root
// attribute. Pure functions over values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/status.h"
#include "exporters/shard/dataset_writer.h"

namespace diorama {

inline constexpr int kDatasetFormatVersion = 1;

/// A chunk of a shard as its JSON lists it.
struct ChunkEntry {
  std::int64_t offset = 0;  ///< In the shard file.
  std::int64_t bytes = 0;
  std::string xxh3_128;     ///< Of the stored bytes.
};

/// `shards/NNNNNN.json`.
struct ShardManifest {
  ShardSummary summary;
  std::vector<std::int64_t> episode_rows;  ///< Rows per kept episode, parallel to summary.episodes.
  std::string spec_hash;
  std::map<std::string, std::string> spec_facts;
  std::map<std::string, std::vector<ChunkEntry>> chunks;  ///< By column.
  bool vouched = false;  ///< Read with a checksum that fits.
};

/// `index.h5` as the manifest names it.
struct IndexFile {
  std::int64_t bytes = 0;
  std::string sha256;
};

/// "000012"
std::string shard_stem(int shard);

/// What decides the bytes, by name ("seed", "scenario" ...), as short texts. Long ones by their SHA-256.
std::map<std::string, std::string> spec_facts(const DatasetSpec& spec);
/// "seed is 1 there and 2 now; ..." for facts that differ; "" if none does.
std::string describe_difference(const std::map<std::string, std::string>& there,
                                const std::map<std::string, std::string>& now);

/// The facts as one JSON object, for a journal's header, and back; nothing if the text is no such object.
std::string facts_json(const std::map<std::string, std::string>& facts);
std::optional<std::map<std::string, std::string>> parse_facts_json(const std::string& text);

/// Ends with a checksum of all that it says.
std::string shard_json(const ShardManifest& manifest);
/// kOutput naming `where` if the text is no such manifest, or one that does not fit its checksum.
Result<ShardManifest> parse_shard_json(const std::string& text, const std::string& where);

/// `dataset.json`; `shards` in order. Without an index where there are too many shards for one.
std::string dataset_json(const DatasetSpec& spec, const std::vector<ShardManifest>& shards,
                         const std::optional<IndexFile>& index);

/// The root attribute `diorama` of shards and index: below 60 kB, nothing about host, path or date. Object names
/// give way if it would be longer; they are in dataset.json.
std::string root_attribute(const DatasetSpec& spec);

/// "train", "val" or "test": by the first 8 hexadecimal digits of SHA-256("split/<episode>") modulo 10: 0..7, 8, 9.
const char* split_of_episode(std::int64_t episode);

}  // namespace diorama
