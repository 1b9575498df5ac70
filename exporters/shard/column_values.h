// One column of one episode in memory, as numbers. Value; borrows the reader's description of the column.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/core/status.h"
#include "exporters/shard/clip_reader.h"

namespace diorama {

/// The numbers of a column's bytes; `numbers` has one place for each. Masks beyond 2^53 are rounded.
void to_doubles(ColumnType type, std::span<const std::byte> bytes, std::span<double> numbers);

class ColumnValues {
 public:
  static bool has_column(const ClipReader& reader, const std::string& name);
  /// All rows of the episode at `position`. kInvalidInput if there is no such column or it cannot be read.
  static Result<ColumnValues> read(const ClipReader& reader, const std::string& name, std::int64_t position);

  /// Values that are in memory already; `bytes` is rows of the column.
  static ColumnValues of(const ClipColumn& column, std::vector<std::byte> bytes);

  const ClipColumn& column() const { return *column_; }
  std::int64_t rows() const { return rows_; }
  std::size_t width() const { return width_; }  ///< Numbers per row.

  const std::vector<std::byte>& bytes() const { return bytes_; }

  /// Number `k` of a row.
  double at(std::int64_t row, std::size_t k) const;
  /// The bytes of a row.
  std::span<const std::byte> row(std::int64_t row) const {
    return std::span(bytes_).subspan(static_cast<std::size_t>(row) * column_->row_bytes, column_->row_bytes);
  }
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
