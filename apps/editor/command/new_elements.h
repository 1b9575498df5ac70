// What panels and menus add, copy and delete, as commands for CommandStack::apply_all(). Names are
// new in the document, places are free and above the ground. Pure functions.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/editor/command/command.h"
#include "apps/editor/document/document.h"
#include "engine/core/pose.h"
#include "engine/core/status.h"

namespace diorama::editor {

/// Names of the alternatives that the schema has: "plane", "box", ... of a shape; "fixed", "orbit",
/// ... of a camera; "sun", ... of a light; "HINGE", ... of a joint.
std::vector<std::string> shape_kinds();
std::vector<std::string> camera_kinds();
std::vector<std::string> light_kinds();
std::vector<std::string> joint_kinds();

/// `wanted`, or `wanted_2` and so on: no element of the list "body", "material", ... is called so.
/// Bodies and groups share their names, and so do the joints of all bodies.
std::string unused_name(const schema::Scenario& scenario, const std::string& list,
                        const std::string& wanted);

/// A body of one shape, resting on z = 0 where no other body stands; a plane is static. Not "mesh".
Result<std::vector<Command>> add_body(const Document& document, const std::string& shape_kind);

/// A place on a surface, in the world.
struct SurfacePoint {
  dvec3 point{0.0};
  dvec3 normal{0.0, 0.0, 1.0};  ///< Unit, away from the surface.
};
/// What a mesh reaches over, in its own frame.
struct MeshExtent {
  dvec3 lower{0.0};
  dvec3 upper{0.0};
};
/// A body of a mesh file: touching the surface at `on`, else resting on z = 0 where no other body
/// stands.
Result<std::vector<Command>> add_mesh_body(const Document& document,
                                           const std::filesystem::path& file,
                                           const MeshExtent& mesh,
                                           const std::optional<SurfacePoint>& on = {});
/// A shape more for a body, as large as add_body's.
Result<std::vector<Command>> add_shape(const Document& document, const std::string& body_path,
                                       const std::string& shape_kind);
Result<std::vector<Command>> add_joint(const Document& document, const std::string& body_path,
                                       const std::string& joint_kind);
/// Looks at the middle of the bodies; "look_at" and "mounted" take the selected body, or the first
/// that moves.
Result<std::vector<Command>> add_camera(const Document& document, const std::string& camera_kind);
Result<std::vector<Command>> add_light(const Document& document, const std::string& light_kind);
Result<std::vector<Command>> add_material(const Document& document);
/// Names of the scenes to begin with: "simple", "scattered".
std::vector<std::string> scene_kinds();
/// Everything that an episode needs, for an empty document: a floor, something that falls on it, a camera, the sun.
/// "simple" is one box; "scattered" is add_group().
Result<std::vector<Command>> add_scene(const Document& document, const std::string& scene_kind);
/// Whether there is nothing to show: no body, no group and no model file.
bool holds_no_scene(const schema::Scenario& scenario);
/// Boxes and balls of random size scattered above the ground.
Result<std::vector<Command>> add_group(const Document& document);
/// The scenario is built on this model file (MJCF).
Result<std::vector<Command>> import_model(const Document& document,
                                          const std::filesystem::path& file);

/// The elements with their comments as protobuf text: of the scenario, or of the message that all
/// of them are in.
Result<std::string> copy_text(const Document& document, const Selection& paths);
/// Adds what copy_text() gave, or anything else that is text of a scenario, or of the selected
/// body, group or item.
Result<std::vector<Command>> paste(const Document& document, const std::string& text);
/// Copies behind the originals.
Result<std::vector<Command>> duplicate(const Document& document, const Selection& paths);
/// Removes the elements; what lies in one of them goes with it.
Result<std::vector<Command>> remove_all(const Document& document, const Selection& paths);

/// What commands that were just applied have added to the lists of the scenario.
Selection added_elements(const Document& document, const std::vector<Command>& commands);

/// The file as the scenario shall name it: relative to its folder if it lies there or beside it.
std::string file_as_named(const Document& document, const std::filesystem::path& file);

}  // namespace diorama::editor
