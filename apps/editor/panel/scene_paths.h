// Which body of the built scene belongs to which element of the document, and how an element's place is changed. Pure
// functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/editor/command/command.h"
#include "apps/editor/document/document.h"
#include "apps/editor/session/sim_session.h"

namespace diorama::editor {

/// "body[ball]", "group[pile]" for one of its bodies, "model" for a body of the model file; "" for none.
std::string path_of_body(const Document& document, const Scene& scene, BodyId body);
/// All bodies that belong to an element: one for a body or a part of it, those of a group.
std::vector<BodyId> bodies_of_path(const Document& document, const Scene& scene, const std::string& path);

/// An element that can be moved in the world.
struct Movable {
  std::string path;
  Pose world_from_object;    ///< At the start of the simulation.
  dquat world_from_parent = identity_quat();
  std::string position_path;
  dvec3 position{0.0};       ///< The field's value, in the parent's frame.
  std::string rotation_path;  ///< "" = cannot be turned.
  dquat rotation = identity_quat();
  bool as_quaternion = false;
  /// Fields of lengths that scaling multiplies, with their values.
  std::vector<std::pair<std::string, double>> lengths;
};
/// Nothing for elements without a place of their own: materials, joints, bodies of a model file.
std::optional<Movable> movable_of(const Document& document, const Scene& scene, const std::string& path);

/// The commands that bring it from where `start` says to there.
std::vector<Command> move_commands(const Movable& start, const dvec3& moved_world, const dquat& turned_world, double scaled);

}  // namespace diorama::editor
