// Problems: what is wrong with the scenario and with the scene that it makes; a click selects
// where.
#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "apps/editor/document/problem_finder.h"
#include "apps/editor/panel/panels.h"
#include "apps/pipeline/backends.h"
#include "scenes/field_path.h"

namespace diorama::editor {
namespace {

bool is_error(const Diagnostic& problem) {
  return problem.severity == Diagnostic::Severity::kError;
}

class ProblemsPanel : public Panel {
 public:
  std::string name() const override { return "Problems"; }
  std::string help() const override {
    return "What is wrong with the scenario: values out of range, missing files, bodies in each "
           "other, cameras inside of bodies, odd "
           "masses. A click selects the element.";
  }

  void add_actions(PanelContext& c) override { finder_.emplace(sampler_tools(), 0, c.wake); }

  void update(PanelContext& c) override { finder_->look(c.document, c.workspace.key()); }

  void draw(PanelContext& c) override {
    const auto built = finder_->found();
    const bool current = built->revision == c.document.revision();
    std::vector<Diagnostic> problems = c.document.problems();
    if (current) problems.insert(problems.end(), built->problems.begin(), built->problems.end());
    std::stable_sort(
        problems.begin(), problems.end(),
        [](const Diagnostic& a, const Diagnostic& b) { return is_error(a) && !is_error(b); });
    draw_head(c, problems);
    ImGui::BeginChild("list");
    int shown = 0;
    for (const Diagnostic& problem : problems) {
      if (level_ == 1 && !is_error(problem)) continue;
      draw_line(c, problem, shown++);
    }
    if (shown == 0) {
      c.ui.empty_note(!finder_->done()   ? "Looking at the scene ..."
                      : problems.empty() ? "No problems found."
                                         : "No errors, only warnings.");
    }
    ImGui::EndChild();
  }

 private:
  void draw_head(PanelContext& c, const std::vector<Diagnostic>& problems) {
    static const std::array<std::string, 2> levels = {"All", "Errors"};
    c.ui.segmented("Level", level_, levels);
    c.ui.same_line();
    const auto errors = std::count_if(problems.begin(), problems.end(), is_error);
    const auto warnings = static_cast<std::ptrdiff_t>(problems.size()) - errors;
    const std::string count = fmt::format("{} {}, {} {}", errors, errors == 1 ? "error" : "errors",
                                          warnings, warnings == 1 ? "warning" : "warnings");
    c.ui.dim(count);
    c.ui.record_last("Count", count);
    c.ui.same_line();
    if (c.ui.icon_button(Widget("Look again")
                             .tip("Looks anew whether the files that the scenario names are there"),
                         icon::kRedo)) {
      c.workspace.bench().recheck_files();
    }
  }

  static void draw_line(PanelContext& c, const Diagnostic& problem, int index) {
    const Theme& theme = c.ui.theme();
    const Icon& sign = is_error(problem) ? icon::kError : icon::kWarning;
    c.ui.colored(is_error(problem) ? theme.error : theme.warning, c.ui.icon(sign));
    c.ui.same_line();
    const std::string where = problem.path.empty() ? "scenario" : problem.path;
    if (c.ui.selectable(Widget(fmt::format("Problem {}", index))
                            .text(where)
                            .tip(problem.path.empty() ? "" : "Select it"),
                        selects(c, problem.path))) {
      const std::string element = element_of(c, problem.path);
      if (!element.empty()) c.workspace.select({element});
    }
    ImGui::Indent(6.0F * c.ui.step());
    c.ui.wrapped(problem.message);
    c.ui.record_last(fmt::format("Message {}", index), problem.message);
    ImGui::Unindent(6.0F * c.ui.step());
  }

  /// The innermost element of a list on the path; "" if it is a setting.
  static std::string element_of(const PanelContext& c, std::string path) {
    while (!path.empty()) {
      if (path.back() == ']') {
        const auto ref = resolve_field(c.document.scenario(), path);
        if (ref.ok() && ref->field().message_type() != nullptr) return ref->path;
      }
      const std::size_t dot = path.rfind('.');
      path = dot == std::string::npos ? "" : path.substr(0, dot);
    }
    return "";
  }
  static bool selects(const PanelContext& c, const std::string& path) {
    const std::string element = element_of(c, path);
    return !element.empty() && c.document.is_selected(element);
  }

  std::optional<ProblemFinder> finder_;
  int level_ = 0;
};

}  // namespace

std::unique_ptr<Panel> make_problems_panel() { return std::make_unique<ProblemsPanel>(); }

}  // namespace diorama::editor
