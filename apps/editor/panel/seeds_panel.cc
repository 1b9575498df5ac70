// Seeds: episodes simulated to their end, as a table of what became of them. Pin the interesting ones, turn others down, show
// one in the simulation or open it as a document.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/editor/panel/panel_parts.h"
#include "apps/editor/panel/panels.h"
#include "apps/editor/session/sample_study.h"
#include "apps/editor/session/seed_marks.h"
#include "scenes/scenario_io.h"

namespace diorama::editor {
namespace {

class SeedsPanel : public Panel {
 public:
  std::string name() const override { return "Seeds"; }
  std::string help() const override {
    return "What becomes of each episode: simulated to the end, as a table to sort. Pin, turn down, show, or open as a document.";
  }

  void add_actions(PanelContext& c) override {
    study_ = std::make_unique<SampleStudy>(RendererOptions{"vulkan", "", validation_requested()}, 0, c.wake);
  }

  void draw(PanelContext& c) override {
    draw_controls(c);
    const std::shared_ptr<const StudyResult> result = study_->result();
    if (result->running) c.ui.host().keep_drawing();
    if (!result->status.ok()) {
      c.ui.colored(c.ui.theme().error, c.ui.with_icon(icon::kError, "Nothing can be simulated"));
      c.ui.record_last("Problem", result->status.message());
      c.ui.wrapped(result->status.message());
      return;
    }
    if (result->items.empty()) {
      c.ui.empty_note("Press Simulate to see what becomes of the document's episodes.");
      return;
    }
    draw_table(c, *result);
  }

 private:
  void draw_controls(PanelContext& c) {
    if (c.ui.primary_button(Widget("Simulate").tip("Simulate the episodes anew"))) start(c);
    c.ui.same_line();
    const std::shared_ptr<const StudyResult> result = study_->result();
    if (c.ui.button(Widget("Stop").off(result->running ? "" : "nothing is being simulated"))) study_->cancel();
    c.ui.same_line(3);
    ImGui::SetNextItemWidth(24 * c.ui.step());
    c.ui.integer(Widget("Count").tip("How many episodes"), count_, {.lower = 1, .upper = 4096, .whole = true});
    c.ui.same_line();
    c.ui.dim("episodes from");
    c.ui.same_line();
    ImGui::SetNextItemWidth(24 * c.ui.step());
    c.ui.integer(Widget("First").tip("The first episode"), first_, {.lower = 0, .upper = 1e12, .whole = true});
    c.ui.same_line(3);
    c.ui.checkbox(Widget("Pinned only"), pinned_only_);
    c.ui.same_line(3);
    c.ui.checkbox(Widget("Hide turned down"), hide_rejected_);
    c.ui.same_line(3);
    const int done = result->count(StudyItem::Progress::kDone);
    const int rejected = result->count(StudyItem::Progress::kRejected);
    inline_value(c.ui, "Done", fmt::format("{}", done + rejected), fmt::format("of {}, {} rejected", result->items.size(), rejected));
  }

  void start(PanelContext& c) {
    StudyRequest request;
    request.scenario = c.document.scenario();
    request.base_folder = c.document.base_folder();
    for (std::int64_t i = 0; i < count_; ++i) request.keys.push_back({c.workspace.key().seed, first_ + i});
    request.depth = StudyDepth::kSimulated;
    request.thumbnail_width_px = 96;
    request.thumbnail_height_px = 72;
    study_->start(std::move(request));
  }

  /// The items to show, sorted as the table's headers say: by episode, factors or outcome.
  std::vector<const StudyItem*> rows(const StudyResult& result, const ImGuiTableSortSpecs* specs) const {
    std::vector<const StudyItem*> shown;
    for (const auto& item : result.items) {
      if (pinned_only_ && !marks_.is_pinned(item->key)) continue;
      if (hide_rejected_ && marks_.is_rejected(item->key)) continue;
      shown.push_back(item.get());
    }
    if (specs == nullptr || specs->SpecsCount == 0) return shown;
    const int column = specs->Specs[0].ColumnIndex;
    const bool descending = specs->Specs[0].SortDirection == ImGuiSortDirection_Descending;
    std::stable_sort(shown.begin(), shown.end(), [&](const StudyItem* a, const StudyItem* b) {
      const double left = sort_value(*a, column);
      const double right = sort_value(*b, column);
      return descending ? left > right : left < right;
    });
    return shown;
  }

  static double sort_value(const StudyItem& item, int column) {
    const int field = column - kFirstField;
    const auto fields = outcome_fields();
    if (field < 0) return static_cast<double>(item.key.episode);
    if (field < static_cast<int>(fields.size())) return item.outcome ? fields[static_cast<std::size_t>(field)].value(*item.outcome) : -1e300;
    const auto factor = static_cast<std::size_t>(field) - fields.size();
    return factor < item.factors.size() ? item.factors[factor][0] : -1e300;
  }

  void draw_table(PanelContext& c, const StudyResult& result) {
    const auto fields = outcome_fields();
    const std::size_t factors = result.layout ? result.layout->factors.size() : 0;
    const int columns = kFirstField + static_cast<int>(fields.size() + factors);
    const ImGuiTableFlags flags = ImGuiTableFlags_RowBg | ImGuiTableFlags_ScrollX | ImGuiTableFlags_ScrollY | ImGuiTableFlags_Sortable |
                                  ImGuiTableFlags_Resizable | ImGuiTableFlags_SizingFixedFit | ImGuiTableFlags_Hideable;
    if (!ImGui::BeginTable("seeds", columns, flags, c.ui.space_left())) return;
    ImGui::TableSetupScrollFreeze(2, 1);
    ImGui::TableSetupColumn("episode");
    ImGui::TableSetupColumn("end", ImGuiTableColumnFlags_NoSort);
    ImGui::TableSetupColumn("what", ImGuiTableColumnFlags_NoSort);
    for (const OutcomeField& field : fields) ImGui::TableSetupColumn(fmt::format("{}, {}", field.name, field.unit).c_str());
    for (std::size_t f = 0; f < factors; ++f) {
      const FactorLayout& factor = result.layout->factors[f];
      ImGui::TableSetupColumn((factor.unit.empty() ? factor.name : factor.name + ", " + factor.unit).c_str());
    }
    ImGui::TableHeadersRow();
    const std::vector<const StudyItem*> shown = rows(result, ImGui::TableGetSortSpecs());
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(shown.size()));
    while (clipper.Step()) {
      for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) draw_item(c, *shown[static_cast<std::size_t>(i)], factors);
    }
    ImGui::EndTable();
  }

  void draw_item(PanelContext& c, const StudyItem& item, std::size_t factors) {
    const Theme& theme = c.ui.theme();
    const ImVec2 picture{20 * c.ui.step(), 15 * c.ui.step()};
    ImGui::TableNextRow(ImGuiTableRowFlags_None, picture.y + 2 * c.ui.step());
    c.ui.push(fmt::format("Episode {}", item.key.episode));
    ImGui::TableNextColumn();
    const std::string number = std::to_string(item.key.episode);
    if (marks_.is_rejected(item.key)) {
      c.ui.dim(number);
    } else {
      c.ui.text(number);
    }
    ImGui::TableNextColumn();
    const std::string key = fmt::format("Seeds/{}/{}", item.key.seed, item.key.episode);
    const std::uint64_t revision = item.id;
    const Texture* texture = item.thumbnail.pixels.empty() ? nullptr : c.ui.textures().find(key, revision);
    if (texture == nullptr && !item.thumbnail.pixels.empty()) texture = c.ui.textures().set(key, revision, item.thumbnail);
    if (c.ui.picture(Widget("Show").text(state_of(item)).tip("Show this episode in the simulation"), texture, picture)) c.workspace.set_key(item.key);
    ImGui::TableNextColumn();
    draw_buttons(c, item);
    for (const OutcomeField& field : outcome_fields()) {
      ImGui::TableNextColumn();
      if (!item.outcome) continue;
      const std::string text = fmt::format("{:.4g}", field.value(*item.outcome));
      c.ui.text(text);
      c.ui.record_last(field.name, text);
    }
    for (std::size_t f = 0; f < factors; ++f) {
      ImGui::TableNextColumn();
      if (f < item.factors.size()) c.ui.colored(theme.varied, fmt::format("{:.4g}", item.factors[f][0]));
    }
    c.ui.pop();
  }

  static std::string state_of(const StudyItem& item) {
    switch (item.progress) {
      case StudyItem::Progress::kWaiting:
        return "waiting";
      case StudyItem::Progress::kDone:
        return "simulated";
      case StudyItem::Progress::kRejected:
        return "rejected";
      case StudyItem::Progress::kFailed:
        return "failed";
    }
    return "";
  }

  void draw_buttons(PanelContext& c, const StudyItem& item) {
    if (!item.status.ok()) {
      c.ui.colored(c.ui.theme().warning, c.ui.with_icon(icon::kWarning, state_of(item)));
      if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", item.status.message().c_str());
      c.ui.record_last("Reason", item.status.message());
      return;
    }
    const bool pinned = marks_.is_pinned(item.key);
    if (c.ui.icon_button(Widget("Pin").text(pinned ? "Unpin" : "Pin").tip("Keep this episode in view"), icon::kPin, pinned)) {
      marks_.set_pinned(item.key, !pinned);
    }
    c.ui.same_line(0.5F);
    const bool rejected = marks_.is_rejected(item.key);
    if (c.ui.icon_button(Widget("Turn down").text(rejected ? "Take back" : "Turn down")
                             .tip("Mark this episode as uninteresting; datasets draw it all the same"),
                         icon::kHide, rejected)) {
      marks_.set_rejected(item.key, !rejected);
    }
    c.ui.same_line(0.5F);
    const std::string off = c.document.dirty() ? "the document has changes: save or undo them first"
                            : item.resolved    ? ""
                                               : "it has not been drawn yet";
    if (c.ui.icon_button(Widget("Open as document").off(off).tip("Its scenario with all draws written into it"), icon::kFile)) {
      const Status status = c.workspace.open_text(scenario_text(*item.resolved));
      if (status.ok()) {
        c.show_panel("Viewport");
      } else {
        c.log.add(status);
      }
    }
  }

  static constexpr int kFirstField = 3;

  std::unique_ptr<SampleStudy> study_;
  SeedMarks marks_;
  std::int64_t count_ = 16;
  std::int64_t first_ = 0;
  bool pinned_only_ = false;
  bool hide_rejected_ = false;
};

}  // namespace

std::unique_ptr<Panel> make_seeds_panel() { return std::make_unique<SeedsPanel>(); }

}  // namespace diorama::editor
