// Labelled views that land on disk per second.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "apps/bench/bench.h"
#include "apps/bench/bench_scenario.h"
#include "apps/bench/mujoco_pipeline.h"
#include "apps/bench/scratch_folder.h"
#include "apps/bench/timing.h"
#include "apps/pipeline/generate.h"

namespace diorama {
namespace {

/// What one run of generate achieved.
struct Rates {
  double views_per_s = 0.0;
  double views_per_cpu_s = 0.0;
  double mb_per_s = 0.0;  ///< Stored bytes.
};

/// Planning sets LP_NUM_THREADS for several workers; each run here starts from what the user had.
class KeepLavapipeThreads {
 public:
  KeepLavapipeThreads() {
    if (const char* value = std::getenv("LP_NUM_THREADS")) value_ = value;
  }
  ~KeepLavapipeThreads() {
    if (value_) {
      setenv("LP_NUM_THREADS", value_->c_str(), 1);
    } else {
      unsetenv("LP_NUM_THREADS");
    }
  }
  KeepLavapipeThreads(const KeepLavapipeThreads&) = delete;
  KeepLavapipeThreads& operator=(const KeepLavapipeThreads&) = delete;

 private:
  std::optional<std::string> value_;
};

Result<Rates> run_once(const BenchOptions& options, const std::filesystem::path& scenario,
                       const std::filesystem::path& out, int workers, int episodes,
                       const std::optional<std::vector<std::string>>& channels = {}) {
  const KeepLavapipeThreads keep;
  GenerateOptions generate;
  generate.scenario = scenario;
  generate.episodes = episodes;
  generate.episodes_per_shard = std::max(1, episodes / 2);
  generate.seed = 0;
  generate.workers = workers;
  generate.channels = channels;
  generate.renderer.device = options.device;
  generate.renderer.validation = options.validation;
  Status status;
  std::int64_t views = 0;
  std::int64_t bytes = 0;
  // Planning counts: the user waits for it too.
  const Span span = time_once([&] {
    Result<GeneratePlan> plan = plan_generate(generate);
    if (!plan.ok()) {
      status = plan.status();
      return;
    }
    const std::atomic<bool> stop{false};
    GenerateProgress progress;
    const Result<GenerateReport> report =
        run_generate(*plan, out, OutputMode::kNew, stop, progress);
    status = report.status();
    views = progress.views;
    bytes = progress.bytes;
  });
  DIORAMA_RETURN_IF_ERROR(status);
  if (views == 0) return failed("every episode of the bench's scenario was rejected");
  std::error_code ignored;
  std::filesystem::remove_all(out, ignored);
  const auto count = static_cast<double>(views);
  return Rates{count / span.wall_s, count / span.cpu_s,
               1e-6 * static_cast<double>(bytes) / span.wall_s};
}

/// The same scenes that the runs draw, or as many of them as their rules let through.
Result<MujocoPipelineJob> peer_job(const std::filesystem::path& scenario, int episodes,
                                   int processes) {
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<Sampler> sampler, load_sampler(scenario, {}));
  MujocoPipelineJob job;
  job.processes = processes;
  job.num_frames = sampler->scenario().episode().frames();
  job.steps_per_frame =
      static_cast<int>(std::lround(sampler->scenario().physics().step_rate_hz() /
                                   sampler->scenario().episode().frame_rate_hz()));
  for (int episode = 0; episode < episodes; ++episode) {
    Result<Sample> sample = sampler->sample({0, episode});
    if (sample.ok()) job.scenes.push_back(std::move(sample->scene));
  }
  if (job.scenes.empty()) return failed("the bench's scenario draws no scene");
  return job;
}

Result<Rates> run_peer(const MujocoPipelineJob& job) {
  std::error_code ignored;
  std::filesystem::create_directories(job.folder, ignored);
  DIORAMA_ASSIGN_OR_RETURN(const MujocoPipelineRun run, run_mujoco_pipeline(job));
  std::filesystem::remove_all(job.folder, ignored);
  const auto count = static_cast<double>(run.views);
  return Rates{count / run.span.wall_s, count / run.span.cpu_s,
               1e-6 * static_cast<double>(run.bytes) / run.span.wall_s};
}

void keep_best(Rates& best, const Rates& rates) {
  best.views_per_s = std::max(best.views_per_s, rates.views_per_s);
  best.views_per_cpu_s = std::max(best.views_per_cpu_s, rates.views_per_cpu_s);
  best.mb_per_s = std::max(best.mb_per_s, rates.mb_per_s);
}

}  // namespace

Result<std::vector<Measurement>> bench_end_to_end(const BenchOptions& options) {
  constexpr int kLabelledPx = 256;
  // Amodal masks bring boxes and visible fractions.
  const std::vector<std::string> labels = {"depth", "segmentation",  "part",  "normal",
                                            "flow",  "flow_backward", "amodal"};
  const int many = std::max(2, static_cast<int>(std::thread::hardware_concurrency()));
  const int num_frames = options.quick ? 4 : 48;
  const int episodes = options.quick ? 2 : 2 * many;
  const int rounds = options.quick ? 1 : 2;
  std::vector<Measurement> results;
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<ScratchFolder> scratch, ScratchFolder::make());
  for (const int size_px : {128, 256}) {
    DIORAMA_ASSIGN_OR_RETURN(
        const std::filesystem::path scenario,
        write_clutter(scratch->path() / std::to_string(size_px), size_px, num_frames));
    DIORAMA_ASSIGN_OR_RETURN(MujocoPipelineJob job, peer_job(scenario, episodes, many));
    job.folder = scratch->path() / "peer";
    Rates ours;
    Rates labelled;
    Rates one_worker;
    Rates peer;
    for (int round = 0; round < rounds; ++round) {
      options.say(fmt::format("end_to_end: {0} x {0}, four views, round {1} of {2}", size_px,
                              round + 1, rounds));
      const std::filesystem::path out = scratch->path() / "dataset";
      DIORAMA_ASSIGN_OR_RETURN(Rates rates, run_once(options, scenario, out, many, episodes));
      keep_best(ours, rates);
      DIORAMA_ASSIGN_OR_RETURN(rates, run_peer(job));
      keep_best(peer, rates);
      if (size_px == kLabelledPx) {
        DIORAMA_ASSIGN_OR_RETURN(rates,
                                 run_once(options, scenario, out, many, episodes, labels));
        keep_best(labelled, rates);
      }
      DIORAMA_ASSIGN_OR_RETURN(rates, run_once(options, scenario, out, 1, episodes));
      keep_best(one_worker, rates);
    }
    const std::string prefix = fmt::format("end_to_end/{}/", size_px);
    results.push_back(
        compare(prefix + "equal", ours.views_per_s, "views/s", peer.views_per_s));
    results.push_back(compare(prefix + "equal/cpu", ours.views_per_cpu_s, "views/cpu_s",
                              peer.views_per_cpu_s));
    if (size_px == kLabelledPx) {
      results.push_back(
          compare(prefix + "labels", labelled.views_per_s, "views/s", peer.views_per_s));
      results.push_back(compare(prefix + "labels/cpu", labelled.views_per_cpu_s, "views/cpu_s",
                                peer.views_per_cpu_s));
    }
    results.push_back(compare(prefix + "stored", ours.mb_per_s, "MB/s", peer.mb_per_s));
    results.push_back(
        compare(prefix + "workers", ours.views_per_s, "views/s", one_worker.views_per_s));
  }
  return results;
}

}  // namespace diorama
