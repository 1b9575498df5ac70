#include "apps/editor/panel/scene_paths.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "engine/core/text.h"
#include "scenes/scene_builder.h"

namespace diorama::editor {
namespace {

constexpr double kDegree = M_PI / 180.0;

std::string element(const std::string& list, const std::string& name) { return list + "[" + name + "]"; }

/// The number as short as it can be written, without the noise of a drag.
std::string tidy(double value) {
  const double rounded = std::round(value * 1e6) * 1e-6;
  return format_number(rounded == 0.0 ? 0.0 : rounded);
}

std::string vector_text(const dvec3& v) {
  return fmt::format("{{ x: {} y: {} z: {} }}", tidy(v.x), tidy(v.y), tidy(v.z));
}

std::string rotation_text(const dquat& q, bool as_quaternion) {
  if (as_quaternion) {
    return fmt::format("{{ quaternion {{ w: {} x: {} y: {} z: {} }} }}", tidy(q.w), tidy(q.x), tidy(q.y), tidy(q.z));
  }
  // About fixed x, then y, then z: R = Rz Ry Rx.
  const dmat3 r = glm::mat3_cast(q);
  const double pitch = std::asin(std::clamp(-r[0][2], -1.0, 1.0));
  const double roll = std::atan2(r[1][2], r[2][2]);
  const double yaw = std::atan2(r[0][1], r[0][0]);
  return fmt::format("{{ euler {{ roll_deg: {} pitch_deg: {} yaw_deg: {} }} }}", tidy(roll / kDegree), tidy(pitch / kDegree),
                     tidy(yaw / kDegree));
}

/// The name in "list[name]...", "" if the path is of another list.
std::string name_in(const std::string& path, const std::string& list) {
  if (!path.starts_with(list + "[")) return "";
  const std::size_t end = path.find(']');
  return end == std::string::npos ? "" : path.substr(list.size() + 1, end - list.size() - 1);
}

void add_lengths(const schema::Shape& shape, const std::string& path, Movable& movable) {
  const auto add = [&](const char* field, double value) {
    if (value != 0.0) movable.lengths.emplace_back(path + "." + field, value);
  };
  if (shape.has_box()) {
    add("box.half_x_m", shape.box().half_x_m());
    add("box.half_y_m", shape.box().half_y_m());
    add("box.half_z_m", shape.box().half_z_m());
  }
  if (shape.has_sphere()) add("sphere.radius_m", shape.sphere().radius_m());
  if (shape.has_capsule()) {
    add("capsule.radius_m", shape.capsule().radius_m());
    add("capsule.half_length_m", shape.capsule().half_length_m());
  }
  if (shape.has_cylinder()) {
    add("cylinder.radius_m", shape.cylinder().radius_m());
    add("cylinder.half_length_m", shape.cylinder().half_length_m());
  }
  if (shape.has_plane()) {
    add("plane.half_x_m", shape.plane().half_x_m());
    add("plane.half_y_m", shape.plane().half_y_m());
  }
  if (shape.has_mesh()) add("mesh.scale", shape.mesh().has_scale() ? shape.mesh().scale() : 1.0);
  add("position_m.x", shape.position_m().x());
  add("position_m.y", shape.position_m().y());
  add("position_m.z", shape.position_m().z());
}

std::optional<Movable> movable_body(const Document& document, const Scene& scene, const std::string& name) {
  for (const schema::Body& body : document.scenario().body()) {
    if (body.name() != name) continue;
    const std::optional<BodyId> id = scene.find_body(name);
    if (!id) return std::nullopt;
    Movable movable;
    movable.path = element("body", name);
    const State start = initial_state(scene);
    movable.world_from_object = start.bodies[id->index].world_from_body;
    const BodyId parent = scene.bodies[id->index].parent;
    if (parent.valid()) movable.world_from_parent = start.bodies[parent.index].world_from_body.rotation;
    movable.position_path = movable.path + ".position_m";
    movable.position = vector_of(body.position_m());
    movable.rotation_path = movable.path + ".rotation";
    movable.rotation = rotation_of(body.rotation());
    movable.as_quaternion = body.rotation().has_quaternion();
    for (int i = 0; i < body.shape_size(); ++i) {
      add_lengths(body.shape(i), fmt::format("{}.shape[{}]", movable.path, i), movable);
    }
    return movable;
  }
  return std::nullopt;
}

Movable placed(std::string path, const std::string& position_path, const schema::Vec3& position) {
  Movable movable;
  movable.path = std::move(path);
  movable.position_path = movable.path + position_path;
  movable.position = vector_of(position);
  movable.world_from_object.position = movable.position;
  return movable;
}

}  // namespace

std::string path_of_body(const Document& document, const Scene& scene, BodyId body) {
  if (!body.valid()) return "";
  if (scene.model && body.index < scene.model->num_bodies) return "model";
  const std::string& name = scene.bodies[body.index].name;
  for (const schema::Body& own : document.scenario().body()) {
    if (own.name() == name) return element("body", name);
  }
  const std::string group = name.substr(0, name.rfind('/'));
  for (const schema::Group& own : document.scenario().group()) {
    if (own.name() == group) return element("group", group);
  }
  return "";
}

std::vector<BodyId> bodies_of_path(const Document& document, const Scene& scene, const std::string& path) {
  std::vector<BodyId> found;
  const std::string body = name_in(path, "body"), group = name_in(path, "group");
  if (!body.empty()) {
    if (const auto id = scene.find_body(body)) found.push_back(*id);
    return found;
  }
  if (group.empty() && path != "model") return found;
  for (std::size_t i = 0; i < scene.bodies.size(); ++i) {
    const std::string owner = path_of_body(document, scene, BodyId(i));
    if (owner == (group.empty() ? "model" : element("group", group))) found.emplace_back(i);
  }
  return found;
}

std::optional<Movable> movable_of(const Document& document, const Scene& scene, const std::string& path) {
  if (const std::string name = name_in(path, "body"); !name.empty()) return movable_body(document, scene, name);
  for (const schema::Group& group : document.scenario().group()) {
    if (name_in(path, "group") == group.name()) return placed(element("group", group.name()), ".center_m", group.center_m());
  }
  for (const schema::Camera& camera : document.scenario().camera()) {
    if (camera.name().empty() || name_in(path, "camera") != camera.name()) continue;
    const std::string own = element("camera", camera.name());
    if (camera.has_fixed()) return placed(own, ".fixed.position_m", camera.fixed().position_m());
    if (camera.has_look_at()) return placed(own, ".look_at.position_m", camera.look_at().position_m());
  }
  for (const schema::Light& light : document.scenario().light()) {
    if (light.name().empty() || name_in(path, "light") != light.name()) continue;
    const std::string own = element("light", light.name());
    if (light.has_point()) return placed(own, ".point.position_m", light.point().position_m());
    if (light.has_spot()) return placed(own, ".spot.position_m", light.spot().position_m());
  }
  return std::nullopt;
}

std::vector<Command> move_commands(const Movable& start, const dvec3& moved_world, const dquat& turned_world, double scaled) {
  std::vector<Command> commands;
  const dquat parent_from_world = glm::conjugate(start.world_from_parent);
  if (moved_world != dvec3(0.0)) {
    commands.emplace_back(SetField{start.position_path, vector_text(start.position + parent_from_world * moved_world)});
  }
  if (turned_world != identity_quat() && !start.rotation_path.empty()) {
    const dquat turned = parent_from_world * turned_world * start.world_from_parent * start.rotation;
    commands.emplace_back(SetField{start.rotation_path, rotation_text(glm::normalize(turned), start.as_quaternion)});
  }
  if (scaled != 1.0) {
    for (const auto& [path, value] : start.lengths) commands.emplace_back(SetField{path, tidy(value * scaled)});
  }
  return commands;
}

}  // namespace diorama::editor
