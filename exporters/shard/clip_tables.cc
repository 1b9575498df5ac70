#include "exporters/shard/clip_tables.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <optional>
#include <utility>

#include "engine/core/hash.h"
#include "exporters/shard/manifest.h"

#include <nlohmann/json.hpp>

namespace diorama {
namespace {

using nlohmann::json;

constexpr std::int64_t kMaxRowBytes = std::int64_t{1} << 31;
constexpr std::int64_t kMaxRows = std::int64_t{1} << 48;
// Deflate cannot shrink by more: 258 bytes from 2 bits.
constexpr std::int64_t kMaxDeflateRatio = 1032;

/// The first thing that makes a text unusable. What is read after it is of no use, but harmless.
class Problem {
 public:
  void note(std::string message) {
    if (message_.empty()) message_ = std::move(message);
  }
  bool none() const { return message_.empty(); }
  const std::string& message() const { return message_; }

 private:
  std::string message_;
};

/// A whole number from `low` to `high`; anything else is a problem and counts as `low`.
std::int64_t integer(const json& value, const std::string& what, std::int64_t low, std::int64_t high, Problem& problem) {
  const bool fits = value.is_number_unsigned() ? value.get<std::uint64_t>() <= static_cast<std::uint64_t>(high)
                                               : value.is_number_integer();
  const std::int64_t number = fits ? value.get<std::int64_t>() : 0;
  if (fits && number >= low && number <= high) return number;
  problem.note(what + " is " + value.dump(-1, ' ', false, json::error_handler_t::replace).substr(0, 40) +
               ", expected a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  return low;
}

/// Member `name`, which must be a list.
const json& list_of(const json& root, const char* name, Problem& problem) {
  static const json empty = json::array();
  const json& value = root.at(name);
  if (value.is_array()) return value;
  problem.note("'" + std::string(name) + "' is not a list");
  return empty;
}

std::optional<ColumnType> type_of(const std::string& name) {
  for (const ColumnType type :
       {ColumnType::kBool, ColumnType::kUint8, ColumnType::kInt8, ColumnType::kInt16, ColumnType::kInt32,
        ColumnType::kInt64, ColumnType::kFloat16, ColumnType::kFloat32, ColumnType::kFloat64}) {
    if (name == column_type_name(type)) return type;
  }
  return std::nullopt;
}

void check_format(const json& root, const char* format, Problem& problem) {
  if (!root.is_object() || root.value("format", json()) != format) return problem.note("it is not diorama's");
  const std::int64_t version =
      integer(root.at("version"), "its format version", 1, std::numeric_limits<int>::max(), problem);
  if (version > kDatasetFormatVersion) {
    problem.note("it has format version " + std::to_string(version) + " and this reader knows up to " +
                 std::to_string(kDatasetFormatVersion) + ": use a newer diorama");
  }
}

ClipColumn read_column(const json& entry, Problem& problem) {
  ClipColumn column;
  column.name = entry.at("name").get<std::string>();
  const auto type_name = entry.at("type").get<std::string>();
  const std::optional<ColumnType> type = type_of(type_name);
  if (!type) problem.note("column '" + column.name + "' has the type '" + type_name + "', which is none of diorama's");
  column.type = type.value_or(ColumnType::kUint8);
  column.item_bytes = column_type_size(column.type);
  auto bytes = static_cast<std::int64_t>(column.item_bytes);
  for (const json& side : list_of(entry, "row_shape", problem)) {
    column.row_shape.push_back(integer(side, "a side of column '" + column.name + "'", 0, kMaxRowBytes, problem));
    bytes *= column.row_shape.back();
    if (bytes <= kMaxRowBytes) continue;
    problem.note("a row of column '" + column.name + "' is too large");
    break;
  }
  column.row_bytes = static_cast<std::size_t>(bytes);
  column.unit = entry.at("unit").get<std::string>();
  column.meaning = entry.at("meaning").get<std::string>();
  column.chunk_rows = integer(entry.at("chunk_rows"), "chunk_rows", 1, 1 << 24, problem);
  column.shuffle = entry.at("shuffle").get<bool>() && column.item_bytes > 1;
  column.deflate = integer(entry.at("deflate_level"), "deflate_level", 0, 12, problem) > 0;
  return column;
}

/// Makes column `index` read the chunks of the column that it is another name of.
void follow_link(const json& list, std::size_t index, std::vector<ClipColumn>& columns, Problem& problem) {
  const auto target = list[index].at("link_to").get<std::string>();
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const ClipColumn& c) { return c.name == target; });
  ClipColumn& column = columns[index];
  if (found == columns.end() || list[static_cast<std::size_t>(found - columns.begin())].contains("link_to") ||
      found->type != column.type || found->row_shape != column.row_shape) {
    return problem.note("column '" + column.name + "' links to '" + target + "', which is no column like it");
  }
  column.stored = static_cast<std::size_t>(found - columns.begin());
  column.chunk_rows = found->chunk_rows;
  column.shuffle = found->shuffle;
  column.deflate = found->deflate;
}

std::vector<ClipColumn> read_columns(const json& root, Problem& problem) {
  std::vector<ClipColumn> columns;
  const json& list = list_of(root, "columns", problem);
  for (const json& entry : list) columns.push_back(read_column(entry, problem));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    columns[i].stored = i;
    if (list[i].contains("link_to")) follow_link(list, i, columns, problem);
  }
  return columns;
}

/// The name of a file below the dataset's folder; nothing else is opened.
std::string local_file(const json& value, Problem& problem) {
  auto name = value.get<std::string>();
  const std::filesystem::path path(name);
  bool local = path.is_relative() && path.extension() == ".h5" && name.find('\0') == std::string::npos;
  for (const auto& part : path) local = local && part != "..";
  if (!local) problem.note("it names the shard file '" + name + "', which is not below the dataset's folder");
  return name;
}

ClipShard read_shard(const json& entry, const ClipManifest& before, Problem& problem) {
  ClipShard shard;
  shard.file = local_file(entry.at("file"), problem);
  shard.table = std::filesystem::path(shard.file).replace_extension(".json").string();
  shard.sha256 = entry.at("sha256").get<std::string>();
  shard.table_sha256 = entry.value("table_sha256", "");
  shard.bytes = integer(entry.at("bytes"), "the size of a shard", 0, std::numeric_limits<std::int64_t>::max(), problem);
  shard.num_rows = integer(entry.at("rows"), "the rows of a shard", 0, kMaxRows, problem);
  shard.first_row = before.num_rows;
  shard.first_episode = before.num_episodes;
  for (const json& e : list_of(entry, "episodes", problem)) {
    shard.episodes.push_back(
        integer(e, "an episode's number", 0, std::numeric_limits<std::int64_t>::max(), problem));
  }
  std::int64_t rows = 0;
  for (const json& e : list_of(entry, "episode_rows", problem)) {
    shard.episode_rows.push_back(integer(e, "the rows of an episode", 1, kMaxRows, problem));
    rows += shard.episode_rows.back();
    if (rows > shard.num_rows) break;
  }
  if (rows != shard.num_rows || shard.episodes.size() != shard.episode_rows.size()) {
    problem.note(shard.file + ": its episodes do not make up its " + std::to_string(shard.num_rows) + " rows");
  }
  return shard;
}

ClipIndex read_index(const json& root, Problem& problem) {
  ClipIndex index;
  const auto entry = root.find("index");
  if (entry == root.end()) return index;
  index.vouched = true;
  index.there = !entry->is_null();
  if (!index.there) return index;
  index.bytes = integer(entry->at("bytes"), "the size of the index", 0,
                        std::numeric_limits<std::int64_t>::max(), problem);
  index.sha256 = entry->at("sha256").get<std::string>();
  return index;
}

/// The 16 bytes of 32 hexadecimal digits.
std::array<unsigned char, 16> read_hash(const json& value, Problem& problem) {
  const auto& text = value.get_ref<const std::string&>();
  std::array<unsigned char, 16> hash{};
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  bool good = text.size() == 2 * hash.size();
  for (std::size_t i = 0; good && i < hash.size(); ++i) {
    const int high = digit(text[2 * i]);
    const int low = digit(text[2 * i + 1]);
    good = high >= 0 && low >= 0;
    hash[i] = static_cast<unsigned char>(16 * std::max(high, 0) + std::max(low, 0));
  }
  if (!good) problem.note("a chunk's hash is not 32 hexadecimal digits");
  return hash;
}

std::vector<ClipChunk> read_chunks(const json& list, const ClipColumn& column, const ClipShard& shard,
                                   Problem& problem) {
  const std::string who = "column '" + column.name + "': ";
  const std::int64_t step = rows_per_chunk(column, shard.num_rows);
  const std::int64_t expected = column.row_bytes == 0 ? 0 : (shard.num_rows + step - 1) / step;
  std::vector<ClipChunk> chunks;
  if (!list.is_array() || static_cast<std::int64_t>(list.size()) != expected) {
    problem.note(who + "it lists " + std::to_string(list.size()) + " chunks instead of " + std::to_string(expected));
    return chunks;
  }
  const std::int64_t plain = step * static_cast<std::int64_t>(column.row_bytes);
  chunks.reserve(list.size());
  for (const json& entry : list) {
    ClipChunk chunk;
    chunk.offset = integer(entry.at(0), who + "a chunk's offset", 0, shard.bytes, problem);
    chunk.bytes = integer(entry.at(1), who + "a chunk's size", 1, shard.bytes - chunk.offset, problem);
    chunk.xxh3_128 = read_hash(entry.at(2), problem);
    const bool possible = column.deflate ? chunk.bytes >= plain / kMaxDeflateRatio : chunk.bytes == plain;
    if (!possible) {
      problem.note(who + "a chunk of " + std::to_string(chunk.bytes) + " bytes cannot hold " + std::to_string(plain) +
                   " bytes of values");
    }
    if (!problem.none()) break;
    chunks.push_back(chunk);
  }
  return chunks;
}

/// What `read` makes of the text; a text that does not fit is bad input.
template <typename T, typename Read>
Result<T> guarded(const std::string& text, const std::string& where, const Read& read) {
  try {
    Problem problem;
    T made = read(json::parse(text), problem);
    if (!problem.none()) return invalid_input(where + " cannot be used: " + problem.message());
    return made;
  } catch (const json::exception& error) {
    return invalid_input(where + " is damaged: " + error.what());
  }
}

}  // namespace

std::int64_t rows_per_chunk(const ClipColumn& column, std::int64_t num_rows) {
  return std::max<std::int64_t>(1, std::min(column.chunk_rows, num_rows));
}

Result<ClipManifest> parse_clip_manifest(const std::string& text, const std::string& where) {
  return guarded<ClipManifest>(text, where, [](const json& root, Problem& problem) {
    ClipManifest manifest;
    check_format(root, "diorama-dataset", problem);
    if (!problem.none()) return manifest;
    manifest.columns = read_columns(root, problem);
    manifest.index = read_index(root, problem);
    for (const json& entry : list_of(root, "shards", problem)) {
      manifest.shards.push_back(read_shard(entry, manifest, problem));
      manifest.num_rows += manifest.shards.back().num_rows;
      manifest.num_episodes += static_cast<std::int64_t>(manifest.shards.back().episodes.size());
      if (manifest.num_rows > kMaxRows) problem.note("it has more rows than any dataset");
      if (!problem.none()) break;
    }
    return manifest;
  });
}

Result<ClipChunks> parse_clip_chunks(const std::string& text, const std::string& where, const ClipManifest& manifest,
                                     const ClipShard& shard) {
  if (!shard.table_sha256.empty() && sha256_hex(text) != shard.table_sha256) {
    return invalid_input(where +
                         " is not the file that dataset.json gives the SHA-256 of: it is damaged");
  }
  return guarded<ClipChunks>(text, where, [&](const json& root, Problem& problem) {
    ClipChunks chunks(manifest.columns.size());
    check_format(root, "diorama-shard", problem);
    if (!problem.none()) return chunks;
    if (root.at("sha256") != shard.sha256 || root.at("rows") != shard.num_rows || root.at("bytes") != shard.bytes) {
      problem.note("its rows, bytes or sha256 are not those that dataset.json gives for " + shard.file);
    }
    const json& lists = root.at("chunks");
    for (std::size_t i = 0; i < chunks.size() && shard.num_rows > 0; ++i) {
      const ClipColumn& column = manifest.columns[i];
      if (column.stored == i) chunks[i] = read_chunks(lists.at(column.name), column, shard, problem);
    }
    return chunks;
  });
}

}  // namespace diorama
