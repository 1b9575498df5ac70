#include "apps/pipeline/generate.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <thread>
#include <utility>

#include "apps/pipeline/episode_runner.h"
#include "apps/pipeline/recorded_channels.h"
#include "engine/core/parallel.h"
#include "engine/core/text.h"
#include "scenes/scenario_io.h"

namespace diorama {
namespace {

constexpr std::int64_t kDefaultEpisodes = 16;
constexpr int kDefaultEpisodesPerShard = 64;

Status check_depth_range(const SceneLayout& layout, const ViewChannels& channels, DepthStorage depth) {
  constexpr double kMaxMillimetres = 32767.0;
  if (!has_channel(union_of(channels), Channel::kDepth) || depth != DepthStorage::kI16mm) return {};
  for (const ViewLayout& view : layout.views) {
    if (view.far_m * 1000.0 > kMaxMillimetres) {
      return invalid_input("--depth i16mm holds at most 32.767 m, but camera[" + view.name + "].far_m is " +
                           format_number(view.far_m) + ": lower far_m or use --depth f32 or f16");
    }
  }
  return {};
}

/// What is left to do of one shard: the episodes [first, end), then sealing it.
struct ShardJob {
  int shard = 0;
  std::int64_t first = 0;
  std::int64_t end = 0;
  std::int64_t first_ticket = 0;  ///< Of episode `first`.
};

/// The episodes to be made, numbered through by tickets.
class JobList {
 public:
  void add(int shard, std::int64_t first, std::int64_t end) {
    shards_.push_back({shard, first, end, num_tickets_});
    num_tickets_ += end - first;
  }
  std::int64_t num_tickets() const { return num_tickets_; }
  const std::vector<ShardJob>& shards() const { return shards_; }

  std::int64_t episode(std::int64_t ticket) const {
    const auto after = std::upper_bound(shards_.begin(), shards_.end(), ticket,
                                        [](std::int64_t t, const ShardJob& job) { return t < job.first_ticket; });
    const ShardJob& job = *std::prev(after);
    return job.first + ticket - job.first_ticket;
  }

 private:
  std::vector<ShardJob> shards_;
  std::int64_t num_tickets_ = 0;
};

/// Looks at what is there of every shard of the plan.
Result<JobList> list_jobs(const GeneratePlan& plan, DatasetWriter& writer, FoundWork& found) {
  JobList jobs;
  for (const int shard : plan.shards) {
    if (const ShardSummary* summary = writer.shard_summary(shard)) {
      ++found.shards_whole;
      found.whole_kept += static_cast<std::int64_t>(summary->episodes.size());
      found.whole_rejected += static_cast<std::int64_t>(summary->rejected.size());
      continue;
    }
    if (std::string damage = writer.damage(shard); !damage.empty())
      found.damage.push_back(std::move(damage));
    DIORAMA_ASSIGN_OR_RETURN(const ShardStart start, writer.claim_shard(shard));
    found.shards_begun += start.kept + start.rejected > 0 ? 1 : 0;
    found.recovered_kept += start.kept;
    found.recovered_rejected += start.rejected;
    found.dropped_bytes += start.dropped_bytes;
    jobs.add(shard, start.next_episode, plan.spec.shard_end(shard));
  }
  found.to_make = jobs.num_tickets();
  return jobs;
}

/// Runs jobs on its own renderer until none is left. A failure that is no rejection stops everyone.
void work(const GeneratePlan& plan, std::unique_ptr<Renderer> renderer, const JobList& jobs,
          OrderedWork<Result<EpisodeRecord>>& queue) {
  std::optional<EpisodeRunner> runner;
  while (const std::optional<std::int64_t> ticket = queue.next()) {
    if (!runner) {
      if (!renderer) {
        Result<std::unique_ptr<Renderer>> made = make_renderer(plan.renderer_options);
        if (!made.ok()) {
          queue.stop();
          queue.deliver(*ticket, made.status());
          continue;
        }
        renderer = std::move(made).value();
      }
      runner.emplace(plan.spec.layout, std::move(renderer), plan.channels, plan.spec.columns);
    }
    const std::int64_t episode = jobs.episode(*ticket);
    const Result<SimulatedEpisode> simulated = plan.source(episode);
    Result<EpisodeRecord> record = simulated.ok() ? runner->run(episode, *simulated) : simulated.status();
    if (!record.ok() && record.status().code() != Code::kRejected) {
      record = record.status().with_context("episode " + std::to_string(episode));
      queue.stop();
    }
    queue.deliver(*ticket, std::move(record));
  }
}

/// Takes results in order and writes them, each on disk before the next, and seals what is complete.
class Committer {
 public:
  Committer(const GeneratePlan& plan, DatasetWriter& writer, OrderedWork<Result<EpisodeRecord>>& queue,
            const std::atomic<bool>& stop, GenerateProgress& progress, GenerateReport& report)
      : writer_(writer), queue_(queue), stop_(stop), progress_(progress), report_(report),
        num_views_(static_cast<std::int64_t>(plan.sampler->layout().views.size())) {}

  /// The first failure; then nothing more is written. Ends early and well if no more results come.
  Status run(const JobList& jobs) {
    Status status;
    for (const ShardJob& job : jobs.shards()) {
      if (stop_.load()) queue_.stop();
      status = make_shard(job);
      if (!status.ok() || cut_short_) break;
    }
    queue_.stop();
    while (queue_.take()) {  // so that workers can end
    }
    return status;
  }

 private:
  Status make_shard(const ShardJob& job) {
    std::optional<Result<EpisodeRecord>> result;
    for (std::int64_t episode = job.first; episode < job.end; ++episode) {
      result = queue_.take();
      cut_short_ = !result;
      if (cut_short_) return {};
      if (episode == job.first) DIORAMA_RETURN_IF_ERROR(writer_.begin_shard(job.shard));
      DIORAMA_RETURN_IF_ERROR(commit(episode, std::move(*result)));
      if (stop_.load()) queue_.stop();
    }
    if (job.first == job.end) DIORAMA_RETURN_IF_ERROR(writer_.begin_shard(job.shard));
    DIORAMA_ASSIGN_OR_RETURN(ShardSummary summary, writer_.end_shard());
    report_.shards.push_back(std::move(summary));
    ++report_.shards_made;
    return {};
  }

  Status commit(std::int64_t episode, Result<EpisodeRecord> result) {
    if (result.ok()) {
      const std::int64_t rows = result->num_rows;
      DIORAMA_RETURN_IF_ERROR(writer_.append(std::move(result).value()));
      progress_.views += rows * num_views_;
      ++progress_.episodes_kept;
    } else {
      if (result.status().code() != Code::kRejected) return result.status();
      DIORAMA_RETURN_IF_ERROR(writer_.reject(episode, result.status().message()));
      ++progress_.episodes_rejected;
    }
    progress_.bytes = writer_.bytes_written();
    return {};
  }

  DatasetWriter& writer_;
  OrderedWork<Result<EpisodeRecord>>& queue_;
  const std::atomic<bool>& stop_;
  GenerateProgress& progress_;
  GenerateReport& report_;
  std::int64_t num_views_;
  bool cut_short_ = false;
};

}  // namespace

std::string cpu_family() {
  std::ifstream info("/proc/cpuinfo");
  std::map<std::string, std::string> fields;
  for (std::string line; std::getline(info, line) && !line.empty();) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::size_t key_end = line.find_last_not_of(" \t", colon - 1);
    fields[line.substr(0, key_end + 1)] = colon + 2 < line.size() ? line.substr(colon + 2) : "";
  }
  if (!fields.contains("vendor_id")) return "unknown";
  return fields["vendor_id"] + " " + fields["cpu family"] + "/" + fields["model"] + "/" + fields["stepping"];
}

Result<std::unique_ptr<Sampler>> load_sampler(const std::filesystem::path& path,
                                              const std::vector<std::string>& overrides) {
  DIORAMA_ASSIGN_OR_RETURN(schema::Scenario scenario, read_scenario(path));
  for (const std::string& assignment : overrides) DIORAMA_RETURN_IF_ERROR(apply_override(scenario, assignment));
  Result<std::unique_ptr<Sampler>> sampler =
      Sampler::create(std::move(scenario), std::filesystem::absolute(path).parent_path(), sampler_tools());
  if (!sampler.ok()) return sampler.status().with_context(path.string());
  return sampler;
}

int choose_workers(int requested, bool owns_process) {
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const int workers = requested > 0 ? requested : cores;
  // Lavapipe takes all cores for each device; with several workers one thread each is the better split. Pictures
  // do not depend on it. A value that the user has set stays.
  if (workers > 1 && owns_process) setenv("LP_NUM_THREADS", "1", 0);
  return workers;
}

Status open_renderer(GeneratePlan& plan) {
  DIORAMA_ASSIGN_OR_RETURN(plan.renderer, make_renderer(plan.renderer_options));
  return check_channels(*plan.renderer, union_of(plan.channels) & kPictureChannels);
}

void describe_run(GeneratePlan& plan) {
  DatasetSpec& spec = plan.spec;
  spec.scenario_text = scenario_text(plan.scenario);
  spec.frame_rate_hz = plan.scenario.episode().frame_rate_hz();
  spec.step_rate_hz = plan.scenario.physics().step_rate_hz();
  const PhysicsCapabilities capabilities = capabilities_of(plan.physics);
  spec.engine = capabilities.engine;
  spec.engine_version = capabilities.version;
  spec.renderer = plan.renderer_options.backend;
  spec.render_device = plan.renderer->device().name;
  spec.render_driver = plan.renderer->device().driver;
  spec.cpu_family = cpu_family();
  spec.expected_frames = plan.scenario.episode().frames();
  spec.files = plan.sampler->files();
  spec.layout = plan.sampler->layout();
  spec.columns = dataset_columns(spec.layout, plan.channels, spec.storage);
}

Result<GeneratePlan> plan_generate(const GenerateOptions& options) {
  GeneratePlan plan;
  DIORAMA_ASSIGN_OR_RETURN(plan.sampler, load_sampler(options.scenario, options.overrides));
  plan.scenario = plan.sampler->scenario();
  DIORAMA_ASSIGN_OR_RETURN(plan.physics, choose_physics(plan.scenario, options.physics));
  DIORAMA_ASSIGN_OR_RETURN(plan.channels, recorded_channels(plan.scenario, options.channels));
  DIORAMA_RETURN_IF_ERROR(check_depth_range(plan.sampler->layout(), plan.channels, options.storage.depth));

  plan.workers = choose_workers(options.workers, options.owns_process);
  plan.renderer_options = options.renderer;
  DIORAMA_RETURN_IF_ERROR(open_renderer(plan));

  DatasetSpec& spec = plan.spec;
  const schema::Dataset& dataset = plan.scenario.dataset();
  spec.scenario_name = plan.scenario.name().empty() ? options.scenario.stem().string() : plan.scenario.name();
  spec.seed = options.seed.value_or(dataset.seed());
  spec.num_episodes = options.episodes.value_or(dataset.episodes() > 0 ? dataset.episodes() : kDefaultEpisodes);
  spec.episodes_per_shard = options.episodes_per_shard.value_or(
      dataset.episodes_per_shard() > 0 ? dataset.episodes_per_shard() : kDefaultEpisodesPerShard);
  spec.storage = options.storage;
  if (!plan.scenario.record().no_solver_state()) {
    spec.storage.solver_values = solver_state_size(plan.physics, plan.sampler->layout());
  }
  describe_run(plan);
  plan.source = [sampler = plan.sampler.get(), physics = plan.physics, seed = spec.seed](std::int64_t episode) {
    return simulate_episode(*sampler, physics, {seed, episode});
  };
  for (int shard = options.shard_index; shard < spec.num_shards(); shard += options.shard_count) {
    plan.shards.push_back(shard);
  }
  return plan;
}

Result<GenerateReport> run_generate(GeneratePlan& plan, const std::filesystem::path& folder, OutputMode mode,
                                    const std::atomic<bool>& stop, GenerateProgress& progress,
                                    const std::function<void(const FoundWork&)>& found) {
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<DatasetWriter> writer, DatasetWriter::open(folder, plan.spec, mode));
  GenerateReport report;
  DIORAMA_ASSIGN_OR_RETURN(const JobList jobs, list_jobs(plan, *writer, report.found));
  if (!jobs.shards().empty()) DIORAMA_RETURN_IF_ERROR(writer->check_room(jobs.shards().front().shard));
  if (found) found(report.found);
  progress.episodes_found = report.found.episodes();
  progress.episodes_total = jobs.num_tickets();

  const auto workers = static_cast<int>(std::clamp<std::int64_t>(jobs.num_tickets(), 1, plan.workers));
  OrderedWork<Result<EpisodeRecord>> queue(jobs.num_tickets(), 2 * workers);
  Status status;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < workers; ++i) {
      threads.emplace_back([&, renderer = i == 0 ? std::move(plan.renderer) : nullptr]() mutable {
        work(plan, std::move(renderer), jobs, queue);
      });
    }
    status = Committer(plan, *writer, queue, stop, progress, report).run(jobs);
  }
  if (status.code() == Code::kOutput) {
    return output_error(status.message() + "; every finished episode is kept: run again with --resume");
  }
  DIORAMA_RETURN_IF_ERROR(status);
  report.stopped = progress.episodes_kept + progress.episodes_rejected < jobs.num_tickets();
  if (report.stopped) writer->leave_shard();
  DIORAMA_ASSIGN_OR_RETURN(report.shards_missing, writer->finish());
  if (!report.stopped && report.shards_missing > 0) {
    for (const int shard : plan.shards) {
      if (writer->has_shard(shard)) continue;
      return output_error("shard " + std::to_string(shard) + " of " + folder.string() +
                          " went away or was changed by someone else during the run; run again with --resume");
    }
  }
  report.notes = writer->notes();
  return report;
}

}  // namespace diorama
