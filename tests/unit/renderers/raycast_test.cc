// The ray caster against closed forms: depth, ids, shadows, and every label from its meaning.
#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <vector>

#include <doctest/doctest.h>

#include "renderers/raycast/ray_scene.h"
#include "renderers/raycast/raycast_renderer.h"
#include "tests/support/scene_builder.h"

namespace diorama {
namespace {

constexpr double kFovY = 0.9;
constexpr ChannelSet kEverything = kPictureChannels;

Renderer& caster() {
  static const std::unique_ptr<Renderer> renderer = [] {
    auto made = make_raycast_renderer();
    REQUIRE_MESSAGE(made.ok(), made.status().message());
    return std::move(*made);
  }();
  return *renderer;
}

RenderedViews draw(const Scene& scene, const std::vector<State>& states, const std::vector<FrameView>& views,
                   ChannelSet channels = kEverything) {
  const auto ticket = caster().submit(scene, states, views, channels);
  REQUIRE_MESSAGE(ticket.ok(), ticket.status().message());
  const auto pictures = caster().wait(*ticket);
  REQUIRE_MESSAGE(pictures.ok(), pictures.status().message());
  return *pictures;
}
RenderedViews draw(const Scene& scene) { return draw(scene, {initial_state(scene)}, {{0, CameraId(0)}}); }

template <Channel channel>
auto at(const RenderedViews& pictures, int x, int y, int component = 0, int plane = 0, int view = 0) {
  const auto picture = pictures.picture<channel>(view);
  const int components = channel_info(channel).components;
  return picture[static_cast<std::size_t>(((plane * pictures.height_px + y) * pictures.width_px + x) * components + component)];
}

dvec3 ray_of(const Camera& camera, int x, int y) {
  const Intrinsics& k = camera.intrinsics;
  return {(x - k.cx_px) / k.fx_px, (y - k.cy_px) / k.fy_px, 1.0};
}
Pose camera_of(const Scene& scene) {
  return scene.nodes[static_cast<std::size_t>(scene.cameras[0].node.index)].parent_from_node;
}

TEST_CASE("the depth of an endless floor is that of the plane up to far_m, in oblong pictures too") {
  for (const double far_m : {30.0, 900.0}) {
    SceneBuilder builder;
    builder.floor(builder.material(0.5, 0.0));
    builder.camera("main", look_at({0, 0, 1.2}, {4, 1, 0.6}), 300, 40, kFovY);  // Wider than a strip.
    Scene scene = builder.build();
    scene.cameras[0].far_m = far_m;
    const RenderedViews picture = draw(scene);
    const Pose pose = camera_of(scene);
    int hits = 0;
    for (int y = 0; y < 40; ++y) {
      for (int x = 0; x < 300; ++x) {
        const double fall = pose.rotate(ray_of(scene.cameras[0], x, y)).z;
        const double z = -pose.position.z / fall;
        if (fall < 0.0 && z < 0.999 * far_m) {
          ++hits;
          REQUIRE(at<Channel::kInstance>(picture, x, y) == 1);
          // A float's step and the ray's rounding, which grazing rays multiply.
          REQUIRE(std::abs(at<Channel::kDepth>(picture, x, y) - z) <= 2e-6 * z * std::max(1.0, z));
        } else if (fall >= 0.0 || z > 1.001 * far_m) {
          REQUIRE(at<Channel::kInstance>(picture, x, y) == 0);
          REQUIRE(at<Channel::kDepth>(picture, x, y) == static_cast<float>(far_m));
        }
      }
    }
    CHECK(hits > 3000);
  }
}

TEST_CASE("a plane with borders ends there, and is seen from below too") {
  SceneBuilder builder;
  builder.body("sheet", Motion::kStatic, {}, ShapeType::kPlane, dvec3(0.5, 0.25, 0), builder.material(0.5, 0));
  builder.camera("main", look_at({0, 0, -2}, {0, 0, 0}), 64, 64, kFovY);
  const Scene scene = builder.build();
  const RenderedViews picture = draw(scene);
  const Pose pose = camera_of(scene);
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) {
      const dvec3 point = pose.transform_point(2.0 * ray_of(scene.cameras[0], x, y));
      const double margin = std::max(std::abs(point.x) - 0.5, std::abs(point.y) - 0.25);
      if (std::abs(margin) > 1e-5) CHECK((at<Channel::kInstance>(picture, x, y) == 1) == (margin < 0.0));
    }
  }
  CHECK(at<Channel::kNormal>(picture, 32, 32, 2) == -127);  // Toward the eye.
}

TEST_CASE("the depth of a sphere is that of its surface, within the tessellation's sag") {
  SceneBuilder builder;
  builder.body("ball", Motion::kStatic, {}, ShapeType::kSphere, dvec3(0.5), builder.material(0.5, 0));
  builder.camera("main", look_at({2.5, 0.7, 0.4}, {0, 0, 0}), 128, 128, kFovY);
  const Scene scene = builder.build();
  const RenderedViews picture = draw(scene);
  const dvec3 center = inverse(camera_of(scene)).transform_point(dvec3(0.0));
  // Chords of 32 segments lie at most r (1 - cos(pi / 32)) inside, about twice that for both curvatures.
  const double sag = 2.0 * 0.5 * (1.0 - std::cos(std::numbers::pi / 32));
  int checked = 0;
  for (int y = 0; y < 128; ++y) {
    for (int x = 0; x < 128; ++x) {
      const dvec3 ray = glm::normalize(ray_of(scene.cameras[0], x, y));
      const double along = glm::dot(ray, center);
      const double miss2 = glm::dot(center, center) - along * along;
      if (miss2 > 0.25 * 1.05) CHECK(at<Channel::kInstance>(picture, x, y) == 0);
      if (miss2 > 0.25 * 0.6) continue;
      ++checked;
      const double z = (along - std::sqrt(0.25 - miss2)) * ray.z;
      CHECK(at<Channel::kDepth>(picture, x, y) >= z - 1e-5);
      CHECK(at<Channel::kDepth>(picture, x, y) <= z + 2.0 * sag);
      // Vertex normals of a sphere, interpolated: those of the sphere but for the sag.
      const dvec3 normal = glm::normalize(ray * (along - std::sqrt(0.25 - miss2)) - center);
      for (int axis = 0; axis < 3; ++axis) {
        CHECK(std::abs(at<Channel::kNormal>(picture, x, y, axis) - 127.0 * normal[axis]) < 2.0);
      }
    }
  }
  CHECK(checked > 500);
}

TEST_CASE("the nearer body hides the farther; near_m and far_m cut; hidden shapes are not there") {
  SceneBuilder builder;
  const MaterialId material = builder.material(0.5, 0);
  builder.body("far", Motion::kStatic, {dvec3(0, 0, 4)}, ShapeType::kBox, dvec3(1, 1, 0.1), material);
  builder.body("near", Motion::kStatic, {dvec3(0, 0, 2)}, ShapeType::kBox, dvec3(0.2), material);
  builder.body("ghost", Motion::kStatic, {dvec3(0, 0, 1)}, ShapeType::kBox, dvec3(0.2), material);
  builder.scene().shapes[2].visible = false;
  builder.camera("main", {}, 64, 64, kFovY);
  Scene scene = builder.build();
  RenderedViews picture = draw(scene);
  CHECK(at<Channel::kInstance>(picture, 32, 32) == 2);
  CHECK(at<Channel::kDepth>(picture, 32, 32) == doctest::Approx(1.8).epsilon(1e-6));
  CHECK(at<Channel::kInstance>(picture, 20, 32) == 1);
  CHECK(at<Channel::kDepth>(picture, 20, 32) == doctest::Approx(3.9).epsilon(1e-6));
  CHECK(at<Channel::kInstance>(picture, 0, 0) == 0);
  CHECK(at<Channel::kDepth>(picture, 0, 0) == 30.0F);
  scene.cameras[0].near_m = 2.5;
  CHECK(at<Channel::kInstance>(draw(scene), 32, 32) == 1);
  scene.cameras[0].far_m = 3.5;
  picture = draw(scene);
  CHECK(at<Channel::kInstance>(picture, 32, 32) == 0);
  CHECK(at<Channel::kDepth>(picture, 32, 32) == 3.5F);
}

TEST_CASE("from inside a closed body the world is seen, as its back faces are not") {
  SceneBuilder builder;
  const MaterialId material = builder.material(0.5, 0);
  builder.body("shell", Motion::kStatic, {}, ShapeType::kSphere, dvec3(1.0), material);
  builder.body("outer", Motion::kStatic, {}, ShapeType::kBox, dvec3(2.0), material);
  builder.body("target", Motion::kStatic, {dvec3(0, 0, 5)}, ShapeType::kBox, dvec3(0.5), material);
  builder.camera("main", {}, 32, 32, kFovY);
  const RenderedViews picture = draw(builder.build());
  CHECK(at<Channel::kInstance>(picture, 16, 16) == 3);
  CHECK(at<Channel::kDepth>(picture, 16, 16) == doctest::Approx(4.5).epsilon(1e-6));
  CHECK(at<Channel::kInstance>(picture, 0, 0) == 0);
}

TEST_CASE("a sun's shadow falls where straight lines say, from bodies but not from planes") {
  SceneBuilder builder;
  builder.floor(builder.material(0.5, 0, 1000, dvec3(0.5)));
  const MaterialId material = builder.material(0.5, 0);
  builder.body("box", Motion::kStatic, {dvec3(0, 0, 1)}, ShapeType::kBox, dvec3(0.2), material);
  builder.body("sheet", Motion::kStatic, {dvec3(-1, 0, 1)}, ShapeType::kPlane, dvec3(0.2, 0.2, 0), material);
  builder.camera("main", look_at({0, -4, 3}, {0, 0, 0}), 128, 128, 0.8);
  builder.sun(glm::normalize(dvec3(1, 0, -1)));
  const Scene scene = builder.build();
  const RenderedViews picture = draw(scene);
  const Pose pose = camera_of(scene);
  int shaded = 0, lit = 0;
  int brightest_shadow = 0, darkest_light = 1000;
  for (int y = 0; y < 128; ++y) {
    for (int x = 0; x < 128; ++x) {
      if (at<Channel::kInstance>(picture, x, y) != 1) continue;
      const dvec3 point = pose.transform_point(static_cast<double>(at<Channel::kDepth>(picture, x, y)) *
                                               ray_of(scene.cameras[0], x, y));
      if (std::abs(point.x) > 3.0 || std::abs(point.y) > 1.0) continue;
      // The box from 0.8 to 1.2 high, seen along the light, covers 0.6 to 1.4 of x.
      const double outside = std::max(std::abs(point.x - 1.0) - 0.4, std::abs(point.y) - 0.2);
      if (std::abs(outside) < 0.01) continue;
      const int bright = at<Channel::kColor>(picture, x, y, 1);
      if (outside < 0.0) {
        ++shaded;
        brightest_shadow = std::max(brightest_shadow, bright);
      } else {
        ++lit;
        darkest_light = std::min(darkest_light, bright);
      }
    }
  }
  CHECK(shaded > 50);
  CHECK(lit > 500);
  CHECK(brightest_shadow + 30 < darkest_light);
}

/// A box that moves by `motion` between two states, before a wall.
Scene moving_scene() {
  SceneBuilder builder;
  const MaterialId material = builder.material(0.5, 0);
  builder.body("wall", Motion::kStatic, {dvec3(0, 0, 4)}, ShapeType::kBox, dvec3(4, 4, 0.5), material);
  const BodyId box = builder.body("box", Motion::kDynamic, {dvec3(0, 0, 2)}, ShapeType::kBox, dvec3(0.25), material);
  builder.add_shape(box, {dvec3(0, 0.25, 0)}, ShapeType::kSphere, dvec3(0.1), material);
  builder.camera("main", {}, 64, 64, kFovY);
  Scene scene = builder.build();
  scene.bodies[1].class_name = "cargo";
  scene.bodies[1].class_id = 3;
  return scene;
}
std::vector<State> moving_states(const Scene& scene, const dvec3& motion) {
  std::vector<State> states(2, initial_state(scene));
  states[1].bodies[1].world_from_body.position += motion;
  return states;
}

TEST_CASE("ids name the object, its part and its class") {
  const Scene scene = moving_scene();
  const RenderedViews picture = draw(scene);
  CHECK(at<Channel::kInstance>(picture, 32, 32) == 2);
  CHECK(at<Channel::kPart>(picture, 32, 32) == 1);
  CHECK(at<Channel::kClass>(picture, 32, 32) == 3);
  CHECK(at<Channel::kPart>(picture, 32, 42) == 2);  // The ball below the box's lower edge (y points down).
  CHECK(at<Channel::kInstance>(picture, 2, 2) == 1);
  CHECK(at<Channel::kClass>(picture, 2, 2) == 0);
}

TEST_CASE("flow, scene flow and validity follow a body to the next state and back") {
  const Scene scene = moving_scene();
  const dvec3 motion(0.3, -0.1, 0.05);
  const std::vector<State> states = moving_states(scene, motion);
  const RenderedViews pictures = draw(scene, states, {{0, CameraId(0)}, {1, CameraId(0)}});
  const Camera& camera = scene.cameras[0];
  const double f = camera.intrinsics.fx_px;
  for (const auto& [x, y] : {std::pair(30, 33), std::pair(34, 30), std::pair(28, 36)}) {
    const dvec3 point = ray_of(camera, x, y) * 1.75;
    const dvec3 moved = point + motion;
    CHECK(at<Channel::kFlow>(pictures, x, y, 0) == doctest::Approx(f * moved.x / moved.z + camera.intrinsics.cx_px - x).epsilon(1e-5));
    CHECK(at<Channel::kFlow>(pictures, x, y, 1) == doctest::Approx(f * moved.y / moved.z + camera.intrinsics.cy_px - y).epsilon(1e-5));
    for (int axis = 0; axis < 3; ++axis) {
      CHECK(at<Channel::kSceneFlow>(pictures, x, y, axis) == doctest::Approx(motion[axis]).epsilon(1e-5));
    }
    CHECK(at<Channel::kFlowValid>(pictures, x, y) == 1);  // Nothing before the first state.
    CHECK(at<Channel::kFlowBackward>(pictures, x, y, 0) == 0.0F);
  }
  // The wall stands still. Where the box comes to stand it is hidden, elsewhere it stays visible.
  CHECK(at<Channel::kFlow>(pictures, 3, 3, 0) == doctest::Approx(0.0).epsilon(1e-4));
  CHECK(at<Channel::kFlowValid>(pictures, 3, 3) == 1);
  const int covered = static_cast<int>(std::lround(f * 0.45 / 1.8 + camera.intrinsics.cx_px));
  CHECK(at<Channel::kInstance>(pictures, covered, 30) == 1);
  CHECK(at<Channel::kFlowValid>(pictures, covered, 30) == 0);
  // Backward, from where the box has come to: the opposite way.
  const dvec3 now = ray_of(camera, 40, 28) * 1.8;
  const dvec3 before = now - motion;
  CHECK(at<Channel::kInstance>(pictures, 40, 28, 0, 0, 1) == 2);
  CHECK(at<Channel::kFlowBackward>(pictures, 40, 28, 0, 0, 1) ==
        doctest::Approx(f * before.x / before.z + camera.intrinsics.cx_px - 40).epsilon(1e-5));
  CHECK(at<Channel::kFlowValid>(pictures, 40, 28, 0, 0, 1) == 2);
  CHECK(at<Channel::kFlow>(pictures, 40, 28, 0, 0, 1) == 0.0F);  // No state follows.
  CHECK(at<Channel::kSceneFlow>(pictures, 40, 28, 0, 0, 1) == 0.0F);
}

TEST_CASE("a point that leaves the picture or passes near_m is not valid") {
  const Scene scene = moving_scene();
  const RenderedViews aside = draw(scene, moving_states(scene, dvec3(3, 0, 0)), {{0, CameraId(0)}});
  CHECK(at<Channel::kFlowValid>(aside, 32, 32) == 0);
  CHECK(at<Channel::kFlow>(aside, 32, 32, 0) > 32.0F);
  const RenderedViews past = draw(scene, moving_states(scene, dvec3(0, 0, -1.9)), {{0, CameraId(0)}});
  CHECK(at<Channel::kFlowValid>(past, 32, 32) == 0);
  CHECK(at<Channel::kFlow>(past, 32, 32, 0) == 0.0F);
  CHECK(at<Channel::kSceneFlow>(past, 32, 32, 2) == doctest::Approx(-1.9).epsilon(1e-5));
}

TEST_CASE("object coordinates run from one side of the body's box to the other") {
  SceneBuilder builder;
  builder.body("box", Motion::kStatic, {dvec3(0.1, 0, 2)}, ShapeType::kBox, dvec3(0.5, 0.25, 0.125), builder.material(0.5, 0));
  builder.camera("main", {}, 64, 64, kFovY);
  const Scene scene = builder.build();
  const RenderedViews picture = draw(scene);
  const dvec3 point = ray_of(scene.cameras[0], 40, 35) * 1.875;
  CHECK(at<Channel::kObjectCoordinates>(picture, 40, 35, 0) == std::lround(127.0 * (point.x - 0.1) / 0.5));
  CHECK(at<Channel::kObjectCoordinates>(picture, 40, 35, 1) == std::lround(127.0 * point.y / 0.25));
  CHECK(at<Channel::kObjectCoordinates>(picture, 40, 35, 2) == -127);
  CHECK(at<Channel::kObjectCoordinates>(picture, 0, 0, 1) == -128);
}

TEST_CASE("layers peel one surface after the other; amodal masks show what is hidden") {
  SceneBuilder builder;
  const MaterialId material = builder.material(0.5, 0);
  for (int i = 0; i < 70; ++i) {  // Two planes of masks; the last five stand before the camera.
    const double z = i < 65 ? -10.0 : 2.0 + (69 - i);
    builder.body("box" + std::to_string(i), Motion::kStatic, {dvec3(0, 0, z)}, ShapeType::kBox, dvec3(0.1 * (71 - i), 0.2, 0.1),
                 material);
  }
  builder.camera("main", {}, 64, 64, kFovY);
  const RenderedViews picture = draw(builder.build());
  CHECK(picture.planes(Channel::kAmodal) == 2);
  CHECK(at<Channel::kAmodal>(picture, 32, 32, 0, 0) == 0);
  CHECK(at<Channel::kAmodal>(picture, 32, 32, 0, 1) == 0b11111000);  // 65 to 69 are bits 3 to 7.
  CHECK(at<Channel::kInstance>(picture, 32, 32) == 70);
  for (int layer = 0; layer < kNumLayers; ++layer) {
    CHECK(at<Channel::kInstanceLayers>(picture, 32, 32, 0, layer) == 69 - layer);
    CHECK(at<Channel::kDepthLayers>(picture, 32, 32, 0, layer) == doctest::Approx(2.9 + layer).epsilon(1e-6));
  }
  CHECK(at<Channel::kInstanceLayers>(picture, 0, 0, 0, 0) == 0);
  CHECK(at<Channel::kDepthLayers>(picture, 0, 0, 0, 0) == 30.0F);
}

TEST_CASE("a picture depends on nothing but its scene, states and camera") {
  SceneBuilder builder;
  builder.floor(builder.material(0.5, 0));
  builder.body("ball", Motion::kDynamic, {dvec3(0, 0, 0.5)}, ShapeType::kSphere, dvec3(0.5), builder.material(0.5, 0));
  builder.camera("main", look_at({3, 0, 1}, {0, 0, 0.3}), 70, 50, kFovY);
  builder.camera("other", look_at({0, 3, 2}, {0, 0, 0.3}), 70, 50, kFovY);
  builder.sun({0.3, 0.2, -1});
  const Scene scene = builder.build();
  std::vector<State> states(5, initial_state(scene));
  for (std::size_t i = 0; i < states.size(); ++i) states[i].bodies[1].world_from_body.position.x = 0.2 * static_cast<double>(i);
  const auto copy = [](const RenderedViews& views, int view) {
    const auto color = views.picture<Channel::kColor>(view);
    const auto depth = views.picture<Channel::kDepth>(view);
    const auto flow = views.picture<Channel::kFlow>(view);
    const auto valid = views.picture<Channel::kFlowValid>(view);
    return std::tuple(std::vector(color.begin(), color.end()), std::vector(depth.begin(), depth.end()),
                      std::vector(flow.begin(), flow.end()), std::vector(valid.begin(), valid.end()));
  };
  const auto alone = copy(draw(scene, states, {{2, CameraId(1)}}), 0);
  const RenderedViews batch =
      draw(scene, states, {{4, CameraId(0)}, {0, CameraId(1)}, {2, CameraId(0)}, {2, CameraId(1)}, {1, CameraId(0)}});
  CHECK(copy(batch, 3) == alone);
  CHECK(copy(batch, 2) != alone);
  auto another = make_raycast_renderer();
  REQUIRE(another.ok());
  const std::vector<FrameView> views{{2, CameraId(1)}};
  const auto ticket = (*another)->submit(scene, states, views, kEverything);
  REQUIRE(ticket.ok());
  CHECK(copy(*(*another)->wait(*ticket), 0) == alone);
}

TEST_CASE("what cannot be drawn is refused with what, where and what to do") {
  SceneBuilder builder;
  builder.floor(builder.material(0.5, 0));
  builder.camera("main", {}, 64, 64, kFovY);
  builder.camera("wide", {}, 128, 64, kFovY);
  Scene scene = builder.build();
  const std::vector<State> states{initial_state(scene)};
  const auto message = [&](const std::vector<FrameView>& views, ChannelSet channels = kDefaultChannels) {
    const auto ticket = caster().submit(scene, states, views, channels);
    CHECK(ticket.status().code() == Code::kInvalidInput);
    return ticket.status().message();
  };
  CHECK(message({}).find("no views") != std::string::npos);
  CHECK(message({{0, CameraId(0)}}, 0).find("no channels") != std::string::npos);
  CHECK(message({{1, CameraId(0)}}).find("frame 1 of 1") != std::string::npos);
  CHECK(message({{0, CameraId(7)}}).find("camera 7 of 2") != std::string::npos);
  CHECK(message({{0, CameraId(0)}, {0, CameraId(1)}}).find("'wide': 128x64") != std::string::npos);
  scene.cameras[0].intrinsics.width_px = 20000;
  CHECK(message({{0, CameraId(0)}}).find("'main': 20000x64") != std::string::npos);
  CHECK(caster().max_views(20000, 64) == 0);
  CHECK(caster().max_views(256, 256) >= 64);
  CHECK(caster().wait(1000000).status().code() == Code::kFailed);
}

TEST_CASE("a cast ray names distance, point, normal, part and triangle") {
  auto made = RayScene::make();
  REQUIRE_MESSAGE(made.ok(), made.status().message());
  RayScene& rays = **made;
  CHECK(!rays.cast({0, 0, 1}, {0, 0, -1}));  // Nothing is placed yet.
  const Scene scene = moving_scene();
  const std::vector<State> states = moving_states(scene, dvec3(0.5, 0, 0));
  REQUIRE(rays.place(scene, states[1]).ok());
  const auto hit = rays.cast({0.5, 0, 0}, {0, 0, 2});
  REQUIRE(hit.has_value());
  CHECK(hit->distance == doctest::Approx(0.875));
  CHECK(hit->point_world.z == doctest::Approx(1.75));
  CHECK(hit->normal_world.z == doctest::Approx(-1.0));
  CHECK(hit->body == BodyId(1));
  CHECK(hit->shape == ShapeId(1));
  CHECK(hit->triangle >= 0);
  CHECK(hit->triangle < 12);
  CHECK(rays.cast({0.5, 0, 0}, {0, 0, 2}, 1.0)->body == BodyId(0));
  CHECK(!rays.cast({0.5, 0, 0}, {0, 0, 2}, 0.0, 0.8));
  CHECK(!rays.cast({0.5, 0, 0}, {0, 0, -1}));
}

TEST_CASE("points are visible unless something lies between them and the camera") {
  auto made = RayScene::make();
  REQUIRE(made.ok());
  RayScene& rays = **made;
  const Scene scene = moving_scene();
  const std::vector<dvec3> points{{0, 0, 1.75}, {0, 0, 2.25}, {0, 0, 3.5}, {1, 0, 3.5}, {0.25, 0.1, 2}};
  std::vector<std::uint8_t> visible(points.size());
  CHECK(rays.test({}, 0.1, points, visible).code() == Code::kFailed);
  const State state = initial_state(scene);
  REQUIRE(rays.place(scene, state).ok());
  REQUIRE(rays.test({}, 0.1, points, visible).ok());
  CHECK(visible == std::vector<std::uint8_t>{1, 0, 0, 1, 0});
  // What is nearer than near_m hides nothing.
  REQUIRE(rays.test({}, 2.5, points, visible).ok());
  CHECK(visible == std::vector<std::uint8_t>{1, 1, 1, 1, 1});
  visible.pop_back();
  CHECK(rays.test({}, 0.1, points, visible).code() == Code::kInvalidInput);
}

}  // namespace
}  // namespace diorama
