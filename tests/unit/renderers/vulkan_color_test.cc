// Light, shadow, exposure and textures.
#include <algorithm>
#include <cmath>

#include "tests/unit/renderers/vulkan_fixture.h"

namespace diorama {
namespace {

/// A camera that looks straight down from 4 m, image top toward world +y; 64x64 pixels cover about
/// 4 m.
void add_camera_from_above(SceneBuilder& builder) {
  builder.camera("main", look_at({0, 0, 4}, {0, 0, 0}), 64, 64, 2.0 * std::atan(0.5));
}

/// The pixel of a floor point for that camera.
int pixel_x(double x) { return static_cast<int>(std::lround(31.5 + 16.0 * x)); }
int pixel_y(double y) { return static_cast<int>(std::lround(31.5 - 16.0 * y)); }

SceneBuilder ball_over_floor() {
  SceneBuilder builder;
  builder.floor(builder.material(0.5, 0, 1000, dvec3(0.8)));
  builder.body("ball", Motion::kStatic, {dvec3(-1, 0, 1)}, ShapeType::kSphere, dvec3(0.3),
               builder.material(0.5, 0, 1000, dvec3(0.7, 0.05, 0.05)));
  add_camera_from_above(builder);
  builder.sun(glm::normalize(dvec3(1, 0, -1)));
  return builder;
}

TEST_CASE("a shadow falls where the sun throws it and nowhere else") {
  SceneBuilder builder = ball_over_floor();
  const Scene scene = builder.build();
  const Pictures picture = draw(scene);
  // The ball at (-1, 0, 1) throws along (1, 0, -1) to (0, 0, 0).
  const int dark = picture.brightness_at(pixel_x(0), pixel_y(0));
  for (const dvec2 lit : {dvec2(0.8, 0), dvec2(0, 0.7), dvec2(0, -0.7), dvec2(1.5, 1.5)}) {
    CHECK(picture.brightness_at(pixel_x(lit.x), pixel_y(lit.y)) > dark + 100);
  }
  // Lit floor shows no acne: it is even.
  CHECK(std::abs(picture.brightness_at(pixel_x(1.2), pixel_y(0.5)) -
                 picture.brightness_at(pixel_x(1.2), pixel_y(-0.5))) <= 6);
}

TEST_CASE("a body far away does not take the shadow from the others") {
  SceneBuilder builder = ball_over_floor();
  builder.body("stray", Motion::kStatic, {dvec3(0, 0, -5000)}, ShapeType::kBox, dvec3(0.2),
               builder.material(0.5, 0));
  builder.body("other", Motion::kStatic, {dvec3(1.2, 1.2, 0.1)}, ShapeType::kBox, dvec3(0.1),
               builder.material(0.5, 0));
  const Scene scene = builder.build();
  const Pictures picture = draw(scene);
  CHECK(picture.brightness_at(pixel_x(0.8), pixel_y(0)) >
        picture.brightness_at(pixel_x(0), pixel_y(0)) + 100);
}

TEST_CASE("a red ball is red") {
  SceneBuilder builder = ball_over_floor();
  const Scene scene = builder.build();
  const Pictures picture = draw(scene);
  // Perspective: the ball at height 1 appears farther out.
  const std::uint8_t* c = picture.color_at(pixel_x(-4.0 / 3.0), pixel_y(0));
  CHECK(c[0] > c[1] + 60);
  CHECK(c[0] > c[2] + 60);
}

TEST_CASE("one stop less exposure darkens the picture, none makes it brighter") {
  SceneBuilder builder = ball_over_floor();
  Scene scene = builder.build();
  const Pictures before = draw(scene);
  scene.exposure_ev100 += 1.0;
  const Pictures after = draw(scene);
  double sum_before = 0.0, sum_after = 0.0;
  for (std::size_t i = 0; i < before.color.size(); ++i) {
    sum_before += before.color[i];
    sum_after += after.color[i];
    CHECK(after.color[i] <= before.color[i]);
  }
  CHECK(sum_after < 0.85 * sum_before);
}

TEST_CASE("the sky is seen in its own colours") {
  SceneBuilder builder;
  builder.camera("up", look_at({0, 0, 1}, {0, 0, 2}), 16, 16, 0.5);
  builder.scene().sky.zenith_linear = dvec3(0.05, 0.1, 0.9);
  const Scene scene = builder.build();
  const Pictures picture = draw(scene);
  const std::uint8_t* c = picture.color_at(8, 8);
  CHECK(c[2] > c[0] + 50);
  CHECK(c[2] > c[1] + 50);
}

TEST_CASE("point and spot lights light what they face") {
  for (const LightType type : {LightType::kPoint, LightType::kSpot}) {
    SceneBuilder builder;
    builder.floor(builder.material(0.5, 0, 1000, dvec3(0.8)));
    add_camera_from_above(builder);
    Node node;
    node.name = "lamp";
    node.parent_from_node = {dvec3(-1, 0, 1), rotation_from_z(dvec3(0, 0, -1))};
    builder.scene().nodes.push_back(node);
    Light light;
    light.name = "lamp";
    light.node = NodeId(builder.scene().nodes.size() - 1);
    light.type = type;
    light.intensity_candela = 20000.0;
    light.cutoff_rad = 0.4;
    builder.scene().lights.push_back(light);
    builder.scene().sky.luminance_nits = 100.0;
    const Scene scene = builder.build();
    const Pictures picture = draw(scene);
    const int below = picture.brightness_at(pixel_x(-1), pixel_y(0));
    const int beside = picture.brightness_at(pixel_x(0), pixel_y(0));
    const int far = picture.brightness_at(pixel_x(1.8), pixel_y(0));
    CHECK(below > beside + 50);
    if (type == LightType::kSpot) {
      CHECK(std::abs(beside - far) <= 3);  // Both lie outside of the cone.
    } else {
      CHECK(beside > far + 20);
    }
  }
}

/// Quarters: top left red, top right green, bottom left blue, bottom right white.
std::shared_ptr<const Texture> quarters() {
  auto texture = std::make_shared<Texture>();
  texture->width_px = texture->height_px = 32;
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 32; ++x) {
      const bool right = x >= 16, low = y >= 16;
      const std::uint8_t r = right == low ? 255 : 0, g = right ? 255 : 0, b = low ? 255 : 0;
      texture->rgba.insert(texture->rgba.end(), {r, g, b, 255});
    }
  }
  return texture;
}

char hue(const std::uint8_t* c) {
  // The tone map pales bright colours: what counts is which channels lead.
  const int lead = std::max({c[0], c[1], c[2]}) * 9 / 10;
  const bool r = c[0] > lead, g = c[1] > lead, b = c[2] > lead;
  if (r && g && b) return 'w';
  return r && !g && !b ? 'r' : g && !r && !b ? 'g' : b && !r && !g ? 'b' : '?';
}

TEST_CASE("an image stands upright on a plane and repeats per extent or per metre") {
  SceneBuilder builder;
  const MaterialId material = builder.material(0.5, 0, 1000, dvec3(0.9));
  builder.scene().textures.push_back(quarters());
  builder.scene().materials[0].texture = TextureId(0);
  builder.scene().materials[0].roughness = 1.0;
  builder.body("sheet", Motion::kStatic, {}, ShapeType::kPlane, dvec3(1.6, 1.6, 0), material);
  add_camera_from_above(builder);
  builder.sun({0, 0, -1}, 90000.0);
  builder.scene().sky.luminance_nits = 100.0;
  Scene scene = builder.build();
  Pictures picture = draw(scene);
  CHECK(hue(picture.color_at(pixel_x(-0.8), pixel_y(0.8))) == 'r');
  CHECK(hue(picture.color_at(pixel_x(0.8), pixel_y(0.8))) == 'g');
  CHECK(hue(picture.color_at(pixel_x(-0.8), pixel_y(-0.8))) == 'b');
  CHECK(hue(picture.color_at(pixel_x(0.8), pixel_y(-0.8))) == 'w');

  scene.materials[0].mapping = TextureMapping::kUniform;
  picture = draw(scene);
  // Tiles of one metre; the shape's origin is a corner of four, its lower left one the tile's top
  // right end.
  CHECK(hue(picture.color_at(pixel_x(0.25), pixel_y(-0.25))) == 'r');
  CHECK(hue(picture.color_at(pixel_x(0.75), pixel_y(-0.25))) == 'g');
  CHECK(hue(picture.color_at(pixel_x(1.25), pixel_y(-0.25))) == 'r');
  CHECK(hue(picture.color_at(pixel_x(-0.25), pixel_y(0.25))) == 'w');
}

TEST_CASE("each face of a cube texture lies on its side of the box") {
  auto texture = std::make_shared<Texture>();
  texture->type = Texture::Type::kCube;
  texture->width_px = 8;
  texture->height_px = 48;
  for (int face = 0; face < 6; ++face) {
    const std::uint8_t r = face == 0 ? 255 : 0, g = face == 2 ? 255 : 0, b = face == 4 ? 255 : 0;
    for (int i = 0; i < 64; ++i) texture->rgba.insert(texture->rgba.end(), {r, g, b, 255});
  }
  const dvec3 eyes[] = {{4, 0, 0}, {0, 4, 0}, {0, 0, 4}};
  for (int axis = 0; axis < 3; ++axis) {
    SceneBuilder builder;
    const MaterialId material = builder.material(0.5, 0, 1000, dvec3(0.9));
    builder.scene().textures.push_back(texture);
    builder.scene().materials[0].texture = TextureId(0);
    builder.scene().materials[0].mapping = TextureMapping::kCube;
    builder.scene().materials[0].roughness = 1.0;
    builder.body("box", Motion::kStatic, {}, ShapeType::kBox, dvec3(1, 1, 1), material);
    builder.camera("main", look_at(eyes[axis], {0, 0, 0}), 32, 32, 0.5);
    builder.sun(-glm::normalize(eyes[axis]), 90000.0);
    builder.scene().sky.luminance_nits = 100.0;
    const Scene scene = builder.build();
    CHECK(hue(draw(scene).color_at(16, 16)) == "rgb"[axis]);
  }
}

}  // namespace
}  // namespace diorama
