#include "renderers/tessellate.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <utility>
#include <vector>

#include "engine/core/check.h"

namespace diorama {
namespace {

constexpr double kPi = std::numbers::pi;

using Triangles = std::vector<std::array<std::uint32_t, 3>>;

constexpr int kSegments = 32;  // About z.
constexpr int kBands = 16;     // From pole to pole.

std::uint32_t add_vertex(Mesh& mesh, const dvec3& position, const dvec3& normal) {
  mesh.positions.push_back(position);
  mesh.normals.push_back(normal);
  return static_cast<std::uint32_t>(mesh.positions.size() - 1);
}

/// A quad a, b, c, d counter-clockwise.
void add_quad(Triangles& triangles, std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  triangles.push_back({a, b, c});
  triangles.push_back({a, c, d});
}

dvec2 around(int index) {
  // The last column repeats the first one's position exactly, so that the surface closes.
  const double angle = 2.0 * kPi * (index % kSegments) / kSegments;
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
  add_quad(mesh.triangles, a, b, c, d);
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
      add_quad(mesh.triangles, corner[0], corner[1], corner[2], corner[3]);
    }
  }
  return mesh;
}

/// A ball of the given half axes, its halves moved apart along z by `half_length`. Rows of kSegments + 1 vertices
/// from the south pole up; a capsule has the equator twice, once on either half.
Mesh make_round(const dvec3& axes, double half_length) {
  Mesh mesh;
  const auto add_row = [&](int band, double shift) {
    const double polar = -kPi / 2.0 + kPi * band / kBands;
    const bool pole = band == 0 || band == kBands;
    const double ring = pole ? 0.0 : std::cos(polar);
    const double height = pole ? (band == 0 ? -1.0 : 1.0) : std::sin(polar);
    for (int i = 0; i <= kSegments; ++i) {
      const dvec2 direction = around(i);
      const dvec3 unit(ring * direction.x, ring * direction.y, height);
      // The normal of an ellipsoid is the gradient of its equation: position / axes^2.
      add_vertex(mesh, unit * axes + dvec3(0, 0, shift), glm::normalize(unit / axes));
    }
  };
  for (int band = 0; band <= kBands; ++band) {
    if (band <= kBands / 2) add_row(band, -half_length);
    if ((half_length > 0.0 && band == kBands / 2) || band > kBands / 2) add_row(band, half_length);
  }
  return mesh;
}

/// On the vertices of make_round, every `stride`-th segment and band.
Triangles ball_triangles(bool stretched, int stride) {
  std::vector<std::uint32_t> rows;
  for (int band = 0; band <= kBands; band += stride) {
    if (band <= kBands / 2) rows.push_back(static_cast<std::uint32_t>(band));
    if (stretched && band >= kBands / 2) rows.push_back(static_cast<std::uint32_t>(band + 1));
    if (!stretched && band > kBands / 2) rows.push_back(static_cast<std::uint32_t>(band));
  }
  Triangles triangles;
  const auto step = static_cast<std::uint32_t>(stride);
  for (std::size_t row = 0; row + 1 < rows.size(); ++row) {
    for (std::uint32_t i = 0; i < kSegments; i += step) {
      const std::uint32_t low = rows[row] * (kSegments + 1) + i;
      const std::uint32_t high = rows[row + 1] * (kSegments + 1) + i;
      if (row > 0) triangles.push_back({low, low + step, high + step});
      if (row + 2 < rows.size()) triangles.push_back({low, high + step, high});
    }
  }
  return triangles;
}

/// Pairs of the lower and the upper rim; then each cap's middle and rim.
Mesh make_cylinder(double radius, double half_length) {
  Mesh mesh;
  for (int i = 0; i <= kSegments; ++i) {
    const dvec2 direction = around(i);
    const dvec3 normal(direction, 0.0);
    add_vertex(mesh, {radius * direction.x, radius * direction.y, -half_length}, normal);
    add_vertex(mesh, {radius * direction.x, radius * direction.y, half_length}, normal);
  }
  for (const double cap : {-1.0, 1.0}) {
    const dvec3 normal(0, 0, cap);
    add_vertex(mesh, {0, 0, cap * half_length}, normal);
    for (int i = 0; i <= kSegments; ++i) {
      const dvec2 direction = around(i);
      add_vertex(mesh, {radius * direction.x, radius * direction.y, cap * half_length}, normal);
    }
  }
  return mesh;
}

/// On the vertices of make_cylinder, every `stride`-th segment.
Triangles cylinder_triangles(int stride) {
  Triangles triangles;
  const auto step = static_cast<std::uint32_t>(stride);
  for (std::uint32_t i = 0; i < kSegments; i += step) {
    add_quad(triangles, 2 * i, 2 * (i + step), 2 * (i + step) + 1, 2 * i + 1);
  }
  for (const std::uint32_t cap : {0U, 1U}) {
    const std::uint32_t center = 2 * (kSegments + 1) + cap * (kSegments + 2);
    for (std::uint32_t i = 0; i < kSegments; i += step) {
      const std::uint32_t from = center + 1 + i;
      const std::uint32_t to = from + step;
      triangles.push_back({center, cap == 1 ? from : to, cap == 1 ? to : from});
    }
  }
  return triangles;
}

/// None for shapes that are not round.
Triangles round_triangles(const Shape& shape, int stride) {
  switch (shape.type) {
    case ShapeType::kSphere:
    case ShapeType::kEllipsoid:
      return ball_triangles(false, stride);
    case ShapeType::kCapsule:
      return ball_triangles(shape.size.y > 0.0, stride);
    case ShapeType::kCylinder:
      return cylinder_triangles(stride);
    case ShapeType::kPlane:
    case ShapeType::kBox:
    case ShapeType::kMesh:
      break;
  }
  return {};
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

/// By an edge's positions, the lower number first: how many triangles go along it that way and the other.
using Edges = std::map<std::pair<int, int>, std::array<int, 2>>;

/// Of all triangles with three different positions.
Edges edges_of(const Mesh& mesh) {
  std::map<std::array<double, 3>, int> position_index;
  std::vector<int> welded(mesh.positions.size());
  for (std::size_t i = 0; i < mesh.positions.size(); ++i) {
    const dvec3& p = mesh.positions[i];
    const int next = static_cast<int>(position_index.size());
    // Adding 0.0 turns -0.0 into 0.0: both are one position.
    welded[i] = position_index.try_emplace({p.x + 0.0, p.y + 0.0, p.z + 0.0}, next).first->second;
  }
  Edges edges;
  for (const auto& triangle : mesh.triangles) {
    std::array<int, 3> corner{};
    for (std::size_t i = 0; i < 3; ++i) corner[i] = welded[triangle[i]];
    if (corner[0] == corner[1] || corner[1] == corner[2] || corner[2] == corner[0]) continue;
    for (std::size_t i = 0; i < 3; ++i) {
      const int from = corner[i], to = corner[(i + 1) % 3];
      ++edges[std::minmax(from, to)][from < to ? 0 : 1];
    }
  }
  return edges;
}

}  // namespace

Mesh tessellate(const Shape& shape, const Mesh* source) {
  Mesh mesh;
  switch (shape.type) {
    case ShapeType::kPlane:
      mesh = make_plane(shape);
      break;
    case ShapeType::kBox:
      mesh = make_box(shape.size);
      break;
    case ShapeType::kSphere:
      mesh = make_round(dvec3(shape.size.x), 0.0);
      break;
    case ShapeType::kEllipsoid:
      mesh = make_round(shape.size, 0.0);
      break;
    case ShapeType::kCapsule:
      mesh = make_round(dvec3(shape.size.x), shape.size.y);
      break;
    case ShapeType::kCylinder:
      mesh = make_cylinder(shape.size.x, shape.size.y);
      break;
    case ShapeType::kMesh:
      DIORAMA_CHECK(source != nullptr);
      mesh = source->normals.size() == source->positions.size() ? *source : with_normals(*source);
      break;
  }
  if (mesh.triangles.empty()) mesh.triangles = round_triangles(shape, 1);
  if (mesh.texcoords.size() != mesh.positions.size()) {
    mesh.texcoords.clear();
    add_planar_texcoords(mesh);
  }
  return mesh;
}

Triangles coarse_triangles(const Shape& shape) { return round_triangles(shape, 2); }

bool is_closed(const Mesh& mesh) {
  for (const auto& [edge, counts] : edges_of(mesh)) {
    if (counts != std::array<int, 2>{1, 1}) return false;
  }
  double six_volumes = 0.0;
  for (const auto& [a, b, c] : mesh.triangles) {
    six_volumes += glm::dot(mesh.positions[a], glm::cross(mesh.positions[b], mesh.positions[c]));
  }
  return six_volumes > 0.0;
}

bool has_border(const Mesh& mesh) {
  const Edges edges = edges_of(mesh);
  return std::any_of(edges.begin(), edges.end(), [](const auto& edge) { return edge.second[0] != edge.second[1]; });
}

}  // namespace diorama
