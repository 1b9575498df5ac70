// A look at a COLLADA file before assimp reads it: assimp never gets past a character in a list of indices that is
// not part of a number, and fills the memory. Private to engine/scene. Stateless, thread-safe.
#pragma once

#include <filesystem>

#include "engine/core/status.h"

namespace diorama {

/// invalid_input if a <p> holds anything but whole numbers. Whether the file is XML is left to assimp.
Status check_collada_file(const std::filesystem::path& path);

}  // namespace diorama
