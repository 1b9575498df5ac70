// Depth, ids and projection against closed forms.
#include <algorithm>
#include <cmath>

#include "tests/unit/renderers/vulkan_fixture.h"

namespace diorama {
namespace {

constexpr double kFovY = 0.9;
/// Devices may snap vertices to a grid of so many pixels (Vulkan's least subPixelPrecisionBits is 4, all known have 8).
constexpr double kSnapPx = 1.0 / 256.0;

TEST_CASE("the depth of a floor is that of the plane, to a ten thousandth and the device's grid of vertices") {
  SceneBuilder builder;
  builder.floor(builder.material(0.5, 0.0));
  builder.camera("main", look_at({0, 0, 1.2}, {4, 1, 0}), 160, 120, kFovY);
  const Scene scene = builder.build();
  const Pictures picture = draw(scene);
  const Camera& camera = scene.cameras[0];
  const Pose pose = scene.nodes[camera.node.index].parent_from_node;
  int hits = 0;
  for (int y = 0; y < 120; ++y) {
    for (int x = 0; x < 160; ++x) {
      const Intrinsics& k = camera.intrinsics;
      const dvec3 ray((x - k.cx_px) / k.fx_px, (y - k.cy_px) / k.fy_px, 1.0);
      const double fall = pose.rotate(ray).z;
      const double z = -pose.position.z / fall;
      if (fall < 0.0 && z < 0.999 * camera.far_m) {
        ++hits;
        // How much farther the floor is a grid step higher in the picture.
        const double snap_m = z * z / std::abs(pose.position.z) * kSnapPx / k.fy_px;
        CHECK(picture.id_at(x, y) == 1);
        CHECK(std::abs(picture.depth_at(x, y) - z) <= 1e-4 * z + snap_m);
      } else if (fall >= 0.0 || z > 1.001 * camera.far_m) {
        CHECK(picture.id_at(x, y) == 0);
        CHECK(picture.depth_at(x, y) == static_cast<float>(camera.far_m));
      }
    }
  }
  CHECK(hits > 5000);
}

TEST_CASE("an endless plane has no border before far_m") {
  SceneBuilder builder;
  builder.floor(builder.material(0.5, 0.0));
  builder.camera("main", look_at({0, 0, 40}, {400, 100, 0}), 160, 120, kFovY);
  Scene scene = builder.build();
  scene.cameras[0].far_m = 900.0;
  const Pictures picture = draw(scene);
  const Intrinsics& k = scene.cameras[0].intrinsics;
  const Pose pose = scene.nodes[scene.cameras[0].node.index].parent_from_node;
  int hits = 0;
  for (int y = 0; y < 120; ++y) {
    for (int x = 0; x < 160; ++x) {
      const dvec3 ray((x - k.cx_px) / k.fx_px, (y - k.cy_px) / k.fy_px, 1.0);
      const double fall = pose.rotate(ray).z;
      const double z = -pose.position.z / fall;
      if (fall >= 0.0 || z > 0.999 * 900.0) continue;
      ++hits;
      CHECK(picture.id_at(x, y) == 1);
      CHECK(std::abs(picture.depth_at(x, y) - z) <= 1e-3 * z);
    }
  }
  CHECK(hits > 5000);
}

TEST_CASE("the depth of a sphere is that of its surface, within the tessellation's sag") {
  SceneBuilder builder;
  builder.body("ball", Motion::kStatic, {}, ShapeType::kSphere, dvec3(0.5),
               builder.material(0.5, 0));
  builder.camera("main", look_at({2.5, 0.7, 0.4}, {0, 0, 0}), 128, 128, kFovY);
  const Scene scene = builder.build();
  const Pictures picture = draw(scene);
  const Intrinsics& k = scene.cameras[0].intrinsics;
  const Pose pose = scene.nodes[scene.cameras[0].node.index].parent_from_node;
  const dvec3 center = inverse(pose).transform_point(dvec3(0.0));
  // Chords of 32 segments lie at most r (1 - cos(pi / 32)) inside, about twice that for both
  // curvatures.
  const double sag = 2.0 * 0.5 * (1.0 - std::cos(M_PI / 32));
  int checked = 0;
  for (int y = 0; y < 128; ++y) {
    for (int x = 0; x < 128; ++x) {
      const dvec3 ray =
          glm::normalize(dvec3((x - k.cx_px) / k.fx_px, (y - k.cy_px) / k.fy_px, 1.0));
      const double along = glm::dot(ray, center);
      const double miss2 = glm::dot(center, center) - along * along;
      if (miss2 > 0.25 * 1.05) CHECK(picture.id_at(x, y) == 0);
      if (miss2 > 0.25 * 0.6) continue;
      ++checked;
      const double z = (along - std::sqrt(0.25 - miss2)) * ray.z;
      CHECK(picture.depth_at(x, y) >= z - 1e-4);
      CHECK(picture.depth_at(x, y) <= z + 2.0 * sag);
    }
  }
  CHECK(checked > 500);
}

TEST_CASE("a small ball appears where the intrinsics say, off-centre and in oblong pictures") {
  for (const dvec3 place : {dvec3(0.3, -0.2, 2.0), dvec3(-0.5, 0.3, 3.0), dvec3(0.0, 0.0, 1.5)}) {
    SceneBuilder builder;
    builder.body("ball", Motion::kStatic, {place}, ShapeType::kSphere, dvec3(0.03),
                 builder.material(0.5, 0));
    builder.camera("main", {}, 200, 90, kFovY);
    builder.scene().cameras[0].intrinsics = {200, 90, 150.0, 130.0, 83.25, 51.5};
    const Scene scene = builder.build();
    const Pictures picture = draw(scene);
    double u = 0.0, v = 0.0;
    int n = 0;
    for (int y = 0; y < 90; ++y) {
      for (int x = 0; x < 200; ++x) {
        if (picture.id_at(x, y) == 0) continue;
        u += x;
        v += y;
        ++n;
      }
    }
    REQUIRE(n > 3);
    CHECK(std::abs(u / n - (150.0 * place.x / place.z + 83.25)) < 0.3);
    CHECK(std::abs(v / n - (130.0 * place.y / place.z + 51.5)) < 0.3);
  }
}

TEST_CASE("the nearer body hides the farther, hidden shapes and nothing leave the background") {
  SceneBuilder builder;
  const MaterialId material = builder.material(0.5, 0);
  builder.body("far", Motion::kStatic, {dvec3(0, 0, 4)}, ShapeType::kBox, dvec3(1, 1, 0.1),
               material);
  builder.body("near", Motion::kStatic, {dvec3(0, 0, 2)}, ShapeType::kBox, dvec3(0.2), material);
  builder.body("ghost", Motion::kStatic, {dvec3(0, 0, 1)}, ShapeType::kBox, dvec3(0.2), material);
  builder.scene().shapes[2].visible = false;
  builder.camera("main", {}, 64, 64, kFovY);
  const Scene scene = builder.build();
  const Pictures picture = draw(scene);
  CHECK(picture.id_at(32, 32) == 2);
  CHECK(picture.depth_at(32, 32) == doctest::Approx(1.8).epsilon(1e-5));
  CHECK(picture.id_at(20, 32) == 1);
  CHECK(picture.depth_at(20, 32) == doctest::Approx(3.9).epsilon(1e-5));
  CHECK(picture.id_at(0, 0) == 0);
  CHECK(picture.depth_at(0, 0) == 30.0F);
}

TEST_CASE("surfaces before near_m and beyond far_m are not drawn") {
  SceneBuilder builder;
  const MaterialId material = builder.material(0.5, 0);
  builder.body("far", Motion::kStatic, {dvec3(0, 0, 9)}, ShapeType::kBox, dvec3(1), material);
  builder.body("near", Motion::kStatic, {dvec3(0, 0, 1)}, ShapeType::kBox, dvec3(0.1, 0.1, 0.01),
               material);
  builder.camera("main", {}, 32, 32, kFovY);
  builder.scene().cameras[0].near_m = 1.5;
  builder.scene().cameras[0].far_m = 7.0;
  const Scene scene = builder.build();
  const Pictures picture = draw(scene);
  CHECK(std::count(picture.instance.begin(), picture.instance.end(), 0) == 32 * 32);
  CHECK(std::count(picture.depth.begin(), picture.depth.end(), 7.0F) == 32 * 32);
}

TEST_CASE("an empty scene is sky") {
  SceneBuilder builder;
  builder.camera("main", look_at({0, 0, 1}, {1, 0, 1}), 33, 17, kFovY);
  const Scene scene = builder.build();
  const Pictures picture = draw(scene);
  CHECK(std::count(picture.instance.begin(), picture.instance.end(), 0) == 33 * 17);
  CHECK(picture.brightness_at(16, 2) > 100);
}

TEST_CASE("depth and ids do not depend on whether colour is drawn") {
  SceneBuilder builder;
  builder.floor(builder.material(0.5, 0));
  builder.body("ball", Motion::kStatic, {dvec3(0, 0, 0.5)}, ShapeType::kSphere, dvec3(0.5),
               builder.material(0.5, 0));
  builder.camera("main", look_at({3, 0, 1}, {0, 0, 0.3}), 64, 48, kFovY);
  const Scene scene = builder.build();
  const Pictures with = draw(scene);
  const Pictures without =
      draw(shared_renderer(), scene, {initial_state(scene)}, {{0, CameraId(0)}},
           channel_bit(Channel::kDepth) | channel_bit(Channel::kInstance));
  CHECK(without.color.empty());
  CHECK(with.depth == without.depth);
  CHECK(with.instance == without.instance);
}

}  // namespace
}  // namespace diorama
