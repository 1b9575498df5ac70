// A scene as rays meet it: its drawn shapes, and where one state places them. Private to renderers/raycast. The Embree
// device must outlive both. Not thread-safe while they are filled; many threads may trace a PlacedScene.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <glm/glm.hpp>

#include "engine/scene/scene.h"
#include "renderers/raycast/mesh_store.h"

namespace diorama::raycast {

/// Which shapes a scene draws, and their triangles. Planes have none: rays meet them exactly.
class ShapeTable {
 public:
  explicit ShapeTable(const EmbreeDevice& device) : device_(&device), store_(device.get()) {}

  struct Entry {
    bool drawn = false;
    bool plane = false;
    const SolidMesh* surface = nullptr;  ///< Null for planes and what is not drawn.
    const SolidMesh* caster = nullptr;   ///< What throws the shadow; null for planes and without `casters`.

    bool operator==(const Entry&) const = default;
  };

  /// Parallel to scene.shapes. Void after the next call.
  Status load(const Scene& scene, bool casters);

  const std::vector<Entry>& entries() const { return entries_; }
  std::uint64_t generation() const { return generation_; }  ///< Grows when entries change.
  const EmbreeDevice& device() const { return *device_; }

 private:
  const EmbreeDevice* device_;
  MeshStore store_;
  std::vector<Entry> entries_;
  std::uint64_t generation_ = 0;
};

/// A plane in the world. Endless sides have infinite half extents.
struct PlacedPlane {
  int shape = 0;
  dvec3 origin{0.0};
  dvec3 axis_x{0.0};
  dvec3 axis_y{0.0};
  dvec3 normal{0.0};
  dvec2 half_extent{0.0};
};

/// A sphere about a shape, in the world.
struct PlacedSphere {
  glm::vec3 center{0.0F};
  float radius = 0.0F;
};

/// The level of detail of every shape in a camera's picture, by shape.
std::vector<int> choose_levels(const Scene& scene, const ShapeTable& table, const Camera& camera,
                               const Pose& world_from_camera, const std::vector<Pose>& world_from_node);

class PlacedScene {
 public:
  /// Moves the shapes to where `world_from_node` has them, in their `levels` (all 0 if there are none). The table may have
  /// been loaded anew in between.
  Status place(const Scene& scene, const ShapeTable& table, std::vector<Pose> world_from_node, std::vector<int> levels);

  const std::vector<int>& levels() const { return levels_; }
  RTCScene surfaces() const { return surfaces_.scene.get(); }  ///< Instance ids are shape indices.
  RTCScene casters() const { return casters_.scene.get(); }
  const std::vector<Pose>& world_from_node() const { return world_from_node_; }
  const glm::mat3& rotation(int shape) const { return rotations_[static_cast<std::size_t>(shape)]; }  ///< World from shape.
  /// Of the level that is placed; null for planes.
  const std::vector<std::array<std::uint32_t, 3>>* triangles(int shape) const {
    return triangles_[static_cast<std::size_t>(shape)];
  }
  bool closed(int shape) const { return closed_[static_cast<std::size_t>(shape)] != 0; }
  const std::vector<PlacedPlane>& planes() const { return planes_; }
  const std::vector<PlacedSphere>& caster_spheres() const { return caster_spheres_; }

 private:
  /// Instances in a scene of their own.
  struct Top {
    EmbreeScene scene;
    std::vector<int> shapes;
    std::vector<EmbreeGeometry> instances;
  };

  static void rebuild(Top& top, const ShapeTable& table, bool casters);
  void set_levels(const ShapeTable& table);
  void move(Top& top, const Scene& scene) const;

  std::uint64_t generation_ = 0;
  Top surfaces_;
  Top casters_;
  std::vector<Pose> world_from_node_;
  std::vector<int> levels_;
  std::vector<const std::vector<std::array<std::uint32_t, 3>>*> triangles_;
  std::vector<glm::mat3> rotations_;
  std::vector<std::uint8_t> closed_;
  std::vector<PlacedPlane> planes_;
  std::vector<PlacedSphere> caster_spheres_;
};

}  // namespace diorama::raycast
