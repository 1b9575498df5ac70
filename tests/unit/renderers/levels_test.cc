// Levels of detail: how far they lie from the surface, when they are taken, and that pictures hold with them.
#include "renderers/levels/levels.h"

#include <cmath>
#include <functional>
#include <memory>
#include <numbers>

#include "renderers/raycast/raycast_renderer.h"
#include "renderers/tessellate.h"
#include "tests/unit/renderers/vulkan_fixture.h"

namespace diorama {
namespace {

constexpr double kPi = std::numbers::pi;

Shape mesh_shape() {
  Shape shape;
  shape.type = ShapeType::kMesh;
  return shape;
}

/// A ball of 2 (segments) (segments / 2 - 1) triangles; its radius is multiplied by `radius(polar, azimuth)`.
Mesh ball(int segments, const std::function<double(double, double)>& radius) {
  const int bands = segments / 2;
  Mesh mesh;
  for (int band = 0; band <= bands; ++band) {
    for (int i = 0; i <= segments; ++i) {
      const double polar = kPi * band / bands, azimuth = 2.0 * kPi * (i % segments) / segments;
      const bool pole = band == 0 || band == bands;
      const double ring = pole ? 0.0 : std::sin(polar);
      const double height = band == 0 ? -1.0 : band == bands ? 1.0 : -std::cos(polar);
      mesh.positions.push_back(dvec3(ring * std::cos(azimuth), ring * std::sin(azimuth), height) * radius(polar, pole ? 0.0 : azimuth));
    }
  }
  for (int band = 0; band < bands; ++band) {
    for (int i = 0; i < segments; ++i) {
      const auto low = static_cast<std::uint32_t>(band * (segments + 1) + i);
      const auto high = low + static_cast<std::uint32_t>(segments) + 1;
      if (band > 0) mesh.triangles.push_back({low, low + 1, high + 1});
      if (band + 1 < bands) mesh.triangles.push_back({low, high + 1, high});
    }
  }
  return with_normals(mesh);
}

std::vector<MeshLevel> levels_of(const Mesh& mesh) {
  const Shape shape = mesh_shape();
  return make_levels(shape, &mesh, tessellate(shape, &mesh));
}

/// A square of side 1 of 2 n^2 triangles; `texture` gives the coordinates of a place.
Mesh sheet(int n, const std::function<dvec2(dvec2)>& texture) {
  Mesh mesh;
  for (int y = 0; y <= n; ++y) {
    for (int x = 0; x <= n; ++x) {
      const dvec2 place = dvec2(x, y) / static_cast<double>(n);
      mesh.positions.emplace_back(place, 0.0);
      mesh.normals.emplace_back(0, 0, 1);
      mesh.texcoords.push_back(texture(place));
    }
  }
  for (int y = 0; y < n; ++y) {
    for (int x = 0; x < n; ++x) {
      const auto a = static_cast<std::uint32_t>(y * (n + 1) + x);
      const auto c = a + static_cast<std::uint32_t>(n) + 2;
      mesh.triangles.push_back({a, a + 1, c});
      mesh.triangles.push_back({a, c, c - 1});
    }
  }
  return mesh;
}

TEST_CASE("levels of a ball have no border, get fewer triangles, and lie as far from it as they say") {
  const Mesh mesh = ball(96, [](double, double) { return 0.5; });
  const std::vector<MeshLevel> levels = levels_of(mesh);
  REQUIRE(levels.size() >= 4);
  std::size_t triangles = mesh.triangles.size();
  double error = 0.0;
  const double own = 2.0 * 0.5 * (1.0 - std::cos(kPi / 96));  // How far the fine one lies within the ball.
  for (const MeshLevel& level : levels) {
    CHECK(4 * level.triangles.size() <= 3 * triangles);
    CHECK(level.error_m >= error);
    triangles = level.triangles.size();
    error = level.error_m;
    Mesh coarse = mesh;
    coarse.triangles = level.triangles;
    CHECK_FALSE(has_border(coarse));
    double worst = 0.0;
    for (const auto& [a, b, c] : level.triangles) {
      const dvec3 middle = (mesh.positions[a] + mesh.positions[b] + mesh.positions[c]) / 3.0;
      worst = std::max(worst, 0.5 - glm::length(middle));
    }
    // The middles of triangles lie within the ball; its vertices lie about as far from them.
    CHECK(worst <= 1.2 * level.error_m + own);
    CHECK(level.error_m <= 2.5 * worst + own);
  }
  CHECK(triangles <= 600);
}

TEST_CASE("what a texture shows is not moved farther than the error says, and a flat sheet alone costs nothing") {
  const std::vector<MeshLevel> even = levels_of(sheet(32, [](dvec2 p) { return p; }));
  const std::vector<MeshLevel> bent = levels_of(sheet(32, [](dvec2 p) { return dvec2(p.x * p.x, p.y); }));
  REQUIRE(even.size() >= 3);
  for (const MeshLevel& level : even) CHECK(level.error_m < 1e-5);
  // A triangle that spans w metres misses u = x^2 by up to w^2 / 4.
  REQUIRE(!bent.empty());
  CHECK(bent.back().error_m > 1e-3);
}

TEST_CASE("primitives and small meshes have no levels") {
  Shape shape;
  shape.type = ShapeType::kSphere;
  shape.size = dvec3(0.5, 0, 0);
  CHECK(make_levels(shape, nullptr, tessellate(shape, nullptr)).empty());
  CHECK(levels_of(ball(16, [](double, double) { return 1.0; })).empty());
}

TEST_CASE("the coarsest level is taken that moves nothing by more than a quarter of a pixel") {
  Camera camera;
  camera.intrinsics = {200, 200, 1000.0, 1000.0, 99.5, 99.5};  // Narrow: a step counts by f / z, almost.
  const std::vector<double> errors = {0.001, 0.01};
  const Bounds bounds{dvec3(-0.5), dvec3(0.5)};
  const double radius = 0.5 * std::sqrt(3.0);
  const double slope = std::sqrt(1.02);
  const auto at = [&](double nearest_m) {
    return choose_level(errors, bounds, camera, Pose{dvec3(0, 0, nearest_m + radius)});
  };
  CHECK(at(3.9 * slope) == 0);
  CHECK(at(4.1 * slope) == 1);
  CHECK(at(39.0 * slope) == 1);
  CHECK(at(41.0 * slope) == 2);
  CHECK(at(-0.1) == 0);
  CHECK(at(-100.0) == 0);
  CHECK(choose_level({}, bounds, camera, Pose{dvec3(0, 0, 100)}) == 0);
}

/// A bumpy ball of 18,000 triangles and a smooth one, seen from near and from far.
Scene make_scene() {
  SceneBuilder builder;
  const MaterialId material = builder.material(0.5, 0, 1000, dvec3(0.7, 0.5, 0.3));
  builder.body("box", Motion::kStatic, {dvec3(0, 1.5, 0)}, ShapeType::kBox, dvec3(0.3), material);
  Scene& scene = builder.scene();
  scene.meshes.push_back(std::make_shared<Mesh>(ball(96, [](double, double) { return 0.5; })));
  scene.meshes.push_back(std::make_shared<Mesh>(
      ball(96, [](double polar, double azimuth) { return 0.5 + 0.02 * std::sin(polar) * std::sin(8 * azimuth) * std::sin(9 * polar); })));
  for (int i = 0; i < 2; ++i) {
    const BodyId body = builder.body("ball" + std::to_string(i), Motion::kStatic, {dvec3(0, -1.2 * i, 0)}, ShapeType::kSphere, dvec3(0.5), material);
    for (Shape& shape : scene.shapes) {
      if (shape.body.index != body.index) continue;
      shape.type = ShapeType::kMesh;
      shape.mesh = MeshId(i);
    }
  }
  builder.camera("near", look_at({3, 0, 0.5}, {0, 0, 0}), 64, 64, 0.6);
  builder.camera("far", look_at({25, 0, 2}, {0, 0, 0}), 64, 64, 0.15);
  builder.camera("farther", look_at({25, 3, 2}, {0, 0, 0}), 64, 64, 0.6);
  builder.sun(glm::normalize(dvec3(-0.3, 0.4, -1)));
  return builder.build();
}

TEST_CASE("pictures with levels: the depth is the surface's within a quarter pixel, and no view depends on the others") {
  const Scene scene = make_scene();
  auto rays = make_raycast_renderer();
  REQUIRE(rays.ok());
  const std::vector<State> states = {initial_state(scene)};
  const std::vector<FrameView> views = {{0, CameraId(0)}, {0, CameraId(1)}, {0, CameraId(2)}};
  for (Renderer* renderer : {&shared_renderer(), rays->get()}) {
    const Pictures all = draw(*renderer, scene, states, views);
    for (int v = 0; v < 3; ++v) {
      const Pictures own = draw(*renderer, scene, states, {views[static_cast<std::size_t>(v)]});
      CHECK(own == all.view(v));
      const Camera& camera = scene.cameras[static_cast<std::size_t>(v)];
      const Pose world_from_camera = scene.nodes[static_cast<std::size_t>(camera.node.index)].parent_from_node;
      const Intrinsics& k = camera.intrinsics;
      int compared = 0;
      for (int y = 0; y < 64; ++y) {
        for (int x = 0; x < 64; ++x) {
          if (own.id_at(x, y) != 2) continue;  // The smooth ball, at the origin.
          const dvec3 ray = world_from_camera.rotate(dvec3((x - k.cx_px) / k.fx_px, (y - k.cy_px) / k.fy_px, 1.0));
          const dvec3 eye = world_from_camera.position;
          const double a = glm::dot(ray, ray), b = glm::dot(ray, eye), c = glm::dot(eye, eye) - 0.25;
          const double inside = b * b - a * c;
          if (!(inside > 0.0)) continue;
          const double depth = (-b - std::sqrt(inside)) / a;
          const double facing = std::sqrt(inside) / std::sqrt(a) / 0.5;  // Cosine between ray and normal.
          if (facing < 0.3) continue;
          const double pixel_m = depth / k.fx_px;
          CHECK(std::abs(own.depth_at(x, y) - depth) <= (kMaxLevelErrorPx * pixel_m + 0.0006) / facing);
          ++compared;
        }
      }
      CHECK(compared > (v == 2 ? 1 : 100));
    }
  }
}

TEST_CASE("both renderers take the same levels") {
  const Scene scene = make_scene();
  auto rays = make_raycast_renderer();
  REQUIRE(rays.ok());
  const std::vector<State> states = {initial_state(scene)};
  for (int v = 0; v < 3; ++v) {
    const Pictures raster = draw(shared_renderer(), scene, states, {{0, CameraId(v)}});
    const Pictures cast = draw(**rays, scene, states, {{0, CameraId(v)}});
    int same = 0, seen = 0;
    for (std::size_t i = 0; i < raster.depth.size(); ++i) {
      if (raster.instance[i] == 0 || raster.instance[i] != cast.instance[i]) continue;
      ++seen;
      // The device snaps vertices to 1/256 of a pixel; other triangles would be off by far more where they are seen.
      same += std::abs(raster.depth[i] - cast.depth[i]) < 1e-5F * raster.depth[i] ? 1 : 0;
    }
    CHECK(seen > 10);
    CHECK(same >= 0.95 * seen);
  }
}

TEST_CASE("points stay visible from one picture to the next where the level changes in between") {
  Scene scene = make_scene();
  scene.cameras[1].far_m = 100.0;
  auto rays = make_raycast_renderer();
  REQUIRE(rays.ok());
  // A ball comes nearer: the points of a coarse level lie within the finer one that follows.
  std::vector<State> states(12, initial_state(scene));
  for (std::size_t i = 0; i < states.size(); ++i) states[i].bodies[1].world_from_body.position = dvec3(4.6 + 0.4 * static_cast<double>(i), 0, 0.6);
  for (Renderer* renderer : {&shared_renderer(), rays->get()}) {
    for (int frame = 0; frame + 1 < static_cast<int>(states.size()); ++frame) {
      const std::vector<FrameView> views = {{frame, CameraId(1)}};
      const auto ticket = renderer->submit(scene, states, views, channel_set(Channel::kInstance, Channel::kFlowValid));
      REQUIRE_MESSAGE(ticket.ok(), ticket.status().message());
      const auto done = renderer->wait(*ticket);
      REQUIRE_MESSAGE(done.ok(), done.status().message());
      int seen = 0, valid = 0;
      for (std::size_t i = 0; i < 64 * 64; ++i) {
        if (done->get<Channel::kInstance>()[i] != 2) continue;
        ++seen;
        valid += done->get<Channel::kFlowValid>()[i] & 1;
      }
      CHECK(seen > 20);
      CHECK(valid >= 0.8 * seen);  // But for the rim.
    }
  }
}

}  // namespace
}  // namespace diorama
