// SimScene: one drawn sample of the document's scenario, ready to be stepped and drawn. Immutable,
// shared by threads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "apps/pipeline/backends.h"
#include "engine/core/rng.h"
#include "engine/core/status.h"
#include "engine/scene/layout.h"
#include "engine/scene/scene.h"
#include "scenes/sampler.h"

namespace diorama::editor {

/// What to draw: a scenario as it stands in the document, and which episode of it.
struct SimRequest {
  schema::Scenario scenario;
  std::filesystem::path base_folder;  ///< Relative asset paths are looked up from here.
  SampleKey key;
  std::optional<PhysicsBackend> physics;  ///< Empty = what the scenario says.
  std::uint64_t revision = 0;             ///< The caller's number for this state of its document.
  bool from_start =
      false;  ///< SimSession: begin anew even if the physics is that of the last scene.
};

struct SimScene {
  std::uint64_t revision = 0;
  SampleKey key;
  PhysicsBackend physics = PhysicsBackend::kMujoco;
  Sample sample;  ///< Scene, episode, factors, resolved scenario.
  SceneLayout layout;
  State initial;  ///< Where the scene starts, before settling.

  const Scene& scene() const { return sample.scene; }
};

/// Validates, draws and places; errors are those of Sampler and choose_physics, but that a scene may have no camera
/// yet: it can be looked at and simulated all the same. May take seconds.
Result<std::shared_ptr<const SimScene>> build_sim_scene(const SimRequest& request);

}  // namespace diorama::editor
