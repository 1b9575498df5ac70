// THE list of a dataset's columns: names, types, shapes, storage, units and meaning. The writer, the format page,
// the manifest and the readers all take it from here.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/core/status.h"
#include "engine/scene/layout.h"
#include "exporters/shard/chunk_codec.h"
#include "renderers/renderer.h"

namespace diorama {

enum class ColumnType { kBool, kUint8, kInt8, kInt16, kInt32, kInt64, kFloat16, kFloat32, kFloat64 };
std::size_t column_type_size(ColumnType type);
const char* column_type_name(ColumnType type);  ///< numpy's name: "uint8", "float32", "bool" ...

enum class PixelStorage { kDeflate, kRaw };
enum class DepthStorage {
  kF32,    ///< float32 rounded to 11 mantissa bits.
  kF16,    ///< float16.
  kI16mm,  ///< int16 millimetres; far_m up to 32.767.
};

struct StorageOptions {
  PixelStorage pixels = PixelStorage::kDeflate;
  DepthStorage depth = DepthStorage::kF32;
  int solver_values = 0;  ///< Width of `solver_state`, the most that an episode can have; 0 = no such column.
};

/// What fills a column; the recorder goes by this, never by names.
enum class ColumnContent {
  kPixels, kDepth, kSegmentation,  // images, one chunk per row
  kLabel,                          // likewise: `plane` of `channel`
  kAction, kProprio, kState, kReward, kTerminated, kTruncated, kTime, kEpisodeIdx, kStepIdx,
  kQpos, kQvel, kSolverState, kObjectPose, kObjectVelocity, kObjectInfo, kObjectVisibility,
  kBox, kBoxAmodal, kVisibleFraction,  // of objects in a view, from its pictures
  kTrackImage, kTrackVisible, kTrackWorld, kTrackObject, kTrackPart,
  kObjectBox, kContact, kContactCount, kEvent,
  kCamera, kVariation,
  kLink,  ///< No data of its own: another name of the column `link_to`.
};

struct Column {
  std::string name;             ///< Dataset name at the shard's root.
  ColumnContent content = ColumnContent::kState;
  ColumnType type = ColumnType::kFloat32;
  std::vector<int> row_shape;   ///< Shape of one row; empty = a scalar per row.
  int chunk_rows = 256;         ///< Rows per chunk; 1 for images, 8 to 256 for others.
  bool shuffle = false;
  Compression compression = Compression::kNone;
  std::string unit;             ///< "m", "rad/s", "px", "1" ...
  std::string meaning;          ///< One sentence: what it is, frame, order, no-hit value.
  int view = -1;                ///< Index of the view that it belongs to, -1 = none.
  Channel channel = Channel::kColor;  ///< Image columns and tracks of a view: what is stored.
  int plane = 0;                ///< Which of the channel's planes; layers count from 1.
  int factor = -1;              ///< Index into SceneLayout::factors, -1 = none.
  std::string link_to;          ///< kLink: the column that this is a hard link to; stored once.
  std::string symbols;          ///< The row shape in symbols, such as "N, 7"; empty = a scalar per row.

  int deflate_level() const { return compression == Compression::kNone ? 0 : kDeflateLevel; }  ///< 0 = stored as it is.
  std::size_t row_values() const;  ///< Numbers in one row.
  std::size_t row_bytes() const;
  bool is_image() const { return chunk_rows == 1; }
  bool needs_pictures() const;  ///< It is made from rendered pictures.
  bool is_link() const { return !link_to.empty(); }
};

/// Numbers per object in `state`: the row of object_pose, then that of object_velocity.
inline constexpr int kStateValuesPerObject = 13;
/// Numbers per contact and per row of `camera` and `object_info`.
inline constexpr int kContactValues = 12;
inline constexpr int kCameraValues = 11;
inline constexpr int kObjectInfoValues = 10;
/// Segmentation ids above this want int16.
inline constexpr int kMaxSegmentationU8 = 255;

/// Planes of the amodal masks.
int num_amodal_planes(const SceneLayout& layout);
/// Whether a column holds something of point tracks.
bool is_track(ColumnContent content);
/// Slots of the object columns: the layout's objects, or one absent slot if there are none.
int num_object_slots(const SceneLayout& layout);
/// The joints (indices into layout.joints) whose positions and velocities make `proprio`: those that an actuator
/// acts on; all hinge and slide joints if actuators act on none directly. Empty without actuators.
std::vector<int> proprio_joints(const SceneLayout& layout);

/// What is recorded of each view, parallel to SceneLayout::views.
using ViewChannels = std::vector<ChannelSet>;

/// The columns of a dataset in their canonical order (the order of creation in the file). `pixels` is there
/// whatever `channels` says: a dataset without it is none.
std::vector<Column> dataset_columns(const SceneLayout& layout, const ViewChannels& channels, const StorageOptions& storage);
/// The same channels of every view.
std::vector<Column> dataset_columns(const SceneLayout& layout, ChannelSet channels, const StorageOptions& storage);

/// What would make a dataset that trainers cannot slice or that cannot hold its values: names with '/' or twice,
/// image sides of 1 or 3 pixels, a far_m that the depth type cannot hold. invalid_input names all of it.
Status check_columns(const SceneLayout& layout, const std::vector<Column>& columns, const StorageOptions& storage);

}  // namespace diorama
