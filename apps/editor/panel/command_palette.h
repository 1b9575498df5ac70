// The command palette: every action by its name.
#pragma once

#include "apps/editor/app/panel_context.h"

namespace diorama::editor {

/// With the next frame.
void open_command_palette();
void draw_command_palette(PanelContext& context);

}  // namespace diorama::editor
