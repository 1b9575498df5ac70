// Triangles of a shape: one source of geometry for every renderer.
#pragma once

#include "engine/scene/shape.h"

namespace diorama {

/// The surface of a shape in its own frame, closed but for planes, with normals and planar texture coordinates.
/// kMesh returns the mesh itself (with normals if it has none). Sphere 32x16, capsule and cylinder 32 segments.
Mesh tessellate(const Shape& shape, const Mesh* mesh);

}  // namespace diorama
