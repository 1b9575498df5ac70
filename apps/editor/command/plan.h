// What a command would do to a document's text. Pure functions; the parts are shared by the
// families of commands.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/editor/command/command.h"
#include "apps/editor/document/document.h"
#include "engine/core/status.h"
#include "scenes/field_path.h"
#include "schemas/scenario.pb.h"

namespace diorama::editor {

struct Plan {
  std::vector<TextEdit> edits;  ///< None = the command changes nothing.
  std::optional<Selection>
      selection;  ///< What is selected afterwards, if the command has a say in it.
};

/// invalid_input says why the command cannot be done to this document.
Result<Plan> plan(const Command& command, const Document& document);

namespace internal {

// One function per family.
Result<Plan> plan_command(const SetField& command, const Document& document);
Result<Plan> plan_command(const ClearField& command, const Document& document);
Result<Plan> plan_command(const InsertElement& command, const Document& document);
Result<Plan> plan_command(const RemoveElement& command, const Document& document);
Result<Plan> plan_command(const MoveElement& command, const Document& document);
Result<Plan> plan_command(const Rename& command, const Document& document);
Result<Plan> plan_command(const MakeRandom& command, const Document& document);
Result<Plan> plan_command(const MakeFixed& command, const Document& document);
Result<Plan> plan_command(const ReplaceDocument& command, const Document& document);

/// Edits that write the field as `changed` has it. `changed` is the document's scenario but for
/// this field.
std::vector<TextEdit> write_field(const Document& document, const FieldRef& ref,
                                  const schema::Scenario& changed);

/// Removes nodes of one parent.
std::vector<TextEdit> remove_nodes(const std::string& text, const SourceNode& parent,
                                   const std::vector<const SourceNode*>& nodes);

/// The text of a field (`name { ... }`) at its place in `parent`. Lines after the first must not be
/// indented yet.
TextEdit insert_text(const std::string& text, const SourceNode& parent,
                     const google::protobuf::FieldDescriptor& field, int index,
                     const std::string& field_text);

/// Node that holds the last field of the path, or null if the text does not have it.
const SourceNode* parent_node(const Document& document, const FieldRef& ref);

/// How the elements of one list change places; fields keep theirs.
struct Restructuring {
  std::vector<FieldRef::Step> holder;  ///< The message that has the list.
  const google::protobuf::FieldDescriptor* list =
      nullptr;  ///< Null = no element changes its place.
  /// New index of an element, or -1 if it is removed.
  std::vector<int> places;
};

/// Edits that let the paths of all `vary` entries mean in `changed` what they mean now. Paths of
/// removed elements go.
std::vector<TextEdit> follow_paths(const Document& document, const schema::Scenario& changed,
                                   const Restructuring& moves);

/// The root that `vary` entries about a path belong to: the scenario, or the item of a group.
struct VaryRoot {
  FieldRef list;                                       ///< The list of entries.
  std::vector<FieldRef::Step> holder;                  ///< Path of the root; empty = the scenario.
  const google::protobuf::Message* message = nullptr;  ///< The root.
  FieldRef relative;                                   ///< The path as seen from the root.
};
Result<VaryRoot> vary_root_of(const schema::Scenario& scenario, const std::string& path);

/// Canonical path of steps in `root`.
std::string path_of(const google::protobuf::Message& root,
                    const std::vector<FieldRef::Step>& steps);

}  // namespace internal
}  // namespace diorama::editor
