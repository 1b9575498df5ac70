// diorama generate: from a scenario to a dataset.
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/cli/command.h"
#include "apps/cli/progress.h"
#include "apps/cli/stop_signal.h"
#include "apps/pipeline/generate.h"
#include "apps/pipeline/generate_command.h"
#include "apps/pipeline/generate_estimate.h"
#include "engine/core/text.h"

namespace diorama::cli {
namespace {

struct Arguments {
  GenerateOptions options;
  std::string out;
  std::string physics;
  std::string channels;
  std::string pixels = "deflate";
  std::string depth = "f32";
  std::string shard = "0/1";
  std::string progress = "auto";
  bool resume = false;
  bool force = false;
  bool dry_run = false;
  bool json = false;
};

Status finish_arguments(Arguments& a) {
  if (!a.physics.empty()) {
    DIORAMA_ASSIGN_OR_RETURN(a.options.physics, physics_backend_from_name(a.physics));
  }
  if (!a.channels.empty()) {
    a.options.channels = split(a.channels, ',');
    if (a.options.channels->empty()) return invalid_input("--channels '" + a.channels + "' names no channel");
  }
  a.options.storage.pixels = a.pixels == "raw" ? PixelStorage::kRaw : PixelStorage::kDeflate;
  a.options.storage.depth = a.depth == "f16"     ? DepthStorage::kF16
                            : a.depth == "i16mm" ? DepthStorage::kI16mm
                                                 : DepthStorage::kF32;
  a.options.renderer.validation = validation_requested();
  return {};
}

nlohmann::json plan_json(const GeneratePlan& plan) {
  nlohmann::json columns = nlohmann::json::array();
  for (const Column& column : plan.spec.columns) {
    columns.push_back({{"name", column.name},
                       {"type", column_type_name(column.type)},
                       {"row_shape", column.row_shape},
                       {"unit", column.unit}});
  }
  return {{"schema", "diorama.plan.1"},
          {"scenario", plan.spec.scenario_name},
          {"scenario_text", plan.spec.scenario_text},
          {"engine", plan.spec.engine},
          {"engine_version", plan.spec.engine_version},
          {"renderer", plan.spec.renderer},
          {"device", plan.spec.render_device},
          {"seed", plan.spec.seed},
          {"episodes", plan.spec.num_episodes},
          {"episodes_per_shard", plan.spec.episodes_per_shard},
          {"shards", plan.shards.size()},
          {"workers", plan.workers},
          {"columns", columns}};
}

/// What the run would do, with its size and time estimated from one real episode. Writes nothing.
int dry_run(GeneratePlan& plan, bool json) {
  const Result<GenerateEstimate> estimate = estimate_generate(plan);
  if (!estimate.ok()) return report(estimate.status());
  const double total_bytes = estimate->total_bytes();
  const double total_seconds = estimate->total_seconds(plan.workers);
  if (json) {
    nlohmann::json line = plan_json(plan);
    line["estimated_bytes"] = total_bytes;
    line["estimated_seconds"] = total_seconds;
    fmt::print("{}\n", line.dump());
    return kDone;
  }
  fmt::print("{}\n", plan.spec.scenario_text);
  fmt::print("# {} episodes in {} shards, seed {}, {} {}, {} on {}, {} workers\n", estimate->episodes, plan.shards.size(),
             plan.spec.seed, plan.spec.engine, plan.spec.engine_version, plan.spec.renderer, plan.spec.render_device,
             plan.workers);
  fmt::print("# about {} and {} (from one episode: {}, {:.2f} s); nothing was written\n", format_bytes(total_bytes),
             format_duration(total_seconds), format_bytes(estimate->episode_bytes), estimate->episode_seconds);
  return kDone;
}

int summarize(const Arguments& a, const GenerateReport& report_, const GenerateProgress& progress, double seconds) {
  const std::int64_t kept = progress.episodes_kept;
  const std::int64_t rejected_count = progress.episodes_rejected;
  if (a.json) {
    nlohmann::json shards = nlohmann::json::array();
    for (const ShardSummary& shard : report_.shards) {
      shards.push_back({{"shard", shard.shard}, {"file", shard.file}, {"sha256", shard.sha256}, {"bytes", shard.bytes},
                        {"rows", shard.num_rows}, {"episodes", shard.episodes.size()}});
    }
    const nlohmann::json line = {{"schema", "diorama.generate.1"},       {"dataset", a.out},
                                 {"episodes_kept", kept},                {"episodes_rejected", rejected_count},
                                 {"episodes_found", report_.found.episodes()},
                                 {"episodes_recovered", report_.found.recovered_kept + report_.found.recovered_rejected},
                                 {"rejected_found", report_.found.rejected()},
                                 {"shards_made", report_.shards_made},   {"shards_kept", report_.found.shards_whole},
                                 {"shards_missing", report_.shards_missing}, {"stopped", report_.stopped},
                                 {"seconds", seconds},                   {"views", progress.views.load()},
                                 {"bytes", progress.bytes.load()},       {"shards", shards},
                                 {"notes", report_.notes}};
    fmt::print("{}\n", line.dump());
  } else {
    narrate("{} episodes kept, {} rejected, {} shards made, {} there before; {:.0f} views/s, {} in {}\n", kept,
               rejected_count, report_.shards_made, report_.found.shards_whole,
               seconds > 0 ? static_cast<double>(progress.views) / seconds : 0.0,
               format_bytes(static_cast<double>(progress.bytes)), format_duration(seconds));
    for (const ShardSummary& shard : report_.shards) {
      constexpr std::size_t kShown = 3;
      for (std::size_t i = 0; i < std::min(kShown, shard.rejected.size()); ++i) {
        narrate("rejected: episode {}: {}\n", shard.rejected[i].episode, shard.rejected[i].reason);
      }
      if (shard.rejected.size() > kShown) {
        narrate("rejected: {} more in shard {} (see its .json)\n", shard.rejected.size() - kShown, shard.shard);
      }
    }
  }
  for (const std::string& note : report_.notes) narrate("note: {}\n", note);
  if (report_.found.rejected() > 0 && !a.json) {
    narrate("{} episodes were rejected by earlier runs; dataset.json says why\n", report_.found.rejected());
  }
  if (report_.stopped) {
    narrate("diorama: stopped; every finished episode is kept. Go on with: {}\n",
            generate_command(a.options, a.out, OutputMode::kResume));
    return kStoppedResumable;
  }
  if (report_.shards_missing > 0) {
    narrate("{} shards of the dataset are still to be made by other --shard parts; dataset.json and index.h5 "
               "come with the last\n", report_.shards_missing);
  }
  if (!a.json) fmt::print("{}\n", a.out);
  return rejected_count + report_.found.rejected() > 0 ? kFinishedWithRejections : kDone;
}

int run(Arguments& a) {
  want_json(a.json);
  if (a.resume && a.force) return report_failure("--resume and --force exclude each other", kUsage);
  const Result<std::pair<int, int>> shard = parse_shard(a.shard);
  const Result<ProgressStyle> style = progress_style(a.progress);
  if (!shard.ok() || !style.ok()) {
    return report_failure((shard.ok() ? style.status() : shard.status()).message(), kUsage);
  }
  std::tie(a.options.shard_index, a.options.shard_count) = *shard;
  if (const Status status = finish_arguments(a); !status.ok()) return report(status);

  Result<GeneratePlan> plan = plan_generate(a.options);
  if (!plan.ok()) return report(plan.status());
  if (a.dry_run) return dry_run(*plan, a.json);

  const OutputMode mode = a.resume ? OutputMode::kResume : a.force ? OutputMode::kForce : OutputMode::kNew;
  const StopSignal stop;
  GenerateProgress progress;
  const auto start = std::chrono::steady_clock::now();
  Result<GenerateReport> result = failed("not run");
  {
    const ProgressPrinter printer(progress, *style);
    const auto found = [&](const FoundWork& work) {
      if (a.resume) tell_found(work);
    };
    result = run_generate(*plan, a.out, mode, stop.flag(), progress, found);
  }
  if (!result.ok()) return report(result.status());
  return summarize(a, *result, progress, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}

}  // namespace

Command generate_command() {
  return {"generate", "Make a dataset from a scenario",
          "  diorama generate scenes/library/clutter.textproto --out data/clutter --episodes 100\n"
          "  diorama generate pushing.textproto --out data/pushing --set body[puck].mass_kg=0.4 --physics bullet\n"
          "  diorama generate clutter.textproto --out data/clutter --shard 3/16 --resume",
          [](const Options& options) {
            const auto a = std::make_shared<Arguments>();
            options.value("scenario", a->options.scenario, "Scenario file").required().type_name("SCENARIO").check(not_empty());
            options.value("--out", a->out, "Folder of the dataset").required().type_name("DIR").check(not_empty());
            options.value("--episodes", a->options.episodes, "Episodes to draw (default: the scenario's, else 16)")
                .type_name("N").check(whole_number(1, std::int64_t{1} << 40));
            options.value("--seed", a->options.seed, "Seed of the dataset (default: the scenario's)").type_name("SEED").check(seed_number());
            options.value("--workers", a->options.workers, "Worker threads (default: one per core)")
                .type_name("W").check(whole_number(1, 1024));
            add_physics_option(options, a->physics);
            add_renderer_option(options, a->options.renderer.backend);
            add_device_option(options, a->options.renderer.device);
            options.value("--channels", a->channels, "Channels to record of every view: all, or of " + channel_names(kAllChannels) + " (default: the scenario's)")
                .type_name("A,B,C").check(not_empty());
            options.value("--pixels", a->pixels, "How colour is stored (default: deflate)")
                .type_name("deflate|raw").check(one_of({"deflate", "raw"}));
            options.value("--depth", a->depth, "How depth is stored (default: f32)")
                .type_name("f32|f16|i16mm").check(one_of({"f32", "f16", "i16mm"}));
            options.value("--episodes-per-shard", a->options.episodes_per_shard,
                           "Episode indices per shard (default: the scenario's, else 64)")
                .type_name("K").check(whole_number(1, 1 << 20));
            options.value("--shard", a->shard, "Make only the shards s with s mod N = I").type_name("I/N");
            add_set_option(options, a->options.overrides);
            options.flag("--resume", a->resume, "Go on where an earlier run stopped or died; every finished episode is kept");
            options.flag("--force", a->force, "Replace the dataset that is there");
            options.flag("--dry-run", a->dry_run, "Show the resolved scenario, size and time; write nothing");
            options.flag("--json", a->json, "One JSON object on stdout at the end");
            options.value("--progress", a->progress, "How progress is shown on stderr (default: auto)")
                .type_name("auto|bar|log|json|none");
            return [a] { return run(*a); };
          }};
}

}  // namespace diorama::cli
