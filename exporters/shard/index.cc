#include "exporters/shard/index.h"

#include "exporters/shard/h5_handle.h"
#include "exporters/shard/output_file.h"

namespace diorama {
namespace {

// One virtual dataset and one of its sources take less than this in the file.
constexpr std::int64_t kColumnBytes = 4096;
constexpr std::int64_t kSourceBytes = 256;
constexpr std::int64_t kFileBytes = 64 * 1024;  // and the root attribute

Status write_columns(h5::File& file, const DatasetSpec& spec, const std::vector<h5::VirtualSource>& sources,
                     std::int64_t num_rows) {
  for (const Column& column : spec.columns) {
    if (column.is_link()) {
      DIORAMA_RETURN_IF_ERROR(file.link(column.link_to, column.name));
      continue;
    }
    std::vector<std::int64_t> shape = {num_rows};
    shape.insert(shape.end(), column.row_shape.begin(), column.row_shape.end());
    auto made = num_rows > 0 ? file.create_virtual(column.name, column.type, shape, sources)
                             : file.create_plain(column.name, column.type, shape, {});
    if (!made.ok()) return made.status();
    DIORAMA_RETURN_IF_ERROR(made->set_text_attribute("unit", column.unit));
    DIORAMA_RETURN_IF_ERROR(made->set_text_attribute("meaning", column.meaning));
  }
  return {};
}

Status write_temporary(const std::filesystem::path& path, const DatasetSpec& spec,
                       const std::vector<ShardManifest>& shards) {
  std::vector<h5::VirtualSource> sources;
  std::vector<std::int32_t> lengths;
  std::vector<std::int64_t> offsets;
  std::int64_t num_rows = 0;
  for (const ShardManifest& shard : shards) {
    if (shard.summary.num_rows == 0) continue;
    sources.push_back({shard.summary.file, shard.summary.num_rows});
    for (const std::int64_t rows : shard.episode_rows) {
      lengths.push_back(static_cast<std::int32_t>(rows));
      offsets.push_back(num_rows);
      num_rows += rows;
    }
  }
  DIORAMA_ASSIGN_OR_RETURN(h5::File file, h5::File::create(path));
  const auto columns = static_cast<std::int64_t>(spec.columns.size());
  const auto per_column = kColumnBytes + kSourceBytes * static_cast<std::int64_t>(sources.size());
  const auto index_bytes = static_cast<std::int64_t>(12 * lengths.size());
  const std::string attribute = root_attribute(spec);
  const auto attribute_bytes = static_cast<std::int64_t>(attribute.size());
  DIORAMA_RETURN_IF_ERROR(reserve_room(path, kFileBytes + attribute_bytes + columns * per_column + index_bytes));
  DIORAMA_RETURN_IF_ERROR(file.set_text_attribute("diorama", attribute));
  DIORAMA_RETURN_IF_ERROR(write_columns(file, spec, sources, num_rows));
  const std::vector<std::int64_t> shape = {static_cast<std::int64_t>(lengths.size())};
  auto made = file.create_plain("ep_len", ColumnType::kInt32, shape, std::as_bytes(std::span(lengths)));
  if (!made.ok()) return made.status();
  made = file.create_plain("ep_offset", ColumnType::kInt64, shape, std::as_bytes(std::span(offsets)));
  if (!made.ok()) return made.status();
  made = h5::Dataset();  // closed before its file
  DIORAMA_RETURN_IF_ERROR(file.close());
  DIORAMA_RETURN_IF_ERROR(release_room(path));
  return sync_file(path);
}

}  // namespace

Status write_index(const std::filesystem::path& folder, const DatasetSpec& spec,
                   const std::vector<ShardManifest>& shards) {
  const std::filesystem::path temporary = folder / "index.h5.tmp";
  Status status = write_temporary(temporary, spec, shards);
  if (status.ok()) status = rename_into_place(temporary, folder / "index.h5");
  if (!status.ok()) (void)remove_file(temporary);
  return status;
}

}  // namespace diorama
