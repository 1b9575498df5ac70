// What several tests of scenes share.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "engine/physics/bullet/bullet_world.h"
#include "scenes/sampler.h"
#include "scenes/scenario_io.h"
#include "scenes/validate.h"

namespace diorama::scenes_test {

/// A small valid scenario; tests append to it.
inline const std::string kSmall = R"(
name: "small"
material { name: "wood" friction: 0.6 }
body { name: "floor" motion: STATIC shape { plane {} material: "wood" } }
body { name: "ball" position_m { z: 1 } shape { sphere { radius_m: 0.1 } material: "wood" } }
camera { name: "main" fixed { position_m { x: 3 z: 1 } look_at_m { z: 0.5 } } }
)";

inline schema::Scenario parsed(const std::string& text) {
  auto scenario = parse_scenario(text, "test");
  REQUIRE_MESSAGE(scenario.ok(), scenario.status().message());
  return *std::move(scenario);
}

/// All diagnostics as lines "error path: message" or "warning path: message"; relative files start at `folder`.
inline std::string diagnostics(const schema::Scenario& scenario,
                               const std::filesystem::path& folder = std::filesystem::current_path()) {
  std::string text;
  for (const Diagnostic& d : validate(scenario, folder)) {
    text += (d.severity == Diagnostic::Severity::kError ? "error " : "warning ") + d.path + ": " +
            d.message + "\n";
  }
  return text;
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

inline Sampler::Tools tools() {
  return {[] { return make_bullet_overlap(); }, nullptr};
}

inline std::unique_ptr<Sampler> make_sampler(const std::string& text) {
  auto sampler = Sampler::create(parsed(text), std::filesystem::current_path(), tools());
  REQUIRE_MESSAGE(sampler.ok(), sampler.status().message());
  return *std::move(sampler);
}

}  // namespace diorama::scenes_test
