#include "apps/pipeline/backends.h"

#include <cstdlib>
#include <string_view>
#include <vector>

#include "engine/core/text.h"
#include "engine/physics/bullet/bullet_world.h"
#include "engine/physics/mujoco/mujoco_world.h"
#include "renderers/raycast/ray_scene.h"
#include "renderers/raycast/raycast_renderer.h"
#include "renderers/vulkan/vulkan_renderer.h"

namespace diorama {

Result<PhysicsBackend> physics_backend_from_name(const std::string& name) {
  if (name == "mujoco") return PhysicsBackend::kMujoco;
  if (name == "bullet") return PhysicsBackend::kBullet;
  const std::vector<std::string> known = {"mujoco", "bullet"};
  return invalid_input("unknown physics engine '" + name + "'" + did_you_mean(name, known) + "; use mujoco or bullet");
}

Result<PhysicsBackend> choose_physics(const schema::Scenario& scenario, std::optional<PhysicsBackend> requested) {
  std::optional<PhysicsBackend> only;
  if (scenario.physics().engine() == schema::Physics::MUJOCO || scenario.has_model()) only = PhysicsBackend::kMujoco;
  if (scenario.physics().engine() == schema::Physics::BULLET) only = PhysicsBackend::kBullet;
  if (only && requested && *only != *requested) {
    const std::string engine = capabilities_of(*only).engine;
    return invalid_input("scenario '" + scenario.name() + "' is stepped by " + engine + " only (" +
                         (scenario.has_model() ? "it is built on a model file" : "physics.engine says so") +
                         "): drop --physics or use --physics " + engine);
  }
  return requested.value_or(only.value_or(PhysicsBackend::kMujoco));
}

PhysicsCapabilities capabilities_of(PhysicsBackend backend) {
  return backend == PhysicsBackend::kMujoco ? mujoco_capabilities() : bullet_capabilities();
}

int solver_state_size(PhysicsBackend backend, const SceneLayout& layout) {
  if (backend == PhysicsBackend::kBullet) return 0;
  return mujoco_solver_size(layout.num_positions, layout.num_velocities, static_cast<int>(layout.actuators.size()),
                            layout.num_solver_values);
}

Result<std::unique_ptr<PhysicsWorld>> make_physics(PhysicsBackend backend, const Scene& scene) {
  return backend == PhysicsBackend::kMujoco ? make_mujoco_world(scene) : make_bullet_world(scene);
}

const std::vector<std::string>& renderer_names() {
  static const std::vector<std::string> names = {"vulkan", "raycast"};
  return names;
}

Result<std::unique_ptr<Renderer>> make_renderer(const RendererOptions& options) {
  if (options.backend == "raycast") {
    if (options.device.empty()) return make_raycast_renderer();
    return invalid_input("--device '" + options.device + "' names a Vulkan device, but the raycast renderer runs on the CPU: "
                         "drop --device or use --renderer vulkan");
  }
  if (options.backend != "vulkan") {
    return invalid_input("unknown renderer '" + options.backend + "'" + did_you_mean(options.backend, renderer_names()) +
                         "; use " + join(renderer_names(), " or "));
  }
  Result<std::unique_ptr<Renderer>> made = make_vulkan_renderer({options.device, options.validation});
  if (made.ok() || made.status().code() != Code::kUnavailable) return made;
  return unavailable(made.status().message() + "; or use --renderer raycast, which needs no driver");
}

Result<std::unique_ptr<PointVisibility>> make_point_visibility() {
  DIORAMA_ASSIGN_OR_RETURN(std::unique_ptr<RayScene> rays, RayScene::make());
  return std::unique_ptr<PointVisibility>(std::move(rays));
}

Sampler::Tools sampler_tools() { return {&make_bullet_overlap, &import_mjcf}; }

bool validation_requested() {
  const char* value = std::getenv("DIORAMA_VALIDATION");
  return value != nullptr && std::string_view(value) == "1";
}

}  // namespace diorama
