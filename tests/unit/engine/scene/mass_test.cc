#include <cmath>
#include <numbers>
#include <vector>

#include <doctest/doctest.h>

#include "engine/scene/shape.h"

namespace diorama {
namespace {

Shape make_shape(ShapeType type, dvec3 size) {
  Shape shape;
  shape.type = type;
  shape.size = size;
  return shape;
}

// A box of half extents h as a closed mesh.
Mesh box_mesh(const dvec3& h, const dvec3& center) {
  Mesh mesh;
  for (int i = 0; i < 8; ++i) {
    mesh.positions.push_back(center + dvec3((i & 1) != 0 ? h.x : -h.x, (i & 2) != 0 ? h.y : -h.y, (i & 4) != 0 ? h.z : -h.z));
  }
  mesh.triangles = {{0, 2, 1}, {1, 2, 3}, {4, 5, 6}, {5, 7, 6}, {0, 1, 4}, {1, 5, 4},
                    {2, 6, 3}, {3, 6, 7}, {0, 4, 2}, {2, 4, 6}, {1, 3, 5}, {3, 7, 5}};
  return mesh;
}

// The moments of inertia of a solid of revolution about z, by summing thin discs: an independent way.
dvec3 inertia_of_revolution(double (*radius_at)(double), double z_max, double density) {
  constexpr int kSlices = 200000;
  const double dz = 2.0 * z_max / kSlices;
  dvec3 total(0.0);
  for (int i = 0; i < kSlices; ++i) {
    const double z = -z_max + (i + 0.5) * dz;
    const double r = radius_at(z);
    const double dm = density * std::numbers::pi * r * r * dz;
    total.z += 0.5 * dm * r * r;
    total.x += dm * (0.25 * r * r + z * z);
  }
  total.y = total.x;
  return total;
}

TEST_CASE("a capsule's inertia equals the sum of its discs") {
  // radius 0.3, half length 0.5
  const auto radius = [](double z) {
    const double beyond = std::max(0.0, std::abs(z) - 0.5);
    return std::sqrt(std::max(0.0, 0.09 - beyond * beyond));
  };
  const dvec3 expected = inertia_of_revolution(+radius, 0.8, 700.0);
  const auto mass = shape_mass(make_shape(ShapeType::kCapsule, {0.3, 0.5, 0}), nullptr, 700.0);
  REQUIRE(mass.ok());
  for (int k = 0; k < 3; ++k) CHECK(mass->principal_inertia[k] == doctest::Approx(expected[k]).epsilon(1e-6));
}

TEST_CASE("cylinder and sphere inertia equal the sum of their discs") {
  const dvec3 cylinder = inertia_of_revolution(+[](double) { return 0.2; }, 0.4, 1000.0);
  const auto mass = shape_mass(make_shape(ShapeType::kCylinder, {0.2, 0.4, 0}), nullptr, 1000.0);
  for (int k = 0; k < 3; ++k) CHECK(mass->principal_inertia[k] == doctest::Approx(cylinder[k]).epsilon(1e-6));
  const dvec3 sphere =
      inertia_of_revolution(+[](double z) { return std::sqrt(std::max(0.0, 0.25 - z * z)); }, 0.5, 1000.0);
  const auto ball = shape_mass(make_shape(ShapeType::kSphere, {0.5, 0, 0}), nullptr, 1000.0);
  for (int k = 0; k < 3; ++k) CHECK(ball->principal_inertia[k] == doctest::Approx(sphere[k]).epsilon(1e-6));
}

TEST_CASE("a box as a mesh has the mass, centre and inertia of the box") {
  const dvec3 half(0.2, 0.3, 0.5);
  const dvec3 center(1.0, -2.0, 0.5);
  const Mesh mesh = box_mesh(half, center);
  const auto box = shape_mass(make_shape(ShapeType::kBox, half), nullptr, 800.0);
  const auto same = shape_mass(make_shape(ShapeType::kMesh, {}), &mesh, 800.0);
  REQUIRE(same.ok());
  CHECK(same->mass_kg == doctest::Approx(box->mass_kg));
  CHECK(glm::length(same->body_from_inertia.position - center) < 1e-9);
  for (int k = 0; k < 3; ++k) CHECK(same->principal_inertia[k] == doctest::Approx(box->principal_inertia[k]).epsilon(1e-9));
}

TEST_CASE("an open or inside-out mesh has no mass and says so") {
  Mesh open = box_mesh({1, 1, 1}, {0, 0, 0});
  open.triangles.resize(1);
  CHECK_FALSE(shape_mass(make_shape(ShapeType::kMesh, {}), &open, 1.0).ok());
  Mesh inverted = box_mesh({1, 1, 1}, {0, 0, 0});
  for (auto& t : inverted.triangles) std::swap(t[0], t[1]);
  const auto mass = shape_mass(make_shape(ShapeType::kMesh, {}), &inverted, 1.0);
  CHECK_FALSE(mass.ok());
  CHECK(mass.status().code() == Code::kInvalidInput);
}

TEST_CASE("two half boxes make the whole box, wherever they are turned to") {
  const auto half_box = shape_mass(make_shape(ShapeType::kBox, {0.25, 0.4, 0.6}), nullptr, 500.0);
  const auto whole = shape_mass(make_shape(ShapeType::kBox, {0.5, 0.4, 0.6}), nullptr, 500.0);
  const Pose turned{{0.3, 0.2, -1.0}, glm::angleAxis(0.9, glm::normalize(dvec3(1, 2, -1)))};
  const std::vector<MassProperties> parts = {
      transform_mass(turned * Pose{{-0.25, 0, 0}, identity_quat()}, *half_box),
      transform_mass(turned * Pose{{0.25, 0, 0}, identity_quat()}, *half_box)};
  const MassProperties sum = combine_mass(parts);
  CHECK(sum.mass_kg == doctest::Approx(whole->mass_kg));
  CHECK(glm::length(sum.body_from_inertia.position - turned.position) < 1e-12);
  // Compare the tensors in the common frame: the order of principal axes is free.
  const auto tensor = [](const MassProperties& m) {
    const dmat3 r = glm::mat3_cast(m.body_from_inertia.rotation);
    const dvec3& i = m.principal_inertia;
    return r * dmat3(i.x, 0, 0, 0, i.y, 0, 0, 0, i.z) * glm::transpose(r);
  };
  const dmat3 difference = tensor(sum) - tensor(transform_mass(turned, *whole));
  for (int c = 0; c < 3; ++c) CHECK(glm::length(difference[c]) < 1e-9);
}

TEST_CASE("a plane has no mass") {
  CHECK_FALSE(shape_mass(make_shape(ShapeType::kPlane, {}), nullptr, 1000.0).ok());
}

TEST_CASE("normals of a box mesh are split at its edges and point outward") {
  const Mesh mesh = with_normals(box_mesh({1, 1, 1}, {0, 0, 0}));
  CHECK(mesh.positions.size() == 24);
  for (std::size_t v = 0; v < mesh.positions.size(); ++v) {
    CHECK(glm::length(mesh.normals[v]) == doctest::Approx(1.0));
    CHECK(glm::dot(mesh.normals[v], mesh.positions[v]) == doctest::Approx(1.0));
  }
}

}  // namespace
}  // namespace diorama
