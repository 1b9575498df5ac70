// A small scenario that the tests of apps/editor/session share.
#pragma once

#include <memory>
#include <string>

#include "apps/editor/session/sim_scene.h"

namespace diorama::editor {

/// A floor, a ball that falls on it with a varying speed, a pendulum and two cameras; 24 Hz, 240 steps/s.
extern const char* const kBallScenario;

SimRequest request_of(const std::string& text, std::uint64_t revision = 1);
/// Builds it or ends the test.
std::shared_ptr<const SimScene> scene_of(const std::string& text);

}  // namespace diorama::editor
