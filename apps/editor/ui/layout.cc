#include "apps/editor/ui/layout.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>
#include <imgui_internal.h>

namespace diorama::editor {
namespace {

constexpr float kMinPart = 0.05F;
constexpr int kMaxDepth = 16;
constexpr const char* kDragType = "diorama panel";

class Reader {
 public:
  Reader(const std::string& text, const std::vector<std::string>& known)
      : text_(text), known_(known) {}

  Result<std::unique_ptr<LayoutNode>> run() {
    auto node = read_node(0);
    skip_space();
    if (problem_.empty() && at_ != text_.size()) fail("nothing may follow the layout");
    if (!problem_.empty()) return invalid_input(problem_);
    return node;
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  void fail(const std::string& problem) {
    if (problem_.empty()) problem_ = fmt::format("layout, character {}: {}", at_ + 1, problem);
    at_ = text_.size();
  }
  bool take(char wanted) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  std::string word() {
    skip_space();
    const std::size_t begin = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '.'))
      ++at_;
    return text_.substr(begin, at_ - begin);
  }

  std::unique_ptr<LayoutNode> read_node(int depth) {
    auto node = std::make_unique<LayoutNode>();
    if (depth > kMaxDepth) fail("too many splits");
    if (!take('(')) fail("'(' expected");
    const std::string type = word();
    if (type == "tabs") {
      while (take('"')) {
        const std::size_t end = text_.find('"', at_);
        if (end == std::string::npos) {
          fail("a quote is missing");
          break;
        }
        std::string panel = text_.substr(at_, end - at_);
        at_ = end + 1;
        if (std::find(known_.begin(), known_.end(), panel) != known_.end())
          node->panels.push_back(std::move(panel));
      }
    } else if (type == "row" || type == "col") {
      node->type = type == "row" ? LayoutNode::Type::kRow : LayoutNode::Type::kColumn;
      const std::string part = word();
      const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), node->part);
      if (error != std::errc() || end != part.data() + part.size() ||
          !(node->part > 0.0F && node->part < 1.0F)) {
        fail("a part between 0 and 1 expected, not '" + part + "'");
      }
      if (problem_.empty()) node->first = read_node(depth + 1);
      if (problem_.empty()) node->second = read_node(depth + 1);
    } else {
      fail("row, col or tabs expected, not '" + type + "'");
    }
    if (problem_.empty() && !take(')')) fail("')' expected");
    return node;
  }

  const std::string& text_;
  const std::vector<std::string>& known_;
  std::size_t at_ = 0;
  std::string problem_;
};

void write_node(const LayoutNode& node, std::string& text) {
  if (node.type == LayoutNode::Type::kTabs) {
    text += "(tabs";
    // The first one is in front.
    for (std::size_t i = 0; i < node.panels.size(); ++i) {
      text += " \"" + node.panels[(node.active + i) % node.panels.size()] + "\"";
    }
    text += ")";
    return;
  }
  text +=
      fmt::format("({} {:.3f} ", node.type == LayoutNode::Type::kRow ? "row" : "col", node.part);
  write_node(*node.first, text);
  text += " ";
  write_node(*node.second, text);
  text += ")";
}

template <typename Visit>
bool visit_tabs(LayoutNode& node, const Visit& visit) {
  if (node.type == LayoutNode::Type::kTabs) return visit(node);
  return visit_tabs(*node.first, visit) || visit_tabs(*node.second, visit);
}

LayoutNode* tabs_of(LayoutNode& root, const std::string& panel) {
  LayoutNode* found = nullptr;
  visit_tabs(root, [&](LayoutNode& node) {
    if (std::find(node.panels.begin(), node.panels.end(), panel) == node.panels.end()) return false;
    found = &node;
    return true;
  });
  return found;
}

void remove_panel(LayoutNode& node, const std::string& panel) {
  const auto found = std::find(node.panels.begin(), node.panels.end(), panel);
  const auto index = static_cast<std::size_t>(found - node.panels.begin());
  node.panels.erase(found);
  if (node.active > index || node.active >= node.panels.size())
    node.active = node.active > 0 ? node.active - 1 : 0;
  node.raise = true;
}

/// Tabs without panels go, and a split with one side left becomes that side. True if nothing is
/// left of `node`.
bool prune_node(std::unique_ptr<LayoutNode>& node) {
  if (node->type == LayoutNode::Type::kTabs) return node->panels.empty();
  const bool first_gone = prune_node(node->first), second_gone = prune_node(node->second);
  if (first_gone && second_gone) return true;
  if (first_gone || second_gone) {
    std::unique_ptr<LayoutNode> left = std::move(first_gone ? node->second : node->first);
    node = std::move(left);
  }
  return false;
}

/// The share of the window that a node has.
void largest(LayoutNode& node, float share, float& best_share, LayoutNode*& best) {
  if (node.type == LayoutNode::Type::kTabs) {
    if (share > best_share) {
      best_share = share;
      best = &node;
    }
    return;
  }
  largest(*node.first, share * node.part, best_share, best);
  largest(*node.second, share * (1.0F - node.part), best_share, best);
}

}  // namespace

Layout::Layout() : root_(std::make_unique<LayoutNode>()) {}

Result<Layout> Layout::from_text(const std::string& text, const std::vector<std::string>& known) {
  Layout layout;
  DIORAMA_ASSIGN_OR_RETURN(layout.root_, Reader(text, known).run());
  layout.prune();
  return layout;
}

std::string Layout::to_text() const {
  std::string text;
  write_node(*root_, text);
  return text;
}

void Layout::prune() {
  if (prune_node(root_)) root_ = std::make_unique<LayoutNode>();
}

bool Layout::contains(const std::string& panel) const { return tabs_of(*root_, panel) != nullptr; }

bool Layout::is_front(const std::string& panel) const {
  const LayoutNode* node = tabs_of(*root_, panel);
  return node != nullptr && node->panels[node->active] == panel;
}

void Layout::show(const std::string& panel) {
  LayoutNode* node = tabs_of(*root_, panel);
  if (node == nullptr) {
    float share = 0.0F;
    largest(*root_, 1.0F, share, node);
    node->panels.push_back(panel);
  }
  node->active = std::find(node->panels.begin(), node->panels.end(), panel) - node->panels.begin();
  node->raise = true;
  focused_ = panel;
}

void Layout::close(const std::string& panel) {
  if (LayoutNode* node = tabs_of(*root_, panel)) remove_panel(*node, panel);
  prune();
}

void Layout::apply(const Move& move) {
  LayoutNode* from = tabs_of(*root_, move.panel);
  if (from == nullptr ||
      (from == move.target && (move.side == Side::kMiddle || from->panels.size() == 1)))
    return;
  remove_panel(*from, move.panel);
  LayoutNode& target = *move.target;
  if (move.side == Side::kMiddle) {
    target.panels.push_back(move.panel);
    target.active = target.panels.size() - 1;
    target.raise = true;
  } else {
    auto old_tabs = std::make_unique<LayoutNode>();
    old_tabs->panels = std::move(target.panels);
    old_tabs->active = target.active;
    old_tabs->raise = true;
    auto new_tabs = std::make_unique<LayoutNode>();
    new_tabs->panels = {move.panel};
    const bool in_front = move.side == Side::kLeft || move.side == Side::kTop;
    target.type = move.side == Side::kLeft || move.side == Side::kRight ? LayoutNode::Type::kRow
                                                                        : LayoutNode::Type::kColumn;
    target.part = 0.5F;
    target.panels.clear();
    target.first = in_front ? std::move(new_tabs) : std::move(old_tabs);
    target.second = in_front ? std::move(old_tabs) : std::move(new_tabs);
  }
  focused_ = move.panel;
  prune();
}

void Layout::draw(Ui& ui, ImVec2 origin, ImVec2 size,
                  const std::function<void(const std::string&)>& draw_panel) {
  // Names begin with Layout, but it is no scope: panels are drawn within, and their names begin
  // with their own.
  draw_node(ui, *root_, "", origin, size, draw_panel);
  for (const Move& move : std::exchange(moves_, {})) apply(move);
  for (const std::string& panel : std::exchange(closed_, {})) close(panel);
}

void Layout::draw_node(Ui& ui, LayoutNode& node, const std::string& path, ImVec2 at, ImVec2 size,
                       const std::function<void(const std::string&)>& draw_panel) {
  if (node.type == LayoutNode::Type::kTabs) {
    draw_tabs(ui, node, path, at, size, draw_panel);
    return;
  }
  // The border has a strip of its own, which no panel covers.
  const float gap = ui.step();
  const bool row = node.type == LayoutNode::Type::kRow;
  const float whole = std::max((row ? size.x : size.y) - gap, 1.0F);
  const float first = std::round(whole * node.part);
  const ImVec2 first_size = row ? ImVec2{first, size.y} : ImVec2{size.x, first};
  const ImVec2 second_size = row ? ImVec2{whole - first, size.y} : ImVec2{size.x, whole - first};
  const ImVec2 border_at = row ? ImVec2{at.x + first, at.y} : ImVec2{at.x, at.y + first};
  const ImVec2 second_at =
      row ? ImVec2{at.x + first + gap, at.y} : ImVec2{at.x, at.y + first + gap};
  ImGui::SetCursorScreenPos(border_at);
  const Widget border("Layout/Border" + (path.empty() ? "" : " " + path));
  const bool hovered = ui.area(border, row ? ImVec2{gap, size.y} : ImVec2{size.x, gap});
  const bool active = ImGui::IsItemActive();
  if (hovered || active) {
    ImGui::SetMouseCursor(row ? ImGuiMouseCursor_ResizeEW : ImGuiMouseCursor_ResizeNS);
    ImGui::GetWindowDrawList()->AddRectFilled(ImGui::GetItemRectMin(), ImGui::GetItemRectMax(),
                                              color_u32(ui.theme().accent));
  }
  if (active && ImGui::IsMouseDragging(0, 0.0F)) {
    const ImVec2 mouse = ImGui::GetMousePos();
    const float along = row ? mouse.x - at.x : mouse.y - at.y;
    node.part = std::clamp((along - 0.5F * gap) / whole, kMinPart, 1.0F - kMinPart);
  }
  draw_node(ui, *node.first, path + "1", at, first_size, draw_panel);
  draw_node(ui, *node.second, path + "2", second_at, second_size, draw_panel);
}

void Layout::draw_tabs(Ui& ui, LayoutNode& node, const std::string& path, ImVec2 at, ImVec2 size,
                       const std::function<void(const std::string&)>& draw_panel) {
  if (size.x < 4.0F || size.y < 4.0F) return;
  ImGui::SetCursorScreenPos(at);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0.0F, 0.0F});
  ImGui::PushStyleColor(ImGuiCol_ChildBg, ui.theme().panel);
  ImGui::BeginChild(("node" + path).c_str(), size, false,
                    ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
  ImGui::PopStyleColor();
  ImGui::PopStyleVar();
  ImGui::GetWindowDrawList()->AddRectFilled(
      at, {at.x + size.x, at.y + ImGui::GetFrameHeight() + 1.0F}, color_u32(ui.theme().window));
  std::string front;
  if (ImGui::BeginTabBar("tabs",
                         ImGuiTabBarFlags_FittingPolicyScroll | ImGuiTabBarFlags_NoTooltip)) {
    const bool raise = std::exchange(node.raise, false);
    std::size_t active = node.active;
    for (std::size_t i = 0; i < node.panels.size(); ++i) {
      const std::string& panel = node.panels[i];
      const Widget tab = Widget("Layout/Tab " + panel).text(panel);
      const bool is_focused = panel == focused_;
      if (is_focused) ImGui::PushStyleColor(ImGuiCol_TabActive, ui.theme().raised);
      const bool open =
          ImGui::BeginTabItem((panel + "###" + panel).c_str(), nullptr,
                              (raise && i == node.active ? ImGuiTabItemFlags_SetSelected : 0) |
                                  ImGuiTabItemFlags_NoPushId);
      if (is_focused) ImGui::PopStyleColor();
      ui.record_last(tab, open ? "front" : "behind");
      if (ImGui::BeginDragDropSource()) {
        ImGui::SetDragDropPayload(kDragType, panel.c_str(), panel.size() + 1);
        ui.text(panel);
        ImGui::EndDragDropSource();
      }
      if (ImGui::BeginPopupContextItem(("context" + panel).c_str())) {
        ui.push("Layout/Tab menu");
        if (ui.menu_item(Widget("Close panel").tip("The menu View brings it back")))
          closed_.push_back(panel);
        ui.pop();
        ImGui::EndPopup();
      }
      if (open) {
        // After a raise the bar follows a frame later.
        if (!raise) active = i;
        front = panel;
        ImGui::EndTabItem();
      }
    }
    node.active = active;
    ImGui::EndTabBar();
  }
  if (!front.empty()) {
    if (ImGui::IsWindowFocused(ImGuiFocusedFlags_ChildWindows) && ImGui::IsAnyMouseDown())
      focused_ = front;
    draw_panel(front);
  } else if (node.panels.empty()) {
    ui.empty_note("No panel is open. The menu View has them all.");
  }
  ImGui::EndChild();
  drop_zones(ui, node, at, size);
}

void Layout::drop_zones(Ui& ui, LayoutNode& node, ImVec2 at, ImVec2 size) {
  const ImGuiPayload* dragged = ImGui::GetDragDropPayload();
  if (dragged == nullptr || !dragged->IsDataType(kDragType)) return;
  const ImVec2 mouse = ImGui::GetMousePos();
  const float x = (mouse.x - at.x) / size.x, y = (mouse.y - at.y) / size.y;
  if (x < 0.0F || x > 1.0F || y < 0.0F || y > 1.0F) return;
  constexpr float kEdge = 0.25F;
  Side side = Side::kMiddle;
  const float nearest = std::min({x, 1.0F - x, y, 1.0F - y});
  if (nearest < kEdge) {
    side = nearest == x          ? Side::kLeft
           : nearest == 1.0F - x ? Side::kRight
           : nearest == y        ? Side::kTop
                                 : Side::kBottom;
  }
  ImVec2 low = at, high{at.x + size.x, at.y + size.y};
  if (side == Side::kLeft) high.x = at.x + 0.5F * size.x;
  if (side == Side::kRight) low.x = at.x + 0.5F * size.x;
  if (side == Side::kTop) high.y = at.y + 0.5F * size.y;
  if (side == Side::kBottom) low.y = at.y + 0.5F * size.y;
  ImGui::GetForegroundDrawList()->AddRectFilled(low, high,
                                                color_u32(with_alpha(ui.theme().accent, 0.25F)));
  if (ImGui::IsMouseReleased(0))
    moves_.push_back({static_cast<const char*>(dragged->Data), &node, side});
}

}  // namespace diorama::editor
