// import_mjcf and MujocoWorld on model files.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/physics/mujoco/mujoco_world.h"
#include "tests/support/temp_dir.h"

namespace diorama {
namespace {

const std::filesystem::path kSamples = "/usr/share/mujoco/model";  // of Debian's libmujoco-samples
const std::filesystem::path kHumanoid = kSamples / "humanoid/humanoid.xml";

Scene import(const std::filesystem::path& path) {
  auto scene = import_mjcf(path);
  REQUIRE_MESSAGE(scene.ok(), scene.status().message());
  return std::move(*scene);
}

std::unique_ptr<PhysicsWorld> make_world(const Scene& scene) {
  auto world = make_mujoco_world(scene);
  REQUIRE_MESSAGE(world.ok(), world.status().message());
  return std::move(*world);
}

State after(PhysicsWorld& world, int num_steps, ContactLog* log = nullptr) {
  const Status status = world.step(num_steps, log);
  REQUIRE_MESSAGE(status.ok(), status.message());
  State state;
  world.read_state(state);
  return state;
}

std::filesystem::path write(const TempDir& folder, const std::string& name, const std::string& text) {
  const std::filesystem::path path = folder.path() / name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

// A free box of 0.2 m and 8 kg that the scene adds to its model.
BodyId add_box(Scene& scene, const std::string& name, const dvec3& position) {
  const BodyId id(scene.bodies.size());
  Node node;
  node.name = name;
  node.parent_from_node.position = position;
  node.body = id;
  scene.nodes.push_back(node);
  Body body;
  body.name = name;
  body.node = NodeId(scene.nodes.size() - 1);
  body.object_index = id.index;
  body.mass.mass_kg = 8.0;
  body.mass.principal_inertia = dvec3(8.0 * 0.04 / 6.0);
  scene.bodies.push_back(body);
  Node part;
  part.name = name + "/shape";
  part.parent = body.node;
  scene.nodes.push_back(part);
  if (scene.materials.empty()) scene.materials.emplace_back();
  Shape shape;
  shape.name = part.name;
  shape.node = NodeId(scene.nodes.size() - 1);
  shape.body = id;
  shape.size = dvec3(0.1);
  shape.material = MaterialId(0);
  scene.shapes.push_back(shape);
  Joint joint;
  joint.name = name + "/free";
  joint.body = id;
  scene.joints.push_back(joint);
  return id;
}

TEST_CASE("the humanoid becomes a sound scene with all its parts") {
  const Scene scene = import(kHumanoid);
  const std::vector<std::string> problems = check_scene(scene);
  CHECK_MESSAGE(problems.empty(), (problems.empty() ? std::string() : problems[0]));
  CHECK(scene.bodies.size() == 17);
  CHECK(scene.bodies[0].name == "world");
  CHECK(scene.bodies[0].motion == Motion::kStatic);
  CHECK(scene.shapes.size() == 20);
  CHECK(scene.joints.size() == 22);
  CHECK(scene.joints[0].type == JointType::kFree);
  CHECK(scene.num_velocities() == 27);
  CHECK(scene.actuators.size() == 21);
  CHECK(scene.actuators[0].type == ActuatorType::kModel);
  CHECK(scene.joints[scene.actuators[0].joint.index].type == JointType::kHinge);
  CHECK(scene.cameras.size() == 3);
  REQUIRE(scene.textures.size() == 3);
  REQUIRE(scene.model.has_value());
  CHECK(scene.model->num_bodies == 17);
  CHECK(scene.model->num_joints == 22);
  CHECK(scene.model->num_actuators == 21);
  REQUIRE(scene.model->files.size() == 1);
  CHECK(scene.model->files.begin()->first == "humanoid.xml");
  CHECK(scene.model->files.begin()->second.size() == 64);
  CHECK(scene.physics.step_rate_hz == 200.0);
  CHECK(scene.physics.gravity_m_s2.z == -9.81);
  for (std::size_t b = 1; b < scene.bodies.size(); ++b) CHECK(scene.bodies[b].articulation == 1);
}

TEST_CASE("textures have the colours of the file") {
  const Scene scene = import(kHumanoid);
  const Texture& grid = *scene.textures[2];
  CHECK(grid.type == Texture::Type::k2d);
  CHECK(grid.width_px == 512);
  CHECK(grid.height_px == 512);
  const auto pixel = [](const Texture& t, int x, int y) { return &t.rgba[4 * (static_cast<std::size_t>(y) * t.width_px + x)]; };
  CHECK(std::abs(pixel(grid, 10, 10)[0] - 25.5) <= 0.5);   // rgb1 .1 .2 .3
  CHECK(std::abs(pixel(grid, 10, 10)[2] - 76.5) <= 0.5);
  CHECK(std::abs(pixel(grid, 300, 10)[0] - 51) <= 1);      // rgb2 .2 .3 .4
  CHECK(pixel(grid, 10, 10)[3] == 255);
  const Texture& body = *scene.textures[1];
  CHECK(body.type == Texture::Type::kCube);
  CHECK(body.height_px == 6 * body.width_px);
  CHECK(std::abs(pixel(body, 3, 3)[0] - 204) <= 1);        // rgb1 0.8 0.6 0.4
  // The skybox runs from .3 .5 .7 at the top to black below the horizon.
  CHECK(scene.sky.zenith_linear.z == doctest::Approx(linear_from_srgb(0.7)).epsilon(0.1));
  CHECK(scene.sky.ground_linear.z < 0.01);
  CHECK(scene.sky.horizon_linear.z < scene.sky.zenith_linear.z);
  const Shape& floor = scene.shapes[0];
  CHECK(floor.type == ShapeType::kPlane);
  const Material& material = scene.materials[floor.material.index];
  CHECK(material.texture == TextureId(2));
  CHECK(material.mapping == TextureMapping::kUniform);
  CHECK(material.texture_repeat.x == 0.5);
}

TEST_CASE("cameras look where MuJoCo's look") {
  const Scene scene = import(kHumanoid);
  const auto back = scene.find_camera("back");
  REQUIRE(back.has_value());
  const Camera& camera = scene.cameras[back->index];
  CHECK(camera.motion == CameraMotion::kTrackCom);
  CHECK(camera.target == BodyId(1));
  CHECK(camera.intrinsics.width_px == 256);
  const Pose pose = initial_node_poses(scene)[camera.node.index];
  // pos="-3 0 1" on the torso at height 1.5, xyaxes="0 -1 0 1 0 2".
  CHECK(glm::length(pose.position - dvec3(-3, 0, 2.5)) < 1e-9);
  CHECK(glm::length(pose.rotate({1, 0, 0}) - dvec3(0, -1, 0)) < 1e-9);
  CHECK(glm::length(pose.rotate({0, 0, 1}) - dvec3(2, 0, -1) / std::sqrt(5.0)) < 1e-9);
  CHECK(camera.intrinsics.fy_px == doctest::Approx(128.0 / std::tan(0.5 * 45.0 * 3.14159265358979 / 180.0)));
}

TEST_CASE("a model without a directional light gets a sun, and its spots light their targets") {
  const Scene scene = import(kHumanoid);
  int suns = 0;
  for (const Light& light : scene.lights) suns += light.type == LightType::kSun;
  CHECK(suns == 1);
  CHECK(scene.lights[0].name == "spotlight");
  CHECK(scene.lights[0].type == LightType::kSpot);
  CHECK(scene.lights[0].target == BodyId(1));
  CHECK(scene.lights[0].intensity_candela > 0.0);
  const Scene lit = import(kSamples / "humanoid100/humanoid100.xml");
  CHECK_FALSE(lit.lights.empty());
}

TEST_CASE("the humanoid falls under its own file's physics and meets the floor") {
  const Scene scene = import(kHumanoid);
  auto world = make_world(scene);
  world->set_action(std::vector<double>(21, 0.0));
  ContactLog log;
  const State state = after(*world, 300, &log);
  CHECK(state.bodies[1].world_from_body.position.z < 1.0);
  CHECK(state.bodies[1].world_from_body.position.z > 0.0);
  std::vector<Contact> contacts;
  log.flush(1.5, contacts);
  REQUIRE_FALSE(contacts.empty());
  CHECK(contacts[0].a == BodyId(0));  // the file's world body owns the floor
}

TEST_CASE("reading the humanoid does not change its run") {
  const Scene scene = import(kHumanoid);
  auto quiet = make_world(scene);
  auto watched = make_world(scene);
  const State reference = after(*quiet, 200);
  State state;
  for (int i = 0; i < 200; ++i) state = after(*watched, 1);
  CHECK(std::memcmp(reference.qpos.data(), state.qpos.data(), sizeof(double) * reference.qpos.size()) == 0);
  CHECK(std::memcmp(reference.qvel.data(), state.qvel.data(), sizeof(double) * reference.qvel.size()) == 0);
}

TEST_CASE("bodies that the scene adds to a model fall on the model's floor with their own mass") {
  Scene scene = import(kHumanoid);
  const BodyId box = add_box(scene, "crate", dvec3(3, 0, 0.1));
  auto world = make_world(scene);
  after(*world, 100);
  ContactLog log;
  const State state = after(*world, 20, &log);
  CHECK(state.bodies[box.index].world_from_body.position.z == doctest::Approx(0.1).epsilon(0.02));
  std::vector<Contact> contacts;
  log.flush(0.1, contacts);
  bool found = false;
  for (const Contact& contact : contacts) {
    if (contact.b != box) continue;
    found = true;
    CHECK(contact.a == BodyId(0));
    CHECK(contact.force_world_n.z == doctest::Approx(8.0 * 9.81).epsilon(0.01));
  }
  CHECK(found);
  // The model itself moves as it does alone.
  const Scene alone = import(kHumanoid);
  auto reference_world = make_world(alone);
  const State reference = after(*reference_world, 120);
  CHECK(reference.bodies[16].world_from_body.position.z ==
        doctest::Approx(state.bodies[16].world_from_body.position.z).epsilon(1e-3));
}

TEST_CASE("a file's defaults and compiler settings do not reach added bodies") {
  const TempDir folder;
  const auto path = write(folder, "m.xml", R"(<mujoco>
    <compiler inertiafromgeom="true" angle="degree"/>
    <default><geom contype="0" conaffinity="0" margin="0.5" density="7"/><joint damping="100" armature="5" ref="10"/></default>
    <worldbody><geom type="plane" size="0 0 1" contype="2" conaffinity="2" margin="0"/></worldbody></mujoco>)");
  Scene scene = import(path);
  const BodyId box = add_box(scene, "crate", dvec3(0, 0, 0.1));
  Scene& s = scene;
  const BodyId door = add_box(s, "door", dvec3(5, 0, 3));
  s.joints.back().type = JointType::kHinge;
  s.joints.back().axis_body = dvec3(0, 1, 0);
  s.joints.back().anchor_body = dvec3(-0.5, 0, 0);
  s.joints.back().limited = true;
  s.joints.back().lower = -0.1;
  s.joints.back().upper = 0.6;
  auto world = make_world(s);
  const State first = after(*world, 20);
  // A pendulum without damping or armature: m g l / (I + m l^2) at the start.
  const double inertia = 8.0 * 0.04 / 6.0 + 8.0 * 0.25;
  CHECK(first.qvel[6] == doctest::Approx(8.0 * 9.81 * 0.5 / inertia * first.time_s).epsilon(0.02));
  const State state = after(*world, 3000);
  CHECK(state.bodies[box.index].world_from_body.position.z == doctest::Approx(0.1).epsilon(0.02));
  CHECK(state.qpos[7] == doctest::Approx(0.6).epsilon(0.05));
  CHECK(door.index == 2);
}

TEST_CASE("a reference position of the file is position 0 of the scene") {
  const TempDir folder;
  const auto path = write(folder, "m.xml", R"(<mujoco><compiler angle="radian"/><option gravity="0 0 0" timestep="0.01"/><worldbody>
    <body><joint type="slide" axis="1 0 0" ref="0.5" limited="true" range="0.2 0.9"/><geom size="0.1"/></body></worldbody>
    <sensor><jointpos joint="s"/></sensor></mujoco>)");
  const auto broken = import_mjcf(path);  // the sensor names a joint that is not there
  REQUIRE_FALSE(broken.ok());
  CHECK(broken.status().message().find("m.xml") != std::string::npos);
  const auto good = write(folder, "g.xml", R"(<mujoco><option gravity="0 0 0" timestep="0.01"/><worldbody>
    <body><joint name="s" type="slide" axis="1 0 0" ref="0.5" limited="true" range="0.2 0.9"/><geom size="0.1"/></body></worldbody>
    <sensor><jointpos joint="s"/></sensor></mujoco>)");
  const Scene scene = import(good);
  CHECK(scene.joints[0].lower == doctest::Approx(-0.3));
  CHECK(scene.joints[0].upper == doctest::Approx(0.4));
  CHECK(scene.model->num_sensor_values == 1);
  CHECK(scene.bodies[1].name == "body1");
  CHECK(scene.shapes[0].name == "geom0");
  auto world = make_world(scene);
  const State state = after(*world, 1);
  CHECK(state.qpos[0] == 0.0);
  REQUIRE(state.sensor_values.size() == 1);
  CHECK(state.sensor_values[0] == 0.5);
}

TEST_CASE("sensors show the state they are read with and reading them does not change the run") {
  const TempDir folder;
  const auto path = write(folder, "m.xml", R"(<mujoco><worldbody><geom type="plane" size="0 0 1"/>
    <body pos="0 0 0.3"><freejoint/><geom type="box" size=".1 .1 .1"/><site name="s"/>
    <body pos="0.3 0 0"><joint name="h" axis="0 1 0"/><geom size="0.05" pos="0.1 0 0"/></body></body></worldbody>
    <sensor><jointpos joint="h"/><accelerometer site="s"/></sensor></mujoco>)");
  const Scene scene = import(path);
  auto quiet = make_world(scene);
  auto watched = make_world(scene);
  const State reference = after(*quiet, 300);
  State state;
  for (int i = 0; i < 300; ++i) state = after(*watched, 1);
  CHECK(std::memcmp(reference.qpos.data(), state.qpos.data(), sizeof(double) * reference.qpos.size()) == 0);
  CHECK(std::memcmp(reference.qvel.data(), state.qvel.data(), sizeof(double) * reference.qvel.size()) == 0);
  CHECK(state.sensor_values[0] == state.qpos[7]);
}

TEST_CASE("actions reach the model's actuators over their control range") {
  const TempDir folder;
  const auto path = write(folder, "m.xml", R"(<mujoco><option gravity="0 0 0" timestep="0.01"/><worldbody>
    <body><joint name="s" type="slide" axis="1 0 0"/><geom type="box" size=".05 .05 .05"/></body></worldbody>
    <actuator><motor joint="s" ctrllimited="true" ctrlrange="0 6"/></actuator></mujoco>)");
  const Scene scene = import(path);
  CHECK(scene.actuators[0].name == "actuator0");
  auto world = make_world(scene);
  world->set_action(std::vector<double>{1.0});
  CHECK(after(*world, 100).qvel[0] == doctest::Approx(6.0));
}

TEST_CASE("includes and asset folders are found from the model's own folder, also with added bodies") {
  const TempDir folder;
  write(folder, "parts/body.xml", R"(<mujoco><body name="rock" pos="0 0 1"><freejoint/><geom type="mesh" mesh="rock"/></body></mujoco>)");
  write(folder, "shapes/rock.obj", "v 0 0 0\nv 0.3 0 0\nv 0 0.3 0\nv 0 0 0.3\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n");
  const auto path = write(folder, "m.xml", R"(<mujoco><compiler meshdir="shapes"/><asset><mesh name="rock" file="rock.obj"/></asset>
    <worldbody><geom type="plane" size="0 0 1"/><include file="parts/body.xml"/></worldbody></mujoco>)");
  Scene scene = import(path);
  CHECK(scene.bodies[1].name == "rock");
  REQUIRE(scene.meshes.size() == 1);
  CHECK(scene.meshes[0]->triangles.size() == 4);
  // The compiler moves vertices to the centre of mass; geom poses make up for it.
  const Pose world_from_shape = initial_node_poses(scene)[scene.shapes[1].node.index];
  dvec3 lowest(10.0);
  for (const dvec3& p : scene.meshes[0]->positions) lowest = glm::min(lowest, world_from_shape.transform_point(p));
  CHECK(glm::length(lowest - dvec3(0, 0, 1)) < 1e-6);
  const BodyId box = add_box(scene, "crate", dvec3(3, 0, 0.1));
  auto world = make_world(scene);
  CHECK(after(*world, 200).bodies[box.index].world_from_body.position.z == doctest::Approx(0.1).epsilon(0.02));
}

TEST_CASE("bodies can be added to a model whose included robot has keyframes and whose buffers are small") {
  const TempDir folder;
  write(folder, "robot.xml", R"(<mujoco><size nconmax="5" njmax="30"/><worldbody><body name="arm" pos="0 0 1"><joint axis="0 1 0"/>
    <geom type="capsule" fromto="0 0 0 .3 0 0" size=".03"/></body></worldbody>
    <keyframe><key name="home" qpos="0.5"/></keyframe></mujoco>)");
  const auto path = write(folder, "scene.xml", R"(<mujoco><include file="robot.xml"/><worldbody><geom type="plane" size="0 0 1"/>
    </worldbody><keyframe><key qpos="0.1"/></keyframe></mujoco>)");
  Scene scene = import(path);
  CHECK(scene.bodies[1].name == "arm");
  std::vector<BodyId> boxes;
  for (int i = 0; i < 3; ++i) boxes.push_back(add_box(scene, "crate" + std::to_string(i), dvec3(3.0 + i, 0, 0.1)));
  auto world = make_world(scene);
  const State state = after(*world, 200);
  for (const BodyId box : boxes) {
    CHECK(state.bodies[box.index].world_from_body.position.z == doctest::Approx(0.1).epsilon(0.02));
  }
}

TEST_CASE("a mesh whose vertices are shared over sharp edges gets its faces' normals") {
  const TempDir folder;
  const auto path = write(folder, "m.xml", R"(<mujoco><asset><mesh name="m" vertex="0 0 0 .2 0 0 0 .2 0 0 0 .2"
    face="0 2 1 0 1 3 0 3 2 1 2 3"/></asset><worldbody><geom type="mesh" mesh="m"/></worldbody></mujoco>)");
  const Scene scene = import(path);
  const Mesh& mesh = *scene.meshes.at(0);
  REQUIRE(mesh.triangles.size() == 4);
  for (const auto& [a, b, c] : mesh.triangles) {
    const dvec3 face = glm::normalize(glm::cross(mesh.positions[b] - mesh.positions[a], mesh.positions[c] - mesh.positions[a]));
    CHECK(glm::length(mesh.normals[a] - face) < 1e-6);
  }
}

TEST_CASE("geoms that only look do not collide and hidden groups are not drawn") {
  const TempDir folder;
  const auto path = write(folder, "m.xml", R"(<mujoco><worldbody>
    <geom size="1" contype="0" conaffinity="0"/><geom size="1" group="3"/><geom size="1" rgba="1 0 0 0"/></worldbody></mujoco>)");
  const Scene scene = import(path);
  CHECK_FALSE(scene.shapes[0].collides);
  CHECK(scene.shapes[0].visible);
  CHECK(scene.shapes[1].collides);
  CHECK_FALSE(scene.shapes[1].visible);
  CHECK_FALSE(scene.shapes[2].visible);
}

TEST_CASE("a model whose contacts overflow its own buffer is rejected") {
  const TempDir folder;
  const auto path = write(folder, "m.xml", R"(<mujoco><size nconmax="2" njmax="500"/><worldbody><geom type="plane" size="0 0 1"/>
    <body pos="0 0 0.1"><freejoint/><geom type="box" size=".1 .1 .1"/></body></worldbody></mujoco>)");
  const Scene scene = import(path);
  auto world = make_world(scene);
  CHECK(world->step(50, nullptr).code() == Code::kRejected);
}

TEST_CASE("an error inside MuJoCo rejects the episode and leaves the process alive") {
  // Too small a stack for the constraints of three boxes, which are there only once they have landed.
  const TempDir folder;
  const auto path = write(folder, "m.xml", R"(<mujoco><size nstack="500"/><worldbody><geom type="plane" size="0 0 1"/>
    <body pos="0 0 0.6"><freejoint/><geom type="box" size=".1 .1 .1"/></body>
    <body pos="1 0 0.6"><freejoint/><geom type="box" size=".1 .1 .1"/></body>
    <body pos="2 0 0.6"><freejoint/><geom type="box" size=".1 .1 .1"/></body></worldbody></mujoco>)");
  const Scene scene = import(path);
  auto world = make_world(scene);
  const Status status = world->step(400, nullptr);
  CHECK(status.code() == Code::kRejected);
  CHECK(status.message().find("Stack overflow") != std::string::npos);
}

TEST_CASE("every sample model loads and steps or says what is not supported") {
  int loaded = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kSamples)) {
    if (entry.path().extension() != ".xml") continue;
    CAPTURE(entry.path().string());
    const auto scene = import_mjcf(entry.path());
    if (!scene.ok()) {
      CHECK(scene.status().code() == Code::kInvalidInput);
      CHECK(scene.status().message().find("not supported") != std::string::npos);
      continue;
    }
    ++loaded;
    CHECK(check_scene(*scene).empty());
    auto world = make_world(*scene);
    CHECK(world->step(5, nullptr).ok());
  }
  CHECK(loaded >= 10);
}

TEST_CASE("files that cannot be used are refused with the file, the place and the reason") {
  const TempDir folder;
  struct Entry { std::string name; std::string text; std::vector<std::string> says; };
  const std::vector<Entry> entries{
      {"empty.xml", "", {"empty.xml", "empty"}},
      {"blank.xml", " \n ", {"blank.xml", "empty"}},
      {"garbage.xml", "\x7f" "ELF not xml", {"garbage.xml", "XML"}},
      {"open.xml", "<mujoco>\n<worldbody>\n</mujoco>", {"open.xml:", "XML"}},
      {"arm.urdf", "<robot name='arm'><link name='a'/></robot>", {"arm.urdf:1", "URDF"}},
      {"other.xml", "<svg/>", {"other.xml:1", "<svg>", "<mujoco>"}},
      {"unknown.xml", "<mujoco>\n<worldbody>\n<gem size='1'/></worldbody></mujoco>", {"unknown.xml", "gem", "line 3"}},
      {"hfield.xml", "<mujoco><asset><hfield name='h' nrow='4' ncol='4' size='1 1 1 1'/></asset><worldbody><geom name='hills' "
                     "type='hfield' hfield='h'/></worldbody></mujoco>", {"hfield.xml", "'hills'", "hfield"}},
      {"mesh.xml", "<mujoco><asset><mesh name='m' file='nowhere.stl'/></asset><worldbody/></mujoco>", {"mesh.xml", "nowhere.stl"}},
      {"include.xml", "<mujoco><include file='nowhere.xml'/></mujoco>", {"include.xml", "nowhere.xml"}},
      {"nan.xml", "<mujoco><worldbody><body pos='nan 0 0'><freejoint/><geom size='.1'/></body></worldbody></mujoco>", {"nan.xml", "nan"}},
      {"inf.xml", "<mujoco><worldbody><body name='far' pos='inf 0 0'><freejoint/><geom size='.1'/></body></worldbody></mujoco>",
       {"inf.xml", "'far'", "finite"}},
      {"quat.xml", "<mujoco><worldbody><body name='q' quat='0 0 0 0'><geom size='.1'/></body></worldbody></mujoco>", {"quat.xml", "'q'"}},
      {"still.xml", "<mujoco><option timestep='0'/><worldbody/></mujoco>", {"still.xml", "timestep"}},
      {"back.xml", "<mujoco><option timestep='-0.01'/><worldbody/></mujoco>", {"back.xml", "timestep", "-0.01"}},
      {"latin.xml", "<mujoco><worldbody><body name='caf\xe9'/></worldbody></mujoco>", {"latin.xml", "'caf?'", "UTF-8"}},
      {"picture.xml", "<mujoco><asset>\n<texture name='t' type='2d' builtin='flat' width='40000' height='40000'/></asset></mujoco>",
       {"picture.xml", "line 2", "<texture>", "40000"}},
      {"swarm.xml", "<mujoco><worldbody><composite type='particle' count='100000 100000 4' spacing='.1'><geom size='.04'/></composite>"
                    "</worldbody></mujoco>", {"swarm.xml", "<composite>", "100000 100000 4"}},
      {"massless.xml", "<mujoco><worldbody><body><freejoint/></body></worldbody></mujoco>", {"massless.xml", "mass"}},
  };
  for (const Entry& entry : entries) {
    CAPTURE(entry.name);
    const auto scene = import_mjcf(write(folder, entry.name, entry.text));
    REQUIRE_FALSE(scene.ok());
    CHECK(scene.status().code() == Code::kInvalidInput);
    CAPTURE(scene.status().message());
    for (const std::string& part : entry.says) CHECK(scene.status().message().find(part) != std::string::npos);
    CHECK(scene.status().message().find('\n') == std::string::npos);
  }
  const auto missing = import_mjcf(folder.path() / "missing.xml");
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.status().message().find("missing.xml") != std::string::npos);
  CHECK(import_mjcf(folder.path()).status().code() == Code::kInvalidInput);
}

TEST_CASE("what a scene cannot add to a model is refused with names") {
  const TempDir folder;
  const auto path = write(folder, "m.xml", R"(<mujoco><worldbody><body name="hand"><freejoint/><geom size="0.1"/></body></worldbody></mujoco>)");
  Scene scene = import(path);
  const BodyId box = add_box(scene, "crate", dvec3(3, 0, 0.1));
  scene.joints.back().type = JointType::kHinge;
  scene.bodies[box.index].parent = BodyId(1);
  const auto attached = make_mujoco_world(scene);
  REQUIRE_FALSE(attached.ok());
  CHECK(attached.status().message().find("'hand'") != std::string::npos);

  Scene heavy = import(write(folder, "t.xml", R"(<mujoco><compiler settotalmass="5"/><worldbody><body><freejoint/><geom size="0.1"/></body></worldbody></mujoco>)"));
  add_box(heavy, "crate", dvec3(3, 0, 0.1));
  const auto total = make_mujoco_world(heavy);
  REQUIRE_FALSE(total.ok());
  CHECK(total.status().message().find("settotalmass") != std::string::npos);
}

}  // namespace
}  // namespace diorama
