#include "apps/pipeline/factor_coverage.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/core/text.h"
#include "scenes/distribution.h"

namespace diorama {
namespace {

constexpr std::size_t kBins = 20;
constexpr std::int64_t kMostNamedValues = 40;
constexpr double kChance = 1.63;  // Kolmogorov's limit of one in a hundred
constexpr std::string_view kPrefix = "variation.";

const schema::Distribution* declared(const schema::Scenario& scenario, const std::string& factor) {
  for (const schema::Vary& vary : scenario.vary()) {
    if (vary.factor() == factor && check_distribution(vary.distribution()).empty())
      return &vary.distribution();
  }
  return nullptr;
}

/// Bins over all that can be drawn: one per option or whole number where these are few, else kBins
/// of equal width.
void make_bins(const schema::Distribution& distribution, FactorCoverage& factor) {
  if (distribution.has_choice() && options_are_numbers(distribution.choice())) {
    std::vector<double> values;
    for (const Draw& draw : extreme_draws(distribution))
      values.push_back(draw.factor_values(distribution)[0]);
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    for (const double value : values) factor.labels.push_back(format_number(value));
    factor.edges.push_back(values.front() - 1.0);
    for (std::size_t i = 1; i < values.size(); ++i)
      factor.edges.push_back(0.5 * (values[i - 1] + values[i]));
    factor.edges.push_back(values.back() + 1.0);
  } else if (distribution.has_choice()) {
    for (int i = 0; i < distribution.choice().option_size(); ++i) {
      factor.labels.push_back(distribution.choice().option(i).value());
      factor.edges.push_back(i - 0.5);
    }
    factor.edges.push_back(distribution.choice().option_size() - 0.5);
  } else if (distribution.has_integer() &&
             distribution.integer().high() - distribution.integer().low() < kMostNamedValues) {
    for (std::int64_t value = distribution.integer().low(); value <= distribution.integer().high();
         ++value) {
      factor.labels.push_back(std::to_string(value));
      factor.edges.push_back(static_cast<double>(value) - 0.5);
    }
    factor.edges.push_back(static_cast<double>(distribution.integer().high()) + 0.5);
  } else {
    double low = 0.0;
    double high = std::numbers::pi;
    if (!distribution.has_rotation()) {
      const std::vector<Draw> ends = extreme_draws(distribution);
      low = ends.front().number;
      high = ends.back().number;
    }
    const std::size_t bins = high > low ? kBins : 1;
    for (std::size_t i = 0; i <= bins; ++i) {
      const double t = static_cast<double>(i) / static_cast<double>(bins);
      factor.edges.push_back(distribution.has_log_uniform() && high > low
                                 ? low * std::pow(high / low, t)
                                 : low + t * (high - low));
    }
    factor.edges.back() = high > low ? high : high + std::max(1e-9, std::fabs(high) * 1e-6);
  }
  factor.counts.assign(factor.edges.size() - 1, 0);
  for (std::size_t i = 0; i + 1 < factor.edges.size(); ++i) {
    factor.expected.push_back(share_below(distribution, factor.edges[i + 1]) -
                              share_below(distribution, factor.edges[i]));
  }
}

}  // namespace

double FactorCoverage::bins_covered() const {
  int possible = 0;
  int covered = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (expected[i] <= 0.0) continue;
    ++possible;
    covered += counts[i] > 0 ? 1 : 0;
  }
  return possible > 0 ? static_cast<double>(covered) / possible : 0.0;
}

double FactorCoverage::range_covered() const {
  if (edges.empty() || values.count == 0) return 0.0;
  if (!labels.empty()) return bins_covered();
  if (counts.size() == 1) return 1.0;
  return std::clamp((values.max - values.min) / (edges.back() - edges.front()), 0.0, 1.0);
}

double FactorCoverage::distance() const {
  double worst = 0.0;
  double observed = 0.0;
  double wanted = 0.0;
  for (std::size_t i = 0; i < counts.size() && values.count > 0; ++i) {
    observed += static_cast<double>(counts[i]) / static_cast<double>(values.count);
    wanted += expected[i];
    worst = std::max(worst, std::fabs(observed - wanted));
  }
  return worst;
}

bool FactorCoverage::is_fair() const {
  return outside == 0 && (values.count == 0 ||
                          distance() <= kChance / std::sqrt(static_cast<double>(values.count)));
}

double PairCoverage::cells_covered() const {
  std::int64_t reachable = 0;
  std::int64_t covered = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (!possible[i]) continue;
    ++reachable;
    covered += counts[i] > 0 ? 1 : 0;
  }
  return reachable > 0 ? static_cast<double>(covered) / static_cast<double>(reachable) : 0.0;
}

Coverage::Coverage(const std::vector<ClipColumn>& columns, const schema::Scenario& scenario)
    : scenario_(scenario) {
  std::size_t place = 0;
  for (const ClipColumn& column : columns) {
    FactorCoverage factor;
    factor.name = column.name.substr(kPrefix.size());
    factor.unit = column.unit;
    declared_.push_back(declared(scenario_, factor.name));
    if (declared_.back() != nullptr) {
      factor.declared = describe(*declared_.back());
      if (declared_.back()->has_rotation()) factor.unit = "rad";
      make_bins(*declared_.back(), factor);
    }
    first_.push_back(place);
    place += column.row_bytes / column.item_bytes;
    factors_.push_back(std::move(factor));
  }
  constexpr std::size_t kSide = PairCoverage::kSide;
  for (std::size_t a = 0; a < std::min(factors_.size(), kMaxPaired); ++a) {
    for (std::size_t b = a + 1; b < std::min(factors_.size(), kMaxPaired); ++b) {
      if (declared_[a] == nullptr || declared_[b] == nullptr) continue;
      PairCoverage pair{a, b, std::vector<std::int64_t>(kSide * kSide),
                        std::vector<bool>(kSide * kSide)};
      pairs_.push_back(std::move(pair));
    }
  }
  // Cells that some value falls into: of a continuous factor all, of an option or whole number its
  // own.
  const auto cells = [&](std::size_t i) {
    const FactorCoverage& factor = factors_[i];
    std::vector<bool> reached(kSide, factor.labels.empty() && factor.counts.size() > 1);
    if (factor.counts.size() == 1) reached[0] = true;
    double below = 0.0;
    for (std::size_t k = 0; k < factor.expected.size() && !factor.labels.empty(); ++k) {
      if (factor.expected[k] > 0.0)
        reached[std::min(kSide - 1, static_cast<std::size_t>(below * kSide + 1e-9))] = true;
      below += factor.expected[k];
    }
    return reached;
  };
  for (PairCoverage& pair : pairs_) {
    const std::vector<bool> along_a = cells(pair.a);
    const std::vector<bool> along_b = cells(pair.b);
    for (std::size_t i = 0; i < kSide * kSide; ++i)
      pair.possible[i] = along_a[i / kSide] && along_b[i % kSide];
  }
}

void Coverage::add(std::span<const double> numbers) {
  constexpr std::size_t kSide = PairCoverage::kSide;
  std::vector<std::size_t> cell(factors_.size(), kSide);  // kSide: in none
  for (std::size_t i = 0; i < factors_.size(); ++i) {
    FactorCoverage& factor = factors_[i];
    double value = numbers[first_[i]];
    if (declared_[i] != nullptr && declared_[i]->has_rotation())
      value = 2.0 * std::acos(std::min(1.0, std::fabs(value)));
    factor.values.add(std::span(&value, 1), 0, 1);
    if (declared_[i] == nullptr) continue;
    // Columns hold float32, which may round a value to or past an end.
    const double slack =
        1e-6 * std::max(std::fabs(factor.edges.front()), std::fabs(factor.edges.back()));
    if (!(value >= factor.edges.front() - slack && value <= factor.edges.back() + slack)) {
      ++factor.outside;
      continue;
    }
    const auto above = std::upper_bound(factor.edges.begin(), factor.edges.end(), value);
    const std::ptrdiff_t bin = std::clamp<std::ptrdiff_t>(
        above - factor.edges.begin() - 1, 0, static_cast<std::ptrdiff_t>(factor.counts.size()) - 1);
    ++factor.counts[static_cast<std::size_t>(bin)];
    double below = share_below(*declared_[i], value);
    if (!factor.labels.empty()) {  // the bin's own place, so that float32 does not decide
      below = share_below(*declared_[i], factor.edges[static_cast<std::size_t>(bin)]);
    }
    cell[i] = std::min(
        kSide - 1, static_cast<std::size_t>(below * kSide + (factor.labels.empty() ? 0.0 : 1e-9)));
  }
  for (PairCoverage& pair : pairs_) {
    if (cell[pair.a] < kSide && cell[pair.b] < kSide)
      ++pair.counts[cell[pair.a] * kSide + cell[pair.b]];
  }
}

}  // namespace diorama
