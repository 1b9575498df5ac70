// Shortcuts: the list of all actions with their keys, to be changed; also the help page.
#include <algorithm>

#include <imgui.h>

#include "apps/editor/panel/panels.h"

namespace diorama::editor {
namespace {

class ShortcutsPanel : public Panel {
 public:
  std::string name() const override { return "Shortcuts"; }
  std::string help() const override {
    return "Everything that can be done, with its keys and what it does. Click a key to change it.";
  }

  void draw(PanelContext& c) override {
    ImGui::SetNextItemWidth(60 * c.ui.step());
    c.ui.search_field("Filter", filter_);
    if (!editing_.empty()) edit_chord(c);
    if (!ImGui::BeginTable("actions", 3,
                           ImGuiTableFlags_RowBg | ImGuiTableFlags_ScrollY |
                               ImGuiTableFlags_Resizable | ImGuiTableFlags_BordersInnerV))
      return;
    ImGui::TableSetupScrollFreeze(0, 1);
    ImGui::TableSetupColumn("Action", ImGuiTableColumnFlags_WidthStretch, 0.28F);
    ImGui::TableSetupColumn("Keys", ImGuiTableColumnFlags_WidthStretch, 0.2F);
    ImGui::TableSetupColumn("What it does", ImGuiTableColumnFlags_WidthStretch, 0.52F);
    ImGui::TableHeadersRow();
    for (const Action& action : c.actions.all()) {
      const std::string title = (action.menu.empty() ? "" : action.menu + ": ") + action.title;
      if (action.title.empty() || match_score(filter_, title) == 0) continue;
      ImGui::TableNextRow();
      ImGui::TableNextColumn();
      ImGui::AlignTextToFramePadding();
      c.ui.text(title);
      ImGui::TableNextColumn();
      draw_keys(c, action);
      ImGui::TableNextColumn();
      ImGui::AlignTextToFramePadding();
      c.ui.wrapped(action.help);
    }
    ImGui::EndTable();
  }

 private:
  void draw_keys(PanelContext& c, const Action& action) {
    c.ui.push(action.id);
    const std::string keys = chord_text(c.actions.shortcut(action.id));
    if (c.ui.button(Widget("Keys").text(keys.empty() ? "none" : keys).tip("Change the keys"))) {
      editing_ = action.id;
      typed_ = keys;
      problem_.clear();
    }
    if (c.actions.changed_shortcuts().contains(action.id)) {
      c.ui.same_line(0.5F);
      if (c.ui.icon_button(
              Widget("Reset").tip("Back to " +
                                  (action.shortcut.empty() ? "none" : chord_text(action.shortcut))),
              icon::kUndo)) {
        c.actions.reset_shortcut(action.id);
      }
    }
    c.ui.pop();
  }

  void edit_chord(PanelContext& c) {
    const Action* action = c.actions.find(editing_);
    if (action == nullptr) {
      editing_.clear();
      return;
    }
    ImGui::AlignTextToFramePadding();
    c.ui.text("Keys of '" + action->title + "':");
    c.ui.same_line();
    ImGui::SetNextItemWidth(40 * c.ui.step());
    c.ui.search_field(Widget("Chord").tip("Such as Ctrl+Shift+S, F5 or G; empty = none"), typed_,
                      "none");
    const auto chord = chord_from_text(typed_);
    problem_ = problem(*action, chord);
    c.ui.same_line();
    if (c.ui.primary_button(Widget("Set").off(problem_))) {
      c.actions.set_shortcut(editing_, *chord);
      editing_.clear();
    }
    c.ui.same_line();
    if (c.ui.button("Cancel")) editing_.clear();
    if (chord && problem_.empty() && !chord->empty()) {
      const Action* other = c.actions.by_chord(*chord, action->panel);
      if (other != nullptr && other->id != action->id) {
        c.ui.same_line();
        c.ui.colored(c.ui.theme().warning, "'" + other->title + "' has these keys and loses them");
      }
    }
  }

  static std::string problem(const Action& action, const std::optional<Chord>& chord) {
    if (!chord) return "this is no chord; write such as Ctrl+Shift+S, F5 or Delete";
    const bool plain =
        !chord->ctrl && !chord->alt && chord->key >= Key::kA && chord->key <= Key::k9;
    if (plain && action.panel.empty())
      return "plain letters and digits are for typing; add Ctrl or Alt";
    return "";
  }

  std::string filter_;
  std::string editing_;
  std::string typed_;
  std::string problem_;
};

}  // namespace

std::unique_ptr<Panel> make_shortcuts_panel() { return std::make_unique<ShortcutsPanel>(); }

}  // namespace diorama::editor
