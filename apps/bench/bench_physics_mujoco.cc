// MuJoCo without diorama around it.
#include "engine/physics/mujoco/mujoco_model.h"

#include "apps/bench/bench_physics.h"

namespace diorama {
namespace {

class RawMujoco : public RawEngine {
 public:
  RawMujoco(const Scene& scene, mujoco::CompiledScene compiled, mujoco::DataPointer data)
      : scene_(scene), compiled_(std::move(compiled)), data_(std::move(data)) {}

  void step(int num_steps) override {
    for (int i = 0; i < num_steps; ++i) mj_step(compiled_.model.get(), data_.get());
  }

  std::vector<double> free_positions() const override {
    std::vector<double> positions;
    for (std::size_t j = 0; j < scene_.joints.size(); ++j) {
      if (scene_.joints[j].type != JointType::kFree) continue;
      const mjtNum* qpos = data_->qpos + compiled_.model->jnt_qposadr[compiled_.mujoco_joints[j]];
      positions.insert(positions.end(), qpos, qpos + 3);
    }
    return positions;
  }

  void set_initial_state(double action) {
    const State initial = initial_state(scene_);
    std::size_t position = 0;
    std::size_t velocity = 0;
    for (std::size_t j = 0; j < scene_.joints.size(); ++j) {
      const int joint = compiled_.mujoco_joints[j];
      const int num_qpos = num_positions(scene_.joints[j].type);
      const int num_qvel = num_velocities(scene_.joints[j].type);
      mjtNum* qpos = data_->qpos + compiled_.model->jnt_qposadr[joint];
      // The scene counts hinges and slides from the pose of the model file, MuJoCo from `ref`.
      const double zero = num_qpos == 1 ? *qpos : 0.0;
      mju_copy(qpos, initial.qpos.data() + position, num_qpos);
      *qpos += zero;
      mju_copy(data_->qvel + compiled_.model->jnt_dofadr[joint], initial.qvel.data() + velocity,
               num_qvel);
      position += static_cast<std::size_t>(num_qpos);
      velocity += static_cast<std::size_t>(num_qvel);
    }
    for (std::size_t a = 0; a < scene_.actuators.size(); ++a) {
      const Actuator& actuator = scene_.actuators[a];
      data_->ctrl[a] = actuator.control_lower +
                       0.5 * (action + 1.0) * (actuator.control_upper - actuator.control_lower);
    }
  }

 private:
  const Scene& scene_;
  mujoco::CompiledScene compiled_;
  mujoco::DataPointer data_;
};

}  // namespace

Result<std::unique_ptr<RawEngine>> make_raw_mujoco(const Scene& scene, double action) {
  DIORAMA_ASSIGN_OR_RETURN(mujoco::CompiledScene compiled, mujoco::compile_scene(scene));
  DIORAMA_ASSIGN_OR_RETURN(mujoco::DataPointer data, mujoco::make_data(compiled.model.get()));
  auto engine = std::make_unique<RawMujoco>(scene, std::move(compiled), std::move(data));
  engine->set_initial_state(action);
  return std::unique_ptr<RawEngine>(std::move(engine));
}

}  // namespace diorama
