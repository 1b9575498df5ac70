// How a MuJoCo model looks, as a Scene says it: textures, meshes, materials, lights and sky. Private to
// engine/physics/mujoco.
//
// MuJoCo's colours are display values without units: rgba and texels are taken as sRGB, light strengths as shares
// of the photometric constants in the source file.
#pragma once

#include "engine/physics/mujoco/mujoco_compat.h"

#include <array>
#include <map>
#include <vector>

#include "engine/scene/scene.h"

namespace diorama::mujoco {

/// Appends texture i of the model as Scene::textures[i], and takes the sky from the first skybox.
void import_textures(const mjModel* m, Scene& scene);

/// Appends mesh i of the model as Scene::meshes[i], with normals and texture coordinates. Vertices are where
/// MuJoCo's compiler moved them, which the compiled pose of their geoms makes up for.
void import_meshes(const mjModel* m, Scene& scene);

/// Appends the active lights; a sun is added if none is directional (MuJoCo's headlight is not part of a scene).
void import_lights(const mjModel* m, Scene& scene);

/// Materials of geoms: one Scene material for each different set of looks and friction.
class MaterialTable {
 public:
  MaterialTable(const mjModel* m, Scene& scene) : m_(m), scene_(scene) {}

  MaterialId of_geom(int geom);
  /// 0 = invisible.
  float alpha_of_geom(int geom) const { return rgba_of_geom(geom)[3]; }

 private:
  /// The geom's own colour if it has one, else its material's.
  std::array<float, 4> rgba_of_geom(int geom) const;

  const mjModel* m_;
  Scene& scene_;
  std::map<std::vector<double>, MaterialId> known_;
};

}  // namespace diorama::mujoco
