// Levels of detail: fewer triangles where a shape is small in a picture. One source for every renderer, so that all draw
// the same. Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/scene/camera.h"
#include "engine/scene/shape.h"

namespace diorama {

/// How far a level may move a point of a surface, or what its texture shows there, in a picture.
inline constexpr double kMaxLevelErrorPx = 0.25;

/// Other triangles on the vertices of a surface.
struct MeshLevel {
  std::vector<std::array<std::uint32_t, 3>> triangles;
  double error_m = 0.0;  ///< How far points of the surface, with their texture coordinates, lie from these triangles.
};

/// The levels of a shape, whose surface is `tessellate(shape, mesh)`: each coarser than the one before, all than the
/// surface itself. Of meshes alone: none where there are few triangles, or where the surface cannot be simplified.
/// Quadric edge collapse (Garland and Heckbert 1997) by meshoptimizer; errors are measured, at up to 4096 vertices.
std::vector<MeshLevel> make_levels(const Shape& shape, const Mesh* mesh, const Mesh& surface);

/// 0 = the surface itself, k = the k-th of its levels: the coarsest that moves nothing by more than kMaxLevelErrorPx in
/// the camera's picture. `errors_m` are those of the levels; `bounds` hold the surface, in the shape's frame.
int choose_level(std::span<const double> errors_m, const Bounds& bounds, const Camera& camera, const Pose& camera_from_shape);

}  // namespace diorama
