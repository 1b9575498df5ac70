#include "renderers/tessellate.h"

#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

namespace diorama {
namespace {

constexpr double kPi = std::numbers::pi;

double enclosed_volume(const Mesh& mesh) {
  double six = 0.0;
  for (const auto& t : mesh.triangles) {
    six += glm::dot(mesh.positions[t[0]], glm::cross(mesh.positions[t[1]], mesh.positions[t[2]]));
  }
  return six / 6.0;
}

Shape make(ShapeType type, dvec3 size) {
  Shape shape;
  shape.type = type;
  shape.size = size;
  return shape;
}

void check_normals(const Mesh& mesh) {
  for (const auto& t : mesh.triangles) {
    const dvec3 face = glm::cross(mesh.positions[t[1]] - mesh.positions[t[0]],
                                  mesh.positions[t[2]] - mesh.positions[t[0]]);
    REQUIRE(glm::length(face) > 0.0);
    for (const std::uint32_t v : t) {
      CHECK(glm::length(mesh.normals[v]) == doctest::Approx(1.0));
      CHECK(glm::dot(glm::normalize(face), mesh.normals[v]) > 0.5);
    }
  }
}

TEST_CASE("closed shapes have closed surfaces, outward normals and volumes near the true ones") {
  struct Row {
    Shape shape;
    double volume;
    double tolerance;  // What 32 segments cost; more for 16 bands.
  };
  const Row rows[] = {
      {make(ShapeType::kBox, {0.1, 0.2, 0.3}), 8 * 0.1 * 0.2 * 0.3, 1e-12},
      {make(ShapeType::kCylinder, {0.5, 0.7, 0}), kPi * 0.25 * 1.4, 0.01},
      {make(ShapeType::kSphere, {2, 0, 0}), 4.0 / 3.0 * kPi * 8, 0.02},
      {make(ShapeType::kEllipsoid, {1, 2, 0.5}), 4.0 / 3.0 * kPi, 0.02},
      {make(ShapeType::kCapsule, {0.3, 1.0, 0}), kPi * 0.09 * (2.0 + 4.0 / 3.0 * 0.3), 0.01}};
  for (const Row& row : rows) {
    const Mesh mesh = tessellate(row.shape, nullptr);
    CHECK(is_closed(mesh));
    Mesh coarse = mesh;
    coarse.triangles = coarse_triangles(row.shape);
    CHECK(coarse.triangles.empty() == (row.shape.type == ShapeType::kBox));
    if (!coarse.triangles.empty()) {
      CHECK(is_closed(coarse));
      CHECK(2 * coarse.triangles.size() <= mesh.triangles.size());
      CHECK(enclosed_volume(coarse) <= enclosed_volume(mesh));
    }
    CHECK(std::abs(enclosed_volume(mesh) / row.volume - 1.0) <= row.tolerance);
    CHECK(mesh.texcoords.size() == mesh.positions.size());
    check_normals(mesh);
  }
}

TEST_CASE("open, inside-out and single-sided surfaces are not closed") {
  Mesh box = tessellate(make(ShapeType::kBox, dvec3(1.0)), nullptr);
  Mesh inside_out = box;
  for (auto& t : inside_out.triangles) std::swap(t[1], t[2]);
  CHECK_FALSE(is_closed(inside_out));
  box.triangles.pop_back();
  CHECK_FALSE(is_closed(box));
  CHECK_FALSE(is_closed(tessellate(make(ShapeType::kPlane, dvec3(1.0)), nullptr)));
}

TEST_CASE("the top left of an image lies at -x, +y of a plane") {
  const Mesh plane = tessellate(make(ShapeType::kPlane, {2, 3, 0}), nullptr);
  for (std::size_t i = 0; i < plane.positions.size(); ++i) {
    CHECK(plane.texcoords[i].x == (plane.positions[i].x < 0 ? 0.0 : 1.0));
    CHECK(plane.texcoords[i].y == (plane.positions[i].y > 0 ? 0.0 : 1.0));
  }
}

TEST_CASE("a mesh comes through as it is") {
  const Mesh box = tessellate(make(ShapeType::kBox, dvec3(1.0)), nullptr);
  const Mesh same = tessellate(make(ShapeType::kMesh, dvec3(0.0)), &box);
  CHECK(same.positions == box.positions);
  CHECK(same.texcoords == box.texcoords);
}

}  // namespace
}  // namespace diorama
