#include "apps/editor/session/quantity.h"

namespace diorama::editor {
namespace {

const BodyState& of(const Moment& moment, BodyId body) {
  return moment.state.bodies[static_cast<std::size_t>(body.index)];
}

/// Sum of the contact forces on a body, world.
dvec3 contact_force_on(const Moment& moment, BodyId body) {
  dvec3 sum(0.0);
  for (const Contact& contact : moment.state.contacts) {
    if (contact.b == body) sum += contact.force_world_n;
    if (contact.a == body) sum -= contact.force_world_n;
  }
  return sum;
}

constexpr Quantity kQuantities[] = {
    {"kinetic energy", "J", "energy",
     "Of all moving bodies, of their centres of mass and their spin.", false,
     [](const Scene&, const Moment& m, BodyId) { return m.mechanics.kinetic_j; }},
    {"potential energy", "J", "energy", "In the scene's gravity, zero at the world origin.", false,
     [](const Scene&, const Moment& m, BodyId) { return m.mechanics.potential_j; }},
    {"total energy", "J", "energy", "Kinetic and potential energy; springs do not count.", false,
     [](const Scene&, const Moment& m, BodyId) {
       return m.mechanics.kinetic_j + m.mechanics.potential_j;
     }},
    {"momentum x", "kg m/s", "momentum", "Linear momentum of all moving bodies, world x.", false,
     [](const Scene&, const Moment& m, BodyId) { return m.mechanics.momentum_kg_m_s.x; }},
    {"momentum y", "kg m/s", "momentum", "Linear momentum of all moving bodies, world y.", false,
     [](const Scene&, const Moment& m, BodyId) { return m.mechanics.momentum_kg_m_s.y; }},
    {"momentum z", "kg m/s", "momentum", "Linear momentum of all moving bodies, world z.", false,
     [](const Scene&, const Moment& m, BodyId) { return m.mechanics.momentum_kg_m_s.z; }},
    {"angular momentum", "kg m^2/s", "angular momentum",
     "Magnitude of the angular momentum about the world origin.", false,
     [](const Scene&, const Moment& m, BodyId) {
       return glm::length(m.mechanics.angular_momentum);
     }},
    {"contact force", "N", "force", "Sum of the magnitudes of all mean contact forces.", false,
     [](const Scene&, const Moment& m, BodyId) { return m.contact_force_n; }},
    {"contacts", "1", "contacts", "Pairs of bodies that touched since the moment before.", false,
     [](const Scene&, const Moment& m, BodyId) {
       return static_cast<double>(m.state.contacts.size());
     }},
    {"deepest penetration", "m", "penetration", "Largest overlap of two bodies in a contact.",
     false, [](const Scene&, const Moment& m, BodyId) { return m.deepest_penetration_m; }},
    {"fastest body", "m/s", "speed", "Largest speed of a body's origin.", false,
     [](const Scene&, const Moment& m, BodyId) { return m.fastest_m_s; }},
    {"speed", "m/s", "speed", "Speed of the body's origin.", true,
     [](const Scene&, const Moment& m, BodyId body) {
       return glm::length(of(m, body).linear_velocity_world);
     }},
    {"velocity x", "m/s", "speed", "Velocity of the body's origin, world x.", true,
     [](const Scene&, const Moment& m, BodyId body) {
       return of(m, body).linear_velocity_world.x;
     }},
    {"velocity y", "m/s", "speed", "Velocity of the body's origin, world y.", true,
     [](const Scene&, const Moment& m, BodyId body) {
       return of(m, body).linear_velocity_world.y;
     }},
    {"velocity z", "m/s", "speed", "Velocity of the body's origin, world z.", true,
     [](const Scene&, const Moment& m, BodyId body) {
       return of(m, body).linear_velocity_world.z;
     }},
    {"spin", "rad/s", "spin", "Angular speed of the body.", true,
     [](const Scene&, const Moment& m, BodyId body) {
       return glm::length(of(m, body).angular_velocity_world);
     }},
    {"position x", "m", "position", "The body's origin, world x.", true,
     [](const Scene&, const Moment& m, BodyId body) {
       return of(m, body).world_from_body.position.x;
     }},
    {"position y", "m", "position", "The body's origin, world y.", true,
     [](const Scene&, const Moment& m, BodyId body) {
       return of(m, body).world_from_body.position.y;
     }},
    {"position z", "m", "position", "The body's origin, world z.", true,
     [](const Scene&, const Moment& m, BodyId body) {
       return of(m, body).world_from_body.position.z;
     }},
    {"contact force on body", "N", "force",
     "Magnitude of the sum of the contact forces on the body.", true,
     [](const Scene&, const Moment& m, BodyId body) {
       return glm::length(contact_force_on(m, body));
     }},
};

}  // namespace

std::span<const Quantity> quantities() { return kQuantities; }

std::vector<double> series(const Quantity& quantity, const Scene& scene, const History& history,
                           BodyId body) {
  std::vector<double> values;
  values.reserve(history.size());
  for (const MomentPointer& moment : history)
    values.push_back(quantity.value(scene, *moment, body));
  return values;
}

std::vector<double> times(const History& history) {
  std::vector<double> values;
  values.reserve(history.size());
  for (const MomentPointer& moment : history) values.push_back(moment->state.time_s);
  return values;
}

}  // namespace diorama::editor
