// Samples: a grid of sampled scenes, so that the spread of a randomisation is seen at once, and the rejections with their
// reasons.
#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/editor/panel/panel_parts.h"
#include "apps/editor/panel/panels.h"
#include "apps/editor/session/sample_study.h"

namespace diorama::editor {
namespace {

class SamplesPanel : public Panel {
 public:
  std::string name() const override { return "Samples"; }
  std::string help() const override {
    return "A grid of scenes drawn from the document, and how many are rejected and why. Click one to see it in the viewport.";
  }

  void add_actions(PanelContext& c) override {
    study_ = std::make_unique<SampleStudy>(RendererOptions{"vulkan", "", validation_requested()}, 0, c.wake);
  }

  void draw(PanelContext& c) override {
    draw_controls(c);
    const std::shared_ptr<const StudyResult> result = study_->result();
    if (result->running) c.ui.host().keep_drawing();
    // A changed document is drawn anew once it has stood still for a moment; nothing is drawn while nobody looks.
    if (automatic_ && wanted_revision_ != c.document.revision()) {
      if (seen_revision_ != c.document.revision()) {
        seen_revision_ = c.document.revision();
        still_since_s_ = ImGui::GetTime();
      }
      if (ImGui::GetTime() - still_since_s_ > 0.3) start(c);
      c.ui.host().keep_drawing();
    }
    draw_summary(c, *result);
    if (!result->status.ok()) {
      c.ui.colored(c.ui.theme().error, c.ui.with_icon(icon::kError, "Nothing can be drawn"));
      c.ui.record_last("Problem", result->status.message());
      c.ui.wrapped(result->status.message());
      return;
    }
    if (result->items.empty()) {
      c.ui.empty_note("Press Draw to see what the document's distributions give.");
      return;
    }
    ImGui::BeginChild("grid");
    draw_grid(c, *result);
    ImGui::EndChild();
  }

 private:
  void draw_controls(PanelContext& c) {
    if (c.ui.primary_button(Widget("Draw").tip("Draw the scenes anew"))) start(c);
    c.ui.same_line();
    const bool running = study_->result()->running;
    if (c.ui.button(Widget("Stop").off(running ? "" : "nothing is being drawn"))) study_->cancel();
    c.ui.same_line(3);
    ImGui::SetNextItemWidth(24 * c.ui.step());
    c.ui.integer(Widget("Count").tip("How many scenes"), count_, {.lower = 1, .upper = 1024, .whole = true});
    c.ui.same_line();
    c.ui.dim("scenes from episode");
    c.ui.same_line();
    ImGui::SetNextItemWidth(24 * c.ui.step());
    c.ui.integer(Widget("First").tip("The first episode"), first_, {.lower = 0, .upper = 1e12, .whole = true});
    c.ui.same_line(3);
    static const std::array<std::string, 3> depths = {"Drawn", "Settled", "At the end"};
    if (c.ui.segmented(Widget("Show").tip("As drawn, after settling, or in the last row"), depth_, depths)) start(c);
    c.ui.same_line(3);
    c.ui.checkbox(Widget("Automatic").tip("Draw anew whenever the document changes"), automatic_);
  }

  void start(PanelContext& c) {
    StudyRequest request;
    request.scenario = c.document.scenario();
    request.base_folder = c.document.base_folder();
    for (std::int64_t i = 0; i < count_; ++i) request.keys.push_back({c.workspace.key().seed, first_ + i});
    request.depth = static_cast<StudyDepth>(depth_);
    study_->start(std::move(request));
    wanted_revision_ = seen_revision_ = c.document.revision();
  }

  static void draw_summary(PanelContext& c, const StudyResult& result) {
    const int done = result.count(StudyItem::Progress::kDone);
    const int rejected = result.count(StudyItem::Progress::kRejected);
    inline_value(c.ui, "Drawn", fmt::format("{}", done + rejected), fmt::format("of {}", result.items.size()));
    c.ui.same_line(4);
    inline_value(c.ui, "Rejected", fmt::format("{:.0f} %", 100.0 * result.rejection_rate()), fmt::format("{} scenes", rejected));
    for (const StudyResult::Reason& reason : result.reasons()) c.ui.wrapped(fmt::format("{} x  {}", reason.count, reason.text));
  }

  void draw_grid(PanelContext& c, const StudyResult& result) {
    const float space = c.ui.space_left().x;
    const float gap = c.ui.step();
    const int columns = std::max(1, static_cast<int>(space / (42 * c.ui.step())));
    const float width = std::floor((space - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns));
    const float height = std::floor(0.75F * width);
    const SampleKey shown = c.workspace.key();
    for (std::size_t i = 0; i < result.items.size(); ++i) {
      if (i % static_cast<std::size_t>(columns) != 0) ImGui::SameLine(0.0F, gap);
      const StudyItem& item = *result.items[i];
      draw_item(c, result, item, {width, height}, item.key.seed == shown.seed && item.key.episode == shown.episode);
    }
  }

  static void draw_item(PanelContext& c, const StudyResult& result, const StudyItem& item, ImVec2 size, bool is_shown) {
    const Theme& theme = c.ui.theme();
    const std::string key = fmt::format("Samples/{}/{}", item.key.seed, item.key.episode);
    const std::uint64_t revision = item.id;
    const Texture* texture = nullptr;
    if (!item.thumbnail.pixels.empty()) {
      texture = c.ui.textures().find(key, revision);
      if (texture == nullptr) texture = c.ui.textures().set(key, revision, item.thumbnail);
    }
    std::string tip = fmt::format("seed {}, episode {}", item.key.seed, item.key.episode);
    std::string state = "waiting";
    if (item.progress == StudyItem::Progress::kRejected) state = "rejected";
    if (item.progress == StudyItem::Progress::kFailed) state = "failed";
    if (item.progress == StudyItem::Progress::kDone) state = "drawn";
    for (std::size_t f = 0; f < item.factors.size() && result.layout; ++f) {
      const FactorLayout& factor = result.layout->factors[f];
      tip += "\n" + factor.name + " =";
      for (const double value : item.factors[f]) tip += fmt::format(" {:.4g}", value);
      tip += " " + factor.unit;
    }
    if (!item.status.ok()) tip += "\n" + item.status.message();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    if (c.ui.picture(Widget(fmt::format("Scene {}", item.key.episode)).text(state).tip(tip), texture, size)) {
      c.workspace.set_key(item.key);
    }
    ImDrawList& draw = *ImGui::GetWindowDrawList();
    if (item.progress == StudyItem::Progress::kRejected || item.progress == StudyItem::Progress::kFailed) {
      const std::string text = c.ui.with_icon(icon::kError, state);
      draw.AddText({at.x + 2 * c.ui.step(), at.y + 0.5F * size.y - 0.5F * ImGui::GetFontSize()}, color_u32(theme.warning), text.c_str());
    }
    const std::string number = std::to_string(item.key.episode);
    draw.AddText({at.x + c.ui.step() + 1, at.y + c.ui.step() + 1}, IM_COL32(0, 0, 0, 200), number.c_str());
    draw.AddText({at.x + c.ui.step(), at.y + c.ui.step()}, IM_COL32(255, 255, 255, 230), number.c_str());
    if (is_shown) draw.AddRect(at, {at.x + size.x, at.y + size.y}, color_u32(theme.accent), 2.0F, 0, 2.0F);
  }

  std::unique_ptr<SampleStudy> study_;
  std::int64_t count_ = 24;
  std::int64_t first_ = 0;
  int depth_ = 0;
  bool automatic_ = false;
  std::uint64_t wanted_revision_ = 0;
  std::uint64_t seen_revision_ = 0;
  double still_since_s_ = 0.0;
};

}  // namespace

std::unique_ptr<Panel> make_samples_panel() { return std::make_unique<SamplesPanel>(); }

}  // namespace diorama::editor
