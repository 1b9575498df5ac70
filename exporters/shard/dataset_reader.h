// DatasetReader: what `inspect`, `preview` and the editor read of a dataset or of one of its
// shards: single rows as numbers. Goes through the clip reader alone, so that no damaged or hostile
// file reaches HDF5. One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/core/image.h"
#include "engine/core/status.h"
#include "exporters/shard/clip_reader.h"
#include "exporters/shard/columns.h"

namespace diorama {

/// A column of a dataset.
struct FoundColumn {
  std::string name;
  std::string type;                 ///< numpy's name.
  std::vector<std::int64_t> shape;  ///< (rows, ...)
  std::string unit;
  std::string meaning;
  std::int64_t stored_bytes = 0;  ///< 0 for a link.
};

class DatasetReader {
 public:
  /// A dataset's folder, its index.h5, or one of its shards: a shard is understood by the
  /// dataset.json above it. kInvalidInput if it is none, or a shard is missing or damaged: the
  /// message names the file.
  static Result<std::unique_ptr<DatasetReader>> open(const std::filesystem::path& path);

  const std::string& description_json() const { return description_; }  ///< dataset.json
  std::int64_t num_rows() const { return reader_->manifest().num_rows; }
  const std::vector<std::int64_t>& episode_offsets() const { return offsets_; }
  const std::vector<std::int64_t>& episode_lengths() const { return lengths_; }
  const std::vector<FoundColumn>& columns() const { return columns_; }

  /// One row of an image column: uint8 (H, W, 3).
  Result<ImageU8> read_color(const std::string& column, std::int64_t row) const;
  /// One row of any column as doubles, flattened; depth in i16mm comes out in millimetres as
  /// stored.
  Result<std::vector<double>> read_row(const std::string& column, std::int64_t row) const;

 private:
  DatasetReader(std::unique_ptr<ClipReader> reader, std::string description);
  Status describe_columns();
  Result<std::size_t> find(const std::string& column) const;
  Result<std::vector<std::byte>> read(std::size_t column, std::int64_t row) const;

  std::unique_ptr<ClipReader> reader_;
  std::string description_;
  std::vector<std::int64_t> offsets_;
  std::vector<std::int64_t> lengths_;
  std::vector<FoundColumn> columns_;
};

}  // namespace diorama
