// Statistics of many numbers that are seen once, block by block, in memory that does not grow.
// Blocks may be summed up on any threads; merged in a fixed order the result is the same for any
// number of them. Values.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace diorama {

/// A histogram whose bins are as wide as a power of two and begin at its multiples, the narrowest
/// that need no more than kMaxBins for all values seen. What it ends up as depends on the values
/// alone, not on their order.
class Histogram {
 public:
  static constexpr std::int64_t kMaxBins = 128;

  /// `whole`: the values are whole numbers, for which bins narrower than 1 would be combs.
  explicit Histogram(bool whole = false) : whole_(whole) {}

  /// Finite values that all lie in [low, high]; others are left out.
  void add(std::span<const double> values, double low, double high);
  /// `value`, `count` times.
  void add(double value, std::int64_t count);
  void merge(const Histogram& other);

  double width() const;  ///< Of a bin.
  double low() const;    ///< Left edge of the first bin.
  const std::vector<std::int64_t>& counts() const { return counts_; }
  /// The value below which `share` (0 to 1) of the values lie, to within a bin. 0 without values.
  double quantile(double share) const;

 private:
  void make_room(double low, double high);
  void coarsen(int exponent);

  bool whole_;
  int exponent_ = 0;        // of the width
  std::int64_t first_ = 0;  // the first bin is [first_ * width, (first_ + 1) * width)
  std::vector<std::int64_t> counts_;
};

/// Count, range, mean and spread. NaN and infinities are counted apart and enter nothing else.
struct ValueStats {
  std::int64_t count = 0;  ///< Of finite values.
  std::int64_t nan = 0;
  std::int64_t infinite = 0;
  std::int64_t zero = 0;
  double min = 0.0;  ///< 0 without values, as the others.
  double max = 0.0;
  double mean = 0.0;
  double squares = 0.0;  ///< Sum of squared distances from the mean.

  std::int64_t all() const { return count + nan + infinite; }
  double std() const;  ///< Of the values as they are (divides by their number).

  /// Values first, first + stride, ... of a block: their mean first, then the squares about it.
  void add(std::span<const double> values, std::size_t first, std::size_t stride);
  /// `value`, `count` times.
  void add(double value, std::int64_t count);
  /// Chan, Golub and LeVeque's pairwise update.
  void merge(const ValueStats& other);
};

}  // namespace diorama
