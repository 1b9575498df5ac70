// Taking a file into the document: what menu, dropped files and the Assets panel have in common.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/editor/command/new_elements.h"

namespace diorama::editor {

/// ".obj", ".xml", ...: what import_file() takes, for file dialogs.
std::vector<std::string> importable_extensions();

/// A mesh becomes a body that rests on `on`, or on the ground in a free place; a model (MJCF)
/// becomes what the scene is built on; a picture becomes a material. The file is read first: what
/// cannot be read is not imported, and the reason is the Status. invalid_input for other files says
/// what could be done.
Result<std::vector<Command>> import_file(const Document& document,
                                         const std::filesystem::path& file,
                                         const std::optional<SurfacePoint>& on = {});

}  // namespace diorama::editor
