// Log: what the editor has said, by level, with a filter and a copy.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "apps/editor/action/action_table.h"
#include "apps/editor/panel/panels.h"
#include "engine/core/text.h"

namespace diorama::editor {
namespace {

class LogPanel : public Panel {
 public:
  std::string name() const override { return "Log"; }
  std::string help() const override { return "Messages of the editor, newest below."; }

  void draw(PanelContext& c) override {
    if (revision_ != c.log.revision()) {
      revision_ = c.log.revision();
      lines_ = c.log.lines();
      grown_ = true;
    }
    ImGui::SetNextItemWidth(60 * c.ui.step());
    c.ui.search_field("Filter", filter_);
    static const std::array<std::string, 3> levels = {"All", "Warnings", "Errors"};
    c.ui.same_line();
    c.ui.segmented("Level", level_, levels);
    c.ui.same_line();
    const std::string empty = lines_.empty() ? "the log is empty" : "";
    if (c.ui.button(Widget("Copy").tip("The lines shown, to the clipboard").off(empty)))
      ImGui::SetClipboardText(shown_text().c_str());
    c.ui.same_line();
    if (c.ui.button(Widget("Clear").off(empty))) c.log.clear();
    ImGui::BeginChild("lines");
    int shown = 0;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (!shows(lines_[i])) continue;
      draw_line(c, lines_[i], i);
      ++shown;
    }
    if (shown == 0)
      c.ui.empty_note(lines_.empty() ? "Nothing has been said yet." : "No line fits the filter.");
    if (std::exchange(grown_, false)) ImGui::SetScrollHereY(1.0F);
    ImGui::EndChild();
  }

 private:
  bool shows(const LogLine& line) const {
    return static_cast<int>(line.level) >= level_ && contains_ignoring_case(line.text, filter_);
  }
  std::string shown_text() const {
    std::string text;
    for (const LogLine& line : lines_) {
      if (shows(line)) text += line.text + "\n";
    }
    return text;
  }
  static void draw_line(PanelContext& c, const LogLine& line, std::size_t index) {
    const Theme& theme = c.ui.theme();
    c.ui.dim(fmt::format("{:7.1f}", line.time_s));
    c.ui.same_line();
    if (line.level == LogLevel::kError) c.ui.colored(theme.error, c.ui.icon(icon::kError));
    if (line.level == LogLevel::kWarning) c.ui.colored(theme.warning, c.ui.icon(icon::kWarning));
    if (line.level == LogLevel::kInfo) c.ui.dim(c.ui.icon(icon::kInfo));
    c.ui.same_line();
    c.ui.wrapped(line.text);
    c.ui.record_last(fmt::format("Line {}", index), line.text);
  }

  std::vector<LogLine> lines_;
  std::uint64_t revision_ = ~std::uint64_t{0};
  std::string filter_;
  int level_ = 0;
  bool grown_ = false;
};

}  // namespace

std::unique_ptr<Panel> make_log_panel() { return std::make_unique<LogPanel>(); }

}  // namespace diorama::editor
