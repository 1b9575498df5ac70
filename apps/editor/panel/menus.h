// What surrounds the panels, all from the action table: main menu, toolbar, status line.
#pragma once

#include <string>

#include "apps/editor/app/panel_context.h"

namespace diorama::editor {

void draw_main_menu(PanelContext& context, const std::string& title);
void draw_toolbar(PanelContext& context);
void draw_status_line(PanelContext& context);

}  // namespace diorama::editor
