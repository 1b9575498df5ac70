// SHA-256 of bytes and files, as lower-case hexadecimal.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "engine/core/status.h"

namespace diorama {

std::string sha256_hex(std::span<const std::byte> bytes);
std::string sha256_hex(std::string_view text);

/// Reads the file in pieces; fails with its path and the system's reason.
Result<std::string> sha256_file(const std::filesystem::path& path);

}  // namespace diorama
