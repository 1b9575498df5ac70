#include "engine/scene/camera.h"

#include <cmath>

namespace diorama {

Intrinsics intrinsics_from_fov_y(int width_px, int height_px, double fov_y_rad) {
  const double focal_px = 0.5 * height_px / std::tan(0.5 * fov_y_rad);
  return {width_px, height_px, focal_px, focal_px, 0.5 * (width_px - 1), 0.5 * (height_px - 1)};
}

}  // namespace diorama
