#include "engine/physics/mujoco/contact_parameters.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace diorama::mujoco {
namespace {

// A dead contact. Stiffer and less damped ones make stacks rock themselves down: of six stacks of five boxes three
// fell within 8 s with (0.004 s, 1), at 240 to 960 Hz; none with these, where a box sinks 0.3 mm into the next.
// The damping ratio leaves a restitution of 0.05 instead of 0.14.
constexpr double kDeadTimeConstantS = 1.0 / 120.0;
constexpr double kDeadTimeConstantSteps = 2.0;
constexpr double kDeadDampingRatio = 2.0;
// Length of a bounce. Fewer steps make restitution depend on the phase of the impact; more sink deeper.
constexpr double kBounceSteps = 8.0;
// MuJoCo raises time constants below two steps (mjDSBL_REFSAFE), which bounds the damping ratio of a bounce.
constexpr double kMinTimeConstantSteps = 2.0;
// Below this, a dead contact is nearer to the truth than the least bounce that the bound allows (0.1).
constexpr double kLeastRestitution = 0.05;
// solmix = exp(kMixSharpness * restitution) stays within double range, and a restitution higher by 0.05 weighs
// 1e13 times as much.
constexpr double kMixSharpness = 600.0;

bool can_roll(ShapeType type) {
  return type == ShapeType::kSphere || type == ShapeType::kCapsule || type == ShapeType::kCylinder ||
         type == ShapeType::kEllipsoid;
}

}  // namespace

double restitution_of_damping_ratio(double damping_ratio) {
  const double z = damping_ratio;
  double ratio = 1.0;  // acos(z) / sqrt(1 - z^2), 1 at z = 1
  if (z < 1.0 - 1e-9) ratio = std::acos(z) / std::sqrt(1.0 - z * z);
  if (z > 1.0 + 1e-9) ratio = std::acosh(z) / std::sqrt(z * z - 1.0);
  return std::exp(-2.0 * z * ratio);
}

double damping_ratio_of_restitution(double restitution) {
  double low = 0.0;    // bounces fully
  double high = 1e4;   // hardly at all
  for (int i = 0; i < 200 && high - low > 1e-15 * high; ++i) {
    const double middle = 0.5 * (low + high);
    (restitution_of_damping_ratio(middle) > restitution ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

GeomContact geom_contact(const Shape& shape, const Material& material, double step_s) {
  GeomContact contact{{std::max(kDeadTimeConstantSteps * step_s, kDeadTimeConstantS), kDeadDampingRatio}, {0.95, 0.99, 0.001}, 1.0, 4};
  if (can_roll(shape.type) && material.rolling_friction_m > 0.0) contact.condim = 6;
  if (material.restitution >= kLeastRestitution) {
    // Half a period of the undamped spring spans the bounce: w = pi / (N dt), and time constant = 1 / (w z).
    const double inverse_w = kBounceSteps * step_s / std::numbers::pi;
    const double z_limit = inverse_w / (kMinTimeConstantSteps * step_s);
    const double z = std::min(damping_ratio_of_restitution(std::min(material.restitution, 0.999)), z_limit);
    contact.solref[0] = inverse_w / z;
    contact.solref[1] = z;
    contact.solimp[0] = contact.solimp[1] = 0.99;  // constant: the impedance scales the force of the spring
    contact.solmix = std::exp(kMixSharpness * material.restitution);
  }
  return contact;
}

BufferSize contact_buffer(int moving_bodies, int limited_joints, int rows_per_contact) {
  BufferSize size;
  size.contacts = 6 * moving_bodies + 60;
  size.rows = std::max(16 * moving_bodies + 200, rows_per_contact * (4 * moving_bodies + 40)) + 2 * limited_joints;
  return size;
}

int rows_of_contact(int condim, bool elliptic) { return elliptic || condim == 1 ? condim : 2 * (condim - 1); }

}  // namespace diorama::mujoco
