// How a distribution looks: a histogram of many draws, by the sampler's own code. UI thread only.
#pragma once

#include <string>
#include <vector>

#include "apps/editor/ui/widgets.h"
#include "schemas/distribution.pb.h"

namespace diorama::editor {

/// Counts of draws. Numbers fall into bins between `low` and `high`; options have a bar each, named
/// in `labels`.
struct Histogram {
  std::vector<double> shares;       ///< Of all draws; their sum is 1.
  std::vector<std::string> labels;  ///< Empty for numbers.
  double low = 0.0;
  double high = 0.0;
  std::string note;  ///< Why there is nothing to draw.
};
Histogram histogram_of(const schema::Distribution& distribution);

class DistributionPlot {
 public:
  /// Bars over the width that is left, `height` pixels high. `unit` is that of the field, `present`
  /// the value in the document (NaN = none), which is marked.
  void draw(Ui& ui, const Widget& widget, const schema::Distribution& distribution,
            const std::string& unit, double present, float height);

 private:
  std::string drawn_;  // The distribution that the histogram is of.
  Histogram histogram_;
};

}  // namespace diorama::editor
