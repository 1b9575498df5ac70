// How a surface looks and how it touches. Plain values inside Scene.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/core/pose.h"
#include "engine/scene/ids.h"

namespace diorama {

/// Pixels of a texture, loaded once and shared by all episodes.
struct Texture {
  enum class Type {
    k2d,    ///< One image.
    kCube,  ///< Six square images below each other: +x, -x, +y, -y, +z, -z (right, left, up, down, front, back of MuJoCo).
  };
  std::string name;
  Type type = Type::k2d;
  int width_px = 0;
  int height_px = 0;                ///< kCube: 6 * width_px.
  std::vector<std::uint8_t> rgba;   ///< (height_px, width_px, 4), sRGB with linear alpha; row 0 is the top of the image.
};

/// How texture coordinates come about.
enum class TextureMapping {
  kMesh,     ///< The mesh's own coordinates; primitives by the planar rule.
  kPlanar,   ///< From the shape's x, y in its own frame: the whole extent is [0, 1], times texture_repeat.
  kUniform,  ///< As kPlanar, but texture_repeat counts per metre instead of per extent.
  kCube,     ///< By direction from the shape's centre.
};

struct Material {
  std::string name;
  dvec3 base_color_linear{0.5, 0.5, 0.5};  ///< Linear sRGB primaries, 0..1; multiplies the texture.
  double roughness = 0.6;                  ///< GGX perceptual roughness, 0.03..1.
  double metallic = 0.0;                   ///< 0..1.
  double emission_nits = 0.0;              ///< Emitted luminance, cd/m^2, in the base colour.
  TextureId texture;                       ///< Invalid = none.
  TextureMapping mapping = TextureMapping::kPlanar;
  dvec2 texture_repeat{1.0, 1.0};

  double density_kg_m3 = 1000.0;
  double friction = 0.5;             ///< Sliding (Coulomb), >= 0. A pair takes the larger of its two values.
  double torsional_friction_m = 0.005;
  double rolling_friction_m = 0.0001;
  double restitution = 0.0;          ///< 0..1. A pair takes the larger of its two values.
};

/// One sRGB value in 0..1 to linear light (IEC 61966-2-1).
double linear_from_srgb(double srgb);
dvec3 linear_from_srgb(const dvec3& srgb);

}  // namespace diorama
