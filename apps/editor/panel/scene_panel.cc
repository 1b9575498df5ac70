// Scene: the elements of the document as a tree; select, add, rename, reorder, duplicate, delete.
#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "apps/editor/command/new_elements.h"
#include "apps/editor/panel/panels.h"
#include "apps/editor/ui/imgui_compat.h"
#include "engine/core/text.h"
#include "scenes/field_path.h"

namespace diorama::editor {
namespace {

/// A list of the scenario that the tree shows.
struct ListInfo {
  const char* field;
  const char* title;
  Icon icon;
};
constexpr std::array<ListInfo, 6> kLists = {{{"body", "Bodies", icon::kBody},
                                             {"group", "Groups", icon::kGroup},
                                             {"material", "Materials", icon::kMaterial},
                                             {"camera", "Cameras", icon::kCamera},
                                             {"light", "Lights", icon::kLight},
                                             {"actuator", "Actuators", icon::kActuator}}};
/// What a scenario has one of.
constexpr std::array<std::pair<const char*, const char*>, 7> kSingles = {{{"physics", "Physics"},
                                                                          {"episode", "Episode"},
                                                                          {"record", "Record"},
                                                                          {"dataset", "Dataset"},
                                                                          {"controller", "Controller"},
                                                                          {"sky", "Sky"},
                                                                          {"model", "Model file"}}};

/// Bodies below bodies, at most.
constexpr int kDeepest = 64;

struct Row {
  std::string path;
  std::string name;
  std::string parent;  ///< Of a body.
  int index = 0;
  std::vector<std::size_t> children = {};  ///< Places in the list of rows.
  bool is_root = true;                     ///< Without a parent that is in the list.
};

std::vector<Row> rows_of(const schema::Scenario& scenario, const char* list) {
  std::vector<Row> rows;
  const google::protobuf::FieldDescriptor* field = scenario.GetDescriptor()->FindFieldByName(list);
  const google::protobuf::Reflection& reflection = *scenario.GetReflection();
  for (int i = 0; i < reflection.FieldSize(scenario, field); ++i) {
    const std::string path = element_path(scenario, *field, i);
    const std::string name = name_of(reflection.GetRepeatedMessage(scenario, field, i));
    rows.push_back({path, name.empty() ? path : name, std::string(list) == "body" ? scenario.body(i).parent() : "", i});
  }
  std::map<std::string_view, std::size_t> places;
  for (std::size_t i = 0; i < rows.size(); ++i) places.emplace(rows[i].name, i);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto parent = places.find(rows[i].parent);
    if (rows[i].parent.empty() || parent == places.end()) continue;
    rows[i].is_root = false;
    rows[parent->second].children.push_back(i);
  }
  return rows;
}

class ScenePanel : public Panel {
 public:
  std::string name() const override { return "Scene"; }
  std::string help() const override {
    return "Everything in the scenario. Ctrl or Shift and click selects several, double click or F2 renames, dragging reorders, the eye "
           "hides in the viewport, right click does more.";
  }

  void add_actions(PanelContext& c) override {
    const auto nothing = [&c] { return c.document.selection().empty() ? "nothing is selected" : ""; };
    c.actions.add({.id = "edit.duplicate", .title = "Duplicate", .help = "Copies of the selected elements, beside them.", .menu = "Edit",
                   .separator = true, .icon = icon::kDuplicate, .shortcut = {.key = Key::kD, .ctrl = true}, .disabled = nothing,
                   .run = [&c] { apply(c, "Duplicate", duplicate(c.document, c.document.selection())); }});
    c.actions.add({.id = "edit.delete", .title = "Delete", .help = "Removes the selected elements.", .menu = "Edit", .icon = icon::kRemove,
                   .shortcut = {.key = Key::kDelete}, .disabled = nothing,
                   .run = [&c] { apply(c, "Delete", remove_all(c.document, c.document.selection())); }});
    c.actions.add({.id = "edit.copy", .title = "Copy", .help = "The selected elements as text, to the clipboard.", .menu = "Edit",
                   .shortcut = {.key = Key::kC, .ctrl = true}, .disabled = nothing, .run = [&c] {
                     const Result<std::string> text = copy_text(c.document, c.document.selection());
                     if (text.ok()) ImGui::SetClipboardText(text->c_str());
                     c.log.add(text.status());
                   }});
    c.actions.add({.id = "edit.paste", .title = "Paste", .help = "Adds the elements of the clipboard's text.", .menu = "Edit",
                   .shortcut = {.key = Key::kV, .ctrl = true}, .run = [&c] {
                     const char* text = ImGui::GetClipboardText();
                     apply(c, "Paste", paste(c.document, text != nullptr ? text : ""));
                   }});
    c.actions.add({.id = "edit.rename", .title = "Rename", .help = "Gives the selected element another name; what refers to it follows.",
                   .menu = "Edit", .shortcut = {.key = Key::kF2}, .disabled = nothing, .run = [this, &c] {
                     c.show_panel(name());
                     begin_rename(c, c.document.selection().back());
                   }});
    c.actions.add({.id = "view.hide", .title = "Hide or show", .help = "Takes the selected elements out of the viewport, or brings them back. "
                                                                      "Only what you see changes, not the scenario.",
                   .menu = "View", .separator = true, .icon = icon::kHide, .shortcut = {.key = Key::kH}, .panel = "Viewport",
                   .disabled = nothing, .run = [&c] { toggle_hidden(c); }});
    c.actions.add({.id = "view.show_all", .title = "Show all", .help = "Brings everything that was hidden back into the viewport.",
                   .menu = "View", .shortcut = {.key = Key::kH, .alt = true},
                   .disabled = [&c] { return c.workspace.hidden().empty() ? "nothing is hidden" : ""; },
                   .run = [&c] { c.workspace.hidden().show_all(); }});
    for (const std::string& kind : scene_kinds()) {
      c.actions.add({.id = "add.scene." + kind, .title = kind == "simple" ? "Simple scene" : "Scattered objects",
                     .help = "A floor, " + std::string(kind == "simple" ? "a box that falls" : "objects of random size that fall") + ", a camera and the sun.",
                     .menu = "Add/Scene", .disabled = [&c] { return holds_no_scene(c.document.scenario()) ? "" : "the document holds a scene already"; },
                     .run = [&c, kind] { apply(c, "Add scene", add_scene(c.document, kind), Select::kNothing); }});
    }
    const auto add = [&](const std::string& what, const std::vector<std::string>& kinds, const auto& make) {
      for (const std::string& kind : kinds) {
        if (kind == "mesh" || kind == "model_camera") continue;  // need a file; Assets and Import bring them
        const std::string title = what == "body" ? kind : kind + " " + what;
        c.actions.add({.id = "add." + what + "." + kind, .title = "Add " + title, .help = "A new element, named and placed so that it fits.",
                       .menu = "Add/" + std::string(1, static_cast<char>(std::toupper(what[0]))) + what.substr(1),
                       .run = [&c, make, kind, title] { apply(c, "Add " + title, make(c.document, kind)); }});
      }
    };
    add("body", shape_kinds(), [](const Document& d, const std::string& kind) { return add_body(d, kind); });
    add("camera", camera_kinds(), [](const Document& d, const std::string& kind) { return add_camera(d, kind); });
    add("light", light_kinds(), [](const Document& d, const std::string& kind) { return add_light(d, kind); });
    c.actions.add({.id = "add.material", .title = "Add material", .help = "A new material that shapes can refer to.", .menu = "Add",
                   .run = [&c] { apply(c, "Add material", add_material(c.document)); }});
    c.actions.add({.id = "add.group", .title = "Add group", .help = "Bodies drawn from a catalogue and scattered at random.", .menu = "Add",
                   .run = [&c] { apply(c, "Add group", add_group(c.document)); }});
  }

  void draw(PanelContext& c) override {
    if (c.ui.icon_button(Widget("Add").tip("Add a body, camera, light, material or group"), icon::kAdd)) ImGui::OpenPopup("add");
    draw_add_menu(c);
    c.ui.same_line();
    ImGui::SetNextItemWidth(-1.0F);
    c.ui.search_field("Filter", filter_);
    ImGui::BeginChild("tree");
    shown_before_ = std::exchange(shown_, {});
    if (rows_revision_ != c.document.revision()) {
      rows_revision_ = c.document.revision();
      for (const ListInfo& list : kLists) rows_[list.field] = rows_of(c.document.scenario(), list.field);
    }
    int shown = 0;
    for (const auto& [field, title] : kSingles) {
      if (!fits(title)) continue;
      ++shown;
      draw_row(c, {field, title, "", 0}, icon::kSettings, true, [] {});
    }
    for (const ListInfo& list : kLists) shown += draw_list(c, list);
    if (shown == 0) c.ui.empty_note("Nothing is called like that.");
    ImGui::EndChild();
  }

 private:
  enum class Select { kNothing, kAdded };
  static void apply(PanelContext& c, const std::string& title, const Result<std::vector<Command>>& commands, Select select = Select::kAdded) {
    if (!commands.ok()) {
      c.log.add(commands.status());
      return;
    }
    if (!c.workspace.emit_all(title, *commands)) return;
    // What is new is what one wants to work on.
    const Selection added = select == Select::kAdded ? added_elements(c.document, *commands) : Selection();
    if (select == Select::kNothing || !added.empty()) c.workspace.select(added);
  }

  /// Hides the selected elements, unless all of them are hidden.
  static void toggle_hidden(PanelContext& c) {
    HiddenElements& hidden = c.workspace.hidden();
    const Selection& selection = c.document.selection();
    const bool hide = std::any_of(selection.begin(), selection.end(), [&](const std::string& path) {
      return HiddenElements::can_hide(path) && !hidden.contains(path);
    });
    for (const std::string& path : selection) hidden.set_hidden(path, hide);
  }

  /// Whether the pointer is over the right end of the rows, where the eyes are.
  static bool on_eyes() {
    return ImGui::GetMousePos().x >= ImGui::GetWindowPos().x + ImGui::GetWindowContentRegionMax().x - ImGui::GetFrameHeight();
  }

  /// The eye at the right end of a row: faint while nothing is hidden.
  static void draw_eye(PanelContext& c, const std::string& path) {
    const bool hidden = c.workspace.hidden().contains(path);
    const Theme& theme = c.ui.theme();
    ImGui::SameLine(ImGui::GetWindowContentRegionMax().x - ImGui::GetFrameHeight());
    c.ui.push(path);
    ImGui::PushStyleColor(ImGuiCol_Button, with_alpha(theme.frame, 0.0F));
    ImGui::PushStyleColor(ImGuiCol_Text, hidden ? theme.warning : with_alpha(theme.dim, 0.45F));
    const std::string label = std::string(c.ui.icon(hidden ? icon::kHide : icon::kShow)) + "###Eye";
    if (ImGui::Button(label.c_str(), {ImGui::GetFrameHeight(), ImGui::GetFrameHeight()})) c.workspace.hidden().set_hidden(path, !hidden);
    ImGui::PopStyleColor(2);
    c.ui.record_last(Widget("Eye").tip(hidden ? "Show it in the viewport again" : "Hide it in the viewport; the scenario stays as it is"),
                     hidden ? "hidden" : "visible");
    c.ui.pop();
  }

  void draw_add_menu(PanelContext& c) {
    if (!ImGui::BeginPopup("add")) return;
    c.ui.push("Add menu");
    std::string last;
    for (const Action& action : c.actions.all()) {
      if (!action.id.starts_with("add.")) continue;
      if (!last.empty() && action.menu != last) c.ui.separator();
      last = action.menu;
      if (c.ui.menu_item(Widget(action.title).tip(action.help))) c.log.add(c.actions.run(action.id));
    }
    c.ui.pop();
    ImGui::EndPopup();
  }

  bool fits(const std::string& name) const { return contains_ignoring_case(name, filter_); }

  /// How many rows it has shown.
  int draw_list(PanelContext& c, const ListInfo& list) {
    // Commands of this frame change the document; what is drawn stays as it was at its beginning.
    const std::vector<Row>& rows = rows_[list.field];
    const auto fitting = std::count_if(rows.begin(), rows.end(), [&](const Row& row) { return fits(row.name); });
    if (rows.empty() || fitting == 0) return 0;
    const bool open = c.ui.tree(Widget(list.title).text(fmt::format("{} ({})", c.ui.with_icon(list.icon, list.title), rows.size())), false, false);
    if (!open) return 1;
    if (std::string(list.field) == "body" && filter_.empty()) {
      for (const Row& row : rows) {
        if (row.is_root) draw_with_children(c, list, rows, row, 0);
      }
    } else {
      for (const Row& row : rows) {
        if (fits(row.name)) draw_row(c, row, list.icon, true, [] {});
      }
    }
    c.ui.tree_pop();
    return 1 + static_cast<int>(fitting);
  }

  void draw_with_children(PanelContext& c, const ListInfo& list, const std::vector<Row>& rows, const Row& row, int depth) {
    draw_row(c, row, list.icon, row.children.empty(), [&] {
      for (const std::size_t child : row.children) {
        if (depth < kDeepest) draw_with_children(c, list, rows, rows[child], depth + 1);
      }
    });
  }

  void draw_row(PanelContext& c, const Row& row, const Icon& icon, bool leaf, const std::function<void()>& children) {
    if (renamed_ == row.path) {
      ImGui::SetNextItemWidth(-1.0F);
      std::string name = new_name_;
      const bool fresh = std::exchange(rename_fresh_, false);
      if (fresh) c.ui.focus(c.ui.scope() + "/Name");
      const Edit edit = c.ui.text_field("Name", name);
      const bool left = !fresh && ImGui::IsItemDeactivated();
      if (edit.committed && !name.empty()) c.workspace.emit(Rename{row.path, name});
      if (left) renamed_.clear();
      return;
    }
    shown_.push_back(row.path);
    const bool selected = c.document.is_selected(row.path);
    const bool open = c.ui.tree(Widget(row.path).text(c.ui.with_icon(icon, row.name)), selected, leaf);
    const bool has_eye = HiddenElements::can_hide(row.path) && (row.path != "model" || c.document.scenario().has_model());
    const bool on_row = !(has_eye && on_eyes());
    if (on_row && ImGui::IsItemClicked(0) && !ImGui::IsItemToggledOpen()) {
      if (ImGui::GetIO().KeyShift) {
        select_up_to(c, row.path);
      } else if (ImGui::GetIO().KeyCtrl) {
        c.workspace.toggle_selected(row.path);
      } else {
        c.workspace.select({row.path});
      }
    }
    if (on_row && ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(0)) begin_rename(c, row.path);
    draw_context_menu(c, row);
    take_dragged_row(c, row);
    if (has_eye) draw_eye(c, row.path);
    if (!open) return;
    children();
    c.ui.tree_pop();
  }

  /// Rows from the one that was selected last to this one.
  void select_up_to(PanelContext& c, const std::string& path) {
    const auto place = [&](const std::string& of) { return std::find(shown_before_.begin(), shown_before_.end(), of); };
    auto from = c.document.selection().empty() ? shown_before_.end() : place(c.document.selection().back());
    auto to = place(path);
    if (from == shown_before_.end() || to == shown_before_.end()) return c.workspace.toggle_selected(path);
    Selection range(std::min(from, to), std::max(from, to) + 1);
    if (from > to) std::reverse(range.begin(), range.end());
    c.workspace.select(range);
  }

  /// A row that is dragged onto another of its list takes that one's place.
  static void take_dragged_row(PanelContext& c, const Row& row) {
    if (!row.path.ends_with("]")) return;
    const std::string list = row.path.substr(0, row.path.find('['));
    if (ImGui::BeginDragDropSource()) {
      ImGui::SetDragDropPayload(list.c_str(), row.path.c_str(), row.path.size() + 1);
      c.ui.text(row.name);
      ImGui::EndDragDropSource();
    }
    if (!ImGui::BeginDragDropTarget()) return;
    if (const ImGuiPayload* dragged = ImGui::AcceptDragDropPayload(list.c_str())) {
      c.workspace.emit(MoveElement{static_cast<const char*>(dragged->Data), row.index});
    }
    ImGui::EndDragDropTarget();
  }

  void draw_context_menu(PanelContext& c, const Row& row) {
    if (!ImGui::BeginPopupContextItem()) return;
    if (!c.document.is_selected(row.path)) c.workspace.select({row.path});
    c.ui.push("Menu of element");
    for (const char* id : {"edit.rename", "edit.duplicate", "edit.delete", "edit.copy", "view.frame", "view.hide", "view.show_all"}) {
      const Action* action = c.actions.find(id);
      if (action == nullptr) continue;
      if (c.ui.menu_item(Widget(action->title).tip(action->help).off(ActionTable::disabled_reason(*action)), chord_text(c.actions.shortcut(id)))) c.log.add(c.actions.run(id));
    }
    const bool in_list = row.path.ends_with("]");
    if (in_list) {
      c.ui.separator();
      if (c.ui.menu_item(Widget("Move up").off(row.index > 0 ? "" : "it is the first"))) c.workspace.emit(MoveElement{row.path, row.index - 1});
      const std::string list = row.path.substr(0, row.path.find('['));
      const int count = static_cast<int>(rows_of(c.document.scenario(), list.c_str()).size());
      if (c.ui.menu_item(Widget("Move down").off(row.index + 1 < count ? "" : "it is the last"))) c.workspace.emit(MoveElement{row.path, row.index + 1});
    }
    if (row.path.starts_with("body[")) {
      c.ui.separator();
      for (const std::string& kind : shape_kinds()) {
        if (kind != "mesh" && c.ui.menu_item("Add " + kind + " shape")) apply(c, "Add shape", add_shape(c.document, row.path, kind));
      }
      c.ui.separator();
      for (const std::string& kind : joint_kinds()) {
        if (c.ui.menu_item("Add " + kind + " joint")) apply(c, "Add joint", add_joint(c.document, row.path, kind));
      }
    }
    c.ui.pop();
    ImGui::EndPopup();
  }

  void begin_rename(PanelContext& c, const std::string& path) {
    const auto ref = resolve_field(c.document.scenario(), path + ".name");
    if (!path.ends_with("]") || !ref.ok()) return;
    renamed_ = path;
    new_name_ = field_text(c.document.scenario(), *ref);
    rename_fresh_ = true;
    c.ui.host().keep_drawing();
  }

  // Paths of the rows in their order: those of this frame so far, and those of the frame before.
  Selection shown_, shown_before_;
  std::map<std::string, std::vector<Row>> rows_;  // by list, of the document's revision below
  std::uint64_t rows_revision_ = 0;
  std::string filter_;
  std::string renamed_;
  std::string new_name_;
  bool rename_fresh_ = false;
};

}  // namespace

std::unique_ptr<Panel> make_scene_panel() { return std::make_unique<ScenePanel>(); }

}  // namespace diorama::editor
