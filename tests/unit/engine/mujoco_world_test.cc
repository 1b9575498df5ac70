// MujocoWorld on scenes of its own: motion, contacts, rejections, determinism.
#include "engine/physics/mujoco/mujoco_world.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/physics/mujoco/mujoco_memory.h"
#include "tests/support/scene_builder.h"

namespace diorama {
namespace {

constexpr double kStepRateHz = 240.0;

std::unique_ptr<PhysicsWorld> make_world(const Scene& scene) {
  auto world = make_mujoco_world(scene);
  REQUIRE_MESSAGE(world.ok(), world.status().message());
  return std::move(*world);
}

State state_of(const PhysicsWorld& world) {
  State state;
  world.read_state(state);
  return state;
}

void step(PhysicsWorld& world, int num_steps, ContactLog* contacts = nullptr) {
  const Status status = world.step(num_steps, contacts);
  REQUIRE_MESSAGE(status.ok(), status.message());
}

Pose at(double x, double y, double z) { return {dvec3(x, y, z), identity_quat()}; }

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

// A pile, a double pendulum and a ball joint: free bodies and links with contacts.
Scene busy_scene() {
  SceneBuilder builder;
  builder.scene().physics.step_rate_hz = kStepRateHz;
  const MaterialId material = builder.material(0.6, 0.0);
  builder.floor(material);
  for (int i = 0; i < 5; ++i) {
    const ShapeType type = i % 2 ? ShapeType::kSphere : ShapeType::kBox;
    builder.body("piece" + std::to_string(i), Motion::kDynamic, at(0.02 * i, 0.01 * i, 0.2 + 0.25 * i), type, dvec3(0.1),
                 material);
  }
  Joint hinge;
  hinge.type = JointType::kHinge;
  hinge.axis_body = dvec3(0, 1, 0);
  hinge.anchor_body = dvec3(-0.3, 0, 0);
  hinge.initial_velocity = 1.0;
  const BodyId upper =
      builder.jointed_body("upper", BodyId(), at(2.3, 0, 2), ShapeType::kBox, dvec3(0.3, 0.05, 0.05), material, hinge);
  Joint ball;
  ball.type = JointType::kBall;
  ball.anchor_body = dvec3(-0.3, 0, 0);
  builder.jointed_body("lower", upper, at(2.9, 0, 2), ShapeType::kBox, dvec3(0.3, 0.05, 0.04), material, ball);
  return builder.build();
}

// Height of the first bounce, as the ratio of speeds after and before it.
double measured_restitution(double ball_restitution, double floor_restitution) {
  SceneBuilder builder;
  builder.scene().physics.step_rate_hz = kStepRateHz;
  const MaterialId ball = builder.material(0.5, ball_restitution);
  const MaterialId floor = builder.material(0.5, floor_restitution);
  builder.floor(floor);
  builder.body("ball", Motion::kDynamic, at(0, 0, 1.1), ShapeType::kSphere, dvec3(0.1), ball);
  builder.scene().physics.step_rate_hz = 960.0;
  const Scene scene = builder.build();
  auto world = make_world(scene);
  double down = 0.0;
  double up = 0.0;
  State state;
  for (int i = 0; i < 960; ++i) {
    step(*world, 1);
    world->read_state(state);
    const double speed = state.bodies[1].linear_velocity_world.z;
    down = std::min(down, speed);
    up = std::max(up, speed);
  }
  return -up / down;
}

TEST_CASE("a falling body follows the discrete formula of semi-implicit Euler") {
  SceneBuilder builder;
  builder.scene().physics.step_rate_hz = kStepRateHz;
  const MaterialId material = builder.material(0.5, 0.0);
  const BodyId box = builder.body("box", Motion::kDynamic, at(0, 0, 10), ShapeType::kBox, dvec3(0.1), material);
  builder.scene().bodies[box.index].initial_linear_velocity_world = dvec3(1.0, -2.0, 3.0);
  const Scene scene = builder.build();
  auto world = make_world(scene);
  step(*world, 240);
  const State state = state_of(*world);
  const double dt = 1.0 / 240.0;
  const double n = 240.0;
  CHECK(state.time_s == 1.0);
  CHECK(world->num_steps() == 240);
  CHECK(state.bodies[0].world_from_body.position.x == doctest::Approx(1.0).epsilon(1e-12));
  CHECK(state.bodies[0].world_from_body.position.y == doctest::Approx(-2.0).epsilon(1e-12));
  CHECK(state.bodies[0].world_from_body.position.z ==
        doctest::Approx(10.0 + 3.0 - 9.81 * dt * dt * n * (n + 1) / 2).epsilon(1e-12));
  CHECK(state.bodies[0].linear_velocity_world.z == doctest::Approx(3.0 - 9.81).epsilon(1e-12));
}

TEST_CASE("a pair bounces with the larger of its two restitutions") {
  constexpr double kTolerance = 0.06;  // physics.md: restitution is approximate in MuJoCo
  CHECK(std::abs(measured_restitution(0.8, 0.0) - 0.8) < kTolerance);
  CHECK(std::abs(measured_restitution(0.0, 0.8) - 0.8) < kTolerance);
  CHECK(std::abs(measured_restitution(0.5, 0.9) - 0.9) < kTolerance);
  CHECK(std::abs(measured_restitution(0.5, 0.5) - 0.5) < kTolerance);
  CHECK(measured_restitution(0.0, 0.0) < 0.1);
}

TEST_CASE("a resting box presses on the floor with its weight") {
  SceneBuilder builder;
  builder.scene().physics.step_rate_hz = kStepRateHz;
  const MaterialId material = builder.material(0.5, 0.0);
  const BodyId floor = builder.floor(material);
  const BodyId box = builder.body("box", Motion::kDynamic, at(0, 0, 0.1), ShapeType::kBox, dvec3(0.1), material);
  const Scene scene = builder.build();
  auto world = make_world(scene);
  step(*world, 480);
  ContactLog log;
  step(*world, 24, &log);
  std::vector<Contact> contacts;
  log.flush(0.1, contacts);
  REQUIRE(contacts.size() == 1);
  const double weight_n = scene.bodies[box.index].mass.mass_kg * 9.81;
  CHECK(contacts[0].a == floor);
  CHECK(contacts[0].b == box);
  CHECK(contacts[0].force_world_n.z == doctest::Approx(weight_n).epsilon(1e-6));
  CHECK(contacts[0].normal_world.z == doctest::Approx(1.0));
  CHECK(contacts[0].min_gap_m <= 0.0);
  CHECK(contacts[0].min_gap_m > -0.001);
  CHECK(std::abs(contacts[0].point_world.x) < 1e-4);
}

TEST_CASE("friction of a pair is the larger of its two values") {
  for (const bool slippery_box : {false, true}) {
    SceneBuilder builder;
    builder.scene().physics.step_rate_hz = kStepRateHz;
    const MaterialId rough = builder.material(0.8, 0.0);
    const MaterialId smooth = builder.material(0.1, 0.0);
    builder.floor(slippery_box ? rough : smooth);
    builder.body("box", Motion::kDynamic, at(0, 0, 0.1), ShapeType::kBox, dvec3(0.1),
                 slippery_box ? smooth : rough);
    const double angle = 20.0 * 3.14159265358979 / 180.0;  // tan = 0.36: holds with 0.8, slides with 0.1
    builder.scene().physics.gravity_m_s2 = 9.81 * dvec3(std::sin(angle), 0, -std::cos(angle));
    const Scene scene = builder.build();
    auto world = make_world(scene);
    step(*world, 240);
    CHECK(state_of(*world).bodies[1].world_from_body.position.x < 0.005);
  }
}

TEST_CASE("a shape that does not collide touches nothing") {
  SceneBuilder builder;
  builder.scene().physics.step_rate_hz = kStepRateHz;
  const MaterialId material = builder.material(0.5, 0.0);
  builder.floor(material);
  builder.body("ghost", Motion::kDynamic, at(0, 0, 0.1), ShapeType::kBox, dvec3(0.1), material);
  builder.scene().shapes[1].collides = false;
  const Scene scene = builder.build();
  auto world = make_world(scene);
  step(*world, 240);
  CHECK(state_of(*world).bodies[1].world_from_body.position.z < -4.0);
}

TEST_CASE("every shape type comes to rest on the floor at its own height") {
  SceneBuilder builder;
  builder.scene().physics.step_rate_hz = kStepRateHz;
  const MaterialId material = builder.material(0.5, 0.0);
  builder.floor(material);
  struct Entry { ShapeType type; dvec3 size; double rest_z; };
  const std::vector<Entry> entries{{ShapeType::kBox, dvec3(0.1, 0.2, 0.3), 0.3},
                                   {ShapeType::kSphere, dvec3(0.15, 0, 0), 0.15},
                                   {ShapeType::kCylinder, dvec3(0.2, 0.1, 0), 0.1},
                                   {ShapeType::kEllipsoid, dvec3(0.3, 0.3, 0.1), 0.1}};
  for (std::size_t i = 0; i < entries.size(); ++i) {
    builder.body("shape_body" + std::to_string(i), Motion::kDynamic, at(2.0 * i, 0, entries[i].rest_z + 0.01),
                 entries[i].type, entries[i].size, material);
  }
  // A convex mesh: a tetrahedron that stands on its face, with its corners repeated as split normals do.
  auto mesh = std::make_shared<Mesh>();
  const std::vector<dvec3> corners{{0.2, 0, -0.05}, {-0.1, 0.17, -0.05}, {-0.1, -0.17, -0.05}, {0, 0, 0.25}};
  for (const auto& face : {std::array{0, 2, 1}, std::array{0, 1, 3}, std::array{1, 2, 3}, std::array{2, 0, 3}}) {
    const auto first = static_cast<std::uint32_t>(mesh->positions.size());
    for (const int c : face) mesh->positions.push_back(corners[c]);
    mesh->triangles.push_back({first, first + 1, first + 2});
  }
  mesh->normals.assign(mesh->positions.size(), dvec3(0, 0, 1));
  const BodyId tetrahedron = builder.body("tetrahedron", Motion::kDynamic, at(-2, 0, 0.06), ShapeType::kBox, dvec3(0.1), material);
  Scene& draft = builder.scene();
  draft.meshes.push_back(mesh);
  draft.shapes.back().type = ShapeType::kMesh;
  draft.shapes.back().mesh = MeshId(0);
  auto mass = shape_mass(draft.shapes.back(), mesh.get(), 1000.0);
  REQUIRE_MESSAGE(mass.ok(), mass.status().message());
  draft.bodies[tetrahedron.index].mass = *mass;
  const Scene scene = builder.build();
  auto world = make_world(scene);
  step(*world, 720);
  const State state = state_of(*world);
  constexpr double kSinking = 0.002;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    CHECK(std::abs(state.bodies[1 + i].world_from_body.position.z - entries[i].rest_z) < kSinking);
  }
  CHECK(std::abs(state.bodies[tetrahedron.index].world_from_body.position.z - 0.05) < kSinking);
}

TEST_CASE("a state that is too fast is rejected with step, body and value and never reset") {
  SceneBuilder builder;
  builder.scene().physics.step_rate_hz = kStepRateHz;
  const MaterialId material = builder.material(0.5, 0.0);
  const BodyId box = builder.body("rocket", Motion::kDynamic, at(0, 0, 1), ShapeType::kBox, dvec3(0.1), material);
  builder.scene().bodies[box.index].initial_linear_velocity_world = dvec3(1e12, 0, 0);
  const Scene scene = builder.build();
  auto world = make_world(scene);
  const Status status = world->step(10, nullptr);
  CHECK(status.code() == Code::kRejected);
  CHECK(status.message().find("step 1 ") != std::string::npos);
  CHECK(status.message().find("body 'rocket'") != std::string::npos);
  CHECK(status.message().find("1000000000000") + status.message().find("1e+12") != 2 * std::string::npos);
  CHECK(state_of(*world).bodies[0].linear_velocity_world.x == 1e12);  // a reset would have made it 0
  CHECK(world->step(1, nullptr).code() == Code::kFailed);
  CHECK_FALSE(std::filesystem::exists("MUJOCO_LOG.TXT"));
}

TEST_CASE("a control that is not a number is rejected") {
  SceneBuilder builder;
  builder.scene().physics.step_rate_hz = kStepRateHz;
  const MaterialId material = builder.material(0.5, 0.0);
  Joint slide;
  slide.type = JointType::kSlide;
  builder.jointed_body("cart", BodyId(), at(0, 0, 1), ShapeType::kBox, dvec3(0.1), material, slide);
  Actuator motor;
  motor.name = "motor";
  motor.joint = JointId(0);
  builder.scene().actuators.push_back(motor);
  const Scene scene = builder.build();
  auto world = make_world(scene);
  world->set_action(std::vector<double>{std::numeric_limits<double>::quiet_NaN()});
  CHECK(world->step(1, nullptr).code() == Code::kRejected);
}

TEST_CASE("more contacts than there is room for are rejected, not dropped") {
  SceneBuilder builder;
  builder.scene().physics.step_rate_hz = kStepRateHz;
  const MaterialId material = builder.material(0.5, 0.0);
  builder.floor(material);
  const BodyId bed = builder.body("bed_of_balls", Motion::kDynamic, at(0, 0, 0.0099), ShapeType::kSphere, dvec3(0.01), material);
  for (int i = 1; i < 200; ++i) {
    builder.add_shape(bed, at(0.03 * (i % 20), 0.03 * (i / 20), 0), ShapeType::kSphere, dvec3(0.01), material);
  }
  const Scene scene = builder.build();
  auto world = make_world(scene);
  const Status status = world->step(5, nullptr);
  CHECK(status.code() == Code::kRejected);
  CHECK(status.message().find("ontact") != std::string::npos);
}

TEST_CASE("reading the state does not change the run") {
  const Scene scene = busy_scene();
  auto quiet = make_world(scene);
  auto watched = make_world(scene);
  step(*quiet, 600);
  State state;
  for (int i = 0; i < 600; ++i) {
    step(*watched, 1);
    watched->read_state(state);
  }
  const State reference = state_of(*quiet);
  CHECK(same_bits(reference.qpos, state.qpos));
  CHECK(same_bits(reference.qvel, state.qvel));
}

TEST_CASE("runs are bit-equal from run to run and on two threads at once") {
  const Scene scene = busy_scene();
  const auto run = [&scene](std::vector<double>& qpos) {
    auto world = make_mujoco_world(scene);
    if (!world.ok() || !(*world)->step(500, nullptr).ok()) return;
    State state;
    (*world)->read_state(state);
    qpos = state.qpos;
  };
  std::vector<double> alone, first, second;
  run(alone);
  std::thread a(run, std::ref(first));
  std::thread b(run, std::ref(second));
  a.join();
  b.join();
  REQUIRE(!alone.empty());
  CHECK(same_bits(alone, first));
  CHECK(same_bits(alone, second));
}

TEST_CASE("a plane on a body that moves is refused with its name") {
  SceneBuilder builder;
  builder.scene().physics.step_rate_hz = kStepRateHz;
  const MaterialId material = builder.material(0.5, 0.0);
  builder.body("box", Motion::kDynamic, at(0, 0, 1), ShapeType::kBox, dvec3(0.1), material);
  Scene scene = builder.build();
  scene.shapes[0].type = ShapeType::kPlane;
  const auto world = make_mujoco_world(scene);
  REQUIRE_FALSE(world.ok());
  CHECK(world.status().code() == Code::kInvalidInput);
  CHECK(world.status().message().find("body 'box'") != std::string::npos);
}

TEST_CASE("a flat mesh that collides is refused with the names of body and mesh") {
  SceneBuilder builder;
  builder.scene().physics.step_rate_hz = kStepRateHz;
  const MaterialId material = builder.material(0.5, 0.0);
  builder.body("sheet", Motion::kStatic, at(0, 0, 1), ShapeType::kBox, dvec3(0.1), material);
  Scene scene = builder.build();
  auto mesh = std::make_shared<Mesh>();
  mesh->name = "square";
  mesh->positions = {{0, 0, 1}, {1, 0, 1}, {1, 1, 1}, {0, 1, 1}};
  mesh->normals.assign(4, {0, 0, 1});
  mesh->triangles = {{0, 1, 2}, {0, 2, 3}};
  scene.meshes.push_back(mesh);
  scene.shapes[0].type = ShapeType::kMesh;
  scene.shapes[0].mesh = MeshId(scene.meshes.size() - 1);
  const auto flat = make_mujoco_world(scene);
  REQUIRE_FALSE(flat.ok());
  CHECK(flat.status().code() == Code::kInvalidInput);
  CHECK(flat.status().message().find("'sheet': mesh 'square' is flat") != std::string::npos);
  mesh->positions[0].z = 0.9;
  CHECK(make_mujoco_world(scene).ok());
}

TEST_CASE("what MuJoCo cannot compile is reported with the scene's own names") {
  SceneBuilder builder;
  builder.scene().physics.step_rate_hz = kStepRateHz;
  const MaterialId material = builder.material(0.5, 0.0);
  builder.body("lump", Motion::kDynamic, at(0, 0, 1), ShapeType::kBox, dvec3(0.1), material);
  Scene scene = builder.build();
  scene.bodies[0].mass.principal_inertia = dvec3(1.0, 1.0, 5.0);  // no body has A + B < C
  const auto world = make_mujoco_world(scene);
  REQUIRE_FALSE(world.ok());
  CHECK(world.status().code() == Code::kInvalidInput);
  CHECK(world.status().message().find("lump") != std::string::npos);
}

TEST_CASE("the capabilities name the engine and its version") {
  const PhysicsCapabilities capabilities = mujoco_capabilities();
  CHECK(capabilities.engine == "mujoco");
  CHECK(capabilities.model_files);
  CHECK_FALSE(capabilities.exact_restitution);
  CHECK(capabilities.version.find('.') != std::string::npos);
}

TEST_CASE("states that come and go use the same blocks outside of the heap again") {
  Scene scene = busy_scene();
  std::size_t idle = 0;
  std::size_t kept = 0;
  for (int i = 0; i < 20; ++i) {
    scene.physics.gravity_m_s2.z =
        -9.0 - 0.01 * i;  // another model each time, as in a run with drawn scenes
    {
      const auto world = make_world(scene);
      CHECK(mujoco::large_bytes_in_use() > idle + (1 << 20));
    }
    if (i < 8) {  // the first models stay for repetitions
      idle = mujoco::large_bytes_in_use();
      kept = mujoco::large_bytes_kept();
    }
    CHECK(mujoco::large_bytes_in_use() == idle);
    CHECK(mujoco::large_bytes_kept() == kept);
  }
  CHECK(kept <= std::size_t{128} << 20);
}

}  // namespace
}  // namespace diorama
