// What a plain HDF5 program writes: the peer of the write bench. Private to apps/bench.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "engine/core/status.h"
#include "exporters/shard/columns.h"

namespace diorama {

/// One column's values as they lie in memory, (num_rows, row_bytes).
struct PlainColumn {
  Column column;
  std::vector<std::byte> values;
};

/// Writes all columns with H5Dwrite through HDF5's own shuffle and gzip filters at level 4, images
/// row by row, in the chunks that `Column` says. Returns the file's size in bytes.
Result<std::int64_t> write_plain_hdf5(const std::filesystem::path& path, int num_rows,
                                      const std::vector<PlainColumn>& columns);

}  // namespace diorama
