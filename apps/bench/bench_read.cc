// The Python package against stock h5py, on datasets that generate makes.
#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/bench/bench.h"
#include "apps/bench/bench_scenario.h"
#include "apps/bench/python_program.h"
#include "apps/bench/scratch_folder.h"
#include "apps/pipeline/generate.h"

namespace diorama {
namespace {

Status make_dataset(const BenchOptions& options, const std::filesystem::path& scenario,
                    const std::filesystem::path& folder, PixelStorage pixels) {
  GenerateOptions generate;
  generate.scenario = scenario;
  generate.episodes = options.quick ? 2 : 8;
  generate.episodes_per_shard = options.quick ? 1 : 4;
  generate.seed = 0;
  generate.workers = 1;
  generate.channels = std::vector<std::string>{"rgb"};
  generate.storage.pixels = pixels;
  generate.renderer.device = options.device;
  generate.renderer.validation = options.validation;
  DIORAMA_ASSIGN_OR_RETURN(GeneratePlan plan, plan_generate(generate));
  GenerateProgress progress;
  const std::atomic<bool> stop = false;
  const Result<GenerateReport> report = run_generate(plan, folder, OutputMode::kNew, stop, progress);
  return report.ok() ? Status() : report.status();
}

}  // namespace

Result<std::vector<Measurement>> bench_read(const BenchOptions& options) {
  const int size_px = options.quick ? 32 : 224;
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<ScratchFolder> scratch, ScratchFolder::make());
  DIORAMA_ASSIGN_OR_RETURN(const std::filesystem::path scenario,
               write_pushing(scratch->path(), size_px, options.quick ? 24 : 64));
  options.say(fmt::format("read: rendering two datasets of pushing at {0} x {0}", size_px));
  const std::filesystem::path deflate = scratch->path() / "deflate";
  const std::filesystem::path raw = scratch->path() / "raw";
  DIORAMA_RETURN_IF_ERROR(make_dataset(options, scenario, deflate, PixelStorage::kDeflate));
  DIORAMA_RETURN_IF_ERROR(make_dataset(options, scenario, raw, PixelStorage::kRaw));

  const std::string rounds = options.quick ? "1" : "8";
  const std::string clips = options.quick ? "4" : "100";
  const std::string samples = options.quick ? "64" : "256";
  options.say("read: clips by diorama_data and by h5py in turn");
  DIORAMA_ASSIGN_OR_RETURN(
      const std::string output,
      run_python(read_clips_text(),
                 {deflate.string(), raw.string(), scratch->path().string(), rounds, clips, samples},
                 scratch->path()));
  const nlohmann::json figures = nlohmann::json::parse(output, nullptr, false);
  if (!figures.is_object()) return failed("the Python side of the bench printed no figures: " + output);
  std::vector<Measurement> results;
  for (const auto& [name, pair] : figures.items()) {
    const char* unit = name.starts_with("clip16") ? "clips/cpu_s" : "samples/cpu_s";
    results.push_back(compare("read/" + name, pair.at(0).get<double>(), unit, pair.at(1).get<double>()));
  }
  if (results.size() == 1) options.say("read: no swm_clips, as torch is not installed (Debian: python3-torch)");
  return results;
}

}  // namespace diorama
