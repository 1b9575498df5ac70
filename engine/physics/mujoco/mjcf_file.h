// A look at an MJCF file as text, before MuJoCo reads it: is it there, is it MJCF, and which settings of its
// would reach bodies that a scene adds. Private to engine/physics/mujoco.
#pragma once

#include <filesystem>

#include "engine/core/status.h"

namespace diorama::mujoco {

/// Settings found in the file and in the files that it includes.
struct MjcfFacts {
  bool has_contact_buffer_size = false;  ///< <size nconmax> or <size njmax>.
  bool has_total_mass = false;           ///< <compiler settotalmass>.
  bool has_global_coordinates = false;   ///< <compiler coordinate="global">.
};

/// invalid_input if the file is missing, unreadable, empty, not XML (with the line) or not MJCF (URDF for one).
Result<MjcfFacts> read_mjcf_facts(const std::filesystem::path& path);

}  // namespace diorama::mujoco
