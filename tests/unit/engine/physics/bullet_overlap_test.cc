#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <numbers>

#include "engine/core/rng.h"
#include "engine/physics/bullet/bullet_world.h"
#include "tests/support/scene_builder.h"

namespace diorama {
namespace {

constexpr double kDistanceErrorM = 1e-4;

Pose at(double x, double y, double z) { return {dvec3(x, y, z), identity_quat()}; }

/// Distance of two shapes at two poses, by the checker.
double distance(ShapeType type_a, dvec3 size_a, const Pose& pose_a, ShapeType type_b, dvec3 size_b,
                const Pose& pose_b) {
  SceneBuilder builder;
  const MaterialId material = builder.material(0.5, 0.0);
  const Motion motion = type_a == ShapeType::kPlane ? Motion::kStatic : Motion::kDynamic;
  const BodyId a = builder.body("a", motion, at(0, 0, 0), type_a, size_a, material);
  const BodyId b = builder.body("b", Motion::kDynamic, at(0, 0, 0), type_b, size_b, material);
  const Scene scene = builder.build();
  const auto checker = make_bullet_overlap();
  checker->place(scene, a, pose_a);
  const auto touch = checker->nearest(scene, b, pose_b, 10.0);
  REQUIRE(touch.has_value());
  CHECK(touch->body == a);
  return touch->distance_m;
}

void check_distance(double got, double expected) {
  CHECK(std::abs(got - expected) < kDistanceErrorM);
}

TEST_CASE("Distances between primitives are right, apart and overlapping") {
  const dvec3 box(0.1, 0.2, 0.3);
  const dvec3 round(0.1, 0.2, 0.0);
  for (const double gap : {1.0, 0.05, 1e-3, -1e-3, -0.03}) {
    CAPTURE(gap);
    using S = ShapeType;
    check_distance(distance(S::kSphere, {0.1, 0, 0}, at(0, 0, 0), S::kSphere, {0.2, 0, 0},
                            at(0.3 + gap, 0, 0)),
                   gap);
    check_distance(distance(S::kBox, box, at(0, 0, 0), S::kBox, box, at(0.2 + gap, 0.1, 0)), gap);
    check_distance(
        distance(S::kBox, box, at(0, 0, 0), S::kSphere, {0.05, 0, 0}, at(0, 0, 0.35 + gap)), gap);
    check_distance(distance(S::kCylinder, round, at(0, 0, 0), S::kBox, box, at(0, 0, 0.5 + gap)),
                   gap);
    check_distance(
        distance(S::kCylinder, round, at(0, 0, 0), S::kCylinder, round, at(0.2 + gap, 0, 0)), gap);
    check_distance(distance(S::kCapsule, round, at(0, 0, 0), S::kBox, box, at(0, 0, 0.6 + gap)),
                   gap);
    check_distance(
        distance(S::kCapsule, round, at(0, 0, 0), S::kCapsule, round, at(0, 0.2 + gap, 0.1)), gap);
    check_distance(distance(S::kEllipsoid, box, at(0, 0, 0), S::kBox, box, at(0, 0, 0.6 + gap)),
                   gap);
    check_distance(
        distance(S::kEllipsoid, box, at(0, 0, 0), S::kSphere, {0.1, 0, 0}, at(0.2 + gap, 0, 0)),
        gap);
    check_distance(
        distance(S::kPlane, dvec3(0.0), at(0, 0, 1), S::kBox, box, at(40, -30, 1.3 + gap)), gap);
    check_distance(
        distance(S::kPlane, dvec3(0.0), at(0, 0, 1), S::kCylinder, round, at(0, 0, 1.2 + gap)),
        gap);
    check_distance(
        distance(S::kPlane, dvec3(0.0), at(0, 0, 1), S::kSphere, {0.1, 0, 0}, at(0, 0, 1.1 + gap)),
        gap);
  }
}

TEST_CASE("Corner to face and edge to edge distances are those of sharp boxes") {
  const dvec3 half(0.1);
  // A cube standing on its corner above a cube's face: half diagonal 0.1 sqrt 3.
  const dquat on_corner =
      glm::angleAxis(std::atan(std::sqrt(2.0)), glm::normalize(dvec3(1, -1, 0)));
  const double height = 0.1 + 0.1 * std::sqrt(3.0) + 0.01;
  check_distance(distance(ShapeType::kBox, half, at(0, 0, 0), ShapeType::kBox, half,
                          {dvec3(0, 0, height), on_corner}),
                 0.01);
  const dquat on_edge = glm::angleAxis(0.25 * std::numbers::pi, dvec3(1, 0, 0));
  const double edge = 0.1 + 0.1 * std::sqrt(2.0) + 0.02;
  check_distance(distance(ShapeType::kBox, half, at(0, 0, 0), ShapeType::kBox, half,
                          {dvec3(0, 0, edge), on_edge}),
                 0.02);
}

TEST_CASE("Only what is nearer than the clearance counts, and the nearest wins") {
  SceneBuilder builder;
  const MaterialId material = builder.material(0.5, 0.0);
  std::vector<BodyId> balls;
  for (int i = 0; i < 3; ++i) {
    balls.push_back(builder.body("ball" + std::to_string(i), Motion::kDynamic, at(0, 0, 0),
                                 ShapeType::kSphere, dvec3(0.1), material));
  }
  const Scene scene = builder.build();
  const auto checker = make_bullet_overlap();
  CHECK(!checker->nearest(scene, balls[2], at(0, 0, 0), 1.0).has_value());
  checker->place(scene, balls[0], at(0, 0, 0));
  checker->place(scene, balls[1], at(1, 0, 0));
  const auto touch = checker->nearest(scene, balls[2], at(0.6, 0, 0), 1.0);
  REQUIRE(touch.has_value());
  CHECK(touch->body == balls[1]);
  CHECK(touch->distance_m == doctest::Approx(0.2));
  CHECK(!checker->nearest(scene, balls[2], at(0.5, 0, 0), 0.29).has_value());
  CHECK(checker->nearest(scene, balls[2], at(0.19, 0, 0), 0.0).has_value());
  CHECK(!checker->nearest(scene, balls[2], at(0.19, 0, 0), -0.02).has_value());
}

TEST_CASE("All parts of a compound body count, by their own poses, but not what does not collide") {
  SceneBuilder builder;
  const MaterialId material = builder.material(0.5, 0.0);
  const BodyId dumbbell = builder.body("dumbbell", Motion::kDynamic, at(0, 0, 0),
                                       ShapeType::kSphere, dvec3(0.1), material);
  builder.add_shape(dumbbell, at(1, 0, 0), ShapeType::kSphere, dvec3(0.2), material);
  builder.add_shape(dumbbell, at(0.5, 0, 0), ShapeType::kBox, dvec3(5.0), material);
  builder.scene().shapes.back().collides = false;
  const BodyId ball =
      builder.body("ball", Motion::kDynamic, at(0, 0, 0), ShapeType::kSphere, dvec3(0.1), material);
  const Scene scene = builder.build();
  const auto checker = make_bullet_overlap();
  // Turned by 90 degrees about z: the large end is at (2, 4, 0).
  checker->place(scene, dumbbell,
                 {dvec3(2, 3, 0), glm::angleAxis(0.5 * std::numbers::pi, dvec3(0, 0, 1))});
  const auto touch = checker->nearest(scene, ball, at(2, 4.5, 0), 1.0);
  REQUIRE(touch.has_value());
  CHECK(touch->distance_m == doctest::Approx(0.2).epsilon(1e-6));
}

TEST_CASE("A mesh counts as its convex hull") {
  auto mesh = std::make_shared<Mesh>();
  mesh->name = "tetrahedron";
  mesh->positions = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  mesh->triangles = {{0, 2, 1}, {0, 1, 3}, {0, 3, 2}, {1, 2, 3}};
  SceneBuilder builder;
  const MaterialId material = builder.material(0.5, 0.0);
  const BodyId body =
      builder.body("mesh", Motion::kStatic, at(0, 0, 0), ShapeType::kBox, dvec3(0.1), material);
  builder.scene().meshes.push_back(mesh);
  builder.scene().shapes[0].type = ShapeType::kMesh;
  builder.scene().shapes[0].mesh = MeshId(0);
  const BodyId ball =
      builder.body("ball", Motion::kDynamic, at(0, 0, 0), ShapeType::kSphere, dvec3(0.1), material);
  const Scene scene = builder.scene();
  const auto checker = make_bullet_overlap();
  checker->place(scene, body, at(0, 0, 0));
  // Along the normal of the slanted face, whose centre is (1, 1, 1) / 3.
  const double off = (0.1 + 0.05) / std::sqrt(3.0);
  const auto touch =
      checker->nearest(scene, ball, at(1.0 / 3 + off, 1.0 / 3 + off, 1.0 / 3 + off), 1.0);
  REQUIRE(touch.has_value());
  check_distance(touch->distance_m, 0.05);
}

TEST_CASE("Hundreds of placed bodies stay fast") {
  SceneBuilder builder;
  const MaterialId material = builder.material(0.5, 0.0);
  std::vector<BodyId> boxes;
  for (int i = 0; i < 300; ++i) {
    boxes.push_back(builder.body("box" + std::to_string(i), Motion::kDynamic, at(0, 0, 0),
                                 ShapeType::kBox, dvec3(0.05, 0.08, 0.1), material));
  }
  const Scene scene = builder.build();
  const auto checker = make_bullet_overlap();
  RandomStream stream({1, 2}, "test");
  const auto start = std::chrono::steady_clock::now();
  int queries = 0;
  for (const BodyId box : boxes) {
    Pose pose;
    do {
      pose.position = {stream.uniform(-1, 1), stream.uniform(-1, 1), stream.uniform(0, 2)};
      pose.rotation = stream.rotation();
      ++queries;
      REQUIRE(queries < 100000);
    } while (checker->nearest(scene, box, pose, 0.002));
    checker->place(scene, box, pose);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  MESSAGE("us per query: " << 1e6 * took.count() / queries << " over " << queries);
  CHECK(took.count() / queries < 1e-3);
}

}  // namespace
}  // namespace diorama
