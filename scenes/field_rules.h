// The one table of bounds, defaults and units of a scenario's numbers. Pure functions, thread-safe.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "schemas/scenario.pb.h"

namespace diorama {

/// What a number of a scenario may be. Bounds are inclusive unless marked open.
struct FieldRule {
  double lower = 0.0;
  double upper = 0.0;
  bool lower_open = false;              ///< The value must be above `lower`.
  std::optional<double> default_value;  ///< What an absent field stands for, if that is one number.
  std::string unit;                     ///< "" = a pure number.

  bool allows(double value) const;
  /// "[0, 10] m", "(0, 1e6] kg".
  std::string range_text() const;
};

/// The rule of a number field. A component of a Vec3, Color, ... takes the rule of the field that
/// holds the message (`holder`) if that has one, else its own. Every number field of the schema has
/// a rule.
const FieldRule& field_rule(const google::protobuf::FieldDescriptor& field,
                            const google::protobuf::FieldDescriptor* holder = nullptr);

/// What an absent number stands for, if that is one number; `parent` is the message that would hold
/// it.
std::optional<double> number_default(const google::protobuf::FieldDescriptor& field,
                                     const google::protobuf::Message& parent);

/// What an absent Vec3 or Color stands for: x, y, z or r, g, b. `parent` is the message that would
/// hold it; a scene that is built on a model file (`on_model`) has some of them from there: then,
/// and for other messages, nothing.
std::optional<std::array<double, 3>> vector_default(const google::protobuf::FieldDescriptor& field,
                                                    const google::protobuf::Message& parent,
                                                    bool on_model);

/// Whether the table has an entry for the field itself. Tests use it to show that the table is
/// complete.
bool has_field_rule(const google::protobuf::FieldDescriptor& field);

/// "Shape.Box.half_x_m": the field's name without the package.
std::string rule_key(const google::protobuf::FieldDescriptor& field);

/// The scenario with every absent field that has a number for a default set to it, and an empty
/// list of channels set to all. Fields whose default depends on others (step_rate_hz, mass_kg,
/// max_count, a model camera's optics) stay absent.
schema::Scenario with_defaults(schema::Scenario scenario);
/// The same for one item of a group.
schema::Group::Item with_defaults(schema::Group::Item item);

}  // namespace diorama
