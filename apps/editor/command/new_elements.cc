#include "apps/editor/command/new_elements.h"

#include "apps/editor/command/plan.h"
#include "apps/editor/document/layout_text.h"
#include "engine/core/text.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

namespace diorama::editor {
namespace {

using google::protobuf::Descriptor;

constexpr double kSpacingM =
    0.35;  // Between the origins of bodies that are added one after the other.
constexpr double kNearM = 0.3;
constexpr const char* kNewSize = "0.1";

std::vector<std::string> alternatives(const Descriptor& type, const char* oneof) {
  std::vector<std::string> names;
  const auto* kinds = type.FindOneofByName(oneof);
  for (int i = 0; i < kinds->field_count(); ++i) names.push_back(kinds->field(i)->name());
  return names;
}

Status check_kind(const std::string& kind, const std::vector<std::string>& known,
                  const char* what) {
  if (std::find(known.begin(), known.end(), kind) != known.end()) return {};
  return invalid_input("there is no " + std::string(what) + " '" + kind + "'" +
                       did_you_mean(kind, known) + "; there are " + join(known, ", "));
}

std::string number(double value) { return format_number(std::round(value * 1e6) * 1e-6); }

std::string vec(double x, double y, double z) {
  std::string text;
  for (const auto& [axis, value] : {std::pair{"x", x}, {"y", y}, {"z", z}}) {
    if (value != 0.0) text += (text.empty() ? "" : " ") + std::string(axis) + ": " + number(value);
  }
  return "{ " + text + (text.empty() ? "}" : " }");
}

/// Fields of a shape of this kind, about 20 cm large, and how high its middle stands when it lies
/// on the ground.
struct NewShape {
  std::string text;
  double height_m = 0.0;
};
NewShape new_shape(const std::string& kind) {
  const std::string size = kNewSize;
  if (kind == "plane") return {"plane { half_x_m: 5 half_y_m: 5 }", 0.0};
  if (kind == "box")
    return {"box { half_x_m: " + size + " half_y_m: " + size + " half_z_m: " + size + " }", 0.1};
  if (kind == "sphere") return {"sphere { radius_m: " + size + " }", 0.1};
  if (kind == "capsule") return {"capsule { radius_m: 0.06 half_length_m: " + size + " }", 0.16};
  return {"cylinder { radius_m: " + size + " half_length_m: " + size + " }", 0.1};
}

/// A free place on the ground, near the origin: squares around it, ring by ring.
std::pair<double, double> free_place(const schema::Scenario& scenario) {
  for (int ring = 0;; ++ring) {
    for (int i = -ring; i <= ring; ++i) {
      for (int k = -ring; k <= ring; ++k) {
        if (std::max(std::abs(i), std::abs(k)) != ring) continue;
        const double x = i * kSpacingM;
        const double y = k * kSpacingM;
        const bool taken = std::any_of(
            scenario.body().begin(), scenario.body().end(), [&](const schema::Body& body) {
              if (body.motion() == schema::Body::STATIC || !body.parent().empty()) return false;
              return std::abs(body.position_m().x() - x) < kNearM &&
                     std::abs(body.position_m().y() - y) < kNearM;
            });
        if (!taken) return {x, y};
      }
    }
  }
}

std::string name_field(const std::string& name) { return "name: " + quoted_text(name) + " "; }

/// A body for cameras to look at.
std::string watched_body(const Document& document) {
  const schema::Scenario& scenario = document.scenario();
  for (auto path = document.selection().rbegin(); path != document.selection().rend(); ++path) {
    const auto ref = resolve_field(scenario, *path);
    if (ref.ok() && ref->steps[0].field->message_type() == schema::Body::descriptor())
      return scenario.body(ref->steps[0].index).name();
  }
  for (const schema::Body& body : scenario.body()) {
    if (body.motion() != schema::Body::STATIC) return body.name();
  }
  return scenario.body_size() > 0 ? scenario.body(0).name() : "";
}

/// "ball" for "ball_3".
std::string without_number(const std::string& name) {
  const std::size_t under = name.rfind('_');
  const bool numbered =
      under != std::string::npos && under + 1 < name.size() && under > 0 &&
      std::all_of(name.begin() + static_cast<std::ptrdiff_t>(under) + 1, name.end(),
                  [](unsigned char c) { return std::isdigit(c) != 0; });
  return numbered ? name.substr(0, under) : name;
}

}  // namespace

std::vector<std::string> shape_kinds() {
  return alternatives(*schema::Shape::descriptor(), "geometry");
}
std::vector<std::string> camera_kinds() {
  return alternatives(*schema::Camera::descriptor(), "motion");
}
std::vector<std::string> light_kinds() {
  return alternatives(*schema::Light::descriptor(), "kind");
}
std::vector<std::string> joint_kinds() {
  std::vector<std::string> names;
  const auto& words = *schema::Joint::Type_descriptor();
  for (int i = 0; i < words.value_count(); ++i) {
    if (words.value(i)->number() != schema::Joint::TYPE_UNSPECIFIED)
      names.push_back(words.value(i)->name());
  }
  return names;
}

std::string unused_name(const schema::Scenario& scenario, const std::string& list,
                        const std::string& wanted) {
  std::set<std::string> taken;
  if (list == "joint") {
    for (const schema::Body& body : scenario.body()) {
      for (const schema::Joint& joint : body.joint()) taken.insert(joint.name());
    }
  } else {
    const std::vector<std::string> lists = list == "body" || list == "group"
                                               ? std::vector<std::string>{"body", "group"}
                                               : std::vector<std::string>{list};
    for (const std::string& name : lists) {
      const auto* field = schema::Scenario::descriptor()->FindFieldByName(name);
      if (field == nullptr || !field->is_repeated() || field->message_type() == nullptr) continue;
      for (int i = 0; i < scenario.GetReflection()->FieldSize(scenario, field); ++i) {
        taken.insert(name_of(scenario.GetReflection()->GetRepeatedMessage(scenario, field, i)));
      }
    }
  }
  if (!taken.contains(wanted)) return wanted;
  const std::string stem = without_number(wanted);
  for (int k = 2;; ++k) {
    std::string name = stem + "_" + std::to_string(k);
    if (!taken.contains(name)) return name;
  }
}

Selection added_elements(const Document& document, const std::vector<Command>& commands) {
  const schema::Scenario& scenario = document.scenario();
  std::map<std::string, int> appended;  // How many of each list are still to come at its end.
  for (const Command& command : commands) {
    const auto* insert = std::get_if<InsertElement>(&command);
    if (insert != nullptr && insert->index < 0) ++appended[insert->list];
  }
  Selection added;
  for (const Command& command : commands) {
    const auto* insert = std::get_if<InsertElement>(&command);
    const auto* list =
        insert == nullptr ? nullptr : schema::Scenario::descriptor()->FindFieldByName(insert->list);
    if (list == nullptr) continue;  // No new element, or a part of one.
    const int size = scenario.GetReflection()->FieldSize(scenario, list);
    const int index = insert->index < 0 ? size - appended[insert->list]-- : insert->index;
    if (index >= 0 && index < size) added.push_back(element_path(scenario, *list, index));
  }
  return added;
}

std::string file_as_named(const Document& document, const std::filesystem::path& file) {
  std::error_code error;
  const std::filesystem::path full = std::filesystem::absolute(file, error).lexically_normal();
  const std::filesystem::path relative = full.lexically_relative(document.base_folder());
  // Far away, a path from the root says more than a row of dots.
  const auto climbs = std::count(relative.begin(), relative.end(), std::filesystem::path(".."));
  return relative.empty() || climbs > 3 ? full.generic_string() : relative.generic_string();
}

Result<std::vector<Command>> add_body(const Document& document, const std::string& shape_kind) {
  DIORAMA_RETURN_IF_ERROR(check_kind(shape_kind, shape_kinds(), "shape"));
  if (shape_kind == "mesh") return invalid_input("import the file of the mesh instead");
  const NewShape shape = new_shape(shape_kind);
  const bool is_plane = shape_kind == "plane";
  const std::string stem = is_plane ? "floor" : shape_kind;
  const std::string name = unused_name(document.scenario(), "body", stem);
  const auto [x, y] = is_plane ? std::pair{0.0, 0.0} : free_place(document.scenario());
  std::string text = name_field(name) + "class_name: " + quoted_text(stem) + " ";
  if (is_plane) text += "motion: STATIC ";
  if (!is_plane) text += "position_m " + vec(x, y, shape.height_m) + " ";
  return std::vector<Command>{InsertElement{"body", -1, text + "shape { " + shape.text + " }"}};
}

Result<std::vector<Command>> add_mesh_body(const Document& document,
                                           const std::filesystem::path& file,
                                           const MeshExtent& mesh,
                                           const std::optional<SurfacePoint>& on) {
  dvec3 at(0.0, 0.0, -mesh.lower.z);
  if (on) {
    // As far out as the box of the mesh reaches toward the surface.
    const dvec3 nearest = glm::min(on->normal * mesh.lower, on->normal * mesh.upper);
    at = on->point - on->normal * (nearest.x + nearest.y + nearest.z);
  } else {
    std::tie(at.x, at.y) = free_place(document.scenario());
  }
  const std::string stem = file.stem().string();
  const std::string name = unused_name(document.scenario(), "body", stem.empty() ? "mesh" : stem);
  return std::vector<Command>{InsertElement{
      "body", -1,
      name_field(name) + "class_name: " + quoted_text(stem) + " position_m " +
          vec(at.x, at.y, at.z) +
          " shape { mesh { file: " + quoted_text(file_as_named(document, file)) + " } }"}};
}

Result<std::vector<Command>> add_shape(const Document& document, const std::string& body_path,
                                       const std::string& shape_kind) {
  DIORAMA_RETURN_IF_ERROR(check_kind(shape_kind, shape_kinds(), "shape"));
  if (shape_kind == "mesh")
    return invalid_input("add a body from the mesh's file, or set the file of a shape");
  DIORAMA_ASSIGN_OR_RETURN(const FieldRef list,
                           resolve_field(document.scenario(), body_path + ".shape"));
  return std::vector<Command>{InsertElement{list.path, -1, new_shape(shape_kind).text}};
}

Result<std::vector<Command>> add_joint(const Document& document, const std::string& body_path,
                                       const std::string& joint_kind) {
  DIORAMA_RETURN_IF_ERROR(check_kind(joint_kind, joint_kinds(), "joint"));
  DIORAMA_ASSIGN_OR_RETURN(const FieldRef list,
                           resolve_field(document.scenario(), body_path + ".joint"));
  return std::vector<Command>{InsertElement{
      list.path, -1,
      name_field(unused_name(document.scenario(), "joint", to_lower(joint_kind))) + "type: " + joint_kind}};
}

Result<std::vector<Command>> add_camera(const Document& document, const std::string& camera_kind) {
  DIORAMA_RETURN_IF_ERROR(check_kind(camera_kind, camera_kinds(), "camera"));
  const schema::Scenario& scenario = document.scenario();
  const std::string body = watched_body(document);
  double x = 0.0;
  double y = 0.0;
  double z = 0.0;
  int count = 0;
  for (const schema::Body& b : scenario.body()) {
    if (b.motion() == schema::Body::STATIC || !b.parent().empty()) continue;
    x += b.position_m().x(), y += b.position_m().y(), z += b.position_m().z(), ++count;
  }
  if (count > 0) x /= count, y /= count, z /= count;
  const std::string name =
      name_field(unused_name(scenario, "camera", scenario.camera_size() == 0 ? "main" : "camera"));
  const std::string at = "position_m " + vec(x + 1.5, y - 1.5, z + 1.2);
  std::string motion;
  if (camera_kind == "fixed") {
    motion = "fixed { " + at + " look_at_m " + vec(x, y, z) + " }";
  } else if (camera_kind == "orbit") {
    motion = "orbit { center_m " + vec(x, y, z) + " radius_m: 2 height_m: 1 rate_deg_s: 20 }";
  } else if (camera_kind == "model_camera") {
    if (!scenario.has_model())
      return invalid_input("the scenario has no model file whose camera could be taken");
    motion = "model_camera: \"\"";
  } else if (body.empty()) {
    return invalid_input("there is no body yet that the camera could follow");
  } else if (camera_kind == "look_at") {
    motion = "look_at { " + at + " body: " + quoted_text(body) + " }";
  } else {
    motion =
        "mounted { body: " + quoted_text(body) + " position_m { x: -0.4 z: 0.3 } look_at_m {} }";
  }
  return std::vector<Command>{InsertElement{"camera", -1, name + motion}};
}

Result<std::vector<Command>> add_light(const Document& document, const std::string& light_kind) {
  DIORAMA_RETURN_IF_ERROR(check_kind(light_kind, light_kinds(), "light"));
  const std::string name = name_field(unused_name(document.scenario(), "light", light_kind));
  // About as bright on the ground below as a cloudy day, which the default exposure is made for.
  const std::string light =
      light_kind == "sun" ? "sun { azimuth_deg: 40 elevation_deg: 50 }"
      : light_kind == "point"
          ? "point { position_m { z: 2 } intensity_candela: 50000 }"
          : "spot { position_m { x: 1 z: 2 } look_at_m {} intensity_candela: 50000 }";
  return std::vector<Command>{InsertElement{"light", -1, name + light}};
}

Result<std::vector<Command>> add_material(const Document& document) {
  return std::vector<Command>{
      InsertElement{"material", -1,
                    name_field(unused_name(document.scenario(), "material", "material")) +
                        "base_color { r: 0.7 g: 0.7 b: 0.7 }"}};
}

Result<std::vector<Command>> add_group(const Document& document) {
  const std::string name = unused_name(document.scenario(), "group", "group");
  return std::vector<Command>{InsertElement{
      "group", -1,
      name_field(name) +
          "count: 8 center_m { z: 0.8 } half_extent_m { x: 0.4 y: 0.4 z: 0.4 } orientation: ANY "
          "clearance_m: 0.002\n"
          "item {\n  body { class_name: \"box\" shape { box { half_x_m: 0.06 half_y_m: 0.06 "
          "half_z_m: 0.06 } } }\n"
          "  material { base_color { r: 0.8 g: 0.35 b: 0.25 } }\n"
          "  vary { path: \"body.shape[0].box.half_x_m\" distribution { uniform { low: 0.04 high: "
          "0.08 } } }\n}\n"
          "item {\n  body { class_name: \"ball\" shape { sphere { radius_m: 0.06 } } }\n"
          "  material { base_color { r: 0.25 g: 0.5 b: 0.8 } }\n"
          "  vary { path: \"body.shape[0].sphere.radius_m\" distribution { uniform { low: 0.04 "
          "high: 0.08 } } }\n}"}};
}

std::vector<std::string> scene_kinds() { return {"simple", "scattered"}; }

bool holds_no_scene(const schema::Scenario& scenario) {
  return scenario.body_size() == 0 && scenario.group_size() == 0 && !scenario.has_model();
}

Result<std::vector<Command>> add_scene(const Document& document, const std::string& scene_kind) {
  DIORAMA_RETURN_IF_ERROR(check_kind(scene_kind, scene_kinds(), "scene"));
  const schema::Scenario& scenario = document.scenario();
  if (!holds_no_scene(scenario)) return invalid_input("the document holds a scene already");
  const auto named = [&](const std::string& list, const std::string& wanted) {
    return name_field(unused_name(scenario, list, wanted));
  };
  const std::string floor_material = unused_name(scenario, "material", "floor");
  std::vector<Command> commands = {
      InsertElement{"material", -1,
                    name_field(floor_material) +
                        "roughness: 0.8 texture { pattern: CHECKER color_a { r: 0.86 g: 0.84 b: 0.8 } "
                        "color_b { r: 0.7 g: 0.68 b: 0.65 } repeat_x: 1 repeat_y: 1 uniform: true }"},
      InsertElement{"body", -1,
                    named("body", "floor") +
                        "class_name: \"floor\" motion: STATIC shape { plane { half_x_m: 5 half_y_m: 5 } "
                        "material: " + quoted_text(floor_material) + " }"}};
  if (scene_kind == "simple") {
    const std::string material = unused_name(scenario, "material", "box");
    commands.emplace_back(InsertElement{
        "material", -1, name_field(material) + "base_color { r: 0.16 g: 0.38 b: 0.72 } roughness: 0.45"});
    commands.emplace_back(InsertElement{
        "body", -1,
        named("body", "box") +
            "class_name: \"box\" position_m { z: 0.6 } rotation { euler { roll_deg: 25 yaw_deg: 20 } } "
            "shape { box { half_x_m: 0.1 half_y_m: 0.1 half_z_m: 0.1 } material: " + quoted_text(material) + " }"});
  } else {
    DIORAMA_ASSIGN_OR_RETURN(const std::vector<Command> group, add_group(document));
    commands.insert(commands.end(), group.begin(), group.end());
  }
  commands.emplace_back(InsertElement{
      "camera", -1,
      named("camera", "main") + "fixed { position_m { x: 1.8 y: -1.6 z: 1.1 } look_at_m { z: 0.3 } }"});
  commands.emplace_back(
      InsertElement{"light", -1, named("light", "sun") + "sun { azimuth_deg: -35 elevation_deg: 48 }"});
  return commands;
}

Result<std::vector<Command>> import_model(const Document& document,
                                          const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error))
    return invalid_input(file.string() + ": there is no such file");
  if (document.scenario().has_model() && !document.scenario().model().file().empty()) {
    return invalid_input("the scenario is built on " + document.scenario().model().file() +
                         " already; set model.file to exchange it");
  }
  return std::vector<Command>{SetField{"model.file", quoted_text(file_as_named(document, file))}};
}

}  // namespace diorama::editor
