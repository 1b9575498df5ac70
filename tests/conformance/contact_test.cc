// Friction, restitution and contact forces, against Coulomb's and Newton's laws.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tests/conformance/physics_fixture.h"

namespace diorama {
namespace {

// Slide acceleration: measured errors up to 1.7 % (1.3 % on the design page physics, section 6).
constexpr double kSlideError = 0.02;
// Stick creep: Bullet's is nil, MuJoCo's regularised friction creeps 0.09 mm/s with impratio 10.
constexpr double kCreepM_s = 0.5e-3;
// Mean force over a tenth of a second at rest: what is left of settling.
constexpr double kForceError = 0.01;
// A stack of five over 10 s: 0.46 mm with soft contacts, 0.08 mm with 50 iterations; sinking per
// contact 0.42 mm.
constexpr double kStackDriftM = 1e-3;
constexpr double kStackSinkM = 3e-3;
// Boxes whose edges coincide exactly make MuJoCo's box collider choose between equal corners: such
// a tower sways and falls within 10 s (raw MuJoCo 2.2.2 too). A tenth of a millimetre from box to
// box, as any drawn scene has, and it stands.
constexpr double kStackOffsetM = 1e-4;
// Equal and opposite forces: what is left is that contact points are apart by the penetration.
constexpr double kMomentumError = 1e-6;
constexpr double kAngularMomentumError = 5e-3;

const dquat kTilt20 = glm::angleAxis(20.0 * std::numbers::pi / 180.0, dvec3(0, 1, 0));

/// A box on a ramp that falls toward +x at 20 degrees; returns the box.
BodyId box_on_ramp(SceneBuilder& builder, double ramp_friction, double box_friction, bool plane) {
  const MaterialId of_ramp = builder.material(ramp_friction, 0.0);
  const MaterialId of_box = builder.material(box_friction, 0.0);
  if (plane) {
    builder.body("ramp", Motion::kStatic, {dvec3(0.0), kTilt20}, ShapeType::kPlane, dvec3(0.0),
                 of_ramp);
  } else {
    builder.body("ramp", Motion::kStatic, {kTilt20 * dvec3(0, 0, -0.5), kTilt20}, ShapeType::kBox,
                 dvec3(20, 2, 0.5), of_ramp);
  }
  return builder.body("box", Motion::kDynamic, {kTilt20 * dvec3(0, 0, 0.1), kTilt20},
                      ShapeType::kBox, dvec3(0.2, 0.2, 0.1), of_box);
}

TEST_CASE("A box slides down a ramp with g (sin - mu cos), and the larger friction counts") {
  struct Case {
    double ramp, box, effective;
    bool plane;
  };
  for (const Engine& engine : engines()) {
    for (const Case& c : {Case{0.2, 0.2, 0.2, false}, Case{0.2, 0.0, 0.2, false},
                          Case{0.0, 0.1, 0.1, false}, Case{0.2, 0.2, 0.2, true}}) {
      CAPTURE(engine.capabilities.engine);
      CAPTURE(c.ramp);
      CAPTURE(c.box);
      CAPTURE(c.plane);
      SceneBuilder builder;
      const BodyId box = box_on_ramp(builder, c.ramp, c.box, c.plane);
      Run run(engine, builder.build());
      run.step_seconds(0.25);
      const dvec3 down = kTilt20 * dvec3(1, 0, 0);
      const double before = glm::dot(run.body(box).linear_velocity_world, down);
      run.step_seconds(1.0);
      const double after = glm::dot(run.body(box).linear_velocity_world, down);
      const double angle = 20.0 * std::numbers::pi / 180.0;
      const double expected = kGravity * (std::sin(angle) - c.effective * std::cos(angle));
      CHECK(std::abs(after - before - expected) < kSlideError * expected);
    }
  }
}

TEST_CASE("A box sticks on a ramp when the larger friction of the pair holds it") {
  for (const Engine& engine : engines()) {
    for (const bool rough_ramp : {true, false}) {
      CAPTURE(engine.capabilities.engine);
      SceneBuilder builder;
      const BodyId box =
          box_on_ramp(builder, rough_ramp ? 0.8 : 0.0, rough_ramp ? 0.0 : 0.8, false);
      Run run(engine, builder.build());
      run.step_seconds(0.5);
      const dvec3 before = run.body(box).world_from_body.position;
      run.step_seconds(2.0);
      CHECK(glm::length(run.body(box).world_from_body.position - before) < 2.0 * kCreepM_s);
    }
  }
}

TEST_CASE("A ball bounces with the larger restitution of the pair") {
  struct Case {
    double floor, ball;
  };
  for (const Engine& engine : engines()) {
    for (const Case& c :
         {Case{0.0, 0.0}, Case{0.3, 0.3}, Case{0.5, 0.0}, Case{0.0, 0.8}, Case{0.95, 0.2}}) {
      for (const double height : {0.5, 0.613, 1.1}) {
        CAPTURE(engine.capabilities.engine);
        CAPTURE(c.floor);
        CAPTURE(c.ball);
        CAPTURE(height);
        SceneBuilder builder;
        builder.floor(builder.material(0.5, c.floor));
        const BodyId ball =
            builder.body("ball", Motion::kDynamic, at(0, 0, 0.1 + height), ShapeType::kSphere,
                         dvec3(0.1), builder.material(0.5, c.ball));
        Run run(engine, builder.build());
        double fastest_down = 0.0;
        double fastest_up = 0.0;
        const int steps = static_cast<int>((std::sqrt(2.0 * height / kGravity) + 0.05) / run.dt());
        for (int i = 0; i < steps; ++i) {
          run.step(1);
          const double v = run.body(ball).linear_velocity_world.z;
          fastest_down = std::max(fastest_down, -v);
          fastest_up = std::max(fastest_up, v);
        }
        CHECK(std::abs(fastest_up / fastest_down - std::max(c.floor, c.ball)) <
              engine.restitution_error(std::max(c.floor, c.ball)));
      }
    }
  }
}

TEST_CASE("The floor carries a resting body with its weight, upward") {
  for (const Engine& engine : engines()) {
    for (const ShapeType type : {ShapeType::kBox, ShapeType::kSphere, ShapeType::kCylinder,
                                 ShapeType::kEllipsoid, ShapeType::kCapsule}) {
      CAPTURE(engine.capabilities.engine);
      CAPTURE(static_cast<int>(type));
      SceneBuilder builder;
      const MaterialId material = builder.material(0.5, 0.0);
      const BodyId floor = builder.floor(material);
      Pose pose = at(60, -70, 0.1);  // far from the plane's origin
      const dvec3 size = type == ShapeType::kCapsule ? dvec3(0.1, 0.2, 0.0) : dvec3(0.15, 0.1, 0.1);
      if (type == ShapeType::kSphere) pose.position.z = 0.15;
      if (type == ShapeType::kCapsule)
        pose.rotation = glm::angleAxis(0.5 * std::numbers::pi, dvec3(0, 1, 0));
      const BodyId body = builder.body("body", Motion::kDynamic, pose, type, size, material);
      Run run(engine, builder.build());
      run.step_seconds(1.0);
      run.step_seconds(0.1);
      REQUIRE(run.state().contacts.size() == 1);
      const Contact& contact = run.state().contacts[0];
      CHECK(contact.a == floor);
      CHECK(contact.b == body);
      const double weight = run.scene().bodies[body.index].mass.mass_kg * kGravity;
      CHECK(glm::length(contact.force_world_n - dvec3(0, 0, weight)) < kForceError * weight);
      CHECK(contact.normal_world.z > 0.9999);
      CHECK(std::abs(contact.point_world.z) < 1e-3);
      CHECK(glm::length(dvec2(contact.point_world) -
                        dvec2(run.body(body).world_from_body.position)) < 2e-3);
      CHECK(std::abs(contact.min_gap_m) < 1e-3);
      CHECK(std::abs(run.body(body).world_from_body.position.z - pose.position.z) < 1e-3);
    }
  }
}

/// A cube of half extent 0.1 m as a mesh, its faces cut into `n` by `n` squares.
std::shared_ptr<const Mesh> cube_mesh(int n) {
  auto mesh = std::make_shared<Mesh>();
  mesh->name = "cube";
  for (int axis = 0; axis < 3; ++axis) {
    for (const double sign : {1.0, -1.0}) {
      const auto first = static_cast<std::uint32_t>(mesh->positions.size());
      for (int i = 0; i <= n; ++i) {
        for (int j = 0; j <= n; ++j) {
          dvec3 p(0.0);
          p[axis] = 0.1 * sign;
          p[(axis + 1) % 3] = 0.1 * (2.0 * i / n - 1.0) * sign;
          p[(axis + 2) % 3] = 0.1 * (2.0 * j / n - 1.0);
          dvec3 normal(0.0);
          normal[axis] = sign;
          mesh->positions.push_back(p);
          mesh->normals.push_back(normal);
        }
      }
      for (int i = 0; i < n; ++i) {
        for (int j = 0; j < n; ++j) {
          const std::uint32_t a = first + i * (n + 1) + j, b = a + n + 1;
          mesh->triangles.push_back({a, b, b + 1});
          mesh->triangles.push_back({a, b + 1, a + 1});
        }
      }
    }
  }
  return mesh;
}

TEST_CASE("A cube that is a mesh lies, slides and stacks as its hull") {
  for (const Engine& engine : engines()) {
    for (const int n : {1, 7}) {
      CAPTURE(engine.capabilities.engine);
      CAPTURE(n);
      SceneBuilder builder;
      const MaterialId material = builder.material(0.5, 0.0);
      builder.floor(material);
      const BodyId lower = builder.body("lower", Motion::kDynamic, at(3, 4, 0.11), ShapeType::kBox,
                                        dvec3(0.1), material);
      const BodyId upper = builder.body("upper", Motion::kDynamic, at(3.02, 4, 0.32),
                                        ShapeType::kBox, dvec3(0.1), material);
      builder.scene().meshes.push_back(cube_mesh(n));
      for (const int s : {1, 2}) {
        builder.scene().shapes[s].type = ShapeType::kMesh;
        builder.scene().shapes[s].mesh = MeshId(0);
      }
      Run run(engine, builder.build());
      run.step_seconds(2.0);
      run.step_seconds(0.1);
      CHECK(glm::length(run.body(lower).world_from_body.position - dvec3(3, 4, 0.1)) <
            engine.mesh_drift_m());
      CHECK(glm::length(run.body(upper).world_from_body.position - dvec3(3.02, 4, 0.3)) <
            engine.mesh_drift_m());
      REQUIRE(run.state().contacts.size() == 2);
      const double weight = run.scene().bodies[lower.index].mass.mass_kg * kGravity;
      CHECK(run.state().contacts[0].force_world_n.z == doctest::Approx(2.0 * weight).epsilon(0.02));
      CHECK(run.state().contacts[1].force_world_n.z == doctest::Approx(weight).epsilon(0.02));
    }
  }
}

TEST_CASE("A stack of five boxes stands, and every contact carries what is above it") {
  for (const Engine& engine : engines()) {
    CAPTURE(engine.capabilities.engine);
    SceneBuilder builder;
    const MaterialId material = builder.material(0.5, 0.0);
    builder.floor(material);
    std::vector<BodyId> boxes;
    for (int i = 0; i < 5; ++i) {
      boxes.push_back(builder.body("box" + std::to_string(i), Motion::kDynamic,
                                   at(kStackOffsetM * i, 0, 0.1 + 0.2 * i), ShapeType::kBox,
                                   dvec3(0.1), material));
    }
    Run run(engine, builder.build());
    run.step_seconds(10.0);
    run.step_seconds(0.1);
    for (int i = 0; i < 5; ++i) {
      const dvec3 p = run.body(boxes[i]).world_from_body.position;
      CHECK(glm::length(dvec2(p) - dvec2(kStackOffsetM * i, 0.0)) < kStackDriftM);
      CHECK(std::abs(p.z - (0.1 + 0.2 * i)) < kStackSinkM);
    }
    REQUIRE(run.state().contacts.size() == 5);
    const double weight = run.scene().bodies[boxes[0].index].mass.mass_kg * kGravity;
    for (int i = 0; i < 5; ++i) {
      CHECK(run.state().contacts[i].force_world_n.z ==
            doctest::Approx((5 - i) * weight).epsilon(kForceError));
      CHECK(run.state().contacts[i].normal_world.z > 0.999);
    }
  }
}

TEST_CASE("Two boxes that collide off centre keep momentum and angular momentum") {
  for (const Engine& engine : engines()) {
    CAPTURE(engine.capabilities.engine);
    SceneBuilder builder;
    builder.scene().physics.gravity_m_s2 = dvec3(0.0);
    const MaterialId material = builder.material(0.4, 0.5);
    const BodyId a = builder.body("a", Motion::kDynamic, at(-0.5, 0.06, 0), ShapeType::kBox,
                                  dvec3(0.1, 0.12, 0.1), material);
    const BodyId b = builder.body("b", Motion::kDynamic, at(0.5, 0, 0.03), ShapeType::kBox,
                                  dvec3(0.1, 0.1, 0.2), material);
    builder.scene().bodies[a.index].initial_linear_velocity_world = {2.0, 0.0, 0.0};
    builder.scene().bodies[b.index].initial_linear_velocity_world = {-1.0, 0.3, 0.0};
    Run run(engine, builder.build());
    const Mechanics before = run.mechanics();
    double touched_n = 0.0;
    dvec3 impulse_on_b(0.0);
    const dvec3 p_b = run.scene().bodies[b.index].mass.mass_kg * run.body(b).linear_velocity_world;
    for (int i = 0; i < 960; ++i) {
      run.step(1);
      for (const Contact& contact : run.state().contacts) {
        touched_n += glm::length(contact.force_world_n);
        impulse_on_b += contact.force_world_n * run.dt();
      }
    }
    CHECK(touched_n > 0.0);
    const Mechanics after = run.mechanics();
    CHECK(glm::length(after.momentum_kg_m_s - before.momentum_kg_m_s) <
          kMomentumError * glm::length(before.momentum_kg_m_s));
    CHECK(glm::length(after.angular_momentum - before.angular_momentum) < kAngularMomentumError);
    CHECK(after.kinetic_j < before.kinetic_j);
    // The logged contact explains the whole change of momentum: normal and friction, sign included.
    const dvec3 gained =
        run.scene().bodies[b.index].mass.mass_kg * run.body(b).linear_velocity_world - p_b;
    CHECK(glm::length(gained - impulse_on_b) < 0.01 * glm::length(gained));
  }
}

TEST_CASE("A billiard ball hands its speed on by (1 + e) / 2") {
  for (const Engine& engine : engines()) {
    CAPTURE(engine.capabilities.engine);
    SceneBuilder builder;
    builder.scene().physics.gravity_m_s2 = dvec3(0.0);
    const double e = 0.9;
    const MaterialId material = builder.material(0.0, e);
    const BodyId cue = builder.body("cue", Motion::kDynamic, at(0, 0, 0), ShapeType::kSphere,
                                    dvec3(0.03), material);
    const BodyId ball = builder.body("ball", Motion::kDynamic, at(0.3, 0, 0), ShapeType::kSphere,
                                     dvec3(0.03), material);
    builder.scene().bodies[cue.index].initial_linear_velocity_world = {2.0, 0.0, 0.0};
    Run run(engine, builder.build());
    run.step_seconds(0.5);
    const double tolerance = 2.0 * 0.5 * engine.restitution_error(e);
    CHECK(std::abs(run.body(ball).linear_velocity_world.x - 2.0 * 0.5 * (1.0 + e)) < tolerance);
    CHECK(std::abs(run.body(cue).linear_velocity_world.x - 2.0 * 0.5 * (1.0 - e)) < tolerance);
    CHECK(run.mechanics().momentum_kg_m_s.x ==
          doctest::Approx(2.0 * run.scene().bodies[cue.index].mass.mass_kg).epsilon(1e-6));
  }
}

TEST_CASE("A small fast ball does not pass through a thin wall where the engine sweeps it") {
  for (const Engine& engine : engines()) {
    CAPTURE(engine.capabilities.engine);
    SceneBuilder builder;
    builder.scene().physics.step_rate_hz = 240.0;
    const MaterialId material = builder.material(0.5, 0.0);
    builder.body("wall", Motion::kStatic, at(1, 0, 0), ShapeType::kBox, dvec3(0.01, 2, 2),
                 material);
    // At 30 m/s a step is 0.125 m: the ball is at 0.935 m, then at 1.06 m, and never in the wall.
    const BodyId ball = builder.body("ball", Motion::kDynamic, at(0.06, 0, 0), ShapeType::kSphere,
                                     dvec3(0.02), material);
    builder.scene().bodies[ball.index].initial_linear_velocity_world = {30.0, 0.0, 0.0};
    Run run(engine, builder.build());
    run.step_seconds(0.3);
    CHECK((run.body(ball).world_from_body.position.x < 1.0) == engine.continuous_collision());
  }
}

}  // namespace
}  // namespace diorama
