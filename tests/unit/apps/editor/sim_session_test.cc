#include "apps/editor/session/sim_session.h"

#include <chrono>
#include <thread>

#include <doctest/doctest.h>

#include "tests/unit/apps/editor/session_fixture.h"

namespace diorama::editor {
namespace {

using namespace std::chrono_literals;
constexpr auto kLong = 60s;

SimSessionOptions by_hand() {
  SimSessionOptions options;
  options.manual_clock = true;
  return options;
}

TEST_CASE("before a scene there is an empty snapshot, and every request is harmless") {
  SimSession session(by_hand());
  REQUIRE(session.snapshot());
  CHECK(session.snapshot()->shown() == nullptr);
  session.step(3);
  session.step_frames(1);
  session.reset();
  session.scrub(4);
  session.add_bookmark("none");
  session.go_to_bookmark(0);
  session.perturb(Perturb{BodyId(3), {}, {}});
  session.play();
  session.pass_time(1.0);
  REQUIRE(session.wait_idle(kLong));
  CHECK(session.snapshot()->shown() == nullptr);
}

TEST_CASE("played time is simulated time at the wanted speed") {
  SimSession session(by_hand());
  session.load(request_of(kBallScenario, 5));
  REQUIRE(session.wait_idle(kLong));
  auto snapshot = session.snapshot();
  REQUIRE(snapshot->load_status.ok());
  REQUIRE(snapshot->shown() != nullptr);
  CHECK(snapshot->scene->revision == 5);
  CHECK(!snapshot->building);
  CHECK(snapshot->shown()->state.time_s == doctest::Approx(-0.05));
  session.play();
  session.pass_time(1.0);
  REQUIRE(session.wait_idle(kLong));
  CHECK(session.snapshot()->shown()->state.time_s == doctest::Approx(0.95).epsilon(0.03));
  session.set_speed(0.1);
  session.pass_time(1.0);
  REQUIRE(session.wait_idle(kLong));
  snapshot = session.snapshot();
  CHECK(snapshot->shown()->state.time_s == doctest::Approx(1.05).epsilon(0.03));
  CHECK(snapshot->real_time_factor == doctest::Approx(0.1));
  session.pause();
  session.pass_time(1.0);
  REQUIRE(session.wait_idle(kLong));
  CHECK(session.snapshot()->shown()->step == snapshot->shown()->step);
}

TEST_CASE("frames, steps, scrubbing, bookmarks and branches") {
  SimSession session(by_hand());
  session.load(request_of(kBallScenario));
  session.step_frames(3);  // may run before the scene is there
  REQUIRE(session.wait_idle(kLong));
  session.reset();
  session.step_frames(3);
  REQUIRE(session.wait_idle(kLong));
  auto snapshot = session.snapshot();
  CHECK(snapshot->shown()->step == 20);
  CHECK(snapshot->shown()->is_frame);
  session.add_bookmark("third row");
  session.step(1);
  REQUIRE(session.wait_idle(kLong));
  CHECK(session.snapshot()->shown()->step == 21);
  session.scrub(0);
  session.step(1);
  REQUIRE(session.wait_idle(kLong));
  snapshot = session.snapshot();
  CHECK(snapshot->branch == 1);
  CHECK(snapshot->history->size() == 2);
  REQUIRE(snapshot->bookmarks.size() == 1);
  CHECK(snapshot->bookmarks[0].name == "third row");
  session.go_to_bookmark(0);
  REQUIRE(session.wait_idle(kLong));
  snapshot = session.snapshot();
  CHECK(snapshot->shown()->step == 20);
  CHECK(snapshot->branch == 2);
  session.remove_bookmark(0);
  REQUIRE(session.wait_idle(kLong));
  CHECK(session.snapshot()->bookmarks.empty());
}

TEST_CASE("an edit of looks goes on, one of physics begins anew and keeps playing") {
  SimSession session(by_hand());
  session.load(request_of(kBallScenario, 1));
  session.play();
  REQUIRE(session.wait_idle(kLong));
  session.pass_time(0.5);
  session.add_bookmark("half a second");
  REQUIRE(session.wait_idle(kLong));
  const auto before = session.snapshot();
  REQUIRE(before->shown()->state.time_s > 0.3);

  SimRequest looks = request_of(kBallScenario, 2);
  looks.scenario.mutable_camera(0)->set_fov_y_deg(70.0);
  session.load(looks);
  REQUIRE(session.wait_idle(kLong));
  auto snapshot = session.snapshot();
  CHECK(snapshot->scene->revision == 2);
  CHECK(snapshot->shown_moment() == before->shown_moment());
  CHECK(snapshot->bookmarks.size() == 1);
  CHECK(snapshot->playing);
  CHECK(snapshot->restarts == 0);
  session.pass_time(0.1);
  REQUIRE(session.wait_idle(kLong));
  CHECK(session.snapshot()->shown()->state.time_s > before->shown()->state.time_s + 0.05);
  const double reached_s = session.snapshot()->shown()->state.time_s;

  SimRequest physics = looks;
  physics.revision = 3;
  physics.scenario.mutable_body(1)->set_mass_kg(9.0);
  session.load(physics);
  REQUIRE(session.wait_idle(kLong));
  snapshot = session.snapshot();
  CHECK(snapshot->scene->revision == 3);
  CHECK(snapshot->history->size() == 1);
  CHECK(snapshot->bookmarks.empty());
  CHECK(snapshot->playing);
  CHECK(snapshot->restarts == 1);
  CHECK(snapshot->given_up_s == doctest::Approx(reached_s + 0.05));

  // Another document begins at its start even if it moves alike.
  session.pass_time(0.5);
  REQUIRE(session.wait_idle(kLong));
  physics.from_start = true;
  session.load(physics);
  REQUIRE(session.wait_idle(kLong));
  CHECK(session.snapshot()->history->size() == 1);
}

TEST_CASE("a run that goes on in other looks can be reset and steps in the world that it has") {
  SimSession session(by_hand());
  session.load(request_of(kBallScenario, 1));
  REQUIRE(session.wait_idle(kLong));
  session.step(4);
  SimRequest looks = request_of(kBallScenario, 2);
  looks.scenario.mutable_body(1)->set_name("marble");
  looks.scenario.clear_vary();
  const auto field = looks.scenario.mutable_body(1)->mutable_linear_velocity_m_s();
  field->set_x((*scene_of(kBallScenario)).scene().bodies[1].initial_linear_velocity_world.x);
  session.load(looks);
  REQUIRE(session.wait_idle(kLong));
  session.step(4);
  REQUIRE(session.wait_idle(kLong));
  auto snapshot = session.snapshot();
  CHECK(snapshot->scene->scene().bodies[1].name == "marble");
  REQUIRE(snapshot->history->size() == 9);
  const State reached = snapshot->shown()->state;
  session.reset();
  session.step(8);
  REQUIRE(session.wait_idle(kLong));
  CHECK(session.snapshot()->shown()->state.bodies[1].world_from_body.position ==
        reached.bodies[1].world_from_body.position);
}

TEST_CASE("an invalid document is a status, and the last scene stays") {
  SimSession session(by_hand());
  session.load(request_of(kBallScenario, 1));
  REQUIRE(session.wait_idle(kLong));
  SimRequest broken = request_of(kBallScenario, 2);
  broken.scenario.mutable_body(1)->mutable_shape(0)->mutable_sphere()->set_radius_m(-1.0);
  session.load(broken);
  REQUIRE(session.wait_idle(kLong));
  const auto snapshot = session.snapshot();
  CHECK(snapshot->load_status.code() == Code::kInvalidInput);
  CHECK(snapshot->load_status.message().find("body[ball]") != std::string::npos);
  CHECK(snapshot->wanted_revision == 2);
  REQUIRE(snapshot->scene);
  CHECK(snapshot->scene->revision == 1);
  session.load(request_of(kBallScenario, 3));
  REQUIRE(session.wait_idle(kLong));
  CHECK(session.snapshot()->load_status.ok());
  CHECK(session.snapshot()->scene->revision == 3);
}

TEST_CASE("a diverged run stops with its reason, and can be scrubbed and reset") {
  std::string text = kBallScenario;
  text +=
      R"(body { name: "cart" position_m { y: 3 z: 3 } shape { box { half_x_m: 0.05 half_y_m: 0.05 half_z_m: 0.05 } }
    joint { type: SLIDE axis { x: 1 } stiffness: 4e5 position_m: 0.1 } })";
  SimRequest request = request_of(text);
  SimSession session(by_hand());
  session.load(request);
  REQUIRE(session.wait_idle(kLong));
  REQUIRE_MESSAGE(session.snapshot()->load_status.ok(), session.snapshot()->load_status.message());
  session.play();
  session.pass_time(60.0);
  REQUIRE(session.wait_idle(kLong));
  auto snapshot = session.snapshot();
  CHECK(snapshot->run_status.code() == Code::kRejected);
  CHECK(!snapshot->playing);
  REQUIRE(snapshot->shown() != nullptr);
  session.scrub(1);
  session.step(1);
  REQUIRE(session.wait_idle(kLong));
  snapshot = session.snapshot();
  CHECK_MESSAGE(snapshot->run_status.ok(), snapshot->run_status.message());
  session.reset();
  REQUIRE(session.wait_idle(kLong));
  CHECK(session.snapshot()->history->size() == 1);
}

TEST_CASE("in real time the simulation moves, and the newest of many loads wins") {
  SimSession session;
  session.play();
  for (std::uint64_t revision = 1; revision <= 20; ++revision)
    session.load(request_of(kBallScenario, revision));
  const auto end = std::chrono::steady_clock::now() + kLong;
  auto snapshot = session.snapshot();
  const auto arrived = [&] {
    return snapshot->shown() != nullptr && snapshot->scene->revision == 20 &&
           snapshot->shown()->state.time_s > 0.2;
  };
  while (!arrived() && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(5ms);
    snapshot = session.snapshot();
  }
  CHECK(arrived());
  CHECK(!snapshot->building);
  CHECK(snapshot->wanted_revision == 20);
}

}  // namespace
}  // namespace diorama::editor
