// OverlapChecker on Bullet's closest-point algorithms (GJK, and EPA for penetration).
#include <BulletCollision/CollisionShapes/btConvexShape.h>
#include <BulletCollision/NarrowPhaseCollision/btGjkEpaPenetrationDepthSolver.h>
#include <BulletCollision/NarrowPhaseCollision/btGjkPairDetector.h>
#include <BulletCollision/NarrowPhaseCollision/btPointCollector.h>
#include <BulletCollision/NarrowPhaseCollision/btVoronoiSimplexSolver.h>

#include <map>
#include <utility>
#include <vector>

#include "engine/core/check.h"
#include "engine/physics/bullet/bullet_math.h"
#include "engine/physics/bullet/bullet_shapes.h"
#include "engine/physics/bullet/bullet_world.h"

namespace diorama {
namespace {

/// One convex part or plane at its place in the world.
struct Part {
  std::shared_ptr<btConvexShape> convex;  // null: the half space below the pose's z = 0
  Pose pose;
  btTransform transform;
  btVector3 lower, upper;  // world bounds, m
};

struct Placed {
  BodyId body;
  std::vector<Part> parts;
  btVector3 lower, upper;
  bool has_plane = false;
};

bool apart(const btVector3& lower_a, const btVector3& upper_a, const btVector3& lower_b,
           const btVector3& upper_b, double margin) {
  for (int axis = 0; axis < 3; ++axis) {
    if (lower_a[axis] > upper_b[axis] + margin || lower_b[axis] > upper_a[axis] + margin)
      return true;
  }
  return false;
}

/// Signed distance of a convex part from a half space: its deepest point decides.
double distance_to_plane(const Part& part, const Part& plane) {
  const btVector3 normal = to_bullet(plane.pose.rotate(dvec3(0.0, 0.0, 1.0)));
  const btVector3 down = -normal * part.transform.getBasis();  // in the part's axes
  const btVector3 deepest = part.transform(part.convex->localGetSupportingVertex(down));
  return normal.dot(deepest - to_bullet(plane.pose.position));
}

class BulletOverlap : public OverlapChecker {
 public:
  void place(const Scene& scene, BodyId body, const Pose& world_from_body) override {
    placed_.push_back(assemble(scene, body, world_from_body));
  }

  std::optional<Touch> nearest(const Scene& scene, BodyId body, const Pose& world_from_body,
                               double clearance_m) override {
    const Placed candidate = assemble(scene, body, world_from_body);
    // Within a negative clearance bounds must overlap at least: they say nothing about depth.
    const double reach = std::max(clearance_m, 0.0);
    std::optional<Touch> best;
    for (const Placed& other : placed_) {
      const bool any_plane = candidate.has_plane || other.has_plane;
      if (!any_plane && apart(candidate.lower, candidate.upper, other.lower, other.upper, reach)) {
        continue;
      }
      for (const Part& a : candidate.parts) {
        for (const Part& b : other.parts) {
          const std::optional<double> distance = part_distance(a, b, reach);
          if (!distance || *distance >= clearance_m) continue;
          if (!best || *distance < best->distance_m) best = Touch{other.body, *distance};
        }
      }
    }
    return best;
  }

 private:
  Placed assemble(const Scene& scene, BodyId body, const Pose& world_from_body) {
    Placed placed;
    placed.body = body;
    for (const Shape& shape : scene.shapes) {
      if (shape.body != body || !shape.collides) continue;
      Part part;
      part.pose = world_from_body * body_from_shape(scene, body, shape);
      part.transform = to_bullet(part.pose);
      if (shape.type == ShapeType::kPlane) {
        placed.has_plane = true;
      } else {
        part.convex = convex_of(scene, shape);
        if (part.convex == nullptr) continue;
        part.convex->getAabb(part.transform, part.lower, part.upper);
        const bool first = placed.parts.empty() || !placed.parts.front().convex;
        if (first) {
          placed.lower = part.lower;
          placed.upper = part.upper;
        } else {
          placed.lower.setMin(part.lower);
          placed.upper.setMax(part.upper);
        }
      }
      placed.parts.push_back(std::move(part));
    }
    return placed;
  }

  static Pose body_from_shape(const Scene& scene, BodyId body, const Shape& shape) {
    Pose pose;
    const NodeId stop = scene.bodies[body.index].node;
    for (NodeId node = shape.node; node != stop; node = scene.nodes[node.index].parent) {
      DIORAMA_CHECK(node.valid());  // check_scene: a shape hangs below its body's node
      pose = scene.nodes[node.index].parent_from_node * pose;
    }
    return pose;
  }

  /// Null for a mesh without a hull: it cannot touch anything, and stepping refuses it by name.
  std::shared_ptr<btConvexShape> convex_of(const Scene& scene, const Shape& shape) {
    if (shape.type == ShapeType::kMesh) {
      const std::shared_ptr<const Mesh>& mesh = scene.meshes[shape.mesh.index];
      auto [entry, is_new] = hulls_.try_emplace(mesh.get());
      if (is_new) {
        entry->second.first = mesh;
        Result<std::unique_ptr<btConvexShape>> made =
            make_convex(shape, mesh.get(), ShapeUse::kDistance);
        if (made.ok()) entry->second.second = std::move(made).value();
      }
      return entry->second.second;
    }
    Result<std::unique_ptr<btConvexShape>> made = make_convex(shape, nullptr, ShapeUse::kDistance);
    DIORAMA_CHECK(made.ok());
    return std::move(made).value();
  }

  /// Signed distance of two parts; nothing if they are farther apart than `reach` (or both are
  /// planes).
  std::optional<double> part_distance(const Part& a, const Part& b, double reach) {
    if (!a.convex && !b.convex) return std::nullopt;
    if (!a.convex) return distance_to_plane(b, a);
    if (!b.convex) return distance_to_plane(a, b);
    if (apart(a.lower, a.upper, b.lower, b.upper, reach)) return std::nullopt;
    btGjkPairDetector detector(a.convex.get(), b.convex.get(), &simplex_, &penetration_);
    btGjkPairDetector::ClosestPointInput input;
    input.m_transformA = a.transform;
    input.m_transformB = b.transform;
    btPointCollector result;
    detector.getClosestPoints(input, result, nullptr);
    if (!result.m_hasResult) return std::nullopt;
    return result.m_distance;
  }

  std::vector<Placed> placed_;
  // Keeps each mesh so that its address stays its own. Looked up, never iterated.
  std::map<const Mesh*, std::pair<std::shared_ptr<const Mesh>, std::shared_ptr<btConvexShape>>>
      hulls_;
  btVoronoiSimplexSolver simplex_;
  btGjkEpaPenetrationDepthSolver penetration_;
};

}  // namespace

std::unique_ptr<OverlapChecker> make_bullet_overlap() { return std::make_unique<BulletOverlap>(); }

}  // namespace diorama
