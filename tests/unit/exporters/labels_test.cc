#include "exporters/labels/events.h"
#include "exporters/labels/state_columns.h"
#include "exporters/labels/visibility.h"

#include <doctest/doctest.h>

#include <vector>

#include "tests/unit/exporters/tiny_dataset.h"

namespace diorama {
namespace {

using doctest::Approx;

struct Tiny {
  Scene scene = tiny::scene();
  SceneLayout layout = tiny::layout();
  Trajectory motion = tiny::trajectory(1, 4);
  SceneBinding binding = *bind_scene(layout, scene);
};

TEST_CASE("objects stand in their slots, not in the bodies' order, and absent ones at the origin") {
  const Tiny t;
  std::vector<double> pose(5 * 7);
  fill_object_pose(t.binding, t.motion.states[1], pose);
  const double z_ball = t.motion.states[1].bodies[2].world_from_body.position.z;
  CHECK(pose[3 * 7 + 2] == z_ball);
  CHECK(pose[3 * 7 + 3] == Approx(0.995004165));  // w first
  CHECK(pose[3 * 7 + 6] == Approx(0.0998334166));
  CHECK(pose[2 * 7 + 0] == 0.5);
  for (int i = 0; i < 7; ++i) CHECK(pose[4 * 7 + i] == (i == 3 ? 1.0 : 0.0));
  std::vector<double> velocity(5 * 6);
  fill_object_velocity(t.binding, t.motion.states[1], velocity);
  CHECK(velocity[3 * 6 + 5] == 4.0);
  for (int i = 0; i < 6; ++i) CHECK(velocity[4 * 6 + i] == 0.0);
  std::vector<double> state(5 * 13);
  fill_state(t.binding, t.motion.states[1], state);
  CHECK(state[3 * 13 + 2] == z_ball);
  CHECK(state[3 * 13 + 12] == 4.0);
}

TEST_CASE("object_info says class, mass, surface, extents and kind") {
  const Tiny t;
  std::vector<double> info(5 * 10);
  fill_object_info(t.binding, t.layout, t.scene, info);
  const double* ball = &info[3 * 10];
  CHECK(ball[0] == 1.0);
  CHECK(ball[1] == 2.0);
  CHECK(ball[2] == Approx(500.0 * 4.0 / 3.0 * 3.14159265358979 * 0.001));
  CHECK(ball[3] == 0.8);
  CHECK(ball[4] == 0.5);
  CHECK(ball[5] == Approx(0.2));
  CHECK(ball[8] == 0.0);
  CHECK(ball[9] == -1.0);
  const double* box = &info[2 * 10];
  CHECK(box[1] == 0.0);
  CHECK(box[6] == Approx(0.3));
  CHECK(box[7] == Approx(0.4));
  CHECK(info[0 * 10 + 2] == 0.0);
  CHECK(info[0 * 10 + 8] == 1.0);
  CHECK(info[1 * 10 + 9] == t.scene.bodies[1].articulation);
  const double* extra = &info[4 * 10];
  for (int i = 0; i < 9; ++i) CHECK(extra[i] == 0.0);
  CHECK(extra[9] == -1.0);
}

TEST_CASE("contacts go by object index: roles, normal and force turn round where the orders differ") {
  const Tiny t;
  std::vector<double> rows(4 * 12);
  const auto used = fill_contacts(t.layout, t.scene, t.motion.states[2], rows);
  REQUIRE(used.ok());
  CHECK(*used == 2);
  // Floor and box: the same order in both.
  CHECK(rows[0] == 0.0);
  CHECK(rows[1] == 2.0);
  CHECK(rows[7] == 1.0);
  CHECK(rows[10] == 5.0);
  // Ball (body 2, object 3) against box (body 3, object 2): a = 2, b = 3, so normal and force turn round.
  CHECK(rows[12] == 2.0);
  CHECK(rows[13] == 3.0);
  CHECK(rows[12 + 2] == 0.2);
  CHECK(rows[12 + 5] == -1.0);
  CHECK(rows[12 + 8] == -3.0);
  CHECK(rows[12 + 10] == 1.0);
  CHECK(rows[12 + 11] == -0.002);
  for (int i = 24; i < 48; ++i) CHECK(rows[i] == (i % 12 < 2 ? -1.0 : 0.0));
}

TEST_CASE("more contacts than the dataset holds reject the episode") {
  Tiny t;
  t.layout.max_contacts = 1;
  std::vector<double> rows(12);
  const auto used = fill_contacts(t.layout, t.scene, t.motion.states[2], rows);
  CHECK(used.status().code() == Code::kRejected);
}

TEST_CASE("qpos, qvel and proprio are padded to the layout's slots") {
  const Tiny t;
  const State& state = t.motion.states[2];
  std::vector<double> qpos(22);
  std::vector<double> qvel(19);
  fill_qpos(t.binding, t.layout, state, qpos);
  fill_qvel(t.binding, t.layout, state, qvel);
  for (int i = 0; i < 7; ++i) CHECK(qpos[i] == 0.0);
  for (int i = 0; i < 6; ++i) CHECK(qvel[i] == 0.0);
  for (std::size_t i = 0; i < state.qpos.size(); ++i) CHECK(qpos[7 + i] == state.qpos[i]);
  for (std::size_t i = 0; i < state.qvel.size(); ++i) CHECK(qvel[6 + i] == state.qvel[i]);
  std::vector<double> proprio(2);
  const int joint = 1;
  fill_proprio(t.binding, t.layout, std::span(&joint, 1), state, proprio);
  CHECK(proprio[0] == state.qpos[0]);
  CHECK(proprio[1] == 0.2);
}

TEST_CASE("a scene that does not fit its layout is refused") {
  Tiny t;
  Scene scene = t.scene;
  scene.bodies[1].object_index = 0;
  CHECK_FALSE(bind_scene(t.layout, scene).ok());
  scene.bodies[1].object_index = 9;
  CHECK_FALSE(bind_scene(t.layout, scene).ok());
  scene = t.scene;
  scene.joints[0].name = "unknown";
  CHECK_FALSE(bind_scene(t.layout, scene).ok());
  SceneLayout layout = t.layout;
  layout.views[0].name = "nowhere";
  CHECK_FALSE(bind_scene(layout, t.scene).ok());
}

TEST_CASE("visible pixels are counted by object, background not at all") {
  const std::vector<std::uint16_t> ids = {0, 1, 2, 2, 0, 4};
  std::vector<std::int32_t> counts(4, 99);
  REQUIRE(count_visible_pixels(ids, counts).ok());
  CHECK(counts == std::vector<std::int32_t>{1, 2, 0, 1});
  counts.resize(3);
  CHECK_FALSE(count_visible_pixels(ids, counts).ok());
}

TEST_CASE("events are what begins and ends between two rows") {
  std::vector<RowEvidence> rows(6);
  rows[1].touching = {{0, 1}};
  rows[2].touching = {{0, 1}, {0, 2}};
  rows[3].touching = {{0, 2}, {1, 2}};
  rows[4].touching = {{0, 2}, {1, 2}};
  for (RowEvidence& row : rows) row.seen = {1, 0, 0};
  rows[3].seen = {1, 1, 0};
  rows[4].seen = {0, 1, 1};
  rows[5].seen = {0, 1, 0};
  CHECK(events_of(rows) == std::vector<std::int32_t>{0, kContactBegins, kContactBegins, kContactBegins | kContactEnds | kEntersView,
                                                     kEntersView | kLeavesView, kContactEnds | kLeavesView});
  CHECK(events_of({}).empty());
}

}  // namespace
}  // namespace diorama
