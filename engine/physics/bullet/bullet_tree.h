// How the bodies of a scene hang together, and trees of jointed bodies as btMultiBody. Owner:
// BulletModel's builder.
#pragma once

#include <vector>

#include "engine/core/status.h"
#include "engine/physics/bullet/bullet_model.h"
#include "engine/scene/scene.h"

namespace diorama {

/// Who belongs to whom, by index.
struct SceneTopology {
  explicit SceneTopology(const Scene& scene);

  /// True for a dynamic body under the static world: the root of a tree or a free body.
  bool is_root(const Scene& scene, int body) const;

  /// The body and all below it, parents first.
  std::vector<int> tree_of(int root) const;

  std::vector<bool> is_static;                ///< Static, or welded to something static.
  std::vector<std::vector<int>> children_of;  ///< Dynamic ones.
  std::vector<std::vector<int>> joints_of;
  std::vector<std::vector<int>> shapes_of;  ///< Colliding ones.
  std::vector<int> weld;                    ///< Weld group: its first body; -1 = the static world.
  std::vector<int> weld_parent;             ///< Weld group above; -1 = the static world.
};

/// invalid_input, naming the object, if the scene needs what Bullet cannot step.
Status check_supported(const Scene& scene, const SceneTopology& topology);

/// Appends the tree of `members` (parents first) to `model.trees`, with its joints at their initial
/// state, and fills in model.bodies, model.joints and model.joint_rows. Colliders are the caller's.
void build_tree(const Scene& scene, const SceneTopology& topology,
                const std::vector<Pose>& world_from_node, const std::vector<int>& members,
                BulletModel& model);

}  // namespace diorama
