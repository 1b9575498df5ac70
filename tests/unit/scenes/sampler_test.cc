#include "scenes/sampler.h"

#include <algorithm>
#include <cmath>
#include <thread>

#include "engine/core/text.h"
#include "tests/unit/scenes/scenes_test_tools.h"

namespace diorama {
namespace {

using namespace scenes_test;

const std::string kVaried = kSmall + R"(
material { name: "toy" restitution: 0.2 }
body { name: "pendulum" position_m { x: 2 z: 3 } joint { name: "hinge" type: HINGE axis { y: 1 } position_deg: 30 }
  shape { box { half_x_m: 0.05 half_y_m: 0.05 half_z_m: 0.3 } position_m { z: -0.3 } material: "toy" } }
actuator { joint: "hinge" type: MOTOR gear: 2 }
group {
  name: "toys" count: 4 max_count: 6 center_m { x: -2 z: 1 } half_extent_m { x: 0.6 y: 0.6 z: 0.5 } orientation: ANY
  clearance_m: 0.01
  item { body { class_name: "cube" shape { box { half_x_m: 0.1 half_y_m: 0.1 half_z_m: 0.1 } } }
    material { base_color { r: 1 } }
    vary { path: "body.shape[0].box.half_x_m" distribution { uniform { low: 0.05 high: 0.2 } } } }
  item { weight: 2 body { class_name: "ball" shape { sphere { radius_m: 0.1 } } } }
}
vary { path: "body[ball].mass_kg" distribution { uniform { low: 1 high: 2 } } factor: "mass" }
vary { path: "body[ball].rotation" distribution { rotation {} } factor: "turn" }
vary { path: "group[toys].count" distribution { integer { low: 2 high: 6 } } factor: "toys" }
vary { path: "material[wood].base_color" distribution { choice { option { value: "r: 1" } option { value: "b: 1" weight: 3 } } } factor: "colour" }
vary { path: "body[ball].position_m.x" path: "body[ball].position_m.y" distribution { choice { option { value: "0.5" } option { value: "0.25" } } } factor: "place" }
)";

std::string number(double value) { return format_number(value); }
std::string text_of(const Pose& pose) {
  std::string text;
  for (int i = 0; i < 3; ++i) text += number(pose.position[i]) + " ";
  for (const double q : to_wxyz(pose.rotation)) text += number(q) + " ";
  return text;
}

/// Everything of a sample, in all digits.
std::string text_of(const Sample& sample) {
  std::string text = scenario_text(sample.resolved);
  const Scene& scene = sample.scene;
  for (const Node& node : scene.nodes)
    text += node.name + " " + std::to_string(node.parent.index) + " " +
            text_of(node.parent_from_node) + "\n";
  for (const Body& body : scene.bodies) {
    text += body.name + " " + body.class_name + " " + number(body.mass.mass_kg) + " " +
            number(body.mass.principal_inertia.x) + " " + text_of(body.mass.body_from_inertia) +
            std::to_string(body.object_index) + " " + std::to_string(body.articulation) + "\n";
  }
  for (const Shape& shape : scene.shapes) {
    text += shape.name + " " + number(shape.size.x) + " " + number(shape.size.y) + " " +
            number(shape.size.z) + " " + std::to_string(shape.material.index) + "\n";
  }
  for (const Joint& joint : scene.joints)
    text += joint.name + " " + number(joint.initial_position) + "\n";
  for (const Material& material : scene.materials) {
    text += material.name + " " + number(material.base_color_linear.x) + " " +
            number(material.friction) + "\n";
  }
  for (const auto& factor : sample.factors) {
    for (const double value : factor) text += number(value) + " ";
  }
  return text;
}

TEST_CASE("episode 7 drawn alone equals episode 7 drawn after 0..6, in this or another thread") {
  const auto alone = make_sampler(kVaried)->sample({11, 7});
  REQUIRE(alone.ok());
  const auto sampler = make_sampler(kVaried);
  for (int episode = 0; episode < 7; ++episode) REQUIRE(sampler->sample({11, episode}).ok());
  const auto after = sampler->sample({11, 7});
  REQUIRE(after.ok());
  CHECK(text_of(*alone) == text_of(*after));
  std::string threaded[4];
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int episode = 4; episode <= 7; ++episode)
          threaded[t] = text_of(*sampler->sample({11, episode}));
      });
    }
  }
  for (const std::string& text : threaded) CHECK(text == text_of(*alone));
}

TEST_CASE("seeds and episodes give different draws, and seed 0 works like any other") {
  const auto sampler = make_sampler(kVaried);
  const auto zero = sampler->sample({0, 0});
  REQUIRE(zero.ok());
  CHECK(text_of(*zero) != text_of(*sampler->sample({0, 1})));
  CHECK(text_of(*zero) != text_of(*sampler->sample({1, 0})));
}

TEST_CASE("adding a vary entry does not change what the others draw") {
  const auto before = make_sampler(kVaried)->sample({3, 2});
  const auto after = make_sampler(
                         "vary { path: \"exposure_ev100\" distribution { uniform { low: 13 high: "
                         "14 } } factor: \"ev\" }" +
                         kVaried)
                         ->sample({3, 2});
  REQUIRE(before.ok());
  REQUIRE(after.ok());
  REQUIRE(after->factors.size() == before->factors.size() + 1);
  for (std::size_t i = 0; i < before->factors.size(); ++i)
    CHECK(before->factors[i] == after->factors[i + 1]);
  CHECK(after->factors[0][0] >= 13.0);
}

TEST_CASE(
    "factor columns record numbers, indices of options and rotations, and drive all their fields") {
  const auto sampler = make_sampler(kVaried);
  const auto& factors = sampler->layout().factors;
  REQUIRE(factors.size() == 5);
  CHECK(factors[0].name == "mass");
  CHECK(factors[0].unit == "kg");
  CHECK(factors[1].width == 4);
  CHECK(factors[4].unit == "m");
  CHECK(contains(factors[4].meaning, "body[ball].position_m.y"));
  for (int episode = 0; episode < 20; ++episode) {
    const auto sample = sampler->sample({1, episode});
    REQUIRE_MESSAGE(sample.ok(), sample.status().message());
    const Body& ball = sample->scene.bodies[1];
    CHECK(ball.mass.mass_kg == doctest::Approx(sample->factors[0][0]));
    const Node& node = sample->scene.nodes[static_cast<std::size_t>(ball.node.index)];
    CHECK(std::abs(node.parent_from_node.rotation.w) ==
          doctest::Approx(std::abs(sample->factors[1][0])));
    CHECK(static_cast<double>(sample->scene.bodies.size()) == 3 + sample->factors[2][0]);
    const double colour = sample->factors[3][0];
    CHECK(sample->scene.materials[0].base_color_linear.x == (colour == 0.0 ? 1.0 : 0.0));
    CHECK((sample->factors[4][0] == 0.5 || sample->factors[4][0] == 0.25));
    CHECK(node.parent_from_node.position.x == sample->factors[4][0]);
    CHECK(node.parent_from_node.position.y == sample->factors[4][0]);
  }
}

TEST_CASE(
    "the layout has slots for the most bodies that a group may hold, and joints padded likewise") {
  const auto sampler = make_sampler(kVaried);
  const SceneLayout& layout = sampler->layout();
  REQUIRE(layout.objects.size() == 3 + 6);
  CHECK(layout.objects[8].name == "toys/5");
  CHECK(layout.class_names == std::vector<std::string>{"cube", "ball"});
  CHECK(layout.num_positions == 7 + 1 + 6 * 7);
  CHECK(layout.num_velocities == 6 + 1 + 6 * 6);
  CHECK(layout.joints.back().name == "toys/5");
  CHECK(layout.actuators == std::vector<std::string>{"hinge"});
  CHECK(layout.max_contacts == std::min(4 * 9 + 8, 9 * 8 / 2));
  const auto sample = sampler->sample({1, 1});
  REQUIRE(sample.ok());
  for (const Body& body : sample->scene.bodies) {
    CHECK(layout.objects[static_cast<std::size_t>(body.object_index)].name == body.name);
  }
  for (const Joint& joint : sample->scene.joints) {
    CHECK(std::any_of(layout.joints.begin(), layout.joints.end(), [&](const JointSlot& slot) {
      return slot.name == joint.name && slot.type == joint.type;
    }));
  }
  CHECK(sample->scene.bodies[2].articulation == 0);
  CHECK(sample->scene.bodies[1].articulation == -1);
}

TEST_CASE("the resolved scenario has no vary and no groups, and draws the same scene again") {
  const auto sample = make_sampler(kVaried)->sample({4, 4});
  REQUIRE(sample.ok());
  CHECK(sample->resolved.vary_size() == 0);
  CHECK(sample->resolved.group_size() == 0);
  const auto again = make_sampler(scenario_text(sample->resolved))->sample({99, 0});
  REQUIRE(again.ok());
  REQUIRE(again->scene.bodies.size() == sample->scene.bodies.size());
  const State first = initial_state(sample->scene);
  const State second = initial_state(again->scene);
  for (std::size_t i = 0; i < first.bodies.size(); ++i) {
    CHECK(glm::length(first.bodies[i].world_from_body.position -
                      second.bodies[i].world_from_body.position) < 1e-12);
    CHECK(sample->scene.bodies[i].mass.mass_kg ==
          doctest::Approx(again->scene.bodies[i].mass.mass_kg));
  }
}

TEST_CASE(
    "the default step rate is a multiple of the frame rate, 960 Hz or more if anything bounces") {
  CHECK(make_sampler(kSmall)->scenario().physics().step_rate_hz() == 240.0);
  CHECK(
      make_sampler(kSmall + "episode { frame_rate_hz: 50 }")->scenario().physics().step_rate_hz() ==
      250.0);
  CHECK(make_sampler(kVaried)->scenario().physics().step_rate_hz() == 960.0);
  CHECK(make_sampler(
            kSmall +
            "vary { path: 'material[wood].restitution' distribution { uniform { high: 0.5 } } }")
            ->scenario()
            .physics()
            .step_rate_hz() == 960.0);
}

TEST_CASE("placed bodies never overlap one another or the authored ones") {
  const auto sampler = make_sampler(kVaried);
  for (int episode = 0; episode < 30; ++episode) {
    const auto sample = sampler->sample({8, episode});
    REQUIRE_MESSAGE(sample.ok(), sample.status().message());
    const State state = initial_state(sample->scene);
    const auto checker = make_bullet_overlap();
    for (std::size_t i = 0; i < sample->scene.bodies.size(); ++i) {
      const Pose& pose = state.bodies[i].world_from_body;
      CHECK_FALSE(checker->nearest(sample->scene, BodyId(i), pose, -1e-6).has_value());
      checker->place(sample->scene, BodyId(i), pose);
    }
  }
}

TEST_CASE("running out of tries rejects the episode with group, body and tries") {
  const auto sampler = make_sampler(
      kSmall +
      R"(group { name: "crowd" count: 40 half_extent_m { x: 0.2 y: 0.2 } center_m { x: 3 z: 0.5 }
    max_tries: 50 item { body { shape { sphere { radius_m: 0.1 } } } } })");
  const auto sample = sampler->sample({0, 0});
  REQUIRE_FALSE(sample.ok());
  CHECK(sample.status().code() == Code::kRejected);
  CHECK(contains(sample.status().message(), "group[crowd]: body "));
  CHECK(contains(sample.status().message(), "found no free place in 50 tries"));
}

TEST_CASE(
    "authored bodies that overlap reject the episode with both names and the depth; parent and "
    "child may") {
  const auto sampler = make_sampler(kSmall +
                                    "body { name: 'box' position_m { z: 1.15 } shape { box { "
                                    "half_x_m: 0.1 half_y_m: 0.1 half_z_m: 0.1 } } }");
  const auto sample = sampler->sample({0, 0});
  REQUIRE_FALSE(sample.ok());
  CHECK(sample.status().code() == Code::kRejected);
  CHECK(contains(sample.status().message(),
                 "body[box] and body[ball] overlap at the start by 50 mm"));
  const auto child =
      make_sampler(kSmall +
                   "body { name: 'child' parent: 'ball' position_m { z: 0.15 } joint { type: HINGE "
                   "} shape { box { half_x_m: 0.1 half_y_m: 0.1 half_z_m: 0.1 } } }");
  CHECK(child->sample({0, 0}).ok());
}

TEST_CASE("a drawn combination that breaks a rule rejects the episode and says which") {
  const auto sampler = make_sampler(kSmall + R"(
    body { name: "arm" position_m { x: 5 z: 3 } joint { name: "j" type: SLIDE lower_m: 0 upper_m: 1 position_m: 0.5 } shape { sphere { radius_m: 0.1 } } }
    vary { path: "body[arm].joint[j].lower_m" distribution { uniform { low: 0 high: 0.5 } } }
    vary { path: "body[arm].joint[j].position_m" distribution { uniform { low: 0 high: 1 } } })");
  int rejected_count = 0;
  for (int episode = 0; episode < 40; ++episode) {
    const auto sample = sampler->sample({0, episode});
    if (sample.ok()) continue;
    ++rejected_count;
    CHECK(sample.status().code() == Code::kRejected);
    CHECK(contains(sample.status().message(), "position_m"));
  }
  CHECK(rejected_count > 0);
  CHECK(rejected_count < 40);
}

TEST_CASE("an invalid scenario gives all its errors in one message") {
  auto scenario = parsed(kSmall);
  scenario.mutable_body(1)->mutable_shape(0)->mutable_sphere()->set_radius_m(-1);
  scenario.mutable_camera(0)->set_name("a b");
  const auto sampler = Sampler::create(scenario, ".", tools());
  REQUIRE_FALSE(sampler.ok());
  CHECK(sampler.status().code() == Code::kInvalidInput);
  CHECK(contains(sampler.status().message(), "radius_m"));
  CHECK(contains(sampler.status().message(), "'a b'"));
}

}  // namespace
}  // namespace diorama
