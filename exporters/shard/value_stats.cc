#include "exporters/shard/value_stats.h"

#include <algorithm>
#include <cmath>

namespace diorama {
namespace {

// Bins narrower than this share of the largest value are beyond what a double's place can tell.
constexpr int kPlaces = 40;
constexpr int kLeastExponent = -1000;

std::int64_t bin_of(double value, int exponent) {
  return static_cast<std::int64_t>(std::floor(std::scalbn(value, -exponent)));
}

/// The narrowest bins for values in [low, high]. Never narrower for a wider range, so that bins are
/// only ever joined.
int exponent_for(double low, double high, bool whole) {
  const double largest = std::max(std::fabs(low), std::fabs(high));
  int exponent = whole ? 0 : kLeastExponent;
  if (largest > 0.0) exponent = std::max(exponent, std::ilogb(largest) - kPlaces);
  const double bin = high / static_cast<double>(Histogram::kMaxBins) -
                     low / static_cast<double>(Histogram::kMaxBins);
  if (bin > 0.0) exponent = std::max(exponent, std::ilogb(bin));
  while (bin_of(high, exponent) - bin_of(low, exponent) >= Histogram::kMaxBins) ++exponent;
  return exponent;
}

}  // namespace

double Histogram::width() const { return std::scalbn(1.0, exponent_); }
double Histogram::low() const { return std::scalbn(static_cast<double>(first_), exponent_); }

void Histogram::coarsen(int exponent) {
  const int shift = std::min(exponent - exponent_, 62);
  if (shift <= 0) return;
  const std::int64_t first = first_ >> shift;
  std::vector<std::int64_t> joined;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const auto bin =
        static_cast<std::size_t>(((first_ + static_cast<std::int64_t>(i)) >> shift) - first);
    if (bin >= joined.size()) joined.resize(bin + 1);
    joined[bin] += counts_[i];
  }
  counts_ = std::move(joined);
  first_ = first;
  exponent_ = exponent;
}

void Histogram::make_room(double low, double high) {
  if (counts_.empty()) {
    exponent_ = exponent_for(low, high, whole_);
    first_ = bin_of(low, exponent_);
    counts_.resize(static_cast<std::size_t>(bin_of(high, exponent_) - first_ + 1));
    return;
  }
  int exponent = std::max(exponent_, exponent_for(low, high, whole_));
  const auto last_bin = [&](int e) {
    return std::max(bin_of(high, e), (first_ + static_cast<std::int64_t>(counts_.size()) - 1) >>
                                         std::min(e - exponent_, 62));
  };
  const auto first_bin = [&](int e) {
    return std::min(bin_of(low, e), first_ >> std::min(e - exponent_, 62));
  };
  while (last_bin(exponent) - first_bin(exponent) >= kMaxBins) ++exponent;
  coarsen(exponent);
  const std::int64_t first = std::min(first_, bin_of(low, exponent_));
  const std::int64_t last =
      std::max(bin_of(high, exponent_), first_ + static_cast<std::int64_t>(counts_.size()) - 1);
  counts_.insert(counts_.begin(), static_cast<std::size_t>(first_ - first), 0);
  first_ = first;
  counts_.resize(static_cast<std::size_t>(last - first + 1));
}

void Histogram::add(std::span<const double> values, double low, double high) {
  make_room(low, high);
  const double scale = std::scalbn(1.0, -exponent_);
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    ++counts_[static_cast<std::size_t>(static_cast<std::int64_t>(std::floor(value * scale)) -
                                       first_)];
  }
}

void Histogram::add(double value, std::int64_t count) {
  make_room(value, value);
  counts_[static_cast<std::size_t>(bin_of(value, exponent_) - first_)] += count;
}

void Histogram::merge(const Histogram& other) {
  if (other.counts_.empty()) return;
  Histogram from = other;
  // Bins of `other` are whole bins of the merged one, so their left edges stand for them.
  make_room(from.low(),
            std::scalbn(static_cast<double>(from.first_ +
                                            static_cast<std::int64_t>(from.counts_.size()) - 1),
                        from.exponent_));
  if (from.exponent_ > exponent_) {
    coarsen(from.exponent_);
  } else {
    from.coarsen(exponent_);
  }
  for (std::size_t i = 0; i < from.counts_.size(); ++i) {
    counts_[static_cast<std::size_t>(from.first_ - first_) + i] += from.counts_[i];
  }
}

double Histogram::quantile(double share) const {
  std::int64_t total = 0;
  for (const std::int64_t count : counts_) total += count;
  if (total == 0) return 0.0;
  double left = share * static_cast<double>(total);
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const auto here = static_cast<double>(counts_[i]);
    if (here > 0.0 && left <= here)
      return low() + width() * (static_cast<double>(i) + std::max(0.0, left) / here);
    left -= here;
  }
  return low() + width() * static_cast<double>(counts_.size());
}

double ValueStats::std() const {
  return count > 0 ? std::sqrt(squares / static_cast<double>(count)) : 0.0;
}

void ValueStats::add(std::span<const double> values, std::size_t first, std::size_t stride) {
  ValueStats block;
  double sum = 0.0;
  for (std::size_t i = first; i < values.size(); i += stride) {
    const double value = values[i];
    if (!std::isfinite(value)) {
      ++(std::isnan(value) ? block.nan : block.infinite);
      continue;
    }
    if (block.count == 0) block.min = block.max = value;
    block.min = std::min(block.min, value);
    block.max = std::max(block.max, value);
    block.zero += value == 0.0 ? 1 : 0;
    sum += value;
    ++block.count;
  }
  if (block.count > 0) {
    const auto n = static_cast<double>(block.count);
    const double about = sum / n;
    double rest = 0.0;  // what rounding left out of the mean
    for (std::size_t i = first; i < values.size(); i += stride) {
      if (!std::isfinite(values[i])) continue;
      const double distance = values[i] - about;
      rest += distance;
      block.squares += distance * distance;
    }
    block.mean = about + rest / n;
    block.squares = std::max(0.0, block.squares - rest * rest / n);
  }
  merge(block);
}

void ValueStats::add(double value, std::int64_t times) {
  ValueStats block;
  block.count = times;
  block.zero = value == 0.0 ? times : 0;
  block.min = block.max = block.mean = value;
  if (times > 0) merge(block);
}

void ValueStats::merge(const ValueStats& other) {
  nan += other.nan;
  infinite += other.infinite;
  if (other.count == 0) return;
  if (count == 0) {
    min = other.min;
    max = other.max;
  }
  min = std::min(min, other.min);
  max = std::max(max, other.max);
  const auto mine = static_cast<double>(count);
  const auto theirs = static_cast<double>(other.count);
  const double apart = other.mean - mean;
  squares += other.squares + apart * apart * (mine * theirs / (mine + theirs));
  mean += apart * (theirs / (mine + theirs));
  count += other.count;
  zero += other.zero;
}

}  // namespace diorama
