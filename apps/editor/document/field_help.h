// What a field of the schema means, in the words of the schema's own comments. Thread-safe.
#pragma once

#include <string>

namespace google::protobuf {
class FieldDescriptor;
}  // namespace google::protobuf

namespace diorama::editor {

/// The comment behind or above the field, as one line; "" if it has none.
std::string field_help(const google::protobuf::FieldDescriptor& field);

/// "linear velocity" for linear_velocity_m_s: the unit stands behind the number.
std::string field_caption(const google::protobuf::FieldDescriptor& field);

}  // namespace diorama::editor
