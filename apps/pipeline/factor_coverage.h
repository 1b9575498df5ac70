// What a dataset covers of the range that its scenario lets each factor of variation have, and of
// pairs of factors. Takes one episode after the other; its memory does not grow with them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "exporters/shard/clip_tables.h"
#include "exporters/shard/value_stats.h"
#include "schemas/scenario.pb.h"

namespace diorama {

/// One factor against its distribution. Of a rotation the angle (rad) is looked at.
struct FactorCoverage {
  std::string name;  ///< "mass" of the column `variation.mass`.
  std::string unit;
  std::string declared;       ///< "uniform in [0, 1)"; "" if the scenario does not say.
  ValueStats values;          ///< One per kept episode.
  std::vector<double> edges;  ///< Of the bins, one more than these; empty if nothing is declared.
  std::vector<std::string> labels;  ///< Of the bins, where each is one option or one whole number.
  std::vector<std::int64_t> counts;
  std::vector<double> expected;  ///< Share of episodes that each bin is declared to get.
  std::int64_t outside = 0;      ///< Values that the scenario never draws.

  double bins_covered() const;   ///< Share of the bins that can be drawn and hold an episode.
  double range_covered() const;  ///< (max - min) / declared range; 1 for a range of one value.
  /// Largest distance between the distribution functions at the bins' edges. Up to about 1.63 /
  /// sqrt(episodes) is chance (1 in 100); more means that kept episodes are not drawn as declared,
  /// as when rejections depend on the factor.
  double distance() const;
  bool is_fair() const;  ///< distance() is within 1.63 / sqrt(episodes).
};

/// Two factors at once: cells of equal share along each.
struct PairCoverage {
  static constexpr std::size_t kSide = 8;
  std::size_t a = 0;  ///< Indices of factors.
  std::size_t b = 0;
  std::vector<std::int64_t> counts;  ///< (kSide of a, kSide of b)
  std::vector<bool> possible;        ///< Cells that the declared distributions reach.

  double cells_covered() const;
};

class Coverage {
 public:
  static constexpr std::size_t kMaxPaired = 16;  ///< Only the first so many factors are paired.

  /// `columns`: the variation columns of the dataset, in order; `scenario` declares their
  /// distributions.
  Coverage(const std::vector<ClipColumn>& columns, const schema::Scenario& scenario);

  /// The numbers of all variation columns of one episode.
  void add(std::span<const double> factors);

  const std::vector<FactorCoverage>& factors() const { return factors_; }
  const std::vector<PairCoverage>& pairs() const { return pairs_; }

 private:
  std::vector<FactorCoverage> factors_;
  std::vector<const schema::Distribution*> declared_;  ///< Null where nothing is.
  std::vector<std::size_t> first_;                     ///< Each factor's first number.
  std::vector<PairCoverage> pairs_;
  schema::Scenario scenario_;
};

}  // namespace diorama
