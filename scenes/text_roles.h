// The one table of what the texts of a scenario are: names, references to names, files, paths.
// Whoever renames or moves something asks here who refers to it. Pure functions, thread-safe.
#pragma once

#include <string>

namespace google::protobuf {
class FieldDescriptor;
}  // namespace google::protobuf

namespace diorama {

enum class TextRole {
  kPlain,        ///< For people, or a word of its own.
  kName,         ///< Names the element that holds it.
  kBody,         ///< Name of a body, of this file or of the model file.
  kMaterial,     ///< Name of a material.
  kJoint,        ///< Name of a joint, given or made from its body's ("<body>/joint<k>").
  kModelCamera,  ///< Name of a camera of the model file.
  kFile,         ///< File, relative to the scenario's folder.
  kPath,   ///< Field path from the scenario, or from the item of a group that holds the `vary`
           ///< entry.
  kValue,  ///< A value of the field that a `vary` entry addresses, as written in a file.
};

/// The role of a text field (also of each element of a list of texts).
TextRole text_role(const google::protobuf::FieldDescriptor& field);

/// Whether the table has the field. A test shows that it is complete.
bool has_text_role(const google::protobuf::FieldDescriptor& field);

}  // namespace diorama
