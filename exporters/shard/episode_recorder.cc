#include "exporters/shard/episode_recorder.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include "engine/core/check.h"
#include "engine/core/text.h"
#include "exporters/labels/events.h"
#include "exporters/labels/state_columns.h"
#include "exporters/labels/visibility.h"
#include "exporters/shard/chunk_codec.h"
#include "exporters/shard/picture_values.h"

namespace diorama {
namespace {

static_assert(std::endian::native == std::endian::little, "rows are stored as they lie in memory");

constexpr double kActionSlack = 1e-6;  // room for rounding in a controller

template <typename T>
void store(std::span<const double> values, std::byte* out) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const T value = static_cast<T>(values[i]);
    std::memcpy(out + i * sizeof(T), &value, sizeof(T));
  }
}

/// Doubles as the column's type, little endian.
void store_row(const Column& column, std::span<const double> values, std::byte* out) {
  switch (column.type) {
    case ColumnType::kBool:
    case ColumnType::kUint8:
      return store<std::uint8_t>(values, out);
    case ColumnType::kInt16:
      return store<std::int16_t>(values, out);
    case ColumnType::kInt32:
      return store<std::int32_t>(values, out);
    case ColumnType::kInt64:
      return store<std::int64_t>(values, out);
    case ColumnType::kFloat32:
      return store<float>(values, out);
    case ColumnType::kFloat64:
      return store<double>(values, out);
    default:
      DIORAMA_CHECK(false);  // no row column has another type
  }
}

/// Whether the column's type holds the value as a finite number.
bool holds(const Column& column, double value) {
  return std::isfinite(value) &&
         (column.type != ColumnType::kFloat32 || std::fabs(value) <= std::numeric_limits<float>::max());
}

/// Layer k (from 1) of all; empty if there are none.
template <typename T>
std::span<const T> layer_of(std::span<const T> layers, int layer) {
  const std::size_t size = layers.size() / kNumLayers;
  return layers.empty() ? layers : layers.subspan(static_cast<std::size_t>(layer - 1) * size, size);
}

}  // namespace

struct EpisodeRecorder::Impl {
  SceneLayout layout;
  std::vector<Column> columns;
  std::vector<int> proprio;  // indices into layout.joints
  ChunkCodec codec;
  PictureValues picture_values;

  EpisodeRecord record;
  SceneBinding binding;
  std::vector<int> view_of_camera;         // by CameraId of the scene, -1 = not in the dataset
  std::vector<std::uint8_t> has_picture;   // (num_rows, views)
  std::vector<float> depth_f32;
  std::vector<std::uint16_t> depth_f16;
  std::vector<std::int16_t> depth_mm;
  std::vector<std::uint8_t> ids_u8;
  std::vector<std::int16_t> ids_i16;
  std::vector<std::int32_t> counts;
  std::vector<std::int64_t> interventions;
  std::vector<std::uint8_t> seen;  // (num_rows, views, objects)

  struct Episode {
    std::int64_t index;
    const Scene& scene;
    const Trajectory& trajectory;
    const std::vector<std::vector<double>>& factors;
    std::vector<Pose> initial_poses;
    const EpisodeExtras& extras;
  };

  Status check_sizes(const Episode& episode) const;
  Status fill_rows(const Episode& episode, const Column& column, std::vector<std::byte>& rows) const;
  Status fill_row(const Episode& episode, const Column& column, int row, std::span<double> values) const;
  void fill_tracks(const Episode& episode, const Column& column, int row, std::span<double> values) const;
  Status put_chunk(std::size_t column_index, int row, std::span<const std::byte> values);
  Status add_picture(int row, int view, const RenderedViews& pictures, int picture);
  Status add_depth(std::size_t column_index, int row, std::span<const float> depth, float far_m);
  Status add_segmentation(std::size_t column_index, int row, std::span<const std::uint16_t> ids);
  void note_seen(int row, int view, std::span<const std::uint16_t> ids);
  void fill_events();
};

EpisodeRecorder::EpisodeRecorder(const SceneLayout& layout, std::vector<Column> columns)
    : impl_(std::make_unique<Impl>()) {
  impl_->layout = layout;
  impl_->columns = std::move(columns);
  impl_->proprio = proprio_joints(layout);
}

EpisodeRecorder::~EpisodeRecorder() = default;

Status EpisodeRecorder::Impl::check_sizes(const Episode& episode) const {
  const Trajectory& trajectory = episode.trajectory;
  if (trajectory.states.empty() || trajectory.actions.size() + 1 != trajectory.states.size()) {
    return failed("episode " + std::to_string(episode.index) + ": " + std::to_string(trajectory.states.size()) +
                  " states with " + std::to_string(trajectory.actions.size()) + " actions; there must be one less");
  }
  if (episode.factors.size() != layout.factors.size()) {
    return failed("episode " + std::to_string(episode.index) + ": " + std::to_string(episode.factors.size()) +
                  " factors instead of " + std::to_string(layout.factors.size()));
  }
  for (std::size_t i = 0; i < layout.factors.size(); ++i) {
    if (static_cast<int>(episode.factors[i].size()) != layout.factors[i].width) {
      return failed("factor '" + layout.factors[i].name + "' has " + std::to_string(episode.factors[i].size()) +
                    " values instead of " + std::to_string(layout.factors[i].width));
    }
  }
  for (const State& state : trajectory.states) {
    if (state.bodies.size() != episode.scene.bodies.size() ||
        static_cast<int>(state.qpos.size()) != episode.scene.num_positions() ||
        static_cast<int>(state.qvel.size()) != episode.scene.num_velocities() ||
        static_cast<int>(state.sensor_values.size()) != layout.num_sensor_values) {
      return failed("a state at t = " + format_number(state.time_s) + " s has other sizes than its scene");
    }
  }
  for (const Column& column : columns) {
    if (column.content != ColumnContent::kSolverState) continue;
    const auto& all = trajectory.solver_states;
    if (all.size() != trajectory.states.size() ||
        std::any_of(all.begin(), all.end(), [&](const auto& numbers) { return numbers.size() > column.row_values(); })) {
      return failed("the solver states do not fit the column '" + column.name + "' of " +
                    std::to_string(column.row_values()) + " numbers");
    }
  }
  const bool has_tracks = std::any_of(columns.begin(), columns.end(), [](const Column& c) { return is_track(c.content); });
  const TrackLabels* const tracks = episode.extras.tracks;
  if (has_tracks && (tracks == nullptr || tracks->views.size() != layout.views.size() ||
                     tracks->world.size() != tracks->points.size() * trajectory.states.size())) {
    return failed("episode " + std::to_string(episode.index) + ": point tracks are recorded, but none were given for its states and views");
  }
  for (const Action& action : trajectory.actions) {
    if (action.size() != layout.actuators.size()) {
      return failed("an action has " + std::to_string(action.size()) + " entries instead of " +
                    std::to_string(layout.actuators.size()));
    }
  }
  return {};
}

/// One row of a column without pictures.
Status EpisodeRecorder::Impl::fill_row(const Episode& episode, const Column& column, int row,
                                       std::span<double> values) const {
  const State& state = episode.trajectory.states[row];
  const int last = record.num_rows - 1;
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  switch (column.content) {
    case ColumnContent::kAction:
      if (layout.actuators.empty()) {
        values[0] = 0.0;
      } else if (row == last) {
        std::fill(values.begin(), values.end(), kNan);
      } else {
        std::copy(episode.trajectory.actions[row].begin(), episode.trajectory.actions[row].end(), values.begin());
        for (const double value : values) {
          if (std::fabs(value) > 1.0 + kActionSlack) {
            return failed("action " + format_number(value) + " in row " + std::to_string(row) + " is outside [-1, 1]");
          }
        }
      }
      return {};
    case ColumnContent::kReward:
      values[0] = row == 0 ? kNan : 0.0;
      return {};
    case ColumnContent::kTerminated:
      values[0] = 0.0;
      return {};
    case ColumnContent::kTruncated:
      values[0] = row == last ? 1.0 : 0.0;
      return {};
    case ColumnContent::kProprio:
      if (proprio.empty()) {
        fill_state(binding, state, values);
      } else {
        fill_proprio(binding, layout, proprio, state, values);
      }
      return {};
    case ColumnContent::kState:
      fill_state(binding, state, values);
      return {};
    case ColumnContent::kTime:
      values[0] = state.time_s;
      return {};
    case ColumnContent::kEpisodeIdx:
      values[0] = static_cast<double>(episode.index);
      return {};
    case ColumnContent::kStepIdx:
      values[0] = row;
      return {};
    case ColumnContent::kQpos:
      fill_qpos(binding, layout, state, values);
      return {};
    case ColumnContent::kQvel:
      fill_qvel(binding, layout, state, values);
      return {};
    case ColumnContent::kSolverState: {
      const std::vector<double>& numbers = episode.trajectory.solver_states[static_cast<std::size_t>(row)];
      std::fill(std::copy(numbers.begin(), numbers.end(), values.begin()), values.end(), 0.0);
      return {};
    }
    case ColumnContent::kObjectPose:
      fill_object_pose(binding, state, values);
      return {};
    case ColumnContent::kObjectVelocity:
      fill_object_velocity(binding, state, values);
      return {};
    case ColumnContent::kObjectInfo:
      fill_object_info(binding, layout, episode.scene, values);
      return {};
    case ColumnContent::kContact: {
      auto used = fill_contacts(layout, episode.scene, state, values);
      return used.ok() ? Status() : used.status();
    }
    case ColumnContent::kContactCount:
      values[0] = static_cast<double>(state.contacts.size());
      return {};
    case ColumnContent::kCamera: {
      const CameraId camera = binding.camera_of_view[column.view];
      const Pose pose =
          camera_pose(episode.scene, camera, state, node_poses(episode.scene, state), episode.initial_poses);
      fill_camera(episode.scene, camera, pose, values);
      return {};
    }
    case ColumnContent::kVariation:
      std::copy(episode.factors[column.factor].begin(), episode.factors[column.factor].end(), values.begin());
      return {};
    case ColumnContent::kObjectBox:
      fill_object_box(binding, episode.scene, values);
      return {};
    case ColumnContent::kTrackImage:
    case ColumnContent::kTrackVisible:
    case ColumnContent::kTrackWorld:
    case ColumnContent::kTrackObject:
    case ColumnContent::kTrackPart:
      fill_tracks(episode, column, row, values);
      return {};
    case ColumnContent::kEvent:
    case ColumnContent::kObjectVisibility:  // counted from the pictures
    case ColumnContent::kBox:
    case ColumnContent::kBoxAmodal:
    case ColumnContent::kVisibleFraction:
    case ColumnContent::kPixels:
    case ColumnContent::kDepth:
    case ColumnContent::kSegmentation:
    case ColumnContent::kLabel:
    case ColumnContent::kLink:
      break;
  }
  return failed("column '" + column.name + "' has no rows of its own");
}

void EpisodeRecorder::Impl::fill_tracks(const Episode& episode, const Column& column, int row, std::span<double> values) const {
  const TrackLabels& tracks = *episode.extras.tracks;
  const std::size_t first = static_cast<std::size_t>(row) * tracks.points.size();
  const TrackView* const view = column.view < 0 ? nullptr : &tracks.views[static_cast<std::size_t>(column.view)];
  const double nothing = column.content == ColumnContent::kTrackImage || column.content == ColumnContent::kTrackObject ? -1.0 : 0.0;
  std::fill(values.begin(), values.end(), nothing);
  for (std::size_t i = 0; i < tracks.points.size(); ++i) {
    const TrackPoint& point = tracks.points[i];
    if (column.content == ColumnContent::kTrackImage) {
      for (int axis = 0; axis < 2; ++axis) values[2 * i + static_cast<std::size_t>(axis)] = view->image[first + i][axis];
    } else if (column.content == ColumnContent::kTrackVisible) {
      values[i] = view->visible[first + i];
    } else if (column.content == ColumnContent::kTrackWorld) {
      for (int axis = 0; axis < 3; ++axis) values[3 * i + static_cast<std::size_t>(axis)] = tracks.world[first + i][axis];
    } else if (column.content == ColumnContent::kTrackObject) {
      values[i] = episode.scene.bodies[static_cast<std::size_t>(point.body.index)].object_index;
    } else {
      values[i] = point.part;
    }
  }
}

Status EpisodeRecorder::Impl::fill_rows(const Episode& episode, const Column& column,
                                        std::vector<std::byte>& rows) const {
  rows.resize(static_cast<std::size_t>(record.num_rows) * column.row_bytes());
  std::vector<double> values(column.row_values());
  // These two hold NaN on purpose, in one row of the episode.
  const int nan_row = column.content == ColumnContent::kAction && !layout.actuators.empty() ? record.num_rows - 1
                      : column.content == ColumnContent::kReward                            ? 0
                                                                                            : -1;
  for (int row = 0; row < record.num_rows; ++row) {
    DIORAMA_RETURN_IF_ERROR(fill_row(episode, column, row, values));
    for (std::size_t i = 0; row != nan_row && i < values.size(); ++i) {
      if (!holds(column, values[i])) {
        return rejected("column '" + column.name + "', row " + std::to_string(row) + ", entry " + std::to_string(i) +
                        " is " + format_number(values[i]) + ", not a finite " + column_type_name(column.type));
      }
    }
    store_row(column, values, rows.data() + static_cast<std::size_t>(row) * column.row_bytes());
  }
  return {};
}

Status EpisodeRecorder::begin(std::int64_t episode_index, const Scene& scene, const Trajectory& trajectory,
                              const std::vector<std::vector<double>>& factors, const EpisodeExtras& extras) {
  Impl& self = *impl_;
  const Impl::Episode episode{episode_index, scene, trajectory, factors, initial_node_poses(scene), extras};
  DIORAMA_RETURN_IF_ERROR(self.check_sizes(episode));
  DIORAMA_ASSIGN_OR_RETURN(self.binding, bind_scene(self.layout, scene));

  self.record = EpisodeRecord();
  self.record.episode = episode_index;
  self.record.num_rows = static_cast<int>(trajectory.states.size());
  self.record.columns.resize(self.columns.size());
  self.view_of_camera.assign(scene.cameras.size(), -1);
  for (std::size_t view = 0; view < self.binding.camera_of_view.size(); ++view) {
    self.view_of_camera[self.binding.camera_of_view[view].index] = static_cast<int>(view);
  }
  self.interventions.assign(extras.interventions.begin(), extras.interventions.end());
  self.seen.assign(static_cast<std::size_t>(self.record.num_rows) * self.layout.views.size() * static_cast<std::size_t>(num_object_slots(self.layout)), 0);
  const bool pictures = std::any_of(self.columns.begin(), self.columns.end(), [](const Column& c) { return c.needs_pictures(); });
  self.has_picture.assign(pictures ? static_cast<std::size_t>(self.record.num_rows) * self.layout.views.size() : 0, 0);

  for (std::size_t i = 0; i < self.columns.size(); ++i) {
    const Column& column = self.columns[i];
    EpisodeRecord::ColumnData& data = self.record.columns[i];
    if (column.is_link()) continue;
    if (column.is_image()) {
      data.chunks.resize(self.record.num_rows);
    } else if (column.needs_pictures()) {
      data.rows.resize(static_cast<std::size_t>(self.record.num_rows) * column.row_bytes());
    } else {
      DIORAMA_RETURN_IF_ERROR(self.fill_rows(episode, column, data.rows));
    }
  }
  return {};
}

Status EpisodeRecorder::Impl::put_chunk(std::size_t column_index, int row, std::span<const std::byte> values) {
  const Column& column = columns[column_index];
  DIORAMA_CHECK_EQ(values.size(), column.row_bytes());
  record.columns[column_index].chunks[row] =
      codec.encode(values, column_type_size(column.type), column.shuffle, column.compression);
  return {};
}

Status EpisodeRecorder::Impl::add_depth(std::size_t column_index, int row, std::span<const float> depth, float far_m) {
  bool usable = true;
  std::span<const std::byte> bytes;
  switch (columns[column_index].type) {
    case ColumnType::kFloat32:
      depth_f32.resize(depth.size());
      usable = encode_depth_f32(depth, far_m, depth_f32);
      bytes = std::as_bytes(std::span(depth_f32));
      break;
    case ColumnType::kFloat16:
      depth_f16.resize(depth.size());
      usable = encode_depth_f16(depth, far_m, depth_f16);
      bytes = std::as_bytes(std::span(depth_f16));
      break;
    default:
      depth_mm.resize(depth.size());
      usable = encode_depth_i16mm(depth, far_m, depth_mm);
      bytes = std::as_bytes(std::span(depth_mm));
  }
  if (!usable) {
    return failed("column '" + columns[column_index].name + "', row " + std::to_string(row) +
                  ": the renderer gave a depth that is not a positive finite number");
  }
  return put_chunk(column_index, row, bytes);
}

Status EpisodeRecorder::Impl::add_segmentation(std::size_t column_index, int row, std::span<const std::uint16_t> ids) {
  const auto limit = static_cast<std::uint16_t>(num_object_slots(layout));
  const auto beyond = std::find_if(ids.begin(), ids.end(), [&](std::uint16_t id) { return id > limit; });
  if (beyond != ids.end()) {
    return failed("column '" + columns[column_index].name + "', row " + std::to_string(row) + ": object id " +
                  std::to_string(*beyond) + ", but the dataset has " + std::to_string(limit) + " object slots");
  }
  if (columns[column_index].type == ColumnType::kUint8) {
    ids_u8.assign(ids.begin(), ids.end());
    return put_chunk(column_index, row, std::as_bytes(std::span(ids_u8)));
  }
  ids_i16.assign(ids.begin(), ids.end());
  return put_chunk(column_index, row, std::as_bytes(std::span(ids_i16)));
}

/// No id is beyond the object slots.
void EpisodeRecorder::Impl::note_seen(int row, int view, std::span<const std::uint16_t> ids) {
  const auto objects = static_cast<std::size_t>(num_object_slots(layout));
  const std::size_t place = static_cast<std::size_t>(row) * layout.views.size() + static_cast<std::size_t>(view);
  std::uint8_t* const own = seen.data() + place * objects;
  std::uint16_t last = 0;
  for (const std::uint16_t id : ids) {
    if (id != last && id != 0) own[id - 1] = 1;
    last = id;
  }
}

/// From the rows of `contact` as they stand, and from who was seen.
void EpisodeRecorder::Impl::fill_events() {
  const auto find = [&](ColumnContent content) {
    return std::find_if(columns.begin(), columns.end(), [content](const Column& column) { return column.content == content; });
  };
  const auto event = find(ColumnContent::kEvent);
  const auto contact = find(ColumnContent::kContact);
  if (event == columns.end() || contact == columns.end()) return;
  const std::byte* const contacts = record.columns[static_cast<std::size_t>(contact - columns.begin())].rows.data();
  const std::size_t per_row = seen.size() / static_cast<std::size_t>(record.num_rows);
  std::vector<RowEvidence> rows(static_cast<std::size_t>(record.num_rows));
  std::vector<float> values(contact->row_values());
  for (std::size_t t = 0; t < rows.size(); ++t) {
    std::memcpy(values.data(), contacts + t * contact->row_bytes(), contact->row_bytes());
    for (std::size_t k = 0; k < values.size() && values[k] >= 0.0F; k += kContactValues) {
      rows[t].touching.emplace(static_cast<int>(values[k]), static_cast<int>(values[k + 1]));
    }
    const auto first = seen.begin() + static_cast<std::ptrdiff_t>(t * per_row);
    rows[t].seen.assign(first, first + static_cast<std::ptrdiff_t>(per_row));
  }
  std::vector<std::int32_t> events = events_of(rows);
  for (const std::int64_t row : interventions) {
    if (row >= 0 && row < record.num_rows) events[static_cast<std::size_t>(row)] |= kIntervention;
  }
  const std::span<const std::byte> bytes = std::as_bytes(std::span(events));
  record.columns[static_cast<std::size_t>(event - columns.begin())].rows.assign(bytes.begin(), bytes.end());
}

Status EpisodeRecorder::Impl::add_picture(int row, int view, const RenderedViews& pictures, int picture) {
  const std::size_t pixels = static_cast<std::size_t>(pictures.height_px) * pictures.width_px;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Column& column = columns[i];
    if (column.content == ColumnContent::kObjectVisibility && view == 0) {
      const auto ids = pictures.picture<Channel::kInstance>(picture);
      if (ids.size() != pixels) return missing_channel(column, Channel::kInstance);
      counts.resize(column.row_values());
      DIORAMA_RETURN_IF_ERROR(count_visible_pixels(ids, counts));
      std::memcpy(record.columns[i].rows.data() + static_cast<std::size_t>(row) * column.row_bytes(), counts.data(),
                  column.row_bytes());
    }
    if (column.view != view) continue;
    if (is_box(column.content)) {
      DIORAMA_ASSIGN_OR_RETURN(const std::span<const std::byte> bytes, picture_values.boxes(column, pictures, picture));
      std::memcpy(record.columns[i].rows.data() + static_cast<std::size_t>(row) * column.row_bytes(), bytes.data(), bytes.size());
    }
    if (!column.is_image()) continue;
    if (column.content == ColumnContent::kPixels) {
      const auto color = pictures.picture<Channel::kColor>(picture);
      if (color.size() != 3 * pixels) return missing_channel(column, Channel::kColor);
      DIORAMA_RETURN_IF_ERROR(put_chunk(i, row, std::as_bytes(color)));
    } else if (column.content == ColumnContent::kDepth) {
      const auto depth = column.plane == 0 ? pictures.picture<Channel::kDepth>(picture)
                                           : layer_of(pictures.picture<Channel::kDepthLayers>(picture), column.plane);
      if (depth.size() != pixels) return missing_channel(column, column.channel);
      const auto far_m = static_cast<float>(layout.views[view].far_m);
      DIORAMA_RETURN_IF_ERROR(add_depth(i, row, depth, far_m));
    } else if (column.content == ColumnContent::kLabel) {
      DIORAMA_ASSIGN_OR_RETURN(const std::span<const std::byte> bytes, picture_values.label(column, pictures, picture));
      DIORAMA_RETURN_IF_ERROR(put_chunk(i, row, bytes));
    } else {
      const auto ids = column.plane == 0 ? pictures.picture<Channel::kInstance>(picture)
                                         : layer_of(pictures.picture<Channel::kInstanceLayers>(picture), column.plane);
      if (ids.size() != pixels) return missing_channel(column, column.channel);
      DIORAMA_RETURN_IF_ERROR(add_segmentation(i, row, ids));
      if (column.plane == 0) note_seen(row, view, ids);
    }
  }
  return {};
}

Status EpisodeRecorder::add(std::span<const FrameView> views, const RenderedViews& pictures) {
  Impl& self = *impl_;
  if (static_cast<int>(views.size()) != pictures.num_views) {
    return failed(std::to_string(pictures.num_views) + " pictures for " + std::to_string(views.size()) + " views");
  }
  for (std::size_t picture = 0; picture < views.size(); ++picture) {
    const int row = views[picture].frame;
    const int camera = views[picture].camera.index;
    if (row < 0 || row >= self.record.num_rows) return failed("a picture of row " + std::to_string(row));
    const bool known = camera >= 0 && camera < static_cast<int>(self.view_of_camera.size());
    const int view = known ? self.view_of_camera[camera] : -1;
    if (view < 0) return failed("a picture of camera " + std::to_string(camera) + ", which is not in the dataset");
    const ViewLayout& layout = self.layout.views[view];
    if (pictures.width_px != layout.width_px || pictures.height_px != layout.height_px) {
      return failed("a picture of view '" + layout.name + "' has another size than the dataset");
    }
    std::uint8_t& done = self.has_picture[static_cast<std::size_t>(row) * self.layout.views.size() + view];
    if (done) return failed("row " + std::to_string(row) + " of view '" + layout.name + "' was given twice");
    done = 1;
    DIORAMA_RETURN_IF_ERROR(self.add_picture(row, view, pictures, static_cast<int>(picture)));
  }
  return {};
}

Status EpisodeRecorder::put_rows(const std::string& column, std::span<const std::byte> rows) {
  Impl& self = *impl_;
  for (std::size_t i = 0; i < self.columns.size(); ++i) {
    if (self.columns[i].name != column || self.columns[i].needs_pictures()) continue;
    if (rows.size() > self.record.columns[i].rows.size()) return failed("too many rows of '" + column + "' are given");
    std::copy(rows.begin(), rows.end(), self.record.columns[i].rows.begin());
    return {};
  }
  return failed("rows are given of '" + column + "', which is not recorded");
}

EpisodeRecord EpisodeRecorder::finish() {
  const auto& done = impl_->has_picture;
  DIORAMA_CHECK(std::all_of(done.begin(), done.end(), [](std::uint8_t d) { return d != 0; }));
  impl_->has_picture.clear();
  impl_->fill_events();
  return std::exchange(impl_->record, EpisodeRecord());
}

}  // namespace diorama
