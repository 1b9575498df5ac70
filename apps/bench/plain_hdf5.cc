#include "apps/bench/plain_hdf5.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include <hdf5.h>

namespace diorama {
namespace {

constexpr unsigned kGzipLevel = 4;  // h5py's default

/// An HDF5 handle that closes itself.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  hid_t id() const { return id_; }
  bool ok() const { return id_ >= 0; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

hid_t native_type(ColumnType type) {
  switch (type) {
    case ColumnType::kBool:
    case ColumnType::kUint8:
      return H5T_NATIVE_UINT8;
    case ColumnType::kInt8:
      return H5T_NATIVE_INT8;
    case ColumnType::kInt16:
      return H5T_NATIVE_INT16;
    case ColumnType::kInt32:
      return H5T_NATIVE_INT32;
    case ColumnType::kInt64:
      return H5T_NATIVE_INT64;
    case ColumnType::kFloat16:
      return H5T_NATIVE_UINT16;  // 1.10 has no half type of its own; the bytes are the same
    case ColumnType::kFloat32:
      return H5T_NATIVE_FLOAT;
    case ColumnType::kFloat64:
      return H5T_NATIVE_DOUBLE;
  }
  return -1;
}

bool write_column(hid_t file, int num_rows, const PlainColumn& plain) {
  const Column& column = plain.column;
  const int rank = 1 + static_cast<int>(column.row_shape.size());
  std::vector<hsize_t> shape{static_cast<hsize_t>(num_rows)};
  shape.insert(shape.end(), column.row_shape.begin(), column.row_shape.end());
  std::vector<hsize_t> chunk = shape;
  chunk[0] = static_cast<hsize_t>(std::min(column.chunk_rows, num_rows));

  const Handle space(H5Screate_simple(rank, shape.data(), nullptr), &H5Sclose);
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), &H5Pclose);
  if (!space.ok() || !properties.ok() || H5Pset_chunk(properties.id(), rank, chunk.data()) < 0 ||
      H5Pset_shuffle(properties.id()) < 0 || H5Pset_deflate(properties.id(), kGzipLevel) < 0) {
    return false;
  }
  const hid_t type = native_type(column.type);
  const Handle dataset(H5Dcreate2(file, column.name.c_str(), type, space.id(), H5P_DEFAULT,
                                  properties.id(), H5P_DEFAULT),
                       &H5Dclose);
  if (!dataset.ok()) return false;
  if (!column.is_image()) {
    return H5Dwrite(dataset.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, plain.values.data()) >= 0;
  }
  std::vector<hsize_t> start(shape.size(), 0);
  std::vector<hsize_t> count = shape;
  count[0] = 1;
  const Handle memory(H5Screate_simple(rank, count.data(), nullptr), &H5Sclose);
  for (int row = 0; row < num_rows; ++row) {
    start[0] = static_cast<hsize_t>(row);
    if (H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(),
                            nullptr) < 0 ||
        H5Dwrite(dataset.id(), type, memory.id(), space.id(), H5P_DEFAULT,
                 plain.values.data() + static_cast<std::size_t>(row) * column.row_bytes()) < 0) {
      return false;
    }
  }
  return true;
}

}  // namespace

Result<std::int64_t> write_plain_hdf5(const std::filesystem::path& path, int num_rows,
                                      const std::vector<PlainColumn>& columns) {
  {
    const Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), &H5Fclose);
    if (!file.ok()) return output_error("cannot create " + path.string() + " with HDF5");
    for (const PlainColumn& column : columns) {
      if (!write_column(file.id(), num_rows, column)) {
        return output_error("HDF5 cannot write " + column.column.name + " into " + path.string());
      }
    }
  }
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return output_error("cannot read " + path.string() + ": " + error.message());
  return static_cast<std::int64_t>(size);
}

}  // namespace diorama
