// Our shapes as Bullet's convex shapes. Owner: Bullet's model and overlap checker. Free functions,
// thread-safe.
#pragma once

#include <memory>
#include <vector>

#include "engine/core/status.h"
#include "engine/scene/shape.h"

#include <BulletCollision/CollisionShapes/btConvexShape.h>

namespace diorama {

/// What a collision shape is for: it decides margin and detail.
enum class ShapeUse {
  kStepping,  ///< Contacts over time: margins that keep manifolds stable, hulls of few vertices.
  kDistance,  ///< One distance query: surfaces right to 1e-5 m.
};

/// A plane steps as a box of this half width and depth, m: its top face is the plane. A half space
/// proper (btStaticPlaneShape) slides with an error of 5 % at small steps. It covers 100 m around
/// the plane's origin.
inline constexpr double kPlaneHalfWidthM = 250.0;
inline constexpr double kPlaneDepthM = 20.0;

/// Hulls that step have at most this many vertices: support queries are linear in them.
inline constexpr int kMaxHullVertices = 64;

/// Vertices of the convex hull of a mesh. With more than `max_vertices` (0 = no limit) those are
/// kept that stick out most of the hull of the ones kept before. Empty if the mesh has no three
/// corners that span a face.
std::vector<dvec3> convex_hull(const Mesh& mesh, int max_vertices);

/// The shape in its own frame, except that a plane's box is centred: shift it by
/// `plane_box_shift()`. invalid_input for a mesh without a hull.
Result<std::unique_ptr<btConvexShape>> make_convex(const Shape& shape, const Mesh* mesh,
                                                   ShapeUse use);

/// A convex shape from the vertices of a hull.
std::unique_ptr<btConvexShape> make_hull(const std::vector<dvec3>& vertices, ShapeUse use);

/// Where the centre of a plane's box is in the frame of the plane.
inline Pose plane_box_shift() { return {dvec3(0.0, 0.0, -kPlaneDepthM), identity_quat()}; }

/// The smallest half extent of a convex shape, m.
double smallest_half_extent(const btConvexShape& shape);

}  // namespace diorama
