#include "apps/pipeline/reproduce.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "apps/pipeline/generate.h"
#include "apps/pipeline/recorded_channels.h"
#include "engine/core/text.h"
#include "engine/physics/controller.h"
#include "engine/physics/rollout.h"
#include "exporters/shard/chunk_codec.h"

namespace diorama {
namespace {

Result<SimulatedEpisode> simulate_again(const StoredDataset& dataset, std::int64_t episode,
                                        std::int64_t position) {
  const SampleKey key{dataset.origin().seed, episode};
  if (!dataset.origin().given_actions)
    return simulate_episode(dataset.sampler(), dataset.physics(), key);
  DIORAMA_ASSIGN_OR_RETURN(const StoredRows rows, dataset.read_rows(position));
  const std::int64_t num_rows = dataset.reader().episode_rows(position);
  SimulatedEpisode made;
  made.interventions = dataset.origin().interventions;
  DIORAMA_ASSIGN_OR_RETURN(made.sample, dataset.sampler().sample(key));
  const Scene& scene = made.sample.scene;
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<PhysicsWorld> world,
                           make_physics(dataset.physics(), scene));
  EpisodeConfig config = made.sample.episode;
  config.num_frames = static_cast<int>(num_rows);
  const auto controller =
      make_listed_controller(dataset.actions(rows, num_rows - 1), config.frame_rate_hz);
  DIORAMA_ASSIGN_OR_RETURN(made.trajectory,
                           rollout(*world, *controller, config, scene.physics.step_rate_hz));
  return made;
}

/// Nine digits for float32, 17 for float64; integers whole.
std::string exact_text(const ColumnValues& values, std::int64_t row, std::size_t k) {
  return format_number(values.at(row, k));
}

class Comparison {
 public:
  Comparison(const StoredDataset& dataset, std::vector<Column> columns,
             std::unique_ptr<Renderer> renderer)
      : dataset_(dataset),
        columns_(std::move(columns)),
        runner_(dataset.sampler().layout(), std::move(renderer), dataset.channels(), columns_) {}

  /// The first difference by frame, then by column.
  Result<std::optional<ReplayDifference>> run(std::int64_t episode) {
    DIORAMA_ASSIGN_OR_RETURN(const std::int64_t position, dataset_.position(episode));
    const Result<SimulatedEpisode> simulated = simulate_again(dataset_, episode, position);
    if (!simulated.ok()) return whole(episode, simulated.status());
    Result<EpisodeRecord> record = runner_.run(episode, *simulated);
    if (!record.ok()) return whole(episode, record.status());
    const std::int64_t rows = dataset_.reader().episode_rows(position);
    if (record->num_rows != rows) {
      return std::optional(ReplayDifference{episode, 0, "", 0, std::to_string(rows) + " frames",
                                            std::to_string(record->num_rows) + " frames"});
    }
    std::optional<ReplayDifference> first;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].is_link()) continue;
      DIORAMA_ASSIGN_OR_RETURN(const ColumnValues stored,
                               ColumnValues::read(dataset_.reader(), columns_[i].name, position));
      DIORAMA_ASSIGN_OR_RETURN(std::vector<std::byte> bytes,
                               values_of(columns_[i], record->columns[i]));
      const ColumnValues now = ColumnValues::of(stored.column(), std::move(bytes));
      const std::int64_t end = first ? first->frame : rows;
      for (std::int64_t row = 0; row < end; ++row) {
        if (std::ranges::equal(stored.row(row), now.row(row))) continue;
        first = describe(episode, row, stored, now);
        break;
      }
    }
    return first;
  }

 private:
  static Result<std::optional<ReplayDifference>> whole(std::int64_t episode, const Status& status) {
    if (status.code() != Code::kRejected) return status;
    return std::optional(
        ReplayDifference{episode, 0, "", 0, "kept", "rejected: " + status.message()});
  }

  /// The values of all rows of a column as a record has them.
  Result<std::vector<std::byte>> values_of(const Column& column,
                                           const EpisodeRecord::ColumnData& data) {
    if (!column.is_image()) return data.rows;
    std::vector<std::byte> values(data.chunks.size() * column.row_bytes());
    for (std::size_t row = 0; row < data.chunks.size(); ++row) {
      DIORAMA_RETURN_IF_ERROR(codec_.decode_into(
          data.chunks[row], column_type_size(column.type), column.shuffle, column.deflate_level() > 0,
          std::span(values).subspan(row * column.row_bytes(), column.row_bytes())));
    }
    return values;
  }

  static ReplayDifference describe(std::int64_t episode, std::int64_t row,
                                   const ColumnValues& stored, const ColumnValues& now) {
    const std::size_t item = stored.column().item_bytes;
    const auto [a, b] = std::ranges::mismatch(stored.row(row), now.row(row));
    const auto k = static_cast<std::size_t>(a - stored.row(row).begin()) / item;
    return {
        episode, row, stored.column().name, k, exact_text(stored, row, k), exact_text(now, row, k)};
  }

  const StoredDataset& dataset_;
  std::vector<Column> columns_;
  EpisodeRunner runner_;
  ChunkCodec codec_;
};

}  // namespace

Result<ReproduceReport> reproduce(const StoredDataset& dataset,
                                  const std::vector<std::int64_t>& asked,
                                  const RendererOptions& options,
                                  const std::function<void(std::int64_t, std::int64_t)>& progress) {
  const DatasetOrigin& origin = dataset.origin();
  ReproduceReport report;
  std::map<std::string, std::string> now = {
      {"engine_version", capabilities_of(dataset.physics()).version}, {"cpu_family", cpu_family()}};

  RendererOptions as_made = options;
  as_made.backend = origin.renderer;
  Result<std::unique_ptr<Renderer>> renderer = make_renderer(as_made);
  std::vector<Column> columns = dataset.columns();
  if (!renderer.ok()) {
    if (renderer.status().code() != Code::kUnavailable) return renderer.status();
    report.why_no_pictures = renderer.status().message();
  } else {
    const std::map<std::string, std::string> device = {
        {"render_device", (*renderer)->device().name},
        {"render_driver", (*renderer)->device().driver}};
    report.why_no_pictures = changes_since(origin, device);
    now.insert(device.begin(), device.end());
  }
  report.pictures = report.why_no_pictures.empty();
  if (!report.pictures)
    columns.erase(std::remove_if(columns.begin(), columns.end(),
                                 [](const Column& c) { return c.needs_pictures(); }),
                  columns.end());
  report.changes = changes_since(origin, now);
  report.columns = static_cast<std::size_t>(
      std::count_if(columns.begin(), columns.end(), [](const Column& c) { return !c.is_link(); }));

  Comparison comparison(dataset, std::move(columns),
                        report.pictures ? std::move(*renderer) : nullptr);
  const std::vector<std::int64_t> episodes = asked.empty() ? dataset.episodes() : asked;
  for (const std::int64_t episode : episodes) {
    DIORAMA_ASSIGN_OR_RETURN(report.difference, comparison.run(episode));
    if (report.difference) return report;
    DIORAMA_ASSIGN_OR_RETURN(const std::int64_t position, dataset.position(episode));
    report.rows += dataset.reader().episode_rows(position);
    ++report.episodes;
    if (progress) progress(report.episodes, static_cast<std::int64_t>(episodes.size()));
  }
  return report;
}

}  // namespace diorama
