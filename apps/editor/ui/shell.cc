#include "apps/editor/ui/shell.h"

namespace diorama::editor {
namespace {

std::string requested_dialog;

}  // namespace

void draw_shell(Ui& ui, Layout& layout, const ShellParts& parts) {
  const ImGuiViewport& viewport = *ImGui::GetMainViewport();
  ImGui::SetNextWindowPos(viewport.Pos);
  ImGui::SetNextWindowSize(viewport.Size);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0.0F, 0.0F});
  ImGui::PushStyleColor(ImGuiCol_WindowBg, ui.theme().window);
  ImGui::Begin("host", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_MenuBar |
                   ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoScrollWithMouse |
                   ImGuiWindowFlags_NoNav);
  ImGui::PopStyleColor();
  ImGui::PopStyleVar();
  if (ImGui::BeginMenuBar()) {
    ui.push("Menu");
    parts.menu();
    ui.pop();
    ImGui::EndMenuBar();
  }
  const float step = ui.step();
  const ImVec2 start{viewport.Pos.x, viewport.Pos.y + ImGui::GetFrameHeight()};
  const float bar = ImGui::GetFrameHeight() + 2 * step;
  const float status = ImGui::GetTextLineHeight() + 2 * step;
  ImGui::SetCursorScreenPos({start.x + step, start.y + step});
  ui.push("Toolbar");
  ImGui::BeginGroup();
  parts.tools();
  ImGui::EndGroup();
  ui.pop();
  const float end = viewport.Pos.y + viewport.Size.y;
  const ImVec2 middle{start.x, start.y + bar};
  layout.draw(ui, middle, {viewport.Size.x, std::max(end - status - middle.y, 1.0F)},
              [&](const std::string& panel) {
                ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {2 * step, 2 * step});
                ImGui::BeginChild(panel.c_str(), {0.0F, 0.0F}, false,
                                  ImGuiWindowFlags_AlwaysUseWindowPadding);
                ImGui::PopStyleVar();
                ui.push(panel);
                parts.panel(panel);
                ui.pop();
                ImGui::EndChild();
              });
  ImGui::SetCursorScreenPos({start.x + 2 * step, end - status + step});
  ui.push("Status");
  ImGui::BeginGroup();
  parts.status();
  ImGui::EndGroup();
  ui.pop();
  ImGui::End();
}

void open_dialog(const std::string& title) { requested_dialog = title; }

bool begin_dialog(Ui& ui, const std::string& title, ImVec2 size) {
  if (requested_dialog == title) {
    ImGui::OpenPopup(title.c_str());
    requested_dialog.clear();
  }
  const ImGuiViewport& viewport = *ImGui::GetMainViewport();
  ImGui::SetNextWindowPos(viewport.GetCenter(), ImGuiCond_Always, {0.5F, 0.5F});
  ImGui::SetNextWindowSize({std::min(size.x, viewport.Size.x - 4 * ui.step()),
                            std::min(size.y, viewport.Size.y - 4 * ui.step())});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {4 * ui.step(), 3 * ui.step()});
  const bool open = ImGui::BeginPopupModal(
      title.c_str(), nullptr,
      ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoSavedSettings);
  ImGui::PopStyleVar();
  if (open) ui.push(title);
  return open;
}

void end_dialog(Ui& ui) {
  ui.pop();
  ImGui::EndPopup();
}

void close_dialog() { ImGui::CloseCurrentPopup(); }

}  // namespace diorama::editor
