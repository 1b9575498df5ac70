#include "apps/pipeline/contact_sheet.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "apps/pipeline/episode_runner.h"
#include "apps/pipeline/picture.h"

namespace diorama {
namespace {

constexpr int kMarginPx = 6;
constexpr int kTextScale = 1;
constexpr int kTextHeightPx = 10;

/// One line of the sheet: what it shows and a picture for each moment (or channel).
struct SheetRow {
  std::string caption;
  std::vector<ImageU8> cells;
};

/// One channel of one view over the moments shown.
struct Strip {
  std::string view;
  std::string channel;
  std::vector<ImageU8> cells;
};

std::vector<int> spread_frames(int num_rows, int wanted) {
  std::vector<int> frames;
  const int count = std::clamp(wanted, 1, num_rows);
  for (int i = 0; i < count; ++i) frames.push_back(count == 1 ? 0 : i * (num_rows - 1) / (count - 1));
  return frames;
}

/// Box-filtered reduction by a whole factor so that the height is at most `height_px`. Ids keep their pure colours
/// when `nearest` is set.
ImageU8 reduce(const ImageU8& image, int height_px, bool nearest) {
  const int factor = std::max(1, (image.height_px + height_px - 1) / height_px);
  if (factor == 1) return image;
  ImageU8 small(image.height_px / factor, std::max(1, image.width_px / factor), 3);
  for (int r = 0; r < small.height_px; ++r) {
    for (int c = 0; c < small.width_px; ++c) {
      for (int k = 0; k < 3; ++k) {
        int sum = 0;
        for (int y = 0; y < factor; ++y) {
          for (int x = 0; x < factor; ++x) {
            sum += nearest ? image.at(r * factor, c * factor, k) : image.at(r * factor + y, c * factor + x, k);
          }
        }
        small.at(r, c, k) = static_cast<std::uint8_t>((sum + factor * factor / 2) / (factor * factor));
      }
    }
  }
  return small;
}

ImageU8 compose_rows(const std::string& title, const std::vector<std::string>& column_captions,
                     const std::vector<SheetRow>& rows) {
  std::size_t num_columns = 0;
  int caption_width = 0;
  std::vector<int> column_width;
  for (const SheetRow& row : rows) {
    num_columns = std::max(num_columns, row.cells.size());
    column_width.resize(num_columns, 0);
    caption_width = std::max(caption_width, text_width_px(row.caption, kTextScale));
    for (std::size_t c = 0; c < row.cells.size(); ++c) column_width[c] = std::max(column_width[c], row.cells[c].width_px);
  }
  int width = caption_width + 2 * kMarginPx;
  for (const int w : column_width) width += w + kMarginPx;
  width = std::max(width, text_width_px(title, kTextScale) + 2 * kMarginPx);
  int height = 2 * (kTextHeightPx + kMarginPx) + kMarginPx;
  for (const SheetRow& row : rows) height += (row.cells.empty() ? 0 : row.cells[0].height_px) + kMarginPx;

  ImageU8 sheet(height, width, 3);
  std::fill(sheet.pixels.begin(), sheet.pixels.end(), std::uint8_t{28});
  draw_text(title, kMarginPx, kMarginPx, kTextScale, 230, sheet);
  int top = 2 * kMarginPx + kTextHeightPx;
  int left = caption_width + 2 * kMarginPx;
  for (std::size_t c = 0; c < num_columns; ++c) {
    if (c < column_captions.size()) draw_text(column_captions[c], top, left, kTextScale, 150, sheet);
    left += column_width[c] + kMarginPx;
  }
  top += kTextHeightPx + kMarginPx;
  for (const SheetRow& row : rows) {
    const int row_height = row.cells.empty() ? 0 : row.cells[0].height_px;
    draw_text(row.caption, top + row_height / 2 - kTextHeightPx / 2, kMarginPx, kTextScale, 230, sheet);
    left = caption_width + 2 * kMarginPx;
    for (std::size_t c = 0; c < row.cells.size(); ++c) {
      paste(row.cells[c], top, left, sheet);
      left += column_width[c] + kMarginPx;
    }
    top += row_height + kMarginPx;
  }
  return sheet;
}

/// Several moments: a row for each view and channel. A single one: a row for each view, a column for each channel.
ImageU8 compose(const std::string& title, const std::vector<std::string>& moments, std::vector<Strip> strips) {
  std::vector<SheetRow> rows;
  if (moments.size() > 1) {
    for (Strip& strip : strips) rows.push_back({strip.view + " " + strip.channel, std::move(strip.cells)});
    return compose_rows(title, moments, rows);
  }
  std::vector<std::string> channels;
  for (Strip& strip : strips) {
    if (rows.empty() || rows.back().caption != strip.view) rows.push_back({strip.view, {}});
    if (rows.size() == 1) channels.push_back(strip.channel);
    rows.back().cells.push_back(std::move(strip.cells[0]));
  }
  return compose_rows(title + "  " + moments[0], channels, rows);
}

/// Columns that hold pictures, and what they are called on a sheet.
const std::vector<std::pair<std::string, std::string>> kPictureColumns = {
    {"pixels", "rgb"}, {"depth", "depth"}, {"segmentation", "ids"}};

const FoundColumn* find_column(const DatasetReader& dataset, const std::string& name) {
  const auto found = std::find_if(dataset.columns().begin(), dataset.columns().end(),
                                  [&](const FoundColumn& column) { return column.name == name; });
  return found == dataset.columns().end() ? nullptr : &*found;
}

/// "" for the main view, ".<view>" for the others, in the order of their columns.
std::vector<std::string> view_suffixes(const DatasetReader& dataset) {
  std::vector<std::string> suffixes;
  for (const FoundColumn& column : dataset.columns()) {
    if (column.name == "pixels") suffixes.insert(suffixes.begin(), "");
    if (column.name.starts_with("pixels.")) suffixes.push_back(column.name.substr(std::string("pixels").size()));
  }
  return suffixes;
}

Result<ImageU8> dataset_cell(const DatasetReader& dataset, const FoundColumn& column, const std::string& label,
                             std::int64_t row, const ContactSheetOptions& options) {
  if (label == "rgb") {
    DIORAMA_ASSIGN_OR_RETURN(const ImageU8 image, dataset.read_color(column.name, row));
    return reduce(image, options.cell_height_px, false);
  }
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<double> values, dataset.read_row(column.name, row));
  const auto height = static_cast<int>(column.shape[1]);
  const auto width = static_cast<int>(column.shape[2]);
  if (label == "depth") {
    const std::vector<float> metres(values.begin(), values.end());
    // The largest value is far_m wherever anything is background; where nothing is, only one hue depends on it.
    const double far = *std::max_element(values.begin(), values.end());
    return reduce(colorize_depth(metres, height, width, 1e-3, far), options.cell_height_px, false);
  }
  const std::vector<std::uint16_t> ids(values.begin(), values.end());
  return reduce(colorize_ids(ids, height, width), options.cell_height_px, true);
}

}  // namespace

Result<ImageU8> scenario_contact_sheet(const Sampler& sampler, PhysicsBackend physics, Renderer& renderer,
                                       SampleKey key, const ContactSheetOptions& options) {
  DIORAMA_ASSIGN_OR_RETURN(const SimulatedEpisode episode, simulate_episode(sampler, physics, key));
  const Scene& scene = episode.sample.scene;
  const std::vector<State>& states = episode.trajectory.states;
  const std::vector<int> frames = spread_frames(static_cast<int>(states.size()), options.num_frames);

  std::vector<FrameView> views;
  std::vector<std::string> column_captions;
  for (const int frame : frames) {
    column_captions.push_back(fmt::format("{:.2f} s", states[static_cast<std::size_t>(frame)].time_s));
    for (std::size_t c = 0; c < scene.cameras.size(); ++c) views.push_back({frame, CameraId(c)});
  }
  std::vector<Strip> strips;
  for (const Camera& camera : scene.cameras) {
    for (const char* channel : {"rgb", "depth", "ids"}) strips.push_back({camera.name, channel, {}});
  }
    const auto consume = [&](std::span<const FrameView> batch, const RenderedViews& pictures) -> Status {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const auto camera = static_cast<std::size_t>(batch[i].camera.index);
      ImageU8 color(pictures.height_px, pictures.width_px, 3);
      const auto source = pictures.picture<Channel::kColor>(static_cast<int>(i));
      std::copy(source.begin(), source.end(), color.pixels.begin());
      const Camera& lens = scene.cameras[camera];
      const ImageU8 depth = colorize_depth(pictures.picture<Channel::kDepth>(static_cast<int>(i)), pictures.height_px,
                                           pictures.width_px, lens.near_m, lens.far_m);
      const ImageU8 ids =
          colorize_ids(pictures.picture<Channel::kInstance>(static_cast<int>(i)), pictures.height_px, pictures.width_px);
      strips[3 * camera].cells.push_back(reduce(color, options.cell_height_px, false));
      strips[3 * camera + 1].cells.push_back(reduce(depth, options.cell_height_px, false));
      strips[3 * camera + 2].cells.push_back(reduce(ids, options.cell_height_px, true));
    }
    return {};
  };
  DIORAMA_RETURN_IF_ERROR(render_views(renderer, scene, states, views, kDefaultChannels, consume));
  return compose(fmt::format("{}  seed {}  episode {}", sampler.scenario().name(), key.seed, key.episode),
                 column_captions, std::move(strips));
}

Result<ImageU8> dataset_contact_sheet(const DatasetReader& dataset, std::int64_t position,
                                      const ContactSheetOptions& options) {
  const auto num_episodes = static_cast<std::int64_t>(dataset.episode_lengths().size());
  if (position < 0 || position >= num_episodes) {
    return invalid_input(fmt::format("episode {} is not there: the dataset holds {} episodes, counted from 0", position,
                                     num_episodes));
  }
  const std::int64_t offset = dataset.episode_offsets()[static_cast<std::size_t>(position)];
  const auto length = static_cast<int>(dataset.episode_lengths()[static_cast<std::size_t>(position)]);
  const std::vector<int> frames = spread_frames(length, options.num_frames);

  std::vector<std::string> column_captions;
  for (const int frame : frames) {
    DIORAMA_ASSIGN_OR_RETURN(const std::vector<double> time, dataset.read_row("time", offset + frame));
    column_captions.push_back(fmt::format("{:.2f} s", time.empty() ? 0.0 : time[0]));
  }
  std::vector<Strip> strips;
  for (const std::string& view : view_suffixes(dataset)) {
    for (const auto& [name, label] : kPictureColumns) {
      const FoundColumn* column = find_column(dataset, name + view);
      if (column == nullptr) continue;
      Strip strip{view.empty() ? "main" : view.substr(1), label, {}};
      for (const int frame : frames) {
        DIORAMA_ASSIGN_OR_RETURN(ImageU8 cell, dataset_cell(dataset, *column, label, offset + frame, options));
        strip.cells.push_back(std::move(cell));
      }
      strips.push_back(std::move(strip));
    }
  }
  if (strips.empty()) return invalid_input("the dataset holds no pictures: no column pixels, depth or segmentation");
  return compose(fmt::format("episode {} of {}", position, num_episodes), column_captions, std::move(strips));
}

}  // namespace diorama
