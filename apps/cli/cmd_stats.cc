// diorama stats: what is in a dataset, in numbers and pictures.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include "apps/cli/command.h"
#include "apps/cli/progress.h"
#include "apps/pipeline/stats_plots.h"
#include "apps/pipeline/stats_report.h"

namespace diorama::cli {
namespace {

struct Arguments {
  std::string folder;
  std::string plots;
  std::string columns;
  int workers = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  bool components = false;
  bool json = false;
};

std::string number(double value) { return fmt::format("{:.5g}", value); }

std::string percent(std::int64_t count, std::int64_t of) {
  if (of == 0) return "-";
  if (count == 0) return "0";
  return fmt::format("{:.2f} %", 100.0 * static_cast<double>(count) / static_cast<double>(of));
}

std::string smaller(std::int64_t plain, std::int64_t stored) {
  return stored > 0
             ? fmt::format("{:.1f}x", static_cast<double>(plain) / static_cast<double>(stored))
             : "-";
}

/// Prints rows of cells below their heads, numbers to the right.
class Table {
 public:
  explicit Table(std::vector<std::string> heads, std::size_t texts) : texts_(texts) {
    add(std::move(heads));
  }

  void add(std::vector<std::string> cells) {
    widths_.resize(std::max(widths_.size(), cells.size()));
    for (std::size_t i = 0; i < cells.size(); ++i)
      widths_[i] = std::max(widths_[i], cells[i].size());
    rows_.push_back(std::move(cells));
  }

  void print() const {
    for (const std::vector<std::string>& row : rows_) {
      std::string line;
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (i > 0) line += "  ";
        line += i < texts_ ? fmt::format("{:<{}}", row[i], widths_[i])
                           : fmt::format("{:>{}}", row[i], widths_[i]);
      }
      line.erase(line.find_last_not_of(' ') + 1);
      fmt::print("{}\n", line);
    }
  }

 private:
  std::size_t texts_;  // of the leading columns
  std::vector<std::size_t> widths_;
  std::vector<std::vector<std::string>> rows_;
};

void print_head(const StatsReport& report, const std::string& path) {
  const ManifestHead& head = report.stats.head;
  const ValueStats& rows = report.stats.episode_rows;
  std::int64_t plain = 0;
  for (const ColumnStats& column : report.stats.columns) plain += column.plain_bytes;
  fmt::print("{}: {}\n", path, report.scenario_name);
  fmt::print("  episodes  {} kept of {} drawn\n", head.episodes, head.episodes + head.rejected);
  for (const auto& [reason, count] : head.rejected_by_reason)
    fmt::print("            {} rejected: {}\n", count, reason);
  fmt::print("  rows      {}; {} to {} per episode, mean {}, sd {}\n", head.rows, number(rows.min),
             number(rows.max), number(rows.mean), number(rows.std()));
  fmt::print("  shards    {} of {} in all\n", head.shards,
             format_bytes(static_cast<double>(head.bytes)));
  fmt::print("  values    {} before compression\n\n", format_bytes(static_cast<double>(plain)));
}

void print_columns(const StatsReport& report, bool components) {
  Table table({"column", "type", "unit", "stored", "ratio", "min", "max", "mean", "sd", "zero",
               "NaN", "inf", "nothing there"},
              3);
  for (const ColumnStats& c : report.stats.columns) {
    const ValueStats& t = c.total;
    const bool one_unit = c.column.unit.find(',') == std::string::npos;
    table.add({c.column.name, column_type_name(c.column.type), one_unit ? c.column.unit : "mixed",
               format_bytes(static_cast<double>(c.stored_bytes)),
               smaller(c.plain_bytes, c.stored_bytes), number(t.min), number(t.max), number(t.mean),
               number(t.std()), percent(t.zero, t.all()), std::to_string(t.nan),
               std::to_string(t.infinite),
               c.nothing.what.empty()
                   ? ""
                   : percent(c.nothing.count, c.nothing.places) + " " + c.nothing.what});
    for (std::size_t i = 0; components && c.components.size() > 1 && i < c.components.size(); ++i) {
      const ValueStats& v = c.components[i];
      std::vector<std::int64_t> place;
      for (std::size_t axis = c.component_shape.size(), rest = i; axis-- > 0;) {
        place.insert(place.begin(), static_cast<std::int64_t>(
                                        rest % static_cast<std::size_t>(c.component_shape[axis])));
        rest /= static_cast<std::size_t>(c.component_shape[axis]);
      }
      table.add({fmt::format("  [{}]", fmt::join(place, ", ")), "", "", "", "", number(v.min),
                 number(v.max), number(v.mean), number(v.std()), percent(v.zero, v.all()),
                 std::to_string(v.nan), std::to_string(v.infinite), ""});
    }
  }
  table.print();
}

void print_factors(const StatsReport& report) {
  const std::vector<FactorCoverage>& factors = report.coverage.factors();
  if (factors.empty()) return;
  fmt::print("\n");
  Table table({"factor", "declared", "unit", "min", "max", "mean", "range", "bins", "distance", ""},
              3);
  for (const FactorCoverage& f : factors) {
    const bool known = !f.declared.empty();
    const std::string warning = !known || f.is_fair() ? ""
                                : f.outside > 0       ? fmt::format("{} values outside", f.outside)
                                                      : "not drawn as declared";
    table.add({f.name, known ? f.declared : "?", f.unit, number(f.values.min), number(f.values.max),
               number(f.values.mean),
               known ? fmt::format("{:.1f} %", 100.0 * f.range_covered()) : "-",
               known ? fmt::format("{:.0f} %", 100.0 * f.bins_covered()) : "-",
               known ? fmt::format("{:.3f}", f.distance()) : "-", warning});
  }
  table.print();
  std::vector<PairCoverage> pairs = report.coverage.pairs();
  if (pairs.empty()) return;
  std::stable_sort(pairs.begin(), pairs.end(), [](const PairCoverage& a, const PairCoverage& b) {
    return a.cells_covered() < b.cells_covered();
  });
  constexpr std::size_t kShown = 5;
  fmt::print("\n{} pairs of factors; least covered of {} x {} cells:\n", pairs.size(),
             PairCoverage::kSide, PairCoverage::kSide);
  for (std::size_t i = 0; i < std::min(kShown, pairs.size()); ++i) {
    fmt::print("  {:5.1f} %  {} x {}\n", 100.0 * pairs[i].cells_covered(), factors[pairs[i].a].name,
               factors[pairs[i].b].name);
  }
}

int run(const Arguments& a) {
  want_json(a.json);
  const bool terminal = isatty(STDERR_FILENO) != 0;
  auto told = std::chrono::steady_clock::now();
  const auto progress = [&](std::int64_t rows, std::int64_t of) {
    const auto now = std::chrono::steady_clock::now();
    if (now - told < (terminal ? std::chrono::milliseconds(200) : std::chrono::milliseconds(10000)))
      return;
    told = now;
    narrate("{}{} of {} rows{}", terminal ? "\r" : "", rows, of, terminal ? "\x1b[K" : "\n");
  };
  const Result<StatsReport> report_made =
      make_stats_report(a.folder, a.workers, split(a.columns, ','), progress);
  if (terminal) narrate("\r\x1b[K");
  if (!report_made.ok()) return report(report_made.status());
  if (a.json) {
    fmt::print("{}\n", stats_json(*report_made, a.folder));
  } else {
    print_head(*report_made, a.folder);
    print_columns(*report_made, a.components);
    print_factors(*report_made);
  }
  if (a.plots.empty()) return kDone;
  const auto written = write_stats_plots(a.plots, report_made->scenario_name, report_made->stats,
                                         report_made->coverage);
  if (!written.ok()) return report(written.status());
  (void)std::fflush(stdout);  // the pictures come last, whoever reads
  for (const auto& path : *written) narrate("{}\n", path.string());
  return kDone;
}

}  // namespace

Command stats_command() {
  return {"stats", "Statistics of every column, coverage of factors, plots",
          "  diorama stats data/pushing\n"
          "  diorama stats data/pushing --plots data/pushing/plots --components\n"
          "  diorama stats data/pushing --json --columns action,proprio > stats.json",
          [](const Options& options) {
            const auto a = std::make_shared<Arguments>();
            options.value("folder", a->folder, "Dataset folder or its index.h5")
                .required()
                .type_name("DIR")
                .check(not_empty());
            options.value("--columns", a->columns, "Only these columns (default: all)")
                .type_name("A,B,C")
                .check(not_empty());
            options.flag("--components", a->components,
                         "A line for each number of a row too (at most 256 per column)");
            options.value("--plots", a->plots,
                           "Folder for overview.png, columns.png, factors.png and pairs.png")
                .type_name("DIR")
                .check(not_empty());
            options.value("--workers", a->workers,
                           "Threads (default: all cores); the result does not depend on it")
                .type_name("N")
                .check(whole_number(1, 256));
            options.flag("--json", a->json,
                         "One JSON object on stdout: everything, with histograms");
            options.explain(
                "Reads every value once, whatever the size of the dataset in little memory. mean "
                "and sd are of finite values; of masks\n"
                "of objects the number of objects per pixel counts. `nothing there` is the share "
                "of pixels, objects or entries that\n"
                "hold the column's value for nothing. Factors: `range` and `bins` say how much of "
                "the declared range the kept episodes\n"
                "span and fill, `distance` how far their distribution is from the declared one (0 "
                "to 1). Exit 0, 3: no dataset, or damaged.\n\n");
            return [a] { return run(*a); };
          }};
}

}  // namespace diorama::cli
