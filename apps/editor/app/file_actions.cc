#include "apps/editor/app/file_actions.h"

#include <utility>

#include <fmt/format.h>

#include "apps/editor/session/dataset_overview.h"
#include "apps/editor/ui/shell.h"

namespace diorama::editor {
namespace {

namespace fs = std::filesystem;

constexpr const char* kQuestion = "Unsaved changes";
constexpr const char* kRecovery = "Recovery";
constexpr const char* kChanged = "Changed on disk";
constexpr const char* kMacroExtension = ".macro";
constexpr int kNumRecent = 10;

std::string time_text(std::time_t time) {
  std::tm local{};
  localtime_r(&time, &local);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", local.tm_year + 1900, local.tm_mon + 1,
                     local.tm_mday, local.tm_hour, local.tm_min);
}

}  // namespace

void FileActions::add_actions() {
  ActionTable& actions = p_.actions;
  const Workspace& work = p_.workspace;
  actions.add({.id = "file.new",
               .title = "New",
               .help = "An empty document.",
               .menu = "File",
               .icon = icon::kNew,
               .shortcut = {.key = Key::kN, .ctrl = true},
               .run = [this] { ask_unsaved([this] { p_.workspace.open_new(); }); }});
  actions.add({.id = "file.open",
               .title = "Open...",
               .help = "Opens a scenario, a model file or a dataset folder.",
               .menu = "File",
               .icon = icon::kOpen,
               .shortcut = {.key = Key::kO, .ctrl = true},
               .run = [this] {
                 p_.browser.ask(
                     {.title = "Open",
                      .extensions = {".textproto", ".xml", ".mjcf", ".h5", ".json"},
                      .start = p_.workspace.document().file().empty()
                                   ? fs::path()
                                   : p_.workspace.document().file().parent_path(),
                      .chosen = [this](const fs::path& file) {
                        // The manifest stands for its folder, which a list of files cannot choose.
                        open_asking(file.filename() == "dataset.json" ? file.parent_path() : file);
                      }});
               }});
  actions.add({.id = "file.import",
               .title = "Import...",
               .help = "Takes a mesh, a model (MJCF) or a picture into the document: as a body, as "
                       "what the scene is built on, as a material.",
               .menu = "File",
               .shortcut = {.key = Key::kI, .ctrl = true},
               .run = [this] { import(); }});
  for (int i = 0; i < kNumRecent; ++i) {
    actions.add({.id = fmt::format("file.recent.{}", i + 1),
                 .title = "",
                 .help = "Opens it again.",
                 .menu = "File/Open recent",
                 .run = [this, i] {
                   if (i < static_cast<int>(p_.settings.recent.size()))
                     open_asking(std::string(p_.settings.recent[i]));
                 }});
  }
  actions.add({.id = "file.save",
               .title = "Save",
               .help = "Writes the document to its file.",
               .menu = "File",
               .separator = true,
               .icon = icon::kSave,
               .shortcut = {.key = Key::kS, .ctrl = true},
               .disabled =
                   [&work] {
                     return work.document().dirty() || work.document().file().empty()
                                ? ""
                                : "nothing has changed";
                   },
               .run = [this] { save(); }});
  actions.add({.id = "file.save_as",
               .title = "Save as...",
               .help = "Writes the document to another file.",
               .menu = "File",
               .shortcut = {.key = Key::kS, .ctrl = true, .shift = true},
               .run = [this] { save_as(); }});
  actions.add(
      {.id = "file.reload",
       .title = "Reload from disk",
       .help = "Reads the document's file again, as other programs have left it.",
       .menu = "File",
       .disabled = [&work] { return work.document().file().empty() ? "it has no file yet" : ""; },
       .run =
           [this] {
             ask_unsaved([this] { p_.log.add(open(fs::path(p_.workspace.document().file()))); });
           }});
  actions.add(
      {.id = "edit.undo",
       .title = "Undo",
       .help = "Takes the last change back.",
       .menu = "Edit",
       .separator = true,
       .icon = icon::kUndo,
       .shortcut = {.key = Key::kZ, .ctrl = true},
       .disabled =
           [&work] { return work.history().can_undo() ? "" : "there is nothing to take back"; },
       .run = [this] { p_.workspace.undo(); }});
  actions.add(
      {.id = "edit.redo",
       .title = "Redo",
       .help = "Does again what was taken back.",
       .menu = "Edit",
       .icon = icon::kRedo,
       .shortcut = {.key = Key::kZ, .ctrl = true, .shift = true},
       .disabled = [&work] { return work.history().can_redo() ? "" : "nothing was taken back"; },
       .run = [this] { p_.workspace.redo(); }});
  actions.add(
      {.id = "edit.select_none",
       .title = "Select nothing",
       .help = "Clears the selection.",
       .menu = "Edit",
       .separator = true,
       .disabled =
           [&work] { return work.document().selection().empty() ? "nothing is selected" : ""; },
       .run = [this] { p_.workspace.select({}); }});
  add_macro_actions();
  actions.add({.id = "app.quit",
               .title = "Quit",
               .help = "Closes the editor; asks first if there are unsaved changes.",
               .menu = "File",
               .separator = true,
               .shortcut = {.key = Key::kQ, .ctrl = true},
               .run = [this] { quit_asking(); }});
  show_recent();
}

void FileActions::add_macro_actions() {
  p_.actions.add(
      {.id = "edit.record_macro",
       .title = "Record a macro",
       .help = "Notes all changes from here on; the second time they are written to a file.",
       .menu = "Edit",
       .separator = true,
       .checked = [this] { return p_.workspace.bench().recording_macro(); },
       .run = [this] { record_macro(); }});
  p_.actions.add({.id = "edit.play_macro",
                  .title = "Play a macro...",
                  .help = "Does the changes of a recorded file, all of them or none, as one step.",
                  .menu = "Edit",
                  .run = [this] { play_macro(); }});
}

void FileActions::record_macro() {
  Workbench& bench = p_.workspace.bench();
  if (!bench.recording_macro()) {
    bench.start_macro();
    p_.log.info("Recording a macro; Edit, Record a macro ends it");
    return;
  }
  const std::string text = bench.stop_macro();
  if (text.empty()) {
    p_.log.add(LogLevel::kWarning, "Nothing was changed since the macro was begun; none is kept");
    return;
  }
  p_.browser.ask({.title = "Save macro",
                  .purpose = FileBrowser::Purpose::kSave,
                  .extensions = {kMacroExtension},
                  .chosen = [this, text](const fs::path& file) {
                    const Status status = write_whole_file(file, text);
                    p_.log.add(status);
                    if (status.ok()) p_.log.info("Saved " + file.string());
                  }});
}

void FileActions::play_macro() {
  p_.browser.ask({.title = "Play macro",
                  .extensions = {kMacroExtension},
                  .chosen = [this](const fs::path& file) {
                    const Result<std::string> text = read_whole_file(file);
                    if (!text.ok()) return p_.log.add(text.status());
                    const Status played = p_.workspace.bench().play_macro(*text);
                    p_.log.add(played.with_context(file.filename().string()));
                    if (played.ok()) p_.log.info("Played " + file.filename().string());
                  }});
}

void FileActions::show_recent() {
  for (int i = 0; i < kNumRecent; ++i) {
    const auto& recent = p_.settings.recent;
    p_.actions.set_title(fmt::format("file.recent.{}", i + 1),
                         i < static_cast<int>(recent.size()) ? recent[i] : "");
  }
}

Status FileActions::open(const fs::path& file) {
  std::error_code ignored;
  const std::string extension = file.extension().string();
  if (fs::is_directory(file, ignored) || extension == ".h5" || extension == ".hdf5") {
    // Its panel reads it in the background; here a fault is still the opener's to hear.
    DIORAMA_RETURN_IF_ERROR(check_dataset(file));
    p_.open_dataset(file);
  } else {
    DIORAMA_RETURN_IF_ERROR(p_.workspace.open(file));
    p_.log.info("Opened " + file.string());
  }
  p_.settings.add_recent(file);
  show_recent();
  return {};
}

void FileActions::open_asking(const fs::path& file) {
  std::error_code ignored;
  // A dataset is looked at beside the document.
  if (fs::is_directory(file, ignored)) {
    p_.log.add(open(file));
    return;
  }
  ask_unsaved([this, file] { p_.log.add(open(file)); });
}

void FileActions::drop(const fs::path& file) {
  std::error_code ignored;
  const std::string extension = file.extension().string();
  const bool opens = fs::is_directory(file, ignored) || extension == ".textproto" ||
                     extension == ".h5" || extension == ".hdf5";
  if (opens) {
    open_asking(file);
  } else if (file.filename() == "dataset.json") {
    open_asking(file.parent_path());
  } else {
    p_.log.add(p_.workspace.import(file));
  }
}

void FileActions::import() {
  p_.browser.ask(
      {.title = "Import",
       .extensions = importable_extensions(),
       .start = p_.workspace.document().base_folder(),
       .chosen = [this](const fs::path& file) { p_.log.add(p_.workspace.import(file)); }});
}

void FileActions::ask_unsaved(std::function<void()> then) {
  if (!p_.workspace.document().dirty()) {
    then();
    return;
  }
  then_ = std::move(then);
  open_dialog(kQuestion);
}

void FileActions::save(const std::function<void()>& then) {
  if (p_.workspace.document().file().empty()) {
    save_as(then);
    return;
  }
  if (p_.workspace.document().changed_on_disk()) {
    then_ = then;
    open_dialog(kChanged);
    return;
  }
  save_now(then);
}

void FileActions::save_now(const std::function<void()>& then) {
  const Status status = p_.workspace.save();
  p_.log.add(status);
  if (!status.ok()) return;
  p_.log.info("Saved " + p_.workspace.document().file().string());
  if (then) then();
}

void FileActions::save_as(const std::function<void()>& then) {
  p_.browser.ask({.title = "Save as",
                  .purpose = FileBrowser::Purpose::kSave,
                  .extensions = {".textproto"},
                  .start = p_.workspace.document().file(),
                  .chosen = [this, then](const fs::path& file) {
                    const Status status = p_.workspace.save_as(file);
                    p_.log.add(status);
                    if (!status.ok()) return;
                    p_.log.info("Saved " + file.string());
                    p_.settings.add_recent(file);
                    show_recent();
                    if (then) then();
                  }});
}

void FileActions::offer_recovery() {
  recoveries_ = p_.workspace.bench().recoveries();
  if (!recoveries_.empty()) open_dialog(kRecovery);
}

void FileActions::draw_recovery(Ui& ui) {
  const float step = ui.step();
  const auto rows = static_cast<float>(recoveries_.size());
  const float height = (rows + 2.0F) * ImGui::GetFrameHeightWithSpacing() + 26 * step;
  if (!begin_dialog(ui, kRecovery, {150 * step, height})) return;
  ui.wrapped(
      "The editor did not end as it should. These documents have changes that were not saved:");
  ui.gap();
  bool leave = false;
  for (std::size_t i = 0; i < recoveries_.size() && !leave; ++i) {
    const Recovery& found = recoveries_[i];
    ui.push(fmt::format("{}", i + 1));
    if (ui.primary_button(Widget("Recover").tip(found.file.empty() ? "It never had a file"
                                                                   : found.file.string()))) {
      const Status status = p_.workspace.recover(found.journal);
      p_.log.add(status);
      if (status.ok()) p_.log.info("Recovered " + found.title);
      leave = true;
    }
    ui.same_line();
    if (ui.button(Widget("Discard").tip("Its changes are lost"))) {
      p_.log.add(p_.workspace.bench().discard(found.journal));
      recoveries_.erase(recoveries_.begin() + static_cast<std::ptrdiff_t>(i));
      leave = recoveries_.empty();
      ui.pop();
      break;
    }
    ui.same_line();
    ui.text(found.title);
    ui.same_line();
    ui.dim("changed " + time_text(found.changed));
    ui.pop();
  }
  ui.gap();
  if (ui.button(Widget("Later").tip("Asks again at the next start"))) leave = true;
  if (leave) close_dialog();
  end_dialog(ui);
}

/// Another program wrote the file since it was opened or saved here.
void FileActions::draw_changed(Ui& ui) {
  const float step = ui.step();
  if (!begin_dialog(ui, kChanged, {120 * step, 38 * step})) return;
  ui.wrapped(p_.workspace.document().title() +
             " was changed by another program, or removed, since it was read here.");
  ui.gap(3);
  std::function<void()> next;
  bool leave = false;
  if (ui.primary_button(Widget("Replace").tip("Writes what is here over it"))) {
    leave = true;
    next = [this, then = then_] { save_now(then); };
  }
  ui.same_line();
  if (ui.button(Widget("Reload").tip("Reads the file again; the changes made here are lost"))) {
    leave = true;
    next = [this] { p_.log.add(open(fs::path(p_.workspace.document().file()))); };
  }
  ui.same_line();
  if (ui.button("Cancel")) leave = true;
  if (leave) close_dialog();
  end_dialog(ui);
  if (next) next();
}

void FileActions::draw(Ui& ui) {
  draw_recovery(ui);
  draw_changed(ui);
  const float step = ui.step();
  if (!begin_dialog(ui, kQuestion, {110 * step, 34 * step})) return;
  ui.wrapped(p_.workspace.document().title() + " has changes that are not saved.");
  ui.gap(3);
  std::function<void()> next;
  bool leave = false;
  if (ui.primary_button(Widget("Save").tip("Writes the document, then goes on"))) {
    leave = true;
    next = [this, then = then_] { save(then); };
  }
  ui.same_line();
  if (ui.button(Widget("Discard").tip("Goes on; the changes are lost"))) {
    leave = true;
    next = then_;
  }
  ui.same_line();
  if (ui.button("Cancel")) leave = true;
  if (leave) close_dialog();
  end_dialog(ui);
  if (next) next();
}

}  // namespace diorama::editor
