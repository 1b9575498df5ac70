#include "apps/editor/panel/command_palette.h"

#include <algorithm>
#include <vector>

#include "apps/editor/ui/imgui_compat.h"
#include "apps/editor/ui/shell.h"

namespace diorama::editor {
namespace {

constexpr const char* kTitle = "Command palette";

struct State {
  std::string typed;
  int chosen = 0;
  bool opened = false;
};
State state;

/// The actions that fit, best first; in the order of the table where they fit equally well.
std::vector<const Action*> fitting(const ActionTable& actions) {
  std::vector<std::pair<int, const Action*>> scored;
  for (const Action& action : actions.all()) {
    if (action.id == "help.palette" || action.title.empty()) continue;
    const int score = std::max(match_score(state.typed, action.title),
                               match_score(state.typed, action.menu + " " + action.title));
    if (score > 0) scored.emplace_back(score, &action);
  }
  std::stable_sort(scored.begin(), scored.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<const Action*> result;
  for (const auto& [score, action] : scored) result.push_back(action);
  return result;
}

}  // namespace

void open_command_palette() {
  state = State();
  state.opened = true;
  open_dialog(kTitle);
}

void draw_command_palette(PanelContext& c) {
  const float step = c.ui.step();
  if (!begin_dialog(c.ui, kTitle, {150 * step, 100 * step})) return;
  if (state.opened) c.ui.focus_next();
  state.opened = false;
  ImGui::SetNextItemWidth(-1.0F);
  if (c.ui.search_field("Search", state.typed, "What do you want to do?")) state.chosen = 0;
  const std::vector<const Action*> found = fitting(c.actions);
  if (compat::key_pressed(Key::kDown, true)) ++state.chosen;
  if (compat::key_pressed(Key::kUp, true)) --state.chosen;
  state.chosen = std::clamp(state.chosen, 0, std::max(0, static_cast<int>(found.size()) - 1));
  std::string run;
  ImGui::BeginChild("list", {0.0F, -1.6F * ImGui::GetTextLineHeightWithSpacing()});
  for (int i = 0; i < static_cast<int>(found.size()); ++i) {
    const Action& action = *found[i];
    const std::string off = ActionTable::disabled_reason(action);
    const std::string shown = (action.menu.empty() ? "" : action.menu + ": ") + action.title;
    const bool chosen = i == state.chosen;
    if (c.ui.selectable(Widget(action.id).text(shown).off(off), chosen)) run = action.id;
    if (chosen && (compat::key_pressed(Key::kUp, true) || compat::key_pressed(Key::kDown, true)))
      ImGui::SetScrollHereY(0.5F);
    const std::string keys = chord_text(c.actions.shortcut(action.id));
    if (!keys.empty()) {
      ImGui::SameLine(ImGui::GetWindowContentRegionMax().x - ImGui::CalcTextSize(keys.c_str()).x -
                      step);
      c.ui.dim(keys);
    }
  }
  ImGui::EndChild();
  if (!found.empty()) {
    const Action& action = *found[state.chosen];
    const std::string off = ActionTable::disabled_reason(action);
    c.ui.dim(off.empty() ? action.help : "Not now: " + off);
    if (off.empty() && (compat::key_pressed(Key::kEnter) || compat::key_pressed(Key::kKeypadEnter)))
      run = action.id;
  } else {
    c.ui.dim("Nothing is called like that.");
  }
  const bool leave = !run.empty() || compat::key_pressed(Key::kEscape);
  if (leave) close_dialog();
  end_dialog(c.ui);
  if (!run.empty()) {
    const Status status = c.actions.run(run);
    if (!status.ok()) c.log.add(LogLevel::kWarning, status.message());
    c.ui.host().keep_drawing();
  }
}

}  // namespace diorama::editor
