// Where the surface points of a picture are one frame later or earlier: from depth, poses and
// cameras alone. Private to apps/pipeline.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/scene/scene.h"
#include "exporters/labels/state_columns.h"

namespace diorama {

/// A point's way from one frame to another.
struct PointMotion {
  bool moves = false;  ///< False where there is no other frame or no such point: its flow is 0 by
                       ///< definition.
  bool near = false;  ///< At the other frame it is nearer than near_m: its flow in the picture is 0
                      ///< by definition.
  dvec2 pixel{0.0};   ///< Where the camera sees it then.
  dvec3 displacement{0.0};  ///< Through the world, m, along the camera axes of the first frame.
};

/// Of one camera over an episode.
class FlowOracle {
 public:
  FlowOracle(const Scene& scene, const SceneBinding& binding, const std::vector<State>& states,
             CameraId camera);

  /// The point that pixel (u, v) of frame `from` shows at planar depth `depth_m` on object `id` -
  /// 1, at frame `to`.
  PointMotion move(int from, int to, int u, int v, double depth_m, int id) const;

 private:
  const SceneBinding& binding_;
  const std::vector<State>& states_;
  const Camera& camera_;
  std::vector<Pose> world_from_camera_;  ///< Per frame.
};

}  // namespace diorama
