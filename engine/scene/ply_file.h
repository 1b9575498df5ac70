// A look at a PLY file before assimp reads it: assimp trusts the header's counts and reads past the end of a file
// that is cut off. Private to engine/scene. Stateless, thread-safe.
#pragma once

#include <filesystem>

#include "engine/core/status.h"

namespace diorama {

/// invalid_input if the header is broken, or the file ends before all the elements that the header announces, or a
/// list is longer than the rest of the file. Format: paulbourke.net/dataformats/ply.
Status check_ply_file(const std::filesystem::path& path);

}  // namespace diorama
