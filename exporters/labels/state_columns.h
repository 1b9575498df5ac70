// Labels that follow from the scene and its states alone: poses, contacts, joints, cameras, in the dataset's slots.
// Values in double; the recorder stores them. Thread-safe as values are.
#pragma once

#include <span>
#include <vector>

#include "engine/core/status.h"
#include "engine/scene/layout.h"
#include "engine/scene/scene.h"
#include "engine/scene/state.h"

namespace diorama {

/// Where a scene's bodies, joints and cameras stand in its dataset.
struct SceneBinding {
  struct JointPlace {
    JointType type = JointType::kFree;
    int scene_qpos = 0;  ///< First entry in State::qpos.
    int scene_qvel = 0;
    int slot = 0;        ///< Index into SceneLayout::joints.
  };
  std::vector<BodyId> body_of_object;  ///< (N), invalid = absent.
  std::vector<JointPlace> joints;      ///< In the order of Scene::joints.
  std::vector<CameraId> camera_of_view;  ///< Parallel to SceneLayout::views.
};

/// failed(...) if the scene does not fit the layout (a bug of whoever drew it): unknown joint, missing camera,
/// object index out of range or used twice.
Result<SceneBinding> bind_scene(const SceneLayout& layout, const Scene& scene);

/// (slots, 7): x, y, z m, qw, qx, qy, qz, world_from_body; absent = identity. `out` has 7 per slot.
void fill_object_pose(const SceneBinding& binding, const State& state, std::span<double> out);
/// (slots, 6): linear (m/s), angular (rad/s), world axes; absent = 0.
void fill_object_velocity(const SceneBinding& binding, const State& state, std::span<double> out);
/// (slots, 10), see the column object_info.
void fill_object_info(const SceneBinding& binding, const SceneLayout& layout, const Scene& scene,
                      std::span<double> out);
/// (slots, 6): lower and upper corner of each object's shapes in its body frame, m; absent = 0.
void fill_object_box(const SceneBinding& binding, const Scene& scene, std::span<double> out);
/// (slots, 13): pose and velocity of each object.
void fill_state(const SceneBinding& binding, const State& state, std::span<double> out);

/// Padded qpos and qvel; entries of absent joints are 0.
void fill_qpos(const SceneBinding& binding, const SceneLayout& layout, const State& state, std::span<double> out);
void fill_qvel(const SceneBinding& binding, const SceneLayout& layout, const State& state, std::span<double> out);
/// The inverse: padded qpos and qvel into a state of the scene that `binding` was made of.
void take_joints(const SceneBinding& binding, const SceneLayout& layout, std::span<const double> qpos,
                 std::span<const double> qvel, State& state);
/// Positions of `joints` (indices into layout.joints), their velocities, then the sensor values.
void fill_proprio(const SceneBinding& binding, const SceneLayout& layout, std::span<const int> joints,
                  const State& state, std::span<double> out);

/// (C, 12) sorted by object pair, see the column contact; returns how many are used. rejected(...) if there are
/// more pairs than layout.max_contacts.
Result<int> fill_contacts(const SceneLayout& layout, const Scene& scene, const State& state, std::span<double> out);

/// (11): x, y, z, qw, qx, qy, qz (world_from_camera), fx, fy, cx, cy.
void fill_camera(const Scene& scene, CameraId camera, const Pose& world_from_camera, std::span<double> out);

}  // namespace diorama
