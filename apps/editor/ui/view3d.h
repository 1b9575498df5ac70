// A camera's view within a rectangle of the screen: world points to pixels and back, and an orbiting camera that a user steers.
// Values.
#pragma once

#include <optional>

#include <imgui.h>

#include "engine/core/pose.h"

namespace diorama::editor {

/// Camera frame: x right, y down, z forward.
struct View3d {
  Pose world_from_camera;
  double focal_px = 1.0;  ///< Of the screen's pixels, the same in both directions.
  double near_m = 0.02;
  ImVec2 origin;          ///< Top left corner of the rectangle on the screen.
  ImVec2 size;

  /// Nothing behind the near plane.
  std::optional<ImVec2> project(const dvec3& point_world) const;
  /// Both ends of what is in front of the near plane of a line; nothing if none of it is.
  std::optional<std::pair<ImVec2, ImVec2>> project(const dvec3& a_world, const dvec3& b_world) const;
  /// Unit direction in the world through a place of the screen.
  dvec3 ray(ImVec2 place) const;
  const dvec3& eye() const { return world_from_camera.position; }
  /// Metres that one pixel is wide at the depth of a point.
  double metres_per_pixel(const dvec3& point_world) const;
};

/// Looks at `target` from azimuth and elevation; z is up.
struct OrbitCamera {
  dvec3 target{0.0, 0.0, 0.3};
  double azimuth_rad = -0.9;   ///< Where the eye stands, from world x toward y.
  double elevation_rad = 0.45; ///< Within +-kMaxElevation.
  double distance_m = 4.0;
  double fov_y_rad = 0.8;
  static constexpr double kMaxElevation = 1.55;

  Pose world_from_camera() const;
  void orbit(double right_rad, double up_rad);
  /// By pixels of a picture of this height, so that the target follows the pointer.
  void pan(double dx_px, double dy_px, double height_px);
  void zoom(double factor);
  /// Turns about the eye.
  void look(double right_rad, double up_rad);
  /// Eye and target together: right, up and forward of the camera, metres.
  void fly(const dvec3& right_up_forward_m);
  /// Sees a ball of this radius whole.
  void frame(const dvec3& center, double radius_m);

  bool operator==(const OrbitCamera&) const = default;
};

}  // namespace diorama::editor
