#include "scenes/placement.h"

#include "engine/core/text.h"
#include "scenes/field_rules.h"
#include "scenes/vary.h"

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

namespace diorama {
namespace {

const Body& body_at(const Scene& scene, BodyId id) {
  return scene.bodies[static_cast<std::size_t>(id.index)];
}

/// Whether two bodies may overlap at the start: neither moves, or one hangs on the other.
bool may_overlap(const Scene& scene, BodyId a, BodyId b, int num_model_bodies) {
  const Body& body_a = body_at(scene, a);
  const Body& body_b = body_at(scene, b);
  if (body_a.motion == Motion::kStatic && body_b.motion == Motion::kStatic) return true;
  if (a.index < num_model_bodies && b.index < num_model_bodies) return true;
  return body_a.parent == b || body_b.parent == a;
}

/// The deepest overlap of `body` with an earlier one that it must not overlap with. `obstacles` holds all earlier bodies.
std::optional<OverlapChecker::Touch> deepest_overlap(const Scene& scene, const State& state, BodyId body,
                                                     int num_model_bodies, OverlapChecker& obstacles,
                                                     const OverlapFactory& make_overlap) {
  const auto pose_of = [&](BodyId id) -> const Pose& {
    return state.bodies[static_cast<std::size_t>(id.index)].world_from_body;
  };
  std::vector<BodyId> others;
  for (int k = 0; k < body.index; ++k) {
    if (!may_overlap(scene, body, BodyId(k), num_model_bodies)) others.emplace_back(k);
  }
  if (others.empty()) return std::nullopt;
  // Only the deepest overlap is told, so those that may be must not stand in front of those that
  // may not.
  std::unique_ptr<OverlapChecker> own;
  if (static_cast<int>(others.size()) < body.index) {
    own = make_overlap();
    for (const BodyId other : others) own->place(scene, other, pose_of(other));
  }
  OverlapChecker& checker = own ? *own : obstacles;
  return checker.nearest(scene, body, pose_of(body), -kMaxInitialPenetrationM);
}

std::string millimetres(double metres) {
  return format_number(std::round(metres * 1e6) * 1e-3) + " mm";
}

std::string stream_name(const schema::Group& group, int k, const std::string& purpose) {
  return "group/" + group.name() + "/" + std::to_string(k) + "/" + purpose;
}

Pose draw_pose(const schema::Group& group, const dquat& authored, RandomStream& stream) {
  const dvec3 center = vector_of(group.center_m());
  const dvec3 half = vector_of(group.half_extent_m());
  Pose pose;
  for (int axis = 0; axis < 3; ++axis) {
    pose.position[axis] = stream.uniform(center[axis] - half[axis], center[axis] + half[axis]);
  }
  switch (group.orientation()) {
    case schema::Group::YAW: {
      const double yaw = stream.uniform(0.0, 2.0 * std::numbers::pi);
      pose.rotation = glm::normalize(glm::angleAxis(yaw, dvec3(0, 0, 1)) * authored);
      break;
    }
    case schema::Group::ANY:
      pose.rotation = stream.rotation();
      break;
    default:
      pose.rotation = authored;
      break;
  }
  return pose;
}

void set_pose(const Pose& pose, schema::Body& body) {
  schema::Vec3& position = *body.mutable_position_m();
  position.set_x(pose.position.x);
  position.set_y(pose.position.y);
  position.set_z(pose.position.z);
  schema::Quaternion& rotation = *body.mutable_rotation()->mutable_quaternion();
  rotation.set_w(pose.rotation.w);
  rotation.set_x(pose.rotation.x);
  rotation.set_y(pose.rotation.y);
  rotation.set_z(pose.rotation.z);
}

}  // namespace

void name_item(const schema::Group& group, int k, schema::Group::Item& item) {
  const std::string name = group.name() + "/" + std::to_string(k);
  schema::Body& body = *item.mutable_body();
  body.set_name(name);
  body.clear_joint();  // Free without saying so; the joint is called as the body.
  if (!item.has_material()) return;
  item.mutable_material()->set_name(name);
  for (schema::Shape& shape : *body.mutable_shape()) {
    if (shape.material().empty()) shape.set_material(name);
  }
}

Result<schema::Group::Item> draw_item(const schema::Group& group, SampleKey key, int k) {
  std::vector<double> weights;
  for (const auto& item : group.item()) weights.push_back(item.has_weight() ? item.weight() : 1.0);
  RandomStream item_stream(key, stream_name(group, k, "item"));
  const int index = draw_weighted(weights, item_stream);
  schema::Group::Item item = group.item(index);
  const auto entries = item.vary();
  item.clear_vary();
  for (const schema::Vary& vary : entries) {
    DIORAMA_ASSIGN_OR_RETURN(const ResolvedVary resolved, resolve_vary(item, vary));
    RandomStream stream(
        key, stream_name(group, k, "item" + std::to_string(index) + "/" + resolved.purpose));
    const Draw drawn = draw(vary.distribution(), stream);
    for (const FieldRef& field : resolved.fields)
      DIORAMA_RETURN_IF_ERROR(apply_draw(item, field, drawn));
  }
  item = with_defaults(std::move(item));
  name_item(group, k, item);
  return item;
}

Placement::Placement(ConcreteSceneBuilder& builder, const OverlapFactory& make_overlap)
    : builder_(builder), make_overlap_(make_overlap), obstacles_(make_overlap()) {}

Status Placement::take_authored(int num_model_bodies) {
  const Scene& scene = builder_.scene();
  const State state = initial_state(scene);
  for (std::size_t i = 0; i < scene.bodies.size(); ++i) {
    const BodyId body(i);
    const auto touch = deepest_overlap(scene, state, body, num_model_bodies, *obstacles_, make_overlap_);
    if (touch) {
      return rejected("body[" + body_at(scene, body).name + "] and body[" +
                      body_at(scene, touch->body).name + "] overlap at the start by " +
                      millimetres(-touch->distance_m) + "; move them apart (up to " +
                      millimetres(kMaxInitialPenetrationM) + " is allowed)");
    }
    obstacles_->place(scene, body, state.bodies[i].world_from_body);
  }
  return {};
}

std::vector<InitialOverlap> initial_overlaps(const Scene& scene, const OverlapFactory& make_overlap,
                                             int num_model_bodies) {
  const State state = initial_state(scene);
  const auto obstacles = make_overlap();
  std::vector<InitialOverlap> found;
  for (std::size_t i = 0; i < scene.bodies.size(); ++i) {
    const BodyId body(i);
    const auto touch = deepest_overlap(scene, state, body, num_model_bodies, *obstacles, make_overlap);
    if (touch) found.push_back({body, touch->body, -touch->distance_m});
    obstacles->place(scene, body, state.bodies[i].world_from_body);
  }
  return found;
}

Status Placement::scatter(const schema::Group& group, SampleKey key, int first_slot,
                          schema::Scenario& resolved) {
  for (int k = 0; k < group.count(); ++k) {
    DIORAMA_RETURN_IF_ERROR(scatter_one(group, key, k, first_slot + k, resolved));
  }
  return {};
}

Status Placement::scatter_one(const schema::Group& group, SampleKey key, int k, int slot,
                              schema::Scenario& resolved) {
  DIORAMA_ASSIGN_OR_RETURN(schema::Group::Item item, draw_item(group, key, k));
  if (item.has_material()) {
    DIORAMA_RETURN_IF_ERROR(builder_.add_material(item.material()));
    *resolved.add_material() = item.material();
  }
  schema::Body& body = *item.mutable_body();
  DIORAMA_ASSIGN_OR_RETURN(const BodyId id, builder_.add_body(body, slot));
  const dquat authored = rotation_of(body.rotation());
  RandomStream stream(key, stream_name(group, k, "pose"));
  std::string nearest;
  for (int attempt = 0; attempt < group.max_tries(); ++attempt) {
    const Pose pose = draw_pose(group, authored, stream);
    const auto touch = obstacles_->nearest(builder_.scene(), id, pose, group.clearance_m());
    if (touch) {
      nearest = body_at(builder_.scene(), touch->body).name;
      continue;
    }
    builder_.set_pose(id, pose);
    obstacles_->place(builder_.scene(), id, pose);
    set_pose(pose, body);
    *resolved.add_body() = body;
    return {};
  }
  return rejected("group[" + group.name() + "]: body " + std::to_string(k) + " of " +
                  std::to_string(group.count()) + " found no free place in " +
                  std::to_string(group.max_tries()) + " tries (the last was too near to '" +
                  nearest + "'); enlarge half_extent_m, or lower count or clearance_m");
}

}  // namespace diorama
