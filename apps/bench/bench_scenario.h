// The library scenario `clutter` as the benches use it. Free functions, thread-safe.
#pragma once

#include <filesystem>
#include <vector>

#include "engine/core/status.h"

namespace diorama {

/// A file of the source tree that is part of this library.
struct EmbeddedFile {
  const char* path;  ///< Relative to the top folder.
  const char* text;
};
const std::vector<EmbeddedFile>& embedded_files();

/// Writes the scenario and the meshes that it names into `folder`, with `num_frames` rows per episode and square
/// pictures of `size_px` from the first four cameras. Returns the scenario's path.
Result<std::filesystem::path> write_clutter(const std::filesystem::path& folder, int size_px, int num_frames);

}  // namespace diorama
