#include "exporters/shard/dataset_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/core/text.h"
#include "exporters/shard/column_values.h"
#include "exporters/shard/manifest_stream.h"
#include "exporters/shard/output_file.h"

namespace diorama {
namespace {

namespace fs = std::filesystem;

/// The part of a dataset that one of its shards holds.
Result<ClipManifest> only_shard(const ClipManifest& dataset, const fs::path& folder,
                                const fs::path& shard) {
  for (const ClipShard& known : dataset.shards) {
    std::error_code error;
    if (!fs::equivalent(folder / known.file, shard, error)) continue;
    ClipManifest part;
    part.columns = dataset.columns;
    part.shards = {known};
    part.shards[0].first_row = 0;
    part.shards[0].first_episode = 0;
    part.num_rows = known.num_rows;
    part.num_episodes = static_cast<std::int64_t>(known.episodes.size());
    return part;
  }
  return invalid_input(shard.string() + " is none of the shards that " +
                       (folder / "dataset.json").string() + " lists");
}

}  // namespace

Result<std::unique_ptr<DatasetReader>> DatasetReader::open(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return invalid_input(path.string() + " does not exist");
  const bool whole = path.filename() == "index.h5" || fs::is_directory(path, error);
  fs::path folder =
      whole ? dataset_folder(path) : fs::absolute(path, error).parent_path().parent_path();
  if (!whole && !fs::exists(folder / "dataset.json", error)) {
    return invalid_input(
        path.string() +
        " stands alone: a shard is understood by the dataset.json of its dataset, and " +
        folder.string() + " has none");
  }
  DIORAMA_ASSIGN_OR_RETURN(std::unique_ptr<ClipReader> reader, ClipReader::open(folder));
  if (!whole) {
    DIORAMA_ASSIGN_OR_RETURN(ClipManifest part, only_shard(reader->manifest(), folder, path));
    reader = std::make_unique<ClipReader>(folder, std::move(part));
  }
  const Result<std::string> text = read_text_file(folder / "dataset.json");
  if (!text.ok()) return invalid_input(text.status().message());
  std::unique_ptr<DatasetReader> opened(new DatasetReader(std::move(reader), *text));
  DIORAMA_RETURN_IF_ERROR(opened->describe_columns());
  return opened;
}

DatasetReader::DatasetReader(std::unique_ptr<ClipReader> reader, std::string description)
    : reader_(std::move(reader)), description_(std::move(description)) {
  std::int64_t row = 0;
  for (const ClipShard& shard : reader_->manifest().shards) {
    for (const std::int64_t rows : shard.episode_rows) {
      offsets_.push_back(row);
      lengths_.push_back(rows);
      row += rows;
    }
  }
}

Status DatasetReader::describe_columns() {
  const ClipManifest& manifest = reader_->manifest();
  for (const ClipColumn& c : manifest.columns) {
    FoundColumn column{c.name, column_type_name(c.type), {manifest.num_rows}, c.unit, c.meaning, 0};
    column.shape.insert(column.shape.end(), c.row_shape.begin(), c.row_shape.end());
    columns_.push_back(std::move(column));
  }
  for (std::size_t shard = 0; shard < manifest.shards.size(); ++shard) {
    DIORAMA_ASSIGN_OR_RETURN(const std::vector<std::int64_t> bytes, reader_->stored_bytes(shard));
    for (std::size_t i = 0; i < bytes.size(); ++i) columns_[i].stored_bytes += bytes[i];
  }
  return {};
}

Result<std::size_t> DatasetReader::find(const std::string& column) const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].name == column) return i;
    names.push_back(columns_[i].name);
  }
  return invalid_input("there is no column '" + column + "' in " + reader_->folder().string() +
                       did_you_mean(column, names));
}

Result<std::vector<std::byte>> DatasetReader::read(std::size_t column, std::int64_t row) const {
  if (row < 0 || row >= num_rows()) {
    return invalid_input("row " + std::to_string(row) + " is not in this dataset, which has " +
                         std::to_string(num_rows()));
  }
  const std::vector<ClipShard>& shards = reader_->manifest().shards;
  const auto after =
      std::upper_bound(shards.begin(), shards.end(), row,
                       [](std::int64_t r, const ClipShard& shard) { return r < shard.first_row; });
  const auto shard = static_cast<std::size_t>(after - shards.begin()) - 1;
  std::vector<std::byte> bytes(reader_->manifest().columns[column].row_bytes);
  DIORAMA_RETURN_IF_ERROR(
      reader_->read_rows(column, shard, row - shards[shard].first_row, 1, bytes));
  return bytes;
}

Result<ImageU8> DatasetReader::read_color(const std::string& column, std::int64_t row) const {
  DIORAMA_ASSIGN_OR_RETURN(const std::size_t index, find(column));
  const ClipColumn& about = reader_->manifest().columns[index];
  if (about.type != ColumnType::kUint8 || about.row_shape.size() != 3 || about.row_shape[2] != 3) {
    return invalid_input("column '" + column + "' holds no colour pictures");
  }
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<std::byte> bytes, read(index, row));
  ImageU8 image(static_cast<int>(about.row_shape[0]), static_cast<int>(about.row_shape[1]), 3);
  std::memcpy(image.pixels.data(), bytes.data(), bytes.size());
  return image;
}

Result<std::vector<double>> DatasetReader::read_row(const std::string& column,
                                                    std::int64_t row) const {
  DIORAMA_ASSIGN_OR_RETURN(const std::size_t index, find(column));
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<std::byte> bytes, read(index, row));
  const ClipColumn& about = reader_->manifest().columns[index];
  std::vector<double> values(bytes.size() / about.item_bytes);
  to_doubles(about.type, bytes, values);
  return values;
}

}  // namespace diorama
