// The window of the desktop: the only place that knows GLFW. Not used by headless runs.
#pragma once

#include "apps/editor/app/options.h"
#include "engine/core/status.h"

namespace diorama::editor {

/// Opens a window and runs the editor in it until it is closed. unavailable without a display or a
/// device. Main thread only.
Status run_window(const Options& options);

}  // namespace diorama::editor
