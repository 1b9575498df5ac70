// generate: plans a dataset and makes it, with workers that run episodes and one committer that writes shards.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/pipeline/backends.h"
#include "apps/pipeline/episode_runner.h"
#include "engine/core/status.h"
#include "exporters/shard/dataset_writer.h"
#include "scenes/sampler.h"

namespace diorama {

/// What a user asks for. An empty optional leaves the scenario's own value.
struct GenerateOptions {
  std::filesystem::path scenario;
  std::vector<std::string> overrides;  ///< "path=value", as --set.
  std::optional<std::int64_t> episodes;
  std::optional<std::uint64_t> seed;
  std::optional<int> episodes_per_shard;
  std::optional<PhysicsBackend> physics;
  std::optional<std::vector<std::string>> channels;  ///< Names of renderers/channels.h, for all views.
  RendererOptions renderer;
  StorageOptions storage;
  int workers = 0;      ///< 0 = one per core.
  int shard_index = 0;  ///< Makes the shards s with s mod shard_count = shard_index.
  int shard_count = 1;
  /// The process does nothing else: settings of the graphics driver may go into its environment.
  bool owns_process = true;
};

/// A checked plan: everything that can fail before the first episode has been tried.
struct GeneratePlan {
  schema::Scenario scenario;  ///< With overrides applied and defaults filled in.
  std::unique_ptr<Sampler> sampler;
  PhysicsBackend physics = PhysicsBackend::kMujoco;
  ViewChannels channels;
  RendererOptions renderer_options;
  std::unique_ptr<Renderer> renderer;  ///< The first worker's.
  int workers = 1;
  std::vector<int> shards;             ///< To be made by this run, before looking at what is there.
  DatasetSpec spec;
  EpisodeSource source;                ///< Of the spec's episodes. Refers to `sampler`.
};

Result<GeneratePlan> plan_generate(const GenerateOptions& options);

/// Parts of planning that `replay` shares. Worker threads for a run: as requested, else one per core.
int choose_workers(int requested, bool owns_process);
/// Makes the renderer and checks that it has the plan's channels.
Status open_renderer(GeneratePlan& plan);
/// Fills in what follows from the plan's scenario, sampler, engine, renderer, channels and storage.
void describe_run(GeneratePlan& plan);

/// Reads a scenario, applies overrides, and makes its sampler; shared by every verb that takes a scenario.
Result<std::unique_ptr<Sampler>> load_sampler(const std::filesystem::path& scenario,
                                              const std::vector<std::string>& overrides);

/// Live counters, read by whoever shows progress while `run_generate` works.
struct GenerateProgress {
  std::atomic<std::int64_t> episodes_total{0};  ///< To be made by this run.
  std::atomic<std::int64_t> episodes_found{0};  ///< Drawn by earlier runs: in whole shards and recovered ones.
  std::atomic<std::int64_t> episodes_kept{0};   ///< By this run.
  std::atomic<std::int64_t> episodes_rejected{0};
  std::atomic<std::int64_t> views{0};           ///< (frame, camera) pairs that entered a journal.
  std::atomic<std::int64_t> bytes{0};           ///< Stored bytes.
};

/// What earlier runs have left of the plan's shards.
struct FoundWork {
  int shards_whole = 0;
  std::int64_t whole_kept = 0;          ///< Episodes in whole shards.
  std::int64_t whole_rejected = 0;
  int shards_begun = 0;
  std::int64_t recovered_kept = 0;      ///< Episodes in the journals of shards that were begun.
  std::int64_t recovered_rejected = 0;
  std::int64_t dropped_bytes = 0;       ///< Of journals, behind their last whole episode.
  std::vector<std::string> damage;      ///< What is wrong with shards that are there and are made again.
  std::int64_t to_make = 0;

  std::int64_t episodes() const { return whole_kept + whole_rejected + recovered_kept + recovered_rejected; }
  std::int64_t rejected() const { return whole_rejected + recovered_rejected; }
};

struct GenerateReport {
  FoundWork found;
  int shards_made = 0;
  int shards_missing = 0;   ///< Of the whole dataset; 0 = index and manifest are written.
  bool stopped = false;     ///< By `stop`; every finished episode stays, --resume goes on.
  std::vector<ShardSummary> shards;
  std::vector<std::string> notes;  ///< What the user should know, e.g. why there is no index.
};

/// Makes the plan's shards in `folder`. `stop` set to true ends it after the running episodes. `found`, if there is
/// one, is told what earlier runs have left before the first episode starts.
Result<GenerateReport> run_generate(GeneratePlan& plan, const std::filesystem::path& folder, OutputMode mode,
                                    const std::atomic<bool>& stop, GenerateProgress& progress,
                                    const std::function<void(const FoundWork&)>& found = {});

/// Vendor, family, model and stepping of this CPU, e.g. "AuthenticAMD 25/1/1".
std::string cpu_family();

}  // namespace diorama
