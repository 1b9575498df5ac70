// The same scene gives the same bits, and reading or logging does not change a run.
#include <doctest/doctest.h>

#include <thread>

#include "tests/conformance/physics_fixture.h"

namespace diorama {
namespace {

Scene pile() {
  SceneBuilder builder;
  const MaterialId material = builder.material(0.6, 0.2);
  builder.floor(material);
  for (int i = 0; i < 12; ++i) {
    const ShapeType types[] = {ShapeType::kBox, ShapeType::kSphere, ShapeType::kCylinder,
                               ShapeType::kCapsule};
    const Pose pose = {dvec3(0.02 * i, 0.05 * (i % 3), 0.2 + 0.25 * i),
                       glm::angleAxis(0.3 * i, dvec3(0, 1, 0))};
    builder.body("b" + std::to_string(i), Motion::kDynamic, pose, types[i % 4],
                 dvec3(0.1, 0.08, 0.06), material);
  }
  Joint joint;
  joint.type = JointType::kHinge;
  joint.anchor_body = {0.0, 0.0, 0.3};
  joint.axis_body = {0.0, 1.0, 0.0};
  joint.damping = 0.1;
  builder.jointed_body("gate", BodyId(), at(0.1, 0, 0.7), ShapeType::kBox, dvec3(0.05, 0.2, 0.3),
                       material, joint);
  return builder.build();
}

std::vector<double> bits_of(const State& state) {
  std::vector<double> all = state.qpos;
  all.insert(all.end(), state.qvel.begin(), state.qvel.end());
  for (const Contact& contact : state.contacts) {
    all.insert(all.end(),
               {double(contact.a.index), double(contact.b.index), contact.force_world_n.x,
                contact.force_world_n.y, contact.force_world_n.z, contact.point_world.x});
  }
  return all;
}

std::vector<double> run_pile(const Engine& engine) {
  Run run(engine, pile());
  for (int i = 0; i < 50; ++i) run.step(32);
  return bits_of(run.state());
}

TEST_CASE("A pile falls to the same bits in every run and in every thread") {
  for (const Engine& engine : engines()) {
    CAPTURE(engine.capabilities.engine);
    const std::vector<double> first = run_pile(engine);
    std::vector<double> other[2];
    {
      std::jthread a([&] { other[0] = run_pile(engine); });
      std::jthread b([&] { other[1] = run_pile(engine); });
    }
    CHECK(first == other[0]);
    CHECK(first == other[1]);
    CHECK(first.size() > 13 * 7u);
  }
}

TEST_CASE("Neither reading nor logging changes a run") {
  for (const Engine& engine : engines()) {
    CAPTURE(engine.capabilities.engine);
    Run read_often(engine, pile());
    for (int i = 0; i < 800; ++i) read_often.step(1);
    const Scene scene = pile();
    auto silent = engine.make(scene);
    REQUIRE(silent.ok());
    REQUIRE((*silent)->step(800, nullptr).ok());
    State state;
    (*silent)->read_state(state);
    CHECK(state.qpos == read_often.state().qpos);
    CHECK(state.qvel == read_often.state().qvel);
  }
}

TEST_CASE("A run that explodes is rejected with step, body and value") {
  for (const Engine& engine : engines()) {
    CAPTURE(engine.capabilities.engine);
    SceneBuilder builder;
    Joint joint;
    joint.type = JointType::kSlide;
    joint.axis_body = {1.0, 0.0, 0.0};
    joint.stiffness = 1e9;  // unstable: stiffness dt^2 / m = 1085, above 4
    joint.initial_position = 0.1;
    builder.jointed_body("cart", BodyId(), at(0, 0, 0), ShapeType::kBox, dvec3(0.05),
                         builder.material(0.5, 0.0), joint);
    const Scene scene = builder.build();
    auto world = engine.make(scene);
    REQUIRE(world.ok());
    const Status status = (*world)->step(10000, nullptr);
    CHECK(status.code() == Code::kRejected);
    CHECK(status.message().find("step") != std::string::npos);
    if (engine.capabilities.engine == "bullet")
      CHECK(status.message().find("cart") != std::string::npos);
  }
}

}  // namespace
}  // namespace diorama
