// Whether the stored motion of an episode obeys mechanics: velocities against poses, momentum against contacts and
// gravity, contacts against the bodies that touch. Private to apps/pipeline.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/scene/scene.h"
#include "exporters/labels/state_columns.h"

namespace diorama {

/// Told what is wrong: frame, column, problem, expected, found.
using TellMotion = std::function<void(std::int64_t frame, const char* column, const std::string& problem,
                                      const std::string& expected, const std::string& found)>;

/// `states` have the stored poses and velocities of all bodies and the contacts of each frame (bodies a, b, point,
/// normal, force).
void audit_motion(const Scene& scene, const std::vector<State>& states, double frame_rate_hz, const TellMotion& tell);

}  // namespace diorama
