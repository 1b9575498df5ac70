#include "apps/editor/app/own_layouts.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "apps/editor/app/presets.h"
#include "apps/editor/ui/shell.h"

namespace diorama::editor {
namespace {

constexpr const char* kDialog = "Own layouts";
/// The menu has this many places.
constexpr int kMost = 12;
constexpr std::size_t kLongestName = 40;

bool is_preset(const std::string& name) {
  return std::any_of(presets().begin(), presets().end(),
                     [&](const Preset& preset) { return preset.name == name; });
}

/// What a line of the settings file can hold as a key.
bool is_plain(char letter) {
  return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == ' ' || letter == '-' ||
         letter == '_';
}

}  // namespace

std::string OwnLayouts::name_at(int index) const {
  if (index >= static_cast<int>(p_.settings.presets.size())) return "";
  return std::next(p_.settings.presets.begin(), index)->first;
}

void OwnLayouts::add_actions() {
  p_.actions.add({.id = "view.layouts",
                  .title = "Own layouts...",
                  .help = "Saves the layout of the panels under a name, and deletes saved ones.",
                  .menu = "View/Presets",
                  .run = [] { open_dialog(kDialog); }});
  for (int i = 0; i < kMost; ++i) {
    p_.actions.add({.id = fmt::format("view.layout.{}", i + 1),
                    .title = "",
                    .help = "A layout of your own.",
                    .menu = "View/Presets",
                    .checked = [this, i] { return p_.settings.preset == name_at(i); },
                    .run = [this, i] { p_.use(name_at(i)); }});
  }
  show_names();
}

void OwnLayouts::show_names() {
  for (int i = 0; i < kMost; ++i)
    p_.actions.set_title(fmt::format("view.layout.{}", i + 1), name_at(i));
}

std::string OwnLayouts::problem() const {
  if (name_.empty()) return "type a name for it";
  if (name_.size() > kLongestName || name_.front() == ' ' || name_.back() == ' ' ||
      !std::all_of(name_.begin(), name_.end(), is_plain))
    return fmt::format("a name has up to {} letters, digits, blanks, - and _", kLongestName);
  if (is_preset(name_)) return "a preset of the editor is called so";
  if (p_.settings.presets.size() >= kMost && !p_.settings.presets.contains(name_))
    return fmt::format("there are {} already; delete one first", kMost);
  return "";
}

void OwnLayouts::save() {
  p_.settings.presets[name_] = p_.current();
  p_.settings.preset = name_;
  show_names();
  p_.keep();
}

void OwnLayouts::draw_list(Ui& ui) {
  if (p_.settings.presets.empty())
    ui.empty_note("None yet. Arrange the panels as you like, and save that under a name.");
  std::string used;
  std::string deleted;
  for (const auto& [name, text] : p_.settings.presets) {
    ui.push(name);
    if (ui.icon_button(Widget("Delete").tip("Forget this layout"), icon::kRemove)) deleted = name;
    ui.same_line();
    if (ui.selectable(Widget("Use").text(name).tip("Arrange the panels like this"),
                      p_.settings.preset == name))
      used = name;
    ui.pop();
  }
  if (!used.empty()) {
    p_.use(used);
    close_dialog();
  }
  if (deleted.empty()) return;
  p_.settings.presets.erase(deleted);
  if (p_.settings.preset == deleted) p_.settings.preset = presets().front().name;
  show_names();
  p_.keep();
}

void OwnLayouts::draw(Ui& ui) {
  const float step = ui.step();
  if (!begin_dialog(ui, kDialog, {110 * step, 90 * step})) return;
  ui.caption("Name");
  ui.search_field("Name", name_, "Name for the layout as it stands");
  const std::string why_not = problem();
  const bool replaces = p_.settings.presets.contains(name_);
  if (ui.primary_button(Widget("Save").text(replaces ? "Replace" : "Save").off(why_not))) {
    save();
    name_.clear();
    close_dialog();
  }
  ui.same_line();
  if (ui.button("Close")) close_dialog();
  ui.gap(1);
  ImGui::BeginChild("list");
  draw_list(ui);
  ImGui::EndChild();
  end_dialog(ui);
}

}  // namespace diorama::editor
