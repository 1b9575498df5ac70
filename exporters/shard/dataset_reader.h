// DatasetReader: what `inspect` and `preview` read of a dataset or a shard. One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/core/image.h"
#include "engine/core/status.h"
#include "exporters/shard/columns.h"

namespace diorama {

/// A dataset column as found in a file.
struct FoundColumn {
  std::string name;
  std::string type;                 ///< numpy's name.
  std::vector<std::int64_t> shape;  ///< (rows, ...)
  std::string unit;                 ///< From the manifest or the shard's root attribute; "" if unknown.
  std::string meaning;
  std::int64_t stored_bytes = 0;
};

/// Opens `index.h5`/`dataset.json` of a dataset folder, or a single shard file.
class DatasetReader {
 public:
  static Result<std::unique_ptr<DatasetReader>> open(const std::filesystem::path& path);
  ~DatasetReader();

  const std::string& description_json() const;  ///< dataset.json, or the shard's root attribute `diorama`.
  std::int64_t num_rows() const;
  const std::vector<std::int64_t>& episode_offsets() const;
  const std::vector<std::int64_t>& episode_lengths() const;
  const std::vector<FoundColumn>& columns() const;

  /// One row of an image column: uint8 (H, W, 3).
  Result<ImageU8> read_color(const std::string& column, std::int64_t row) const;
  /// One row of any column as doubles, flattened; depth in i16mm comes out in millimetres as stored.
  Result<std::vector<double>> read_row(const std::string& column, std::int64_t row) const;

 private:
  struct Impl;
  explicit DatasetReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace diorama
