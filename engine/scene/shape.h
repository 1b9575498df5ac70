// Shapes: the parts that bodies are made of, for collision and for looks.
#pragma once

#include <span>
#include <string>

#include "engine/core/pose.h"
#include "engine/core/status.h"
#include "engine/scene/body.h"
#include "engine/scene/ids.h"
#include "engine/scene/mesh.h"

namespace diorama {

enum class ShapeType { kPlane, kBox, kSphere, kCapsule, kCylinder, kEllipsoid, kMesh };

/// The half extent that an endless plane is drawn with, m.
inline constexpr double kDrawnPlaneHalfExtentM = 100.0;

/// One part of a body. Its frame is its node's. Plain value inside Scene.
struct Shape {
  std::string name;
  NodeId node;  ///< A descendant of the body's node.
  BodyId body;
  ShapeType type = ShapeType::kBox;
  /// Metres, all along the shape's own axes.
  ///   kPlane: half extents x, y of what is drawn (0 = endless); it collides as an endless half space below z = 0.
  ///   kBox, kEllipsoid: half extents x, y, z.   kSphere: radius in x.
  ///   kCapsule, kCylinder: radius in x, half length along z (of the straight part) in y.   kMesh: unused.
  dvec3 size{0.0};
  MeshId mesh;         ///< kMesh: used as it is for looks, as its convex hull for collision.
  MaterialId material;
  bool collides = true;
  bool visible = true;
};

/// Axis-aligned box, in some frame, m.
struct Bounds {
  dvec3 lower{0.0};
  dvec3 upper{0.0};
};

/// Bounds of a shape in its own frame. `mesh` is needed for kMesh. Endless planes count as they are drawn.
Bounds shape_bounds(const Shape& shape, const Mesh* mesh);

/// Volume in m^3; 0 for a plane. A mesh must be closed.
double shape_volume(const Shape& shape, const Mesh* mesh);

/// Mass properties of a shape of uniform density, in the shape's frame (body_from_inertia = shape_from_inertia).
/// Meshes by the signed tetrahedra of their triangles (Tonon 2004); an open or inside-out mesh is an error.
Result<MassProperties> shape_mass(const Shape& shape, const Mesh* mesh, double density_kg_m3);

/// Mass properties of a rigid assembly: `parts[i]` are already in the common frame.
MassProperties combine_mass(std::span<const MassProperties> parts);

/// The same properties with the frame changed: a_from_b places frame b, in which `mass` is given, in frame a.
MassProperties transform_mass(const Pose& a_from_b, const MassProperties& mass);

/// The same distribution scaled to another total mass.
MassProperties with_mass(const MassProperties& mass, double mass_kg);

}  // namespace diorama
