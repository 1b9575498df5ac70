#include "apps/editor/panel/start_card.h"

#include <algorithm>
#include <filesystem>
#include <string>

#include <fmt/format.h>

namespace diorama::editor {
namespace {

constexpr float kWidthEm = 31.0F;
constexpr std::size_t kMaxRecent = 5;

void action_button(PanelContext& c, const char* id, bool primary) {
  const Action* action = c.actions.find(id);
  if (action == nullptr) return;
  const std::string keys = chord_text(c.actions.shortcut(id));
  const std::string tip = keys.empty() ? action->help : action->help + " (" + keys + ")";
  const std::string text = c.ui.with_icon(action->icon, action->title);
  const Widget button =
      Widget(action->title).text(text).tip(tip).off(ActionTable::disabled_reason(*action));
  if (primary ? c.ui.primary_button(button) : c.ui.button(button)) c.log.add(c.actions.run(id));
}

void recent_files(PanelContext& c) {
  std::size_t shown = 0;
  for (const std::string& file : c.settings.recent) {
    if (shown == kMaxRecent) return;
    if (shown == 0) {
      c.ui.gap();
      c.ui.dim("Opened lately");
    }
    c.ui.push(fmt::format("Recent {}", ++shown));
    const std::string name = std::filesystem::path(file).filename().string();
    if (c.ui.selectable(Widget("Open").text(name.empty() ? file : name).tip(file), false))
      c.open_asking(std::string(file));
    c.ui.pop();
  }
}

}  // namespace

void StartCard::draw(PanelContext& c, ImVec2 at, ImVec2 size) {
  const float width = std::min(size.x, kWidthEm * ImGui::GetFontSize());
  ImGui::SetCursorScreenPos(
      {at.x + 0.5F * (size.x - width), at.y + std::max(0.0F, 0.42F * (size.y - height_))});
  ImGui::BeginChild("start", {width, std::max(1.0F, std::min(size.y, height_ + c.ui.step()))},
                    false, ImGuiWindowFlags_NoBackground);
  c.ui.push("Start");
  const float top = ImGui::GetCursorPosY();
  c.ui.heading("An empty scenario");
  c.ui.wrapped(
      "A scenario says what is in a scene, what moves it and what differs from one episode to the "
      "next.");
  c.ui.gap();
  action_button(c, "add.scene.simple", true);
  c.ui.same_line();
  action_button(c, "add.scene.scattered", false);
  c.ui.same_line();
  action_button(c, "file.open", false);
  c.ui.gap(1);
  c.ui.dim("Or add bodies, cameras and lights with + in the Scene panel,");
  c.ui.dim("or drop a scenario, a model (MJCF), a mesh or a dataset here.");
  recent_files(c);
  if (const float used = ImGui::GetCursorPosY() - top; used != height_) {
    height_ = used;
    c.ui.host().keep_drawing();
  }
  c.ui.pop();
  ImGui::EndChild();
}

}  // namespace diorama::editor
