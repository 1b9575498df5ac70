// Randomise: what changes from episode to episode, how it is distributed, and how many episodes are
// rejected for it.
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "apps/editor/command/default_distribution.h"
#include "apps/editor/document/layout_text.h"
#include "apps/editor/document/problem_finder.h"
#include "apps/editor/document/vary_paths.h"
#include "apps/editor/panel/distribution_plot.h"
#include "apps/editor/panel/field_editor.h"
#include "apps/editor/panel/panels.h"
#include "apps/pipeline/backends.h"
#include "engine/core/text.h"
#include "scenes/distribution.h"
#include "scenes/field_path.h"
#include "scenes/field_rules.h"
#include "scenes/vary.h"

namespace diorama::editor {
namespace {

using google::protobuf::Message;

constexpr int kEpisodes = 64;  // Draws from which the rate of rejections is told.

/// The message that the entry's paths start from.
const Message& root_of(const schema::Scenario& scenario, const VaryEntry& entry) {
  if (entry.root.empty()) return scenario;
  const auto ref = resolve_field(scenario, entry.root);
  const Message& parent = parent_of(scenario, *ref);
  return parent.GetReflection()->GetRepeatedMessage(parent, &ref->field(), ref->steps.back().index);
}

/// A distribution of another kind with the range of the one before, or about the field's value.
Result<schema::Distribution> as_kind(const std::string& kind, const Message& root,
                                     const FieldRef& field, const schema::Distribution& before) {
  DIORAMA_ASSIGN_OR_RETURN(const schema::Distribution plain, default_distribution(root, field));
  double low = 0.0;
  double high = 1.0;
  bool has_range = false;
  for (const schema::Distribution* source : {&plain, &before}) {
    if (source->has_choice() || source->has_rotation() || !check_distribution(*source).empty())
      continue;
    has_range = true;
    const std::vector<Draw> ends = extreme_draws(*source);
    low = std::min(ends.front().number, ends.back().number);
    high = std::max(ends.front().number, ends.back().number);
  }
  schema::Distribution result;
  if (kind == "uniform") {
    result.mutable_uniform()->set_low(low);
    result.mutable_uniform()->set_high(high);
  } else if (kind == "log_uniform") {
    result.mutable_log_uniform()->set_low(low > 0.0 ? low : std::max(high, 1e-3) * 0.1);
    result.mutable_log_uniform()->set_high(std::max(high, 1e-3));
  } else if (kind == "truncated_normal") {
    result.mutable_truncated_normal()->set_mean(0.5 * (low + high));
    result.mutable_truncated_normal()->set_stddev(std::max(0.25 * (high - low), 1e-9));
    result.mutable_truncated_normal()->set_low(low);
    result.mutable_truncated_normal()->set_high(high);
  } else if (kind == "integer") {
    result.mutable_integer()->set_low(static_cast<std::int64_t>(std::ceil(low)));
    result.mutable_integer()->set_high(
        static_cast<std::int64_t>(std::max(std::ceil(low), std::floor(high))));
  } else if (kind == "choice") {
    if (plain.has_choice()) return plain;
    if (!has_range) return invalid_input("there are no values to choose from");
    result.mutable_choice()->add_option()->set_value(format_number(low));
    result.mutable_choice()->add_option()->set_value(format_number(high));
  } else {
    result.mutable_rotation();
  }
  return result;
}

std::string message_as_value(const schema::Distribution& distribution) {
  schema::Vary holder;
  *holder.mutable_distribution() = distribution;
  return value_text(holder, *schema::Vary::descriptor()->FindFieldByName("distribution"), -1, 0);
}

class RandomisePanel : public Panel {
 public:
  std::string name() const override { return "Randomise"; }
  std::string help() const override {
    return "What is drawn anew in each episode: the field, its distribution as a histogram of real "
           "draws, the column that records it, and "
           "how many episodes are rejected.";
  }

  void add_actions(PanelContext& c) override {
    finder_.emplace(sampler_tools(), kEpisodes, c.wake);
  }

  void draw(PanelContext& c) override {
    finder_->look(c.document, c.workspace.key());
    // Commands of this frame change the document; what is drawn stays as it was at its beginning.
    if (drawn_revision_ != c.document.revision()) {
      drawn_revision_ = c.document.revision();
      scenario_ = c.document.scenario();
    }
    const std::vector<VaryEntry> entries = vary_entries(scenario_);
    draw_head(c, entries);
    if (c.document.revision() != drawn_revision_) {  // Another list from the next frame on.
      c.ui.host().keep_drawing();
      return;
    }
    if (entries.empty()) {
      c.ui.empty_note(
          "Nothing varies: all episodes are the same but for the motion of random actuators. Give "
          "a path above, or press the "
          "button beside a field in the inspector.");
      return;
    }
    chosen_ = std::min(chosen_, entries.size() - 1);
    const float list_height =
        std::min(0.45F * c.ui.space_left().y, (static_cast<float>(entries.size()) + 0.5F) *
                                                  ImGui::GetTextLineHeightWithSpacing());
    ImGui::BeginChild("entries", {0.0F, list_height});
    for (std::size_t i = 0; i < entries.size(); ++i) draw_entry(c, entries[i], i);
    ImGui::EndChild();
    c.ui.separator();
    ImGui::BeginChild("detail");
    draw_detail(c, entries[chosen_]);
    ImGui::EndChild();
  }

 private:
  void draw_head(PanelContext& c, const std::vector<VaryEntry>& entries) {
    const auto found = finder_->found();
    const bool current = found->revision == c.document.revision();
    std::string rate = "drawing episodes ...";
    if (current && found->complete && found->drawn == 0)
      rate = "no episode can be drawn, see Problems";
    if (current && found->drawn > 0) {
      rate = fmt::format("{} of {} episodes rejected ({:.0f} %)", found->rejected, found->drawn,
                         100.0 * found->rejected / found->drawn);
    }
    c.ui.text(fmt::format("{} {}", entries.size(),
                          entries.size() == 1 ? "entry varies" : "entries vary"));
    c.ui.text(rate);  // One line whatever it says, so that nothing below it moves.
    c.ui.record_last(Widget("Rejected").tip(found->reason.empty() ? "" : "First: " + found->reason),
                     rate);
    ImGui::SetNextItemWidth(std::max(
        80.0F, c.ui.space_left().x - ImGui::CalcTextSize("Make random").x - 6.0F * c.ui.step()));
    c.ui.search_field(Widget("Path").tip("A field such as body[ball].mass_kg"), path_,
                      "body[ball].mass_kg");
    c.ui.same_line();
    if (c.ui.button(Widget("Add")
                        .text("Make random")
                        .off(path_.empty() ? "give the path of a field first" : "")))
      add(c);
  }
  void add(PanelContext& c) {
    if (path_.empty() || !c.workspace.emit(MakeRandom{path_, "", ""})) return;
    const std::vector<VaryEntry> entries = vary_entries(c.document.scenario());
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].root.empty()) chosen_ = i;
    }
    path_.clear();
  }

  void draw_entry(PanelContext& c, const VaryEntry& entry, std::size_t index) {
    const std::string first = entry.vary->path_size() == 0 ? "no field" : entry.vary->path(0);
    const std::string more =
        entry.vary->path_size() > 1 ? fmt::format(" and {} more", entry.vary->path_size() - 1) : "";
    const std::string shown = (entry.root.empty() ? "" : entry.root + ": ") + first + more;
    if (c.ui.selectable(Widget(fmt::format("Entry {}", index))
                            .text(shown)
                            .tip(diorama::describe(entry.vary->distribution())),
                        index == chosen_))
      chosen_ = index;
  }

  void draw_detail(PanelContext& c, const VaryEntry& entry) {
    const Message& root = root_of(scenario_, entry);
    std::string unit;
    double present = std::numeric_limits<double>::quiet_NaN();
    std::optional<FieldRef> field;
    for (const std::string& path : entry.vary->path()) {
      const auto ref = resolve_field(root, path);
      c.ui.mono(path);
      if (!ref.ok()) {
        c.ui.colored(c.ui.theme().error, ref.status().message());
        continue;
      }
      if (!field) field = *ref;
    }
    if (field && is_numeric(field_kind(*field))) {
      unit = field_rule(field->field(), field->holder()).unit;
      present = field_number(root, *field).value_or(present);
    }
    plot_.draw(c.ui, "Histogram", entry.vary->distribution(), unit, present, 26.0F * c.ui.step());
    c.ui.gap();
    if (field) draw_kind(c, entry, root, *field);
    if (c.document.revision() != drawn_revision_) return;
    draw_parameters(c, entry);
    if (c.document.revision() != drawn_revision_) return;
    if (entry.root.empty()) {
      c.ui.caption("factor",
                   "The column variation.<factor> records the value; empty = not recorded");
      std::string factor = entry.vary->factor();
      if (c.ui.text_field(Widget("factor"), factor, "not recorded").committed)
        c.workspace.emit(SetField{entry.path + ".factor", quoted_text(factor)});
    }
    c.ui.gap();
    if (c.ui.button(
            Widget("Make fixed").tip("The fields keep the values that they have in the document")))
      c.workspace.emit(RemoveElement{entry.path});
  }

  static void draw_kind(PanelContext& c, const VaryEntry& entry, const Message& root,
                        const FieldRef& field) {
    // The kinds that the sampler takes for this field.
    std::vector<std::string> kinds;
    std::vector<schema::Distribution> values;
    int index = 0;
    const auto& oneof = *schema::Distribution::descriptor()->FindOneofByName("kind");
    for (int i = 0; i < oneof.field_count(); ++i) {
      const bool is_present = entry.vary->distribution().GetReflection()->HasField(
          entry.vary->distribution(), oneof.field(i));
      auto value = is_present
                       ? Result<schema::Distribution>(entry.vary->distribution())
                       : as_kind(oneof.field(i)->name(), root, field, entry.vary->distribution());
      if (!value.ok()) continue;
      schema::Vary trial = *entry.vary;
      *trial.mutable_distribution() = *value;
      if (!is_present && !resolve_vary(root, trial).ok()) continue;
      if (is_present) index = static_cast<int>(kinds.size());
      kinds.push_back(oneof.field(i)->name());
      values.push_back(*std::move(value));
    }
    c.ui.caption("distribution");
    if (c.ui.choice("distribution", index, kinds)) {
      c.workspace.emit(SetField{entry.path + ".distribution",
                                message_as_value(values[static_cast<std::size_t>(index)])});
    }
  }

  void draw_parameters(PanelContext& c, const VaryEntry& entry) {
    const schema::Distribution& distribution = entry.vary->distribution();
    if (!distribution.has_choice()) {
      const auto* kind = distribution.GetReflection()->GetOneofFieldDescriptor(
          distribution, schema::Distribution::descriptor()->FindOneofByName("kind"));
      if (kind != nullptr) fields_.draw(c, entry.path + ".distribution." + kind->name());
      return;
    }
    const std::string list = entry.path + ".distribution.choice.option";
    for (int i = 0; i < distribution.choice().option_size(); ++i) {
      const std::string option = fmt::format("{}[{}]", list, i);
      c.ui.caption(fmt::format("option {}", i + 1));
      std::string value = distribution.choice().option(i).value();
      ImGui::SetNextItemWidth(std::max(60.0F, 0.6F * c.ui.space_left().x));
      if (c.ui.text_field(Widget(fmt::format("option {}", i)), value).committed)
        c.workspace.emit(SetField{option + ".value", quoted_text(value)});
      c.ui.same_line(0.5F);
      double weight = distribution.choice().option(i).has_weight()
                          ? distribution.choice().option(i).weight()
                          : 1.0;
      if (weight_of_ == option) weight = weight_;
      ImGui::SetNextItemWidth(
          std::max(30.0F, c.ui.space_left().x - c.ui.theme().row - c.ui.step()));
      const Edit edit =
          c.ui.number(Widget(fmt::format("weight {}", i)).tip("How often, relative to the others"),
                      weight, {.lower = 1e-6, .upper = 1e9});
      if (edit.committed) {
        weight_of_.clear();
        c.workspace.emit(SetField{option + ".weight", format_number(weight)});
      } else if (edit.changed) {
        weight_of_ = option;
        weight_ = weight;
      }
      c.ui.same_line(0.5F);
      const std::string last =
          distribution.choice().option_size() == 1 ? "one option must stay" : "";
      if (c.ui.icon_button(Widget(fmt::format("Remove {}", i)).tip("Remove the option").off(last),
                           icon::kRemove)) {
        c.workspace.emit(RemoveElement{option});
        return;
      }
    }
    if (c.ui.button("Add option")) {
      c.workspace.emit(InsertElement{
          list, -1, "value: " + quoted_text(distribution.choice().option(0).value())});
    }
  }

  std::optional<ProblemFinder> finder_;
  DistributionPlot plot_;
  FieldEditor fields_{FieldEditor::Random::kNot};
  schema::Scenario scenario_;
  std::uint64_t drawn_revision_ = 0;
  std::size_t chosen_ = 0;
  std::string path_;
  std::string weight_of_;
  double weight_ = 0.0;
};

}  // namespace

std::unique_ptr<Panel> make_randomise_panel() { return std::make_unique<RandomisePanel>(); }

}  // namespace diorama::editor
