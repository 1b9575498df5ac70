#include "scenes/text_roles.h"

#include "engine/core/check.h"
#include "scenes/field_rules.h"

#include <map>

namespace diorama {
namespace {

const std::map<std::string, TextRole>& table() {
  static const auto* const roles = new std::map<std::string, TextRole>{
      {"Scenario.name", TextRole::kPlain},     {"Scenario.description", TextRole::kPlain},
      {"Model.file", TextRole::kFile},         {"Material.name", TextRole::kName},
      {"Texture.file", TextRole::kFile},       {"Shape.Mesh.file", TextRole::kFile},
      {"Shape.name", TextRole::kName},         {"Shape.material", TextRole::kMaterial},
      {"Joint.name", TextRole::kName},         {"Body.name", TextRole::kName},
      {"Body.class_name", TextRole::kPlain},   {"Body.parent", TextRole::kBody},
      {"Group.name", TextRole::kName},         {"Actuator.name", TextRole::kName},
      {"Actuator.joint", TextRole::kJoint},    {"Camera.Orbit.body", TextRole::kBody},
      {"Camera.LookAt.body", TextRole::kBody}, {"Camera.Mounted.body", TextRole::kBody},
      {"Camera.name", TextRole::kName},        {"Camera.model_camera", TextRole::kModelCamera},
      {"Light.name", TextRole::kName},         {"Choice.Option.value", TextRole::kValue},
      {"Vary.path", TextRole::kPath},          {"Vary.factor", TextRole::kPlain},
  };
  return *roles;
}

}  // namespace

TextRole text_role(const google::protobuf::FieldDescriptor& field) {
  const auto found = table().find(rule_key(field));
  DIORAMA_CHECK(found != table().end());
  return found->second;
}

bool has_text_role(const google::protobuf::FieldDescriptor& field) {
  return table().contains(rule_key(field));
}

}  // namespace diorama
