// Point tracks: where points are seeded, how they move, who sees them.
#include "exporters/labels/tracks.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "tests/support/scene_builder.h"

namespace diorama {
namespace {

constexpr int kMany = 30000;
constexpr SampleKey kKey{7, 3};

/// Sees everything, or nothing.
class Everywhere : public PointVisibility {
 public:
  explicit Everywhere(bool seen) : seen_(seen) {}
  Status place(const Scene&, const State&) override { return {}; }
  Status test(const Pose&, double, std::span<const dvec3> points,
              std::span<std::uint8_t> visible) override {
    asked += points.size();
    std::fill(visible.begin(), visible.end(), static_cast<std::uint8_t>(seen_));
    return {};
  }
  std::size_t asked = 0;

 private:
  bool seen_;
};

/// Whether `count` of `total` is what a share of `expected` gives, within five standard deviations.
bool is_share(double count, double total, double expected) {
  return std::fabs(count - total * expected) < 5.0 * std::sqrt(total * expected * (1.0 - expected));
}

TEST_CASE("points lie on a box as its faces have area, uniformly within each") {
  SceneBuilder builder;
  const dvec3 half(0.1, 0.2, 0.4);
  const Pose where{dvec3(1, 2, 3), glm::angleAxis(0.7, glm::normalize(dvec3(1, 2, 0)))};
  builder.body("box", Motion::kDynamic, where, ShapeType::kBox, half, builder.material(0.5, 0.0));
  const auto points = seed_track_points(builder.build(), kKey, kMany);
  REQUIRE(points.size() == kMany);
  const double area = half.y * half.z + half.x * half.z + half.x * half.y;
  std::map<int, double> on_face;
  double quarter = 0.0;
  for (const TrackPoint& point : points) {
    int face = -1;
    for (int axis = 0; axis < 3; ++axis) {
      CHECK(std::fabs(point.in_body[axis]) <= half[axis] + 1e-12);
      if (std::fabs(std::fabs(point.in_body[axis]) - half[axis]) > 1e-12) continue;
      if (point.normal_in_body[axis] * point.in_body[axis] > 0.0)
        face = 2 * axis + (point.in_body[axis] > 0.0 ? 1 : 0);
    }
    REQUIRE(face >= 0);
    CHECK(point.one_sided);
    CHECK(point.part == 1);
    ++on_face[face];
    if (point.in_body.z > 0.5 * half.z && face < 4) ++quarter;
  }
  for (int axis = 0; axis < 3; ++axis) {
    const double share = half[(axis + 1) % 3] * half[(axis + 2) % 3] / area / 2.0;
    CAPTURE(axis);
    CHECK(is_share(on_face[2 * axis], kMany, share));
    CHECK(is_share(on_face[2 * axis + 1], kMany, share));
  }
  const double sides = on_face[0] + on_face[1] + on_face[2] + on_face[3];
  CHECK(is_share(quarter, sides, 0.25));
}

TEST_CASE("bodies share the points in turn, parts by their area; what is not drawn has none") {
  SceneBuilder builder;
  const MaterialId material = builder.material(0.5, 0.0);
  builder.floor(material);
  const BodyId pair = builder.body("pair", Motion::kDynamic, {dvec3(0, 0, 2), identity_quat()},
                                   ShapeType::kSphere, dvec3(0.3, 0, 0), material);
  const ShapeId hidden = builder.add_shape(pair, {dvec3(1, 0, 0), identity_quat()},
                                           ShapeType::kSphere, dvec3(0.5, 0, 0), material);
  const ShapeId small = builder.add_shape(pair, {dvec3(0, 1, 0), identity_quat()},
                                          ShapeType::kSphere, dvec3(0.15, 0, 0), material);
  const BodyId ghost = builder.body("ghost", Motion::kDynamic, {dvec3(0, 0, 5), identity_quat()},
                                    ShapeType::kSphere, dvec3(0.3, 0, 0), material);
  builder.body("cylinder", Motion::kDynamic, {dvec3(2, 0, 2), identity_quat()},
               ShapeType::kCylinder, dvec3(0.1, 0.2, 0), material);
  Scene scene = builder.build();
  scene.shapes[static_cast<std::size_t>(hidden.index)].visible = false;
  for (Shape& shape : scene.shapes) {
    if (shape.body == ghost) shape.visible = false;
  }
  const auto points = seed_track_points(scene, kKey, kMany);
  double on_small = 0.0;
  double on_pair = 0.0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const int want[] = {0, 1, 3};
    CHECK(points[i].body.index == want[i % 3]);
    CHECK(points[i].shape != hidden);
    if (points[i].body == pair) ++on_pair;
    if (points[i].shape == small) ++on_small;
    if (points[i].shape == small) CHECK(points[i].part == 3);
    if (points[i].body.index == 0) CHECK_FALSE(points[i].one_sided);
  }
  CHECK(on_pair == kMany / 3);
  CHECK(is_share(on_small, on_pair, 0.2));  // a radius half as large is a quarter of the area
  // The same points for the same key, others for others, and fewer are the first of more.
  const auto again = seed_track_points(scene, kKey, 100);
  const auto other = seed_track_points(scene, {7, 4}, 100);
  for (std::size_t i = 0; i < again.size(); ++i) {
    CHECK(again[i].in_body == points[i].in_body);
    CHECK(other[i].in_body != points[i].in_body);
  }
  for (Shape& shape : scene.shapes) shape.visible = false;
  CHECK(seed_track_points(scene, kKey, 10).empty());
}

TEST_CASE(
    "an endless plane has its points about what stands on it, a bounded one within its borders") {
  SceneBuilder builder;
  const MaterialId material = builder.material(0.5, 0.0);
  builder.floor(material);
  builder.body("long", Motion::kDynamic, {dvec3(3, 1, 1), identity_quat()}, ShapeType::kBox,
               dvec3(2, 0.5, 0.1), material);
  Scene scene = builder.build();
  const auto reach = [&](dvec2& lower, dvec2& upper) {
    lower = dvec2(1e9);
    upper = dvec2(-1e9);
    for (const TrackPoint& point : seed_track_points(scene, kKey, kMany)) {
      if (point.body.index != 0) continue;
      CHECK(point.in_body.z == 0.0);
      lower = glm::min(lower, dvec2(point.in_body));
      upper = glm::max(upper, dvec2(point.in_body));
    }
  };
  dvec2 lower, upper;
  reach(lower, upper);  // bounds 1..5 by 0.5..1.5, widened by 2
  CHECK(glm::length(lower - dvec2(-1, -1.5)) < 0.02);
  CHECK(glm::length(upper - dvec2(7, 3.5)) < 0.02);
  scene.shapes[0].size = dvec3(2, 3, 0);
  reach(lower, upper);
  CHECK(glm::length(lower - dvec2(-1, -1.5)) < 0.02);
  CHECK(glm::length(upper - dvec2(2, 3)) < 0.02);
  scene.shapes[1].visible = false;  // nothing else is drawn
  reach(lower, upper);
  CHECK(glm::length(lower - dvec2(-1)) < 0.02);
  CHECK(glm::length(upper - dvec2(1)) < 0.02);
}

TEST_CASE(
    "points move with their body, are projected by K, and rays are asked only where they could be "
    "seen") {
  SceneBuilder builder;
  builder.body("box", Motion::kDynamic, {dvec3(0, 0, 0), identity_quat()}, ShapeType::kBox,
               dvec3(0.1, 0.2, 0.3), builder.material(0.5, 0.0));
  builder.camera("main", look_at({0, -2, 0}, {0, 0, 0}), 100, 60, 0.6);
  const Scene scene = builder.build();
  State start = initial_state(scene);
  State moved = start;
  moved.bodies[0].world_from_body = {dvec3(0.2, 0, 0.1), glm::angleAxis(0.4, dvec3(0, 0, 1))};
  State behind = start;
  behind.bodies[0].world_from_body.position = dvec3(0, -4, 0);
  State aside = start;
  aside.bodies[0].world_from_body.position = dvec3(50, 0, 0);
  const std::vector<State> states = {start, moved, behind, aside};
  const std::vector<CameraId> cameras = {CameraId(), CameraId(0)};
  const auto points = seed_track_points(scene, kKey, 200);
  Everywhere all(true);
  const auto labels = label_tracks(scene, states, cameras, points, all);
  REQUIRE(labels.ok());
  CHECK(labels->views[0].image.empty());
  const TrackView& view = labels->views[1];
  const Intrinsics& k = scene.cameras[0].intrinsics;
  std::size_t facing = 0;
  for (std::size_t row = 0; row < states.size(); ++row) {
    for (std::size_t i = 0; i < points.size(); ++i) {
      const std::size_t at = row * points.size() + i;
      const Pose& pose = states[row].bodies[0].world_from_body;
      const dvec3 world = pose.transform_point(points[i].in_body);
      CHECK(glm::length(labels->world[at] - world) < 1e-12);
      if (row >= 2) {
        CHECK(view.image[at] == kNotInView);
        CHECK(view.visible[at] == 0);
        continue;
      }
      const dvec2 want(k.fx_px * world.x / (world.y + 2) + k.cx_px,
                       k.fy_px * -world.z / (world.y + 2) + k.cy_px);
      CHECK(glm::length(view.image[at] - want) < 1e-9);
      const bool faces =
          glm::dot(pose.rotate(points[i].normal_in_body), world - dvec3(0, -2, 0)) < 0.0;
      CHECK(view.visible[at] == (faces ? 1 : 0));
      facing += faces ? 1 : 0;
    }
  }
  CHECK(all.asked == facing);
  CHECK(facing > 50);
  Everywhere none(false);
  const auto dark = label_tracks(scene, states, cameras, points, none);
  REQUIRE(dark.ok());
  CHECK(std::count(dark->views[1].visible.begin(), dark->views[1].visible.end(), 1) == 0);
  CHECK(dark->views[1].image == view.image);
}

}  // namespace
}  // namespace diorama
