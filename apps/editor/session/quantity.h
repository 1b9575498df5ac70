// THE list of what can be plotted over simulated time: names, units and how each is read off a
// moment. Panels iterate over it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "apps/editor/session/sim_run.h"

namespace diorama::editor {

struct Quantity {
  const char* name;     ///< "kinetic energy"
  const char* unit;     ///< "J"
  const char* group;    ///< Quantities of one group share an axis: "energy".
  const char* meaning;  ///< One sentence for a tooltip.
  bool per_body;        ///< Of one body; else of the whole scene.
  double (*value)(const Scene& scene, const Moment& moment, BodyId body);
};

std::span<const Quantity> quantities();

/// One value per moment of the history. `body` is ignored unless the quantity is per body.
std::vector<double> series(const Quantity& quantity, const Scene& scene, const History& history,
                           BodyId body = {});
/// The times of the moments, s.
std::vector<double> times(const History& history);

}  // namespace diorama::editor
