#include "apps/editor/session/dataset_session.h"

#include <algorithm>
#include <utility>

#include "apps/pipeline/channel_picture.h"

namespace diorama::editor {
namespace {

/// Whether a column belongs to a view other than `view`.
bool is_of_another_view(const DatasetOverview& overview, const std::string& column, int view) {
  for (std::size_t i = 0; i < overview.views.size(); ++i) {
    const std::string& suffix = overview.views[i].suffix;
    if (static_cast<int>(i) != view && !suffix.empty() && column.ends_with(suffix)) return true;
  }
  return false;
}

/// The numbers of a picture column as (H, W, planes * components). A row's shape is (H, W), (H, W,
/// components) or (planes, H, W).
Image<float> picture_values(const FoundColumn& column, Channel channel,
                            const std::vector<double>& numbers) {
  const bool has_planes = channel_info(channel).components == 1 && column.shape.size() == 4;
  const std::size_t first = has_planes ? 2 : 1;
  const auto pixels = static_cast<std::size_t>(column.shape[first] * column.shape[first + 1]);
  const std::size_t depth = numbers.size() / pixels;
  Image<float> values(static_cast<int>(column.shape[first]),
                      static_cast<int>(column.shape[first + 1]), static_cast<int>(depth));
  const double scale = column.unit == "mm" ? 1e-3 : 1.0;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::size_t place = has_planes ? i % pixels * depth + i / pixels : i;
    values.pixels[place] = static_cast<float>(scale * numbers[i]);
  }
  return values;
}

}  // namespace

std::string DatasetFrame::Picture::text_at(double x, double y) const {
  if (!(x >= 0.0 && x < 1.0 && y >= 0.0 && y < 1.0) || values.pixels.empty()) return "";
  const auto row = static_cast<std::size_t>(y * values.height_px);
  const auto place = row * static_cast<std::size_t>(values.width_px) +
                     static_cast<std::size_t>(x * values.width_px);
  const auto components = static_cast<std::size_t>(values.num_channels);
  return channel_value_text(
      channel, std::span(values.pixels).subspan(place * components, components), far_m);
}

DatasetSession::DatasetSession(std::function<void()> on_new)
    : on_new_(std::move(on_new)), snapshot_(std::make_shared<const DatasetSnapshot>()) {
  thread_ = std::jthread([this](const std::stop_token& stop) { read_loop(stop); });
}

DatasetSession::~DatasetSession() = default;

void DatasetSession::open(std::filesystem::path path) {
  {
    const std::lock_guard lock(mutex_);
    path_ = std::move(path);
    place_ = Place{};
  }
  changed_.notify_all();
}

void DatasetSession::close() {
  {
    const std::lock_guard lock(mutex_);
    path_ = std::filesystem::path();
    place_.reset();
  }
  changed_.notify_all();
}

void DatasetSession::show(std::int64_t position, std::int64_t frame, int view) {
  {
    const std::lock_guard lock(mutex_);
    place_ = Place{position, frame, view};
  }
  changed_.notify_all();
}

bool DatasetSession::wait_idle(std::chrono::milliseconds timeout) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [this] { return !path_ && !place_ && !reading_; });
}

void DatasetSession::publish() {
  auto snapshot = std::make_shared<DatasetSnapshot>(next_);
  snapshot->sequence = ++next_.sequence;
  snapshot_.set(std::move(snapshot));
  if (on_new_) on_new_();
}

void DatasetSession::read_loop(const std::stop_token& stop) {
  while (true) {
    std::optional<std::filesystem::path> path;
    std::optional<Place> place;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [this] { return path_ || place_; })) return;
      path = std::exchange(path_, std::nullopt);
      place = std::exchange(place_, std::nullopt);
      reading_ = true;
    }
    if (path && !path->empty()) {
      next_.loading = true;
      publish();
    }
    next_.status = path ? open_now(*path) : Status();
    if (next_.status.ok() && place && reader_) next_.status = show_now(*place);
    next_.loading = false;
    publish();
    {
      const std::lock_guard lock(mutex_);
      reading_ = false;
    }
    changed_.notify_all();
  }
}

/// An empty path closes. What is open stays if another cannot be opened.
Status DatasetSession::open_now(const std::filesystem::path& path) {
  if (path.empty()) {
    reader_.reset();
    next_.overview.reset();
    next_.frame.reset();
    return {};
  }
  DIORAMA_ASSIGN_OR_RETURN(std::unique_ptr<DatasetReader> reader, DatasetReader::open(path));
  DIORAMA_ASSIGN_OR_RETURN(DatasetOverview overview, describe_dataset(*reader, path));
  reader_ = std::move(reader);
  next_.overview = std::make_shared<const DatasetOverview>(std::move(overview));
  next_.frame.reset();
  return {};
}

Status DatasetSession::show_now(Place place) {
  const DatasetOverview& overview = *next_.overview;
  if (overview.episodes.empty()) return {};
  const auto last_position = static_cast<std::int64_t>(overview.episodes.size()) - 1;
  auto frame = std::make_shared<DatasetFrame>();
  frame->position = std::clamp<std::int64_t>(place.position, 0, last_position);
  const DatasetEpisode& episode = overview.episodes[static_cast<std::size_t>(frame->position)];
  frame->frame = std::clamp<std::int64_t>(place.frame, 0, episode.num_rows - 1);
  frame->view = std::clamp(place.view, 0, static_cast<int>(overview.views.size()) - 1);
  const std::int64_t row = episode.first_row + frame->frame;

  for (const FoundColumn& column : overview.columns) {
    if (is_of_another_view(overview, column.name, frame->view)) continue;
    // Columns of the main view have no suffix; those that are pictures are not those of this view.
    if (frame->view != 0 && column.shape.size() >= 3 &&
        overview.find_column(column.name +
                             overview.views[static_cast<std::size_t>(frame->view)].suffix) !=
            nullptr) {
      continue;
    }
    DIORAMA_ASSIGN_OR_RETURN(frame->row[column.name], reader_->read_row(column.name, row));
  }
  if (const auto time = frame->row.find("time");
      time != frame->row.end() && !time->second.empty()) {
    frame->time_s = time->second[0];
  }
  const DatasetView& view = overview.views[static_cast<std::size_t>(frame->view)];
  for (const PictureColumn& source : picture_columns(overview)) {
    if (source.view != frame->view) continue;
    DatasetFrame::Picture shown;
    shown.column = source.column->name;
    shown.channel = source.channel;
    shown.values = picture_values(*source.column, source.channel, frame->row.at(shown.column));
    // A lone shard may not say where the far plane is; the largest value is it wherever there is
    // background.
    shown.far_m = view.far_m > 0.0
                      ? view.far_m
                      : *std::max_element(shown.values.pixels.begin(), shown.values.pixels.end());
    const double near_m = view.near_m > 0.0 ? view.near_m : 1e-3;
    shown.picture = channel_picture(shown.channel, shown.values, near_m, shown.far_m);
    frame->pictures.push_back(std::move(shown));
  }
  for (const OverlayKind& kind : overlay_kinds()) {
    if (is_available(kind, overview, view)) {
      frame->overlays.push_back({kind.name, kind.draw(overview, frame->row, view)});
    }
  }
  next_.frame = std::move(frame);
  return {};
}

}  // namespace diorama::editor
