// Writes the bodies of a Scene as MJCF. Private to engine/physics/mujoco.
//
// Names in the MJCF are "diorama.<kind><index in the Scene>", so that they never meet those of a model file.
// Every attribute that a model file's defaults could reach is set by a class of our own.
#pragma once

#include <tinyxml2.h>

#include <string>

#include "engine/core/status.h"
#include "engine/physics/mujoco/contact_parameters.h"
#include "engine/scene/scene.h"

namespace diorama::mujoco {

inline std::string mjcf_name(char kind, std::size_t index) {
  return std::string("diorama.") + kind + std::to_string(index);
}

/// Appends what the scene has beyond its model file (everything, without one) to the <mujoco> element: meshes,
/// bodies, joints, geoms of the colliding shapes, actuators. Free bodies are written at the origin: their pose is
/// state. Connected bodies do not collide with each other. invalid_input for what cannot be written.
Status append_bodies(const Scene& scene, tinyxml2::XMLElement* root);

/// Appends the options of a scene without a model file.
void append_options(const Scene& scene, tinyxml2::XMLElement* root);

/// Appends room for contacts.
void append_buffer_size(const BufferSize& size, tinyxml2::XMLElement* root);

/// Whether contacts of a scene without a model file have elliptic friction cones.
bool uses_elliptic_cones(const Scene& scene);

}  // namespace diorama::mujoco
