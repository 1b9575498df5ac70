// generate: plans a dataset and makes it, with workers that run episodes and one committer that writes shards.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/pipeline/backends.h"
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
  std::optional<std::vector<std::string>> channels;  ///< "rgb", "depth", "segmentation".
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
  ChannelSet channels = 0;
  RendererOptions renderer_options;
  std::unique_ptr<Renderer> renderer;  ///< The first worker's.
  int workers = 1;
  std::vector<int> shards;             ///< To be made by this run, before looking at what is there.
  DatasetSpec spec;
};

Result<GeneratePlan> plan_generate(const GenerateOptions& options);

/// Reads a scenario, applies overrides, and makes its sampler; shared by every verb that takes a scenario.
Result<std::unique_ptr<Sampler>> load_sampler(const std::filesystem::path& scenario,
                                              const std::vector<std::string>& overrides);

/// Live counters, read by whoever shows progress while `run_generate` works.
struct GenerateProgress {
  std::atomic<std::int64_t> episodes_total{0};  ///< To be made by this run.
  std::atomic<std::int64_t> episodes_kept{0};
  std::atomic<std::int64_t> episodes_rejected{0};
  std::atomic<std::int64_t> views{0};           ///< (frame, camera) pairs that entered a shard's spool.
  std::atomic<std::int64_t> bytes{0};           ///< Stored bytes.
};

struct GenerateReport {
  int shards_made = 0;
  int shards_kept = 0;      ///< Were whole already.
  int shards_missing = 0;   ///< Of the whole dataset; 0 = index and manifest are written.
  bool stopped = false;     ///< By `stop`; whole shards stay, --resume goes on.
  std::vector<ShardSummary> shards;
  std::vector<std::string> notes;  ///< What the user should know, e.g. why there is no index.
};

/// Makes the plan's shards in `folder`. `stop` set to true ends it after the running episodes.
Result<GenerateReport> run_generate(GeneratePlan& plan, const std::filesystem::path& folder, OutputMode mode,
                                    const std::atomic<bool>& stop, GenerateProgress& progress);

/// Vendor, family, model and stepping of this CPU, e.g. "AuthenticAMD 25/1/1".
std::string cpu_family();

}  // namespace diorama
