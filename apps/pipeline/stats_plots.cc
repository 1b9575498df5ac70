#include "apps/pipeline/stats_plots.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "apps/pipeline/canvas.h"
#include "apps/pipeline/picture.h"

namespace diorama {
namespace {

namespace fs = std::filesystem;

constexpr Color kPaper{255, 255, 255};
constexpr Color kCard{246, 247, 249};
constexpr Color kInk{30, 34, 40};
constexpr Color kDim{112, 119, 130};
constexpr Color kRule{208, 213, 220};
constexpr Color kBar{66, 116, 184};
constexpr Color kPale{190, 206, 228};
constexpr Color kDeclared{222, 112, 30};
constexpr Color kBad{196, 52, 48};

constexpr int kWidth = 1480;
constexpr double kMargin = 32.0;
constexpr double kGap = 20.0;
constexpr double kHeader = 92.0;
constexpr double kPad = 16.0;
constexpr double kCardHead = 58.0;  // title and one line below it
constexpr double kCardFoot = 26.0;  // labels of the axis
// Shares of values are shown on a logarithmic scale down to this one: rare outliers must be seen.
constexpr double kLeastShare = 1e-6;

const TextStyle kTitle{.size_px = 24, .color = kInk, .bold = true};
const TextStyle kSubtitle{.size_px = 14, .color = kDim};
const TextStyle kName{.size_px = 15, .color = kInk, .bold = true};
const TextStyle kNote{.size_px = 12, .color = kDim};

TextStyle aligned(TextStyle style, Align align) {
  style.align = align;
  return style;
}

std::string short_number(double value) { return fmt::format("{:.4g}", value); }
std::string percent(double share) { return fmt::format("{:.1f} %", 100.0 * share); }

std::string megabytes(std::int64_t bytes) {
  const auto value = static_cast<double>(bytes);
  return value >= 1e9   ? fmt::format("{:.2f} GB", value / 1e9)
         : value >= 1e6 ? fmt::format("{:.1f} MB", value / 1e6)
                        : fmt::format("{:.1f} kB", value / 1e3);
}

/// A page of cards of equal size.
class Page {
 public:
  static Result<Page> create(const std::string& title, const std::string& subtitle,
                             std::size_t cards, int columns, double card_height) {
    const auto per_row = static_cast<std::size_t>(columns);
    const std::size_t rows = (cards + per_row - 1) / per_row;
    const double height =
        kHeader + static_cast<double>(rows) * (card_height + kGap) - kGap + kMargin;
    DIORAMA_ASSIGN_OR_RETURN(Canvas canvas,
                             Canvas::create(kWidth, static_cast<int>(std::ceil(height)), kPaper));
    canvas.text(kMargin, 44.0, title, kTitle, kWidth - 2.0 * kMargin);
    canvas.text(kMargin, 70.0, subtitle, kSubtitle, kWidth - 2.0 * kMargin);
    return Page(std::move(canvas), columns, card_height);
  }

  /// Draws the next card's paper and head; returns the area below the head.
  Area card(const std::string& name, const std::string& note, Color note_color = kDim) {
    const double width = (kWidth - 2.0 * kMargin - kGap * (columns_ - 1)) / columns_;
    const int row = next_ / columns_;
    const int column = next_ % columns_;
    const Area all{kMargin + column * (width + kGap), kHeader + row * (height_ + kGap), width,
                   height_};
    ++next_;
    canvas_.fill(all, kCard);
    canvas_.text(all.x + kPad, all.y + 26.0, name, kName, width - 2.0 * kPad);
    TextStyle style = kNote;
    style.color = note_color;
    canvas_.text(all.x + kPad, all.y + 46.0, note, style, width - 2.0 * kPad);
    return {all.x + kPad, all.y + kCardHead, width - 2.0 * kPad, height_ - kCardHead - kPad};
  }

  Canvas& canvas() { return canvas_; }

 private:
  Page(Canvas canvas, int columns, double height)
      : canvas_(std::move(canvas)), columns_(columns), height_(height) {}

  Canvas canvas_;
  int columns_;
  double height_;
  int next_ = 0;
};

/// Bars of heights 0 to 1 side by side over a base line, with a label at each end.
void draw_bars(Canvas& canvas, const Area& area, const std::vector<double>& heights,
               const std::string& left, const std::string& right) {
  const double bottom = area.y + area.height - kCardFoot;
  const double tall = bottom - area.y;
  const double step = area.width / static_cast<double>(std::max<std::size_t>(1, heights.size()));
  constexpr double kWidest = 56.0;
  const double width = std::min(kWidest, step - (step > 8.0 ? 2.0 : step > 4.0 ? 1.0 : 0.0));
  for (std::size_t i = 0; i < heights.size(); ++i) {
    const double height = heights[i] > 0.0 ? std::max(1.0, heights[i] * tall) : 0.0;
    const double middle = area.x + step * (static_cast<double>(i) + 0.5);
    canvas.fill({middle - 0.5 * width, bottom - height, width, height}, kBar);
  }
  canvas.fill({area.x, bottom, area.width, 1.0}, kRule);
  canvas.text(area.x, bottom + 17.0, left, kNote);
  canvas.text(area.x + area.width, bottom + 17.0, right, aligned(kNote, Align::kRight));
}

double log_height(std::int64_t count, std::int64_t total) {
  if (count == 0 || total == 0) return 0.0;
  const double share = static_cast<double>(count) / static_cast<double>(total);
  return std::clamp(1.0 - std::log(share) / std::log(kLeastShare), 0.02, 1.0);
}

void draw_column(Page& page, const ColumnStats& column) {
  const ValueStats& t = column.total;
  std::string note = fmt::format("mean {}  sd {}", short_number(t.mean), short_number(t.std()));
  if (!column.nothing.what.empty() && column.nothing.places > 0) {
    note += fmt::format("  {} {}", column.nothing.what,
                        percent(static_cast<double>(column.nothing.count) /
                                static_cast<double>(column.nothing.places)));
  }
  if (t.nan > 0) note += fmt::format("  {} NaN", t.nan);
  if (t.infinite > 0) note += fmt::format("  {} infinite", t.infinite);
  const Area area = page.card(column.column.name, note, t.infinite > 0 ? kBad : kDim);
  std::vector<double> heights;
  for (const std::int64_t count : column.histogram.counts())
    heights.push_back(log_height(count, t.count));
  const std::string unit =
      column.column.unit == "1" || column.column.unit.find(',') != std::string::npos
          ? ""
          : " " + column.column.unit;
  draw_bars(page.canvas(), area, heights, short_number(t.min) + unit, short_number(t.max) + unit);
}

Result<ImageU8> columns_picture(const std::string& title, const DatasetStats& stats) {
  DIORAMA_ASSIGN_OR_RETURN(
      Page page,
      Page::create(title + ": columns",
                   "All values of each column between its least and largest. Bars: share of the "
                   "values, logarithmic from 1 to 1e-6.",
                   stats.columns.size(), 4, 190.0));
  for (const ColumnStats& column : stats.columns) draw_column(page, column);
  return page.canvas().image();
}

/// Observed bars and, as steps, what is declared.
void draw_factor(Page& page, const FactorCoverage& factor) {
  std::string note =
      factor.declared.empty()
          ? fmt::format("no distribution declared; {} to {}", short_number(factor.values.min),
                        short_number(factor.values.max))
          : fmt::format("{} of the range, {} of {} bins, distance {:.3f}{}",
                        percent(factor.range_covered()), percent(factor.bins_covered()),
                        factor.counts.size(), factor.distance(),
                        factor.outside > 0 ? fmt::format(", {} OUTSIDE", factor.outside) : "");
  const Area area =
      page.card(factor.name + (factor.declared.empty() ? "" : "   " + factor.declared), note,
                factor.is_fair() ? kDim : kBad);
  if (factor.counts.empty()) return;
  const auto episodes = static_cast<double>(std::max<std::int64_t>(1, factor.values.count));
  double highest = 0.0;
  for (std::size_t i = 0; i < factor.counts.size(); ++i) {
    highest =
        std::max({highest, static_cast<double>(factor.counts[i]) / episodes, factor.expected[i]});
  }
  std::vector<double> heights;
  std::vector<std::pair<double, double>> steps;
  const double bottom = area.y + area.height - kCardFoot;
  const double step = area.width / static_cast<double>(factor.counts.size());
  for (std::size_t i = 0; i < factor.counts.size(); ++i) {
    heights.push_back(static_cast<double>(factor.counts[i]) / episodes / highest);
    const double y = bottom - factor.expected[i] / highest * (bottom - area.y);
    steps.emplace_back(area.x + step * static_cast<double>(i), y);
    steps.emplace_back(area.x + step * static_cast<double>(i + 1), y);
  }
  const std::string unit = factor.unit.empty() || factor.unit == "1" ? "" : " " + factor.unit;
  const bool named = !factor.labels.empty();
  draw_bars(page.canvas(), area, heights,
            named ? factor.labels.front() : short_number(factor.edges.front()) + unit,
            named && factor.labels.size() > 1 ? factor.labels.back()
            : named                           ? ""
                                              : short_number(factor.edges.back()) + unit);
  page.canvas().line(steps, 2.0, kDeclared);
}

Result<ImageU8> factors_picture(const std::string& title, const Coverage& coverage) {
  DIORAMA_ASSIGN_OR_RETURN(
      Page page,
      Page::create(
          title + ": factors of variation",
          "One value per kept episode. Bars: share of episodes; line: what the scenario declares. "
          "Red: not drawn as declared (1 in 100 by chance).",
          coverage.factors().size(), 2, 230.0));
  for (const FactorCoverage& factor : coverage.factors()) draw_factor(page, factor);
  return page.canvas().image();
}

Result<ImageU8> pairs_picture(const std::string& title, const Coverage& coverage) {
  DIORAMA_ASSIGN_OR_RETURN(
      Page page,
      Page::create(
          title + ": pairs of factors",
          "Episodes per cell; cells have equal shares along each factor. Darker: more; white: "
          "none; grey: cannot be drawn.",
          coverage.pairs().size(), 5, 300.0));
  constexpr std::size_t kSide = PairCoverage::kSide;
  for (const PairCoverage& pair : coverage.pairs()) {
    const Area area =
        page.card(coverage.factors()[pair.a].name + " × " + coverage.factors()[pair.b].name,
                  percent(pair.cells_covered()) + " of the cells");
    const std::int64_t most =
        std::max<std::int64_t>(1, *std::max_element(pair.counts.begin(), pair.counts.end()));
    const double cell = std::min(area.width, area.height - 4.0) / static_cast<double>(kSide);
    for (std::size_t a = 0; a < kSide; ++a) {
      for (std::size_t b = 0; b < kSide; ++b) {
        const double share =
            static_cast<double>(pair.counts[a * kSide + b]) / static_cast<double>(most);
        Color color = pair.possible[a * kSide + b] ? kPaper : kRule;
        for (std::size_t k = 0; k < 3 && share > 0.0; ++k) {
          color[k] =
              static_cast<std::uint8_t>(std::lround((1.0 - share) * kPale[k] + share * kBar[k]));
        }
        page.canvas().fill(
            {area.x + cell * static_cast<double>(a),
             area.y + cell * static_cast<double>(kSide - 1 - b), cell - 1.0, cell - 1.0},
            color);
      }
    }
  }
  return page.canvas().image();
}

void draw_bytes(Page& page, const DatasetStats& stats) {
  std::vector<const ColumnStats*> largest;
  for (const ColumnStats& column : stats.columns) largest.push_back(&column);
  std::stable_sort(largest.begin(), largest.end(), [](const ColumnStats* a, const ColumnStats* b) {
    return a->stored_bytes > b->stored_bytes;
  });
  constexpr std::size_t kShown = 14;
  if (largest.size() > kShown) largest.resize(kShown);
  const Area area = page.card(
      "Bytes stored",
      fmt::format("the {} largest columns; stored and how many times smaller than the values",
                  largest.size()));
  const auto most = static_cast<double>(
      std::max<std::int64_t>(1, largest.empty() ? 1 : largest[0]->stored_bytes));
  const double line = area.height / kShown;
  constexpr double kNameWidth = 190.0;
  constexpr double kFigures = 150.0;
  for (std::size_t i = 0; i < largest.size(); ++i) {
    const ColumnStats& c = *largest[i];
    const double y = area.y + line * static_cast<double>(i);
    const double room = area.width - kNameWidth - kFigures;
    const double width = std::max(1.0, room * static_cast<double>(c.stored_bytes) / most);
    const double ratio = c.stored_bytes > 0 ? static_cast<double>(c.plain_bytes) /
                                                  static_cast<double>(c.stored_bytes)
                                            : 0.0;
    page.canvas().text(area.x, y + 0.68 * line, c.column.name, kNote, kNameWidth - 8.0);
    page.canvas().fill({area.x + kNameWidth, y + 0.2 * line, width, 0.6 * line}, kBar);
    page.canvas().text(area.x + kNameWidth + width + 8.0, y + 0.68 * line,
                       fmt::format("{}   {:.1f}×", megabytes(c.stored_bytes), ratio), kNote);
  }
}

void draw_rejections(Page& page, const ManifestHead& head) {
  const std::int64_t drawn = head.episodes + head.rejected;
  const Area area = page.card("Episodes kept and rejected",
                              fmt::format("{} kept of {} drawn ({})", head.episodes, drawn,
                                          percent(drawn > 0 ? static_cast<double>(head.episodes) /
                                                                  static_cast<double>(drawn)
                                                            : 0.0)));
  std::vector<std::pair<std::string, std::int64_t>> bars = {{"kept", head.episodes}};
  std::vector<std::pair<std::string, std::int64_t>> reasons(head.rejected_by_reason.begin(),
                                                            head.rejected_by_reason.end());
  std::stable_sort(reasons.begin(), reasons.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  constexpr std::size_t kShown = 6;
  for (std::size_t i = 0; i < std::min(kShown, reasons.size()); ++i) bars.push_back(reasons[i]);
  const double line = area.height / (kShown + 1);
  std::int64_t most = 1;
  for (const auto& bar : bars) most = std::max(most, bar.second);
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const double y = area.y + line * static_cast<double>(i);
    const double width = std::max(
        1.0, (area.width - 80.0) * static_cast<double>(bars[i].second) / static_cast<double>(most));
    page.canvas().text(area.x, y + 13.0, bars[i].first, kNote, area.width);
    page.canvas().fill({area.x, y + 19.0, width, std::max(4.0, line - 28.0)},
                       i == 0 ? kBar : kDeclared);
    page.canvas().text(area.x + width + 8.0, y + 19.0 + 0.5 * std::max(4.0, line - 28.0) + 4.0,
                       std::to_string(bars[i].second), kNote);
  }
}

Result<ImageU8> overview_picture(const std::string& title, const DatasetStats& stats,
                                 const Coverage& coverage) {
  const ManifestHead& head = stats.head;
  DIORAMA_ASSIGN_OR_RETURN(
      Page page, Page::create(title,
                              fmt::format("{} episodes, {} rows, {} shards, {}", head.episodes,
                                          head.rows, head.shards, megabytes(head.bytes)),
                              4, 2, 400.0));
  draw_rejections(page, head);
  draw_bytes(page, stats);
  const ValueStats& rows = stats.episode_rows;
  const Area lengths = page.card(
      "Episode length",
      fmt::format("rows; mean {}  sd {}", short_number(rows.mean), short_number(rows.std())));
  std::vector<double> heights;
  const std::vector<std::int64_t>& counts = stats.episode_rows_histogram.counts();
  const std::int64_t most = counts.empty() ? 1 : *std::max_element(counts.begin(), counts.end());
  for (const std::int64_t count : counts)
    heights.push_back(static_cast<double>(count) / static_cast<double>(most));
  draw_bars(page.canvas(), lengths, heights, short_number(rows.min) + " rows",
            rows.max > rows.min ? short_number(rows.max) + " rows" : "");

  const Area area =
      page.card("Coverage of factors", coverage.factors().empty()
                                           ? "no recorded factor"
                                           : "share of the declared range that kept episodes span");
  const double line = std::min(
      34.0, area.height / static_cast<double>(std::max<std::size_t>(1, coverage.factors().size())));
  constexpr double kNameWidth = 190.0;
  for (std::size_t i = 0; i < coverage.factors().size(); ++i) {
    const FactorCoverage& factor = coverage.factors()[i];
    const double y = area.y + line * static_cast<double>(i);
    const double room = area.width - kNameWidth - 70.0;
    page.canvas().text(area.x, y + 0.68 * line, factor.name, kNote, kNameWidth - 8.0);
    page.canvas().fill({area.x + kNameWidth, y + 0.2 * line, room, 0.6 * line}, kRule);
    page.canvas().fill(
        {area.x + kNameWidth, y + 0.2 * line, room * factor.range_covered(), 0.6 * line},
        factor.is_fair() ? kBar : kBad);
    page.canvas().text(area.x + area.width, y + 0.68 * line,
                       factor.declared.empty() ? "?" : percent(factor.range_covered()),
                       aligned(kNote, Align::kRight));
  }
  return page.canvas().image();
}

}  // namespace

Result<std::vector<fs::path>> write_stats_plots(const fs::path& folder, const std::string& title,
                                                const DatasetStats& stats,
                                                const Coverage& coverage) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return output_error("cannot create " + folder.string() + ": " + error.message());
  std::vector<fs::path> written;
  const auto write = [&](const char* name, const Result<ImageU8>& picture) -> Status {
    if (!picture.ok()) return picture.status();
    written.push_back(folder / name);
    return write_png(written.back(), *picture);
  };
  DIORAMA_RETURN_IF_ERROR(write("overview.png", overview_picture(title, stats, coverage)));
  DIORAMA_RETURN_IF_ERROR(write("columns.png", columns_picture(title, stats)));
  if (!coverage.factors().empty())
    DIORAMA_RETURN_IF_ERROR(write("factors.png", factors_picture(title, coverage)));
  if (!coverage.pairs().empty())
    DIORAMA_RETURN_IF_ERROR(write("pairs.png", pairs_picture(title, coverage)));
  return written;
}

}  // namespace diorama
