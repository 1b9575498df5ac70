#include "engine/physics/mujoco/mujoco_world.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "engine/core/check.h"
#include "engine/core/text.h"
#include "engine/physics/mujoco/mujoco_compat.h"
#include "engine/physics/mujoco/mujoco_errors.h"
#include "engine/physics/mujoco/mujoco_model.h"

namespace diorama {
namespace {

using mujoco::CompiledScene;
using mujoco::DataPointer;
using mujoco::MujocoError;

// A joint's place in State (qpos, qvel) and in MuJoCo's vectors.
struct JointPlace {
  int state_position;
  int state_velocity;
  int mujoco_position;
  int mujoco_velocity;
  int num_positions;
  int num_velocities;
};

class MujocoWorld : public PhysicsWorld {
 public:
  MujocoWorld(const Scene& scene, CompiledScene compiled, DataPointer data)
      : scene_(scene), compiled_(std::move(compiled)), model_(compiled_.model.get()), data_(std::move(data)),
        capabilities_(mujoco_capabilities()), initial_(initial_state(scene)) {
    place_joints();
    sort_bodies();
    start();
  }

  const PhysicsCapabilities& capabilities() const override { return capabilities_; }

  void set_action(std::span<const double> action) override {
    DIORAMA_CHECK_EQ(action.size(), scene_.actuators.size());
    for (std::size_t i = 0; i < action.size(); ++i) {
      const Actuator& actuator = scene_.actuators[i];
      const double share = 0.5 * (std::clamp(action[i], -1.0, 1.0) + 1.0);
      data_->ctrl[i] = actuator.control_lower + share * (actuator.control_upper - actuator.control_lower);
    }
  }

  Status step(int num_steps, ContactLog* contacts) override {
    if (stopped_) return failed("the world was stepped again after it had been rejected; make a new one");
    Status status = advance(num_steps, contacts);
    stopped_ = !status.ok();
    if (pushed_) std::fill_n(data_->xfrc_applied, 6 * model_->nbody, 0.0);
    pushed_ = false;
    return status;
  }

  void add_force(BodyId body, const dvec3& force_world_n, const dvec3& point_world) override {
    if (scene_.bodies[body.index].motion == Motion::kStatic) return;
    refresh_kinematics();
    const int id = compiled_.mujoco_bodies[body.index];
    const mjtNum* com = data_->xipos + 3 * id;
    const dvec3 torque = glm::cross(point_world - dvec3(com[0], com[1], com[2]), force_world_n);
    mjtNum* wrench = data_->xfrc_applied + 6 * id;  // force, then torque about the centre of mass, world axes
    for (int k = 0; k < 3; ++k) {
      wrench[k] += force_world_n[k];
      wrench[3 + k] += torque[k];
    }
    pushed_ = true;
  }

  Status set_state(const State& state) override {
    mj_resetData(model_, data_.get());
    set_joints(state);
    num_steps_ = std::llround(state.time_s * scene_.physics.step_rate_hz);
    stopped_ = pushed_ = false;
    return {};
  }

  void save_solver(std::vector<double>& numbers) const override {
    numbers.assign({static_cast<double>(num_steps_), data_->time});
    for_each_part(*data_, [&](const mjtNum* values, int count) { numbers.insert(numbers.end(), values, values + count); });
  }

  Status restore_solver(std::span<const double> numbers) override {
    const int size = mujoco_solver_size(model_->nq, model_->nv, model_->nu, model_->na + 7 * model_->nmocap + model_->nuserdata);
    if (static_cast<int>(numbers.size()) < size) {
      return invalid_input("a solver state of " + std::to_string(numbers.size()) + " numbers, but this scene has " + std::to_string(size));
    }
    if (const double* bad = bad_value(numbers.data(), size)) {
      return invalid_input("number " + std::to_string(bad - numbers.data()) + " of a solver state is " + format_number(*bad));
    }
    mj_resetData(model_, data_.get());
    num_steps_ = std::llround(numbers[0]);
    data_->time = numbers[1];
    const double* from = numbers.data() + 2;
    for_each_part(*data_, [&](mjtNum* values, int count) { std::copy_n(from, count, values);
      from += count; });
    stopped_ = pushed_ = false;
    return {};
  }

  long long num_steps() const override { return num_steps_; }

  void read_state(State& state) const override {
    state.time_s = static_cast<double>(num_steps_) / scene_.physics.step_rate_hz;
    refresh();
    state.bodies.resize(scene_.bodies.size());
    for (const int b : still_) state.bodies[b] = initial_.bodies[b];
    for (const FreeBody& free : free_) read_free(free, state.bodies[free.body]);
    for (const int b : links_) read_link(compiled_.mujoco_bodies[b], state.bodies[b]);
    read_joints(state);
    state.sensor_values.assign(data_->sensordata, data_->sensordata + model_->nsensordata);
  }

 private:
  struct FreeBody {
    int body;      ///< Of the scene.
    int position;  ///< In MuJoCo's qpos.
    int velocity;  ///< In MuJoCo's qvel.
  };

  // The parts of MuJoCo's state besides its time, in the order in which they are saved. Applied forces are none of them:
  // they do not outlive a step.
  template <typename Visit>
  void for_each_part(mjData& d, const Visit& visit) const {
    visit(d.qpos, model_->nq);
    visit(d.qvel, model_->nv);
    visit(d.qacc_warmstart, model_->nv);
    visit(d.ctrl, model_->nu);
    visit(d.act, model_->na);
    visit(d.mocap_pos, 3 * model_->nmocap);
    visit(d.mocap_quat, 4 * model_->nmocap);
    visit(d.userdata, model_->nuserdata);
  }

  void place_joints() {
    int position = 0;
    int velocity = 0;
    for (std::size_t j = 0; j < scene_.joints.size(); ++j) {
      const JointType type = scene_.joints[j].type;
      const int id = compiled_.mujoco_joints[j];
      joints_.push_back({position, velocity, model_->jnt_qposadr[id], model_->jnt_dofadr[id], num_positions(type),
                         num_velocities(type)});
      position += num_positions(type);
      velocity += num_velocities(type);
    }
  }

  // MuJoCo's position of a hinge or slide at the scene's position 0 (`ref` of a model file), else 0.
  double zero_position(std::size_t joint) const {
    return joints_[joint].num_positions == 1 ? model_->qpos0[joints_[joint].mujoco_position] : 0.0;
  }

  void sort_bodies() {
    std::vector<int> free_joint(scene_.bodies.size(), -1);
    for (std::size_t j = 0; j < scene_.joints.size(); ++j) {
      if (scene_.joints[j].type == JointType::kFree) free_joint[scene_.joints[j].body.index] = static_cast<int>(j);
    }
    for (std::size_t b = 0; b < scene_.bodies.size(); ++b) {
      if (scene_.bodies[b].motion == Motion::kStatic) {
        still_.push_back(static_cast<int>(b));
      } else if (free_joint[b] >= 0) {
        const JointPlace& place = joints_[free_joint[b]];
        free_.push_back({static_cast<int>(b), place.mujoco_position, place.mujoco_velocity});
      } else {
        links_.push_back(static_cast<int>(b));
      }
    }
  }

  void start() {
    saved_positions_.resize(model_->nq);
    saved_warmstart_.resize(model_->nv);
    set_joints(initial_);
  }

  void set_joints(const State& state) {
    DIORAMA_CHECK_EQ(state.qpos.size(), initial_.qpos.size());
    DIORAMA_CHECK_EQ(state.qvel.size(), initial_.qvel.size());
    for (std::size_t j = 0; j < joints_.size(); ++j) {
      const JointPlace& place = joints_[j];
      for (int k = 0; k < place.num_positions; ++k) {
        data_->qpos[place.mujoco_position + k] = state.qpos[place.state_position + k] + zero_position(j);
      }
      for (int k = 0; k < place.num_velocities; ++k) {
        data_->qvel[place.mujoco_velocity + k] = state.qvel[place.state_velocity + k];
      }
    }
    set_action(std::vector<double>(scene_.actuators.size(), 0.0));
  }

  Status advance(int num_steps, ContactLog* contacts) {
    const mujoco::ThrowWarnings scope;
    try {
      for (int i = 0; i < num_steps; ++i) {
        mj_step(model_, data_.get());
        ++num_steps_;
        // A second net, should another library have taken over the process-wide warning hook.
        for (const mjWarningStat& warning : data_->warning) {
          if (warning.number != 0) return reject("a warning was counted");
        }
        if (contacts) log_contacts(*contacts);
      }
    } catch (const MujocoError& e) {
      ++num_steps_;  // the step that failed
      return reject(mujoco::one_line(e.what()));
    }
    // MuJoCo looks at positions and velocities only when the next step begins.
    if (!bad_value(data_->qpos, model_->nq) && !bad_value(data_->qvel, model_->nv)) return {};
    return reject("the state is no longer finite");
  }

  // The first value that is not a number or beyond what MuJoCo steps, if any.
  static const double* bad_value(const double* values, int count) {
    for (int i = 0; i < count; ++i) {
      if (!(std::abs(values[i]) <= mjMAXVAL)) return values + i;
    }
    return nullptr;
  }

  std::string body_of_dof(int dof) const {
    const int body = compiled_.scene_bodies[model_->dof_bodyid[dof]];
    return body < 0 ? "the world" : "body '" + scene_.bodies[body].name + "'";
  }

  std::string body_of_position(int index) const {
    int joint = 0;
    while (joint + 1 < model_->njnt && model_->jnt_qposadr[joint + 1] <= index) ++joint;
    return body_of_dof(model_->jnt_dofadr[joint]);
  }

  Status reject(const std::string& why) const {
    std::string where;
    if (const double* bad = bad_value(data_->qpos, model_->nq)) {
      where = body_of_position(static_cast<int>(bad - data_->qpos)) + " has position " + format_number(*bad);
    } else if ((bad = bad_value(data_->qvel, model_->nv))) {
      where = body_of_dof(static_cast<int>(bad - data_->qvel)) + " has velocity " + format_number(*bad);
    } else if ((bad = bad_value(data_->qacc, model_->nv))) {
      where = body_of_dof(static_cast<int>(bad - data_->qacc)) + " has acceleration " + format_number(*bad);
    } else {
      where = std::to_string(data_->ncon) + " contacts and " + std::to_string(data_->nefc) + " constraint rows with " +
              fastest_body();
    }
    return rejected("mujoco: step " + std::to_string(num_steps_) + " (time " +
                    format_number(static_cast<double>(num_steps_) / scene_.physics.step_rate_hz) + " s): " + where + ": " +
                    why + "; use a higher step rate, or fewer or slower bodies");
  }

  std::string fastest_body() const {
    const mjtNum* end = data_->qvel + model_->nv;
    const mjtNum* fastest =
        std::max_element<const mjtNum*>(data_->qvel, end, [](double a, double b) { return std::abs(a) < std::abs(b); });
    if (fastest == end) return "nothing that moves";
    return body_of_dof(static_cast<int>(fastest - data_->qvel)) + " fastest at velocity " + format_number(*fastest);
  }

  void log_contacts(ContactLog& log) const {
    const double step_s = model_->opt.timestep;
    for (int i = 0; i < data_->ncon; ++i) {
      const mjContact& contact = data_->contact[i];
      if (contact.efc_address < 0 || contact.geom1 < 0 || contact.geom2 < 0) continue;
      const int a = compiled_.body_of_geom[contact.geom1];
      const int b = compiled_.body_of_geom[contact.geom2];
      if (a < 0 || b < 0 || a == b) continue;
      mjtNum force[6];  // of geom1 on geom2 in the contact's frame, whose first axis is the normal from 1 to 2
      mj_contactForce(model_, data_.get(), i, force);
      const mjtNum* f = contact.frame;
      const dvec3 normal(f[0], f[1], f[2]);
      const dvec3 impulse = step_s * (force[0] * normal + force[1] * dvec3(f[3], f[4], f[5]) +
                                      force[2] * dvec3(f[6], f[7], f[8]));
      log.add(BodyId(a), BodyId(b), {contact.pos[0], contact.pos[1], contact.pos[2]}, normal, impulse, contact.dist);
    }
  }

  // Brings the poses up to date, which lag the positions after a step; quaternions, normalized in place by that,
  // are put back.
  void refresh_kinematics() const {
    std::copy_n(data_->qpos, model_->nq, saved_positions_.begin());
    try {
      mj_kinematics(model_, data_.get());
    } catch (const MujocoError&) {
      // The next step meets the same error and reports it.
    }
    std::copy(saved_positions_.begin(), saved_positions_.end(), data_->qpos);
  }

  // After a step MuJoCo's poses lag its positions. Brings poses (and sensors) up to date and then puts back what
  // that changes: quaternions are normalized in place, and sensors need a full evaluation with its warm start.
  void refresh() const {
    if (links_.empty() && model_->nsensordata == 0) return;
    mjData* d = data_.get();
    std::copy_n(d->qpos, model_->nq, saved_positions_.begin());
    try {
      if (model_->nsensordata > 0) {
        std::copy_n(d->qacc_warmstart, model_->nv, saved_warmstart_.begin());
        mj_forward(model_, d);
        std::copy(saved_warmstart_.begin(), saved_warmstart_.end(), d->qacc_warmstart);
      } else {
        mj_kinematics(model_, d);
        mj_comPos(model_, d);
        mj_comVel(model_, d);
      }
    } catch (const MujocoError&) {
      // The next step meets the same error and reports it.
    }
    std::copy(saved_positions_.begin(), saved_positions_.end(), d->qpos);
  }

  void read_free(const FreeBody& free, BodyState& state) const {
    const mjtNum* q = data_->qpos + free.position;
    const mjtNum* v = data_->qvel + free.velocity;
    state.world_from_body = {{q[0], q[1], q[2]}, quat_wxyz(q[3], q[4], q[5], q[6])};
    state.linear_velocity_world = {v[0], v[1], v[2]};
    state.angular_velocity_world = state.world_from_body.rotate({v[3], v[4], v[5]});
  }

  void read_link(int body, BodyState& state) const {
    const mjtNum* p = data_->xpos + 3 * body;
    const mjtNum* q = data_->xquat + 4 * body;
    state.world_from_body = {{p[0], p[1], p[2]}, quat_wxyz(q[0], q[1], q[2], q[3])};
    // cvel: angular and linear velocity at the centre of mass of the whole tree, world axes.
    const mjtNum* v = data_->cvel + 6 * body;
    const mjtNum* center = data_->subtree_com + 3 * model_->body_rootid[body];
    state.angular_velocity_world = {v[0], v[1], v[2]};
    state.linear_velocity_world =
        dvec3(v[3], v[4], v[5]) + glm::cross(state.angular_velocity_world,
                                             state.world_from_body.position - dvec3(center[0], center[1], center[2]));
  }

  void read_joints(State& state) const {
    state.qpos.resize(model_->nq);
    state.qvel.resize(model_->nv);
    for (std::size_t j = 0; j < joints_.size(); ++j) {
      const JointPlace& place = joints_[j];
      std::copy_n(data_->qpos + place.mujoco_position, place.num_positions, state.qpos.begin() + place.state_position);
      std::copy_n(data_->qvel + place.mujoco_velocity, place.num_velocities, state.qvel.begin() + place.state_velocity);
      if (place.num_positions == 1) state.qpos[place.state_position] -= zero_position(j);
    }
  }

  const Scene& scene_;
  CompiledScene compiled_;
  const mjModel* model_;
  DataPointer data_;
  PhysicsCapabilities capabilities_;
  State initial_;
  std::vector<JointPlace> joints_;  // parallel to Scene::joints
  std::vector<int> still_;          // static bodies
  std::vector<FreeBody> free_;
  std::vector<int> links_;          // the other moving bodies
  mutable std::vector<double> saved_positions_;
  mutable std::vector<double> saved_warmstart_;
  long long num_steps_ = 0;
  bool stopped_ = false;
  bool pushed_ = false;  // add_force() was called since the last step
};

}  // namespace

PhysicsCapabilities mujoco_capabilities() {
  PhysicsCapabilities capabilities;
  capabilities.engine = "mujoco";
  capabilities.version = mj_versionString();
  capabilities.model_files = true;
  capabilities.exact_restitution = false;
  capabilities.exact_restore = true;
  return capabilities;
}

int mujoco_solver_size(int num_positions, int num_velocities, int num_actuators, int num_solver_values) {
  // Steps and time; positions; velocities and the warm start of their accelerations; controls; the model file's own.
  return 2 + num_positions + 2 * num_velocities + num_actuators + num_solver_values;
}

Result<std::unique_ptr<PhysicsWorld>> make_mujoco_world(const Scene& scene) {
  DIORAMA_ASSIGN_OR_RETURN(CompiledScene compiled, mujoco::compile_scene(scene));
  DIORAMA_ASSIGN_OR_RETURN(DataPointer data, mujoco::make_data(compiled.model.get()));
  return std::unique_ptr<PhysicsWorld>(std::make_unique<MujocoWorld>(scene, std::move(compiled), std::move(data)));
}

}  // namespace diorama
