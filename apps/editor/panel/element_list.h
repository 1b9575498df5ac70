// The elements of one list of the scenario, to choose, add, copy and delete: the upper half of the
// panels Materials and Lights. UI thread only.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "apps/editor/app/panel_context.h"
#include "apps/editor/command/new_elements.h"

namespace diorama::editor {

class ElementList {
 public:
  struct Kind {
    std::string list;  ///< "material"
    Icon icon;
    std::vector<std::string> kinds;  ///< What can be added; empty = there is one kind only.
    std::function<Result<std::vector<Command>>(const Document&, const std::string& kind)> add;
    std::string empty_note;
  };
  explicit ElementList(Kind kind) : kind_(std::move(kind)) {}

  /// The path of the chosen element: the last selected one of the list, else the first; "" = there
  /// is none.
  std::string draw(PanelContext& c);

 private:
  void draw_buttons(PanelContext& c, const std::string& chosen);

  Kind kind_;
  int add_kind_ = 0;
  std::string chosen_;
};

/// The text of the element in the document, "material { ... }".
std::string element_text(const Document& document, const std::string& path);

}  // namespace diorama::editor
