// How panels share the window: splits with movable borders, and tabs. A tree, written as text: (row
// 0.25 A B) splits left and right, (col 0.7 A B) top and bottom, (tabs "Scene" "Assets") holds
// panels, the first of which is in front.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "apps/editor/ui/widgets.h"

namespace diorama::editor {

struct LayoutNode {
  enum class Type { kRow, kColumn, kTabs };
  Type type = Type::kTabs;
  float part = 0.5F;                          ///< Of the first child, (0, 1).
  std::unique_ptr<LayoutNode> first, second;  ///< Of a split.
  std::vector<std::string> panels;            ///< Of tabs.
  std::size_t active = 0;
  bool raise = true;  ///< The active panel is to come to the front: also the bar of a layout that
                      ///< was there before.
};

class Layout {
 public:
  Layout();

  /// invalid_input names what is wrong where. Panels that `known` does not have are left out.
  static Result<Layout> from_text(const std::string& text, const std::vector<std::string>& known);
  std::string to_text() const;

  /// Makes the panel the front one of its tabs; adds it to the largest tabs if it is nowhere.
  void show(const std::string& panel);
  void close(const std::string& panel);
  bool contains(const std::string& panel) const;
  /// In front of its tabs.
  bool is_front(const std::string& panel) const;
  /// The panel that the user last clicked into.
  const std::string& focused() const { return focused_; }

  /// Draws borders, tabs and, through `draw_panel`, the panels in front, into the rectangle at
  /// `origin`.
  void draw(Ui& ui, ImVec2 origin, ImVec2 size,
            const std::function<void(const std::string&)>& draw_panel);

 private:
  enum class Side { kMiddle, kLeft, kRight, kTop, kBottom };
  struct Move {
    std::string panel;
    LayoutNode* target = nullptr;
    Side side = Side::kMiddle;
  };
  void draw_node(Ui& ui, LayoutNode& node, const std::string& path, ImVec2 at, ImVec2 size,
                 const std::function<void(const std::string&)>& draw_panel);
  void draw_tabs(Ui& ui, LayoutNode& node, const std::string& path, ImVec2 at, ImVec2 size,
                 const std::function<void(const std::string&)>& draw_panel);
  void drop_zones(Ui& ui, LayoutNode& node, ImVec2 at, ImVec2 size);
  void apply(const Move& move);
  void prune();

  std::unique_ptr<LayoutNode> root_;
  std::string focused_;
  std::vector<Move> moves_;  ///< Done after drawing.
  std::vector<std::string> closed_;
};

}  // namespace diorama::editor
