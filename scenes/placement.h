// Placement: authored bodies are checked for overlap, bodies of groups are drawn and scattered
// without any. Not thread-safe; one per draw.
#pragma once

#include <memory>
#include <vector>

#include "engine/core/rng.h"
#include "engine/core/status.h"
#include "engine/scene/overlap.h"
#include "scenes/scene_builder.h"
#include "schemas/scenario.pb.h"

namespace diorama {

/// Deeper initial penetrations of authored bodies reject the episode.
inline constexpr double kMaxInitialPenetrationM = 0.001;

/// Two bodies that reject the episode.
struct InitialOverlap {
  BodyId body;
  BodyId other;          ///< Stands earlier.
  double depth_m = 0.0;  ///< > kMaxInitialPenetrationM
};
/// For each body of a scene its deepest overlap with an earlier one, by the rules of Placement::take_authored().
std::vector<InitialOverlap> initial_overlaps(const Scene& scene, const OverlapFactory& make_overlap,
                                             int num_model_bodies);

class Placement {
 public:
  Placement(ConcreteSceneBuilder& builder, const OverlapFactory& make_overlap);

  /// Takes all bodies of the scene as obstacles. rejected(...) names two that overlap by more than
  /// kMaxInitialPenetrationM; pairs of static bodies, of parent and child, and of bodies of the
  /// model file
  /// (`num_model_bodies` of them, standing first) may.
  Status take_authored(int num_model_bodies);

  /// Draws the bodies of a group, places them and appends them, with their materials, to `resolved`
  /// as authored bodies. Body k depends on (key, group, k) and on where the earlier bodies are.
  /// rejected(...) if a body finds no place. `first_slot` is the object index of body 0.
  Status scatter(const schema::Group& group, SampleKey key, int first_slot,
                 schema::Scenario& resolved);

 private:
  Status scatter_one(const schema::Group& group, SampleKey key, int k, int slot,
                     schema::Scenario& resolved);

  ConcreteSceneBuilder& builder_;
  const OverlapFactory& make_overlap_;
  std::unique_ptr<OverlapChecker> obstacles_;
};

/// Draws the k-th body of a group from its catalogue: item and varied values, not yet its pose. The
/// body is named
/// "<group>/<k>", and so is the copy of the item's material (if any).
Result<schema::Group::Item> draw_item(const schema::Group& group, SampleKey key, int k);

/// What a drawn item adds to a scenario.
void name_item(const schema::Group& group, int k, schema::Group::Item& item);

}  // namespace diorama
