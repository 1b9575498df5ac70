// Mass properties of shapes and of rigid assemblies.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>
#include <utility>
#include <vector>

#include "engine/core/check.h"
#include "engine/core/text.h"
#include "engine/scene/shape.h"

namespace diorama {
namespace {

struct Eigen {
  dvec3 values;
  dmat3 vectors;  // columns, right-handed
};

// Eigenvalues and vectors of a symmetric 3x3 matrix by cyclic Jacobi rotations (Golub & Van Loan, section 8.5).
Eigen symmetric_eigen(dmat3 a) {
  dmat3 v(1.0);
  const double scale = std::max({std::abs(a[0][0]), std::abs(a[1][1]), std::abs(a[2][2])});
  for (int sweep = 0; sweep < 50; ++sweep) {
    const double off = std::abs(a[0][1]) + std::abs(a[0][2]) + std::abs(a[1][2]);
    if (off <= 1e-16 * scale) break;
    for (int p = 0; p < 2; ++p) {
      for (int q = p + 1; q < 3; ++q) {
        if (a[p][q] == 0.0) continue;
        const double theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
        const double t = (theta >= 0 ? 1.0 : -1.0) / (std::abs(theta) + std::sqrt(theta * theta + 1.0));
        const double c = 1.0 / std::sqrt(t * t + 1.0);
        dmat3 rotation(1.0);
        rotation[p][p] = c;
        rotation[q][q] = c;
        rotation[q][p] = t * c;  // column q, row p
        rotation[p][q] = -t * c;
        a = glm::transpose(rotation) * a * rotation;
        v = v * rotation;
      }
    }
  }
  if (glm::determinant(v) < 0) v[2] = -v[2];
  return {{a[0][0], a[1][1], a[2][2]}, v};
}

dmat3 outer(const dvec3& a, const dvec3& b) { return glm::outerProduct(a, b); }

// The inertia tensor about the frame's origin.
dmat3 inertia_about_origin(const MassProperties& mass) {
  const dmat3 r = glm::mat3_cast(mass.body_from_inertia.rotation);
  const dvec3& i = mass.principal_inertia;
  const dmat3 about_com = r * dmat3(i.x, 0, 0, 0, i.y, 0, 0, 0, i.z) * glm::transpose(r);
  const dvec3& c = mass.body_from_inertia.position;
  return about_com + mass.mass_kg * (glm::dot(c, c) * dmat3(1.0) - outer(c, c));
}

MassProperties from_origin_inertia(double mass_kg, const dvec3& com, const dmat3& about_origin) {
  const dmat3 about_com = about_origin - mass_kg * (glm::dot(com, com) * dmat3(1.0) - outer(com, com));
  const double scale = std::max({about_com[0][0], about_com[1][1], about_com[2][2]});
  const double off = std::abs(about_com[0][1]) + std::abs(about_com[0][2]) + std::abs(about_com[1][2]);
  MassProperties result;
  result.mass_kg = mass_kg;
  result.body_from_inertia.position = com;
  if (off <= 1e-12 * scale) {  // axes stay as they are where they already are principal
    result.principal_inertia = {about_com[0][0], about_com[1][1], about_com[2][2]};
    return result;
  }
  const Eigen eigen = symmetric_eigen(about_com);
  result.principal_inertia = eigen.values;
  result.body_from_inertia.rotation = glm::normalize(glm::quat_cast(eigen.vectors));
  return result;
}

/// True if every edge is walked once in each direction; vertices at the same place count as one.
bool is_closed(const Mesh& mesh) {
  std::map<std::array<double, 3>, int> place_index;
  std::vector<int> place(mesh.positions.size());
  for (std::size_t v = 0; v < mesh.positions.size(); ++v) {
    const dvec3& p = mesh.positions[v];
    place[v] = place_index.try_emplace({p.x, p.y, p.z}, static_cast<int>(place_index.size())).first->second;
  }
  std::map<std::pair<int, int>, int> walked;  // edge (low, high) -> times upward minus times downward
  for (const auto& t : mesh.triangles) {
    for (int k = 0; k < 3; ++k) {
      const int from = place[t[k]];
      const int to = place[t[(k + 1) % 3]];
      if (from != to) walked[std::minmax(from, to)] += from < to ? 1 : -1;
    }
  }
  return std::all_of(walked.begin(), walked.end(), [](const auto& edge) { return edge.second == 0; });
}

// F. Tonon, "Explicit exact formulas for the 3-D tetrahedron inertia tensor", J. Math. Stat. 1 (2004), with
// one vertex of every tetrahedron at the origin.
Result<MassProperties> mesh_mass(const Mesh& mesh, double density) {
  double volume = 0.0;
  dvec3 first(0.0);
  dmat3 second(0.0);  // integral of x x^T
  for (const auto& t : mesh.triangles) {
    const dvec3& a = mesh.positions[t[0]];
    const dvec3& b = mesh.positions[t[1]];
    const dvec3& c = mesh.positions[t[2]];
    const double v = glm::dot(a, glm::cross(b, c)) / 6.0;
    volume += v;
    first += v * (a + b + c) / 4.0;
    const dvec3 sum = a + b + c;
    second += (v / 20.0) * (outer(sum, sum) + outer(a, a) + outer(b, b) + outer(c, c));
  }
  if (!is_closed(mesh) || !(volume > 0.0)) {
    return invalid_input("mesh '" + (mesh.source.empty() ? mesh.name : mesh.source) + "' " +
                         (volume > 0.0 ? std::string("is not closed")
                                       : "encloses a volume of " + format_number(volume) + " m^3") +
                         ": its mass needs a closed surface with counter-clockwise triangles; repair the file, or "
                         "let the mesh be a ghost and give the body primitive shapes");
  }
  const double mass = density * volume;
  const dmat3 moments = density * second;
  const double trace = moments[0][0] + moments[1][1] + moments[2][2];
  return from_origin_inertia(mass, first / volume, trace * dmat3(1.0) - moments);
}

}  // namespace

Result<MassProperties> shape_mass(const Shape& shape, const Mesh* mesh, double density_kg_m3) {
  const dvec3& s = shape.size;
  MassProperties mass;
  mass.mass_kg = density_kg_m3 * (shape.type == ShapeType::kMesh ? 0.0 : shape_volume(shape, nullptr));
  const double m = mass.mass_kg;
  switch (shape.type) {
    case ShapeType::kPlane:
      return invalid_input("shape '" + shape.name + "' is a plane, which has no mass: make its body STATIC");
    case ShapeType::kBox:
      mass.principal_inertia = m / 3.0 * dvec3(s.y * s.y + s.z * s.z, s.x * s.x + s.z * s.z, s.x * s.x + s.y * s.y);
      return mass;
    case ShapeType::kEllipsoid:
      mass.principal_inertia = m / 5.0 * dvec3(s.y * s.y + s.z * s.z, s.x * s.x + s.z * s.z, s.x * s.x + s.y * s.y);
      return mass;
    case ShapeType::kSphere:
      mass.principal_inertia = dvec3(0.4 * m * s.x * s.x);
      return mass;
    case ShapeType::kCylinder: {
      const double across = m * (s.x * s.x / 4.0 + s.y * s.y / 3.0);
      mass.principal_inertia = {across, across, 0.5 * m * s.x * s.x};
      return mass;
    }
    case ShapeType::kCapsule: {
      // A cylinder and two half spheres, each about the capsule's centre by the parallel axis theorem.
      const double r = s.x;
      const double h = s.y;
      const double cylinder = density_kg_m3 * 2.0 * std::numbers::pi * r * r * h;
      const double ball = m - cylinder;
      const double along = 0.5 * cylinder * r * r + 0.4 * ball * r * r;
      const double across = cylinder * (r * r / 4.0 + h * h / 3.0) +
                            ball * (0.4 * r * r + h * h + 0.75 * h * r);
      mass.principal_inertia = {across, across, along};
      return mass;
    }
    case ShapeType::kMesh:
      DIORAMA_CHECK(mesh != nullptr);
      return mesh_mass(*mesh, density_kg_m3);
  }
  return mass;
}

MassProperties combine_mass(std::span<const MassProperties> parts) {
  if (parts.size() == 1) return parts[0];
  double mass = 0.0;
  dvec3 first(0.0);
  dmat3 inertia(0.0);
  for (const MassProperties& part : parts) {
    mass += part.mass_kg;
    first += part.mass_kg * part.body_from_inertia.position;
    inertia += inertia_about_origin(part);
  }
  if (mass <= 0.0) return {};
  return from_origin_inertia(mass, first / mass, inertia);
}

MassProperties transform_mass(const Pose& a_from_b, const MassProperties& mass) {
  MassProperties result = mass;
  result.body_from_inertia = a_from_b * mass.body_from_inertia;
  return result;
}

MassProperties with_mass(const MassProperties& mass, double mass_kg) {
  DIORAMA_CHECK(mass.mass_kg > 0.0);
  MassProperties result = mass;
  result.principal_inertia *= mass_kg / mass.mass_kg;
  result.mass_kg = mass_kg;
  return result;
}

}  // namespace diorama
