// How the scene's materials become MuJoCo's contact parameters, and how much room contacts get. Private to
// engine/physics/mujoco.
#pragma once

#include "engine/scene/scene.h"

namespace diorama::mujoco {

/// Contact parameters of one geom.
struct GeomContact {
  double solref[2];  ///< Time constant (s) and damping ratio.
  double solimp[3];
  double solmix;     ///< Weight of this geom's solref and solimp in a pair.
  int condim;
};

/// MuJoCo takes friction element-wise as the larger of a pair's values, which is the scene's own rule. Restitution
/// has no parameter: it is the damping ratio of a soft contact that lasts kBounceSteps steps. A pair's solref is the
/// average weighted by solmix, so solmix grows so fast with restitution that the bouncier of two materials alone
/// decides. Rolling friction (condim 6) is asked for by shapes that can roll; a pair takes the larger condim.
GeomContact geom_contact(const Shape& shape, const Material& material, double step_s);

/// Restitution of a spring and damper of damping ratio `damping_ratio` > 0 that can push but not pull:
/// exp(-2 z acos(z) / sqrt(1 - z^2)), and its continuation for z >= 1.
double restitution_of_damping_ratio(double damping_ratio);

/// Its inverse, by bisection; restitution in (0, 1).
double damping_ratio_of_restitution(double restitution);

/// nconmax and njmax of MuJoCo 2.2.2, where a full buffer drops contacts (and rejects the episode). Memory grows
/// with the square of njmax, about 13 bytes used and 52 reserved for each njmax^2.
struct BufferSize {
  int contacts = 0;
  int rows = 0;
};
BufferSize contact_buffer(int moving_bodies, int limited_joints, int rows_per_contact);

/// Constraint rows of a contact of `condim` dimensions.
int rows_of_contact(int condim, bool elliptic);

}  // namespace diorama::mujoco
