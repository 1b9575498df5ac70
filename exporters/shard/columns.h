// THE list of a dataset's columns: names, types, shapes, storage, units and meaning. The writer, the format page,
// the manifest and the readers all take it from here.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/core/status.h"
#include "engine/scene/layout.h"
#include "renderers/renderer.h"

namespace diorama {

enum class ColumnType { kBool, kUint8, kInt8, kInt16, kInt32, kInt64, kFloat16, kFloat32, kFloat64 };
std::size_t column_type_size(ColumnType type);
const char* column_type_name(ColumnType type);  ///< numpy's name: "uint8", "float32", "bool" ...

enum class PixelStorage { kDeflate, kRaw };
enum class DepthStorage {
  kF32,    ///< float32 rounded to 11 mantissa bits.
  kF16,    ///< float16.
  kI16mm,  ///< int16 millimetres; far_m up to 32.767.
};

struct StorageOptions {
  PixelStorage pixels = PixelStorage::kDeflate;
  DepthStorage depth = DepthStorage::kF32;
};

struct Column {
  std::string name;             ///< Dataset name at the shard's root.
  ColumnType type = ColumnType::kFloat32;
  std::vector<int> row_shape;   ///< Shape of one row; empty = a scalar per row.
  int chunk_rows = 256;         ///< Rows per chunk; 1 for images.
  bool shuffle = false;
  int deflate_level = 0;        ///< 0 = stored as it is.
  std::string unit;             ///< "m", "rad/s", "px", "1" ...
  std::string meaning;          ///< One sentence: what it is, frame, order, no-hit value.
  int view = -1;                ///< Index of the view that it belongs to, -1 = none.

  std::size_t row_bytes() const;
  bool is_image() const { return chunk_rows == 1; }
};

/// The columns of a dataset in their canonical order (the order of creation in the file).
std::vector<Column> dataset_columns(const SceneLayout& layout, ChannelSet channels, const StorageOptions& storage);

}  // namespace diorama
