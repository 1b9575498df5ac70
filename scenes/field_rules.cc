#include "scenes/field_rules.h"

#include "engine/core/check.h"
#include "engine/core/text.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <map>
#include <vector>

namespace diorama {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr double kAny =
    1e9;  // Wide enough for everything, small enough that sums and squares stay finite.
constexpr double kFarM = 1e6;      // Farthest coordinate, m.
constexpr double kThinM = 1e-4;    // Smallest size of a shape, m.
constexpr double kTurnsDeg = 1e5;  // Largest angle, deg.
constexpr double kMaxInt64 =
    9007199254740992.0;  // 2^53: doubles hold all whole numbers up to here.

FieldRule rule(double lower, double upper, std::string unit) {
  return {.lower = lower,
          .upper = upper,
          .lower_open = false,
          .default_value = {},
          .unit = std::move(unit)};
}
FieldRule above(double lower, double upper, std::string unit) {
  return {.lower = lower,
          .upper = upper,
          .lower_open = true,
          .default_value = {},
          .unit = std::move(unit)};
}
FieldRule operator|(FieldRule r, double default_value) {
  r.default_value = default_value;
  return r;
}

const std::map<std::string, FieldRule>& table() {
  static const auto* const rules = new std::map<std::string, FieldRule>{
      {"Vec3.x", rule(-kFarM, kFarM, "m") | 0.0},
      {"Vec3.y", rule(-kFarM, kFarM, "m") | 0.0},
      {"Vec3.z", rule(-kFarM, kFarM, "m") | 0.0},
      {"Color.r", rule(0, 1, "")},
      {"Color.g", rule(0, 1, "")},
      {"Color.b", rule(0, 1, "")},
      {"Quaternion.w", rule(-1e3, 1e3, "")},
      {"Quaternion.x", rule(-1e3, 1e3, "")},
      {"Quaternion.y", rule(-1e3, 1e3, "")},
      {"Quaternion.z", rule(-1e3, 1e3, "")},
      {"Euler.roll_deg", rule(-kTurnsDeg, kTurnsDeg, "deg")},
      {"Euler.pitch_deg", rule(-kTurnsDeg, kTurnsDeg, "deg")},
      {"Euler.yaw_deg", rule(-kTurnsDeg, kTurnsDeg, "deg")},
      {"Scenario.exposure_ev100", rule(-10, 30, "EV") | 14.0},
      // Vectors: the rule of each component.
      {"Physics.gravity_m_s2", rule(-1e3, 1e3, "m/s^2")},
      {"Joint.axis", rule(-1e3, 1e3, "")},
      {"Body.linear_velocity_m_s", rule(-1e3, 1e3, "m/s")},
      {"Body.angular_velocity_rad_s", rule(-1e3, 1e3, "rad/s")},
      {"Group.half_extent_m", rule(0, kFarM, "m")},

      {"Physics.step_rate_hz", rule(10, 100000, "Hz")},
      {"Physics.solver_iterations", rule(0, 10000, "")},
      {"Episode.frames", rule(2, 100000, "") | 48.0},
      {"Episode.frame_rate_hz", rule(0.1, 10000, "Hz") | 24.0},
      {"Episode.settle_time_s", rule(0, 600, "s")},
      {"Record.max_contacts", rule(0, 100000, "")},
      {"Record.tracks", rule(1, 4096, "") | 256.0},
      {"Dataset.seed", rule(0, 18446744073709551615.0, "")},
      {"Dataset.episodes", rule(1, 1e9, "") | 16.0},
      {"Dataset.episodes_per_shard", rule(1, 1e6, "") | 64.0},

      {"Material.roughness", rule(0.03, 1, "") | 0.6},
      {"Material.metallic", rule(0, 1, "")},
      {"Material.emission_nits", rule(0, 1e7, "cd/m^2")},
      {"Material.density_kg_m3", rule(1e-3, 1e5, "kg/m^3") | 1000.0},
      {"Material.friction", rule(0, 10, "") | 0.5},
      {"Material.torsional_friction_m", rule(0, 1, "m") | 0.005},
      {"Material.rolling_friction_m", rule(0, 1, "m") | 0.0001},
      {"Material.restitution", rule(0, 1, "")},
      {"Texture.repeat_x", above(0, 1e4, "") | 1.0},
      {"Texture.repeat_y", above(0, 1e4, "") | 1.0},

      {"Shape.Plane.half_x_m", rule(0, 1e4, "m")},
      {"Shape.Plane.half_y_m", rule(0, 1e4, "m")},
      {"Shape.Box.half_x_m", rule(kThinM, 1e4, "m")},
      {"Shape.Box.half_y_m", rule(kThinM, 1e4, "m")},
      {"Shape.Box.half_z_m", rule(kThinM, 1e4, "m")},
      {"Shape.Sphere.radius_m", rule(kThinM, 1e4, "m")},
      {"Shape.Capsule.radius_m", rule(kThinM, 1e4, "m")},
      {"Shape.Capsule.half_length_m", rule(kThinM, 1e4, "m")},
      {"Shape.Cylinder.radius_m", rule(kThinM, 1e4, "m")},
      {"Shape.Cylinder.half_length_m", rule(kThinM, 1e4, "m")},
      {"Shape.Mesh.scale", rule(1e-6, 1e6, "") | 1.0},

      {"Joint.lower_deg", rule(-3600, 3600, "deg")},
      {"Joint.upper_deg", rule(-3600, 3600, "deg")},
      {"Joint.lower_m", rule(-1e4, 1e4, "m")},
      {"Joint.upper_m", rule(-1e4, 1e4, "m")},
      {"Joint.damping", rule(0, 1e6, "N m s/rad or N s/m")},
      {"Joint.stiffness", rule(0, 1e7, "N m/rad or N/m")},
      {"Joint.armature", rule(0, 1e6, "kg m^2 or kg")},
      {"Joint.position_deg", rule(-3600, 3600, "deg")},
      {"Joint.position_m", rule(-1e4, 1e4, "m")},
      {"Joint.velocity_deg_s", rule(-kTurnsDeg, kTurnsDeg, "deg/s")},
      {"Joint.velocity_m_s", rule(-1e3, 1e3, "m/s")},
      {"Body.mass_kg", rule(1e-9, 1e9, "kg")},

      {"Group.Item.weight", above(0, 1e6, "") | 1.0},
      {"Group.count", rule(0, 1000, "")},
      {"Group.max_count", rule(1, 1000, "")},
      {"Group.clearance_m", rule(0, 100, "m")},
      {"Group.max_tries", rule(1, 100000, "") | 100.0},

      {"Actuator.control_lower", rule(-1e6, 1e6, "") | -1.0},
      {"Actuator.control_upper", rule(-1e6, 1e6, "") | 1.0},
      {"Actuator.gear", rule(-1e6, 1e6, "") | 1.0},
      {"Actuator.gain", rule(0, 1e7, "")},
      {"Actuator.damping_gain", rule(0, 1e7, "")},
      {"Actuator.force_limit", rule(0, 1e7, "N or N m")},
      {"Controller.amplitude", rule(0, 1, "") | 1.0},
      {"Controller.frequency_hz", above(0, 1000, "Hz") | 1.0},

      {"Camera.Orbit.radius_m", above(0, kFarM, "m")},
      {"Camera.Orbit.height_m", rule(-kFarM, kFarM, "m")},
      {"Camera.Orbit.phase_deg", rule(-kTurnsDeg, kTurnsDeg, "deg")},
      {"Camera.Orbit.rate_deg_s", rule(-kTurnsDeg, kTurnsDeg, "deg/s")},
      {"Camera.width_px", rule(1, 16384, "px") | 256.0},
      {"Camera.height_px", rule(1, 16384, "px") | 256.0},
      {"Camera.fov_y_deg", rule(1, 170, "deg") | 45.0},
      {"Camera.near_m", rule(1e-4, 1e4, "m") | 0.02},
      {"Camera.far_m", rule(1e-3, 1e5, "m") | 30.0},

      {"Light.Sun.azimuth_deg", rule(-kTurnsDeg, kTurnsDeg, "deg")},
      {"Light.Sun.elevation_deg", rule(-90, 90, "deg")},
      {"Light.Sun.illuminance_lux", rule(0, 1e6, "lx") | 60000.0},
      {"Light.Point.intensity_candela", rule(0, 1e9, "cd")},
      {"Light.Spot.intensity_candela", rule(0, 1e9, "cd")},
      {"Light.Spot.cutoff_deg", above(0, 89, "deg") | 30.0},
      {"Sky.luminance_nits", rule(0, 1e7, "cd/m^2") | 8000.0},

      {"Uniform.low", rule(-kAny, kAny, "")},
      {"Uniform.high", rule(-kAny, kAny, "")},
      {"LogUniform.low", above(0, kAny, "")},
      {"LogUniform.high", above(0, kAny, "")},
      {"TruncatedNormal.mean", rule(-kAny, kAny, "")},
      {"TruncatedNormal.stddev", above(0, kAny, "")},
      {"TruncatedNormal.low", rule(-kAny, kAny, "")},
      {"TruncatedNormal.high", rule(-kAny, kAny, "")},
      {"Choice.Option.weight", above(0, 1e9, "") | 1.0},
      {"IntegerRange.low", rule(-kMaxInt64, kMaxInt64, "")},
      {"IntegerRange.high", rule(-kMaxInt64, kMaxInt64, "")},
  };
  return *rules;
}

/// What absent vectors and colours stand for, where that is not zero.
struct VectorDefault {
  std::array<double, 3> value;
  bool model_has_it = false;  ///< A model file has one of its own.
};
const std::map<std::string, VectorDefault>& vector_table() {
  static const auto* const defaults = new std::map<std::string, VectorDefault>{
      {"Physics.gravity_m_s2", {{0.0, 0.0, -9.81}, true}},
      {"Joint.axis", {{0.0, 0.0, 1.0}}},
      {"Material.base_color", {{0.7, 0.7, 0.7}}},
      {"Texture.color_a", {{1.0, 1.0, 1.0}}},
      {"Texture.color_b", {{0.25, 0.25, 0.25}}},
      {"Light.color", {{1.0, 1.0, 1.0}}},
      {"Sky.zenith", {{0.54, 0.70, 0.91}, true}},
      {"Sky.horizon", {{0.88, 0.92, 0.95}, true}},
      {"Sky.ground", {{0.58, 0.57, 0.55}, true}},
  };
  return *defaults;
}

void set_number(Message& message, const FieldDescriptor& field, double value) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_DOUBLE:
      reflection.SetDouble(&message, &field, value);
      break;
    case FieldDescriptor::CPPTYPE_INT32:
      reflection.SetInt32(&message, &field, static_cast<int>(value));
      break;
    case FieldDescriptor::CPPTYPE_INT64:
      reflection.SetInt64(&message, &field, static_cast<std::int64_t>(value));
      break;
    default:
      DIORAMA_CHECK(false);
  }
}

}  // namespace

std::optional<double> number_default(const FieldDescriptor& field, const Message& parent) {
  const bool model_camera =
      parent.GetDescriptor() == schema::Camera::descriptor() &&
      static_cast<const schema::Camera&>(parent).motion_case() == schema::Camera::kModelCamera;
  if (model_camera && field.name() == "fov_y_deg") return std::nullopt;  // The model's.
  const auto found = table().find(rule_key(field));
  return found == table().end() ? std::nullopt : found->second.default_value;
}

namespace {

void fill(Message& message) {
  const Descriptor& descriptor = *message.GetDescriptor();
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  if (&descriptor == schema::Vary::descriptor()) return;  // What is drawn is said in full.
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor& field = *descriptor.field(i);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      if (field.is_repeated()) {
        for (int k = 0; k < reflection.FieldSize(message, &field); ++k) {
          fill(*reflection.MutableRepeatedMessage(&message, &field, k));
        }
      } else if (reflection.HasField(message, &field)) {
        fill(*reflection.MutableMessage(&message, &field));
      }
      continue;
    }
    if (!field.has_presence() || field.is_repeated() || reflection.HasField(message, &field))
      continue;
    if (const auto value = number_default(field, message)) set_number(message, field, *value);
  }
}

}  // namespace

bool FieldRule::allows(double value) const {
  return value <= upper && (lower_open ? value > lower : value >= lower);
}

std::string FieldRule::range_text() const {
  return (lower_open ? "(" : "[") + format_number(lower) + ", " + format_number(upper) + "]" +
         (unit.empty() ? "" : " " + unit);
}

std::string rule_key(const FieldDescriptor& field) {
  const std::string prefix = field.file()->package() + ".";
  return field.full_name().substr(prefix.size());
}

bool has_field_rule(const FieldDescriptor& field) { return table().contains(rule_key(field)); }

const FieldRule& field_rule(const FieldDescriptor& field, const FieldDescriptor* holder) {
  if (holder != nullptr) {
    const auto found = table().find(rule_key(*holder));
    if (found != table().end()) return found->second;
  }
  const auto found = table().find(rule_key(field));
  DIORAMA_CHECK(found != table().end());
  return found->second;
}

std::optional<std::array<double, 3>> vector_default(const FieldDescriptor& field,
                                                    const Message& parent, bool on_model) {
  if (field.message_type() != schema::Vec3::descriptor() &&
      field.message_type() != schema::Color::descriptor())
    return std::nullopt;
  const auto found = vector_table().find(rule_key(field));
  if (found == vector_table().end()) return std::array<double, 3>{};
  if (on_model && found->second.model_has_it) return std::nullopt;
  // A texture is multiplied by the colour.
  const bool textured = parent.GetDescriptor() == schema::Material::descriptor() &&
                        static_cast<const schema::Material&>(parent).has_texture();
  if (textured) return std::array<double, 3>{1.0, 1.0, 1.0};
  return found->second.value;
}

schema::Scenario with_defaults(schema::Scenario scenario) {
  // These messages are filled even where the author left them out.
  scenario.mutable_episode();
  scenario.mutable_dataset();
  scenario.mutable_record();
  scenario.mutable_controller();
  fill(scenario);
  schema::Record& record = *scenario.mutable_record();
  if (record.channel_size() == 0) {
    record.add_channel(schema::Record::RGB);
    record.add_channel(schema::Record::DEPTH);
    record.add_channel(schema::Record::SEGMENTATION);
  } else if (std::find(record.channel().begin(), record.channel().end(), schema::Record::RGB) ==
             record.channel().end()) {
    record.add_channel(schema::Record::RGB);
  }
  return scenario;
}

schema::Group::Item with_defaults(schema::Group::Item item) {
  fill(item);
  return item;
}

}  // namespace diorama
