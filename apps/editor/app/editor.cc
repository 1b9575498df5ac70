#include "apps/editor/app/editor.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "apps/editor/app/presets.h"
#include "apps/editor/panel/command_palette.h"
#include "apps/editor/panel/menus.h"
#include "apps/editor/panel/panels.h"
#include "apps/editor/ui/shell.h"
#include "apps/pipeline/backends.h"
#include "engine/core/text.h"
#include "scenes/field_path.h"

namespace diorama::editor {
namespace {

// A dialog is drawn a frame after it was asked for, and its field has the keyboard two frames later.
constexpr int kFramesUntilFocus = 3;

}  // namespace

Result<std::unique_ptr<Editor>> Editor::make(vulkan::Device& device, const Options& options,
                                             std::function<void()> wake_hook) {
  std::vector<std::string> problems;
  std::filesystem::path settings_file;
  Settings settings;
  if (!options.test_mode && !Settings::folder().empty()) {
    settings_file = Settings::folder() / "settings.txt";
    settings = Settings::load(settings_file, problems);
  }
  if (!options.theme.empty())
    settings.style.theme = options.theme == "dark" ? ThemeName::kDark : ThemeName::kLight;
  if (options.font_scale > 0.0) settings.style.font_scale = static_cast<float>(options.font_scale);
  settings.style.builtin_font = options.test_mode;
  if (!options.preset.empty()) {
    settings.preset = options.preset;
    settings.layout.clear();
  }
  DIORAMA_ASSIGN_OR_RETURN(auto host, UiHost::make(device, settings.style));
  std::unique_ptr<Editor> editor(new Editor(std::move(host), options, std::move(settings),
                                            std::move(settings_file), std::move(wake_hook)));
  for (const std::string& problem : problems) editor->log_.add(LogLevel::kWarning, problem);
  DIORAMA_RETURN_IF_ERROR(editor->restore_layout());
  if (!options.file.empty()) DIORAMA_RETURN_IF_ERROR(editor->open(options.file));
  editor->files_->offer_recovery();
  return editor;
}

Editor::Editor(std::unique_ptr<UiHost> host, const Options& options, Settings settings,
               std::filesystem::path settings_file, std::function<void()> wake_hook)
    : options_(options),
      wake_hook_(std::move(wake_hook)),
      host_(std::move(host)),
      ui_(*host_),
      settings_(std::move(settings)),
      settings_file_(std::move(settings_file)),
      applied_style_(settings_.style),
      own_layouts_({.settings = settings_,
                    .actions = actions_,
                    .current = [this] { return layout_.to_text(); },
                    .use = [this](const std::string& name) { use_preset(name); },
                    .keep = [this] { log_.add(save_settings()); }}) {
  if (options_.test_mode) log_.fix_clock();
  for (const auto& [id, chord] : settings_.shortcuts) saved_shortcuts_[id] = chord;
  // A picture alone changes nothing that could be lost.
  const bool keeps_journal = !options_.headless || !options_.script.empty();
  workspace_ = std::make_unique<Workspace>(
      WorkspaceOptions{.renderer = {"vulkan", options_.device, validation_requested()},
                       .manual_clock = options_.headless || options_.test_mode,
                       .journals = keeps_journal ? recovery_folder() : std::filesystem::path(),
                       .wake = [this] { wake(); }},
      log_);
  files_ = std::make_unique<FileActions>(
      FileActions::Parts{.workspace = *workspace_,
                         .settings = settings_,
                         .actions = actions_,
                         .log = log_,
                         .browser = browser_,
                         .quit =
                             [this] {
                               workspace_->bench().close();
                               closed_ = true;
                             },
                         .open_dataset =
                             [this](const std::filesystem::path& path) {
                               dataset_ = path;
                               show_panel("Dataset");
                             }});
  context_ = std::make_unique<PanelContext>(PanelContext{
      .ui = ui_,
      .document = workspace_->document(),
      .workspace = *workspace_,
      .actions = actions_,
      .log = log_,
      .settings = settings_,
      .dataset = dataset_,
      .browser = browser_,
      .open_asking = [this](const std::filesystem::path& file) { files_->open_asking(file); },
      .show_panel = [this](const std::string& panel) { show_panel(panel); },
      .focused_panel = [this] { return layout_.focused(); },
      .wake = [this] { wake(); },
      .test_mode = options_.test_mode});
  panels_ = make_panels();
  add_actions();
  for (const auto& panel : panels_) panel->add_actions(*context_);
  for (const auto& [id, chord] : saved_shortcuts_) actions_.set_shortcut(id, chord);
}

Editor::~Editor() = default;

std::vector<std::string> Editor::panel_names() const {
  std::vector<std::string> names;
  for (const auto& panel : panels_) names.push_back(panel->name());
  return names;
}

void Editor::show_panel(const std::string& name) {
  const std::vector<std::string> names = panel_names();
  if (std::find(names.begin(), names.end(), name) == names.end()) return;
  layout_.show(name);
  host_->keep_drawing();
}

Status Editor::restore_layout() {
  if (!settings_.layout.empty()) {
    Result<Layout> saved = Layout::from_text(settings_.layout, panel_names());
    if (saved.ok()) {
      layout_ = std::move(*saved);
      return {};
    }
    log_.add(LogLevel::kWarning, "The saved layout cannot be used: " + saved.status().message());
  }
  std::vector<std::string> names;
  for (const Preset& preset : presets()) names.push_back(preset.name);
  for (const auto& [name, text] : settings_.presets) names.push_back(name);
  if (std::find(names.begin(), names.end(), settings_.preset) == names.end()) {
    if (!options_.preset.empty()) {
      return invalid_input("there is no view preset '" + options_.preset + "'; there are " +
                           join(names, ", "));
    }
    settings_.preset = presets().front().name;
  }
  use_preset(settings_.preset);
  return {};
}

void Editor::use_preset(const std::string& name) {
  std::string text;
  if (const auto own = settings_.presets.find(name); own != settings_.presets.end())
    text = own->second;
  for (const Preset& preset : presets()) {
    if (preset.name == name) text = preset.layout;
  }
  Result<Layout> layout = Layout::from_text(text, panel_names());
  if (!layout.ok()) {
    log_.add(layout.status());
    return;
  }
  layout_ = std::move(*layout);
  settings_.preset = name;
  host_->keep_drawing();
}

void Editor::add_actions() {
  const auto add = [this](Action action) { actions_.add(std::move(action)); };
  files_->add_actions();
  for (const Preset& preset : presets()) {
    add({.id = "view.preset." + preset.name,
         .title = preset.name,
         .help = preset.help + ".",
         .menu = "View/Presets",
         .checked = [this, name = preset.name] { return settings_.preset == name; },
         .run = [this, name = preset.name] { use_preset(name); }});
  }
  own_layouts_.add_actions();
  for (const auto& panel : panels_) {
    const std::string name = panel->name();
    add({.id = "view.panel." + name,
         .title = name,
         .help = panel->help(),
         .menu = "View/Panels",
         .checked = [this, name] { return layout_.contains(name); },
         .run =
             [this, name] {
               layout_.is_front(name) ? layout_.close(name) : layout_.show(name);
               host_->keep_drawing();
             }});
  }
  add({.id = "view.larger",
       .title = "Larger text",
       .help = "Makes all text and spacing larger.",
       .menu = "View",
       .separator = true,
       .shortcut = {.key = Key::kEqual, .ctrl = true},
       .run = [this] {
         settings_.style.font_scale = std::min(kMaxFontScale, settings_.style.font_scale + 0.125F);
       }});
  add({.id = "view.smaller",
       .title = "Smaller text",
       .help = "Makes all text and spacing smaller.",
       .menu = "View",
       .shortcut = {.key = Key::kMinus, .ctrl = true},
       .run = [this] {
         settings_.style.font_scale = std::max(kMinFontScale, settings_.style.font_scale - 0.125F);
       }});
  add({.id = "view.theme",
       .title = "Switch between dark and light",
       .help = "The other theme.",
       .menu = "View",
       .run = [this] {
         settings_.style.theme =
             settings_.style.theme == ThemeName::kDark ? ThemeName::kLight : ThemeName::kDark;
       }});
  add({.id = "help.palette",
       .title = "Command palette...",
       .help = "Find and do anything by its name.",
       .menu = "Help",
       .icon = icon::kSearch,
       .shortcut = {.key = Key::kP, .ctrl = true, .shift = true},
       .run = [this] {
         open_command_palette();
         host_->input().hold_text(kFramesUntilFocus);
         host_->keep_drawing(kFramesUntilFocus);
       }});
}

void Editor::tick() {
  if (!(settings_.style == applied_style_)) apply_style();
}

void Editor::apply_style() {
  applied_style_ = settings_.style;
  StyleChoice style = settings_.style;
  style.font_scale = std::clamp(style.font_scale * display_scale_, kMinFontScale, kMaxFontScale);
  host_->set_style(style);
}

void Editor::set_display_scale(float scale) {
  display_scale_ = scale > 0.0F ? scale : 1.0F;
  apply_style();
}

void Editor::wake() {
  woken_.store(true);
  if (wake_hook_) wake_hook_();
}

void Editor::request_close() {
  files_->quit_asking();
  host_->keep_drawing();
}

void Editor::drop(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) files_->drop(path);
  host_->keep_drawing();
}

Result<std::string> Editor::field_text(const std::string& path) const {
  const schema::Scenario& scenario = workspace_->document().scenario();
  DIORAMA_ASSIGN_OR_RETURN(const FieldRef ref, resolve_field(scenario, path));
  return diorama::field_text(scenario, ref);
}

std::string Editor::title() const {
  const Document& document = workspace_->document();
  return document.title() + (document.dirty() ? " *" : "") + " - diorama";
}

Status Editor::save_settings() {
  if (settings_file_.empty()) return {};
  settings_.layout = layout_.to_text();
  settings_.shortcuts = actions_.changed_shortcuts();
  return settings_.save(settings_file_);
}

void Editor::handle_keys() {
  const auto chord = host_->pressed_chord();
  if (!chord) return;
  const Action* action = actions_.by_chord(*chord, layout_.focused());
  if (action == nullptr) return;
  const Status status = actions_.run(action->id);
  if (!status.ok()) log_.add(LogLevel::kWarning, status.message());
}

void Editor::measure_frame() {
  constexpr double kPauseS = 0.25;  // Nothing moved: that is no frame's time.
  constexpr double kBlend = 0.1;
  const auto now = std::chrono::steady_clock::now();
  const double passed_s = std::chrono::duration<double>(now - last_frame_).count();
  last_frame_ = now;
  if (passed_s > kPauseS) return;
  double& shown_s = context_->frame_s;
  shown_s = shown_s > 0.0 ? shown_s + kBlend * (passed_s - shown_s) : passed_s;
}

Status Editor::frame(int width_px, int height_px, double seconds, const Present* present) {
  tick();
  measure_frame();
  woken_.store(false);
  host_->begin_frame(width_px, height_px, seconds);
  handle_keys();
  const bool goes_on = workspace_->update(seconds);
  if (goes_on) host_->keep_drawing(1);
  busy_ = goes_on || !workspace_->previews().wait_idle(std::chrono::milliseconds(0));
  for (const auto& panel : panels_) panel->update(*context_);
  draw_shell(ui_, layout_,
             {.menu = [this] { draw_main_menu(*context_, title()); },
              .tools = [this] { draw_toolbar(*context_); },
              .status = [this] { draw_status_line(*context_); },
              .panel =
                  [this](const std::string& name) {
                    for (const auto& panel : panels_) {
                      if (panel->name() == name) panel->draw(*context_);
                    }
                  }});
  draw_command_palette(*context_);
  browser_.draw(ui_);
  files_->draw(ui_);
  own_layouts_.draw(ui_);
  return host_->end_frame(present);
}

}  // namespace diorama::editor
