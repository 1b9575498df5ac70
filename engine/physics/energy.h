// Mechanical energy and momentum of a State, for tests and audits.
#pragma once

#include "engine/scene/scene.h"

namespace diorama {

struct Mechanics {
  double kinetic_j = 0.0;
  double potential_j = 0.0;          ///< In the scene's gravity, zero at the world origin.
  dvec3 momentum_kg_m_s{0.0};        ///< World.
  dvec3 angular_momentum{0.0};       ///< kg m^2/s about the world origin.
};

/// Sums over the dynamic bodies.
Mechanics mechanics(const Scene& scene, const State& state);

}  // namespace diorama
