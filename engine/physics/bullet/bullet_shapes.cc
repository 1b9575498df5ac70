#include "engine/physics/bullet/bullet_shapes.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/physics/bullet/bullet_math.h"

#include <BulletCollision/CollisionShapes/btBoxShape.h>
#include <BulletCollision/CollisionShapes/btCapsuleShape.h>
#include <BulletCollision/CollisionShapes/btConvexHullShape.h>
#include <BulletCollision/CollisionShapes/btConvexInternalShape.h>
#include <BulletCollision/CollisionShapes/btCylinderShape.h>
#include <BulletCollision/CollisionShapes/btSphereShape.h>
#include <LinearMath/btConvexHullComputer.h>

namespace diorama {
namespace {

/// Bullet rounds the edges of boxes and cylinders by the margin, inside of their extents.
double inner_margin(double min_half_extent, ShapeUse use) {
  return use == ShapeUse::kDistance ? std::min(1e-6, 0.01 * min_half_extent)
                                    : std::min(0.002, 0.05 * min_half_extent);
}

/// A hull is inflated by its margin: small against the hull, and against what a camera sees.
double outer_margin(double min_half_extent, ShapeUse use) {
  return use == ShapeUse::kDistance ? 0.0 : std::min(2e-4, 0.002 * min_half_extent);
}

/// An ellipsoid by its exact support function. Bullet's scaled sphere is not one: it scales only
/// uniformly.
class EllipsoidShape : public btConvexInternalShape {
 public:
  EllipsoidShape(const dvec3& radii, double margin) : core_(to_bullet(radii - dvec3(margin))) {
    m_shapeType = CUSTOM_CONVEX_SHAPE_TYPE;
    m_collisionMargin = margin;
    m_implicitShapeDimensions = core_;
  }

  btVector3 localGetSupportingVertexWithoutMargin(const btVector3& direction) const override {
    const btVector3 scaled = core_ * direction;
    const btScalar length = scaled.length();
    if (length < 1e-300) return {core_.x(), 0.0, 0.0};
    return core_ * scaled / length;
  }

  void batchedUnitVectorGetSupportingVertexWithoutMargin(const btVector3* directions,
                                                         btVector3* vertices,
                                                         int count) const override {
    for (int i = 0; i < count; ++i) {
      vertices[i] = localGetSupportingVertexWithoutMargin(directions[i]);
    }
  }

  void getAabb(const btTransform& pose, btVector3& lower, btVector3& upper) const override {
    const btVector3 radii = core_ + btVector3(1, 1, 1) * m_collisionMargin;
    btVector3 half;
    for (int axis = 0; axis < 3; ++axis) half[axis] = (pose.getBasis()[axis] * radii).length();
    lower = pose.getOrigin() - half;
    upper = pose.getOrigin() + half;
  }

  // Only Bullet's own mass helper asks: masses come from the scene.
  void calculateLocalInertia(btScalar mass, btVector3& inertia) const override {
    const btVector3 r2 = core_ * core_;
    inertia = btVector3(r2.y() + r2.z(), r2.x() + r2.z(), r2.x() + r2.y()) * (0.2 * mass);
  }

  const char* getName() const override { return "Ellipsoid"; }

 private:
  btVector3 core_;  // radii less the margin
};

struct HullFace {
  dvec3 normal;
  double offset;
};

/// Outward planes of the hull of `points`.
std::vector<HullFace> hull_faces(const std::vector<dvec3>& points) {
  btConvexHullComputer computer;
  computer.compute(&points[0].x, sizeof(dvec3), static_cast<int>(points.size()), 0.0, 0.0);
  dvec3 centre(0.0);
  for (const dvec3& p : points) centre += p;
  centre /= static_cast<double>(points.size());
  std::vector<HullFace> faces;
  for (int f = 0; f < computer.faces.size(); ++f) {
    // Newell's normal: right for faces with many nearly collinear corners.
    const btConvexHullComputer::Edge* first = &computer.edges[computer.faces[f]];
    dvec3 normal(0.0);
    const btConvexHullComputer::Edge* edge = first;
    do {
      const dvec3 a = from_bullet(computer.vertices[edge->getSourceVertex()]);
      const dvec3 b = from_bullet(computer.vertices[edge->getTargetVertex()]);
      normal += glm::cross(a - centre, b - centre);
      edge = edge->getNextEdgeOfFace();
    } while (edge != first);
    const double length = glm::length(normal);
    if (length < 1e-300) continue;
    normal /= length;
    const dvec3 corner = from_bullet(computer.vertices[first->getSourceVertex()]);
    if (glm::dot(normal, corner - centre) < 0.0) normal = -normal;
    faces.push_back({normal, glm::dot(normal, corner)});
  }
  return faces;
}

/// The point of `points` that lies farthest along `direction`.
std::size_t farthest(const std::vector<dvec3>& points, const dvec3& direction) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (glm::dot(points[i], direction) > glm::dot(points[best], direction)) best = i;
  }
  return best;
}

/// Extreme points along directions spread evenly over the sphere (Fibonacci lattice), each once.
std::vector<dvec3> extreme_points(const std::vector<dvec3>& points, int num_directions) {
  std::vector<std::size_t> chosen;
  const double golden_angle = std::numbers::pi * (3.0 - std::sqrt(5.0));
  for (int i = 0; i < num_directions; ++i) {
    const double z = 1.0 - (2.0 * i + 1.0) / num_directions;
    const double r = std::sqrt(1.0 - z * z);
    chosen.push_back(
        farthest(points, {r * std::cos(golden_angle * i), r * std::sin(golden_angle * i), z}));
  }
  std::sort(chosen.begin(), chosen.end());
  chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
  std::vector<dvec3> result;
  result.reserve(chosen.size());
  for (const std::size_t i : chosen) result.push_back(points[i]);
  return result;
}

std::vector<dvec3> reduce_hull(const std::vector<dvec3>& hull, int max_vertices) {
  std::vector<dvec3> candidates = extreme_points(hull, 400);
  std::vector<dvec3> kept = extreme_points(candidates, 12);
  while (static_cast<int>(kept.size()) < max_vertices) {
    const std::vector<HullFace> faces = hull_faces(kept);
    double most = 0.0;
    const dvec3* next = nullptr;
    for (const dvec3& candidate : candidates) {
      double outside = 0.0;
      for (const HullFace& face : faces) {
        outside = std::max(outside, glm::dot(face.normal, candidate) - face.offset);
      }
      if (outside > most) {
        most = outside;
        next = &candidate;
      }
    }
    if (next == nullptr || most < 1e-9) break;
    kept.push_back(*next);
  }
  return kept;
}

}  // namespace

std::vector<dvec3> convex_hull(const Mesh& mesh, int max_vertices) {
  if (mesh.positions.size() < 3) return {};
  btConvexHullComputer computer;
  computer.compute(&mesh.positions[0].x, sizeof(dvec3), static_cast<int>(mesh.positions.size()),
                   0.0, 0.0);
  std::vector<dvec3> hull;
  hull.reserve(static_cast<std::size_t>(computer.vertices.size()));
  for (int i = 0; i < computer.vertices.size(); ++i) {
    hull.push_back(from_bullet(computer.vertices[i]));
  }
  if (hull.size() < 3) return {};
  if (max_vertices > 0 && static_cast<int>(hull.size()) > max_vertices) {
    return reduce_hull(hull, max_vertices);
  }
  return hull;
}

double smallest_half_extent(const btConvexShape& shape) {
  btVector3 lower, upper;
  shape.getAabb(btTransform::getIdentity(), lower, upper);
  const btVector3 size = upper - lower;
  return 0.5 * std::min({size.x(), size.y(), size.z()});
}

std::unique_ptr<btConvexShape> make_hull(const std::vector<dvec3>& vertices, ShapeUse use) {
  auto hull = std::make_unique<btConvexHullShape>();
  for (const dvec3& vertex : vertices) hull->addPoint(to_bullet(vertex), false);
  hull->setMargin(0.0);
  hull->recalcLocalAabb();
  const double half_extent = smallest_half_extent(*hull);
  hull->setMargin(outer_margin(half_extent, use));
  // Faces let hulls and boxes touch by whole areas at once. A flat hull has none that could be
  // clipped.
  if (use == ShapeUse::kStepping && vertices.size() >= 4 && half_extent > 1e-5) {
    hull->initializePolyhedralFeatures();
  }
  return hull;
}

Result<std::unique_ptr<btConvexShape>> make_convex(const Shape& shape, const Mesh* mesh,
                                                   ShapeUse use) {
  std::unique_ptr<btConvexShape> convex;
  const dvec3& size = shape.size;
  switch (shape.type) {
    case ShapeType::kPlane:
    case ShapeType::kBox: {
      const dvec3 half = shape.type == ShapeType::kBox
                             ? size
                             : dvec3(kPlaneHalfWidthM, kPlaneHalfWidthM, kPlaneDepthM);
      auto box = std::make_unique<btBoxShape>(to_bullet(half));
      box->setMargin(inner_margin(std::min({half.x, half.y, half.z}), use));
      if (use == ShapeUse::kStepping) box->initializePolyhedralFeatures();
      convex = std::move(box);
      break;
    }
    case ShapeType::kSphere:
      convex = std::make_unique<btSphereShape>(size.x);
      break;
    case ShapeType::kCapsule:
      convex = std::make_unique<btCapsuleShapeZ>(size.x, 2.0 * size.y);
      break;
    case ShapeType::kCylinder:
      convex = std::make_unique<btCylinderShapeZ>(btVector3(size.x, size.x, size.y));
      convex->setMargin(inner_margin(std::min(size.x, size.y), use));
      break;
    case ShapeType::kEllipsoid:
      convex = std::make_unique<EllipsoidShape>(
          size, inner_margin(std::min({size.x, size.y, size.z}), use));
      break;
    case ShapeType::kMesh: {
      const std::vector<dvec3> vertices =
          convex_hull(*mesh, use == ShapeUse::kStepping ? kMaxHullVertices : 0);
      if (vertices.empty()) {
        return invalid_input("shape '" + shape.name + "': mesh '" + mesh->name +
                             "' has no convex hull (fewer than three corners): use another mesh or "
                             "collides: false");
      }
      convex = make_hull(vertices, use);
      break;
    }
  }
  return convex;
}

}  // namespace diorama
