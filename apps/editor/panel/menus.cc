#include "apps/editor/panel/menus.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

namespace diorama::editor {
namespace {

void draw_item(PanelContext& c, const Action& action) {
  Widget item = Widget(action.title).tip(action.help).off(ActionTable::disabled_reason(action));
  const bool checked = action.checked && action.checked();
  if (action.icon.glyph != nullptr) {
    item.text(c.ui.with_icon(action.icon, action.title));
  } else if (c.ui.fonts().has_icons) {
    // As far in as those with an icon.
    item.text("       " + action.title);
  }
  if (c.ui.menu_item(item, chord_text(c.actions.shortcut(action.id)), checked)) {
    const Status status = c.actions.run(action.id);
    if (!status.ok()) c.log.add(LogLevel::kWarning, status.message());
  }
}

/// Menus in the order of the bar; what others add comes before Help.
std::vector<std::string> menu_order(const ActionTable& actions) {
  std::vector<std::string> order = {"File", "Edit"};
  for (const Action& action : actions.all()) {
    const std::string top = action.menu.substr(0, action.menu.find('/'));
    if (!top.empty() && top != "View" && top != "Help" &&
        std::find(order.begin(), order.end(), top) == order.end())
      order.push_back(top);
  }
  order.emplace_back("View");
  order.emplace_back("Help");
  return order;
}

void draw_menu(PanelContext& c, const std::string& menu) {
  std::vector<std::string> submenus;
  bool first = true;
  for (const Action& action : c.actions.all()) {
    if (action.menu.starts_with(menu + "/")) {
      const std::string name = action.menu.substr(menu.size() + 1);
      if (std::find(submenus.begin(), submenus.end(), name) != submenus.end()) continue;
      submenus.push_back(name);
      if (!c.ui.begin_menu(name)) continue;
      c.ui.push(name);
      for (const Action& item : c.actions.all()) {
        if (item.menu == action.menu && !item.title.empty()) draw_item(c, item);
      }
      c.ui.pop();
      c.ui.end_menu();
    } else if (action.menu == menu) {
      if (action.separator && !first) c.ui.separator();
      draw_item(c, action);
    } else {
      continue;
    }
    first = false;
  }
}

}  // namespace

void draw_main_menu(PanelContext& c, const std::string& title) {
  for (const std::string& menu : menu_order(c.actions)) {
    const bool empty =
        std::none_of(c.actions.all().begin(), c.actions.all().end(), [&](const Action& action) {
          return action.menu == menu || action.menu.starts_with(menu + "/");
        });
    if (empty || !c.ui.begin_menu(menu)) continue;
    c.ui.push(menu);
    draw_menu(c, menu);
    c.ui.pop();
    c.ui.end_menu();
  }
  const float width = ImGui::CalcTextSize(title.c_str()).x;
  const float free = ImGui::GetWindowWidth() - ImGui::GetCursorPosX() - width - 3 * c.ui.step();
  if (free > 0.0F) {
    ImGui::SetCursorPosX(ImGui::GetCursorPosX() + free);
    c.ui.dim(title);
  }
}

void draw_toolbar(PanelContext& c) {
  bool first = true;
  for (const Action& action : c.actions.all()) {
    if (action.icon.glyph == nullptr || action.menu.empty()) continue;
    if (!first) c.ui.same_line(action.separator ? 4.0F : 0.5F);
    first = false;
    const std::string keys = chord_text(c.actions.shortcut(action.id));
    const std::string tip =
        action.title + (keys.empty() ? "" : "  (" + keys + ")") + "\n" + action.help;
    const bool on = action.checked && action.checked();
    if (c.ui.icon_button(Widget(action.title).tip(tip).off(ActionTable::disabled_reason(action)),
                         action.icon, on)) {
      const Status status = c.actions.run(action.id);
      if (!status.ok()) c.log.add(LogLevel::kWarning, status.message());
    }
  }
}

namespace {

/// Room for it, in letters' heights.
constexpr float kFrameTimeEm = 9.0F;

/// How long a picture takes, at the right end of the line.
void draw_frame_time(PanelContext& c) {
  if (c.test_mode || c.frame_s <= 0.0) return;
  const std::string text = fmt::format("{:.0f} ms a frame", 1e3 * c.frame_s);
  ImGui::SameLine(ImGui::GetWindowWidth() - ImGui::CalcTextSize(text.c_str()).x - 5 * c.ui.step());
  c.ui.dim(text);
  c.ui.record_last(
      Widget("Frame").tip("From one picture to the next while something moves; else none is drawn"),
      text);
}

}  // namespace

void draw_status_line(PanelContext& c) {
  const std::optional<LogLine> last = c.log.last();
  if (!last) {
    c.ui.dim(" ");
    draw_frame_time(c);
    return;
  }
  const Theme& theme = c.ui.theme();
  if (last->level != LogLevel::kInfo) {
    const bool error = last->level == LogLevel::kError;
    c.ui.colored(error ? theme.error : theme.warning,
                 c.ui.icon(error ? icon::kError : icon::kWarning));
    c.ui.same_line();
  }
  const std::string text = last->text.substr(0, last->text.find('\n'));
  // A long one ends in front of what stands at the right.
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float right =
      ImGui::GetWindowPos().x + ImGui::GetWindowWidth() - kFrameTimeEm * ImGui::GetFontSize();
  ImGui::PushClipRect(at, {right, at.y + ImGui::GetTextLineHeight()}, true);
  c.ui.colored(last->level == LogLevel::kInfo ? theme.dim : theme.text, text);
  ImGui::PopClipRect();
  c.ui.record_last(Widget("Message").tip(last->text), text);
  draw_frame_time(c);
}

}  // namespace diorama::editor
