#include "engine/scene/shape.h"

#include <cmath>
#include <numbers>

#include "engine/core/check.h"

namespace diorama {
namespace {

double signed_mesh_volume(const Mesh& mesh) {
  double six_volumes = 0.0;
  for (const auto& t : mesh.triangles) {
    six_volumes += glm::dot(mesh.positions[t[0]], glm::cross(mesh.positions[t[1]], mesh.positions[t[2]]));
  }
  return six_volumes / 6.0;
}

}  // namespace

Bounds shape_bounds(const Shape& shape, const Mesh* mesh) {
  const dvec3& s = shape.size;
  dvec3 half(0.0);
  switch (shape.type) {
    case ShapeType::kPlane:
      half = {s.x > 0 ? s.x : kDrawnPlaneHalfExtentM, s.y > 0 ? s.y : kDrawnPlaneHalfExtentM, 0.0};
      break;
    case ShapeType::kBox:
    case ShapeType::kEllipsoid:
      half = s;
      break;
    case ShapeType::kSphere:
      half = dvec3(s.x);
      break;
    case ShapeType::kCapsule:
      half = {s.x, s.x, s.y + s.x};
      break;
    case ShapeType::kCylinder:
      half = {s.x, s.x, s.y};
      break;
    case ShapeType::kMesh: {
      DIORAMA_CHECK(mesh != nullptr && !mesh->positions.empty());
      Bounds bounds{mesh->positions[0], mesh->positions[0]};
      for (const dvec3& p : mesh->positions) {
        bounds.lower = glm::min(bounds.lower, p);
        bounds.upper = glm::max(bounds.upper, p);
      }
      return bounds;
    }
  }
  return {-half, half};
}

double shape_volume(const Shape& shape, const Mesh* mesh) {
  constexpr double kPi = std::numbers::pi;
  const dvec3& s = shape.size;
  switch (shape.type) {
    case ShapeType::kPlane:
      return 0.0;
    case ShapeType::kBox:
      return 8.0 * s.x * s.y * s.z;
    case ShapeType::kEllipsoid:
      return 4.0 / 3.0 * kPi * s.x * s.y * s.z;
    case ShapeType::kSphere:
      return 4.0 / 3.0 * kPi * s.x * s.x * s.x;
    case ShapeType::kCapsule:
      return 4.0 / 3.0 * kPi * s.x * s.x * s.x + 2.0 * kPi * s.x * s.x * s.y;
    case ShapeType::kCylinder:
      return 2.0 * kPi * s.x * s.x * s.y;
    case ShapeType::kMesh:
      DIORAMA_CHECK(mesh != nullptr);
      return signed_mesh_volume(*mesh);
  }
  return 0.0;
}

}  // namespace diorama
