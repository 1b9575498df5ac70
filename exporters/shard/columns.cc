#include "exporters/shard/columns.h"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/core/check.h"
#include "engine/core/text.h"

namespace diorama {
namespace {

constexpr double kInt16MaxM = 32.767;
constexpr double kFloat16MaxM = 65504.0;

/// "" for the main view, ".<name>" for the others.
std::string suffix(const SceneLayout& layout, int view) {
  return view == 0 ? "" : "." + layout.views[view].name;
}

std::string camera_words(const SceneLayout& layout, int view) {
  return (view == 0 ? "the main view '" : "view '") + layout.views[view].name + "'";
}

/// Rows per chunk of a column without pictures: a clip decodes whole chunks, so that wide rows want few of them.
int rows_in_chunk(std::size_t row_bytes) {
  constexpr std::size_t kChunkBytes = 16 << 10;
  constexpr std::size_t kFewest = 8;
  constexpr std::size_t kMost = 256;
  return static_cast<int>(std::clamp(kChunkBytes / std::max<std::size_t>(1, row_bytes), kFewest, kMost));
}

/// Collects the columns; each function adds one.
class Table {
 public:
  explicit Table(const SceneLayout& layout) : layout_(layout) {}

  Column& image(ColumnContent content, const std::string& base, int view, ColumnType type, std::vector<int> shape) {
    Column& column = add(content, base + suffix(layout_, view), type, std::move(shape));
    column.view = view;
    column.chunk_rows = 1;
    column.compression = Compression::kFast;
    column.shuffle = column_type_size(type) > 1;
    column.symbols = column.row_shape.size() == 3 ? "H, W, " + std::to_string(column.row_shape[2]) : "H, W";
    return column;
  }

  Column& rows(ColumnContent content, const std::string& name, ColumnType type, std::vector<int> shape,
               std::string symbols, std::string unit, std::string meaning) {
    Column& column = add(content, name, type, std::move(shape));
    column.chunk_rows = rows_in_chunk(column.row_bytes());
    column.compression = Compression::kDense;
    column.shuffle = column_type_size(type) > 1;
    column.symbols = std::move(symbols);
    column.unit = std::move(unit);
    column.meaning = std::move(meaning);
    return column;
  }

  std::vector<Column> take() { return std::move(columns_); }

 private:
  Column& add(ColumnContent content, std::string name, ColumnType type, std::vector<int> shape) {
    Column column;
    column.content = content;
    column.name = std::move(name);
    column.type = type;
    column.row_shape = std::move(shape);
    columns_.push_back(std::move(column));
    return columns_.back();
  }

  const SceneLayout& layout_;
  std::vector<Column> columns_;
};

void add_pixels(Table& table, const SceneLayout& layout, const StorageOptions& storage, int view) {
  const ViewLayout& v = layout.views[view];
  Column& column =
      table.image(ColumnContent::kPixels, "pixels", view, ColumnType::kUint8, {v.height_px, v.width_px, 3});
  // Colour and depth are most of a dataset's bytes.
  column.compression = storage.pixels == PixelStorage::kRaw ? Compression::kNone : Compression::kDense;
  column.unit = "1";
  column.meaning = "Colour of " + camera_words(layout, view) +
                   ": sRGB, 0..255, channels red, green, blue; row 0 is the top of the image.";
}

/// What the k-th surface behind the first is called; "" for the first.
std::string layer_words(int layer) {
  return layer == 0 ? "" : " of surface " + std::to_string(layer) + " behind the first (those that face the camera)";
}

/// `layer` 0 is the first surface.
void add_depth(Table& table, const SceneLayout& layout, const StorageOptions& storage, int view, int layer) {
  const ViewLayout& v = layout.views[view];
  const ColumnType type = storage.depth == DepthStorage::kF32   ? ColumnType::kFloat32
                          : storage.depth == DepthStorage::kF16 ? ColumnType::kFloat16
                                                                : ColumnType::kInt16;
  Column& column = table.image(ColumnContent::kDepth, layer == 0 ? "depth" : "depth_layer" + std::to_string(layer), view,
                               type, {v.height_px, v.width_px});
  if (layer == 0) column.compression = Compression::kDense;
  column.channel = layer == 0 ? Channel::kDepth : Channel::kDepthLayers;
  column.plane = layer;
  column.unit = storage.depth == DepthStorage::kI16mm ? "mm" : "m";
  const char* rounding = storage.depth == DepthStorage::kF32   ? "rounded to 11 mantissa bits (relative error up to 2^-12)"
                         : storage.depth == DepthStorage::kF16 ? "rounded to float16 (relative error up to 2^-11)"
                                                               : "rounded to whole millimetres";
  column.meaning = "Planar depth z in the camera frame (not range)" + layer_words(layer) + " of " + camera_words(layout, view) + ", " + rounding +
                   "; where nothing is hit it is the camera's far_m = " + format_number(v.far_m) +
                   " m; never 0, infinite or NaN.";
}

void add_segmentation(Table& table, const SceneLayout& layout, int view, int layer) {
  const ViewLayout& v = layout.views[view];
  const ColumnType type =
      num_object_slots(layout) > kMaxSegmentationU8 ? ColumnType::kInt16 : ColumnType::kUint8;
  Column& column =
      table.image(ColumnContent::kSegmentation, layer == 0 ? "segmentation" : "segmentation_layer" + std::to_string(layer),
                  view, type, {v.height_px, v.width_px});
  column.channel = layer == 0 ? Channel::kInstance : Channel::kInstanceLayers;
  column.plane = layer;
  column.unit = "1";
  column.meaning = "Object seen in each pixel" + layer_words(layer) + " of " + camera_words(layout, view) +
                   ": 0 = background, k = object k - 1; constant over time.";
}

ColumnType label_type(const ChannelInfo& info) {
  switch (info.type) {
    case ElementType::kUint8:
      return ColumnType::kUint8;
    case ElementType::kInt8:
      return ColumnType::kInt8;
    case ElementType::kUint16:
      return ColumnType::kInt16;
    case ElementType::kInt64:
      return ColumnType::kInt64;
    case ElementType::kFloat32:
      break;
  }
  return ColumnType::kFloat16;
}

/// A channel whose numbers are stored as they are (float rounded to half precision).
void add_label(Table& table, const SceneLayout& layout, const ChannelInfo& info, int view, int plane) {
  const ViewLayout& v = layout.views[view];
  const ColumnType type = label_type(info);
  std::vector<int> shape = {v.height_px, v.width_px};
  // Three numbers would read as an image unless they are bytes.
  const bool padded = info.components == 3 && type == ColumnType::kFloat16;
  if (info.components > 1) shape.push_back(padded ? 4 : info.components);
  Column& column = table.image(ColumnContent::kLabel, info.name + (info.planes == 1 ? "" : std::to_string(plane)),
                               view, type, std::move(shape));
  column.channel = info.channel;
  column.plane = plane;
  column.shuffle = false;
  column.unit = info.unit;
  const std::string frame = info.frame;
  column.meaning = std::string(info.meaning) + (info.planes == 1 ? "" : " Here g = " + std::to_string(plane) + ".") + (frame.empty() ? "" : " Axes: " + frame + ".") +
                   (padded ? " The fourth number is 0." : "") +
                   (type == ColumnType::kFloat16 ? " Rounded to float16." : "") + " Of " + camera_words(layout, view) +
                   "; where nothing is hit: " + info.no_hit + ".";
}

void add_camera(Table& table, const SceneLayout& layout, int view) {
  Column& column = table.rows(
      ColumnContent::kCamera, "camera" + suffix(layout, view), ColumnType::kFloat32, {kCameraValues}, "11", "m, 1, px",
      "Camera of " + camera_words(layout, view) +
          ": position x, y, z (m, world), orientation qw, qx, qy, qz (world_from_camera; camera axes x right, y down, "
          "z forward), fx, fy, cx, cy (px; pixel (0, 0) is the centre of the top-left pixel).");
  column.view = view;
}

void add_control(Table& table, const SceneLayout& layout) {
  const int num_actions = static_cast<int>(layout.actuators.size());
  table.rows(ColumnContent::kAction, "action", ColumnType::kFloat32, {std::max(1, num_actions)}, "A", "1",
             num_actions > 0 ? "Action of each actuator in [-1, 1], applied from row t to row t + 1; the last row of an "
                               "episode is NaN. Order: " + join(layout.actuators, ", ") + "."
                             : std::string("No actuator in this dataset: one value, always 0."));
  table.rows(ColumnContent::kReward, "reward", ColumnType::kFloat32, {}, "", "1",
             "Reward that arrived with the row; the first row of an episode is NaN; 0 as there is no reward term.");
  table.rows(ColumnContent::kTerminated, "terminated", ColumnType::kBool, {}, "", "1",
             "True where the task ended the episode; always false as there is no task.");
  table.rows(ColumnContent::kTruncated, "truncated", ColumnType::kBool, {}, "", "1",
             "True in the last row of an episode, which ends by its length.");
}

/// `proprio`, `state` and `observation`, a second name of proprio that some training configurations ask for.
void add_state(Table& table, const SceneLayout& layout) {
  const int state_width = kStateValuesPerObject * num_object_slots(layout);
  int width = 0;
  std::vector<std::string> names;
  for (const int joint : proprio_joints(layout)) {
    const JointSlot& slot = layout.joints[joint];
    width += num_positions(slot.type) + num_velocities(slot.type);
    names.push_back(slot.name);
  }
  std::string unit = "m, 1, m/s, rad/s";
  std::string meaning = "No actuated joint in this dataset: the same values as `state`.";
  if (width > 0) {
    width += layout.num_sensor_values;
    unit = "rad, m, rad/s, m/s";
    meaning = "Positions of the actuated joints (hinge rad, slide m), then their velocities (rad/s, m/s), then " +
              std::to_string(layout.num_sensor_values) + " sensor values in their own units; a joint that is absent " +
              "in an episode is 0. Joints: " + join(names, ", ") + ".";
  } else {
    width = state_width;
  }
  table.rows(ColumnContent::kProprio, "proprio", ColumnType::kFloat32, {width}, "D", unit, meaning);
  table.rows(ColumnContent::kState, "state", ColumnType::kFloat32, {state_width}, "13 N", "m, 1, m/s, rad/s",
             "All objects one after the other, each x, y, z (m, world), qw, qx, qy, qz (world_from_body), velocity of "
             "the body origin x, y, z (m/s, world axes), angular velocity x, y, z (rad/s, world axes); an absent object "
             "has the identity pose and is at rest.");
  Column& link = table.rows(ColumnContent::kLink, "observation", ColumnType::kFloat32, {width}, "D", unit,
                            "The same data as `proprio` under a second name (hard link).");
  link.link_to = "proprio";
}

void add_time(Table& table) {
  table.rows(ColumnContent::kTime, "time", ColumnType::kFloat64, {}, "", "s",
             "Simulated time since the first row of the episode, where it is 0; settling before it does not count.");
  table.rows(ColumnContent::kEpisodeIdx, "episode_idx", ColumnType::kInt64, {}, "", "1",
             "Episode index over the whole dataset; rejected episodes leave gaps.");
  table.rows(ColumnContent::kStepIdx, "step_idx", ColumnType::kInt64, {}, "", "1", "Row within its episode, from 0.");
}

void add_positions(Table& table, const SceneLayout& layout) {
  if (layout.num_positions > 0) {
    table.rows(ColumnContent::kQpos, "qpos", ColumnType::kFloat64, {layout.num_positions}, "n", "m, 1, rad",
               "Joint positions, joint after joint as the manifest's `joints` says: free x, y, z (m, world), qw, qx, qy, "
               "qz; ball qw, qx, qy, qz (parent from child); hinge rad; slide m; a joint that is absent in an episode "
               "is 0.");
  }
  if (layout.num_velocities > 0) {
    table.rows(ColumnContent::kQvel, "qvel", ColumnType::kFloat64, {layout.num_velocities}, "n", "m/s, rad/s",
               "Joint velocities, joint after joint: free linear x, y, z (m/s, world axes), angular x, y, z (rad/s, "
               "body axes); ball rad/s (child axes); hinge rad/s; slide m/s; a joint that is absent in an episode is 0.");
  }
}

void add_solver_state(Table& table, const StorageOptions& storage) {
  if (storage.solver_values == 0) return;
  table.rows(ColumnContent::kSolverState, "solver_state", ColumnType::kFloat64, {storage.solver_values}, "S", "1",
             "All that the engine's next steps depend on, in the engine's own order, then zeros. MuJoCo: steps made, its time "
             "(s), qpos, qvel, qacc_warmstart, ctrl, act, mocap_pos, mocap_quat, userdata, as the compiled model has them: put "
             "back into an mjData of this model, they continue the episode to the last bit.");
}

void add_objects(Table& table, const SceneLayout& layout) {
  const int n = num_object_slots(layout);
  table.rows(ColumnContent::kObjectPose, "object_pose", ColumnType::kFloat32, {n, 7}, "N, 7", "m, 1",
             "Pose world_from_body of each object: x, y, z (m), qw, qx, qy, qz; an absent object has the identity.");
  table.rows(ColumnContent::kObjectVelocity, "object_velocity", ColumnType::kFloat32, {n, 6}, "N, 6", "m/s, rad/s",
             "Velocity of each object's body origin x, y, z (m/s) and angular velocity x, y, z (rad/s), world axes; "
             "0 if absent.");
  table.rows(ColumnContent::kObjectInfo, "object_info", ColumnType::kFloat32, {n, kObjectInfoValues}, "N, 10",
             "1, 1, kg, 1, 1, m, m, m, 1, 1",
             "Per object, constant over an episode: present (0 or 1), class id (0 = none, k = class k - 1 of the "
             "manifest's `classes`), mass (kg; 0 if static), friction, restitution (of its first shape), extents x, y, "
             "z (m, of its shapes' box in the body frame), static (0 or 1), articulation id (-1 = none); all 0 with "
             "articulation -1 if absent.");
}

/// Where objects are in the pictures; needs ids and amodal masks.
void add_boxes(Table& table, const SceneLayout& layout, const ViewChannels& channels) {
  constexpr ChannelSet kNeeded = channel_set(Channel::kInstance, Channel::kAmodal);
  const int n = num_object_slots(layout);
  bool any = false;
  for (int view = 0; view < static_cast<int>(layout.views.size()); ++view) {
    if ((channels[view] & kNeeded) != kNeeded) continue;
    any = true;
    const std::string words = camera_words(layout, view);
    const auto add = [&](ColumnContent content, const std::string& name, std::vector<int> shape, const std::string& symbols,
                         const std::string& unit, const std::string& meaning) {
      table.rows(content, name + suffix(layout, view), ColumnType::kFloat32, std::move(shape), symbols, unit, meaning).view = view;
    };
    add(ColumnContent::kBox, "box", {n, 4}, "N, 4", "px",
        "Box of the pixels that show each object in " + words +
            ": first and last column and row as x0, y0, x1, y1, pixel centres at whole numbers; all -1 where it is not seen.");
    add(ColumnContent::kBoxAmodal, "box_amodal", {n, 4}, "N, 4", "px",
        "Box of the pixels that each object covers in " + words +
            ", hidden or not, within the picture: x0, y0, x1, y1 as in `box`; all -1 where it covers none.");
    add(ColumnContent::kVisibleFraction, "visible_fraction", {n}, "N", "1",
        "Share of the pixels that each object covers in " + words +
            " that show it: 0 = wholly hidden, 1 = not hidden; -1 where it covers none.");
  }
  if (!any) return;
  table.rows(ColumnContent::kObjectBox, "object_box", ColumnType::kFloat32, {n, 6}, "N, 6", "m",
             "Box of each object's shapes in its body frame, constant over an episode: lower x, y, z, upper x, y, z; with "
             "`object_pose` its box in space; 0 if absent.");
}

/// The points are the same for all views that have them.
void add_tracks(Table& table, const SceneLayout& layout, const ViewChannels& channels) {
  const int p = layout.num_tracks;
  bool any = false;
  for (int view = 0; view < static_cast<int>(layout.views.size()); ++view) {
    if (!has_channel(channels[view], Channel::kTracks)) continue;
    any = true;
    const std::string words = camera_words(layout, view);
    const auto add = [&](ColumnContent content, const std::string& name, ColumnType type, int width, const std::string& symbols,
                         const std::string& unit, const std::string& meaning) {
      Column& column = table.rows(content, name + suffix(layout, view), type, {width}, symbols, unit, meaning);
      column.view = view;
      column.channel = Channel::kTracks;
    };
    add(ColumnContent::kTrackImage, "track_image", ColumnType::kFloat32, 2 * p, "2 P", "px",
        "Where " + words + " sees the points of `track_world`, hidden or not: u, v of point 0, of point 1, ... (pixel (0, 0) is the "
        "centre of the top-left pixel); -1, -1 where the point is nearer than near_m, behind the camera or outside of the picture.");
    add(ColumnContent::kTrackVisible, "track_visible", ColumnType::kUint8, p, "P", "1",
        "1 where " + words + " sees the point, exactly, by a ray: in view, no farther than far_m, and nothing before it; else 0.");
  }
  if (!any) return;
  table.rows(ColumnContent::kTrackWorld, "track_world", ColumnType::kFloat32, {3 * p}, "3 P", "m",
             "Points on the objects' surfaces that move with them: x, y, z (world) of point 0, of point 1, ... Point i is on the "
             "(i mod n)-th of the n objects that are drawn, drawn uniformly by area from its surface; 0 where nothing is drawn.");
  table.rows(ColumnContent::kTrackObject, "track_object", ColumnType::kInt16, {p}, "P", "1",
             "Object index that each point is on, constant over an episode; -1 where nothing is drawn.");
  table.rows(ColumnContent::kTrackPart, "track_part", ColumnType::kInt16, {p}, "P", "1",
             "Part that each point is on, as `part` numbers them, constant over an episode; 0 where nothing is drawn.");
}

void add_contacts(Table& table, const SceneLayout& layout) {
  const int slots = std::max(1, layout.max_contacts);
  table.rows(ColumnContent::kContact, "contact", ColumnType::kFloat32, {slots, kContactValues}, "C, 12",
             "1, 1, m, m, m, 1, 1, 1, N, N, N, m",
             "One entry per pair of objects that touched in the substeps since the previous row (first row of an "
             "episode: none), sorted: object indices a < b, impulse-weighted point x, y, z (m, world), normal x, y, z "
             "(unit, from a to b, world), mean force on b over the frame x, y, z (N, world), smallest gap (m, negative "
             "= penetration); unused entries a = b = -1, rest 0.");
  table.rows(ColumnContent::kContactCount, "contact_count", ColumnType::kInt32, {}, "", "1",
             "Number of used entries of `contact`.");
}

void add_events(Table& table) {
  table.rows(ColumnContent::kEvent, "event", ColumnType::kInt32, {}, "", "1",
             "What changed since the previous row, as bits: 1 = a pair of objects begins to touch (in an episode's second row all that "
             "do, as `contact` has none in the first), 2 = a pair ceases to touch, 4 = an object enters a view (some pixel of the view's "
             "`segmentation` shows it, none did), 8 = an object leaves a view, 16 = intervention: from this row on the actions are those "
             "given to continue the episode (`replay --actions`, `--hold`).");
}

void add_factors(Table& table, const SceneLayout& layout) {
  for (std::size_t i = 0; i < layout.factors.size(); ++i) {
    const FactorLayout& factor = layout.factors[i];
    Column& column = table.rows(ColumnContent::kVariation, "variation." + factor.name, ColumnType::kFloat32,
                                {factor.width}, "k", factor.unit.empty() ? "1" : factor.unit,
                                "Factor of variation, constant over an episode. " + factor.meaning);
    column.factor = static_cast<int>(i);
  }
}

/// Problems of one name: what HDF5 or a trainer would take for something else.
void check_name(const std::string& name, std::vector<std::string>& problems) {
  if (name.find('/') != std::string::npos) {
    problems.push_back("column '" + name + "': '/' would make a group; rename the view or factor without '/'");
  }
  const bool printable = std::all_of(name.begin(), name.end(), [](char c) { return c >= 0x20 && c != 0x7f; });
  if (!printable) problems.push_back("column '" + name + "': control characters or non-ASCII bytes in its name");
}

}  // namespace

std::size_t column_type_size(ColumnType type) {
  switch (type) {
    case ColumnType::kBool:
    case ColumnType::kUint8:
    case ColumnType::kInt8:
      return 1;
    case ColumnType::kInt16:
    case ColumnType::kFloat16:
      return 2;
    case ColumnType::kInt32:
    case ColumnType::kFloat32:
      return 4;
    case ColumnType::kInt64:
    case ColumnType::kFloat64:
      return 8;
  }
  return 0;
}

const char* column_type_name(ColumnType type) {
  switch (type) {
    case ColumnType::kBool:
      return "bool";
    case ColumnType::kUint8:
      return "uint8";
    case ColumnType::kInt8:
      return "int8";
    case ColumnType::kInt16:
      return "int16";
    case ColumnType::kInt32:
      return "int32";
    case ColumnType::kInt64:
      return "int64";
    case ColumnType::kFloat16:
      return "float16";
    case ColumnType::kFloat32:
      return "float32";
    case ColumnType::kFloat64:
      return "float64";
  }
  return "";
}

std::size_t Column::row_values() const {
  std::size_t count = 1;
  for (const int side : row_shape) count *= static_cast<std::size_t>(side);
  return count;
}

std::size_t Column::row_bytes() const { return row_values() * column_type_size(type); }

bool Column::needs_pictures() const {
  return is_image() || content == ColumnContent::kObjectVisibility || content == ColumnContent::kEvent || content == ColumnContent::kBox ||
         content == ColumnContent::kBoxAmodal || content == ColumnContent::kVisibleFraction;
}

bool is_track(ColumnContent content) {
  return content == ColumnContent::kTrackImage || content == ColumnContent::kTrackVisible || content == ColumnContent::kTrackWorld ||
         content == ColumnContent::kTrackObject || content == ColumnContent::kTrackPart;
}

int num_amodal_planes(const SceneLayout& layout) {
  return (num_object_slots(layout) + kAmodalObjectsPerPlane - 1) / kAmodalObjectsPerPlane;
}

int num_object_slots(const SceneLayout& layout) { return std::max<int>(1, static_cast<int>(layout.objects.size())); }

std::vector<int> proprio_joints(const SceneLayout& layout) {
  if (layout.actuators.empty() || !layout.actuated_joints.empty()) return layout.actuated_joints;
  std::vector<int> joints;
  for (std::size_t i = 0; i < layout.joints.size(); ++i) {
    if (num_velocities(layout.joints[i].type) == 1) joints.push_back(static_cast<int>(i));
  }
  return joints;
}

std::vector<Column> dataset_columns(const SceneLayout& layout, ChannelSet channels, const StorageOptions& storage) {
  return dataset_columns(layout, ViewChannels(layout.views.size(), channels), storage);
}

std::vector<Column> dataset_columns(const SceneLayout& layout, const ViewChannels& channels,
                                    const StorageOptions& storage) {
  DIORAMA_CHECK_EQ(channels.size(), layout.views.size());
  Table table(layout);
  const int num_views = static_cast<int>(layout.views.size());
  for (const ChannelInfo& info : picture_channels()) {
    for (int view = 0; view < num_views; ++view) {
      if (info.channel == Channel::kColor) {
        add_pixels(table, layout, storage, view);
      } else if (!has_channel(channels[view], info.channel)) {
        continue;
      } else if (info.channel == Channel::kDepth) {
        add_depth(table, layout, storage, view, 0);
      } else if (info.channel == Channel::kInstance) {
        add_segmentation(table, layout, view, 0);
      } else if (info.channel == Channel::kDepthLayers) {
        for (int layer = 1; layer <= kNumLayers; ++layer) add_depth(table, layout, storage, view, layer);
      } else if (info.channel == Channel::kInstanceLayers) {
        for (int layer = 1; layer <= kNumLayers; ++layer) add_segmentation(table, layout, view, layer);
      } else {
        const int planes = info.channel == Channel::kAmodal ? num_amodal_planes(layout) : info.planes;
        for (int plane = 0; plane < planes; ++plane) add_label(table, layout, info, view, plane);
      }
    }
  }
  add_control(table, layout);
  add_state(table, layout);
  add_time(table);
  add_positions(table, layout);
  add_solver_state(table, storage);
  add_objects(table, layout);
  if (!channels.empty() && has_channel(channels[0], Channel::kInstance)) {
    table.rows(ColumnContent::kObjectVisibility, "object_visibility", ColumnType::kInt32, {num_object_slots(layout)}, "N",
               "px", "Number of pixels that show each object in the main view.");
  }
  add_boxes(table, layout, channels);
  add_tracks(table, layout, channels);
  add_contacts(table, layout);
  add_events(table);
  for (int view = 0; view < num_views; ++view) add_camera(table, layout, view);
  add_factors(table, layout);
  return table.take();
}

Status check_columns(const SceneLayout& layout, const std::vector<Column>& columns, const StorageOptions& storage) {
  std::vector<std::string> problems;
  if (layout.views.empty()) problems.push_back("no camera: a dataset needs at least one view");
  bool has_depth = false;
  std::set<std::string> names = {"ep_len", "ep_offset"};
  for (const Column& column : columns) {
    check_name(column.name, problems);
    if (!names.insert(column.name).second) {
      problems.push_back("column '" + column.name + "' would exist twice; rename a view or factor");
    }
    has_depth = has_depth || column.content == ColumnContent::kDepth;
  }
  for (const ViewLayout& view : layout.views) {
    const auto forbidden = [](int side) { return side < 2 || side == 3; };
    if (forbidden(view.width_px) || forbidden(view.height_px)) {
      problems.push_back("view '" + view.name + "' is " + std::to_string(view.width_px) + " x " +
                         std::to_string(view.height_px) +
                         " px: a side of 1 or 3 px reads as a channel axis in trainers; use another size");
    }
    const double limit = storage.depth == DepthStorage::kI16mm ? kInt16MaxM
                         : storage.depth == DepthStorage::kF16 ? kFloat16MaxM
                                                               : 3.0e38;
    if (has_depth && !(view.far_m > 0.0 && view.far_m <= limit)) {
      problems.push_back("view '" + view.name + "': far_m is " + format_number(view.far_m) +
                         ", but this depth type holds up to " + format_number(limit) +
                         " m; lower far_m or store depth as f32");
    }
  }
  if (layout.objects.size() > 32767) {
    problems.push_back(std::to_string(layout.objects.size()) + " objects: segmentation holds up to 32767");
  }
  return problems.empty() ? Status() : invalid_input(join(problems, "\n"));
}

}  // namespace diorama
