// Whether the stored point tracks of an episode are true: the points are drawn anew from the
// scenario, moved by the stored poses, projected by the cameras that follow from them, and looked
// for by rays. Private to apps/pipeline.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "apps/pipeline/audit_pictures.h"
#include "exporters/labels/tracks.h"
#include "exporters/shard/column_values.h"
#include "renderers/raycast/ray_scene.h"

namespace diorama {

/// An episode with its scene and its stored states.
struct TrackAudit {
  const Scene& scene;
  const std::vector<State>& states;
  std::map<std::string, ColumnValues> columns;  ///< The tracks' columns, as far as they are there.
  std::vector<TrackPoint> points;               ///< As the scenario gives them.
  RayScene& rays;
  std::vector<CameraId> cameras;      ///< Of the views.
  std::vector<std::string> suffixes;  ///< Of the views' columns.
};

/// Tells of every row with something wrong. Visibility is judged where neither a silhouette is
/// within a pixel nor the picture's border, near_m or far_m at the point. Fails where no rays can
/// be cast.
Status audit_tracks(const TrackAudit& audit, const TellPicture& tell);

}  // namespace diorama
