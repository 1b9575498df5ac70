#include "exporters/shard/columns.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "tests/unit/exporters/tiny_dataset.h"

namespace diorama {
namespace {

const ChannelSet kAll = tiny::all_channels();

const Column& find(const std::vector<Column>& columns, const std::string& name) {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name == name; });
  REQUIRE_MESSAGE(found != columns.end(), name);
  return *found;
}

bool has(const std::vector<Column>& columns, const std::string& name) {
  return std::any_of(columns.begin(), columns.end(), [&](const Column& c) { return c.name == name; });
}

SceneLayout layout_with(int objects, int views, int actuators, int contacts) {
  SceneLayout layout;
  for (int i = 0; i < objects; ++i) {
    layout.objects.push_back({"o" + std::to_string(i)});
    layout.joints.push_back({"j" + std::to_string(i), i, i, JointType::kHinge});
  }
  layout.num_positions = layout.num_velocities = objects;
  for (int i = 0; i < views; ++i) layout.views.push_back({"v" + std::to_string(i), 32, 24, 0.1, 20.0});
  for (int i = 0; i < actuators; ++i) {
    layout.actuators.push_back("a" + std::to_string(i));
    if (i < objects) layout.actuated_joints.push_back(i);
  }
  layout.factors = {{"mass", 1, "kg", "m"}, {"turn", 4, "", "t"}};
  layout.max_contacts = contacts;
  layout.num_tracks = 3;
  return layout;
}

TEST_CASE("no layout gives a column that a trainer would take for something else") {
  for (const int objects : {0, 1, 2, 3, 300}) {
    for (const int views : {1, 3}) {
      for (const int actuators : {0, 1, 3}) {
        for (const int contacts : {0, 1, 3, 64}) {
          for (const DepthStorage depth : {DepthStorage::kF32, DepthStorage::kF16, DepthStorage::kI16mm}) {
            const SceneLayout layout = layout_with(objects, views, actuators, contacts);
            const auto columns = dataset_columns(layout, kAll, {PixelStorage::kDeflate, depth});
            std::set<std::string> names;
            for (const Column& c : columns) {
              INFO(c.name);
              CHECK(names.insert(c.name).second);
              CHECK(c.name.find('/') == std::string::npos);
              CHECK_FALSE((c.name != "proprio" && c.name.starts_with("proprio")));
              CHECK(c.row_bytes() > 0);
              const std::size_t axes = c.row_shape.size() + 1;  // with the rows
              const bool picture = c.content == ColumnContent::kPixels;
              if (axes >= 3 && !picture) CHECK_FALSE((c.row_shape.back() == 1 || c.row_shape.back() == 3));
              if (axes == 4) CHECK_FALSE((c.row_shape.front() == 1 || c.row_shape.front() == 3));
              if (picture) CHECK((c.type == ColumnType::kUint8 && c.row_shape.back() == 3));
              CHECK(axes <= 4);
              CHECK_FALSE(c.unit.empty());
              CHECK_FALSE(c.meaning.empty());
            }
            CHECK(check_columns(layout, columns, {PixelStorage::kDeflate, depth}).ok());
          }
        }
      }
    }
  }
}

TEST_CASE("tracks have columns of the views that record them, and of no view if none does") {
  const SceneLayout layout = layout_with(2, 3, 0, 4);
  const ChannelSet color = channel_bit(Channel::kColor);
  const ChannelSet tracks = color | channel_bit(Channel::kTracks);
  const auto columns = dataset_columns(layout, ViewChannels{color, tracks, color}, {});
  CHECK_FALSE(has(columns, "track_image"));
  CHECK_FALSE(has(columns, "track_visible.v2"));
  CHECK(find(columns, "track_image.v1").row_shape == std::vector<int>{6});
  CHECK(find(columns, "track_visible.v1").type == ColumnType::kUint8);
  CHECK(find(columns, "track_world").row_shape == std::vector<int>{9});
  CHECK(find(columns, "track_part").type == ColumnType::kInt16);
  int of_tracks = 0;
  for (const Column& column : columns) {
    of_tracks += is_track(column.content) ? 1 : 0;
    CHECK((column.name.find("track_") == 0) == is_track(column.content));
    CHECK_FALSE((is_track(column.content) && column.needs_pictures()));
  }
  CHECK(of_tracks == 5);
  for (const Column& column : dataset_columns(layout, color, {})) CHECK_FALSE(is_track(column.content));
}

TEST_CASE("the columns that are always there are there with the least of everything") {
  const auto columns = dataset_columns(layout_with(1, 1, 0, 0), channel_bit(Channel::kColor), {});
  for (const char* name : {"pixels", "action", "reward", "terminated", "truncated", "proprio", "state", "observation", "time",
                           "episode_idx", "step_idx", "object_pose", "object_velocity", "object_info", "camera", "contact",
                           "contact_count", "event", "variation.mass"}) {
    CHECK_MESSAGE(has(columns, name), name);
  }
  for (const char* name : {"depth", "segmentation", "object_visibility"}) CHECK_MESSAGE(!has(columns, name), name);
  CHECK(find(columns, "action").row_shape == std::vector<int>{1});
  CHECK(find(columns, "object_pose").row_shape == std::vector<int>{1, 7});
  CHECK(find(columns, "proprio").row_shape == find(columns, "state").row_shape);
  CHECK(find(columns, "observation").link_to == "proprio");
}

TEST_CASE("columns of the first view carry no suffix, those of the others their name") {
  const auto columns = dataset_columns(layout_with(2, 3, 1, 4), kAll, {});
  for (const char* base : {"pixels", "depth", "segmentation", "camera"}) {
    CHECK(find(columns, base).view == 0);
    CHECK(find(columns, std::string(base) + ".v1").view == 1);
    CHECK(find(columns, std::string(base) + ".v2").view == 2);
    CHECK_FALSE(has(columns, std::string(base) + ".v0"));
  }
  CHECK(find(columns, "pixels.v1").row_shape == std::vector<int>{24, 32, 3});
}

TEST_CASE("types, chunks and filters are those of the layout page") {
  const auto columns = dataset_columns(layout_with(2, 1, 1, 4), kAll, {});
  CHECK(find(columns, "pixels").chunk_rows == 1);
  for (const char* dense : {"pixels", "depth", "action"}) CHECK(find(columns, dense).compression == Compression::kDense);
  const auto labels = dataset_columns(layout_with(2, 1, 1, 4), kAll | channel_set(Channel::kFlow, Channel::kAmodal, Channel::kDepthLayers), {});
  for (const char* fast : {"segmentation", "amodal0", "flow", "depth_layer1"}) CHECK(find(labels, fast).compression == Compression::kFast);
  CHECK_FALSE(find(columns, "pixels").shuffle);
  CHECK(find(columns, "depth").shuffle);
  CHECK(find(columns, "qpos").type == ColumnType::kFloat64);
  CHECK(find(columns, "terminated").type == ColumnType::kBool);
  CHECK(find(columns, "episode_idx").type == ColumnType::kInt64);
  CHECK(find(columns, "contact").row_shape == std::vector<int>{4, 12});
  CHECK(find(columns, "action").chunk_rows == 256);
  const std::vector<Column> wide = dataset_columns(layout_with(20, 1, 0, 4), kAll, {});
  CHECK(find(wide, "state").chunk_rows == 16384 / (20 * 13 * 4));  // a chunk of a wide column stays below 16 KiB
  CHECK(find(dataset_columns(layout_with(400, 1, 0, 4), kAll, {}), "state").chunk_rows == 8);
  const auto raw = dataset_columns(layout_with(2, 1, 1, 4), kAll, {PixelStorage::kRaw, DepthStorage::kI16mm});
  CHECK(find(raw, "pixels").compression == Compression::kNone);
  CHECK(find(raw, "depth").type == ColumnType::kInt16);
  CHECK(find(raw, "depth").unit == "mm");
  CHECK(find(dataset_columns(layout_with(255, 1, 0, 4), kAll, {}), "segmentation").type == ColumnType::kUint8);
  CHECK(find(dataset_columns(layout_with(256, 1, 0, 4), kAll, {}), "segmentation").type == ColumnType::kInt16);
}

TEST_CASE("proprio holds the actuated joints and the sensors") {
  SceneLayout layout = layout_with(4, 1, 2, 4);
  layout.num_sensor_values = 5;
  CHECK(find(dataset_columns(layout, kAll, {}), "proprio").row_shape == std::vector<int>{2 + 2 + 5});
  layout.actuated_joints.clear();  // actuators on tendons: all hinges and slides
  CHECK(proprio_joints(layout).size() == 4);
}

TEST_CASE("what a trainer could not slice is refused with its name") {
  SceneLayout layout = layout_with(2, 2, 1, 4);
  layout.views[1].name = "left/eye";
  layout.views[0].height_px = 3;
  layout.factors[1].name = "mass";
  layout.views[0].far_m = 50.0;
  const StorageOptions storage{PixelStorage::kDeflate, DepthStorage::kI16mm};
  const Status status = check_columns(layout, dataset_columns(layout, kAll, storage), storage);
  CHECK(status.code() == Code::kInvalidInput);
  for (const char* word : {"left/eye", "3 px", "variation.mass", "far_m is 50"}) {
    CHECK_MESSAGE(status.message().find(word) != std::string::npos, word, " in ", status.message());
  }
  layout.views.clear();
  CHECK_FALSE(check_columns(layout, dataset_columns(layout, kAll, storage), storage).ok());
}

}  // namespace
}  // namespace diorama
