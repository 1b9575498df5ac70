// The only place that names concrete engines and renderers.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/status.h"
#include "engine/physics/physics_world.h"
#include "renderers/point_visibility.h"
#include "renderers/renderer.h"
#include "scenes/sampler.h"

namespace diorama {

enum class PhysicsBackend { kMujoco, kBullet };

/// "mujoco" or "bullet"; anything else is invalid_input with the known names.
Result<PhysicsBackend> physics_backend_from_name(const std::string& name);

/// The engine that steps a scenario: `requested` if the scenario allows it, else the scenario's own; MuJoCo where
/// neither says. invalid_input if the scenario does not allow what was requested.
Result<PhysicsBackend> choose_physics(const schema::Scenario& scenario, std::optional<PhysicsBackend> requested);

PhysicsCapabilities capabilities_of(PhysicsBackend backend);
/// The most numbers that a saved solver state of the scenario's scenes can have; 0 where the engine saves none.
int solver_state_size(PhysicsBackend backend, const SceneLayout& layout);
Result<std::unique_ptr<PhysicsWorld>> make_physics(PhysicsBackend backend, const Scene& scene);

/// What `--renderer` takes, the default first.
const std::vector<std::string>& renderer_names();

struct RendererOptions {
  std::string backend = "vulkan";  ///< One of renderer_names().
  std::string device;        ///< Name part or index of a Vulkan device; "" = the best.
  bool validation = false;   ///< Of Vulkan; the ray caster has none.
};
/// invalid_input for an unknown name, or a device for the ray caster, which runs on the CPU; unavailable where there is no
/// usable Vulkan device: then the message names the renderer that needs none.
Result<std::unique_ptr<Renderer>> make_renderer(const RendererOptions& options);

/// Rays that tell what is visible, whichever renderer draws.
Result<std::unique_ptr<PointVisibility>> make_point_visibility();

/// Sampler tools over the engines: overlap is always Bullet's, model files are read by MuJoCo.
Sampler::Tools sampler_tools();

/// Environment DIORAMA_VALIDATION=1 turns the Vulkan validation layers on (all tests run with it).
bool validation_requested();

}  // namespace diorama
