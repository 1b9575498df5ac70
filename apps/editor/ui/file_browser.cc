#include "apps/editor/ui/file_browser.h"

#include <algorithm>

#include <fmt/format.h>

#include "apps/editor/ui/imgui_compat.h"
#include "apps/editor/ui/shell.h"

namespace diorama::editor {
namespace {

namespace fs = std::filesystem;

std::string size_text(std::uintmax_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  if (bytes < 1'000'000) return fmt::format("{:.1f} kB", static_cast<double>(bytes) * 1e-3);
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) * 1e-6);
}

}  // namespace

void FileBrowser::ask(Request request) {
  request_ = std::move(request);
  name_.clear();
  std::error_code ignored;
  fs::path start = request_.start;
  if (start.empty()) start = folder_.empty() ? fs::current_path(ignored) : folder_;
  if (!fs::is_directory(start, ignored)) {
    name_ = start.filename().string();
    start = start.parent_path();
  }
  enter(start.empty() ? fs::current_path(ignored) : start);
  fresh_ = true;
  open_dialog(request_.title);
}

void FileBrowser::enter(const fs::path& folder) {
  std::error_code error;
  folder_ = fs::weakly_canonical(folder, error);
  entries_.clear();
  unreadable_.clear();
  fs::directory_iterator it(folder_, fs::directory_options::skip_permission_denied, error);
  if (error) {
    unreadable_ = "This folder cannot be read: " + error.message();
    return;
  }
  for (; it != fs::directory_iterator(); it.increment(error)) {
    if (error) break;
    std::error_code ignored;
    Entry entry{it->path().filename().string(), it->is_directory(ignored), 0};
    if (!show_hidden_ && entry.name.starts_with('.')) continue;
    if (!entry.folder) {
      const std::string extension = it->path().extension().string();
      const auto& wanted = request_.extensions;
      if (request_.purpose == Purpose::kFolder) continue;
      if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), extension) == wanted.end())
        continue;
      entry.bytes = it->file_size(ignored);
    }
    entries_.push_back(std::move(entry));
  }
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return a.folder != b.folder ? a.folder : a.name < b.name;
  });
}

fs::path FileBrowser::target() const {
  if (name_.empty()) return request_.purpose == Purpose::kFolder ? folder_ : fs::path();
  fs::path path = fs::path(name_).is_absolute() ? fs::path(name_) : folder_ / name_;
  if (request_.purpose == Purpose::kSave && path.extension().empty() &&
      !request_.extensions.empty())
    path += request_.extensions.front();
  return path;
}

std::string FileBrowser::problem() const {
  std::error_code ignored;
  const fs::path path = target();
  if (path.empty()) return "choose a file, or type its name";
  const bool exists = fs::exists(path, ignored);
  if (request_.purpose == Purpose::kOpen && !exists) return "there is no such file";
  if (request_.purpose == Purpose::kSave && !fs::is_directory(path.parent_path(), ignored))
    return "there is no such folder";
  return "";
}

void FileBrowser::choose(Ui& ui) {
  std::error_code ignored;
  const fs::path path = target();
  if (request_.purpose != Purpose::kFolder && fs::is_directory(path, ignored)) {
    enter(path);
    name_.clear();
    return;
  }
  close_dialog();
  ui.host().keep_drawing();
  if (request_.chosen) request_.chosen(path);
}

void FileBrowser::draw_entries(Ui& ui, float height) {
  ImGui::PushStyleColor(ImGuiCol_ChildBg, ui.theme().panel);
  ImGui::BeginChild("entries", {0.0F, height}, true);
  ImGui::PopStyleColor();
  if (!unreadable_.empty()) ui.empty_note(unreadable_);
  if (unreadable_.empty() && entries_.empty()) ui.empty_note("Nothing of this kind is here.");
  fs::path go;
  for (const Entry& entry : entries_) {
    const std::string shown = ui.with_icon(entry.folder ? icon::kFolder : icon::kFile,
                                           entry.name + (entry.folder ? "/" : ""));
    if (ui.selectable(Widget(entry.name).text(shown), entry.name == name_, true)) {
      if (entry.folder && request_.purpose != Purpose::kFolder) {
        go = folder_ / entry.name;
      } else {
        name_ = entry.name;
      }
    }
    if (ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(0)) {
      if (entry.folder) {
        go = folder_ / entry.name;
      } else if (problem().empty()) {
        choose(ui);
        break;
      }
    }
    if (!entry.folder) {
      const std::string size = size_text(entry.bytes);
      ImGui::SameLine(ImGui::GetWindowContentRegionMax().x - ImGui::CalcTextSize(size.c_str()).x -
                      ui.step());
      ui.dim(size);
    }
  }
  if (!go.empty()) {
    enter(go);
    name_.clear();
  }
  ImGui::EndChild();
}

void FileBrowser::draw(Ui& ui) {
  if (request_.title.empty()) return;
  const float step = ui.step();
  if (!begin_dialog(ui, request_.title, {170 * step, 130 * step})) return;
  if (ui.icon_button(Widget("Up").tip("The folder above"), icon::kUp)) enter(folder_.parent_path());
  ui.same_line();
  ImGui::AlignTextToFramePadding();
  ui.text(folder_.string());
  ui.record_last("Folder", folder_.string());
  const float below = 2 * ImGui::GetFrameHeightWithSpacing() + 2 * step;
  draw_entries(ui, ImGui::GetContentRegionAvail().y - below);
  if (fresh_) ui.focus_next();
  fresh_ = false;
  ImGui::SetNextItemWidth(-1.0F);
  ui.search_field("Name", name_,
                  request_.purpose == Purpose::kFolder ? "This folder, or a name" : "Name or path");
  const bool entered = ImGui::IsItemDeactivated() && compat::key_pressed(Key::kEnter);
  const char* verb = request_.purpose == Purpose::kSave   ? "Save"
                     : request_.purpose == Purpose::kOpen ? "Open"
                                                          : "Choose";
  const std::string why_not = problem();
  const bool pressed = ui.primary_button(Widget(verb).off(why_not));
  ui.same_line();
  const bool cancelled = ui.button("Cancel") || compat::key_pressed(Key::kEscape);
  std::error_code ignored;
  if (request_.purpose == Purpose::kSave && why_not.empty() && fs::exists(target(), ignored)) {
    ui.same_line();
    ImGui::AlignTextToFramePadding();
    ui.colored(ui.theme().warning, "There is such a file; it is replaced.");
  }
  if (cancelled) {
    close_dialog();
  } else if (pressed || (entered && why_not.empty())) {
    choose(ui);
  }
  end_dialog(ui);
}

}  // namespace diorama::editor
