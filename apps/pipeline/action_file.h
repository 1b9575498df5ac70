// Reads a list of actions: what `replay --actions` takes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/core/status.h"
#include "engine/scene/trajectory.h"

namespace diorama {

/// NumPy's .npy with float32 or float64 of shape (steps, actuators), or a .csv with one step per
/// line, its numbers separated by commas or blanks, lines that begin with # left out. invalid_input
/// names file, step and value of what does not fit: another shape or type, no step at all, a value
/// outside [-1, 1].
Result<std::vector<Action>> read_action_file(const std::filesystem::path& path,
                                             const std::vector<std::string>& actuators);

}  // namespace diorama
