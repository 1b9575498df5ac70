// The command line that makes the same dataset. Pure functions.
#pragma once

#include <filesystem>
#include <string>

#include "apps/pipeline/generate.h"

namespace diorama {

/// `text` as one word of a POSIX shell: as it is if that is safe, else between single quotes.
std::string shell_quoted(const std::string& text);

/// "diorama generate SCENARIO --out DIR ..." with a flag for each option that is not the default.
std::string generate_command(const GenerateOptions& options, const std::filesystem::path& folder, OutputMode mode);

}  // namespace diorama
