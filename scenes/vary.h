// `vary` entries: which fields may vary, and how a draw is put into them. Pure functions,
// thread-safe.
#pragma once

#include <string>
#include <vector>

#include "engine/core/status.h"
#include "scenes/distribution.h"
#include "scenes/field_path.h"
#include "schemas/scenario.pb.h"

namespace diorama {

/// A `vary` entry whose paths are resolved in their root (the scenario, or the item of a group).
struct ResolvedVary {
  std::vector<FieldRef> fields;
  /// Names the entry's random stream: its canonical paths. So another entry changes nothing in its
  /// draws.
  std::string purpose;
};

/// invalid_input if a path does not exist, may not vary, or cannot take what the distribution
/// gives. The message is led by the field of the entry ("path[0]: ...").
Result<ResolvedVary> resolve_vary(const google::protobuf::Message& root, const schema::Vary& vary);

/// Puts a draw into one field; a rotation into a field of type Rotation as a quaternion.
Status apply_draw(google::protobuf::Message& root, const FieldRef& field, const Draw& draw);

}  // namespace diorama
