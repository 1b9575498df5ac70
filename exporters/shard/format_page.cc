#include "exporters/shard/format_page.h"

#include "engine/core/text.h"
#include "exporters/shard/columns.h"
#include "exporters/shard/index.h"
#include "exporters/shard/manifest.h"
#include "exporters/shard/picture_values.h"

namespace diorama {
namespace {

constexpr const char* kIntroduction = R"(# Shard format

Printed from `exporters/shard/columns.cc`; a test keeps it equal (`DIORAMA_UPDATE=1` prints it anew).

A dataset is a folder:

| file | content |
|---|---|
| `dataset.json` | manifest: scenario, seed, versions, columns, views, objects, joints, splits, shards with SHA-256 of file and JSON, size and SHA-256 of `index.h5` (null = there is none), rejected episodes |
| `index.h5` | every column as one virtual dataset over all shards, with its own `ep_len` and `ep_offset`; the one path that a trainer opens |
| `shards/NNNNNN.h5` | the rows |
| `shards/NNNNNN.json` | this shard's part of the manifest, with offset, size and XXH3-128 of every chunk; `content_xxh3_128` is that of its other members as JSON with sorted keys and no blanks |

Rules of a shard (HDF5, format of 1.10, read by stock h5py without a plugin):

- The root holds arrays only, no groups. Axis 0 of each is the row: one observation. Episodes lie end to end.
- `ep_len` (E,) int32 and `ep_offset` (E,) int64, the running sum of it, say where episodes begin. Only these two are not row-aligned.
- R = rows, H and W = image size of the view, N = object slots, P = tracked points (`record.tracks`), A = actuators, C = contact slots, n = joint coordinates, D, S and k as the column's meaning says.
- An object, joint or contact that is absent in an episode keeps its slot. Object index i is segmentation id i + 1.
- The first view's columns carry no suffix; those of another view are `<column>.<view>`.
- Image columns: one chunk per row, chunks of one column in the order of the rows. Others: as many rows per chunk as 16 KiB hold, at least 8 and at most 256, or all if there are fewer.
- Filters: HDF5's own shuffle (for types of more than one byte) and deflate level 1. Little endian. bool is the enum that h5py reads as bool.
- Every column has the attributes `unit` and `meaning`; the root has `diorama`, a JSON text with rates, seed, views, objects and classes.
- Quaternions are w, x, y, z. World right-handed, z up. Camera x right, y down, z forward. Pixel (0, 0) is the centre of the top-left pixel.
- A file under its final name is complete. In `index.h5` a row of a shard that cannot be read shows as NaN (floats) or the type's least value: check with `diorama_data`, which raises instead.
- Meshes of 2000 triangles and more are drawn with fewer where they are small in a picture: pixels and their labels, which agree with each other, are then those of a surface that lies within a quarter of a pixel of the mesh's. Points of `track_world` and their visibility are the mesh's own.
- `solver_state` is there for engines that restore it (MuJoCo), unless the scenario says `record { no_solver_state: true }`.
- A dataset made by `diorama replay` has `parent` in `dataset.json`: how it was made (`continued`, `rendered`), the SHA-256 of its parent's `dataset.json`, its `spec_hash`, episode (null = all), if continued the last frame that is the parent's (`frame`), and the rows from which on actions were given, here or in an ancestor (`interventions`). Episodes keep their index; `first_episode` is the first that was drawn.
- A shard without kept episodes has 0 rows in every column; `index.h5` leaves it out.
)";

SceneLayout example_layout() {
  SceneLayout layout;
  layout.objects = {{"ball"}, {"box"}};
  layout.joints = {{"slider", 0, 0, JointType::kSlide}};
  layout.actuators = {"push"};
  layout.actuated_joints = {0};
  layout.num_positions = 1;
  layout.num_velocities = 1;
  layout.max_contacts = 16;
  layout.num_tracks = 256;
  layout.views = {{"front", 256, 256, 0.02, 30.0}, {"side", 256, 256, 0.02, 30.0}};
  layout.factors = {{"mass", 1, "kg", "Distribution and the fields that it drives."}};
  return layout;
}

std::string shape_text(const Column& column) {
  return column.symbols.empty() ? "(R,)" : "(R, " + column.symbols + ")";
}

std::string storage_text(const Column& column) {
  if (column.is_link()) return "hard link";
  const std::string chunk = column.is_image() ? "1 row" : std::to_string(column.chunk_rows) + " rows";
  if (column.deflate_level() == 0) return chunk + ", stored";
  return chunk + (column.shuffle ? ", shuffle, deflate " : ", deflate ") + std::to_string(column.deflate_level());
}

std::string table_of(const std::vector<Column>& columns) {
  std::string text = "| column | type | shape | storage | unit | meaning |\n|---|---|---|---|---|---|\n";
  for (const Column& column : columns) {
    text += "| `" + column.name + "` | " + column_type_name(column.type) + " | " + shape_text(column) + " | " +
            storage_text(column) + " | " + column.unit + " | " + column.meaning + " |\n";
  }
  return text;
}

}  // namespace

std::string shard_format_page() {
  const ChannelSet all = kDefaultChannels;
  const SceneLayout layout = example_layout();
  std::string page = kIntroduction;
  page += "- `index.h5` spans at most " + std::to_string(kMaxIndexedShards) +
          " shards; beyond that there is none, and `diorama_data` goes by the manifest.\n"
          "- Splits: by `episode_idx`, the first 8 hexadecimal digits of SHA-256(\"split/<episode_idx>\") modulo 10: 0..7 "
          "train, 8 val, 9 test.\n";
  page += "\nFormat version " + std::to_string(kDatasetFormatVersion) +
          ". A reader must refuse a greater one; a change of a column's name, type or meaning raises it.\n";
  page += "\n## Columns\n\nExample: two views 'front' and 'side', two objects, one actuated slide joint, one factor.\n\n";
  StorageOptions with_solver;
  with_solver.solver_values = 6;
  page += table_of(dataset_columns(layout, all, with_solver));
  std::vector<Column> labels;
  SceneLayout one = layout;
  one.views.resize(1);
  for (const Column& column : dataset_columns(one, kAllChannels, {})) {
    if (column.content == ColumnContent::kLabel || column.plane > 0 || is_box(column.content) ||
        column.content == ColumnContent::kObjectBox || is_track(column.content)) {
      labels.push_back(column);
    }
  }
  page += "\nBy `record.channel`, a camera's `channel` or `--channels` (those of other views are `<column>.<view>`); boxes and "
          "visible fractions come with amodal masks and segmentation:\n\n" +
          table_of(labels);
  std::vector<Column> others;
  for (const DepthStorage storage : {DepthStorage::kF16, DepthStorage::kI16mm}) {
    for (const Column& column : dataset_columns(layout, all, {PixelStorage::kRaw, storage})) {
      const bool pixels = column.content == ColumnContent::kPixels && storage == DepthStorage::kF16;
      if (column.view == 0 && (pixels || column.content == ColumnContent::kDepth)) others.push_back(column);
    }
  }
  page += "\nBy option (`--pixels raw`, `--depth f16`, `--depth i16mm`):\n\n" + table_of(others);
  SceneLayout many = layout;
  many.objects.resize(kMaxSegmentationU8 + 1);
  for (const Column& column : dataset_columns(many, all, {})) {
    if (column.name != "segmentation") continue;
    page += "\nWith more than " + std::to_string(kMaxSegmentationU8) + " objects `segmentation` is " +
            column_type_name(column.type) + ".\n";
  }
  many = layout;
  many.actuators.clear();
  many.actuated_joints.clear();
  page += "\nWithout an actuator:\n\n";
  std::vector<Column> still;
  for (const Column& column : dataset_columns(many, all, {})) {
    if (column.name == "action" || column.name == "proprio") still.push_back(column);
  }
  for (Column& column : still) column.symbols = column.name == "action" ? "1" : "13 N";
  page += table_of(still);
  return page;
}

}  // namespace diorama
