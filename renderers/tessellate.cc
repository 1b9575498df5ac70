#include "renderers/tessellate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>
#include <utility>

#include "engine/core/check.h"

namespace diorama {
namespace {

constexpr double kPi = std::numbers::pi;

/// Segments about z, and bands from pole to pole (even).
struct Detail {
  int segments;
  int bands;
};
constexpr Detail kFine{32, 16};
constexpr Detail kCoarse{16, 8};  // Its vertices are some of the fine ones: it lies inside.

std::uint32_t add_vertex(Mesh& mesh, const dvec3& position, const dvec3& normal) {
  mesh.positions.push_back(position);
  mesh.normals.push_back(normal);
  return static_cast<std::uint32_t>(mesh.positions.size() - 1);
}

/// A quad a, b, c, d counter-clockwise.
void add_quad(Mesh& mesh, std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  mesh.triangles.push_back({a, b, c});
  mesh.triangles.push_back({a, c, d});
}

dvec2 around(int index, int segments) {
  // The last column repeats the first one's position exactly, so that the surface closes.
  const double angle = 2.0 * kPi * (index % segments) / segments;
  return {std::cos(angle), std::sin(angle)};
}

Mesh make_plane(const Shape& shape) {
  const double x = shape.size.x > 0.0 ? shape.size.x : kDrawnPlaneHalfExtentM;
  const double y = shape.size.y > 0.0 ? shape.size.y : kDrawnPlaneHalfExtentM;
  Mesh mesh;
  const dvec3 up(0, 0, 1);
  const auto a = add_vertex(mesh, {-x, -y, 0}, up);
  const auto b = add_vertex(mesh, {x, -y, 0}, up);
  const auto c = add_vertex(mesh, {x, y, 0}, up);
  const auto d = add_vertex(mesh, {-x, y, 0}, up);
  add_quad(mesh, a, b, c, d);
  return mesh;
}

Mesh make_box(const dvec3& half) {
  Mesh mesh;
  for (int axis = 0; axis < 3; ++axis) {
    for (const double side : {-1.0, 1.0}) {
      dvec3 normal(0.0), u(0.0), v(0.0);
      normal[axis] = side;
      // u x v = normal keeps the winding outward.
      u[(axis + 1) % 3] = side;
      v[(axis + 2) % 3] = 1.0;
      std::array<std::uint32_t, 4> corner{};
      const std::array<dvec2, 4> signs{dvec2(-1, -1), dvec2(1, -1), dvec2(1, 1), dvec2(-1, 1)};
      for (int i = 0; i < 4; ++i) {
        corner[i] = add_vertex(mesh, (normal + u * signs[i].x + v * signs[i].y) * half, normal);
      }
      add_quad(mesh, corner[0], corner[1], corner[2], corner[3]);
    }
  }
  return mesh;
}

/// A ball of the given half axes, its halves moved apart along z by `half_length`.
Mesh make_round(const dvec3& axes, double half_length, Detail detail) {
  Mesh mesh;
  // Rows from the south pole up. A capsule has the equator twice, once on either half.
  std::vector<std::uint32_t> rows;
  const auto add_row = [&](int band, double shift) {
    const double polar = -kPi / 2.0 + kPi * band / detail.bands;
    const bool pole = band == 0 || band == detail.bands;
    const double ring = pole ? 0.0 : std::cos(polar);
    const double height = pole ? (band == 0 ? -1.0 : 1.0) : std::sin(polar);
    rows.push_back(static_cast<std::uint32_t>(mesh.positions.size()));
    for (int i = 0; i <= detail.segments; ++i) {
      const dvec2 direction = around(i, detail.segments);
      const dvec3 unit(ring * direction.x, ring * direction.y, height);
      // The normal of an ellipsoid is the gradient of its equation: position / axes^2.
      add_vertex(mesh, unit * axes + dvec3(0, 0, shift), glm::normalize(unit / axes));
    }
  };
  const bool stretched = half_length > 0.0;
  for (int band = 0; band <= detail.bands; ++band) {
    const int middle = detail.bands / 2;
    if (band <= middle) add_row(band, -half_length);
    if ((stretched && band == middle) || band > middle) add_row(band, half_length);
  }
  for (std::size_t row = 0; row + 1 < rows.size(); ++row) {
    for (int i = 0; i < detail.segments; ++i) {
      const std::uint32_t low = rows[row] + i;
      const std::uint32_t high = rows[row + 1] + i;
      if (row > 0) mesh.triangles.push_back({low, low + 1, high + 1});
      if (row + 2 < rows.size()) mesh.triangles.push_back({low, high + 1, high});
    }
  }
  return mesh;
}

Mesh make_cylinder(double radius, double half_length, int segments) {
  Mesh mesh;
  const auto side = static_cast<std::uint32_t>(0);
  for (int i = 0; i <= segments; ++i) {
    const dvec2 direction = around(i, segments);
    const dvec3 normal(direction, 0.0);
    add_vertex(mesh, {radius * direction.x, radius * direction.y, -half_length}, normal);
    add_vertex(mesh, {radius * direction.x, radius * direction.y, half_length}, normal);
  }
  for (int i = 0; i < segments; ++i) {
    const std::uint32_t low = side + 2 * i;
    add_quad(mesh, low, low + 2, low + 3, low + 1);
  }
  for (const double cap : {-1.0, 1.0}) {
    const dvec3 normal(0, 0, cap);
    const std::uint32_t center = add_vertex(mesh, {0, 0, cap * half_length}, normal);
    for (int i = 0; i <= segments; ++i) {
      const dvec2 direction = around(i, segments);
      add_vertex(mesh, {radius * direction.x, radius * direction.y, cap * half_length}, normal);
    }
    for (int i = 0; i < segments; ++i) {
      const std::uint32_t first = center + 1 + i;
      if (cap > 0.0) {
        mesh.triangles.push_back({center, first, first + 1});
      } else {
        mesh.triangles.push_back({center, first + 1, first});
      }
    }
  }
  return mesh;
}

void add_planar_texcoords(Mesh& mesh) {
  if (mesh.positions.empty()) return;
  dvec3 lower = mesh.positions[0], upper = mesh.positions[0];
  for (const dvec3& position : mesh.positions) {
    lower = glm::min(lower, position);
    upper = glm::max(upper, position);
  }
  const dvec3 extent = upper - lower;
  for (const dvec3& position : mesh.positions) {
    mesh.texcoords.emplace_back(extent.x > 0.0 ? (position.x - lower.x) / extent.x : 0.0,
                                extent.y > 0.0 ? (upper.y - position.y) / extent.y : 0.0);
  }
}

Mesh tessellate_with(const Shape& shape, const Mesh* source, Detail detail) {
  Mesh mesh;
  switch (shape.type) {
    case ShapeType::kPlane:
      mesh = make_plane(shape);
      break;
    case ShapeType::kBox:
      mesh = make_box(shape.size);
      break;
    case ShapeType::kSphere:
      mesh = make_round(dvec3(shape.size.x), 0.0, detail);
      break;
    case ShapeType::kEllipsoid:
      mesh = make_round(shape.size, 0.0, detail);
      break;
    case ShapeType::kCapsule:
      mesh = make_round(dvec3(shape.size.x), shape.size.y, detail);
      break;
    case ShapeType::kCylinder:
      mesh = make_cylinder(shape.size.x, shape.size.y, detail.segments);
      break;
    case ShapeType::kMesh:
      DIORAMA_CHECK(source != nullptr);
      mesh = source->normals.size() == source->positions.size() ? *source : with_normals(*source);
      break;
  }
  if (mesh.texcoords.size() != mesh.positions.size()) {
    mesh.texcoords.clear();
    add_planar_texcoords(mesh);
  }
  return mesh;
}

}  // namespace

Mesh tessellate(const Shape& shape, const Mesh* mesh) {
  return tessellate_with(shape, mesh, kFine);
}

Mesh tessellate_coarse(const Shape& shape, const Mesh* mesh) {
  return tessellate_with(shape, mesh, kCoarse);
}

bool is_closed(const Mesh& mesh) {
  std::map<std::array<double, 3>, int> position_index;
  std::vector<int> welded(mesh.positions.size());
  for (std::size_t i = 0; i < mesh.positions.size(); ++i) {
    const dvec3& p = mesh.positions[i];
    const int next = static_cast<int>(position_index.size());
    // Adding 0.0 turns -0.0 into 0.0: both are one position.
    welded[i] = position_index.try_emplace({p.x + 0.0, p.y + 0.0, p.z + 0.0}, next).first->second;
  }
  std::map<std::pair<int, int>, int> edges;
  double six_volumes = 0.0;
  for (const auto& triangle : mesh.triangles) {
    std::array<int, 3> corner{};
    for (int i = 0; i < 3; ++i) corner[i] = welded[triangle[i]];
    if (corner[0] == corner[1] || corner[1] == corner[2] || corner[2] == corner[0]) continue;
    for (int i = 0; i < 3; ++i) ++edges[{corner[i], corner[(i + 1) % 3]}];
    six_volumes += glm::dot(mesh.positions[triangle[0]],
                            glm::cross(mesh.positions[triangle[1]], mesh.positions[triangle[2]]));
  }
  for (const auto& [edge, count] : edges) {
    const auto twin = edges.find({edge.second, edge.first});
    if (count != 1 || twin == edges.end() || twin->second != 1) return false;
  }
  return six_volumes > 0.0;
}

}  // namespace diorama
