#include "apps/editor/session/sim_scene.h"

#include <utility>

namespace diorama::editor {

Result<std::shared_ptr<const SimScene>> build_sim_scene(const SimRequest& request) {
  DIORAMA_ASSIGN_OR_RETURN(const PhysicsBackend physics,
                           choose_physics(request.scenario, request.physics));
  schema::Scenario scenario = request.scenario;
  const bool has_cameras = scenario.camera_size() > 0;
  if (!has_cameras) {
    schema::Camera& stand_in = *scenario.add_camera();
    stand_in.set_name("stand-in");
    stand_in.mutable_fixed()->mutable_position_m()->set_x(1.0);
  }
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<Sampler> sampler,
                           Sampler::create(scenario, request.base_folder, sampler_tools()));
  DIORAMA_ASSIGN_OR_RETURN(Sample sample, sampler->sample(request.key));
  auto made = std::make_shared<SimScene>();
  made->revision = request.revision;
  made->key = request.key;
  made->physics = physics;
  made->sample = std::move(sample);
  if (!has_cameras) made->sample.scene.cameras.clear();
  made->layout = sampler->layout();
  made->initial = initial_state(made->sample.scene);
  return std::shared_ptr<const SimScene>(std::move(made));
}

}  // namespace diorama::editor
