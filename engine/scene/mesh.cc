#include "engine/scene/mesh.h"

#include <cmath>
#include <compare>
#include <map>
#include <tuple>

namespace diorama {
namespace {

struct PositionKey {
  double x, y, z;
  auto operator<=>(const PositionKey&) const = default;
};

}  // namespace

Mesh with_normals(const Mesh& mesh, double crease_angle_rad) {
  const std::size_t num_triangles = mesh.triangles.size();
  // Twice the area times the unit normal: summing these weights by area.
  std::vector<dvec3> face(num_triangles);
  std::map<PositionKey, std::vector<std::size_t>> faces_at;
  for (std::size_t t = 0; t < num_triangles; ++t) {
    const auto& [a, b, c] = mesh.triangles[t];
    face[t] = glm::cross(mesh.positions[b] - mesh.positions[a], mesh.positions[c] - mesh.positions[a]);
    for (const std::uint32_t v : mesh.triangles[t]) {
      const dvec3& p = mesh.positions[v];
      faces_at[{p.x, p.y, p.z}].push_back(t);
    }
  }

  const double least_cosine = std::cos(crease_angle_rad);
  Mesh result = mesh;
  result.positions.clear();
  result.normals.clear();
  result.texcoords.clear();
  using CornerKey = std::tuple<std::uint32_t, double, double, double>;
  std::map<CornerKey, std::uint32_t> corners;
  for (std::size_t t = 0; t < num_triangles; ++t) {
    const double own_length = glm::length(face[t]);
    for (int k = 0; k < 3; ++k) {
      const std::uint32_t v = mesh.triangles[t][k];
      const dvec3& p = mesh.positions[v];
      dvec3 sum(0.0);
      for (const std::size_t other : faces_at[{p.x, p.y, p.z}]) {
        const double lengths = own_length * glm::length(face[other]);
        if (lengths > 0.0 && glm::dot(face[t], face[other]) >= least_cosine * lengths) sum += face[other];
      }
      const double length = glm::length(sum);
      const dvec3 normal = length > 0.0 ? sum / length : dvec3(0, 0, 1);
      const auto [place, is_new] = corners.try_emplace(CornerKey{v, normal.x, normal.y, normal.z},
                                                       static_cast<std::uint32_t>(result.positions.size()));
      if (is_new) {
        result.positions.push_back(p);
        result.normals.push_back(normal);
        if (!mesh.texcoords.empty()) result.texcoords.push_back(mesh.texcoords[v]);
      }
      result.triangles[t][k] = place->second;
    }
  }
  return result;
}

}  // namespace diorama
