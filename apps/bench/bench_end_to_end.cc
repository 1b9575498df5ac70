// Labelled views that land on disk per second.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "apps/bench/bench.h"
#include "apps/bench/bench_scenario.h"
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
                       const std::filesystem::path& out, int workers, int episodes) {
  const KeepLavapipeThreads keep;
  GenerateOptions generate;
  generate.scenario = scenario;
  generate.episodes = episodes;
  generate.episodes_per_shard = std::max(1, episodes / 2);
  generate.seed = 0;
  generate.workers = workers;
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

}  // namespace

Result<std::vector<Measurement>> bench_end_to_end(const BenchOptions& options) {
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
    Rates best[2];  // one worker, one per core
    for (int round = 0; round < rounds; ++round) {
      for (const int side : {0, 1}) {
        const int workers = side == 0 ? 1 : many;
        options.say(fmt::format("end_to_end: {0} x {0}, {1} workers, round {2} of {3}", size_px,
                                workers, round + 1, rounds));
        DIORAMA_ASSIGN_OR_RETURN(
            const Rates rates,
            run_once(options, scenario, scratch->path() / "dataset", workers, episodes));
        best[side].views_per_s = std::max(best[side].views_per_s, rates.views_per_s);
        best[side].views_per_cpu_s = std::max(best[side].views_per_cpu_s, rates.views_per_cpu_s);
        best[side].mb_per_s = std::max(best[side].mb_per_s, rates.mb_per_s);
      }
    }
    const std::string prefix = fmt::format("end_to_end/{}/", size_px);
    results.push_back(
        compare(prefix + "views_per_s", best[1].views_per_s, "views/s", best[0].views_per_s));
    results.push_back(compare(prefix + "views_per_cpu_s", best[1].views_per_cpu_s, "views/cpu_s",
                              best[0].views_per_cpu_s));
    results.push_back(compare(prefix + "stored", best[1].mb_per_s, "MB/s", best[0].mb_per_s));
  }
  return results;
}

}  // namespace diorama
