#include "apps/editor/session/kept_pose.h"

#include <algorithm>
#include <numbers>

#include "engine/core/text.h"

namespace diorama::editor {
namespace {

constexpr double kDegPerRad = 180.0 / std::numbers::pi;

std::string vector_text(const dvec3& v) {
  return "{ x: " + format_number(v.x) + " y: " + format_number(v.y) +
         " z: " + format_number(v.z) + " }";
}

std::string rotation_text(const dquat& rotation) {
  const auto q = to_wxyz(rotation);
  return "{ quaternion { w: " + format_number(q[0]) + " x: " + format_number(q[1]) +
         " y: " + format_number(q[2]) + " z: " + format_number(q[3]) + " } }";
}

/// Whether a `vary` entry drives `path` or a part of it, or something that holds it.
bool varies(const schema::Scenario& scenario, const std::string& path) {
  for (const schema::Vary& entry : scenario.vary()) {
    for (const std::string& driven : entry.path()) {
      if (driven.starts_with(path) || path.starts_with(driven)) return true;
    }
  }
  return false;
}

class Keeper {
 public:
  Keeper(const SimScene& sim, const State& state, const schema::Scenario& scenario)
      : sim_(sim), state_(state), scenario_(scenario) {}

  void keep(const schema::Body& authored, BodyId id) {
    const Scene& scene = sim_.scene();
    if (scene.bodies[static_cast<std::size_t>(id.index)].motion == Motion::kStatic) return;
    const std::string body_path = "body[" + authored.name() + "]";
    int position = 0;
    int joint_index = 0;  // within the body; a body without one is welded to its parent
    for (const Joint& joint : scene.joints) {
      if (joint.body == id) {
        keep_joint(authored, body_path, joint, joint_index++, position);
      }
      position += num_positions(joint.type);
    }
  }

  KeptPose take() { return std::move(kept_); }

 private:
  void keep_joint(const schema::Body& authored, const std::string& body_path, const Joint& joint,
                  int joint_index, int position) {
    const std::string joint_path =
        body_path + ".joint[" +
        (joint_index < authored.joint_size() && !authored.joint(joint_index).name().empty()
             ? authored.joint(joint_index).name()
             : std::to_string(joint_index)) +
        "]";
    const double value = state_.qpos[static_cast<std::size_t>(position)];
    switch (joint.type) {
      case JointType::kFree: {
        const Pose& pose =
            state_.bodies[static_cast<std::size_t>(joint.body.index)].world_from_body;
        edit(body_path + ".position_m", vector_text(pose.position));
        edit(body_path + ".rotation", rotation_text(pose.rotation));
        break;
      }
      case JointType::kHinge:
        edit(joint_path + ".position_deg", format_number(value * kDegPerRad));
        break;
      case JointType::kSlide:
        edit(joint_path + ".position_m", format_number(value));
        break;
      case JointType::kBall:
        kept_.notes.push_back(joint_path + ": a ball joint always starts at rest position");
        break;
    }
  }

  void edit(const std::string& path, const std::string& value) {
    if (varies(scenario_, path)) {
      kept_.notes.push_back(path + ": varies, so each episode draws it anew; make it fixed first");
      return;
    }
    kept_.edits.push_back({path, value});
  }

  const SimScene& sim_;
  const State& state_;
  const schema::Scenario& scenario_;
  KeptPose kept_;
};

}  // namespace

KeptPose keep_pose(const SimScene& sim, const State& state, const schema::Scenario& scenario,
                   const std::vector<std::string>& only) {
  Keeper keeper(sim, state, scenario);
  std::vector<std::string> notes;
  const Scene& scene = sim.scene();
  for (std::size_t b = 0; b < scene.bodies.size(); ++b) {
    const Body& body = scene.bodies[b];
    const bool wanted =
        only.empty() || std::find(only.begin(), only.end(), body.name) != only.end();
    if (!wanted || body.motion == Motion::kStatic) continue;
    const auto authored =
        std::find_if(scenario.body().begin(), scenario.body().end(),
                     [&](const schema::Body& candidate) { return candidate.name() == body.name; });
    if (authored != scenario.body().end()) {
      keeper.keep(*authored, BodyId(b));
    } else {
      notes.push_back("body[" + body.name + "]: not a body of this document" +
                      (scene.model && static_cast<int>(b) < scene.model->num_bodies
                           ? " but of its model file"
                           : " but drawn by a group"));
    }
  }
  KeptPose kept = keeper.take();
  kept.notes.insert(kept.notes.end(), notes.begin(), notes.end());
  return kept;
}

}  // namespace diorama::editor
