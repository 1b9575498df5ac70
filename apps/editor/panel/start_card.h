// What stands in the viewport while a document is empty: ways to begin. UI thread only.
#pragma once

#include "apps/editor/app/panel_context.h"

namespace diorama::editor {

class StartCard {
 public:
  /// In the middle of the rectangle, px. Every button is an action of the table or a recent file.
  void draw(PanelContext& c, ImVec2 at, ImVec2 size);

 private:
  float height_ = 0.0F;  ///< px; known once it was drawn.
};

}  // namespace diorama::editor
