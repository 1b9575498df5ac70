#include "apps/pipeline/stats_report.h"

#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "scenes/scenario_io.h"

namespace diorama {
namespace {

using nlohmann::json;

json head_member(const json& head, const char* name) {
  return head.is_object() && head.contains(name) ? head[name] : json();
}

json values_json(const ValueStats& v) {
  return {{"count", v.count}, {"nan", v.nan}, {"infinite", v.infinite}, {"zero", v.zero},
          {"min", v.min},     {"max", v.max}, {"mean", v.mean},         {"std", v.std()}};
}

json histogram_json(const Histogram& h) {
  return {{"low", h.low()}, {"bin_width", h.width()}, {"counts", h.counts()}};
}

/// Parallel lists, as trainers normalise with them.
json components_json(const ColumnStats& column) {
  json lists = {{"shape", column.component_shape}};
  for (const ValueStats& v : column.components) {
    lists["count"].push_back(v.count);
    lists["min"].push_back(v.min);
    lists["max"].push_back(v.max);
    lists["mean"].push_back(v.mean);
    lists["std"].push_back(v.std());
  }
  return lists;
}

json column_json(const ColumnStats& column) {
  json entry = values_json(column.total);
  entry["type"] = column_type_name(column.column.type);
  entry["row_shape"] = column.column.row_shape;
  entry["unit"] = column.column.unit;
  entry["values_are"] = counts_bits(column.column) ? "number of objects" : "stored values";
  entry["stored_bytes"] = column.stored_bytes;
  entry["plain_bytes"] = column.plain_bytes;
  entry["histogram"] = histogram_json(column.histogram);
  entry["quantiles"] = {{"0.01", column.histogram.quantile(0.01)},
                        {"0.5", column.histogram.quantile(0.5)},
                        {"0.99", column.histogram.quantile(0.99)}};
  if (!column.nothing.what.empty()) {
    entry["nothing"] = {{"what", column.nothing.what},
                        {"count", column.nothing.count},
                        {"of", column.nothing.places}};
  }
  if (!column.components.empty()) entry["components"] = components_json(column);
  return entry;
}

json factor_json(const FactorCoverage& factor) {
  json entry = values_json(factor.values);
  entry["name"] = factor.name;
  entry["unit"] = factor.unit;
  if (factor.declared.empty()) return entry;
  entry["declared"] = factor.declared;
  entry["edges"] = factor.edges;
  entry["labels"] = factor.labels;
  entry["counts"] = factor.counts;
  entry["expected_share"] = factor.expected;
  entry["outside"] = factor.outside;
  entry["range_covered"] = factor.range_covered();
  entry["bins_covered"] = factor.bins_covered();
  entry["distance"] = factor.distance();
  entry["as_declared"] = factor.is_fair();
  return entry;
}

}  // namespace

Result<StatsReport> make_stats_report(
    const std::filesystem::path& path, int workers, const std::vector<std::string>& columns,
    const std::function<void(std::int64_t, std::int64_t)>& progress) {
  // The scenario is needed before the first episode, so the head is read here once more.
  DIORAMA_ASSIGN_OR_RETURN(const ManifestHead head, read_manifest_head(path));
  const json root = json::parse(head.text, nullptr, false);
  const std::string where = (dataset_folder(path) / "dataset.json").string();
  const json scenario_text = head_member(root, "scenario");
  if (!scenario_text.is_string()) return invalid_input(where + " does not hold its scenario");
  DIORAMA_ASSIGN_OR_RETURN(const schema::Scenario scenario,
                           parse_scenario(scenario_text.get<std::string>(), where));
  DIORAMA_ASSIGN_OR_RETURN(const ClipManifest manifest, parse_clip_manifest(head.text, where));
  const json name = head_member(root, "scenario_name");
  StatsReport report{name.is_string() ? name.get<std::string>() : "",
                     {},
                     Coverage(variation_columns(manifest.columns), scenario)};
  StatsOptions options;
  options.workers = workers;
  options.columns = columns;
  options.progress = progress;
  if (!report.coverage.factors().empty()) {
    options.each_episode = [&](std::span<const double> factors) { report.coverage.add(factors); };
  }
  DIORAMA_ASSIGN_OR_RETURN(report.stats, dataset_stats(path, options));
  return report;
}

std::string stats_json(const StatsReport& report, const std::string& path) {
  const ManifestHead& head = report.stats.head;
  json columns = json::object();
  for (const ColumnStats& column : report.stats.columns)
    columns[column.column.name] = column_json(column);
  json factors = json::array();
  for (const FactorCoverage& factor : report.coverage.factors())
    factors.push_back(factor_json(factor));
  json pairs = json::array();
  for (const PairCoverage& pair : report.coverage.pairs()) {
    pairs.push_back(
        {{"factors",
          {report.coverage.factors()[pair.a].name, report.coverage.factors()[pair.b].name}},
         {"cells_covered", pair.cells_covered()},
         {"counts", pair.counts}});
  }
  json lengths = values_json(report.stats.episode_rows);
  lengths["histogram"] = histogram_json(report.stats.episode_rows_histogram);
  const json object = {
      {"schema", "diorama.stats.1"},
      {"path", path},
      {"scenario", report.scenario_name},
      {"episodes", head.episodes},
      {"rows", head.rows},
      {"shards", head.shards},
      {"bytes", head.bytes},
      {"rejected", {{"count", head.rejected}, {"reasons", head.rejected_by_reason}}},
      {"episode_rows", lengths},
      {"columns", columns},
      {"factors", factors},
      {"pairs", pairs}};
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace diorama
