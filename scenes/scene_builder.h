// From a concrete scenario (no `vary`, no `group`, defaults filled in) to a Scene. Not thread-safe;
// one per draw.
#pragma once

#include <string>

#include "engine/core/status.h"
#include "engine/scene/scene.h"
#include "scenes/scene_assets.h"
#include "schemas/scenario.pb.h"

namespace diorama {

/// Builds a scene body by body, so that placement can look at the scene as it stands. The scenario
/// must be valid and have its defaults (with_defaults()).
class ConcreteSceneBuilder {
 public:
  /// `model` is the imported model file that the scene is built on, or null.
  ConcreteSceneBuilder(SceneAssets& assets, const Scene* model);

  /// Physics and the materials of the scenario.
  Status begin(const schema::Scenario& scenario);
  Status add_material(const schema::Material& material);
  /// A body, its shapes, joints and mass. Its parent must be there already. `object_index` is its
  /// slot.
  Result<BodyId> add_body(const schema::Body& body, int object_index);
  /// Moves a body without parent.
  void set_pose(BodyId body, const Pose& world_from_body);
  /// Actuators, cameras, lights and sky; checks the scene.
  Result<Scene> finish(const schema::Scenario& scenario) &&;

  const Scene& scene() const { return scene_; }

 private:
  NodeId add_node(std::string name, NodeId parent, const Pose& parent_from_node, BodyId body = {});
  MaterialId find_material(const std::string& name);
  Result<MassProperties> add_shape(BodyId body, const schema::Shape& shape, int index);
  void add_joint(BodyId body, const schema::Joint& joint, const std::string& name);
  void add_camera(const schema::Camera& camera);
  void add_light(const schema::Light& light, int index);
  void add_actuator(const schema::Actuator& actuator);
  void number_articulations();

  SceneAssets& assets_;
  const Scene* model_;
  Scene scene_;
  std::size_t first_material_ = 0;  ///< The model's stand before it; their names do not count.
};

/// A rotation of a scenario; absent kinds are the identity. Euler angles about the fixed axes x, y,
/// z in turn.
dquat rotation_of(const schema::Rotation& rotation);
dvec3 vector_of(const schema::Vec3& vector);

}  // namespace diorama
