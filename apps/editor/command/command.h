// The commands: everything that can be done to a document. Each says what is wanted in terms of
// field paths (scenes/field_path.h) and values as one writes them in a file, so it can be kept,
// sent, replayed on another document and shown to a user. Values; thread-safe as values are.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "engine/core/status.h"

namespace diorama::editor {

/// Sets a field: a number, word, text, list of words "[RGB, DEPTH]" or a message "{ x: 1 z: 2 }".
/// Absent messages on the way are made; another alternative of the same choice (sphere for box)
/// gives way.
struct SetField {
  std::string path;
  std::string value;
};

/// Takes a field out of the text, so that it has its default. A list becomes empty.
struct ClearField {
  std::string path;
};

/// A new element of a list: `list` is "body" or "body[ball].shape", `value` its fields, with
/// comments if one likes.
struct InsertElement {
  std::string list;
  int index = -1;  ///< It gets this index; -1 = the last.
  std::string value;
};

/// Removes an element. What varied in it goes with it; names that referred to it stay and become
/// problems.
struct RemoveElement {
  std::string path;
};

/// The element gets the index `to`.
struct MoveElement {
  std::string path;
  int to = 0;
};

/// Gives an element a name; all references to it and all paths through it follow.
struct Rename {
  std::string path;
  std::string name;
};

/// Lets a field vary. Without a distribution: one about the present value, within the field's
/// bounds. Each component of a vector varies on its own.
struct MakeRandom {
  std::string path;
  std::string distribution;  ///< Fields of Distribution, or "".
  std::string factor;        ///< Column that records it; "" = a name is made; "-" = not recorded.
};

/// Takes a field, and all below it, out of the `vary` entries.
struct MakeFixed {
  std::string path;
};

/// Another text for the whole document: import, large pastes, a drawn sample as document.
struct ReplaceDocument {
  std::string text;
  std::string title;  ///< For the history: "Import robot.xml".
};

using Command = std::variant<SetField, ClearField, InsertElement, RemoveElement, MoveElement,
                             Rename, MakeRandom, MakeFixed, ReplaceDocument>;

/// For the history and the undo menu: "body[ball].mass_kg = 2", "Remove body[ball]".
std::string describe(const Command& command);

/// One line of JSON: {"do":"set","path":"body[ball].mass_kg","value":"2"}. No line feed.
std::string command_text(const Command& command);
/// invalid_input names what is missing or unknown.
Result<Command> command_from_text(const std::string& line);

}  // namespace diorama::editor
