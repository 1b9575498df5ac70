// What hits look like: shading normals, and base colours with textures. Private to renderers/raycast. Not thread-safe
// while a scene is loaded.
#pragma once

#include <vector>

#include "renderers/raycast/texture_store.h"
#include "renderers/raycast/trace.h"

namespace diorama::raycast {

/// Surfaces of a strip's hits; where nothing is hit the normal is +z and the rest is unset.
struct alignas(64) SurfaceStrip {
  Lanes<float> normal_x, normal_y, normal_z;  ///< World axes, on the side that is seen, of any length.
  Lanes<float> red, green, blue;              ///< Base colour, linear.
  Lanes<float> roughness, metallic;
  Lanes<float> emission;                      ///< Pre-exposed, times the base colour.
};

/// From pixel to pixel, the direction of the rays changes by these (world axes).
struct PixelSteps {
  glm::vec3 right{0.0F};
  glm::vec3 down{0.0F};
};

class SurfaceTable {
 public:
  /// Takes the looks of `scene`, whose shapes `shapes` holds; both must stay as they are until the next call.
  void load(const Scene& scene, const ShapeTable& shapes, bool materials);

  /// Interpolated vertex normals.
  void find_normals(const PlacedScene& placed, const HitStrip& hits, int count, SurfaceStrip& surface) const;
  /// Materials and textures.
  void find_colors(const PlacedScene& placed, const RayStrip& rays, const HitStrip& hits, const PixelSteps& steps,
                   SurfaceStrip& surface) const;

 private:
  /// How points of a shape become texture coordinates.
  enum class MapKind { kNone, kOwn, kPlanar, kCube };
  struct Looks {
    glm::vec3 color{0.0F};
    float roughness = 0.0F;
    float metallic = 0.0F;
    float emission = 0.0F;
    MapKind map = MapKind::kNone;
    glm::vec3 scale{0.0F};   ///< Coordinate = scale * position + offset.
    glm::vec3 offset{0.0F};
    const MipTexture* texture = nullptr;
    const SolidMesh* mesh = nullptr;  ///< Null for planes.
  };

  static void set_mapping(const Scene& scene, const Shape& shape, const Texture& texture, Looks& looks);
  static glm::vec3 texture_color(const Looks& looks, const PlacedScene& placed, const RayStrip& rays, const HitStrip& hits,
                                 int lane, const PixelSteps& steps);

  const Scene* scene_ = nullptr;
  TextureStore textures_;
  std::vector<Looks> looks_;  ///< By shape.
};

}  // namespace diorama::raycast
