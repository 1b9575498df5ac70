// diorama validate: every problem of a scenario at once.
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/cli/command.h"
#include "apps/pipeline/backends.h"
#include "scenes/sampler.h"
#include "scenes/scenario_io.h"
#include "scenes/validate.h"

namespace diorama::cli {
namespace {

struct Arguments {
  std::string scenario;
  std::vector<std::string> overrides;
  bool json = false;
};

/// The rules of meaning, then what only loading the assets and the model file can tell.
std::vector<Diagnostic> diagnose(schema::Scenario scenario, const std::filesystem::path& folder) {
  std::vector<Diagnostic> diagnostics = validate(scenario, folder);
  for (const Diagnostic& d : diagnostics) {
    if (d.severity == Diagnostic::Severity::kError) return diagnostics;
  }
  const Result<std::unique_ptr<Sampler>> sampler = Sampler::create(std::move(scenario), folder, sampler_tools());
  if (!sampler.ok()) diagnostics.push_back({Diagnostic::Severity::kError, "", sampler.status().message()});
  return diagnostics;
}

int run(const Arguments& a) {
  want_json(a.json);
  Result<schema::Scenario> scenario = read_scenario(a.scenario);
  if (!scenario.ok()) return report(scenario.status());
  for (const std::string& assignment : a.overrides) {
    if (const Status status = apply_override(*scenario, assignment); !status.ok()) return report(status);
  }
  const std::vector<Diagnostic> diagnostics =
      diagnose(std::move(*scenario), std::filesystem::absolute(a.scenario).parent_path());
  int errors = 0;
  nlohmann::json list = nlohmann::json::array();
  for (const Diagnostic& d : diagnostics) {
    const bool error = d.severity == Diagnostic::Severity::kError;
    errors += error ? 1 : 0;
    list.push_back({{"severity", error ? "error" : "warning"}, {"path", d.path}, {"message", d.message}});
    if (!a.json) {
      narrate("{}: {}: {}{}{}\n", a.scenario, error ? "error" : "warning", d.path, d.path.empty() ? "" : ": ",
                 d.message);
    }
  }
  if (a.json) {
    const nlohmann::json object = {{"schema", "diorama.validate.1"}, {"scenario", a.scenario}, {"valid", errors == 0},
                                   {"diagnostics", list}};
    fmt::print("{}\n", object.dump());
  } else {
    fmt::print("{}: {}\n", a.scenario, errors == 0 ? "valid" : fmt::format("{} errors", errors));
  }
  return errors == 0 ? kDone : kBadInput;
}

}  // namespace

Command validate_command() {
  return {"validate", "Check a scenario and list every problem",
          "  diorama validate scenes/library/clutter.textproto\n"
          "  diorama validate my.textproto --set camera[main].fov_y_deg=60\n"
          "  diorama validate my.textproto --json",
          [](const Options& options) {
            const auto a = std::make_shared<Arguments>();
            options.value("scenario", a->scenario, "Scenario file").required().type_name("SCENARIO").check(not_empty());
            add_set_option(options, a->overrides);
            options.flag("--json", a->json, "One JSON object on stdout");
            return [a] { return run(*a); };
          }};
}

}  // namespace diorama::cli
