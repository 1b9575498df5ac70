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
#include <utility>

namespace diorama::editor {
namespace {

using google::protobuf::Descriptor;

constexpr double kSpacingM = 0.35;  // Between the origins of bodies that are added one after the other.
constexpr double kNearM = 0.3;
constexpr const char* kNewSize = "0.1";

std::vector<std::string> alternatives(const Descriptor& type, const char* oneof) {
  std::vector<std::string> names;
  const auto* kinds = type.FindOneofByName(oneof);
  for (int i = 0; i < kinds->field_count(); ++i) names.push_back(kinds->field(i)->name());
  return names;
}

Status check_kind(const std::string& kind, const std::vector<std::string>& known, const char* what) {
  if (std::find(known.begin(), known.end(), kind) != known.end()) return {};
  return invalid_input("there is no " + std::string(what) + " '" + kind + "'" + did_you_mean(kind, known) + "; there are " + join(known, ", "));
}

std::string number(double value) { return format_number(std::round(value * 1e6) * 1e-6); }

std::string vec(double x, double y, double z) {
  std::string text;
  for (const auto& [axis, value] : {std::pair{"x", x}, {"y", y}, {"z", z}}) {
    if (value != 0.0) text += (text.empty() ? "" : " ") + std::string(axis) + ": " + number(value);
  }
  return "{ " + text + (text.empty() ? "}" : " }");
}

/// Fields of a shape of this kind, about 20 cm large, and how high its middle stands when it lies on the ground.
struct NewShape {
  std::string text;
  double height_m = 0.0;
};
NewShape new_shape(const std::string& kind, const std::string& file) {
  const std::string size = kNewSize;
  if (kind == "plane") return {"plane { half_x_m: 5 half_y_m: 5 }", 0.0};
  if (kind == "box") return {"box { half_x_m: " + size + " half_y_m: " + size + " half_z_m: " + size + " }", 0.1};
  if (kind == "sphere") return {"sphere { radius_m: " + size + " }", 0.1};
  if (kind == "capsule") return {"capsule { radius_m: 0.06 half_length_m: " + size + " }", 0.16};
  if (kind == "cylinder") return {"cylinder { radius_m: " + size + " half_length_m: " + size + " }", 0.1};
  return {"mesh { file: " + quoted_text(file) + " }", 0.5};
}

/// A free place on the ground, near the origin: squares around it, ring by ring.
std::pair<double, double> free_place(const schema::Scenario& scenario) {
  for (int ring = 0;; ++ring) {
    for (int i = -ring; i <= ring; ++i) {
      for (int k = -ring; k <= ring; ++k) {
        if (std::max(std::abs(i), std::abs(k)) != ring) continue;
        const double x = i * kSpacingM;
        const double y = k * kSpacingM;
        const bool taken = std::any_of(scenario.body().begin(), scenario.body().end(), [&](const schema::Body& body) {
          if (body.motion() == schema::Body::STATIC || !body.parent().empty()) return false;
          return std::abs(body.position_m().x() - x) < kNearM && std::abs(body.position_m().y() - y) < kNearM;
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
    if (ref.ok() && ref->steps[0].field->message_type() == schema::Body::descriptor()) return scenario.body(ref->steps[0].index).name();
  }
  for (const schema::Body& body : scenario.body()) {
    if (body.motion() != schema::Body::STATIC) return body.name();
  }
  return scenario.body_size() > 0 ? scenario.body(0).name() : "";
}

/// "ball" for "ball_3".
std::string without_number(const std::string& name) {
  const std::size_t under = name.rfind('_');
  const bool numbered = under != std::string::npos && under + 1 < name.size() && under > 0 &&
                        std::all_of(name.begin() + static_cast<std::ptrdiff_t>(under) + 1, name.end(),
                                    [](unsigned char c) { return std::isdigit(c) != 0; });
  return numbered ? name.substr(0, under) : name;
}

/// Names that are given out by one list of commands.
class Names {
 public:
  explicit Names(const schema::Scenario& scenario) : scenario_(scenario) {}

  std::string unused(const std::string& list, const std::string& wanted) {
    // The scenario with those given out already.
    std::string name = unused_name(scenario_, list, wanted);
    for (int k = 2; given_.contains({list, name}); ++k) {
      name = unused_name(scenario_, list, without_number(wanted) + "_" + std::to_string(k));
    }
    given_.insert({list, name});
    return name;
  }

 private:
  const schema::Scenario& scenario_;
  std::set<std::pair<std::string, std::string>> given_;
};

/// Commands that give the element at list[index], a copy of `message`, names of its own.
void add_new_names(const std::string& list, const std::string& list_name, int index,
                   const google::protobuf::Message& message, Names& names, std::vector<Command>& commands) {
  const std::string element = list + "[" + std::to_string(index) + "]";
  if (!name_of(message).empty()) {
    const std::string name = names.unused(list_name, name_of(message));
    if (name != name_of(message)) commands.emplace_back(SetField{element + ".name", quoted_text(name)});
  }
  if (message.GetDescriptor() != schema::Body::descriptor()) return;
  // Joints are known in the whole scenario.
  const auto& body = static_cast<const schema::Body&>(message);
  for (int k = 0; k < body.joint_size(); ++k) {
    if (body.joint(k).name().empty()) continue;
    const std::string name = names.unused("joint", body.joint(k).name());
    if (name == body.joint(k).name()) continue;
    commands.emplace_back(SetField{element + ".joint[" + std::to_string(k) + "].name", quoted_text(name)});
  }
}

/// Refs in the order of the text; those inside of another are left out.
Result<std::vector<FieldRef>> outermost(const Document& document, const Selection& paths) {
  std::vector<FieldRef> refs;
  for (const std::string& path : paths) {
    DIORAMA_ASSIGN_OR_RETURN(FieldRef ref, resolve_field(document.scenario(), path));
    if (ref.steps.back().index < 0) return invalid_input(ref.path + " is no element of a list");
    refs.push_back(std::move(ref));
  }
  const auto key = [](const FieldRef& ref) {
    std::vector<std::pair<int, int>> steps;
    for (const auto& step : ref.steps) steps.emplace_back(step.field->index(), step.index);
    return steps;
  };
  std::sort(refs.begin(), refs.end(), [&](const FieldRef& a, const FieldRef& b) { return key(a) < key(b); });
  std::vector<FieldRef> kept;
  for (FieldRef& ref : refs) {
    if (!kept.empty()) {
      const auto outer = key(kept.back());
      const auto own = key(ref);
      if (own.size() >= outer.size() && std::equal(outer.begin(), outer.end(), own.begin())) continue;
    }
    kept.push_back(std::move(ref));
  }
  return kept;
}

const SourceNode& node_of(const Document& document, const FieldRef& ref) { return *nodes_along(document.source(), ref).back(); }

std::string text_of(const Document& document, const FieldRef& ref) {
  return node_text(document.text(), *internal::parent_node(document, ref), node_of(document, ref));
}

/// Lines as far left as they go.
std::string unindented(const std::string& text, std::size_t indent) {
  std::string result;
  std::size_t skip = 0;
  for (const char c : text) {
    if (c == ' ' && skip > 0) {
      --skip;
      continue;
    }
    skip = c == '\n' ? indent : 0;
    result += c;
  }
  return result.substr(std::min(result.find_first_not_of(' '), result.size()));
}

/// Inserts the fields of `text`, read as fields of what stands at `holder` ("" = the scenario).
Result<std::vector<Command>> paste_into(const Document& document, const std::string& text, const std::string& holder,
                                        const google::protobuf::Message& message) {
  auto source = map_source(text, *message.GetDescriptor());
  if (!source.ok()) return source.status();
  const std::string plain = without_message_lists(text, *source);
  source = map_source(plain, *message.GetDescriptor());
  if (!source.ok()) return source.status();
  const std::string prefix = holder.empty() ? "" : holder + ".";
  std::map<std::string, int> sizes;
  Names names(document.scenario());
  std::vector<Command> commands;
  std::vector<Command> renames;
  for (const SourceNode& node : source->children) {
    const std::string field = node.field->name();
    const std::string value = plain.substr(node.value_begin, node.value_end - node.value_begin);
    if (!node.field->is_repeated()) {
      commands.emplace_back(SetField{prefix + field, value});
      continue;
    }
    if (!node.is_message()) return invalid_input(field + " cannot be pasted alone");
    auto& size = sizes.try_emplace(field, message.GetReflection()->FieldSize(message, node.field)).first->second;
    commands.emplace_back(InsertElement{prefix + field, size, value});
    // What the text says, for its names.
    const std::unique_ptr<google::protobuf::Message> beside(message.New());
    const auto element = resolve_field(*beside, field);
    google::protobuf::Message& added = *beside->GetReflection()->AddMessage(beside.get(), node.field);
    FieldRef ref = *element;
    ref.steps.back().index = 0;
    DIORAMA_RETURN_IF_ERROR(set_field_text(*beside, ref, value));
    add_new_names(prefix + field, field, size, added, names, renames);
    ++size;
  }
  if (commands.empty()) return invalid_input("there is nothing to paste");
  commands.insert(commands.end(), renames.begin(), renames.end());
  return commands;
}

}  // namespace

std::vector<std::string> shape_kinds() { return alternatives(*schema::Shape::descriptor(), "geometry"); }
std::vector<std::string> camera_kinds() { return alternatives(*schema::Camera::descriptor(), "motion"); }
std::vector<std::string> light_kinds() { return alternatives(*schema::Light::descriptor(), "kind"); }
std::vector<std::string> joint_kinds() {
  std::vector<std::string> names;
  const auto& words = *schema::Joint::Type_descriptor();
  for (int i = 0; i < words.value_count(); ++i) {
    if (words.value(i)->number() != schema::Joint::TYPE_UNSPECIFIED) names.push_back(words.value(i)->name());
  }
  return names;
}

std::string unused_name(const schema::Scenario& scenario, const std::string& list, const std::string& wanted) {
  std::set<std::string> taken;
  if (list == "joint") {
    for (const schema::Body& body : scenario.body()) {
      for (const schema::Joint& joint : body.joint()) taken.insert(joint.name());
    }
  } else {
    const std::vector<std::string> lists = list == "body" || list == "group" ? std::vector<std::string>{"body", "group"}
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

std::string file_as_named(const Document& document, const std::filesystem::path& file) {
  std::error_code error;
  const std::filesystem::path full = std::filesystem::absolute(file, error).lexically_normal();
  const std::filesystem::path relative = full.lexically_relative(document.base_folder());
  // Far away, a path from the root says more than a row of dots.
  const auto climbs = std::count(relative.begin(), relative.end(), std::filesystem::path(".."));
  return relative.empty() || climbs > 3 ? full.generic_string() : relative.generic_string();
}

Result<std::vector<Command>> add_body(const Document& document, const std::string& shape_kind,
                                      const std::filesystem::path& mesh_file) {
  DIORAMA_RETURN_IF_ERROR(check_kind(shape_kind, shape_kinds(), "shape"));
  if (shape_kind == "mesh" && mesh_file.empty()) return invalid_input("choose the file of the mesh");
  const NewShape shape = new_shape(shape_kind, mesh_file.empty() ? "" : file_as_named(document, mesh_file));
  const bool is_plane = shape_kind == "plane";
  const std::string stem = is_plane ? "floor" : shape_kind == "mesh" ? mesh_file.stem().string() : shape_kind;
  const std::string name = unused_name(document.scenario(), "body", stem.empty() ? "mesh" : stem);
  const auto [x, y] = is_plane ? std::pair{0.0, 0.0} : free_place(document.scenario());
  std::string text = name_field(name) + "class_name: " + quoted_text(stem) + " ";
  if (is_plane) text += "motion: STATIC ";
  if (!is_plane) text += "position_m " + vec(x, y, shape.height_m) + " ";
  return std::vector<Command>{InsertElement{"body", -1, text + "shape { " + shape.text + " }"}};
}

Result<std::vector<Command>> add_shape(const Document& document, const std::string& body_path, const std::string& shape_kind) {
  DIORAMA_RETURN_IF_ERROR(check_kind(shape_kind, shape_kinds(), "shape"));
  if (shape_kind == "mesh") return invalid_input("add a body from the mesh's file, or set the file of a shape");
  DIORAMA_ASSIGN_OR_RETURN(const FieldRef list, resolve_field(document.scenario(), body_path + ".shape"));
  return std::vector<Command>{InsertElement{list.path, -1, new_shape(shape_kind, "").text}};
}

Result<std::vector<Command>> add_joint(const Document& document, const std::string& body_path, const std::string& joint_kind) {
  DIORAMA_RETURN_IF_ERROR(check_kind(joint_kind, joint_kinds(), "joint"));
  DIORAMA_ASSIGN_OR_RETURN(const FieldRef list, resolve_field(document.scenario(), body_path + ".joint"));
  std::string stem = joint_kind;
  std::transform(stem.begin(), stem.end(), stem.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::vector<Command>{
      InsertElement{list.path, -1, name_field(unused_name(document.scenario(), "joint", stem)) + "type: " + joint_kind}};
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
  const std::string name = name_field(unused_name(scenario, "camera", scenario.camera_size() == 0 ? "main" : "camera"));
  const std::string at = "position_m " + vec(x + 1.5, y - 1.5, z + 1.2);
  std::string motion;
  if (camera_kind == "fixed") {
    motion = "fixed { " + at + " look_at_m " + vec(x, y, z) + " }";
  } else if (camera_kind == "orbit") {
    motion = "orbit { center_m " + vec(x, y, z) + " radius_m: 2 height_m: 1 rate_deg_s: 20 }";
  } else if (camera_kind == "model_camera") {
    if (!scenario.has_model()) return invalid_input("the scenario has no model file whose camera could be taken");
    motion = "model_camera: \"\"";
  } else if (body.empty()) {
    return invalid_input("there is no body yet that the camera could follow");
  } else if (camera_kind == "look_at") {
    motion = "look_at { " + at + " body: " + quoted_text(body) + " }";
  } else {
    motion = "mounted { body: " + quoted_text(body) + " position_m { x: -0.4 z: 0.3 } look_at_m {} }";
  }
  return std::vector<Command>{InsertElement{"camera", -1, name + motion}};
}

Result<std::vector<Command>> add_light(const Document& document, const std::string& light_kind) {
  DIORAMA_RETURN_IF_ERROR(check_kind(light_kind, light_kinds(), "light"));
  const std::string name = name_field(unused_name(document.scenario(), "light", light_kind));
  // About as bright on the ground below as a cloudy day, which the default exposure is made for.
  const std::string light = light_kind == "sun"     ? "sun { azimuth_deg: 40 elevation_deg: 50 }"
                            : light_kind == "point" ? "point { position_m { z: 2 } intensity_candela: 50000 }"
                                                    : "spot { position_m { x: 1 z: 2 } look_at_m {} intensity_candela: 50000 }";
  return std::vector<Command>{InsertElement{"light", -1, name + light}};
}

Result<std::vector<Command>> add_material(const Document& document) {
  return std::vector<Command>{InsertElement{
      "material", -1, name_field(unused_name(document.scenario(), "material", "material")) + "base_color { r: 0.7 g: 0.7 b: 0.7 }"}};
}

Result<std::vector<Command>> add_group(const Document& document) {
  const std::string name = unused_name(document.scenario(), "group", "group");
  return std::vector<Command>{InsertElement{
      "group", -1,
      name_field(name) +
          "count: 8 center_m { z: 0.8 } half_extent_m { x: 0.4 y: 0.4 z: 0.4 } orientation: ANY clearance_m: 0.002\n"
          "item {\n  body { class_name: \"box\" shape { box { half_x_m: 0.06 half_y_m: 0.06 half_z_m: 0.06 } } }\n"
          "  material { base_color { r: 0.8 g: 0.35 b: 0.25 } }\n"
          "  vary { path: \"body.shape[0].box.half_x_m\" distribution { uniform { low: 0.04 high: 0.08 } } }\n}\n"
          "item {\n  body { class_name: \"ball\" shape { sphere { radius_m: 0.06 } } }\n"
          "  material { base_color { r: 0.25 g: 0.5 b: 0.8 } }\n"
          "  vary { path: \"body.shape[0].sphere.radius_m\" distribution { uniform { low: 0.04 high: 0.08 } } }\n}"}};
}

Result<std::vector<Command>> import_model(const Document& document, const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return invalid_input(file.string() + ": there is no such file");
  if (document.scenario().has_model() && !document.scenario().model().file().empty()) {
    return invalid_input("the scenario is built on " + document.scenario().model().file() + " already; set model.file to exchange it");
  }
  return std::vector<Command>{SetField{"model.file", quoted_text(file_as_named(document, file))}};
}

Result<std::string> copy_text(const Document& document, const Selection& paths) {
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<FieldRef> refs, outermost(document, paths));
  if (refs.empty()) return invalid_input("nothing is selected");
  std::string text;
  for (const FieldRef& ref : refs) {
    if (ref.field().containing_type() != refs.front().field().containing_type()) {
      return invalid_input(refs.front().path + " and " + ref.path + " cannot be copied together");
    }
    text += unindented(text_of(document, ref), indent_at(document.text(), node_of(document, ref).begin)) + "\n";
  }
  return text;
}

Result<std::vector<Command>> paste(const Document& document, const std::string& text) {
  auto pasted = paste_into(document, text, "", document.scenario());
  if (pasted.ok() || document.selection().empty()) return pasted;
  // Into the selected element, or what holds it.
  std::string path = document.selection().back();
  while (!path.empty()) {
    auto ref = resolve_field(document.scenario(), path);
    if (ref.ok() && ref->field().message_type() != nullptr && ref->steps.back().index >= 0) {
      const auto& parent = parent_of(document.scenario(), *ref);
      auto inner = paste_into(document, text, path,
                              parent.GetReflection()->GetRepeatedMessage(parent, &ref->field(), ref->steps.back().index));
      if (inner.ok()) return inner;
    }
    const std::size_t dot = path.rfind('.');
    path = dot == std::string::npos ? "" : path.substr(0, dot);
  }
  return pasted;
}

Result<std::vector<Command>> duplicate(const Document& document, const Selection& paths) {
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<FieldRef> refs, outermost(document, paths));
  if (refs.empty()) return invalid_input("nothing is selected");
  Names names(document.scenario());
  std::vector<Command> commands;
  // From the last to the first, so that indices hold.
  for (auto ref = refs.rbegin(); ref != refs.rend(); ++ref) {
    FieldRef list = *ref;
    list.steps.back().index = -1;
    const std::string list_path = internal::path_of(document.scenario(), list.steps);
    const SourceNode& node = node_of(document, *ref);
    const std::string value = unindented(document.text().substr(node.value_begin, node.value_end - node.value_begin),
                                         indent_at(document.text(), node.begin));
    const int index = ref->steps.back().index + 1;
    commands.emplace_back(InsertElement{list_path, index, value});
    const auto& parent = parent_of(document.scenario(), *ref);
    add_new_names(list_path, ref->field().name(), index,
                  parent.GetReflection()->GetRepeatedMessage(parent, &ref->field(), index - 1), names, commands);
  }
  return commands;
}

Result<std::vector<Command>> remove_all(const Document& document, const Selection& paths) {
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<FieldRef> refs, outermost(document, paths));
  if (refs.empty()) return invalid_input("nothing is selected");
  std::vector<Command> commands;
  for (auto ref = refs.rbegin(); ref != refs.rend(); ++ref) commands.emplace_back(RemoveElement{ref->path});
  return commands;
}

}  // namespace diorama::editor
