// Every label of a strip of hits, straight from its meaning in renderers/renderer.h: nothing here is shared with another
// renderer, so that the two can check each other. Private to renderers/raycast.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "renderers/raycast/pictures.h"
#include "renderers/raycast/surface.h"
#include "renderers/raycast/trace.h"

namespace diorama::raycast {

/// What a scene's labels need to know of it at any state. Value.
struct SceneLabels {
  struct Ids {
    std::uint16_t instance = 0;
    std::uint16_t part = 0;
    std::uint16_t class_id = 0;
    int body = 0;
  };
  std::vector<Ids> shapes;     ///< By shape.
  std::vector<Bounds> bodies;  ///< In the body's frame.
  int num_objects = 0;         ///< 1 + the largest object index.

  explicit SceneLabels(const Scene& scene);
  /// Planes that the amodal masks have.
  int amodal_planes() const;
};

/// A camera at one state. Borrows the placed scene.
struct View {
  const PlacedScene* placed = nullptr;
  Pose world_from_camera;
};

/// Rays of pixels [first_column, first_column + count) of one row.
void aim(const Camera& camera, const Pose& world_from_camera, int row, int first_column, int count, RayStrip& rays);

/// Labels of one view. Borrows all that it is made of.
class ViewLabels {
 public:
  ViewLabels(const Scene& scene, const SceneLabels& labels, CameraId camera, const View& now,
             const std::optional<View>& next, const std::optional<View>& previous, ChannelSet channels);

  /// `surface` holds normals if kNormal is among the channels. `view` is the picture's place in `pictures`.
  void write(const RayStrip& rays, const HitStrip& hits, const SurfaceStrip& surface, int row, int first_column, int view,
             Pictures& pictures);

 private:
  /// p -> linear p + offset
  struct Map {
    dmat3 linear{1.0};
    dvec3 offset{0.0};
    dvec3 operator()(const dvec3& p) const { return linear * p + offset; }
  };
  /// From the camera's frame now to the camera's frame at another state, by shape: with the shape's motion.
  struct Neighbour {
    View view;
    std::vector<Map> camera_from_camera;
  };

  static Map map_of(const Pose& a_from_b);
  std::optional<Neighbour> make_neighbour(const std::optional<View>& view) const;
  dvec3 point(const HitStrip& hits, int lane, int row, int column) const;
  void write_ids(const HitStrip& hits, int count, std::size_t first, Pictures& pictures) const;
  void write_normals(const HitStrip& hits, const SurfaceStrip& surface, int count, std::size_t first, Pictures& pictures) const;
  void write_flow(const std::optional<Neighbour>& other, const HitStrip& hits, int count, int row, int first_column,
                  float* flow) const;
  void write_scene_flow(const HitStrip& hits, int count, int row, int first_column, float* flow) const;
  void write_valid(const Neighbour& other, int bit, const HitStrip& hits, int count, int row, int first_column,
                   std::uint8_t* valid);
  void write_coordinates(const HitStrip& hits, int count, int row, int first_column, std::int8_t* coordinates) const;
  void write_hidden(const RayStrip& rays, int first_pixel, int view, Pictures& pictures);

  const Scene& scene_;
  const SceneLabels& labels_;
  const Camera& camera_;
  View now_;
  std::optional<Neighbour> next_;
  std::optional<Neighbour> previous_;
  std::vector<Map> scene_flow_;   ///< By shape.
  std::vector<Map> coordinates_;  ///< By shape: to (-127 .. 127)^3.
  glm::mat3 camera_from_world_;
  std::vector<RayCrossing> crossings_;
  RayStrip rays_to_points_{};
  HitStrip before_points_{};
};

}  // namespace diorama::raycast
