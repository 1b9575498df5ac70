// A look at an MJCF file as text, before MuJoCo reads it: is it there, is it MJCF, and which settings of its
// would reach bodies that a scene adds. Private to engine/physics/mujoco.
#pragma once

#include <filesystem>
#include <vector>

#include "engine/core/status.h"

namespace tinyxml2 {
class XMLElement;
}

namespace diorama::mujoco {

/// Settings found in the file and in the files that it includes.
struct MjcfFacts {
  bool has_contact_buffer_size = false;  ///< <size nconmax> or <size njmax>.
  bool has_total_mass = false;           ///< <compiler settotalmass>.
  bool has_global_coordinates = false;   ///< <compiler coordinate="global">.
};

/// invalid_input if the file is missing, unreadable, empty, not XML (with the line) or not MJCF (URDF for one).
/// The same for a texture or composite so large that MuJoCo would crash or hang on it.
Result<MjcfFacts> read_mjcf_facts(const std::filesystem::path& path);

/// Puts the contents of included files in the place of each <include>, as MuJoCo does. An include that cannot be
/// read is left for MuJoCo to report.
Status expand_includes(tinyxml2::XMLElement* root, const std::filesystem::path& model_folder);

/// The model file, the files that it includes, and the meshes, height fields, skins and textures that they name: paths
/// as MuJoCo looks them up, relative to the model's folder or absolute. Those that are not there are left out.
Result<std::vector<std::filesystem::path>> list_model_files(const std::filesystem::path& path);

/// Removes all keyframes of a model without includes.
void remove_keyframes(tinyxml2::XMLElement* root);

}  // namespace diorama::mujoco
