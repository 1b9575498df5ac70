#include "apps/pipeline/audit_flow.h"

namespace diorama {

FlowOracle::FlowOracle(const Scene& scene, const SceneBinding& binding,
                       const std::vector<State>& states, CameraId camera)
    : binding_(binding),
      states_(states),
      camera_(scene.cameras[static_cast<std::size_t>(camera.index)]) {
  const std::vector<Pose> initial = initial_node_poses(scene);
  for (const State& state : states) {
    world_from_camera_.push_back(
        camera_pose(scene, camera, state, node_poses(scene, state), initial));
  }
}

PointMotion FlowOracle::move(int from, int to, int u, int v, double depth_m, int id) const {
  PointMotion motion;
  if (to < 0 || to >= static_cast<int>(states_.size()) || id < 1 ||
      id > static_cast<int>(binding_.body_of_object.size()))
    return motion;
  const BodyId body = binding_.body_of_object[static_cast<std::size_t>(id - 1)];
  if (!body.valid()) return motion;
  motion.moves = true;
  const Intrinsics& k = camera_.intrinsics;
  const auto pose_at = [&](int frame) -> const Pose& {
    return states_[static_cast<std::size_t>(frame)]
        .bodies[static_cast<std::size_t>(body.index)]
        .world_from_body;
  };
  const Pose& eye = world_from_camera_[static_cast<std::size_t>(from)];
  const dvec3 in_camera(depth_m * (u - k.cx_px) / k.fx_px, depth_m * (v - k.cy_px) / k.fy_px,
                        depth_m);
  const dvec3 in_world = eye.transform_point(in_camera);
  const dvec3 moved = pose_at(to).transform_point(inverse(pose_at(from)).transform_point(in_world));
  const dvec3 seen =
      inverse(world_from_camera_[static_cast<std::size_t>(to)]).transform_point(moved);
  motion.displacement = inverse(eye).rotate(moved - in_world);
  motion.near = seen.z < camera_.near_m;
  if (!motion.near)
    motion.pixel = {k.fx_px * seen.x / seen.z + k.cx_px, k.fy_px * seen.y / seen.z + k.cy_px};
  return motion;
}

}  // namespace diorama
