#include "exporters/shard/column_stats.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>
#include <optional>
#include <thread>
#include <utility>

#include "engine/core/parallel.h"
#include "engine/core/text.h"
#include "exporters/shard/clip_reader.h"
#include "exporters/shard/column_values.h"
#include "exporters/shard/columns.h"
#include "exporters/shard/half.h"
#include "exporters/shard/verify_values.h"

#include <nlohmann/json.hpp>

namespace diorama {
namespace {

using nlohmann::json;

// Values of one block; what a worker holds at a time.
constexpr std::size_t kBlockBytes = 2 << 20;
constexpr std::int64_t kFactorRows = 65536;

bool is_byte(const ClipColumn& column) { return column.item_bytes == 1; }
bool is_whole(const ClipColumn& column) {
  return column.type != ColumnType::kFloat16 && column.type != ColumnType::kFloat32 &&
         column.type != ColumnType::kFloat64;
}

/// Which value of a column means that nothing is there, and where it stands: at `place`, place +
/// stride, ...
struct NothingRule {
  std::string what;
  double value = 0.0;
  std::size_t place = 0;
  std::size_t stride = 1;
};

/// far_m as the depth column stores it.
double stored_far(const ClipColumn& column, double far_m) {
  const auto far = static_cast<float>(far_m);
  if (column.type == ColumnType::kInt16) return std::round(1000.0 * far_m);
  if (column.type == ColumnType::kFloat16)
    return static_cast<double>(float_from_half(half_from_float(far)));
  return static_cast<double>(far);
}

std::optional<NothingRule> nothing_rule(const ClipColumn& column, const json& head) {
  const std::string base = base_name(column.name);
  const auto is = [&](const char* name) { return base == name; };
  if (base.starts_with("depth")) {
    const std::string view =
        column.name.size() > base.size() ? column.name.substr(base.size() + 1) : "";
    if (!head.contains("views") || !head["views"].is_array()) return std::nullopt;
    for (const json& entry : head["views"]) {
      if (!entry.is_object() || !entry.contains("name") || !entry.contains("far_m") ||
          !entry["far_m"].is_number())
        continue;
      if (view.empty() || entry["name"] == view)
        return NothingRule{"no hit", stored_far(column, entry["far_m"].get<double>())};
    }
    return std::nullopt;
  }
  if (base.starts_with("segmentation") || is("part") || is("class"))
    return NothingRule{"background", 0.0};
  if (base.starts_with("amodal")) return NothingRule{"no object", 0.0};
  if (is("object_coordinates")) return NothingRule{"no hit", -128.0, 0, 3};
  if (is("box") || is("box_amodal")) return NothingRule{"not in view", -1.0, 0, 4};
  if (is("visible_fraction")) return NothingRule{"not in view", -1.0};
  if (is("track_image")) return NothingRule{"not in view", -1.0, 0, 2};
  if (is("track_visible")) return NothingRule{"not seen", 0.0};
  if (is("object_visibility")) return NothingRule{"not seen", 0.0};
  if (is("object_info")) return NothingRule{"absent", 0.0, 0, kObjectInfoValues};
  if (is("contact")) return NothingRule{"unused", -1.0, 0, kContactValues};
  return std::nullopt;
}

/// How the numbers of a row fall into components: number k belongs to component k % count. {} =
/// into none.
std::vector<std::int64_t> component_shape(const ClipColumn& column) {
  const bool picture = column.chunk_rows == 1 && column.row_shape.size() >= 2;
  if (picture && column.row_shape.size() < 3) return {};
  const std::size_t numbers = column.row_bytes / std::max<std::size_t>(1, column.item_bytes);
  if (!picture && numbers <= ColumnStats::kMaxComponents) return column.row_shape;
  const std::int64_t last = column.row_shape.back();
  return last <= static_cast<std::int64_t>(ColumnStats::kMaxComponents)
             ? std::vector<std::int64_t>{last}
             : std::vector<std::int64_t>{};
}

std::size_t product(const std::vector<std::int64_t>& shape) {
  std::size_t count = 1;
  for (const std::int64_t side : shape) count *= static_cast<std::size_t>(side);
  return count;
}

/// What one block of one column gives; merged into the column's in order.
struct Partial {
  std::vector<ValueStats> components;  // at least one
  Histogram histogram;
  NothingShare nothing;
};

/// The statistics of one column, block by block.
class Summary {
 public:
  Summary(const ClipColumn& column, const json& head) : rule_(nothing_rule(column, head)) {
    stats_.column = column;
    stats_.component_shape = component_shape(column);
    components_ = std::max<std::size_t>(1, product(stats_.component_shape));
    stats_.components.resize(components_);
    stats_.histogram = Histogram(is_whole(column));
    if (rule_) stats_.nothing.what = rule_->what;
  }

  Partial sum_up(std::span<const std::byte> block) const {
    Partial partial{std::vector<ValueStats>(components_), Histogram(is_whole(stats_.column)), {}};
    if (is_byte(stats_.column)) {
      count_bytes(block, partial);
    } else {
      add_values(numbers(stats_.column, block), partial);
    }
    return partial;
  }

  void merge(const Partial& partial) {
    for (std::size_t i = 0; i < components_; ++i) stats_.components[i].merge(partial.components[i]);
    stats_.histogram.merge(partial.histogram);
    stats_.nothing.count += partial.nothing.count;
    stats_.nothing.places += partial.nothing.places;
  }

  void add_bytes(std::int64_t stored, std::int64_t rows) {
    stats_.stored_bytes += stored;
    stats_.plain_bytes += rows * static_cast<std::int64_t>(stats_.column.row_bytes);
  }

  ColumnStats finish() {
    for (const ValueStats& component : stats_.components) stats_.total.merge(component);
    if (stats_.component_shape.empty()) stats_.components.clear();
    return std::move(stats_);
  }

  const ClipColumn& column() const { return stats_.column; }

  static std::vector<double> numbers(const ClipColumn& column, std::span<const std::byte> block) {
    std::vector<double> values(block.size() / column.item_bytes);
    if (counts_bits(column)) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        std::uint64_t mask = 0;
        std::memcpy(&mask, &block[8 * i], sizeof mask);
        values[i] = std::popcount(mask);
      }
    } else {
      to_doubles(column.type, block, values);
    }
    return values;
  }

 private:
  void add_values(const std::vector<double>& values, Partial& partial) const {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (std::size_t i = 0; i < components_; ++i) {
      partial.components[i].add(values, i, components_);
      if (partial.components[i].count == 0) continue;
      low = std::min(low, partial.components[i].min);
      high = std::max(high, partial.components[i].max);
    }
    if (low <= high) partial.histogram.add(values, low, high);
    if (!rule_) return;
    for (std::size_t i = rule_->place; i < values.size(); i += rule_->stride) {
      ++partial.nothing.places;
      partial.nothing.count += values[i] == rule_->value ? 1 : 0;
    }
  }

  /// Of bytes only how often each of the 256 comes needs to be known.
  void count_bytes(std::span<const std::byte> block, Partial& partial) const {
    const bool is_signed = stats_.column.type == ColumnType::kInt8;
    std::vector<std::array<std::int64_t, 256>> counts(components_);
    for (std::size_t i = 0, component = 0; i < block.size(); ++i) {
      ++counts[component][static_cast<std::size_t>(block[i])];
      if (++component == components_) component = 0;
    }
    for (std::size_t code = 0; code < 256; ++code) {
      const double value =
          is_signed && code > 127 ? static_cast<double>(code) - 256.0 : static_cast<double>(code);
      for (std::size_t i = 0; i < components_; ++i) {
        if (counts[i][code] == 0) continue;
        partial.components[i].add(value, counts[i][code]);
        partial.histogram.add(value, counts[i][code]);
      }
    }
    if (!rule_) return;
    for (std::size_t i = rule_->place; i < block.size(); i += rule_->stride) {
      const auto code = static_cast<std::uint8_t>(block[i]);
      const double value = is_signed ? static_cast<double>(static_cast<std::int8_t>(code))
                                     : static_cast<double>(code);
      ++partial.nothing.places;
      partial.nothing.count += value == rule_->value ? 1 : 0;
    }
  }

  std::optional<NothingRule> rule_;
  std::size_t components_ = 1;
  ColumnStats stats_;
};

/// A piece of work on one shard: some rows of one column, or of all factors.
struct Task {
  std::size_t summary = 0;  // kFactors: the factors of the episodes that begin in these rows
  std::int64_t first_row = 0;
  std::int64_t rows = 0;
};
constexpr std::size_t kFactors = std::numeric_limits<std::size_t>::max();

struct Done {
  Status status;
  Partial partial;
  std::vector<double> factors;
};

class Pass {
 public:
  Pass(std::filesystem::path folder, const StatsOptions& options)
      : folder_(std::move(folder)), options_(options) {}

  Result<DatasetStats> run() {
    DIORAMA_ASSIGN_OR_RETURN(stats_.head, read_manifest_head(folder_));
    head_ = json::parse(stats_.head.text, nullptr, false);
    if (options_.progress) options_.progress(0, stats_.head.rows);
    DIORAMA_RETURN_IF_ERROR(for_each_shard(
        folder_, stats_.head, [this](ClipManifest manifest) { return add(std::move(manifest)); }));
    if (!begun_) {  // no shard at all: the columns are known nevertheless
      DIORAMA_ASSIGN_OR_RETURN(
          const ClipManifest manifest,
          parse_clip_manifest(stats_.head.text, (folder_ / "dataset.json").string()));
      DIORAMA_RETURN_IF_ERROR(begin(manifest.columns));
    }
    for (Summary& summary : summaries_) stats_.columns.push_back(summary.finish());
    return std::move(stats_);
  }

 private:
  Status begin(const std::vector<ClipColumn>& columns) {
    begun_ = true;
    std::vector<std::string> known;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      known.push_back(columns[i].name);
      if (columns[i].stored != i) continue;
      const auto& wanted = options_.columns;
      if (!wanted.empty() &&
          std::find(wanted.begin(), wanted.end(), columns[i].name) == wanted.end())
        continue;
      index_.push_back(i);
      summaries_.emplace_back(columns[i], head_);
    }
    for (const std::string& name : options_.columns) {
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        return invalid_input("there is no column '" + name + "'" + did_you_mean(name, known));
      }
    }
    return {};
  }

  Status add(ClipManifest manifest) {
    if (!begun_) DIORAMA_RETURN_IF_ERROR(begin(manifest.columns));
    const ClipReader reader(folder_, std::move(manifest));
    const ClipShard& shard = reader.manifest().shards[0];
    for (const std::int64_t rows : shard.episode_rows) {
      stats_.episode_rows.add(static_cast<double>(rows), 1);
      stats_.episode_rows_histogram.add(static_cast<double>(rows), 1);
    }
    DIORAMA_ASSIGN_OR_RETURN(const std::vector<std::int64_t> stored, reader.stored_bytes(0));
    for (std::size_t i = 0; i < summaries_.size(); ++i)
      summaries_[i].add_bytes(stored[index_[i]], shard.num_rows);
    DIORAMA_RETURN_IF_ERROR(sum_up(reader, tasks_of(shard)));
    rows_done_ += shard.num_rows;
    if (options_.progress) options_.progress(rows_done_, stats_.head.rows);
    return {};
  }

  std::vector<Task> tasks_of(const ClipShard& shard) const {
    std::vector<Task> tasks;
    const auto cut = [&](std::size_t summary, std::int64_t rows_at_once) {
      for (std::int64_t row = 0; row < shard.num_rows; row += rows_at_once) {
        tasks.push_back({summary, row, std::min(rows_at_once, shard.num_rows - row)});
      }
    };
    for (std::size_t i = 0; i < summaries_.size(); ++i) {
      const ClipColumn& column = summaries_[i].column();
      if (column.row_bytes == 0) continue;
      // Whole chunks, so that none is decoded twice.
      const auto fitting =
          static_cast<std::int64_t>(kBlockBytes / std::max<std::size_t>(1, column.row_bytes));
      cut(i, std::max<std::int64_t>(1, fitting / column.chunk_rows) * column.chunk_rows);
    }
    if (options_.each_episode) cut(kFactors, kFactorRows);
    return tasks;
  }

  Status sum_up(const ClipReader& reader, const std::vector<Task>& tasks) {
    OrderedWork<Done> work(static_cast<std::int64_t>(tasks.size()),
                           2 * std::int64_t{std::max(1, options_.workers)});
    std::vector<std::jthread> threads;
    for (int i = 0; i < std::max(1, options_.workers); ++i) {
      threads.emplace_back([&] {
        while (const std::optional<std::int64_t> ticket = work.next()) {
          work.deliver(*ticket, perform(reader, tasks[static_cast<std::size_t>(*ticket)]));
        }
      });
    }
    Status status;
    for (std::size_t i = 0; std::optional<Done> done = work.take(); ++i) {
      if (!status.ok()) continue;
      status = done->status;
      if (!status.ok()) {
        work.stop();
      } else if (tasks[i].summary == kFactors) {
        const std::size_t width = factor_width(reader);
        for (std::size_t k = 0; width > 0 && k + width <= done->factors.size(); k += width) {
          options_.each_episode(std::span(done->factors).subspan(k, width));
        }
      } else {
        summaries_[tasks[i].summary].merge(done->partial);
      }
    }
    return status;
  }

  Done perform(const ClipReader& reader, const Task& task) const {
    Done done;
    if (task.summary == kFactors) {
      done.status = read_factors(reader, task, done.factors);
      return done;
    }
    const Summary& summary = summaries_[task.summary];
    std::vector<std::byte> block(static_cast<std::size_t>(task.rows) * summary.column().row_bytes);
    done.status = reader.read_rows(index_[task.summary], 0, task.first_row, task.rows, block);
    if (done.status.ok()) done.partial = summary.sum_up(block);
    return done;
  }

  static std::size_t factor_width(const ClipReader& reader) {
    std::size_t width = 0;
    for (const ClipColumn& column : variation_columns(reader.manifest().columns))
      width += column.row_bytes / column.item_bytes;
    return width;
  }

  /// The factors of the episodes that begin in these rows, episode after episode.
  static Status read_factors(const ClipReader& reader, const Task& task,
                             std::vector<double>& factors) {
    const ClipShard& shard = reader.manifest().shards[0];
    std::vector<std::int64_t> starts;
    std::int64_t row = 0;
    for (const std::int64_t rows : shard.episode_rows) {
      if (row >= task.first_row && row < task.first_row + task.rows)
        starts.push_back(row - task.first_row);
      row += rows;
    }
    const std::size_t width = factor_width(reader);
    factors.resize(width * starts.size());
    std::size_t place = 0;
    const std::vector<ClipColumn>& columns = reader.manifest().columns;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (variation_columns({columns[c]}).empty()) continue;
      std::vector<std::byte> block(static_cast<std::size_t>(task.rows) * columns[c].row_bytes);
      DIORAMA_RETURN_IF_ERROR(reader.read_rows(c, 0, task.first_row, task.rows, block));
      const std::vector<double> values = Summary::numbers(columns[c], block);
      const std::size_t numbers = columns[c].row_bytes / columns[c].item_bytes;
      for (std::size_t e = 0; e < starts.size(); ++e) {
        for (std::size_t k = 0; k < numbers; ++k) {
          factors[e * width + place + k] =
              values[static_cast<std::size_t>(starts[e]) * numbers + k];
        }
      }
      place += numbers;
    }
    return {};
  }

  std::filesystem::path folder_;
  const StatsOptions& options_;
  DatasetStats stats_;
  json head_;
  bool begun_ = false;
  std::vector<std::size_t> index_;  // of each summary's column in the dataset
  std::vector<Summary> summaries_;
  std::int64_t rows_done_ = 0;
};

}  // namespace

bool counts_bits(const ClipColumn& column) {
  return column.type == ColumnType::kInt64 && base_name(column.name).starts_with("amodal");
}

std::vector<ClipColumn> variation_columns(const std::vector<ClipColumn>& columns) {
  std::vector<ClipColumn> found;
  std::copy_if(columns.begin(), columns.end(), std::back_inserter(found), [](const ClipColumn& c) {
    return c.name.starts_with("variation.") && c.row_bytes > 0;
  });
  return found;
}

Result<DatasetStats> dataset_stats(const std::filesystem::path& path, const StatsOptions& options) {
  return Pass(dataset_folder(path), options).run();
}

}  // namespace diorama
