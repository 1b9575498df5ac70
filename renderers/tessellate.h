// Triangles of a shape: one source of geometry for every renderer. Functions of values;
// thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/scene/shape.h"

namespace diorama {

/// The surface of a shape in its own frame, closed but for planes, with normals and planar texture
/// coordinates. Triangles are counter-clockwise seen from outside (planes: from +z).
/// Texture coordinates: u = (x - x_min) / extent, v = (y_max - y) / extent, so that an image stands
/// upright, its top toward +y, for an eye on the +z side.
/// kMesh returns the mesh itself (with normals if it has none; its texture coordinates if it has
/// some). Sphere and ellipsoid 32x16, capsule and cylinder 32 segments.
Mesh tessellate(const Shape& shape, const Mesh* mesh);

/// Triangles on the vertices of `tessellate`, every second segment and band, inside of its surface: for shadow casters.
/// Empty for shapes that are not round.
std::vector<std::array<std::uint32_t, 3>> coarse_triangles(const Shape& shape);

/// True if every edge joins exactly two triangles of opposite direction (vertices at one position
/// count as one) and the enclosed volume is positive: its back faces can never be seen from
/// outside.
bool is_closed(const Mesh& mesh);

/// True if triangles end somewhere: some edge has not as many of them in one direction as in the other. Vertices as above.
bool has_border(const Mesh& mesh);

}  // namespace diorama
