#include "engine/scene/mesh.h"

#include <array>
#include <cmath>
#include <compare>
#include <functional>
#include <map>
#include <tuple>
#include <unordered_map>

namespace diorama {
namespace {

struct PositionKey {
  double x, y, z;
  auto operator<=>(const PositionKey&) const = default;
};

/// Position, normal, texture coordinates.
using VertexKey = std::array<double, 8>;

struct VertexHash {
  std::size_t operator()(const VertexKey& key) const {
    std::size_t hash = 0;
    // The multiplier of splitmix64 spreads what neighbouring numbers share.
    for (const double value : key) hash = (hash ^ std::hash<double>()(value)) * 0x9e3779b97f4a7c15ULL;
    return hash;
  }
};

}  // namespace

Mesh welded(const Mesh& mesh) {
  Mesh result = mesh;
  result.positions.clear();
  result.normals.clear();
  result.texcoords.clear();
  std::unordered_map<VertexKey, std::uint32_t, VertexHash> vertices;
  for (auto& triangle : result.triangles) {
    for (std::uint32_t& v : triangle) {
      const dvec3& p = mesh.positions[v];
      const dvec3 n = mesh.normals.empty() ? dvec3(0.0) : mesh.normals[v];
      const dvec2 t = mesh.texcoords.empty() ? dvec2(0.0) : mesh.texcoords[v];
      const auto [place, is_new] = vertices.try_emplace({p.x, p.y, p.z, n.x, n.y, n.z, t.x, t.y},
                                                        static_cast<std::uint32_t>(result.positions.size()));
      if (is_new) {
        result.positions.push_back(p);
        if (!mesh.normals.empty()) result.normals.push_back(n);
        if (!mesh.texcoords.empty()) result.texcoords.push_back(t);
      }
      v = place->second;
    }
  }
  return result;
}

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
