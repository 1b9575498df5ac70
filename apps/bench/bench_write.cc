// The recorder and the shard writer against plain HDF5 with the same episode. And what share of
// making an episode, from drawing it to its shard, is the committer's, which is one thread for all
// workers, and what share is the journal's.
#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/bench/bench.h"
#include "apps/bench/bench_scenario.h"
#include "apps/bench/plain_hdf5.h"
#include "apps/bench/scratch_folder.h"
#include "apps/bench/timing.h"
#include "apps/pipeline/episode_runner.h"
#include "apps/pipeline/generate.h"
#include "exporters/shard/chunk_codec.h"
#include "exporters/shard/dataset_writer.h"

namespace diorama {
namespace {

template <typename T>
std::vector<T> copy(std::span<const T> values) {
  return {values.begin(), values.end()};
}

/// Pictures of one submission, copied out of the renderer.
struct Pictures {
  std::vector<FrameView> views;
  int height_px = 0;
  int width_px = 0;
  std::vector<std::uint8_t> color;
  std::vector<float> depth;
  std::vector<std::uint16_t> instance;

  RenderedViews rendered() const {
    RenderedViews all(static_cast<int>(views.size()), height_px, width_px);
    all.set<Channel::kColor>(color);
    all.set<Channel::kDepth>(depth);
    all.set<Channel::kInstance>(instance);
    return all;
  }
};

/// A real episode, drawn, stepped and rendered; what both sides are given to write.
struct Episode {
  GeneratePlan plan;
  std::optional<SimulatedEpisode> simulated;
  std::vector<Pictures> pictures;
  double made_s = 0.0;  ///< What drawing, stepping and rendering it takes on the wall.
};

/// The first episode that is kept, and how long it took.
Result<SimulatedEpisode> first_kept_episode(const GeneratePlan& plan, double& seconds) {
  constexpr int kTries = 20;
  Result<SimulatedEpisode> episode = rejected("no episode tried");
  for (int i = 0; i < kTries && !episode.ok() && episode.status().code() == Code::kRejected; ++i) {
    seconds = time_once([&] {
                episode = simulate_episode(*plan.sampler, plan.physics, {plan.spec.seed, i});
              }).wall_s;
  }
  return episode;
}

Result<Episode> make_episode(const BenchOptions& options, const std::filesystem::path& scenario) {
  GenerateOptions generate;
  generate.scenario = scenario;
  generate.episodes = 1;
  generate.episodes_per_shard = 1;
  generate.seed = 0;
  generate.workers = 1;
  generate.renderer.device = options.device;
  generate.renderer.validation = options.validation;
  Episode episode;
  DIORAMA_ASSIGN_OR_RETURN(episode.plan, plan_generate(generate));
  double simulated_s = 0.0;
  DIORAMA_ASSIGN_OR_RETURN(episode.simulated, first_kept_episode(episode.plan, simulated_s));
  const Scene& scene = episode.simulated->sample.scene;
  const std::vector<State>& states = episode.simulated->trajectory.states;
  std::vector<FrameView> views;
  for (std::size_t frame = 0; frame < states.size(); ++frame) {
    for (std::size_t camera = 0; camera < scene.cameras.size(); ++camera) {
      views.push_back({static_cast<int>(frame), CameraId(camera)});
    }
  }
  DIORAMA_RETURN_IF_ERROR(
      render_views(*episode.plan.renderer, scene, states, views, episode.plan.channels.front(),
                   [&](std::span<const FrameView> batch, const RenderedViews& p) -> Status {
                     episode.pictures.push_back({{batch.begin(), batch.end()},
                                                 p.height_px,
                                                 p.width_px,
                                                 copy(p.get<Channel::kColor>()),
                                                 copy(p.get<Channel::kDepth>()),
                                                 copy(p.get<Channel::kInstance>())});
                     return {};
                   }));
  // Once more, now that the driver has compiled what it needs.
  Status status;
  const Span rendered = time_once([&] {
    status =
        render_views(*episode.plan.renderer, scene, states, views, episode.plan.channels.front(),
                     [](std::span<const FrameView>, const RenderedViews&) { return Status(); });
  });
  DIORAMA_RETURN_IF_ERROR(status);
  episode.made_s = simulated_s + rendered.wall_s;
  return episode;
}

Result<EpisodeRecord> record_episode(EpisodeRecorder& recorder, const Episode& episode) {
  const SimulatedEpisode& simulated = *episode.simulated;
  DIORAMA_RETURN_IF_ERROR(
      recorder.begin(0, simulated.sample.scene, simulated.trajectory, simulated.sample.factors));
  for (const Pictures& pictures : episode.pictures) {
    DIORAMA_RETURN_IF_ERROR(recorder.add(pictures.views, pictures.rendered()));
  }
  return recorder.finish();
}

/// How one side did; the best of all rounds.
struct Cost {
  Span best{1e30, 1e30};
  std::int64_t bytes = 0;

  void keep(const Span& span) {
    best = {std::min(best.cpu_s, span.cpu_s), std::min(best.wall_s, span.wall_s)};
  }
};

/// One of our ways to store, from pictures in memory to a whole shard under its final name.
class Ours {
 public:
  Ours(const Episode& episode, PixelStorage pixels) : episode_(episode), spec_(episode.plan.spec) {
    spec_.storage.pixels = pixels;
    spec_.columns = dataset_columns(spec_.layout, episode.plan.channels, spec_.storage);
    recorder_ = std::make_unique<EpisodeRecorder>(spec_.layout, spec_.columns);
  }

  const std::vector<Column>& columns() const { return spec_.columns; }
  const Cost& cost() const { return cost_; }

  /// Shares of the time on the wall that making an episode takes, from drawing it to its shard, in
  /// %.
  double committer_percent() const { return percent(journal_.best.wall_s + seal_.best.wall_s); }
  double journal_percent() const { return percent(journal_.best.wall_s); }
  Result<EpisodeRecord> record() { return record_episode(*recorder_, episode_); }

  Status run(const std::filesystem::path& folder) {
    DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<DatasetWriter> writer,
                             DatasetWriter::open(folder, spec_, OutputMode::kForce));
    Status status;
    cost_.keep(time_once([&] { status = write(*writer); }));
    return status;
  }

 private:
  Status write(DatasetWriter& writer) {
    DIORAMA_RETURN_IF_ERROR(writer.begin_shard(0));
    Result<EpisodeRecord> made = failed("not recorded");
    record_.keep(time_once([&] { made = record(); }));
    DIORAMA_RETURN_IF_ERROR(made.status());
    Status appended;
    journal_.keep(time_once([&] { appended = writer.append(std::move(*made)); }));
    DIORAMA_RETURN_IF_ERROR(appended);
    Result<ShardSummary> summary = failed("not sealed");
    seal_.keep(time_once([&] { summary = writer.end_shard(); }));
    DIORAMA_RETURN_IF_ERROR(summary.status());
    cost_.bytes = summary->bytes;
    return {};
  }

  double percent(double seconds) const {
    const double whole =
        episode_.made_s + record_.best.wall_s + journal_.best.wall_s + seal_.best.wall_s;
    return 100.0 * seconds / whole;
  }

  const Episode& episode_;
  DatasetSpec spec_;
  std::unique_ptr<EpisodeRecorder> recorder_;
  Cost cost_;
  Cost record_;   // labels, shuffle and compression: a worker's part
  Cost journal_;  // the episode written and synced
  Cost seal_;     // the shard made of it
};

/// The values that our shard holds, as a plain program would have them in memory.
Result<std::vector<PlainColumn>> plain_columns(const std::vector<Column>& columns,
                                               const EpisodeRecord& record) {
  ChunkCodec codec;
  std::vector<PlainColumn> plain;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Column& column = columns[i];
    if (column.is_link() || column.row_values() == 0) continue;
    PlainColumn values{column, record.columns[i].rows};
    for (const std::vector<std::byte>& chunk : record.columns[i].chunks) {
      DIORAMA_ASSIGN_OR_RETURN(
          const std::vector<std::byte> row,
          codec.decode(chunk, column.row_bytes(), column_type_size(column.type), column.shuffle,
                       column.deflate_level() > 0));
      values.values.insert(values.values.end(), row.begin(), row.end());
    }
    plain.push_back(std::move(values));
  }
  return plain;
}

}  // namespace

Result<std::vector<Measurement>> bench_write(const BenchOptions& options) {
  const int size_px = options.quick ? 64 : 256;
  const int rounds = options.quick ? 1 : 5;
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<ScratchFolder> scratch, ScratchFolder::make());
  DIORAMA_ASSIGN_OR_RETURN(const std::filesystem::path scenario,
                           write_clutter(scratch->path(), size_px, options.quick ? 4 : 32));
  options.say(fmt::format("write: rendering an episode of clutter at {0} x {0}", size_px));
  DIORAMA_ASSIGN_OR_RETURN(const Episode episode, make_episode(options, scenario));
  Ours deflate(episode, PixelStorage::kDeflate);
  Ours raw(episode, PixelStorage::kRaw);
  DIORAMA_ASSIGN_OR_RETURN(const EpisodeRecord record, deflate.record());
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<PlainColumn> plain,
                           plain_columns(deflate.columns(), record));
  double raw_mb = 0.0;
  for (const PlainColumn& column : plain)
    raw_mb += 1e-6 * static_cast<double>(column.values.size());

  Cost peer;
  for (int round = 0; round < rounds; ++round) {
    options.say(
        fmt::format("write: {:.0f} MB of columns, round {} of {}", raw_mb, round + 1, rounds));
    DIORAMA_RETURN_IF_ERROR(deflate.run(scratch->path() / "deflate"));
    Status status;
    peer.keep(time_once([&] {
      const Result<std::int64_t> bytes =
          write_plain_hdf5(scratch->path() / "plain.h5", record.num_rows, plain);
      if (bytes.ok()) peer.bytes = *bytes;
      status = bytes.status();
    }));
    DIORAMA_RETURN_IF_ERROR(status);
    DIORAMA_RETURN_IF_ERROR(raw.run(scratch->path() / "raw"));
  }
  std::vector<Measurement> results;
  for (const auto& [name, ours] : {std::pair{"deflate", &deflate}, std::pair{"raw", &raw}}) {
    const Cost& cost = ours->cost();
    const std::string prefix = fmt::format("write/{}/", name);
    results.push_back(
        compare(prefix + "speed", raw_mb / cost.best.cpu_s, "MB/cpu_s", raw_mb / peer.best.cpu_s));
    results.push_back(
        compare(prefix + "wall", raw_mb / cost.best.wall_s, "MB/s", raw_mb / peer.best.wall_s));
    results.push_back(compare(prefix + "size", 1e-6 * static_cast<double>(cost.bytes), "MB",
                              1e-6 * static_cast<double>(peer.bytes)));
    results.push_back(figure(prefix + "committer", ours->committer_percent(), "% of making"));
    results.push_back(figure(prefix + "journal", ours->journal_percent(), "% of making"));
  }
  return results;
}

}  // namespace diorama
