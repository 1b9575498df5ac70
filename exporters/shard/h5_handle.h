// All use of HDF5 goes through this file: move-only owners, and its errors as Status. HDF5's own printing of errors
// is off. One thread only: HDF5 has global state. Bytes are little endian. No HDF5 type appears here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/core/status.h"
#include "exporters/shard/columns.h"
#include "exporters/shard/h5_output_driver.h"

namespace diorama::h5 {

using Id = std::int64_t;  ///< HDF5's hid_t.

/// HDF5's version, as "1.10.8".
std::string library_version();

/// Where a chunk lies in its file.
struct ChunkPlace {
  std::int64_t offset = 0;
  std::int64_t bytes = 0;
};

/// One source of a virtual dataset: its rows follow those of the source before.
struct VirtualSource {
  std::string file;       ///< Relative to the virtual dataset's own file.
  std::int64_t num_rows = 0;
};

/// Rows of a virtual dataset and where they come from.
struct VirtualMapping {
  std::string file;     ///< Relative to the virtual dataset's own file.
  std::string dataset;
  std::int64_t first_row = 0;         ///< In the virtual dataset.
  std::int64_t num_rows = 0;
  std::int64_t source_first_row = 0;
  std::int64_t source_num_rows = 0;
};

/// Owner of an HDF5 identifier.
class Handle {
 public:
  enum class Kind { kNone, kFile, kDataset, kSpace, kType, kList, kAttribute };
  Handle() = default;
  Handle(Kind kind, Id id) : kind_(kind), id_(id) {}
  Handle(Handle&& other) noexcept;
  Handle& operator=(Handle&& other) noexcept;
  ~Handle() { (void)close(); }
  Id get() const { return id_; }
  bool valid() const { return id_ >= 0; }
  bool close();  ///< False if HDF5 reported an error.

 private:
  Kind kind_ = Kind::kNone;
  Id id_ = -1;
};

class Dataset {
 public:
  /// Rows from `row` on that one chunk holds; `chunk` as the file stores it (filtered).
  Status write_chunk(std::int64_t row, std::span<const std::byte> chunk);
  Result<std::vector<std::byte>> read_chunk(std::int64_t row) const;
  Result<ChunkPlace> chunk_place(std::int64_t row) const;

  /// `count` rows from `first` on, through the filters, in the dataset's own type.
  Result<std::vector<std::byte>> read_rows(std::int64_t first, std::int64_t count) const;

  /// All values of a list of integers.
  Result<std::vector<std::int64_t>> read_integers() const;
  /// Empty if the dataset is not virtual.
  Result<std::vector<VirtualMapping>> virtual_mappings() const;

  const std::string& name() const { return name_; }
  const std::vector<std::int64_t>& shape() const { return shape_; }  ///< (rows, ...)
  Result<ColumnType> type() const;
  std::int64_t stored_bytes() const;
  Result<std::string> text_attribute(const std::string& name) const;  ///< "" if absent.
  Status set_text_attribute(const std::string& name, const std::string& text);

 private:
  friend class File;
  Handle handle_;
  std::string file_name_;
  std::string name_;
  std::vector<std::int64_t> shape_;
  std::shared_ptr<const WriteFailure> failure_;  // of a file that is being written
};

class File {
 public:
  /// An empty file of the 1.10 format without time stamps; replaces what is there.
  static Result<File> create(const std::filesystem::path& path);
  /// For reading.
  static Result<File> open(const std::filesystem::path& path);
  /// A write that failed at any time shows here at the latest.
  Status close();

  /// Fixed size, one chunk = `chunk_rows` whole rows; every chunk must be written. Without rows: contiguous.
  Result<Dataset> create_chunked(const std::string& name, ColumnType type, const std::vector<std::int64_t>& shape,
                                 std::int64_t chunk_rows, bool shuffle, int deflate_level);
  /// Contiguous; `bytes` has all values.
  Result<Dataset> create_plain(const std::string& name, ColumnType type, const std::vector<std::int64_t>& shape,
                               std::span<const std::byte> bytes);
  /// The datasets `name` of `sources` end to end. Rows that cannot be read show as NaN, or as the type's least value.
  Result<Dataset> create_virtual(const std::string& name, ColumnType type, const std::vector<std::int64_t>& shape,
                                 const std::vector<VirtualSource>& sources);
  Status link(const std::string& existing, const std::string& name);

  Status set_text_attribute(const std::string& name, const std::string& text);
  Result<std::string> text_attribute(const std::string& name) const;  ///< "" if absent.
  std::vector<std::string> member_names() const;  ///< Of the root, sorted.
  bool has(const std::string& name) const;
  Result<Dataset> dataset(const std::string& name) const;

 private:
  Result<Dataset> make(const std::string& name, ColumnType type, const std::vector<std::int64_t>& shape, Id dcpl);
  std::string path_;
  std::shared_ptr<WriteFailure> failure_;  // of a file that is being written
  Handle handle_;
};

}  // namespace diorama::h5
