#include "exporters/capi/diorama_data.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "exporters/shard/clip_reader.h"

struct diorama_dataset {
  std::unique_ptr<diorama::ClipReader> reader;
};

namespace {

void tell(const std::string& message, char* error, size_t error_size) {
  if (error == nullptr || error_size == 0) return;
  const size_t length = std::min(message.size(), error_size - 1);
  std::memcpy(error, message.data(), length);
  error[length] = '\0';
}

/// Runs `work`; what it throws (memory that cannot be had, a path that is no text) becomes a failure.
template <typename Work>
diorama::Status caught(const Work& work) {
  try {
    return work();
  } catch (const std::exception& exception) {
    return diorama::failed(std::string("cannot read: ") + exception.what());
  }
}

}  // namespace

extern "C" {

int diorama_data_abi(void) { return DIORAMA_DATA_ABI; }

diorama_dataset* diorama_data_open(const char* path, char* error, size_t error_size) {
  std::unique_ptr<diorama_dataset> dataset;
  const diorama::Status status = caught([&]() -> diorama::Status {
    if (path == nullptr) return diorama::invalid_input("no path is given");
    DIORAMA_ASSIGN_OR_RETURN(auto reader, diorama::ClipReader::open(path));
    dataset = std::make_unique<diorama_dataset>();
    dataset->reader = std::move(reader);
    return {};
  });
  if (!status.ok()) tell(status.message(), error, error_size);
  return status.ok() ? dataset.release() : nullptr;
}

void diorama_data_close(diorama_dataset* dataset) { delete dataset; }

int64_t diorama_data_num_episodes(const diorama_dataset* dataset) { return dataset->reader->manifest().num_episodes; }

int64_t diorama_data_column(const diorama_dataset* dataset, const char* name) {
  const auto& columns = dataset->reader->manifest().columns;
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const diorama::ClipColumn& c) { return c.name == name; });
  return found == columns.end() ? -1 : found - columns.begin();
}

int64_t diorama_data_row_bytes(const diorama_dataset* dataset, int64_t column) {
  const auto& columns = dataset->reader->manifest().columns;
  const bool known = column >= 0 && static_cast<size_t>(column) < columns.size();
  return known ? static_cast<int64_t>(columns[static_cast<size_t>(column)].row_bytes) : -1;
}

int diorama_data_read(const diorama_dataset* dataset, int64_t column, int64_t num_clips, const int64_t* episodes,
                      const int64_t* starts, int64_t rows, int64_t stride, void* out, size_t out_size, char* error,
                      size_t error_size) {
  const diorama::Status status = caught([&]() -> diorama::Status {
    if (column < 0 || num_clips < 0) return diorama::invalid_input("a column and a number of clips are at least 0");
    std::vector<diorama::ClipStart> clips(static_cast<size_t>(num_clips));
    for (size_t i = 0; i < clips.size(); ++i) clips[i] = {episodes[i], starts[i]};
    return dataset->reader->read(static_cast<size_t>(column), clips, rows, stride,
                                 std::span(static_cast<std::byte*>(out), out_size));
  });
  if (!status.ok()) tell(status.message(), error, error_size);
  return status.ok() ? 0 : 1;
}

}  // extern "C"
