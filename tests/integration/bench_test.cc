// The benches run and report what they promise; how fast anything is, is no subject of a test.
#include "apps/bench/bench.h"

#include <cmath>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "apps/bench/bench_scenario.h"
#include "apps/bench/bench_scenes.h"
#include "apps/bench/scratch_folder.h"
#include "apps/pipeline/backends.h"
#include "scenes/scenario_io.h"

namespace diorama {
namespace {

BenchOptions quick_options() {
  BenchOptions options;
  options.quick = true;
  options.validation = validation_requested();
  return options;
}

/// Runs a bench, checks each figure, and returns the names.
std::set<std::string> run_quick(const std::string& name) {
  for (const Bench& bench : benches()) {
    if (name != bench.name) continue;
    const Result<std::vector<Measurement>> result = bench.run(quick_options());
    REQUIRE_MESSAGE(result.ok(), result.status().message());
    std::set<std::string> names;
    for (const Measurement& m : *result) {
      CAPTURE(m.name);
      CHECK(std::isfinite(m.value));
      CHECK((m.value > 0.0 || m.name == "memory/generate/growth"));
      CHECK_FALSE(m.unit.empty());
      CHECK(m.baseline.has_value() == m.ratio.has_value());
      if (m.ratio) CHECK(*m.ratio == doctest::Approx(m.value / *m.baseline));
      CHECK_MESSAGE(names.insert(m.name).second, "a name comes twice");
    }
    return names;
  }
  FAIL("no bench is called " << name);
  return {};
}

TEST_CASE("bench physics reports both engines on falling bodies and MuJoCo on the humanoid") {
  CHECK(run_quick("physics") ==
        std::set<std::string>{"physics/mujoco/free10/step", "physics/mujoco/free50/step",
                              "physics/mujoco/free200/step", "physics/bullet/free10/step",
                              "physics/bullet/free50/step", "physics/bullet/free200/step",
                              "physics/mujoco/humanoid/step"});
}

TEST_CASE(
    "bench render reports both sizes and every way to submit, and draws what MuJoCo's renderer "
    "draws") {
  std::set<std::string> expected;
  for (const std::string size : {"128", "256"}) {
    for (const std::string mode : {"single", "batch16", "batch4x4", "batch64"}) {
      for (const std::string what : {"equal", "wall", "cpu", "host"})
        expected.insert("render/" + size + "/" + mode + "/" + what);
    }
  }
  for (const std::string what : {"equal", "wall", "cpu"})
    expected.insert("render/256/raycast/" + what);
  for (const std::string triangles : {"2k", "8k", "120k"}) {
    expected.insert("render/256/batch16/equal/" + triangles);
    expected.insert("render/256/raycast/equal/" + triangles);
  }
  for (const std::string labels : {"surface", "amodal", "layers"}) {
    expected.insert("render/256/batch4x4/labels/" + labels);
    expected.insert("render/256/raycast/labels/" + labels);
  }
  expected.insert({"render/256/batch16/plain", "render/256/tracks"});
  CHECK(run_quick("render") == expected);
}

TEST_CASE("bench write reports speed and size of both ways to store") {
  CHECK(run_quick("write") == std::set<std::string>{"write/deflate/speed", "write/deflate/wall",
                                                    "write/deflate/size", "write/deflate/committer",
                                                    "write/deflate/journal", "write/raw/speed",
                                                    "write/raw/wall", "write/raw/size",
                                                    "write/raw/committer", "write/raw/journal"});
}

#ifndef DIORAMA_SANITIZED  // a sanitized core does not load into Python
TEST_CASE("bench read reports clips of both protocols") {
  CHECK(run_quick("read") ==
        std::set<std::string>{"read/clip16/native", "read/swm_clips/raw", "read/swm_clips/deflate"});
}
#endif

TEST_CASE("bench end_to_end reports views that land on disk for both sizes") {
  std::set<std::string> expected;
  for (const std::string size : {"128", "256"}) {
    for (const std::string what : {"equal", "equal/cpu", "stored", "workers"}) {
      expected.insert("end_to_end/" + size + "/" + what);
    }
  }
  expected.insert({"end_to_end/256/labels", "end_to_end/256/labels/cpu"});
  CHECK(run_quick("end_to_end") == expected);
}

TEST_CASE("bench memory reports what a run holds late and how much that has grown") {
  CHECK(run_quick("memory") == std::set<std::string>{"memory/generate/resident", "memory/generate/growth"});
}

TEST_CASE("a Vulkan device that is not there fails a bench with the name asked for") {
  BenchOptions options = quick_options();
  options.device = "no such device";
  const Result<std::vector<Measurement>> result = bench_render(options);
  REQUIRE_FALSE(result.ok());
  CHECK(result.status().code() == Code::kUnavailable);
  CHECK(result.status().message().find("no such device") != std::string::npos);
}

TEST_CASE("the scene of the benches is the same whenever it is made") {
  const Result<Scene> a = drop_scene(50);
  const Result<Scene> b = drop_scene(50);
  REQUIRE(a.ok());
  REQUIRE(b.ok());
  const State first = initial_state(*a);
  CHECK(first.qpos == initial_state(*b).qpos);
  CHECK(first.qpos.size() == 50 * 7);
}

TEST_CASE("the scene of the render bench has about the triangles asked for, and its meshes move") {
  const Result<RenderScene> made = make_render_scene({8000, 3, 2, 32});
  REQUIRE(made.ok());
  CHECK(made->num_triangles == doctest::Approx(8000).epsilon(0.15));
  CHECK(made->scene.cameras.size() == 3);
  REQUIRE(made->states.size() == 2);
  for (std::size_t body = 1; body < made->scene.bodies.size(); ++body) {
    CHECK(made->states[0].bodies[body].world_from_body.position !=
          made->states[1].bodies[body].world_from_body.position);
  }
}

TEST_CASE(
    "the scenario of the benches is written with the size and length asked for and is gone with "
    "its folder") {
  std::filesystem::path folder;
  {
    const Result<std::unique_ptr<ScratchFolder>> scratch = ScratchFolder::make();
    REQUIRE(scratch.ok());
    folder = (*scratch)->path();
    const Result<std::filesystem::path> path = write_clutter(folder, 72, 5);
    REQUIRE_MESSAGE(path.ok(), path.status().message());
    const Result<schema::Scenario> scenario = read_scenario(*path);
    REQUIRE_MESSAGE(scenario.ok(), scenario.status().message());
    CHECK(scenario->episode().frames() == 5);
    REQUIRE(scenario->camera_size() >= 1);
    CHECK(scenario->camera_size() <= 4);
    for (const schema::Camera& camera : scenario->camera()) {
      CHECK(camera.width_px() == 72);
      CHECK(camera.height_px() == 72);
    }
  }
  CHECK_FALSE(std::filesystem::exists(folder));
}

}  // namespace
}  // namespace diorama
