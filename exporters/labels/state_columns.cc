#include "exporters/labels/state_columns.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

namespace diorama {
namespace {

constexpr int kPoseValues = 7;
constexpr int kVelocityValues = 6;
constexpr int kInfoValues = 10;
constexpr int kContactRowValues = 12;

void put_pose(const Pose& pose, double* out) {
  const std::array<double, 4> q = to_wxyz(pose.rotation);
  const double values[kPoseValues] = {pose.position.x, pose.position.y, pose.position.z, q[0], q[1], q[2], q[3]};
  std::copy(std::begin(values), std::end(values), out);
}

void put_velocity(const BodyState& body, double* out) {
  for (int axis = 0; axis < 3; ++axis) {
    out[axis] = body.linear_velocity_world[axis];
    out[3 + axis] = body.angular_velocity_world[axis];
  }
}

void put_vector(const dvec3& v, double* out) {
  for (int axis = 0; axis < 3; ++axis) out[axis] = v[axis];
}

/// The material of a body's first shape, null if it has no shape.
const Material* first_material(const Scene& scene, BodyId body) {
  for (const Shape& shape : scene.shapes) {
    if (shape.body == body && shape.material.valid()) return &scene.materials[shape.material.index];
  }
  return nullptr;
}

}  // namespace

Result<SceneBinding> bind_scene(const SceneLayout& layout, const Scene& scene) {
  SceneBinding binding;
  const int slots = std::max<int>(1, static_cast<int>(layout.objects.size()));
  binding.body_of_object.resize(slots);
  for (std::size_t i = 0; i < scene.bodies.size(); ++i) {
    const Body& body = scene.bodies[i];
    if (body.object_index < 0 || body.object_index >= static_cast<int>(layout.objects.size())) {
      return failed("body '" + body.name + "' has object index " + std::to_string(body.object_index) +
                    ", but the dataset has " + std::to_string(layout.objects.size()) + " object slots");
    }
    BodyId& slot = binding.body_of_object[body.object_index];
    if (slot.valid()) {
      return failed("bodies '" + scene.bodies[slot.index].name + "' and '" + body.name + "' share object index " +
                    std::to_string(body.object_index));
    }
    slot = BodyId(i);
  }

  std::map<std::string, int> slot_of_joint;
  for (std::size_t i = 0; i < layout.joints.size(); ++i) slot_of_joint[layout.joints[i].name] = static_cast<int>(i);
  int qpos = 0;
  int qvel = 0;
  for (const Joint& joint : scene.joints) {
    const auto slot = slot_of_joint.find(joint.name);
    if (slot == slot_of_joint.end()) return failed("joint '" + joint.name + "' has no slot in the dataset's layout");
    const JointSlot& place = layout.joints[slot->second];
    if (place.type != joint.type) return failed("joint '" + joint.name + "' has another type than its slot");
    if (place.qpos_offset < 0 || place.qpos_offset + num_positions(joint.type) > layout.num_positions ||
        place.qvel_offset < 0 || place.qvel_offset + num_velocities(joint.type) > layout.num_velocities) {
      return failed("joint '" + joint.name + "': its slot lies outside the padded qpos or qvel");
    }
    binding.joints.push_back({joint.type, qpos, qvel, slot->second});
    qpos += num_positions(joint.type);
    qvel += num_velocities(joint.type);
  }

  for (const ViewLayout& view : layout.views) {
    const std::optional<CameraId> camera = scene.find_camera(view.name);
    if (!camera) return failed("the scene has no camera '" + view.name + "', which the dataset wants");
    const Intrinsics& k = scene.cameras[camera->index].intrinsics;
    if (k.width_px != view.width_px || k.height_px != view.height_px) {
      return failed("camera '" + view.name + "' has another image size than the dataset");
    }
    binding.camera_of_view.push_back(*camera);
  }
  return binding;
}

void fill_object_pose(const SceneBinding& binding, const State& state, std::span<double> out) {
  for (std::size_t i = 0; i < binding.body_of_object.size(); ++i) {
    const BodyId body = binding.body_of_object[i];
    put_pose(body.valid() ? state.bodies[body.index].world_from_body : Pose(), &out[i * kPoseValues]);
  }
}

void fill_object_velocity(const SceneBinding& binding, const State& state, std::span<double> out) {
  for (std::size_t i = 0; i < binding.body_of_object.size(); ++i) {
    const BodyId body = binding.body_of_object[i];
    put_velocity(body.valid() ? state.bodies[body.index] : BodyState(), &out[i * kVelocityValues]);
  }
}

void fill_object_box(const SceneBinding& binding, const Scene& scene, std::span<double> out) {
  std::fill(out.begin(), out.end(), 0.0);
  for (std::size_t i = 0; i < binding.body_of_object.size(); ++i) {
    if (!binding.body_of_object[i].valid()) continue;
    const Bounds bounds = body_bounds(scene, binding.body_of_object[i]);
    put_vector(bounds.lower, &out[6 * i]);
    put_vector(bounds.upper, &out[6 * i + 3]);
  }
}

void fill_state(const SceneBinding& binding, const State& state, std::span<double> out) {
  for (std::size_t i = 0; i < binding.body_of_object.size(); ++i) {
    const BodyId body = binding.body_of_object[i];
    const BodyState object = body.valid() ? state.bodies[body.index] : BodyState();
    double* row = &out[i * (kPoseValues + kVelocityValues)];
    put_pose(object.world_from_body, row);
    put_velocity(object, row + kPoseValues);
  }
}

void fill_object_info(const SceneBinding& binding, const SceneLayout& layout, const Scene& scene,
                      std::span<double> out) {
  for (std::size_t i = 0; i < binding.body_of_object.size(); ++i) {
    double* row = &out[i * kInfoValues];
    std::fill(row, row + kInfoValues, 0.0);
    row[9] = -1.0;
    const BodyId id = binding.body_of_object[i];
    if (!id.valid()) continue;
    const Body& body = scene.bodies[id.index];
    const bool is_static = body.motion == Motion::kStatic;
    row[0] = 1.0;
    row[1] = class_id(layout, body.class_name);
    row[2] = is_static ? 0.0 : body.mass.mass_kg;
    if (const Material* material = first_material(scene, id)) {
      row[3] = material->friction;
      row[4] = material->restitution;
    }
    const Bounds bounds = body_bounds(scene, id);
    put_vector(bounds.upper - bounds.lower, row + 5);
    row[8] = is_static ? 1.0 : 0.0;
    row[9] = body.articulation;
  }
}

void fill_qpos(const SceneBinding& binding, const SceneLayout& layout, const State& state, std::span<double> out) {
  std::fill(out.begin(), out.end(), 0.0);
  for (const SceneBinding::JointPlace& joint : binding.joints) {
    std::copy_n(state.qpos.begin() + joint.scene_qpos, num_positions(joint.type),
                out.begin() + layout.joints[joint.slot].qpos_offset);
  }
}

void fill_qvel(const SceneBinding& binding, const SceneLayout& layout, const State& state, std::span<double> out) {
  std::fill(out.begin(), out.end(), 0.0);
  for (const SceneBinding::JointPlace& joint : binding.joints) {
    std::copy_n(state.qvel.begin() + joint.scene_qvel, num_velocities(joint.type),
                out.begin() + layout.joints[joint.slot].qvel_offset);
  }
}

void take_joints(const SceneBinding& binding, const SceneLayout& layout, std::span<const double> qpos,
                 std::span<const double> qvel, State& state) {
  for (const SceneBinding::JointPlace& joint : binding.joints) {
    const JointSlot& slot = layout.joints[joint.slot];
    std::copy_n(qpos.begin() + slot.qpos_offset, num_positions(slot.type), state.qpos.begin() + joint.scene_qpos);
    std::copy_n(qvel.begin() + slot.qvel_offset, num_velocities(slot.type), state.qvel.begin() + joint.scene_qvel);
  }
}

void fill_proprio(const SceneBinding& binding, const SceneLayout& layout, std::span<const int> joints,
                  const State& state, std::span<double> out) {
  std::vector<double> qpos(layout.num_positions);
  std::vector<double> qvel(layout.num_velocities);
  fill_qpos(binding, layout, state, qpos);
  fill_qvel(binding, layout, state, qvel);
  auto place = out.begin();
  for (const int joint : joints) {
    const JointSlot& slot = layout.joints[joint];
    place = std::copy_n(qpos.begin() + slot.qpos_offset, num_positions(slot.type), place);
  }
  for (const int joint : joints) {
    const JointSlot& slot = layout.joints[joint];
    place = std::copy_n(qvel.begin() + slot.qvel_offset, num_velocities(slot.type), place);
  }
  std::copy(state.sensor_values.begin(), state.sensor_values.end(), place);
}

Result<int> fill_contacts(const SceneLayout& layout, const Scene& scene, const State& state, std::span<double> out) {
  const std::size_t slots = out.size() / kContactRowValues;
  std::fill(out.begin(), out.end(), 0.0);
  for (std::size_t i = 0; i < slots; ++i) out[i * kContactRowValues] = out[i * kContactRowValues + 1] = -1.0;

  if (static_cast<int>(state.contacts.size()) > layout.max_contacts) {
    return rejected(std::to_string(state.contacts.size()) + " object pairs touch at t = " +
                    std::to_string(state.time_s) + " s, but the dataset holds " + std::to_string(layout.max_contacts) +
                    "; raise the scenario's contact limit");
  }
  std::vector<std::array<double, kContactRowValues>> rows;
  for (const Contact& contact : state.contacts) {
    int a = scene.bodies[contact.a.index].object_index;
    int b = scene.bodies[contact.b.index].object_index;
    // Contacts are ordered by body; when the objects' order differs, the roles change and with them both signs.
    const double sign = a < b ? 1.0 : -1.0;
    if (a > b) std::swap(a, b);
    std::array<double, kContactRowValues> row{};
    row[0] = a;
    row[1] = b;
    put_vector(contact.point_world, &row[2]);
    const dvec3 plus_zero(0.0);  // turns -0 into 0
    put_vector(sign * contact.normal_world + plus_zero, &row[5]);
    put_vector(sign * contact.force_world_n + plus_zero, &row[8]);
    row[11] = contact.min_gap_m;
    rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end(), [](const auto& x, const auto& y) {
    return std::pair(x[0], x[1]) < std::pair(y[0], y[1]);
  });
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::copy(rows[i].begin(), rows[i].end(), out.begin() + static_cast<std::ptrdiff_t>(i * kContactRowValues));
  }
  return static_cast<int>(rows.size());
}

void fill_camera(const Scene& scene, CameraId camera, const Pose& world_from_camera, std::span<double> out) {
  put_pose(world_from_camera, out.data());
  const Intrinsics& k = scene.cameras[camera.index].intrinsics;
  out[7] = k.fx_px;
  out[8] = k.fy_px;
  out[9] = k.cx_px;
  out[10] = k.cy_px;
}

}  // namespace diorama
