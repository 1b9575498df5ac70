// Transport: plays, steps, resets and scrubs the simulation, marks moments and keeps poses. The simulation is never the
// document; what is to stay goes through "Keep this pose".
#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/editor/command/new_elements.h"
#include "apps/editor/panel/panel_parts.h"
#include "apps/editor/panel/panels.h"
#include "apps/editor/session/kept_pose.h"

namespace diorama::editor {
namespace {

constexpr std::array<double, 9> kSpeeds = {0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0};
constexpr double kFastestSpeed = SimSession::kFastest;

std::string speed_text(double speed) {
  return speed >= 1.0 ? fmt::format("{:.0f}x", speed) : fmt::format("1/{:.0f}x", 1.0 / speed);
}

std::string no_scene(const SimSnapshot& sim) {
  if (sim.shown() != nullptr) return "";
  if (sim.building) return "the scene is being built";
  return "there is no scene: the Problems panel says why";
}

class TransportPanel : public Panel {
 public:
  std::string name() const override { return "Transport"; }
  std::string help() const override {
    return "Plays the simulation and looks back at it. It starts from the document and never changes it.";
  }

  void add_actions(PanelContext& c) override {
    for (const double speed : kSpeeds) speed_names_.push_back(speed_text(speed));
    speed_names_.push_back(speed_text(kFastestSpeed));
    PanelContext* context = &c;
    const auto disabled = [context] { return no_scene(*context->workspace.snapshot()); };
    const auto add = [&](Action action) {
      action.menu = "Simulation";
      action.disabled = disabled;
      c.actions.add(std::move(action));
    };
    add({.id = "sim.play", .title = "Play or pause", .help = "Lets time pass, or stops it.", .icon = icon::kPlay,
         .shortcut = {.key = Key::kF5}, .run = [context] { toggle(*context); }});
    add({.id = "sim.step", .title = "Step", .help = "One step of the physics.", .icon = icon::kStep,
         .shortcut = {.key = Key::kF6}, .run = [context] { context->workspace.sim().step(1); }});
    add({.id = "sim.step_frame", .title = "Step to the next row", .help = "To the next row that a dataset would record.",
         .shortcut = {.key = Key::kF6, .shift = true}, .run = [context] { context->workspace.sim().step_frames(1); }});
    add({.id = "sim.reset", .title = "Reset", .help = "Back to the start of the scene.", .icon = icon::kReset,
         .shortcut = {.key = Key::kF7}, .run = [context] { context->workspace.sim().reset(); }});
    add({.id = "sim.back", .title = "Back", .help = "To the moment before, out of the history.",
         .shortcut = {.key = Key::kLeft, .alt = true}, .run = [context] { scrub_by(*context, -1); }});
    add({.id = "sim.forward", .title = "Forward", .help = "To the next moment of the history.",
         .shortcut = {.key = Key::kRight, .alt = true}, .run = [context] { scrub_by(*context, 1); }});
    add({.id = "sim.bookmark", .title = "Bookmark this moment", .help = "Keeps the moment that is shown at hand.",
         .separator = true, .icon = icon::kBookmark, .shortcut = {.key = Key::kF8}, .run = [context] {
           const SimSnapshot& sim = *context->workspace.snapshot();
           context->workspace.sim().add_bookmark(fmt::format("{:.3f} s", sim.shown()->state.time_s));
         }});
    add({.id = "sim.keep_pose", .title = "Keep this pose",
         .help = "Writes the poses that are shown into the document, for the selected bodies or for all.",
         .run = [context] { keep(*context); }});
  }

  void draw(PanelContext& c) override {
    const SimSnapshot& sim = *c.workspace.snapshot();
    if (holds_no_scene(c.document.scenario())) {
      c.ui.empty_note("There is nothing to simulate yet.");
      return;
    }
    draw_status(c, sim);
    if (sim.shown() == nullptr) {
      if (sim.load_status.ok()) c.ui.empty_note(no_scene(sim));
      return;
    }
    draw_buttons(c, sim);
    draw_scrub(c, sim);
    draw_numbers(c, sim);
    draw_bookmarks(c, sim);
  }

 private:
  static void toggle(PanelContext& c) {
    if (c.workspace.snapshot()->playing) {
      c.workspace.sim().pause();
    } else {
      c.workspace.sim().play();
    }
  }

  static void scrub_by(PanelContext& c, int moments) {
    const SimSnapshot& sim = *c.workspace.snapshot();
    const auto index = static_cast<std::ptrdiff_t>(sim.shown_index) + moments;
    c.workspace.sim().scrub(static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, index)));
  }

  static void keep(PanelContext& c) {
    const SimSnapshot& sim = *c.workspace.snapshot();
    std::vector<std::string> only;
    for (const schema::Body& body : c.document.scenario().body()) {
      if (c.document.is_selected("body[" + body.name() + "]")) only.push_back(body.name());
    }
    const KeptPose kept = keep_pose(*sim.scene, sim.shown()->state, c.document.scenario(), only);
    for (const std::string& note : kept.notes) c.log.add(LogLevel::kWarning, "Not kept: " + note);
    std::vector<Command> commands;
    for (const FieldEdit& edit : kept.edits) commands.emplace_back(SetField{edit.path, edit.value});
    if (!commands.empty()) c.workspace.emit_all("Keep this pose", commands);
  }

  static void draw_status(PanelContext& c, const SimSnapshot& sim) {
    const Theme& theme = c.ui.theme();
    if (!sim.load_status.ok()) {
      c.ui.colored(theme.error, c.ui.with_icon(icon::kError, "The document gives no scene"));
      c.ui.record_last("Problem", sim.load_status.message());
      c.ui.wrapped(sim.load_status.message());
    }
    if (!sim.run_status.ok()) {
      c.ui.colored(theme.warning, c.ui.with_icon(icon::kWarning, "The simulation stopped"));
      c.ui.record_last("Stopped", sim.run_status.message());
      c.ui.wrapped(sim.run_status.message());
    }
  }

  void draw_buttons(PanelContext& c, const SimSnapshot& sim) {
    const auto run = [&](const char* id) { (void)c.actions.run(id); };
    if (c.ui.icon_button(Widget("Reset").tip("Back to the start (F7)"), icon::kReset)) run("sim.reset");
    c.ui.same_line();
    if (c.ui.icon_button(Widget("Back").tip("The moment before (Alt+Left)"), icon::kStepBack)) run("sim.back");
    c.ui.same_line();
    const Widget play = Widget("Play").text(sim.playing ? "Pause" : "Play").tip("Let time pass, or stop it (F5)");
    if (c.ui.icon_button(play, sim.playing ? icon::kPause : icon::kPlay, sim.playing)) run("sim.play");
    c.ui.same_line();
    if (c.ui.icon_button(Widget("Step").tip("One step of the physics (F6)"), icon::kStep)) run("sim.step");
    c.ui.same_line();
    if (c.ui.button(Widget("Next row").tip("To the next row that a dataset would record (Shift+F6)"))) run("sim.step_frame");
    c.ui.same_line(4);
    int index = static_cast<int>(speed_names_.size()) - 1;
    for (std::size_t i = 0; i < kSpeeds.size(); ++i) {
      if (std::abs(sim.speed / kSpeeds[i] - 1.0) < 1e-6) index = static_cast<int>(i);
    }
    ImGui::SetNextItemWidth(22 * c.ui.step());
    if (c.ui.choice(Widget("Speed").tip("Simulated seconds per second"), index, speed_names_)) {
      const auto chosen = static_cast<std::size_t>(index);
      c.workspace.sim().set_speed(chosen < kSpeeds.size() ? kSpeeds[chosen] : kFastestSpeed);
    }
    c.ui.same_line(4);
    if (c.ui.icon_button(Widget("Bookmark").tip("Bookmark this moment (F8)"), icon::kBookmark)) run("sim.bookmark");
    c.ui.same_line();
    if (c.ui.button(Widget("Keep this pose").tip("Write the poses that are shown into the document, for the selected bodies "
                                                 "or for all"))) {
      run("sim.keep_pose");
    }
  }

  /// The history as a bar: rows of a dataset as ticks, bookmarks as marks, the shown moment as a line.
  static void draw_scrub(PanelContext& c, const SimSnapshot& sim) {
    const History& history = *sim.history;
    const double first_s = history.front()->state.time_s;
    const double last_s = history.back()->state.time_s;
    const double span_s = std::max(1e-9, last_s - first_s);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const ImVec2 size{c.ui.space_left().x, 7 * c.ui.step()};
    const std::string shown = fmt::format("{:.3f} s", sim.shown()->state.time_s);
    c.ui.area(Widget("Scrub").text(shown).tip("Drag to look back; playing from there starts a branch"), size);
    if (ImGui::IsItemActive()) {
      const double part = std::clamp((ImGui::GetIO().MousePos.x - at.x) / std::max(1.0F, size.x), 0.0F, 1.0F);
      const double wanted_s = first_s + part * span_s;
      const auto nearest = std::min_element(history.begin(), history.end(), [&](const auto& a, const auto& b) {
        return std::abs(a->state.time_s - wanted_s) < std::abs(b->state.time_s - wanted_s);
      });
      const auto index = static_cast<std::size_t>(nearest - history.begin());
      if (index != sim.shown_index) c.workspace.sim().scrub(index);
    }
    const Theme& theme = c.ui.theme();
    ImDrawList& draw = *ImGui::GetWindowDrawList();
    const auto x_of = [&](double time_s) { return at.x + static_cast<float>((time_s - first_s) / span_s) * size.x; };
    const float bottom = at.y + size.y;
    draw.AddRectFilled(at, {at.x + size.x, bottom}, color_u32(theme.frame), c.ui.step());
    draw.AddRectFilled(at, {x_of(sim.shown()->state.time_s), bottom}, color_u32(theme.accent_soft), c.ui.step());
    float last_tick = -1e9F;
    for (const MomentPointer& moment : history) {
      const float x = x_of(moment->state.time_s);
      if (!moment->is_frame || x - last_tick < 3.0F) continue;
      last_tick = x;
      draw.AddLine({x, bottom - 1.5F * c.ui.step()}, {x, bottom}, color_u32(theme.dim));
    }
    const EpisodeConfig& episode = sim.scene->sample.episode;
    const double end_s = (episode.num_frames - 1) / episode.frame_rate_hz;
    if (end_s > first_s && end_s < last_s) {
      draw.AddLine({x_of(end_s), at.y}, {x_of(end_s), bottom}, color_u32(theme.warning), 2.0F);
    }
    for (const Bookmark& mark : sim.bookmarks) {
      const double time_s = mark.moment->state.time_s;
      if (time_s < first_s || time_s > last_s) continue;
      const float x = x_of(time_s);
      draw.AddTriangleFilled({x - c.ui.step(), at.y}, {x + c.ui.step(), at.y}, {x, at.y + 2 * c.ui.step()},
                             color_u32(theme.series[1]));
    }
    const float x = x_of(sim.shown()->state.time_s);
    draw.AddLine({x, at.y}, {x, bottom}, color_u32(theme.accent), 2.0F);
  }

  static void draw_numbers(PanelContext& c, const SimSnapshot& sim) {
    const Moment& moment = *sim.shown();
    const EpisodeConfig& episode = sim.scene->sample.episode;
    const double row = moment.state.time_s * episode.frame_rate_hz;
    inline_value(c.ui, "Time", fmt::format("{:.3f}", moment.state.time_s), moment.step < 0 ? "s, settling" : "s");
    flowing_value(c.ui, "Row", moment.step < 0 ? "-" : fmt::format("{:.1f}", std::max(0.0, row)), fmt::format("of {}", episode.num_frames));
    flowing_value(c.ui, "Steps", fmt::format("{}", moment.step), fmt::format("at {:.0f} Hz", sim.scene->scene().physics.step_rate_hz));
    flowing_value(c.ui, "Moments", fmt::format("{}", sim.history->size()), sim.branch > 0 ? fmt::format("branch {}", sim.branch) : "");
    if (sim.playing && !c.test_mode) {
      const bool lags = sim.real_time_factor > 0.0 && sim.real_time_factor < 0.8 * sim.speed;
      flowing_value(c.ui, "Real time factor", fmt::format("{:.3g}", sim.real_time_factor), lags ? "x, too slow for this speed" : "x");
    }
    flowing_value(c.ui, "Engine", capabilities_of(sim.scene->physics).engine,
               fmt::format("seed {} episode {}", sim.scene->key.seed, sim.scene->key.episode));
  }

  static void draw_bookmarks(PanelContext& c, const SimSnapshot& sim) {
    for (std::size_t i = 0; i < sim.bookmarks.size(); ++i) {
      c.ui.push(fmt::format("Bookmark {}", i));
      if (c.ui.button(Widget("Go").text(sim.bookmarks[i].name).tip("Show this moment"))) c.workspace.sim().go_to_bookmark(i);
      c.ui.same_line(0.5F);
      if (c.ui.icon_button(Widget("Remove").tip("Forget this bookmark"), icon::kClose)) c.workspace.sim().remove_bookmark(i);
      c.ui.pop();
      if (i + 1 < sim.bookmarks.size()) c.ui.same_line(3);
    }
  }

  std::vector<std::string> speed_names_;
};

}  // namespace

std::unique_ptr<Panel> make_transport_panel() { return std::make_unique<TransportPanel>(); }

}  // namespace diorama::editor
