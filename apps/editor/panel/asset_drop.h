// A file that was dropped on the viewport: finds the surface under the pointer in pictures of depth
// and normals, then takes the file into the document there. UI thread only.
#pragma once

#include <filesystem>
#include <optional>

#include "apps/editor/app/panel_context.h"

namespace diorama::editor {

class AssetDrop {
 public:
  /// (x, y) is the place in the picture of `request` (nothing while there is no scene), from (0, 0)
  /// top left to (1, 1); `ray_world` the unit direction from the eye through it.
  void begin(PanelContext& c, const std::filesystem::path& file,
             std::optional<PreviewRequest> request, double x, double y, const dvec3& ray_world);
  /// Every frame.
  void update(PanelContext& c);

 private:
  void finish(PanelContext& c, const std::optional<SurfacePoint>& on);
  SurfacePoint point_at(double depth_m, dvec3 normal_camera) const;

  std::filesystem::path file_;  // Empty = nothing was dropped.
  FreeCamera camera_;
  double x_ = 0.0;
  double y_ = 0.0;
  dvec3 ray_world_{0.0};
};

}  // namespace diorama::editor
