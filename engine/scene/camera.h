// Cameras: intrinsics and how they move. Camera frame: x right, y down, z forward (OpenCV). Pixel (0, 0) is the
// centre of the top-left pixel.
#pragma once

#include <string>

#include "engine/core/pose.h"
#include "engine/scene/ids.h"

namespace diorama {

/// Pinhole intrinsics. K maps camera metres to pixels: u = fx * x/z + cx, v = fy * y/z + cy.
struct Intrinsics {
  int width_px = 0;
  int height_px = 0;
  double fx_px = 0.0;
  double fy_px = 0.0;
  double cx_px = 0.0;
  double cy_px = 0.0;
};

/// Square pixels, principal point in the image's middle, vertical field of view in radians (0, pi).
Intrinsics intrinsics_from_fov_y(int width_px, int height_px, double fov_y_rad);

enum class CameraMotion {
  kMounted,     ///< Moves with its node (fixed in the world if the node has no body above it).
  kOrbit,       ///< Circles about `orbit_center_world` and looks at it (or at its target).
  kTrack,       ///< Keeps its initial offset to `target`'s origin and its initial orientation.
  kTrackCom,    ///< The same with the centre of mass of target's subtree.
  kTarget,      ///< At its node, looks at `target`'s origin.
  kTargetCom,   ///< At its node, looks at the centre of mass of target's subtree.
};

struct Camera {
  std::string name;  ///< Unique in the scene; the view's name in the dataset.
  NodeId node;
  Intrinsics intrinsics;
  double near_m = 0.02;
  double far_m = 30.0;  ///< Depth where nothing is hit.
  CameraMotion motion = CameraMotion::kMounted;
  BodyId target;                     ///< kTrack*, kTarget*; optional for kOrbit.
  dvec3 orbit_center_world{0.0};     ///< m
  double orbit_radius_m = 1.0;       ///< Horizontal distance.
  double orbit_height_m = 0.0;       ///< Above the centre.
  double orbit_phase_rad = 0.0;      ///< Azimuth at time 0, from world x toward y.
  double orbit_rate_rad_s = 0.0;
};

}  // namespace diorama
