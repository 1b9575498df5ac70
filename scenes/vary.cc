#include "scenes/vary.h"

#include "engine/core/text.h"
#include "scenes/field_rules.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace diorama {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// Fields that decide the columns of the dataset or the structure of the scene: the same in all
// episodes.
constexpr std::array<std::string_view, 13> kFixedFields = {
    "Body.class_name",      "Body.parent",    "Body.motion",     "Joint.type",
    "Actuator.joint",       "Physics.engine", "Group.max_count", "Camera.width_px",
    "Camera.height_px",     "Camera.near_m",  "Camera.far_m",    "Camera.model_camera",
    "Episode.frame_rate_hz"};

/// Whether the path leads through a message of which nothing may vary.
bool is_inside_fixed_message(const FieldRef& field) {
  return std::any_of(field.steps.begin(), field.steps.end(), [](const FieldRef::Step& step) {
    if (step.field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return false;
    const std::string& name = step.field->message_type()->name();
    return name == "Record" || name == "Dataset" || name == "Model" || name == "Vary";
  });
}

/// Why the field may not vary, or "".
std::string why_fixed(const FieldRef& ref) {
  const FieldDescriptor& field = ref.field();
  const FieldKind kind = field_kind(ref);
  if (kind == FieldKind::kRepeated) return "is a list; vary a field of one element";
  const std::string key = rule_key(field);
  if (field.name() == "name" || field.name() == "description" || is_inside_fixed_message(ref) ||
      std::find(kFixedFields.begin(), kFixedFields.end(), key) != kFixedFields.end()) {
    return "is the same in all episodes, because the dataset's columns or the scene's structure "
           "depend on it";
  }
  if (kind == FieldKind::kMessage) {
    const Descriptor& type = *field.message_type();
    const bool fixed = type.FindFieldByName("name") != nullptr || type.name() == "Physics" ||
                       type.name() == "Episode" || type.name() == "Item" ||
                       type.name() == "Distribution";
    if (fixed) return "cannot be exchanged as a whole; vary its fields";
  }
  return "";
}

std::string why_unfit(const FieldRef& field, const schema::Distribution& distribution) {
  const FieldKind kind = field_kind(field);
  switch (distribution.kind_case()) {
    case schema::Distribution::kRotation:
      if (kind == FieldKind::kMessage &&
          field.field().message_type() == schema::Rotation::descriptor())
        return "";
      return "a uniform rotation fits fields of type Rotation only";
    case schema::Distribution::kUniform:
    case schema::Distribution::kLogUniform:
    case schema::Distribution::kTruncatedNormal:
      if (kind == FieldKind::kReal) return "";
      return "is " + expected_value(field) +
             "; use 'integer' for whole numbers and 'choice' for all others";
    case schema::Distribution::kInteger:
      if (is_numeric(kind)) return "";
      return "is " + expected_value(field) + "; use 'choice'";
    case schema::Distribution::kChoice:
    case schema::Distribution::KIND_NOT_SET:
      break;
  }
  return "";
}

}  // namespace

Result<ResolvedVary> resolve_vary(const google::protobuf::Message& root, const schema::Vary& vary) {
  ResolvedVary resolved;
  if (vary.path_size() == 0) return invalid_input("path: there is none; say which field varies");
  for (int i = 0; i < vary.path_size(); ++i) {
    const std::string where = "path[" + std::to_string(i) + "]";
    auto ref = resolve_field(root, vary.path(i));
    if (!ref.ok()) return ref.status().with_context(where);
    const std::string fixed = why_fixed(*ref);
    if (!fixed.empty()) return invalid_input(where + ": " + ref->path + " " + fixed);
    const std::string unfit = why_unfit(*ref, vary.distribution());
    if (!unfit.empty()) return invalid_input(where + ": " + ref->path + " " + unfit);
    resolved.purpose += (i == 0 ? "" : ",") + ref->path;
    resolved.fields.push_back(*std::move(ref));
  }
  return resolved;
}

Status apply_draw(google::protobuf::Message& root, const FieldRef& field, const Draw& draw) {
  switch (draw.kind) {
    case Draw::Kind::kNumber:
      return set_field_number(root, field, draw.number);
    case Draw::Kind::kText:
      return set_field_text(root, field, draw.text);
    case Draw::Kind::kRotation:
      break;
  }
  google::protobuf::Message& parent = mutable_parent(root, field);
  schema::Rotation rotation;
  rotation.mutable_quaternion()->set_w(draw.rotation.w);
  rotation.mutable_quaternion()->set_x(draw.rotation.x);
  rotation.mutable_quaternion()->set_y(draw.rotation.y);
  rotation.mutable_quaternion()->set_z(draw.rotation.z);
  parent.GetReflection()->MutableMessage(&parent, &field.field())->CopyFrom(rotation);
  return {};
}

}  // namespace diorama
