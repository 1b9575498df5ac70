#include "exporters/shard/dataset_reader.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include "exporters/shard/half.h"
#include "exporters/shard/h5_handle.h"
#include "exporters/shard/output_file.h"

#include <nlohmann/json.hpp>

namespace diorama {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

template <typename T>
double value_at(const std::byte* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return static_cast<double>(value);
}

double as_double(ColumnType type, const std::byte* bytes) {
  switch (type) {
    case ColumnType::kBool:
    case ColumnType::kUint8:
      return value_at<std::uint8_t>(bytes);
    case ColumnType::kInt8:
      return value_at<std::int8_t>(bytes);
    case ColumnType::kInt16:
      return value_at<std::int16_t>(bytes);
    case ColumnType::kInt32:
      return value_at<std::int32_t>(bytes);
    case ColumnType::kInt64:
      return value_at<std::int64_t>(bytes);
    case ColumnType::kFloat16: {
      std::uint16_t half;
      std::memcpy(&half, bytes, sizeof half);
      return float_from_half(half);
    }
    case ColumnType::kFloat32:
      return value_at<float>(bytes);
    case ColumnType::kFloat64:
      return value_at<double>(bytes);
  }
  return 0.0;
}

Result<std::vector<std::int64_t>> read_integers(const h5::File& file, const std::string& name) {
  DIORAMA_ASSIGN_OR_RETURN(const h5::Dataset dataset, file.dataset(name));
  return dataset.read_integers();
}

/// The same failure as bad input: to a reader the file is input.
Status as_input(const Status& status) { return status.ok() ? status : invalid_input(status.message()); }

}  // namespace

struct DatasetReader::Impl {
  /// One shard: its file, opened at first use, and the rows of the dataset that it holds.
  struct Part {
    fs::path path;
    std::int64_t first_row = 0;
    std::int64_t num_rows = 0;
  };
  std::vector<Part> parts;
  mutable std::map<std::size_t, h5::File> files;  // by part; few at a time
  std::string description;
  std::int64_t num_rows = 0;
  std::vector<std::int64_t> offsets;
  std::vector<std::int64_t> lengths;
  std::vector<FoundColumn> columns;

  static constexpr std::size_t kMaxOpenFiles = 16;

  Status add_shard(const fs::path& path);
  Status open_folder(const fs::path& folder);
  Result<const h5::File*> file(std::size_t part) const;
  Result<std::vector<std::byte>> read(const std::string& column, std::int64_t row, h5::Dataset& dataset) const;
};

/// Adds a shard's episodes and column sizes; all shards must have the same columns.
Status DatasetReader::Impl::add_shard(const fs::path& path) {
  DIORAMA_ASSIGN_OR_RETURN(h5::File file, h5::File::open(path));
  if (!file.has("ep_len") || !file.has("ep_offset")) {
    return output_error(path.string() + " is not a shard of diorama: it has no ep_len and ep_offset");
  }
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<std::int64_t> part_lengths, read_integers(file, "ep_len"));
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<std::int64_t> part_offsets, read_integers(file, "ep_offset"));
  if (part_lengths.size() != part_offsets.size()) {
    return output_error(path.string() + ": ep_len and ep_offset differ in length");
  }
  Part part{path, num_rows, 0};
  for (std::size_t i = 0; i < part_lengths.size(); ++i) {
    if (part_offsets[i] != part.num_rows || part_lengths[i] < 1) {
      return output_error(path.string() + ": ep_offset is not the running sum of ep_len");
    }
    offsets.push_back(num_rows + part_offsets[i]);
    lengths.push_back(part_lengths[i]);
    part.num_rows += part_lengths[i];
  }
  num_rows += part.num_rows;

  for (const std::string& name : file.member_names()) {
    if (name == "ep_len" || name == "ep_offset") continue;
    DIORAMA_ASSIGN_OR_RETURN(const h5::Dataset dataset, file.dataset(name));
    if (dataset.shape()[0] != part.num_rows) {
      return output_error(path.string() + ": '" + name + "' has " + std::to_string(dataset.shape()[0]) +
                          " rows instead of " + std::to_string(part.num_rows));
    }
    auto known = std::find_if(columns.begin(), columns.end(), [&](const FoundColumn& c) { return c.name == name; });
    if (known == columns.end()) {
      if (!parts.empty()) return output_error(path.string() + ": column '" + name + "' is not in the other shards");
      FoundColumn column;
      column.name = name;
      DIORAMA_ASSIGN_OR_RETURN(const ColumnType type, dataset.type());
      column.type = column_type_name(type);
      column.shape = dataset.shape();
      DIORAMA_ASSIGN_OR_RETURN(column.unit, dataset.text_attribute("unit"));
      DIORAMA_ASSIGN_OR_RETURN(column.meaning, dataset.text_attribute("meaning"));
      columns.push_back(std::move(column));
      known = std::prev(columns.end());
    }
    known->shape[0] = num_rows;
    known->stored_bytes += dataset.stored_bytes();
  }
  parts.push_back(part);
  if (description.empty()) {
    DIORAMA_ASSIGN_OR_RETURN(description, file.text_attribute("diorama"));
    if (description.empty()) return output_error(path.string() + " is not a shard of diorama: no attribute 'diorama'");
  }
  files.emplace(parts.size() - 1, std::move(file));
  while (files.size() > kMaxOpenFiles) files.erase(files.begin());
  return {};
}

Status DatasetReader::Impl::open_folder(const fs::path& folder) {
  const fs::path manifest = folder / "dataset.json";
  std::error_code error;
  if (!fs::exists(manifest, error)) {
    return output_error(folder.string() + " has no dataset.json: not a dataset of diorama, or one that is not finished "
                                          "(run generate with --resume)");
  }
  DIORAMA_ASSIGN_OR_RETURN(description, read_text_file(manifest));
  std::vector<std::string> shard_files;
  try {
    const json root = json::parse(description);
    if (root.at("format") != "diorama-dataset") return output_error(manifest.string() + " is not diorama's");
    for (const json& shard : root.at("shards")) shard_files.push_back(shard.at("file"));
  } catch (const json::exception& exception) {
    return output_error(manifest.string() + " is damaged: " + exception.what());
  }
  for (const std::string& file : shard_files) DIORAMA_RETURN_IF_ERROR(add_shard(folder / file));
  return {};
}

Result<const h5::File*> DatasetReader::Impl::file(std::size_t part) const {
  auto found = files.find(part);
  if (found == files.end()) {
    if (files.size() >= kMaxOpenFiles) files.erase(files.begin());
    DIORAMA_ASSIGN_OR_RETURN(h5::File opened, h5::File::open(parts[part].path));
    found = files.emplace(part, std::move(opened)).first;
  }
  return &found->second;
}

Result<std::unique_ptr<DatasetReader>> DatasetReader::open(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return invalid_input(path.string() + " does not exist");
  auto impl = std::make_unique<Impl>();
  const bool is_index = path.filename() == "index.h5";
  const fs::path folder = is_index ? (path.has_parent_path() ? path.parent_path() : fs::path(".")) : path;
  const Status status =
      fs::is_directory(folder, error) ? impl->open_folder(folder) : impl->add_shard(path);
  if (!status.ok()) return as_input(status);
  return std::unique_ptr<DatasetReader>(new DatasetReader(std::move(impl)));
}

DatasetReader::DatasetReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DatasetReader::~DatasetReader() = default;

const std::string& DatasetReader::description_json() const { return impl_->description; }
std::int64_t DatasetReader::num_rows() const { return impl_->num_rows; }
const std::vector<std::int64_t>& DatasetReader::episode_offsets() const { return impl_->offsets; }
const std::vector<std::int64_t>& DatasetReader::episode_lengths() const { return impl_->lengths; }
const std::vector<FoundColumn>& DatasetReader::columns() const { return impl_->columns; }

Result<std::vector<std::byte>> DatasetReader::Impl::read(const std::string& column, std::int64_t row,
                                                         h5::Dataset& dataset) const {
  if (row < 0 || row >= num_rows) {
    return invalid_input("row " + std::to_string(row) + " is not in this dataset, which has " +
                         std::to_string(num_rows));
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (row >= parts[i].first_row + parts[i].num_rows) continue;
    DIORAMA_ASSIGN_OR_RETURN(const h5::File* shard, file(i));
    if (!shard->has(column)) return invalid_input("there is no column '" + column + "' in " + parts[i].path.string());
    DIORAMA_ASSIGN_OR_RETURN(dataset, shard->dataset(column));
    auto rows = dataset.read_rows(row - parts[i].first_row, 1);
    if (!rows.ok()) return as_input(rows.status());
    return rows;
  }
  return failed("row " + std::to_string(row) + " is in no shard");
}

Result<ImageU8> DatasetReader::read_color(const std::string& column, std::int64_t row) const {
  h5::Dataset dataset;
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<std::byte> bytes, impl_->read(column, row, dataset));
  DIORAMA_ASSIGN_OR_RETURN(const ColumnType type, dataset.type());
  const std::vector<std::int64_t>& shape = dataset.shape();
  if (type != ColumnType::kUint8 || shape.size() != 4 || shape[3] != 3) {
    return invalid_input("column '" + column + "' holds no colour pictures");
  }
  ImageU8 image(static_cast<int>(shape[1]), static_cast<int>(shape[2]), 3);
  std::memcpy(image.pixels.data(), bytes.data(), bytes.size());
  return image;
}

Result<std::vector<double>> DatasetReader::read_row(const std::string& column, std::int64_t row) const {
  h5::Dataset dataset;
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<std::byte> bytes, impl_->read(column, row, dataset));
  DIORAMA_ASSIGN_OR_RETURN(const ColumnType type, dataset.type());
  const std::size_t size = column_type_size(type);
  std::vector<double> values(bytes.size() / size);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = as_double(type, &bytes[i * size]);
  return values;
}

}  // namespace diorama
