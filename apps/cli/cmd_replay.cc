// diorama replay: makes episodes of a dataset anew: the same to the last bit, continued with other
// actions, or rendered again.
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/cli/command.h"
#include "apps/cli/progress.h"
#include "apps/cli/stop_signal.h"
#include "apps/pipeline/replay.h"
#include "apps/pipeline/reproduce.h"

namespace diorama::cli {
namespace {

struct Arguments {
  std::string dataset;
  std::string out;
  std::string channels;
  std::string progress = "auto";
  ReplayOptions options;
  Continuation continuation;
  bool renderer_given = false;
  bool resume = false;
  bool force = false;
  bool json = false;

  bool continues() const { return continuation.hold > 0 || !continuation.actions.empty(); }
};

/// What is wrong with the options together, or "".
std::string wrong_combination(const Arguments& a) {
  if (a.resume && a.force) return "--resume and --force exclude each other";
  if (a.continuation.hold > 0 && !a.continuation.actions.empty())
    return "--actions and --hold exclude each other";
  if (a.continuation.frame >= 0 && !a.continues())
    return "--frame says where to continue: give --actions FILE or --hold STEPS too";
  if (a.continues() && !a.options.episode)
    return "--actions and --hold continue one episode: say which with --episode";
  if (a.continues() && a.out.empty())
    return "--actions and --hold make a new dataset: say where with --out";
  const bool renders = !a.options.cameras.empty() || !a.options.overrides.empty() ||
                       !a.channels.empty() || a.renderer_given;
  if (renders && a.out.empty())
    return "--cameras, --set, --channels and --renderer make a new dataset: say where with --out";
  if (a.out.empty() && (a.resume || a.force))
    return "--resume and --force are about the dataset at --out";
  return "";
}

int tell_reproduced(const Arguments& a, const ReproduceReport& r) {
  if (a.json) {
    nlohmann::json object = {{"schema", "diorama.replay.1"},
                             {"mode", "reproduce"},
                             {"dataset", a.dataset},
                             {"reproduced", !r.difference},
                             {"episodes", r.episodes},
                             {"rows", r.rows},
                             {"columns", r.columns},
                             {"pictures", r.pictures},
                             {"why_no_pictures", r.why_no_pictures},
                             {"changes", r.changes},
                             {"difference", nullptr}};
    if (r.difference) {
      const ReplayDifference& d = *r.difference;
      object["difference"] = {{"episode", d.episode}, {"frame", d.frame},   {"column", d.column},
                              {"value", d.value},     {"stored", d.stored}, {"now", d.now}};
    }
    fmt::print("{}\n", object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  if (!r.changes.empty())
    narrate("note: not all is as it was when the dataset was made: {}\n", r.changes);
  if (!r.pictures)
    narrate("note: columns made from pictures are not compared: {}\n", r.why_no_pictures);
  if (r.difference) {
    const ReplayDifference& d = *r.difference;
    const std::string where = d.column.empty() ? fmt::format("episode {}", d.episode)
                                               : fmt::format("episode {} frame {} '{}' value {}",
                                                             d.episode, d.frame, d.column, d.value);
    if (!a.json)
      fmt::print("{}: {} in the dataset, {} now\nnot reproduced\n", where, d.stored, d.now);
    return kFailedExit;
  }
  if (!a.json) {
    fmt::print("{} episode{}, {} rows, {} columns{}\nreproduced bit for bit\n", r.episodes,
               r.episodes == 1 ? "" : "s", r.rows, r.columns,
               r.pictures ? ", pictures too" : " without pictures");
  }
  return kDone;
}

int run_reproduce(const Arguments& a, const StoredDataset& dataset, ProgressStyle style) {
  std::vector<std::int64_t> episodes;
  if (a.options.episode) episodes.push_back(*a.options.episode);
  const auto progress = [&](std::int64_t done, std::int64_t total) {
    if (style == ProgressStyle::kNone || total == 1 || (done % 10 != 0 && done != total)) return;
    narrate("reproduced {} of {} episodes\n", done, total);
  };
  const Result<ReproduceReport> result = reproduce(dataset, episodes, a.options.renderer, progress);
  return result.ok() ? tell_reproduced(a, *result) : report(result.status());
}

int run_new_dataset(const Arguments& a, const std::shared_ptr<const StoredDataset>& dataset,
                    ProgressStyle style) {
  Result<ReplayPlan> replay = a.continues() ? plan_continue(dataset, a.options, a.continuation)
                                            : plan_render(dataset, a.options);
  if (!replay.ok()) return report(replay.status());
  if (!replay->changes.empty())
    narrate("note: not all is as it was when the dataset was made: {}\n", replay->changes);
  narrate("{}\n", replay->how);

  const OutputMode mode = a.resume  ? OutputMode::kResume
                          : a.force ? OutputMode::kForce
                                    : OutputMode::kNew;
  const StopSignal stop;
  GenerateProgress progress;
  const auto start = std::chrono::steady_clock::now();
  Result<GenerateReport> result = failed("not run");
  {
    const ProgressPrinter printer(progress, style);
    const auto found = [&](const FoundWork& work) {
      if (a.resume) tell_found(work);
    };
    result = run_generate(replay->plan, a.out, mode, stop.flag(), progress, found);
  }
  if (!result.ok()) return report(result.status());
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const std::int64_t kept =
      progress.episodes_kept + result->found.whole_kept + result->found.recovered_kept;
  const std::int64_t rejected = progress.episodes_rejected + result->found.rejected();
  const std::int64_t inherited =
      a.options.episode ? 0 : static_cast<std::int64_t>(dataset->origin().rejected.size());
  if (a.json) {
    const ParentDataset& parent = replay->plan.spec.parent;
    nlohmann::json object = {{"schema", "diorama.replay.1"},
                             {"mode", parent.how},
                             {"dataset", a.dataset},
                             {"out", a.out},
                             {"how", replay->how},
                             {"episodes_kept", kept},
                             {"episodes_rejected", rejected},
                             {"episodes_found", result->found.episodes()},
                             {"stopped", result->stopped},
                             {"seconds", seconds},
                             {"views", progress.views.load()},
                             {"changes", replay->changes},
                             {"notes", result->notes}};
    if (parent.frame >= 0) object["frame"] = parent.frame;
    fmt::print("{}\n", object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  for (const ShardSummary& shard : result->shards) {
    if (inherited > 0) break;
    for (const ShardSummary::Rejection& r : shard.rejected)
      narrate("rejected: episode {}: {}\n", r.episode, r.reason);
  }
  for (const std::string& note : result->notes) narrate("note: {}\n", note);
  narrate("{} episodes kept, {} rejected; {:.0f} views/s in {}\n", kept, rejected,
          seconds > 0 ? static_cast<double>(progress.views) / seconds : 0.0,
          format_duration(seconds));
  if (result->stopped) {
    narrate(
        "diorama: stopped; every finished episode is kept. Go on with the same command and "
        "--resume\n");
    return kStoppedResumable;
  }
  if (!a.json) fmt::print("{}\n", a.out);
  // Episodes that the parent rejected are not there to be made.
  return rejected > inherited ? kFinishedWithRejections : kDone;
}

int run(Arguments& a) {
  want_json(a.json);
  const std::string wrong = wrong_combination(a);
  if (!wrong.empty()) return report_failure(wrong, kUsage);
  const Result<ProgressStyle> style = progress_style(a.progress);
  if (!style.ok()) return report_failure(style.status().message(), kUsage);
  if (!a.channels.empty()) a.options.channels = split(a.channels, ',');
  a.options.renderer.validation = validation_requested();
  Result<std::unique_ptr<StoredDataset>> dataset = StoredDataset::open(a.dataset, a.options.scenes);
  if (!dataset.ok()) return report(dataset.status());
  if (a.out.empty()) return run_reproduce(a, **dataset, *style);
  if (!a.renderer_given) a.options.renderer.backend = (*dataset)->origin().renderer;
  return run_new_dataset(a, std::move(*dataset), *style);
}

}  // namespace

Command replay_command() {
  return {
      "replay",
      "Make episodes of a dataset anew: reproduce, continue with other actions, render again",
      "  diorama replay data/pushing --episode 3 --scenes scenes/library\n"
      "  diorama replay data/pushing --episode 3 --frame 20 --actions pull.npy --out data/pulled\n"
      "  diorama replay data/pushing --cameras other.textproto --channels rgb,flow --out "
      "data/rendered",
      [](const Options& options) {
        const auto a = std::make_shared<Arguments>();
        a->options.scenes = ".";
        options.value("dataset", a->dataset, "Dataset folder")
            .required()
            .type_name("DIR")
            .check(not_empty());
        options.value("--episode", a->options.episode,
                       "Episode to make anew, by its episode_idx (default: all)")
            .type_name("E")
            .check(whole_number(0, std::int64_t{1} << 40));
        options.value("--scenes", a->options.scenes,
                       "Folder where the scenario's relative paths start (default: .)")
            .type_name("DIR")
            .check(not_empty());
        options.value("--out", a->out,
                       "Folder of a new dataset that names this one as its parent; without it the "
                       "episodes are "
                       "reproduced and compared bit by bit")
            .type_name("DIR")
            .check(not_empty());
        options.value("--frame", a->continuation.frame,
                       "Continue after this frame (default: the last)")
            .type_name("F")
            .check(whole_number(0, std::int64_t{1} << 31));
        options.value("--actions", a->continuation.actions,
                       "Actions to continue with, one step per frame: .npy of shape (steps, "
                       "actuators), or .csv")
            .type_name("FILE")
            .check(not_empty());
        options.value("--hold", a->continuation.hold,
                       "Continue so many frames with the action of --frame")
            .type_name("STEPS")
            .check(whole_number(1, 1 << 20));
        options.value("--cameras", a->options.cameras, "Render with the cameras of this scenario")
            .type_name("SCENARIO")
            .check(not_empty());
        options.value("--set", a->options.overrides,
                       "Override a field of a camera; may be repeated")
            .type_name("camera[NAME].FIELD=VALUE")
            .repeatable();
        options.value("--channels", a->channels,
                       "Channels to record of every view, as generate takes them (default: the dataset's)")
            .type_name("A,B,C")
            .check(not_empty());
        const Option renderer =
            options.value("--renderer", a->options.renderer.backend,
                           "Renderer of the new dataset (default: the dataset's)")
                .type_name("vulkan|raycast")
                .check(one_of(renderer_names()));
        add_device_option(options, a->options.renderer.device);
        options.value("--workers", a->options.workers, "Worker threads (default: one per core)")
            .type_name("W")
            .check(whole_number(1, 1024));
        options.flag("--resume", a->resume,
                     "Go on where an earlier run with the same settings stopped");
        options.flag("--force", a->force, "Replace the dataset that is at --out");
        options.flag("--json", a->json, "One JSON object on stdout");
        options.value("--progress", a->progress, "How progress is shown on stderr (default: auto)")
            .type_name("auto|bar|log|json|none");
        return [a, renderer] {
          a->renderer_given = renderer.given();
          return run(*a);
        };
      }};
}

}  // namespace diorama::cli
