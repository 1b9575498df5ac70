// Plots: quantities of the simulation over time, tied to the scrub bar.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/editor/panel/panels.h"
#include "apps/editor/session/quantity.h"
#include "apps/editor/ui/plot.h"

namespace diorama::editor {
namespace {

class PlotsPanel : public Panel {
 public:
  std::string name() const override { return "Plots"; }
  std::string help() const override {
    return "Energy, momentum, velocities and contact forces over simulated time. Drag in a plot to look back.";
  }

  void draw(PanelContext& c) override {
    const SimSnapshot& sim = *c.workspace.snapshot();
    if (sim.shown() == nullptr) {
      c.ui.empty_note("There is no scene to plot.");
      return;
    }
    choose_body(c, sim);
    const float list_width = 52 * c.ui.step();
    ImGui::BeginChild("quantities", {list_width, 0});
    draw_list(c);
    ImGui::EndChild();
    c.ui.same_line();
    ImGui::BeginChild("plots");
    draw_plots(c, sim);
    ImGui::EndChild();
  }

 private:
  void choose_body(PanelContext& c, const SimSnapshot& sim) {
    const std::vector<Body>& bodies = sim.scene->scene().bodies;
    std::vector<std::string> names;
    int index = 0;
    // What is selected in the document is what is plotted, unless the user chooses another here.
    for (const Body& body : bodies) {
      const bool selected = c.document.is_selected("body[" + body.name + "]");
      if (selected && body.name != followed_) body_ = followed_ = body.name;
    }
    for (const Body& body : bodies) {
      if (body.motion == Motion::kStatic) continue;
      if (body.name == body_) index = static_cast<int>(names.size());
      names.push_back(body.name);
    }
    if (names.empty()) {
      body_.clear();
      return;
    }
    if (body_.empty() || names[static_cast<std::size_t>(index)] != body_) body_ = names[static_cast<std::size_t>(index)];
    ImGui::SetNextItemWidth(52 * c.ui.step());
    if (c.ui.choice(Widget("Body").tip("For the quantities of one body"), index, names)) {
      body_ = names[static_cast<std::size_t>(index)];
    }
  }

  void draw_list(PanelContext& c) {
    for (const bool per_body : {false, true}) {
      c.ui.heading(per_body ? "Body" : "Scene");
      for (const Quantity& quantity : quantities()) {
        if (quantity.per_body != per_body) continue;
        bool on = on_.contains(quantity.name);
        if (!c.ui.checkbox(Widget(quantity.name).tip(quantity.meaning), on)) continue;
        if (on) {
          on_.insert(quantity.name);
        } else {
          on_.erase(quantity.name);
        }
      }
    }
  }

  void draw_plots(PanelContext& c, const SimSnapshot& sim) {
    const Scene& scene = sim.scene->scene();
    const std::optional<BodyId> body = scene.find_body(body_);
    std::vector<std::pair<std::string, std::vector<const Quantity*>>> groups;
    for (const Quantity& quantity : quantities()) {
      if (!on_.contains(quantity.name) || (quantity.per_body && !body)) continue;
      const std::string title = quantity.per_body ? body_ + " " + quantity.group : quantity.group;
      const auto known = std::find_if(groups.begin(), groups.end(), [&](const auto& group) { return group.first == title; });
      if (known == groups.end()) {
        groups.push_back({title, {&quantity}});
      } else {
        known->second.push_back(&quantity);
      }
    }
    if (groups.empty()) {
      c.ui.empty_note("Choose what to plot on the left.");
      return;
    }
    const std::vector<double> time_s = times(*sim.history);
    const float gaps = static_cast<float>(groups.size()) * (ImGui::GetTextLineHeightWithSpacing() + 3 * c.ui.step());
    const float height = std::max(30 * c.ui.step(), (c.ui.space_left().y - gaps) / static_cast<float>(groups.size()));
    for (const auto& [title, members] : groups) {
      Plot plot;
      plot.title = title;
      plot.unit = members[0]->unit;
      plot.x = time_s;
      plot.x_unit = "s";
      plot.cursor = sim.shown()->state.time_s;
      for (std::size_t i = 0; i < members.size(); ++i) {
        plot.lines.push_back({members[i]->name, series(*members[i], scene, *sim.history, body.value_or(BodyId())), static_cast<int>(i)});
      }
      const auto wanted = draw_plot(c.ui, "Plot " + title, plot, {c.ui.space_left().x, height});
      if (wanted) scrub(c, sim, *wanted);
    }
  }

  static void scrub(PanelContext& c, const SimSnapshot& sim, double wanted_s) {
    const History& history = *sim.history;
    const auto nearest = std::min_element(history.begin(), history.end(), [&](const auto& a, const auto& b) {
      return std::abs(a->state.time_s - wanted_s) < std::abs(b->state.time_s - wanted_s);
    });
    const auto index = static_cast<std::size_t>(nearest - history.begin());
    if (index != sim.shown_index) c.workspace.sim().scrub(index);
  }

  std::set<std::string> on_ = {"kinetic energy", "potential energy", "total energy", "contact force"};
  std::string body_;
  std::string followed_;
};

}  // namespace

std::unique_ptr<Panel> make_plots_panel() { return std::make_unique<PlotsPanel>(); }

}  // namespace diorama::editor
