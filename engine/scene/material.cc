#include "engine/scene/material.h"

#include <cmath>

namespace diorama {

double linear_from_srgb(double srgb) {
  return srgb <= 0.04045 ? srgb / 12.92 : std::pow((srgb + 0.055) / 1.055, 2.4);
}

dvec3 linear_from_srgb(const dvec3& srgb) {
  return {linear_from_srgb(srgb.x), linear_from_srgb(srgb.y), linear_from_srgb(srgb.z)};
}

}  // namespace diorama
