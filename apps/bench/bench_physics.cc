// CPU time of an engine step against the bare engine's.
#include "apps/bench/bench_physics.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/bench/bench.h"
#include "apps/bench/bench_scenes.h"
#include "apps/bench/timing.h"
#include "engine/physics/bullet/bullet_world.h"
#include "engine/physics/mujoco/mujoco_world.h"

namespace diorama {
namespace {

constexpr int kSubsteps = 4;         // per frame: 60 rows per second at 240 Hz
constexpr int kFramesPerBlock = 12;  // the two sides take turns every block
constexpr double kAction = 0.2;      // held by all actuators
constexpr const char* kHumanoid = "/usr/share/mujoco/model/humanoid/humanoid.xml";

struct Case {
  std::string name;
  bool mujoco;  ///< Else Bullet.
  int num_blocks;
  int repeats;
};

/// What a block of steps took at best, by its place in the run.
using BlockTimes = std::vector<double>;

void keep_best(BlockTimes& best, std::size_t block, double seconds) {
  if (block == best.size()) best.push_back(seconds);
  best[block] = std::min(best[block], seconds);
}

/// As `rollout` steps: contacts gathered over the substeps of a frame, the state read once per
/// frame.
Status step_ours(PhysicsWorld& world, ContactLog& log, State& state, double step_rate_hz) {
  for (int frame = 0; frame < kFramesPerBlock; ++frame) {
    DIORAMA_RETURN_IF_ERROR(world.step(kSubsteps, &log));
    world.read_state(state);
    log.flush(kSubsteps / step_rate_hz, state.contacts);
  }
  return {};
}

/// Both sides must have gone the same way, or the times say nothing.
Status check_equal_motion(const Scene& scene, const State& state, const RawEngine& raw) {
  const std::vector<double> positions = raw.free_positions();
  std::size_t next = 0;
  std::size_t qpos = 0;
  for (const Joint& joint : scene.joints) {
    if (joint.type == JointType::kFree) {
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const double difference = std::abs(positions[next++] - state.qpos[qpos + axis]);
        if (!(difference < 1e-6)) {
          return failed(
              fmt::format("{} is {} m away from where the bare engine has it; the two sides differ",
                          joint.name, difference));
        }
      }
    }
    qpos += static_cast<std::size_t>(num_positions(joint.type));
  }
  return {};
}

Result<Measurement> measure(const Scene& scene, const Case& c) {
  BlockTimes ours;
  BlockTimes bare;
  // The first repeat warms caches and clocks up; what it took counts only if nothing later was
  // faster.
  for (int repeat = 0; repeat < c.repeats; ++repeat) {
    DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<PhysicsWorld> world,
                             c.mujoco ? make_mujoco_world(scene) : make_bullet_world(scene));
    DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<RawEngine> raw,
                             c.mujoco ? make_raw_mujoco(scene, kAction) : make_raw_bullet(scene));
    world->set_action(std::vector<double>(scene.actuators.size(), kAction));
    ContactLog log;
    State state;
    for (int block = 0; block < c.num_blocks; ++block) {
      for (int turn = 0; turn < 2; ++turn) {
        const double start = thread_cpu_s();
        if ((turn + block + repeat) % 2 == 0) {
          DIORAMA_RETURN_IF_ERROR(step_ours(*world, log, state, scene.physics.step_rate_hz));
          keep_best(ours, static_cast<std::size_t>(block), thread_cpu_s() - start);
        } else {
          raw->step(kFramesPerBlock * kSubsteps);
          keep_best(bare, static_cast<std::size_t>(block), thread_cpu_s() - start);
        }
      }
    }
    DIORAMA_RETURN_IF_ERROR(check_equal_motion(scene, state, *raw));
  }
  const double us_per_step = 1e6 / (c.num_blocks * kFramesPerBlock * kSubsteps);
  double ours_sum = 0.0;
  double bare_sum = 0.0;
  for (const double seconds : ours) ours_sum += seconds;
  for (const double seconds : bare) bare_sum += seconds;
  return compare(c.name, ours_sum * us_per_step, "us/step", bare_sum * us_per_step);
}

}  // namespace

Result<std::vector<Measurement>> bench_physics(const BenchOptions& options) {
  std::vector<Measurement> results;
  const auto add = [&](const Scene& scene, Case c) -> Status {
    if (options.quick) c.num_blocks = c.repeats = 1;
    options.say(c.name);
    Result<Measurement> result = measure(scene, c);
    if (!result.ok()) return result.status().with_context(c.name);
    results.push_back(*result);
    return {};
  };
  for (const bool mujoco : {true, false}) {
    for (const int bodies : {10, 50, 200}) {
      DIORAMA_ASSIGN_OR_RETURN(const Scene scene, drop_scene(bodies));
      const Case c{fmt::format("physics/{}/free{}/step", mujoco ? "mujoco" : "bullet", bodies),
                   mujoco, bodies == 200 ? 6 : 10,
                   bodies == 200  ? 5
                   : bodies == 50 ? 15
                                  : 40};
      DIORAMA_RETURN_IF_ERROR(add(scene, c));
    }
  }
  if (!std::filesystem::exists(kHumanoid)) {
    return unavailable(std::string(kHumanoid) +
                       " is missing: install the package libmujoco-samples");
  }
  DIORAMA_ASSIGN_OR_RETURN(const Scene humanoid, import_mjcf(kHumanoid));
  DIORAMA_RETURN_IF_ERROR(add(humanoid, {"physics/mujoco/humanoid/step", true, 10, 40}));
  return results;
}

}  // namespace diorama
