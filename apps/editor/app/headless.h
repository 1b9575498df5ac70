// Runs the editor without a window: a script, a picture, or both. Never touches a display.
#pragma once

#include "apps/editor/app/options.h"
#include "engine/core/status.h"

namespace diorama::editor {

Status run_headless(const Options& options);

}  // namespace diorama::editor
