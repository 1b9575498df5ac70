// One column of one episode in memory, as numbers. Value; borrows the reader's description of the column.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/core/status.h"
#include "exporters/shard/clip_reader.h"

namespace diorama {

class ColumnValues {
 public:
  static bool has_column(const ClipReader& reader, const std::string& name);
  /// All rows of the episode at `position`. kInvalidInput if there is no such column or it cannot be read.
  static Result<ColumnValues> read(const ClipReader& reader, const std::string& name, std::int64_t position);

  const ClipColumn& column() const { return *column_; }
  std::int64_t rows() const { return rows_; }
  std::size_t width() const { return width_; }  ///< Numbers per row.

  /// Number `k` of a row.
  double at(std::int64_t row, std::size_t k) const;
  /// Whether two rows have the same bytes.
  bool same_rows(std::int64_t a, std::int64_t b) const;

 private:
  ColumnValues(const ClipColumn& column, std::int64_t rows, std::vector<std::byte> bytes);

  const ClipColumn* column_;
  std::int64_t rows_;
  std::size_t width_;
  std::vector<std::byte> bytes_;
};

}  // namespace diorama
