#include "exporters/shard/column_values.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "exporters/shard/half.h"

namespace diorama {
namespace {

template <typename T>
T load(const std::byte* place) {
  T value;
  std::memcpy(&value, place, sizeof value);
  return value;
}

double number_at(ColumnType type, const std::byte* place) {
  switch (type) {
    case ColumnType::kBool:
    case ColumnType::kUint8:
      return static_cast<double>(*place);
    case ColumnType::kInt8:
      return load<std::int8_t>(place);
    case ColumnType::kInt16:
      return load<std::int16_t>(place);
    case ColumnType::kInt32:
      return load<std::int32_t>(place);
    case ColumnType::kInt64:
      return static_cast<double>(load<std::int64_t>(place));
    case ColumnType::kFloat16:
      return static_cast<double>(float_from_half(load<std::uint16_t>(place)));
    case ColumnType::kFloat32:
      return static_cast<double>(load<float>(place));
    case ColumnType::kFloat64:
      return load<double>(place);
  }
  return 0.0;
}

std::size_t find_column(const ClipReader& reader, const std::string& name) {
  const std::vector<ClipColumn>& columns = reader.manifest().columns;
  return static_cast<std::size_t>(
      std::find_if(columns.begin(), columns.end(), [&](const ClipColumn& c) { return c.name == name; }) - columns.begin());
}

}  // namespace

void to_doubles(ColumnType type, std::span<const std::byte> bytes, std::span<double> numbers) {
  const std::size_t size = column_type_size(type);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = number_at(type, &bytes[i * size]);
}

bool ColumnValues::has_column(const ClipReader& reader, const std::string& name) {
  return find_column(reader, name) < reader.manifest().columns.size();
}

Result<ColumnValues> ColumnValues::read(const ClipReader& reader, const std::string& name, std::int64_t position) {
  const std::size_t index = find_column(reader, name);
  if (index >= reader.manifest().columns.size()) return invalid_input("there is no column '" + name + "'");
  const ClipColumn& column = reader.manifest().columns[index];
  const std::int64_t rows = reader.episode_rows(position);
  std::vector<std::byte> bytes(static_cast<std::size_t>(rows) * column.row_bytes);
  const ClipStart start{position, 0};
  DIORAMA_RETURN_IF_ERROR(reader.read(index, {&start, 1}, rows, 1, bytes));
  return ColumnValues(column, rows, std::move(bytes));
}

ColumnValues ColumnValues::of(const ClipColumn& column, std::vector<std::byte> bytes) {
  const auto rows = static_cast<std::int64_t>(bytes.size() / column.row_bytes);
  return ColumnValues(column, rows, std::move(bytes));
}

ColumnValues::ColumnValues(const ClipColumn& column, std::int64_t rows, std::vector<std::byte> bytes)
    : column_(&column),
      rows_(rows),
      width_(column.row_bytes / std::max<std::size_t>(1, column.item_bytes)),
      bytes_(std::move(bytes)) {}

double ColumnValues::at(std::int64_t row, std::size_t k) const {
  return number_at(column_->type, bytes_.data() + static_cast<std::size_t>(row) * column_->row_bytes + k * column_->item_bytes);
}

bool ColumnValues::same_rows(std::int64_t a, std::int64_t b) const {
  return std::memcmp(bytes_.data() + static_cast<std::size_t>(a) * column_->row_bytes,
                     bytes_.data() + static_cast<std::size_t>(b) * column_->row_bytes, column_->row_bytes) == 0;
}

}  // namespace diorama
