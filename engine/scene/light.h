// Lights and sky, in photometric units. Plain values inside Scene.
#pragma once

#include <string>

#include "engine/core/pose.h"
#include "engine/scene/ids.h"

namespace diorama {

enum class LightType {
  kSun,    ///< Parallel light along its node's +z. The first shadow-casting sun has the shadow map.
  kPoint,  ///< From its node's origin in all directions, no shadow.
  kSpot,   ///< From its node's origin along +z within a cone, no shadow.
};

struct Light {
  std::string name;
  NodeId node;  ///< Moves with it.
  LightType type = LightType::kSun;
  dvec3 color_linear{1.0};
  double illuminance_lux = 0.0;     ///< kSun: on a surface facing it.
  double intensity_candela = 0.0;   ///< kPoint, kSpot.
  double cutoff_rad = 0.7854;       ///< kSpot: half angle of the cone.
  bool casts_shadow = true;         ///< kSun.
  BodyId target;                    ///< Valid: the light is aimed at this body's origin.
  bool tracks_target = false;       ///< With a target: keeps its initial offset to it instead of being aimed.
};

/// Light from all around: a vertical gradient, seen as background and used as ambient light.
struct Sky {
  dvec3 zenith_linear{0.25, 0.45, 0.8};
  dvec3 horizon_linear{0.75, 0.82, 0.9};
  dvec3 ground_linear{0.3, 0.28, 0.26};
  double luminance_nits = 8000.0;  ///< Luminance of a sky colour of 1, cd/m^2.
};

}  // namespace diorama
