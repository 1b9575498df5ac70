// Batches, submissions in flight, memory and refusals.
#include <string>

#include "renderers/vulkan/frame_data.h"
#include "tests/unit/renderers/vulkan_fixture.h"

namespace diorama {
namespace {

/// Some bodies on a floor, two cameras, four states with the bodies at different heights.
Scene make_scene(int width = 48, int height = 40) {
  SceneBuilder builder;
  builder.floor(builder.material(0.5, 0));
  const MaterialId material = builder.material(0.5, 0, 1000, dvec3(0.2, 0.5, 0.8));
  builder.body("ball", Motion::kDynamic, {dvec3(0, 0, 0.5)}, ShapeType::kSphere, dvec3(0.3),
               material);
  builder.body("box", Motion::kDynamic, {dvec3(0.8, 0.3, 0.4)}, ShapeType::kBox,
               dvec3(0.2, 0.3, 0.1), material);
  builder.body("pill", Motion::kDynamic, {dvec3(-0.6, -0.4, 0.6)}, ShapeType::kCapsule,
               dvec3(0.1, 0.2, 0), material);
  builder.camera("a", look_at({3, 0, 1}, {0, 0, 0.3}), width, height, 0.8);
  builder.camera("b", look_at({0.2, -2.5, 2}, {0, 0, 0.3}), width, height, 1.0);
  builder.sun(glm::normalize(dvec3(0.3, 0.4, -1)));
  return builder.build();
}

std::vector<State> make_states(const Scene& scene, int count) {
  std::vector<State> states(count, initial_state(scene));
  for (int i = 0; i < count; ++i) {
    for (std::size_t b = 1; b < scene.bodies.size(); ++b) {
      states[i].bodies[b].world_from_body.position.z += 0.07 * i;
    }
  }
  return states;
}

TEST_CASE(
    "a picture is the same to the last bit wherever it stands in a batch and on another renderer") {
  const Scene scene = make_scene();
  const std::vector<State> states = make_states(scene, 8);
  const Pictures alone = draw(shared_renderer(), scene, states, {{3, CameraId(1)}});
  CHECK(alone.id_at(24, 20) > 0);
  const std::unique_ptr<Renderer> other = make_checked_renderer();
  CHECK(alone == draw(*other, scene, states, {{3, CameraId(1)}}));
  for (const int place : {0, 1, 7, 15}) {
    std::vector<FrameView> views;
    for (int i = 0; i < 16; ++i) views.push_back({(i * 5 + place) % 8, CameraId(i % 2)});
    views[place] = {3, CameraId(1)};
    CHECK(alone == draw(shared_renderer(), scene, states, views).view(place));
  }
}

TEST_CASE("pictures are the same by the way of a transfer queue, with several submissions under way") {
  const Scene scene = make_scene();
  const std::vector<State> states = make_states(scene, 8);
  auto made = make_vulkan_renderer({.device = "", .validation = true, .stand_in_transfers = true});
  REQUIRE_MESSAGE(made.ok(), made.status().message());
  Renderer& renderer = **made;
  std::vector<RenderTicket> tickets;
  for (int i = 0; i < 9; ++i) {
    const std::vector<FrameView> views = {{i % 8, CameraId(0)}, {(i + 3) % 8, CameraId(1)}};
    const auto ticket = renderer.submit(scene, states, views, renderer.channels());
    REQUIRE_MESSAGE(ticket.ok(), ticket.status().message());
    tickets.push_back(*ticket);
    if (i < 1) continue;
    const auto done = renderer.wait(tickets[static_cast<std::size_t>(i - 1)]);
    REQUIRE_MESSAGE(done.ok(), done.status().message());
    const Pictures home = copy_of(*done);
    const std::vector<std::int64_t> masks = copy(done->get<Channel::kAmodal>());
    const std::vector<float> layers = copy(done->get<Channel::kDepthLayers>());
    const auto direct = shared_renderer().submit(scene, states, std::vector<FrameView>{{(i - 1) % 8, CameraId(0)}, {(i + 2) % 8, CameraId(1)}},
                                                 shared_renderer().channels());
    REQUIRE(direct.ok());
    const auto wanted = shared_renderer().wait(*direct);
    REQUIRE(wanted.ok());
    CHECK(home == copy_of(*wanted));
    CHECK(masks == copy(wanted->get<Channel::kAmodal>()));
    CHECK(layers == copy(wanted->get<Channel::kDepthLayers>()));
  }
}

TEST_CASE("states whose casters stand alike share a shadow map, others do not") {
  const Scene scene = make_scene();
  std::vector<State> states = make_states(scene, 3);
  states[1] = states[0];
  vulkan::Geometry geometry;
  geometry.levels = {{0, 3}};
  const vulkan::SceneOnDevice device{std::vector<const vulkan::Geometry*>(scene.shapes.size(), &geometry), {}};
  const auto layers = [&](const std::vector<FrameView>& views) {
    const vulkan::FrameData data = vulkan::pack_frames(scene, states, views, device, {}, {16, 16});
    REQUIRE(data.shadow_maps.size() == 1);
    return data.shadow_maps.front().num_layers;
  };
  CHECK(layers({{0, CameraId(0)}, {0, CameraId(1)}}) == 1);
  CHECK(layers({{0, CameraId(0)}, {1, CameraId(1)}}) == 1);
  CHECK(layers({{0, CameraId(0)}, {1, CameraId(1)}, {2, CameraId(1)}}) == 2);
  states[1].bodies[1].world_from_body.position.z += 1e-9;
  CHECK(layers({{0, CameraId(0)}, {1, CameraId(1)}}) == 2);
}

TEST_CASE("shadow maps serve several passes, and pictures are as of one pass each") {
  const Scene scene = make_scene(384, 384);
  std::vector<State> states = make_states(scene, 6);
  // Bodies move against each other, so that no state's map serves another.
  for (std::size_t i = 0; i < states.size(); ++i) states[i].bodies[1].world_from_body.position.y -= 0.1 * static_cast<double>(i);
  std::vector<FrameView> views;
  for (int i = 0; i < 9; ++i) views.push_back({i / 3, CameraId(i % 2)});

  vulkan::Geometry geometry;
  geometry.levels = {{0, 3}};
  const vulkan::SceneOnDevice device{std::vector<const vulkan::Geometry*>(scene.shapes.size(), &geometry), {}};
  const vulkan::FrameData data = vulkan::pack_frames(scene, states, views, device, {}, {2, 2});
  REQUIRE(data.shadow_maps.size() == 2);
  CHECK(data.shadow_maps[0].num_layers == 2);
  CHECK(data.shadow_maps[1].num_layers == 1);
  std::vector<std::pair<int, int>> passes;  // Views and maps.
  for (const vulkan::Chunk& chunk : data.chunks) passes.emplace_back(chunk.num_views, chunk.shadow_maps);
  CHECK(passes == std::vector<std::pair<int, int>>{{2, 0}, {2, 0}, {2, 0}, {2, 1}, {1, 1}});

  for (int i = 0; i < 9; ++i) views.push_back({3 + i / 3, CameraId(i % 2)});
  const Pictures all = draw(shared_renderer(), scene, states, views);
  for (const int i : {0, 2, 3, 5, 8, 11, 12, 14, 17}) {
    CHECK(all.view(i) == draw(shared_renderer(), scene, states, {views[static_cast<std::size_t>(i)]}));
  }
}

TEST_CASE("what never moves is drawn once into shadow maps that lie alike, and pictures are as without") {
  SceneBuilder builder;
  builder.floor(builder.material(0.5, 0));
  const MaterialId material = builder.material(0.5, 0, 1000, dvec3(0.2, 0.5, 0.8));
  // 100 balls of 240 triangles in the shadow's pass; they are the borders of all that stands there.
  for (int i = 0; i < 100; ++i) {
    builder.body("still" + std::to_string(i), Motion::kStatic, {dvec3(i % 10 - 4.5, i / 10 - 4.5, 0.2)}, ShapeType::kSphere, dvec3(0.2), material);
  }
  builder.body("falling", Motion::kDynamic, {dvec3(0, 0, 0.3)}, ShapeType::kBox, dvec3(0.2, 0.3, 0.05), material);
  builder.camera("a", look_at({3, 0, 3}, {0, 0, 0}), 64, 64, 0.9);
  builder.sun(dvec3(0, 0, -1));
  const Scene scene = builder.build();
  std::vector<State> states(6, initial_state(scene));
  for (std::size_t i = 0; i < states.size(); ++i) states[i].bodies[101].world_from_body.position.x = 0.3 * static_cast<double>(i) - 1.0;
  states[5].bodies[7].world_from_body.position.z = 0.25;  // Not even this one stays.

  std::vector<FrameView> views;
  for (int i = 0; i < 6; ++i) views.push_back({i, CameraId(0)});
  const Pictures all = draw(shared_renderer(), scene, states, views);
  for (int i = 0; i < 6; ++i) CHECK(all.view(i) == draw(shared_renderer(), scene, states, {views[static_cast<std::size_t>(i)]}));

  vulkan::Geometry geometry;
  geometry.levels = {{0, 720}};
  geometry.bounds = {dvec3(-0.1), dvec3(0.1)};
  const vulkan::SceneOnDevice device{std::vector<const vulkan::Geometry*>(scene.shapes.size(), &geometry), {}};
  const vulkan::FrameData data = vulkan::pack_frames(scene, states, views, device, {}, {16, 16});
  REQUIRE(data.shadow_maps.size() == 1);
  CHECK(data.shadow_maps.front().static_layers == std::vector<int>{0, 0, 0, 0, 0, 5});
  std::uint32_t drawn = 0;
  for (const vulkan::Draw& draw : data.shadow_maps.front().static_draws) {
    for (std::uint32_t k = 0; k < draw.num_commands; ++k) drawn += data.commands[draw.first_command + k].num_instances;
  }
  CHECK(drawn == 200);
}

TEST_CASE("a batch larger than a pass holds the same pictures") {
  const Scene scene = make_scene(24, 20);
  const std::vector<State> states = make_states(scene, 40);
  std::vector<FrameView> views;
  for (int i = 0; i < 80; ++i) views.push_back({i / 2, CameraId(i % 2)});
  const Pictures all = draw(shared_renderer(), scene, states, views);
  for (const int place : {0, 33, 63, 64, 79}) {
    CHECK(all.view(place) == draw(shared_renderer(), scene, states, {views[place]}));
  }
}

TEST_CASE("eight lights and more views than their table holds give the same pictures") {
  Scene scene = make_scene(24, 20);
  const Light sun = scene.lights[0];
  for (int i = 1; i < 8; ++i) {
    scene.lights.push_back(sun);
    scene.lights.back().name = "light" + std::to_string(i);
    scene.lights.back().color_linear = dvec3(0.1 * i, 0.3, 0.8 - 0.1 * i);
    scene.lights.back().illuminance_lux = 2000.0 * i;
  }
  const std::vector<State> states = make_states(scene, 50);
  std::vector<FrameView> views;
  for (int i = 0; i < 100; ++i) views.push_back({i / 2, CameraId(i % 2)});
  const Pictures all = draw(shared_renderer(), scene, states, views);
  for (const int place : {0, 41, 42, 63, 83, 84, 99}) {
    CHECK(all.view(place) == draw(shared_renderer(), scene, states, {views[place]}));
  }
  scene.lights.back().illuminance_lux *= 2.0;
  CHECK(all.view(99).color != draw(shared_renderer(), scene, states, {views[99]}).color);
}

TEST_CASE("several submissions may be under way before the first is waited for") {
  const Scene scene = make_scene();
  Renderer& renderer = shared_renderer();
  const int most = renderer.max_in_flight();
  REQUIRE(most >= 2);
  const std::vector<State> states = make_states(scene, most);
  std::vector<RenderTicket> tickets;
  for (int i = 0; i < most; ++i) {
    const std::vector<FrameView> views{{i, CameraId(0)}};
    const auto ticket = renderer.submit(scene, states, views, kDefaultChannels);
    REQUIRE(ticket.ok());
    tickets.push_back(*ticket);
  }
  std::vector<Pictures> pictures;
  for (const RenderTicket ticket : tickets) {
    const auto views = renderer.wait(ticket);
    REQUIRE(views.ok());
    pictures.push_back(copy_of(*views));
  }
  for (int i = 0; i < most; ++i) {
    CHECK(pictures[i] == draw(renderer, scene, states, {{i, CameraId(0)}}));
  }
  CHECK(pictures[0].depth != pictures[1].depth);
  CHECK_FALSE(renderer.wait(tickets[0]).ok());  // Its memory serves others by now.
}

TEST_CASE("memory does not grow with the number of submissions and scenes") {
  const std::unique_ptr<Renderer> renderer = make_checked_renderer();
  std::uint64_t bytes = 0;
  // 400 scenes of new sizes, about 1 000 vertices each: several times what the first store holds.
  for (int i = 0; i < 400; ++i) {
    SceneBuilder builder;
    builder.body("ball", Motion::kStatic, {dvec3(0, 0, 3)}, ShapeType::kSphere,
                 dvec3(0.3 + 1e-4 * i), builder.material(0.5, 0));
    builder.camera("main", {}, 16, 16, 0.8);
    const Scene scene = builder.build();
    const Pictures picture = draw(*renderer, scene, {initial_state(scene)}, {{0, CameraId(0)}});
    CHECK(picture.depth_at(8, 8) == doctest::Approx(2.7 - 1e-4 * i).epsilon(0.01));
    if (i == 20) bytes = vulkan_memory_bytes(*renderer);
  }
  CHECK(bytes > 0);
  CHECK(vulkan_memory_bytes(*renderer) == bytes);
}

std::shared_ptr<const Texture> plain_texture(int size_px, std::uint8_t red) {
  auto texture = std::make_shared<Texture>();
  texture->width_px = texture->height_px = size_px;
  for (int i = 0; i < size_px * size_px; ++i) texture->rgba.insert(texture->rgba.end(), {red, 128, 128, 255});
  return texture;
}

/// Draws a ball with each of the textures.
void draw_textured(Renderer& renderer, const std::vector<std::shared_ptr<const Texture>>& textures) {
  SceneBuilder builder;
  for (const auto& texture : textures) {
    const MaterialId material = builder.material(0.5, 0);
    builder.scene().materials[material.index].texture = TextureId(builder.scene().textures.size());
    builder.scene().textures.push_back(texture);
    builder.body("ball" + std::to_string(builder.scene().textures.size()), Motion::kStatic, {dvec3(0, 0, 3)},
                 ShapeType::kSphere, dvec3(0.3), material);
  }
  builder.camera("main", {}, 16, 16, 0.8);
  const Scene scene = builder.build();
  draw(renderer, scene, {initial_state(scene)}, {{0, CameraId(0)}});
}

TEST_CASE("textures that never come back do not make the store of textures grow") {
  const std::unique_ptr<Renderer> renderer = make_checked_renderer();
  const auto constant = plain_texture(64, 0);
  std::uint64_t bytes = 0;
  for (int i = 0; i < 100; ++i) {
    draw_textured(*renderer, {constant, plain_texture(64, static_cast<std::uint8_t>(i))});
    if (i == 30) bytes = vulkan_memory_bytes(*renderer);
  }
  CHECK(vulkan_memory_bytes(*renderer) == bytes);
}

TEST_CASE("the store of textures grows until it holds those that come back") {
  const std::unique_ptr<Renderer> renderer = make_checked_renderer();
  std::vector<std::shared_ptr<const Texture>> catalogue;
  for (int i = 0; i < 40; ++i) catalogue.push_back(plain_texture(64, static_cast<std::uint8_t>(i)));
  std::vector<std::uint64_t> bytes;
  for (int i = 0; i < 400; ++i) {
    draw_textured(*renderer, {catalogue[static_cast<std::size_t>(i) % catalogue.size()]});
    bytes.push_back(vulkan_memory_bytes(*renderer));
  }
  CHECK(bytes.back() > bytes[10]);
  CHECK(bytes.back() == bytes[300]);
}

TEST_CASE("what cannot be drawn is refused with its reason") {
  Renderer& renderer = shared_renderer();
  Scene scene = make_scene();
  const std::vector<State> states = make_states(scene, 1);
  const std::vector<FrameView> one{{0, CameraId(0)}}, both{{0, CameraId(0)}, {0, CameraId(1)}};
  CHECK(renderer.max_views(1 << 20, 16) == 0);
  CHECK(renderer.max_views(256, 256) >= 64);
  scene.cameras[0].intrinsics.width_px = 1 << 20;
  const auto large = renderer.submit(scene, states, one, kDefaultChannels);
  CHECK(large.status().code() == Code::kInvalidInput);
  CHECK(large.status().message().find("1048576") != std::string::npos);
  CHECK(renderer.submit(scene, states, both, kDefaultChannels).status().code() == Code::kInvalidInput);
  CHECK_FALSE(renderer.submit(make_scene(), states, {}, kDefaultChannels).ok());
  scene = make_scene();
  scene.lights.resize(9, scene.lights[0]);
  CHECK(renderer.submit(scene, states, one, kDefaultChannels).status().message().find("9 lights") !=
        std::string::npos);
  CHECK_FALSE(renderer.wait(1U << 30).ok());
}

TEST_CASE("an unknown device is refused with the list of those that there are") {
  const auto devices = list_vulkan_devices();
  REQUIRE(devices.ok());
  REQUIRE_FALSE(devices->empty());
  const auto missing = make_vulkan_renderer({.device = "no such device", .validation = false});
  CHECK(missing.status().code() == Code::kUnavailable);
  CHECK(missing.status().message().find(devices->front().name) != std::string::npos);
}

}  // namespace
}  // namespace diorama
