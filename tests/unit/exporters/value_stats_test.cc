#include "exporters/shard/value_stats.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "engine/core/rng.h"

namespace diorama {
namespace {

std::vector<double> draws(int count, double low, double high) {
  RandomStream stream({1, 0}, "value_stats");
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(stream.uniform(low, high));
  return values;
}

TEST_CASE(
    "count, range, mean and spread are those of the values, however they are cut into blocks") {
  const std::vector<double> values = draws(10000, 3.0, 7.0);
  ValueStats whole;
  whole.add(values, 0, 1);
  ValueStats parts;
  for (std::size_t first = 0; first < values.size();) {
    const std::size_t size = std::min<std::size_t>(1 + first % 777, values.size() - first);
    ValueStats part;
    part.add(std::span(values).subspan(first, size), 0, 1);
    parts.merge(part);
    first += size;
  }
  CHECK(whole.count == 10000);
  CHECK(parts.count == 10000);
  CHECK(whole.mean == doctest::Approx(5.0).epsilon(0.01));
  CHECK(whole.std() == doctest::Approx(4.0 / std::sqrt(12.0)).epsilon(0.01));
  CHECK(parts.mean == doctest::Approx(whole.mean).epsilon(1e-14));
  CHECK(parts.std() == doctest::Approx(whole.std()).epsilon(1e-12));
  CHECK(parts.min == whole.min);
  CHECK(parts.max == *std::max_element(values.begin(), values.end()));
}

TEST_CASE("a spread far smaller than the mean is not lost") {
  std::vector<double> values;
  for (int i = 0; i < 100000; ++i) values.push_back(1e9 + (i % 2 == 0 ? 1.0 : -1.0));
  ValueStats stats;
  for (std::size_t first = 0; first < values.size(); first += 1000) {
    stats.add(std::span(values).subspan(first, 1000), 0, 1);
  }
  CHECK(stats.mean == 1e9);
  CHECK(stats.std() == doctest::Approx(1.0).epsilon(1e-12));
}

TEST_CASE("NaN and infinities are counted apart, zeros among the values") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> values = {0.0, nan, 2.0, -infinity, -0.0, infinity, 4.0};
  ValueStats stats;
  stats.add(values, 0, 1);
  CHECK(stats.count == 4);
  CHECK(stats.nan == 1);
  CHECK(stats.infinite == 2);
  CHECK(stats.zero == 2);
  CHECK(stats.all() == 7);
  CHECK(stats.mean == 1.5);
  ValueStats every_third;
  every_third.add(values, 2, 3);  // 2, inf
  CHECK(every_third.count == 1);
  CHECK(every_third.max == 2.0);
  ValueStats none;
  none.add(std::vector<double>{nan}, 0, 1);
  CHECK(none.count == 0);
  CHECK(none.std() == 0.0);
}

TEST_CASE("values that come with their number are the same as one by one") {
  ValueStats counted;
  counted.add(3.0, 2);
  counted.add(5.0, 1);
  ValueStats listed;
  listed.add(std::vector<double>{3.0, 5.0, 3.0}, 0, 1);
  CHECK(counted.mean == doctest::Approx(listed.mean));
  CHECK(counted.std() == doctest::Approx(listed.std()));
}

TEST_CASE("a histogram holds every value in its bin and does not depend on the order of blocks") {
  std::vector<std::vector<double>> blocks = {
      draws(50, 0.0, 1e-3), draws(50, -5.0, 2.0), {0.0}, draws(80, 900.0, 1000.0), {-1e6},
      {7.25, 7.25}};
  const auto made = [](const std::vector<std::vector<double>>& list) {
    Histogram all;
    for (const std::vector<double>& block : list) {
      Histogram part;
      part.add(block, *std::min_element(block.begin(), block.end()),
               *std::max_element(block.begin(), block.end()));
      all.merge(part);
    }
    return all;
  };
  const Histogram forward = made(blocks);
  std::reverse(blocks.begin(), blocks.end());
  const Histogram backward = made(blocks);
  CHECK(forward.low() == backward.low());
  CHECK(forward.width() == backward.width());
  CHECK(forward.counts() == backward.counts());
  CHECK(static_cast<std::int64_t>(forward.counts().size()) <= Histogram::kMaxBins);
  std::vector<std::int64_t> expected(forward.counts().size());
  for (const std::vector<double>& block : blocks) {
    for (const double value : block)
      ++expected.at(
          static_cast<std::size_t>(std::floor((value - forward.low()) / forward.width())));
  }
  CHECK(forward.counts() == expected);
}

TEST_CASE("bins are as narrow as they can be, and never below 1 for whole numbers") {
  const std::vector<double> values = draws(1000, 0.0, 1.0);
  Histogram fine;
  fine.add(values, 0.0, 1.0);
  CHECK(fine.counts().size() > Histogram::kMaxBins / 2 - 1);
  CHECK(fine.quantile(0.5) == doctest::Approx(0.5).epsilon(0.1));
  CHECK(fine.quantile(0.0) <= fine.quantile(0.01));
  Histogram whole(true);
  whole.add(2.0, 5);
  whole.add(4.0, 1);
  CHECK(whole.width() == 1.0);
  CHECK(whole.low() == 2.0);
  CHECK(whole.counts() == std::vector<std::int64_t>{5, 0, 1});
  CHECK(Histogram().quantile(0.5) == 0.0);
}

TEST_CASE("extreme values make extreme bins") {
  Histogram histogram;
  const double largest = std::numeric_limits<double>::max();
  histogram.add(std::vector<double>{-largest, largest}, -largest, largest);
  histogram.add(std::numeric_limits<double>::denorm_min(), 1);
  histogram.add(0.0, 1);
  CHECK(std::accumulate(histogram.counts().begin(), histogram.counts().end(), std::int64_t{0}) ==
        4);
  CHECK(static_cast<std::int64_t>(histogram.counts().size()) <= Histogram::kMaxBins);
}

}  // namespace
}  // namespace diorama
