#include "apps/editor/panel/element_list.h"

#include <algorithm>

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "apps/editor/document/layout_text.h"
#include "scenes/field_path.h"

namespace diorama::editor {
namespace {

constexpr float kMostRows = 7.0F;

void emit(PanelContext& c, const std::string& title, const Result<std::vector<Command>>& commands) {
  if (commands.ok()) {
    c.workspace.emit_all(title, *commands);
  } else {
    c.log.add(commands.status());
  }
}

}  // namespace

std::string element_text(const Document& document, const std::string& path) {
  const auto ref = resolve_field(document.scenario(), path);
  if (!ref.ok()) return "";
  return field_with_value(parent_of(document.scenario(), *ref), ref->field(),
                          ref->steps.back().index, 0) +
         "\n";
}

std::string ElementList::draw(PanelContext& c) {
  const schema::Scenario& scenario = c.document.scenario();
  const auto& field = *schema::Scenario::descriptor()->FindFieldByName(kind_.list);
  const int size = scenario.GetReflection()->FieldSize(scenario, &field);
  std::vector<std::string> paths;
  for (int i = 0; i < size; ++i) paths.push_back(element_path(scenario, field, i));
  for (const std::string& path : paths) {
    if (c.document.is_selected(path)) chosen_ = path;
  }
  if (std::find(paths.begin(), paths.end(), chosen_) == paths.end())
    chosen_ = paths.empty() ? "" : paths.front();
  const std::uint64_t revision = c.document.revision();
  draw_buttons(c, chosen_);
  if (c.document.revision() != revision) {  // Another list from the next frame on.
    c.ui.host().keep_drawing();
    return "";
  }
  if (paths.empty()) {
    c.ui.empty_note(kind_.empty_note);
    return "";
  }
  ImGui::BeginChild("elements", {0.0F, std::min(static_cast<float>(size), kMostRows) *
                                               ImGui::GetTextLineHeightWithSpacing() +
                                           c.ui.step()});
  for (int i = 0; i < size; ++i) {
    const std::string& path = paths[static_cast<std::size_t>(i)];
    const std::string name =
        name_of(scenario.GetReflection()->GetRepeatedMessage(scenario, &field, i));
    const std::string shown = name.empty() ? fmt::format("{} {}", kind_.list, i) : name;
    const Widget widget = Widget(shown).text(c.ui.with_icon(kind_.icon, shown));
    if (c.ui.selectable(widget, path == chosen_)) {
      chosen_ = path;
      c.workspace.select({path});
    }
  }
  ImGui::EndChild();
  c.ui.separator();
  return chosen_;
}

void ElementList::draw_buttons(PanelContext& c, const std::string& chosen) {
  const std::string none = chosen.empty() ? "there is none yet" : "";
  if (!kind_.kinds.empty()) {
    ImGui::SetNextItemWidth(24.0F * c.ui.step());
    c.ui.choice("Kind", add_kind_, kind_.kinds);
    c.ui.same_line();
  }
  const std::string kind =
      kind_.kinds.empty() ? "" : kind_.kinds[static_cast<std::size_t>(add_kind_)];
  if (c.ui.button(Widget("Add").tip("Adds a " + kind_.list)))
    emit(c, "Add a " + kind_.list, kind_.add(c.document, kind));
  c.ui.same_line();
  if (c.ui.icon_button(Widget("Duplicate").tip("Copies it").off(none), icon::kDuplicate)) {
    emit(c, "Duplicate " + chosen, duplicate(c.document, {chosen}));
  }
  c.ui.same_line();
  if (c.ui.icon_button(Widget("Delete").tip("Deletes it").off(none), icon::kRemove))
    emit(c, "Delete " + chosen, remove_all(c.document, {chosen}));
}

}  // namespace diorama::editor
