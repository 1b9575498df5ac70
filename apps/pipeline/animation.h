// Pictures in time, and WebP files of them.
#pragma once

#include <filesystem>
#include <vector>

#include "engine/core/image.h"
#include "engine/core/status.h"

namespace diorama {

struct Animation {
  std::vector<double> times_s;     ///< Ascending.
  std::vector<ImageU8> pictures;   ///< (H, W, 3), all of one size.
};

/// Writes it under a temporary name and renames it into place. Each picture shows until the time of the next, the last as
/// long as the one before; it plays over and over. The same pictures give the same bytes.
Status write_webp(const std::filesystem::path& path, const Animation& animation);

}  // namespace diorama
