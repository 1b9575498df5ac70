// A look at a PLY file before assimp reads it: assimp trusts counts and vertex numbers, and reads past the
// end of a file that is cut off or damaged. Private to engine/scene. Stateless, thread-safe.
#pragma once

#include <filesystem>

#include "engine/core/status.h"

namespace diorama {

/// invalid_input if the header is broken, or the file ends before all the elements that the header announces, a
/// list is longer than the rest of the file, or a face names a vertex that is not there. Format: paulbourke.net/dataformats/ply.
Status check_ply_file(const std::filesystem::path& path);

}  // namespace diorama
