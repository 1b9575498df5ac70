// "Keep this pose": what must be written into the document so that the scene starts where the
// simulation stands. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "apps/editor/session/sim_scene.h"

namespace diorama::editor {

/// Sets one field of the scenario, both in the text form of scenes/field_path.h.
struct FieldEdit {
  std::string path;   ///< "body[crate].position_m"
  std::string value;  ///< "{ x: 0.1 y: 0 z: 0.5 }"
};

struct KeptPose {
  std::vector<FieldEdit> edits;
  std::vector<std::string> notes;  ///< One line for each body that could not be kept, and why.
};

/// Poses of free bodies and positions of hinges and slides of `state`, for the bodies in `only`
/// (all if empty). `scenario` is the document that they shall be written into; velocities are left
/// as they are. Bodies of groups and of a model file, and ball joints, have no place in a document.
KeptPose keep_pose(const SimScene& sim, const State& state, const schema::Scenario& scenario,
                   const std::vector<std::string>& only = {});

}  // namespace diorama::editor
