// diorama verify: whether a dataset is whole and says what it promises.
#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/cli/command.h"
#include "apps/pipeline/audit.h"
#include "apps/pipeline/backends.h"
#include "exporters/shard/verify.h"

namespace diorama::cli {
namespace {

struct Arguments {
  std::string folder;
  bool json = false;
  bool labels = false;
  std::string scenes = ".";
  std::string device;
};

nlohmann::json to_json(const Finding& f) {
  const auto number = [](std::int64_t value) { return value < 0 ? nlohmann::json() : nlohmann::json(value); };
  return {{"file", f.file},       {"episode", number(f.episode)}, {"frame", number(f.frame)}, {"column", f.column},
          {"problem", f.problem}, {"expected", f.expected},       {"found", f.found}};
}

int run(const Arguments& a) {
  want_json(a.json);
  const auto progress = [](std::int64_t done, std::int64_t shards) {
    if (shards > 1) narrate("verified {} of {} shards\n", done, shards);
  };
  Result<VerifyReport> result = verify_dataset(a.folder, progress);
  if (!result.ok()) return report(result.status());
  VerifyReport& r = *result;
  if (a.labels) {
    AuditOptions options;
    options.scenario_folder = a.scenes;
    options.device = a.device;
    options.validation = validation_requested();
    const Status audited = audit_dataset(a.folder, options, [](std::int64_t done, std::int64_t episodes) {
      if (done % 10 == 0 || done == episodes) narrate("audited {} of {} episodes\n", done, episodes);
    }, r.findings);
    // A dataset whose files are damaged may be beyond an audit, and its findings say so already.
    if (!audited.ok() && r.findings.count() == 0) return report(audited);
    if (!audited.ok()) narrate("no audit of labels: {}\n", audited.message());
  }
  const std::int64_t count = r.findings.count();
  if (a.json) {
    nlohmann::json findings = nlohmann::json::array();
    for (const Finding& finding : r.findings.list()) findings.push_back(to_json(finding));
    const nlohmann::json object = {{"schema", "diorama.verify.1"}, {"path", a.folder}, {"good", count == 0},
                                   {"shards", r.shards},           {"episodes", r.episodes}, {"rows", r.rows},
                                   {"chunks", r.chunks},           {"bytes", r.bytes}, {"num_findings", count},
                                   {"findings", findings}};
    fmt::print("{}\n", object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    return count == 0 ? kDone : kFailedExit;
  }
  for (const Finding& finding : r.findings.list()) fmt::print("{}\n", describe(finding));
  const auto shown = static_cast<std::int64_t>(r.findings.list().size());
  if (count > shown) fmt::print("... and {} more of the same files and columns\n", count - shown);
  fmt::print("{}: {} shards, {} episodes, {} rows, {} chunks, {:.1f} MB: {}\n", a.folder, r.shards, r.episodes, r.rows,
             r.chunks, 1e-6 * static_cast<double>(r.bytes), count == 0 ? "good" : fmt::format("{} findings", count));
  return count == 0 ? kDone : kFailedExit;
}

}  // namespace

Command verify_command() {
  return {"verify", "Check every byte and value of a dataset",
          "  diorama verify data/clutter\n"
          "  diorama verify data/pushing --labels --scenes scenes/library --json\n"
          "  diorama verify data/clutter && rsync -a data/clutter trainer:",
          [](const Options& options) {
            const auto a = std::make_shared<Arguments>();
            options.value("folder", a->folder, "Dataset folder or its index.h5").required().type_name("DIR").check(not_empty());
            options.flag("--labels", a->labels, "Recompute the labels too and compare: takes about as long as making them");
            options.value("--scenes", a->scenes, "With --labels: where the scenario's relative paths start from (here)").type_name("DIR").check(not_empty());
            add_device_option(options, a->device);
            options.flag("--json", a->json, "One JSON object on stdout: counts and findings");
            options.explain("Reads everything: files and SHA-256 against dataset.json, XXH3 of every chunk, HDF5's view of each\n"
                       "shard, the sources of index.h5, episode numbers and splits, ranges, NaN, units, and columns that\n"
                       "repeat each other. With --labels it trusts no hash: scenes are drawn again from the scenario; ids, parts, classes,\n"
                       "depth, normals, object coordinates, masks and layers are compared with rays cast at the stored poses, flow with how\n"
                       "poses and cameras move what the rays hit, colour with a fresh rendering; velocities must fit poses, momentum the\n"
                       "contacts and gravity, and energy may come from actuators only (not looked at on model files). Names shard, episode,\n"
                       "frame and column of what is wrong. Exit 0: good, 1: not.\n\n");
            return [a] { return run(*a); };
          }};
}

}  // namespace diorama::cli
