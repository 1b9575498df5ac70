// The peer that is a Python program. Private to apps/bench.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/core/status.h"

namespace diorama {

/// The text of apps/bench/read_clips.py.
const char* read_clips_text();

/// Runs `text` with Debian's python3 and the package diorama_data that belongs to this program (of the build tree or
/// the installation), and returns what it prints on stdout. `scratch` is where the text is put for the run.
/// kUnavailable if Python or the package is not there.
Result<std::string> run_python(const std::string& text, const std::vector<std::string>& arguments,
                               const std::filesystem::path& scratch);

}  // namespace diorama
