#include "apps/pipeline/contact_sheet.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/pipeline/channel_picture.h"
#include "apps/pipeline/episode_runner.h"
#include "apps/pipeline/picture.h"
#include "apps/pipeline/track_picture.h"
#include "exporters/labels/tracks.h"

namespace diorama {
namespace {

constexpr int kMarginPx = 6;
constexpr int kTextScale = 1;
constexpr int kTextHeightPx = 10;
constexpr std::size_t kMaxColumns = 6;  // Of one view's channels, before they are wrapped.
constexpr std::uint8_t kGround = 28;    // Behind the pictures.

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

/// An episode's pictures.
struct Film {
  std::string title;
  std::vector<double> times_s;  ///< Since the episode's first row.
  std::vector<std::string> moments;
  std::vector<Strip> strips;
};

std::vector<int> spread_frames(int num_rows, int wanted) {
  std::vector<int> frames;
  const int count = std::clamp(wanted, 1, num_rows);
  for (int i = 0; i < count; ++i) {
    frames.push_back(count == 1 ? (num_rows - 1) / 2 : i * (num_rows - 1) / (count - 1));
  }
  return frames;
}

/// By which whole factor a picture must shrink so that its height is at most `height_px`.
int reduction_of(int picture_height_px, int height_px) { return std::max(1, (picture_height_px + height_px - 1) / height_px); }

/// Box-filtered reduction by a whole factor so that the height is at most `height_px`. Ids keep their pure colours
/// when `nearest` is set.
ImageU8 reduce(const ImageU8& image, int height_px, bool nearest) {
  const int factor = reduction_of(image.height_px, height_px);
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
  std::fill(sheet.pixels.begin(), sheet.pixels.end(), kGround);
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

/// Rows of cells, each with its own caption above it.
ImageU8 compose_grid(const std::string& title, const std::vector<Strip>& strips, std::size_t moment) {
  const std::size_t num_rows = (strips.size() + kMaxColumns - 1) / kMaxColumns;
  const std::size_t num_columns = (strips.size() + num_rows - 1) / num_rows;
  int cell_width = 0, cell_height = 0;
  for (const Strip& strip : strips) {
    cell_width = std::max({cell_width, strip.cells[moment].width_px, text_width_px(strip.channel, kTextScale)});
    cell_height = std::max(cell_height, strip.cells[moment].height_px);
  }
  const int step_x = cell_width + kMarginPx, step_y = cell_height + kTextHeightPx + 2 * kMarginPx;
  const int top = 2 * kMarginPx + kTextHeightPx;
  const int width = std::max(static_cast<int>(num_columns) * step_x + kMarginPx, text_width_px(title, kTextScale) + 2 * kMarginPx);
  ImageU8 sheet(top + static_cast<int>(num_rows) * step_y + kMarginPx, width, 3);
  std::fill(sheet.pixels.begin(), sheet.pixels.end(), kGround);
  draw_text(title, kMarginPx, kMarginPx, kTextScale, 230, sheet);
  for (std::size_t i = 0; i < strips.size(); ++i) {
    const int left = kMarginPx + static_cast<int>(i % num_columns) * step_x;
    const int above = top + static_cast<int>(i / num_columns) * step_y + kMarginPx;
    draw_text(strips[i].channel, above, left, kTextScale, 150, sheet);
    paste(strips[i].cells[moment], above + kTextHeightPx + kMarginPx, left, sheet);
  }
  return sheet;
}

/// One moment: a row for each view, a column for each channel.
ImageU8 compose_moment(const std::string& title, const std::vector<Strip>& strips, std::size_t moment) {
  if (strips.size() > kMaxColumns && strips.front().view == strips.back().view) return compose_grid(title, strips, moment);
  std::vector<SheetRow> rows;
  std::vector<std::string> channels;
  for (const Strip& strip : strips) {
    if (rows.empty() || rows.back().caption != strip.view) rows.push_back({strip.view, {}});
    if (std::find(channels.begin(), channels.end(), strip.channel) == channels.end()) channels.push_back(strip.channel);
    // A view without the channel leaves its place empty.
    const auto place = static_cast<std::size_t>(std::find(channels.begin(), channels.end(), strip.channel) - channels.begin());
    while (rows.back().cells.size() < place) rows.back().cells.emplace_back(1, 1, 3);
    rows.back().cells.push_back(strip.cells[moment]);
  }
  return compose_rows(title, channels, rows);
}

/// Several moments: a row for each view and channel.
ImageU8 compose(const Film& film) {
  if (film.moments.size() == 1) return compose_moment(film.title + "  " + film.moments[0], film.strips, 0);
  std::vector<SheetRow> rows;
  for (const Strip& strip : film.strips) rows.push_back({strip.view + " " + strip.channel, strip.cells});
  return compose_rows(film.title, film.moments, rows);
}

ImageU8 cell_of(Channel channel, const Image<float>& values, double near_m, double far_m, int height_px) {
  return reduce(channel_picture(channel, values, near_m, far_m), height_px, has_pure_colors(channel));
}

/// Colour with the points over it.
ImageU8 track_cell(const ImageU8& color, std::span<const dvec2> image_px, std::span<const std::uint8_t> visible, int height_px) {
  ImageU8 cell = reduce(color, height_px, false);
  draw_tracks(image_px, visible, reduction_of(color.height_px, height_px), cell);
  return cell;
}

std::vector<std::string> camera_names(const Scene& scene) {
  std::vector<std::string> names;
  for (const Camera& camera : scene.cameras) names.push_back(camera.name);
  return names;
}

/// Indices of the views that are asked for, ascending; all if none is.
Result<std::vector<std::size_t>> chosen_views(const std::vector<std::string>& there, const std::vector<std::string>& asked) {
  for (const std::string& name : asked) {
    if (std::find(there.begin(), there.end(), name) == there.end()) {
      return invalid_input("there is no view '" + name + "'; there are: " + fmt::format("{}", fmt::join(there, ", ")));
    }
  }
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < there.size(); ++i) {
    if (asked.empty() || std::find(asked.begin(), asked.end(), there[i]) != asked.end()) chosen.push_back(i);
  }
  return chosen;
}

/// As the manifest calls it; "main" if it does not say.
std::string main_view_name(const DatasetReader& dataset) {
  const nlohmann::json root = nlohmann::json::parse(dataset.description_json(), nullptr, false);
  const nlohmann::json::json_pointer place("/views/0/name");
  return root.is_object() && root.contains(place) && root[place].is_string() ? root[place].get<std::string>() : "main";
}

/// The tracks of an episode in all cameras of its scene.
Result<TrackLabels> follow_points(const SimulatedEpisode& episode, int count) {
  const Scene& scene = episode.sample.scene;
  std::vector<CameraId> cameras;
  for (std::size_t c = 0; c < scene.cameras.size(); ++c) cameras.emplace_back(c);
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<PointVisibility> rays, make_point_visibility());
  return label_tracks(scene, episode.trajectory.states, cameras, seed_track_points(scene, episode.sample.key, count), *rays);
}

Result<Film> scenario_film(const Sampler& sampler, PhysicsBackend physics, Renderer& renderer, SampleKey key,
                           const ContactSheetOptions& options) {
  DIORAMA_ASSIGN_OR_RETURN(const SimulatedEpisode episode, simulate_episode(sampler, physics, key));
  const Scene& scene = episode.sample.scene;
  const std::vector<State>& states = episode.trajectory.states;
  const std::vector<int> frames = spread_frames(static_cast<int>(states.size()), options.num_frames);
  ChannelSet drawn = options.channels & kPictureChannels;
  TrackLabels tracks;
  if (has_channel(options.channels, Channel::kTracks)) {
    DIORAMA_ASSIGN_OR_RETURN(tracks, follow_points(episode, sampler.layout().num_tracks));
    drawn |= channel_bit(Channel::kColor);
  }

  Film film;
  film.title = fmt::format("{}  seed {}  episode {}", sampler.scenario().name(), key.seed, key.episode);
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<std::size_t> cameras, chosen_views(camera_names(scene), options.views));
  std::vector<FrameView> views;
  for (const int frame : frames) {
    film.times_s.push_back(states[static_cast<std::size_t>(frame)].time_s);
    film.moments.push_back(fmt::format("{:.2f} s", film.times_s.back()));
    for (const std::size_t c : cameras) views.push_back({frame, CameraId(c)});
  }
  std::vector<const ChannelInfo*> channels;
  for (const ChannelInfo& info : all_channels()) {
    if (has_channel(options.channels, info.channel)) channels.push_back(&info);
  }
  for (const std::size_t c : cameras) {
    for (const ChannelInfo* info : channels) film.strips.push_back({scene.cameras[c].name, info->title, {}});
  }
  const auto consume = [&](std::span<const FrameView> batch, const RenderedViews& pictures) -> Status {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const auto camera = static_cast<std::size_t>(batch[i].camera.index);
      const Camera& lens = scene.cameras[camera];
      const auto row = static_cast<std::size_t>(std::find(cameras.begin(), cameras.end(), camera) - cameras.begin());
      for (std::size_t c = 0; c < channels.size(); ++c) {
        const Channel channel = channels[c]->channel;
        std::vector<ImageU8>& cells = film.strips[channels.size() * row + c].cells;
        if (channel == Channel::kTracks) {
          const ImageU8 color = channel_picture(Channel::kColor, channel_values(pictures, static_cast<int>(i), Channel::kColor), 0.0, 0.0);
          const std::size_t first = static_cast<std::size_t>(batch[i].frame) * tracks.points.size();
          const TrackView& view = tracks.views[camera];
          cells.push_back(track_cell(color, std::span(view.image).subspan(first, tracks.points.size()),
                                     std::span(view.visible).subspan(first, tracks.points.size()), options.cell_height_px));
          continue;
        }
        cells.push_back(cell_of(channel, channel_values(pictures, static_cast<int>(i), channel), lens.near_m, lens.far_m,
                                options.cell_height_px));
      }
    }
    return {};
  };
  DIORAMA_RETURN_IF_ERROR(render_views(renderer, scene, states, views, drawn, consume));
  return film;
}

/// The column that holds a channel, or its first plane, or the first layer behind.
std::string column_of(const ChannelInfo& info) {
  switch (info.channel) {
    case Channel::kColor:
      return "pixels";
    case Channel::kAmodal:
      return "amodal0";
    case Channel::kDepthLayers:
      return "depth_layer1";
    case Channel::kInstanceLayers:
      return "segmentation_layer1";
    case Channel::kTracks:
      return "track_image";
    default:
      return info.name;
  }
}

const FoundColumn* find_column(const DatasetReader& dataset, const std::string& name) {
  const auto found = std::find_if(dataset.columns().begin(), dataset.columns().end(),
                                  [&](const FoundColumn& column) { return column.name == name; });
  return found == dataset.columns().end() ? nullptr : &*found;
}

/// A view of a dataset, and what its columns' names end in.
struct StoredView {
  std::string name;
  std::string suffix;
};

/// The main view first, the others in the order of their columns.
std::vector<StoredView> stored_views(const DatasetReader& dataset) {
  std::vector<StoredView> views;
  for (const FoundColumn& column : dataset.columns()) {
    if (column.name == "pixels") views.insert(views.begin(), {main_view_name(dataset), ""});
    if (column.name.starts_with("pixels.")) {
      const std::string suffix = column.name.substr(std::string("pixels").size());
      views.push_back({suffix.substr(1), suffix});
    }
  }
  return views;
}

Result<ImageU8> dataset_cell(const DatasetReader& dataset, const FoundColumn& column, const ChannelInfo& info,
                             std::int64_t row, const ContactSheetOptions& options) {
  // What the manifest says may be anything.
  constexpr std::int64_t kMostPx = 16384;
  const bool picture = (column.shape.size() == 3 || column.shape.size() == 4) &&
                       std::all_of(column.shape.begin() + 1, column.shape.end(), [](std::int64_t side) { return side >= 1 && side <= kMostPx; }) &&
                       (column.shape.size() == 3 ? 1 : column.shape[3]) >= info.components;
  if (!picture) return invalid_input("column '" + column.name + "' holds no pictures of " + info.title);
  if (info.channel == Channel::kColor) {
    DIORAMA_ASSIGN_OR_RETURN(const ImageU8 image, dataset.read_color(column.name, row));
    return reduce(image, options.cell_height_px, false);
  }
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<double> stored, dataset.read_row(column.name, row));
  const auto height = static_cast<int>(column.shape[1]);
  const auto width = static_cast<int>(column.shape[2]);
  const std::size_t per_pixel = stored.size() / (static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
  const auto components = static_cast<std::size_t>(info.components);
  Image<float> values(height, width, info.components);
  for (std::size_t i = 0; i < values.pixels.size(); ++i) {
    const double value = stored[i / components * per_pixel + i % components];
    values.pixels[i] = info.channel == Channel::kAmodal
                           ? static_cast<float>(std::popcount(static_cast<std::uint64_t>(value)))
                           : static_cast<float>(value);
  }
  // The largest depth is far_m wherever anything is background; where nothing is, only one hue depends on it.
  const double far = *std::max_element(values.pixels.begin(), values.pixels.end());
  return cell_of(info.channel, values, 1e-3, far, options.cell_height_px);
}

/// Colour of a row and view (its columns end in `suffix`) with the points over it.
Result<ImageU8> dataset_track_cell(const DatasetReader& dataset, const std::string& suffix, std::int64_t row,
                                   const ContactSheetOptions& options) {
  DIORAMA_ASSIGN_OR_RETURN(const ImageU8 color, dataset.read_color("pixels" + suffix, row));
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<double> numbers, dataset.read_row("track_image" + suffix, row));
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<double> seen, dataset.read_row("track_visible" + suffix, row));
  if (numbers.size() != 2 * seen.size()) return invalid_input("column 'track_image" + suffix + "' does not fit 'track_visible" + suffix + "'");
  std::vector<dvec2> image_px;
  std::vector<std::uint8_t> visible;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    image_px.emplace_back(numbers[2 * i], numbers[2 * i + 1]);
    visible.push_back(seen[i] != 0.0 ? 1 : 0);
  }
  return track_cell(color, image_px, visible, options.cell_height_px);
}

Result<Film> dataset_film(const DatasetReader& dataset, std::int64_t position, const ContactSheetOptions& options) {
  const auto num_episodes = static_cast<std::int64_t>(dataset.episode_lengths().size());
  if (position < 0 || position >= num_episodes) {
    return invalid_input(fmt::format("episode {} is not there: the dataset holds {} episodes, counted from 0", position,
                                     num_episodes));
  }
  const std::int64_t offset = dataset.episode_offsets()[static_cast<std::size_t>(position)];
  const auto length = static_cast<int>(dataset.episode_lengths()[static_cast<std::size_t>(position)]);
  const std::vector<int> frames = spread_frames(length, options.num_frames);

  Film film;
  film.title = fmt::format("episode {} of {}", position, num_episodes);
  for (const int frame : frames) {
    DIORAMA_ASSIGN_OR_RETURN(const std::vector<double> time, dataset.read_row("time", offset + frame));
    film.times_s.push_back(time.empty() ? 0.0 : time[0]);
    film.moments.push_back(fmt::format("{:.2f} s", film.times_s.back()));
  }
  const std::vector<StoredView> views = stored_views(dataset);
  std::vector<std::string> names;
  for (const StoredView& view : views) names.push_back(view.name);
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<std::size_t> chosen, chosen_views(names, options.views));
  for (const std::size_t index : chosen) {
    const std::string& suffix = views[index].suffix;
    for (const ChannelInfo& info : all_channels()) {
      const FoundColumn* column = find_column(dataset, column_of(info) + suffix);
      if (column == nullptr || !has_channel(options.channels, info.channel)) continue;
      Strip strip{views[index].name, info.title, {}};
      for (const int frame : frames) {
        DIORAMA_ASSIGN_OR_RETURN(ImageU8 cell, info.channel == Channel::kTracks
                                                   ? dataset_track_cell(dataset, suffix, offset + frame, options)
                                                   : dataset_cell(dataset, *column, info, offset + frame, options));
        strip.cells.push_back(std::move(cell));
      }
      film.strips.push_back(std::move(strip));
    }
  }
  if (film.strips.empty()) return invalid_input("the dataset holds no pictures of the channels asked for");
  return film;
}

Animation play(const Film& film) {
  Animation animation{film.times_s, {}};
  for (std::size_t moment = 0; moment < film.moments.size(); ++moment) {
    animation.pictures.push_back(compose_moment(film.title + "  " + film.moments[moment], film.strips, moment));
  }
  return animation;
}

}  // namespace

Result<ImageU8> scenario_contact_sheet(const Sampler& sampler, PhysicsBackend physics, Renderer& renderer,
                                       SampleKey key, const ContactSheetOptions& options) {
  DIORAMA_ASSIGN_OR_RETURN(const Film film, scenario_film(sampler, physics, renderer, key, options));
  return compose(film);
}

Result<ImageU8> dataset_contact_sheet(const DatasetReader& dataset, std::int64_t position,
                                      const ContactSheetOptions& options) {
  DIORAMA_ASSIGN_OR_RETURN(const Film film, dataset_film(dataset, position, options));
  return compose(film);
}

Result<Animation> scenario_animation(const Sampler& sampler, PhysicsBackend physics, Renderer& renderer,
                                                SampleKey key, const ContactSheetOptions& options) {
  DIORAMA_ASSIGN_OR_RETURN(const Film film, scenario_film(sampler, physics, renderer, key, options));
  return play(film);
}

Result<Animation> dataset_animation(const DatasetReader& dataset, std::int64_t position,
                                               const ContactSheetOptions& options) {
  DIORAMA_ASSIGN_OR_RETURN(const Film film, dataset_film(dataset, position, options));
  return play(film);
}

}  // namespace diorama
