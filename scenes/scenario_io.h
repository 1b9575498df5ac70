// Scenarios as protobuf text: reading with file:line:column errors, writing, and overrides by field path.
#pragma once

#include <filesystem>
#include <string>

#include "engine/core/status.h"
#include "schemas/scenario.pb.h"

namespace diorama {

/// Reads a scenario file. Every problem is one line "file:line:column: message"; an unknown field gets the
/// nearest known name. Missing, empty and malformed files are invalid_input.
Result<schema::Scenario> read_scenario(const std::filesystem::path& path);

/// The same from text; `name` stands for the file in messages.
Result<schema::Scenario> parse_scenario(const std::string& text, const std::string& name);

/// Protobuf text in stable field order.
std::string scenario_text(const schema::Scenario& scenario);

/// Applies "path.to.field[name]=value" (`--set`). Errors name the segment that does not exist with the nearest
/// name, or the value's expected type.
Status apply_override(schema::Scenario& scenario, const std::string& assignment);

}  // namespace diorama
