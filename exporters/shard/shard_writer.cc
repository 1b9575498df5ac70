#include "exporters/shard/shard_writer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <unistd.h>

#include "engine/core/hash.h"
#include "exporters/shard/chunk_codec.h"
#include "exporters/shard/h5_handle.h"
#include "exporters/shard/output_file.h"

namespace diorama {
namespace {

// Room that HDF5's own structures take: measured with the 1.10 format, generously.
constexpr std::int64_t kFileOverheadBytes = 64 * 1024;  // and the root attribute
constexpr std::int64_t kColumnOverheadBytes = 2048;     // and its meaning
constexpr std::int64_t kChunkOverheadBytes = 48;

/// Writes the temporary file column by column.
class Sealer {
 public:
  Sealer(const std::filesystem::path& path, const DatasetSpec& spec, const Journal& journal, ShardManifest& manifest)
      : path_(path), spec_(spec), journal_(journal), manifest_(manifest) {}

  Status write() {
    for (const Journal::Episode& episode : journal_.episodes()) num_rows_ += episode.num_rows;
    DIORAMA_ASSIGN_OR_RETURN(h5::File file, h5::File::create(path_));
    const std::string attribute = root_attribute(spec_);
    reserved_ = kFileOverheadBytes + static_cast<std::int64_t>(attribute.size());
    DIORAMA_RETURN_IF_ERROR(reserve(overhead_and_image_bytes()));
    DIORAMA_RETURN_IF_ERROR(file.set_text_attribute("diorama", attribute));
    for (std::size_t i = 0; i < spec_.columns.size(); ++i) DIORAMA_RETURN_IF_ERROR(write_column(file, i));
    DIORAMA_RETURN_IF_ERROR(write_index(file));
    return file.close();
  }

  /// Reads the file again and compares every chunk with what was meant; notes where the chunks lie.
  Status verify() {
    DIORAMA_ASSIGN_OR_RETURN(const h5::File file, h5::File::open(path_));
    for (auto& [name, entries] : manifest_.chunks) {
      DIORAMA_ASSIGN_OR_RETURN(const h5::Dataset dataset, file.dataset(name));
      const auto column = std::find_if(spec_.columns.begin(), spec_.columns.end(),
                                       [&, &wanted = name](const Column& c) { return c.name == wanted; });
      const std::int64_t step = chunk_rows(*column);
      for (std::size_t i = 0; i < entries.size(); ++i) {
        const std::int64_t row = static_cast<std::int64_t>(i) * step;
        DIORAMA_ASSIGN_OR_RETURN(const h5::ChunkPlace place, dataset.chunk_place(row));
        DIORAMA_ASSIGN_OR_RETURN(const std::vector<std::byte> chunk, dataset.read_chunk(row));
        if (xxh3_128_hex(chunk) != entries[i].xxh3_128) {
          return output_error(path_.string() + ": row " + std::to_string(row) + " of '" + name +
                              "' does not read back as it was written; check the disk");
        }
        entries[i].offset = place.offset;
        entries[i].bytes = place.bytes;
      }
    }
    return {};
  }

  std::int64_t num_rows() const { return num_rows_; }

 private:
  std::int64_t chunk_rows(const Column& column) const {
    return std::max<std::int64_t>(1, std::min<std::int64_t>(column.chunk_rows, num_rows_));
  }

  std::int64_t overhead_and_image_bytes() const {
    std::int64_t bytes = 0;
    for (std::size_t i = 0; i < spec_.columns.size(); ++i) {
      bytes += kColumnOverheadBytes + static_cast<std::int64_t>(spec_.columns[i].meaning.size());
      if (!spec_.columns[i].is_image()) continue;
      for (const Journal::Episode& episode : journal_.episodes()) {
        for (const Journal::Block& block : episode.columns[i]) bytes += block.bytes + kChunkOverheadBytes;
      }
    }
    return bytes;
  }

  Status reserve(std::int64_t more_bytes) {
    reserved_ += more_bytes;
    return reserve_room(path_, reserved_);
  }

  std::vector<std::int64_t> shape_of(const Column& column) const {
    std::vector<std::int64_t> shape = {num_rows_};
    shape.insert(shape.end(), column.row_shape.begin(), column.row_shape.end());
    return shape;
  }

  Status write_column(h5::File& file, std::size_t index) {
    const Column& column = spec_.columns[index];
    if (column.is_link()) return file.link(column.link_to, column.name);
    DIORAMA_ASSIGN_OR_RETURN(h5::Dataset dataset, file.create_chunked(column.name, column.type, shape_of(column),
                                                                      column.chunk_rows, column.shuffle,
                                                                      column.deflate_level()));
    DIORAMA_RETURN_IF_ERROR(dataset.set_text_attribute("unit", column.unit));
    DIORAMA_RETURN_IF_ERROR(dataset.set_text_attribute("meaning", column.meaning));
    return column.is_image() ? write_images(dataset, index) : write_rows(dataset, index);
  }

  Status write_images(h5::Dataset& dataset, std::size_t index) {
    std::vector<ChunkEntry>& entries = manifest_.chunks[spec_.columns[index].name];
    std::int64_t row = 0;
    for (const Journal::Episode& episode : journal_.episodes()) {
      for (const Journal::Block& block : episode.columns[index]) {
        DIORAMA_ASSIGN_OR_RETURN(const std::vector<std::byte> chunk, journal_.read(block));
        DIORAMA_RETURN_IF_ERROR(dataset.write_chunk(row++, chunk));
        entries.push_back({0, block.bytes, hex(block.hash)});
      }
    }
    return {};
  }

  /// Rows of all episodes end to end, cut into chunks; the last one is filled up with zeros.
  Status write_rows(h5::Dataset& dataset, std::size_t index) {
    const Column& column = spec_.columns[index];
    const std::size_t chunk_bytes = static_cast<std::size_t>(chunk_rows(column)) * column.row_bytes();
    std::vector<std::vector<std::byte>> chunks;
    std::vector<std::byte> pending;
    std::int64_t stored = 0;
    const auto flush = [&] {
      pending.resize(chunk_bytes, std::byte{0});
      chunks.push_back(codec_.encode(pending, column_type_size(column.type), column.shuffle, column.compression));
      stored += static_cast<std::int64_t>(chunks.back().size()) + kChunkOverheadBytes;
      pending.clear();
    };
    for (const Journal::Episode& episode : journal_.episodes()) {
      DIORAMA_ASSIGN_OR_RETURN(const std::vector<std::byte> rows, journal_.read(episode.columns[index].at(0)));
      for (std::size_t at = 0; at < rows.size();) {
        const std::size_t take = std::min(rows.size() - at, chunk_bytes - pending.size());
        pending.insert(pending.end(), rows.begin() + static_cast<std::ptrdiff_t>(at),
                       rows.begin() + static_cast<std::ptrdiff_t>(at + take));
        at += take;
        if (pending.size() == chunk_bytes) flush();
      }
    }
    if (!pending.empty()) flush();
    DIORAMA_RETURN_IF_ERROR(reserve(stored));
    std::vector<ChunkEntry>& entries = manifest_.chunks[column.name];
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      DIORAMA_RETURN_IF_ERROR(dataset.write_chunk(static_cast<std::int64_t>(i) * chunk_rows(column), chunks[i]));
      entries.push_back({0, static_cast<std::int64_t>(chunks[i].size()), xxh3_128_hex(chunks[i])});
    }
    return {};
  }

  /// ep_len and ep_offset, the running sum of it.
  Status write_index(h5::File& file) {
    std::vector<std::int32_t> lengths;
    std::vector<std::int64_t> offsets;
    std::int64_t row = 0;
    for (const Journal::Episode& episode : journal_.episodes()) {
      lengths.push_back(static_cast<std::int32_t>(episode.num_rows));
      offsets.push_back(row);
      row += episode.num_rows;
    }
    const std::vector<std::int64_t> shape = {static_cast<std::int64_t>(lengths.size())};
    auto written = file.create_plain("ep_len", ColumnType::kInt32, shape, std::as_bytes(std::span(lengths)));
    if (!written.ok()) return written.status();
    written = file.create_plain("ep_offset", ColumnType::kInt64, shape, std::as_bytes(std::span(offsets)));
    return written.status();
  }

  const std::filesystem::path& path_;
  const DatasetSpec& spec_;
  const Journal& journal_;
  ShardManifest& manifest_;
  ChunkCodec codec_;
  std::int64_t num_rows_ = 0;
  std::int64_t reserved_ = 0;
};

}  // namespace

Status seal_shard(const std::filesystem::path& shards, const DatasetSpec& spec, const Journal& journal,
                  ShardManifest& manifest) {
  const std::string stem = shard_stem(manifest.summary.shard);
  const std::filesystem::path temporary = shards / (stem + ".h5.tmp");
  const auto seal = [&]() -> Status {
    Sealer sealer(temporary, spec, journal, manifest);
    DIORAMA_RETURN_IF_ERROR(sealer.write());
    DIORAMA_RETURN_IF_ERROR(release_room(temporary));
    DIORAMA_RETURN_IF_ERROR(sealer.verify());
    DIORAMA_RETURN_IF_ERROR(sync_file(temporary));
    ShardSummary& summary = manifest.summary;
    summary.num_rows = sealer.num_rows();
    DIORAMA_ASSIGN_OR_RETURN(summary.sha256, sha256_file(temporary));
    std::error_code error;
    summary.bytes = static_cast<std::int64_t>(std::filesystem::file_size(temporary, error));
    if (error) return output_errno("look at", temporary, error.value());
    const std::string table = shard_json(manifest);
    summary.table_sha256 = sha256_hex(table);
    DIORAMA_RETURN_IF_ERROR(write_file_atomically(shards / (stem + ".json"), table));
    return rename_into_place(temporary, shards / (stem + ".h5"));
  };
  Status status = seal();
  if (!status.ok()) (void)remove_file(temporary);
  return status;
}

}  // namespace diorama
