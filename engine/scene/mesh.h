// Triangle meshes. Immutable once loaded, shared by all episodes (`shared_ptr<const Mesh>`).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/core/pose.h"

namespace diorama {

struct Mesh {
  std::string name;
  std::vector<dvec3> positions;                       ///< (V), m.
  std::vector<dvec3> normals;                         ///< (V), unit.
  std::vector<dvec2> texcoords;                       ///< (V) or empty; (0, 0) is the top left of the image.
  std::vector<std::array<std::uint32_t, 3>> triangles;  ///< (T), counter-clockwise seen from outside.
  std::string source;                                 ///< Path it came from, "" if made by us.
  std::string sha256;                                 ///< Of the file, "" if made by us.
};

/// Vertex normals: area-weighted over triangles that share a position, split where the faces meet at more than
/// `crease_angle_rad`. Splitting adds vertices.
Mesh with_normals(const Mesh& mesh, double crease_angle_rad = 0.6);

/// The same triangles with vertices that agree in position, normal and texture coordinates as one. They keep the order in
/// which triangles first use them; those that no triangle uses are left out.
Mesh welded(const Mesh& mesh);

}  // namespace diorama
