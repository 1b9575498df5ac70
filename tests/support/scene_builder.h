// SceneBuilder: small scenes for tests in a few lines. Masses and inertias come from shapes and densities.
#pragma once

#include <string>

#include "engine/scene/scene.h"

namespace diorama {

class SceneBuilder {
 public:
  SceneBuilder();

  Scene& scene() { return scene_; }

  MaterialId material(double friction, double restitution, double density_kg_m3 = 1000.0,
                      dvec3 base_color_linear = dvec3(0.5));

  /// A body with one shape at its origin; adds the free joint of a dynamic body.
  BodyId body(const std::string& name, Motion motion, const Pose& world_from_body, ShapeType type, dvec3 size,
              MaterialId material);

  /// Adds a shape to a body and updates its mass.
  ShapeId add_shape(BodyId body, const Pose& body_from_shape, ShapeType type, dvec3 size, MaterialId material);

  /// A dynamic body under `parent` (invalid = the world) by one joint; `world_from_body` at joint position 0.
  BodyId jointed_body(const std::string& name, BodyId parent, const Pose& world_from_body, ShapeType type, dvec3 size,
                      MaterialId material, Joint joint);

  /// A static floor: a plane at z = 0.
  BodyId floor(MaterialId material);

  /// A fixed camera.
  CameraId camera(const std::string& name, const Pose& world_from_camera, int width_px, int height_px, double fov_y_rad);

  /// A sun shining along `direction`.
  void sun(const dvec3& direction, double illuminance_lux = 60000.0);

  /// The finished scene; aborts if check_scene finds a problem.
  Scene build();

 private:
  BodyId add_body(const std::string& name, Motion motion, BodyId parent, const Pose& world_from_body);
  Scene scene_;
};

}  // namespace diorama
