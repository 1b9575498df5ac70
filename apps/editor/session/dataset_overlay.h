// Labels of a dataset drawn over its pictures, from the columns alone: what is recorded is what is
// seen. Pure functions.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "apps/editor/session/dataset_overview.h"
#include "engine/core/pose.h"

namespace diorama::editor {

/// A line of an overlay in pixels of its picture; pixel (0, 0) is the centre of the top-left pixel.
struct OverlayLine {
  dvec2 from_px{0.0};
  dvec2 to_px{0.0};
  int color = 0;  ///< Which of the theme's label colours; equal numbers belong together.
};
struct OverlayText {
  dvec2 at_px{0.0};
  std::string text;
  int color = 0;
};
struct Overlay {
  std::vector<OverlayLine> lines;
  std::vector<OverlayText> texts;
};

/// One row of a dataset: its numbers by column name.
using DatasetRow = std::map<std::string, std::vector<double>>;

struct OverlayKind {
  const char* name;     ///< "visible boxes"
  const char* meaning;  ///< One sentence.
  /// Columns that it needs, without the suffix of the view; those that end in '*' have one.
  std::vector<std::string> needs;
  Overlay (*draw)(const DatasetOverview& overview, const DatasetRow& row, const DatasetView& view);
};
/// THE list of overlays.
const std::vector<OverlayKind>& overlay_kinds();

/// The columns that a kind needs for a view, with its suffix.
std::vector<std::string> columns_of(const OverlayKind& kind, const DatasetView& view);
/// Whether the dataset has them all.
bool is_available(const OverlayKind& kind, const DatasetOverview& overview,
                  const DatasetView& view);

}  // namespace diorama::editor
