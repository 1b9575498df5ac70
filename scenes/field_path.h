// Field paths: "body[ball].shape[0].sphere.radius_m" -> a field of a message, by protobuf
// reflection. Elements of repeated messages are addressed by their `name` field or by their index;
// a name in brackets may contain any character but "]". Used by `vary`, `--set`, error messages and
// the editor. Thread-safe as values are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/core/status.h"

namespace google::protobuf {
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace diorama {

/// A resolved path. Refers to descriptors only, so it holds for every message with the same
/// elements.
struct FieldRef {
  struct Step {
    const google::protobuf::FieldDescriptor* field = nullptr;
    int index = -1;  ///< Element of a repeated field; -1 = singular, or the whole repeated field
                     ///< (last step only).
  };
  std::vector<Step> steps;  ///< At least one.
  std::string path;         ///< Canonical: elements with a name by their name, others by index.

  const google::protobuf::FieldDescriptor& field() const { return *steps.back().field; }
  /// The field that holds the message of the last field, or null at the top.
  const google::protobuf::FieldDescriptor* holder() const;
};

/// What a field holds.
enum class FieldKind { kReal, kInteger, kBool, kEnum, kString, kMessage, kRepeated };
FieldKind field_kind(const FieldRef& ref);
bool is_numeric(FieldKind kind);  ///< kReal or kInteger.
/// "a number", "a whole number", "true or false", "one of ANY, MUJOCO", "a text", "fields of Vec3".
std::string expected_value(const FieldRef& ref);

/// invalid_input names the segment that does not exist, with the nearest name, or that goes through
/// an alternative (oneof) other than the one that `root` has.
Result<FieldRef> resolve_field(const google::protobuf::Message& root, const std::string& path);

/// The field's value: text without quotes, messages as their fields in braces.
std::string field_text(const google::protobuf::Message& root, const FieldRef& ref);
/// The value of a number field or a bool (0, 1).
std::optional<double> field_number(const google::protobuf::Message& root, const FieldRef& ref);

/// Sets the field from text as one would write it in the file (quotes and braces may be left out).
Status set_field_text(google::protobuf::Message& root, const FieldRef& ref,
                      const std::string& text);
/// Sets a number field; invalid_input if it holds whole numbers and `value` is none.
Status set_field_number(google::protobuf::Message& root, const FieldRef& ref, double value);

/// The message that holds the last field; makes absent messages on the way.
google::protobuf::Message& mutable_parent(google::protobuf::Message& root, const FieldRef& ref);
const google::protobuf::Message& parent_of(const google::protobuf::Message& root,
                                           const FieldRef& ref);

/// The `name` field of a message, or "".
std::string name_of(const google::protobuf::Message& message);
/// "body[ball]" or "shape[0]": how paths call an element. A name that another element has too gives
/// the index.
std::string element_path(const google::protobuf::Message& parent,
                         const google::protobuf::FieldDescriptor& field, int index);

}  // namespace diorama
