// What fields that the author left out came to in the scene that was built. Pure functions.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "apps/editor/app/panel_context.h"

namespace diorama::editor {

/// Fields whose default follows from others: the step rate, a body's mass, a group's slots. Nothing
/// while no scene of this document stands.
std::optional<double> built_number(const PanelContext& c, const std::string& path);
/// The model file's gravity.
std::optional<std::array<double, 3>> built_vector(const PanelContext& c, const std::string& path);

}  // namespace diorama::editor
