// A first distribution for a field, about its present value. Pure functions.
#pragma once

#include <string>

#include "engine/core/status.h"
#include "scenes/field_path.h"
#include "schemas/distribution.pb.h"

namespace diorama::editor {

/// Numbers: uniform about the present value (or the default of an absent one), a quarter of it to
/// both sides, within the field's bounds; at a bound to one side. Whole numbers likewise. Words and
/// truths: all of them alike. Colours: the present one and others of its kind. Rotations: all.
/// Texts and other messages have none: invalid_input says to give one.
Result<schema::Distribution> default_distribution(const google::protobuf::Message& root,
                                                  const FieldRef& field);

}  // namespace diorama::editor
