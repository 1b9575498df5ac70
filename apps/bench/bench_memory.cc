// Resident memory of a long run: it must not grow with the number of episodes.
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <memory>
#include <thread>

#include <fmt/format.h>

#include "apps/bench/bench.h"
#include "apps/bench/bench_scenario.h"
#include "apps/bench/scratch_folder.h"
#include "apps/pipeline/generate.h"

namespace diorama {
namespace {

/// Of this process, in MB (1e6 bytes); 0 if the system does not tell.
double resident_mb() {
  std::ifstream statm("/proc/self/statm");
  double total_pages = 0.0, resident_pages = 0.0;
  statm >> total_pages >> resident_pages;
  return 1e-6 * resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// The mean of the samples taken while the number of drawn episodes is in [first, last).
struct Window {
  std::int64_t first = 0;
  std::int64_t last = 0;
  double sum_mb = 0.0;
  int samples = 0;

  void look(std::int64_t episode, double mb) {
    if (episode < first || episode >= last) return;
    sum_mb += mb;
    ++samples;
  }
  double mean_mb() const { return samples > 0 ? sum_mb / samples : 0.0; }
};

}  // namespace

Result<std::vector<Measurement>> bench_memory(const BenchOptions& options) {
  const std::int64_t episodes = options.quick ? 60 : 10000;
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<ScratchFolder> scratch, ScratchFolder::make());
  GenerateOptions generate;
  DIORAMA_ASSIGN_OR_RETURN(generate.scenario, write_varied(scratch->path()));
  generate.episodes = episodes;
  generate.episodes_per_shard = 500;
  generate.seed = 0;
  generate.renderer.device = options.device;
  generate.renderer.validation = options.validation;
  options.say(fmt::format(
      "memory: {} small episodes in which sizes, colours, textures and meshes vary", episodes));
  DIORAMA_ASSIGN_OR_RETURN(GeneratePlan plan, plan_generate(generate));

  Window early{episodes / 10, episodes / 5};
  Window late{9 * episodes / 10, episodes + 1};
  GenerateProgress progress;
  std::jthread sampler([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const std::int64_t drawn = progress.episodes_kept + progress.episodes_rejected;
      const double mb = resident_mb();
      early.look(drawn, mb);
      late.look(drawn, mb);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  const std::atomic<bool> stop{false};
  const Result<GenerateReport> report =
      run_generate(plan, scratch->path() / "dataset", OutputMode::kNew, stop, progress);
  sampler.request_stop();
  sampler.join();
  DIORAMA_RETURN_IF_ERROR(report.status());
  if (early.samples == 0 || late.samples == 0 || early.sum_mb <= 0.0) {
    return failed("memory: /proc/self/statm could not be read while the run went on");
  }
  return std::vector<Measurement>{
      compare("memory/generate/resident", late.mean_mb(), "MB", early.mean_mb()),
      figure("memory/generate/growth", late.mean_mb() - early.mean_mb(), "MB")};
}

}  // namespace diorama
