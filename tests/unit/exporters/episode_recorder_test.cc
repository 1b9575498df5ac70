#include "exporters/shard/episode_recorder.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "exporters/labels/events.h"
#include "exporters/shard/chunk_codec.h"
#include "tests/unit/exporters/tiny_dataset.h"

namespace diorama {
namespace {

struct Recorded {
  DatasetSpec spec = tiny::spec(4, 2);
  EpisodeRecord record = *tiny::record(spec, 1);

  std::size_t index(const std::string& name) const {
    for (std::size_t i = 0; i < spec.columns.size(); ++i) {
      if (spec.columns[i].name == name) return i;
    }
    FAIL(name);
    return 0;
  }
  template <typename T>
  T at(const std::string& name, int row, int entry = 0) const {
    const std::size_t i = index(name);
    T value;
    std::memcpy(&value, record.columns[i].rows.data() + row * spec.columns[i].row_bytes() + entry * sizeof(T), sizeof(T));
    return value;
  }
};

TEST_CASE("action leads to the next row and ends with NaN; reward begins with NaN; the last row is truncated") {
  const Recorded r;
  CHECK(r.record.num_rows == 5);
  for (int row = 0; row < 4; ++row) {
    CHECK(r.at<float>("action", row) == static_cast<float>(0.1 * row - 0.2));
    CHECK(r.at<std::uint8_t>("truncated", row) == 0);
    CHECK(r.at<float>("reward", row + 1) == 0.0f);
  }
  CHECK(std::isnan(r.at<float>("action", 4)));
  CHECK(std::isnan(r.at<float>("reward", 0)));
  CHECK(r.at<std::uint8_t>("truncated", 4) == 1);
  for (int row = 0; row < 5; ++row) {
    CHECK(r.at<std::uint8_t>("terminated", row) == 0);
    CHECK(r.at<std::int64_t>("episode_idx", row) == 1);
    CHECK(r.at<std::int64_t>("step_idx", row) == row);
    CHECK(r.at<double>("time", row) == row / 20.0);
    CHECK(r.at<float>("variation.mass", row) == 1.1f);
    CHECK(r.at<std::int32_t>("contact_count", row) == (row == 2 ? 2 : 0));
  }
}

TEST_CASE("camera rows hold pose and intrinsics of each view") {
  const Recorded r;
  CHECK(r.at<float>("camera", 3, 1) == -3.0f);
  CHECK(r.at<float>("camera.side", 3, 0) == 3.0f);
  const Intrinsics k = intrinsics_from_fov_y(16, 12, 0.9);
  CHECK(r.at<float>("camera", 0, 7) == static_cast<float>(k.fx_px));
  CHECK(r.at<float>("camera", 0, 9) == 7.5f);
  CHECK(r.at<float>("camera", 0, 10) == 5.5f);
}

TEST_CASE("pictures land in their own row whatever the order they come in") {
  const Recorded r;
  ChunkCodec codec;
  for (int view = 0; view < 2; ++view) {
    const int width = view == 0 ? 16 : 10;
    const int height = view == 0 ? 12 : 8;
    const std::string suffix = view == 0 ? "" : ".side";
    for (int row = 0; row < 5; ++row) {
      const auto decode = [&](const std::string& name) {
        const std::size_t i = r.index(name + suffix);
        const Column& c = r.spec.columns[i];
        return *codec.decode(r.record.columns[i].chunks[row], c.row_bytes(), column_type_size(c.type), c.shuffle, true);
      };
      const auto pixels = decode("pixels");
      const auto depth = decode("depth");
      const auto ids = decode("segmentation");
      for (int line = 0; line < height; ++line) {
        for (int column = 0; column < width; ++column) {
          const int at = line * width + column;
          REQUIRE(static_cast<int>(pixels[3 * at + 2]) == tiny::color_at(1, row, view, line, column, 2));
          float z;
          std::memcpy(&z, &depth[4 * at], 4);
          REQUIRE(std::fabs(z - tiny::depth_at(1, row, view, line, column)) <= z * 0x1p-12f);
          if (line == 0) REQUIRE(z == 30.0f);
          REQUIRE(static_cast<int>(ids[at]) == tiny::id_at(1, row, view, line, column));
        }
      }
    }
  }
}

TEST_CASE("object_visibility counts the main view's pixels") {
  const Recorded r;
  for (int object = 0; object < 5; ++object) {
    int expected = 0;
    for (int line = 0; line < 12; ++line) {
      for (int column = 0; column < 16; ++column) expected += tiny::id_at(1, 3, 0, line, column) == object + 1;
    }
    CHECK(r.at<std::int32_t>("object_visibility", 3, object) == expected);
  }
}

TEST_CASE("event marks what the contacts and ids of neighbouring rows differ in") {
  const Recorded r;
  const auto shows = [](int row, int view, int object) {
    const int width = view == 0 ? 16 : 10, height = view == 0 ? 12 : 8;
    for (int at = 0; at < width * height; ++at) {
      if (tiny::id_at(1, row, view, at / width, at % width) == object + 1) return true;
    }
    return false;
  };
  for (int row = 0; row < 5; ++row) {
    std::int32_t want = row == 2 ? kContactBegins : row == 3 ? kContactEnds : 0;
    for (int view = 0; row > 0 && view < 2; ++view) {
      for (int object = 0; object < 5; ++object) {
        if (shows(row, view, object) && !shows(row - 1, view, object)) want |= kEntersView;
        if (!shows(row, view, object) && shows(row - 1, view, object)) want |= kLeavesView;
      }
    }
    CAPTURE(row);
    CHECK(r.at<std::int32_t>("event", row) == want);
  }
}

TEST_CASE("without an actuator the action is zero and proprio is the state") {
  DatasetSpec spec = tiny::spec(4, 2);
  spec.layout.actuators.clear();
  spec.layout.actuated_joints.clear();
  spec.columns = dataset_columns(spec.layout, tiny::all_channels(), {});
  Scene scene = tiny::scene();
  scene.actuators.clear();
  Trajectory motion = tiny::trajectory(0, 3);
  for (Action& action : motion.actions) action.clear();
  const auto factors = tiny::factors(0);
  EpisodeRecorder recorder(spec.layout, spec.columns);
  REQUIRE(recorder.begin(0, scene, motion, factors).ok());
  for (int view = 0; view < 2; ++view) {
    const tiny::Pictures p = tiny::draw(scene, 0, 3, view);
    REQUIRE(recorder.add(p.views, p.rendered).ok());
  }
  const EpisodeRecord record = recorder.finish();
  const std::vector<std::byte>* proprio = nullptr;
  const std::vector<std::byte>* state = nullptr;
  for (std::size_t i = 0; i < spec.columns.size(); ++i) {
    if (spec.columns[i].name == "proprio") proprio = &record.columns[i].rows;
    if (spec.columns[i].name == "state") state = &record.columns[i].rows;
    if (spec.columns[i].name == "action") {
      CHECK(record.columns[i].rows == std::vector<std::byte>(3 * 4, std::byte{0}));
    }
  }
  CHECK(*proprio == *state);
}

TEST_CASE("values that are not finite or that float cannot hold reject the episode with column and row") {
  const DatasetSpec spec = tiny::spec(4, 2);
  const Scene scene = tiny::scene();
  const auto factors = tiny::factors(0);
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity(), 1e39}) {
    Trajectory motion = tiny::trajectory(0, 4);
    motion.states[2].bodies[2].linear_velocity_world.x = bad;
    EpisodeRecorder recorder(spec.layout, spec.columns);
    const Status status = recorder.begin(0, scene, motion, factors);
    CHECK(status.code() == Code::kRejected);
    CHECK(status.message().find("row 2") != std::string::npos);
  }
  Trajectory motion = tiny::trajectory(0, 4);
  for (int i = 0; i < 3; ++i) motion.states[2].contacts.push_back(motion.states[2].contacts[0]);
  EpisodeRecorder recorder(spec.layout, spec.columns);
  CHECK(recorder.begin(0, scene, motion, factors).code() == Code::kRejected);
}

TEST_CASE("pictures that do not fit are refused") {
  const DatasetSpec spec = tiny::spec(4, 2);
  const Scene scene = tiny::scene();
  const auto factors = tiny::factors(0);
  const Trajectory motion = tiny::trajectory(0, 4);
  EpisodeRecorder recorder(spec.layout, spec.columns);
  REQUIRE(recorder.begin(0, scene, motion, factors).ok());
  tiny::Pictures p = tiny::draw(scene, 0, 4, 0);
  RenderedViews without = p.rendered;
  without.set<Channel::kDepth>({});
  const Status missing = recorder.add(p.views, without);
  CHECK(missing.message().find("depth") != std::string::npos);
  REQUIRE(recorder.begin(0, scene, motion, factors).ok());
  REQUIRE(recorder.add(p.views, p.rendered).ok());
  CHECK_FALSE(recorder.add(p.views, p.rendered).ok());  // twice
  tiny::Pictures side = tiny::draw(scene, 0, 4, 1);
  side.instance[5] = 6;  // five slots
  const Status id = recorder.add(side.views, side.rendered);
  CHECK(id.message().find("object id 6") != std::string::npos);
}

TEST_CASE("solver states are padded with zeros; too few of them or too long ones are refused") {
  StorageOptions storage;
  storage.solver_values = 5;
  DatasetSpec spec = tiny::spec(4, 2, storage);
  // Without columns that need pictures none has to be given.
  std::erase_if(spec.columns, [](const Column& column) { return column.needs_pictures(); });
  const Scene scene = tiny::scene();
  const auto factors = tiny::factors(0);
  EpisodeRecorder recorder(spec.layout, spec.columns);
  Trajectory motion = tiny::trajectory(0, 4);
  CHECK(recorder.begin(0, scene, motion, factors).message().find("solver_state") != std::string::npos);
  for (int row = 0; row < 4; ++row) motion.solver_states.push_back({0.5 * row, 1.0, -2.0});
  REQUIRE(recorder.begin(0, scene, motion, factors).ok());
  const EpisodeRecord record = recorder.finish();
  for (std::size_t i = 0; i < spec.columns.size(); ++i) {
    if (spec.columns[i].name != "solver_state") continue;
    std::vector<double> values(20);
    REQUIRE(record.columns[i].rows.size() == values.size() * sizeof(double));
    std::memcpy(values.data(), record.columns[i].rows.data(), record.columns[i].rows.size());
    CHECK(std::vector<double>(values.begin() + 15, values.end()) == std::vector<double>{1.5, 1.0, -2.0, 0.0, 0.0});
  }
  motion.solver_states[2].assign(6, 1.0);
  CHECK(recorder.begin(0, scene, motion, factors).message().find("solver_state") != std::string::npos);
}

TEST_CASE("a recorder used before gives the same bytes as a fresh one") {
  const DatasetSpec spec = tiny::spec(4, 2);
  const Scene scene = tiny::scene();
  EpisodeRecorder recorder(spec.layout, spec.columns);
  EpisodeRecord last;
  for (const std::int64_t episode : {2, 0, 1}) {
    const int rows = tiny::rows_of(episode);
    const Trajectory motion = tiny::trajectory(episode, rows);
    const auto factors = tiny::factors(episode);
    REQUIRE(recorder.begin(episode, scene, motion, factors).ok());
    for (int view = 0; view < 2; ++view) {
      const tiny::Pictures p = tiny::draw(scene, episode, rows, view);
      REQUIRE(recorder.add(p.views, p.rendered).ok());
    }
    last = recorder.finish();
  }
  const EpisodeRecord fresh = *tiny::record(spec, 1);
  for (std::size_t i = 0; i < spec.columns.size(); ++i) {
    CHECK(last.columns[i].rows == fresh.columns[i].rows);
    CHECK(last.columns[i].chunks == fresh.columns[i].chunks);
  }
}

}  // namespace
}  // namespace diorama
