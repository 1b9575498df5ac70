#include "apps/editor/session/preview_renderer.h"

#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "apps/pipeline/channel_picture.h"
#include "tests/unit/apps/editor/session_fixture.h"

namespace diorama::editor {
namespace {

using namespace std::chrono_literals;
constexpr auto kLong = 60s;

/// The scene at its start, with a request for its first camera.
struct Stage {
  std::shared_ptr<const SimScene> sim = scene_of(kBallScenario);
  PreviewRequest request(std::variant<CameraId, FreeCamera> camera, Channel channel) const {
    PreviewRequest request;
    request.scene = {sim, &sim->scene()};
    request.state = {sim, &sim->initial};
    request.camera = camera;
    request.channel = channel;
    request.with_ids = true;
    return request;
  }
};

RendererOptions checked() {
  RendererOptions options;
  options.validation = true;
  return options;
}

FreeCamera in_front_of_ball() {
  FreeCamera camera;
  camera.world_from_camera = look_at({0, -2, 1}, {0, 0, 1});
  camera.fov_y_rad = 0.6;
  camera.far_m = 50.0;
  return camera;
}

TEST_CASE("a first view is framed by what stands on the ground, not by the ground") {
  const auto bounds_of = [](const std::string& bodies) {
    const auto sim = scene_of(bodies + R"(camera { name: "main" fixed { position_m { x: 9 z: 1 } look_at_m {} } })");
    return framing_bounds(sim->scene(), sim->initial, {});
  };
  const std::string ball = R"(body { name: "ball" position_m { x: 1 z: 1 } shape { sphere { radius_m: 0.5 } } })";
  // A small table of planes, an endless plane, a large static slab: all are grounds.
  for (const char* ground : {"plane { half_x_m: 3 half_y_m: 3 }", "plane {}", "box { half_x_m: 8 half_y_m: 8 half_z_m: 0.1 }"}) {
    CAPTURE(ground);
    const Bounds bounds = bounds_of("body { name: \"ground\" motion: STATIC position_m { z: -1 } shape { " + std::string(ground) + " } }" + ball);
    CHECK(bounds.lower == dvec3(0.5, -0.5, 0.5));
    CHECK(bounds.upper == dvec3(1.5, 0.5, 1.5));
  }
  // A ramp counts, and so does a ground that was asked for.
  const std::string ramp = R"(body { name: "ramp" motion: STATIC shape { box { half_x_m: 2 half_y_m: 1 half_z_m: 0.1 } } })";
  CHECK(bounds_of(ramp + ball).lower.x == doctest::Approx(-2.0));
  const auto sim = scene_of(kBallScenario);
  const BodyId floor(0);
  CHECK(framing_bounds(sim->scene(), sim->initial, std::span(&floor, 1)).upper.x == doctest::Approx(4.0));
  CHECK(bounds_of(R"(body { name: "ground" motion: STATIC shape { plane {} } })").upper == dvec3(1.0));
}

TEST_CASE("a free camera sees, measures and picks what stands before it") {
  const Stage stage;
  PreviewRenderer previews(checked());
  PreviewRequest request = stage.request(in_front_of_ball(), Channel::kDepth);
  request.width_px = 80;
  request.height_px = 60;
  previews.request("view", request);
  REQUIRE(previews.wait_idle(kLong));
  const auto preview = previews.latest("view");
  REQUIRE(preview);
  REQUIRE_MESSAGE(preview->status.ok(), preview->status.message());
  CHECK(preview->picture.width_px == 80);
  CHECK(preview->picture.height_px == 60);
  REQUIRE(preview->values_at(0.5, 0.5).size() == 1);
  CHECK(preview->values_at(0.5, 0.5)[0] == doctest::Approx(1.8).epsilon(0.01));  // the ball's near side
  CHECK(preview->text_at(0.5, 0.5).find(" m") != std::string::npos);
  REQUIRE(preview->body_at(0.5, 0.5));
  CHECK(stage.sim->scene().bodies[preview->body_at(0.5, 0.5)->index].name == "ball");
  CHECK(!preview->body_at(0.02, 0.02));
  CHECK(preview->values_at(1.0, 0.5).empty());
  CHECK(preview->text_at(-0.1, 0.5).empty());
  CHECK(glm::length(preview->world_from_camera.position - dvec3(0, -2, 1)) < 1e-12);
}

TEST_CASE("a scene's camera keeps its shape in the box that it gets, and every channel has a picture") {
  const Stage stage;
  PreviewPainter painter(checked());
  const auto renderer = make_renderer(checked());
  REQUIRE(renderer.ok());
  for (const ChannelInfo& shown : all_channels()) {
    const bool points = shown.channel == Channel::kTracks;
    if (!points && !has_channel((*renderer)->channels(), shown.channel)) continue;
    CAPTURE(shown.title);
    PreviewRequest request = stage.request(CameraId(0), shown.channel);
    request.width_px = 24;
    request.height_px = 24;
    const Preview preview = painter.paint(request);
    REQUIRE_MESSAGE(preview.status.ok(), preview.status.message());
    CHECK(preview.picture.width_px == 24);  // 48 x 32 into 24 x 24
    CHECK(preview.picture.height_px == 16);
    CHECK(preview.ids.width_px == 24);
    CHECK(preview.text_at(0.5, 0.5).empty() == points);
    CHECK(has_channel(preview.channels, shown.channel));
  }
  // At its own size it is what generate would record.
  const Preview own = painter.paint(stage.request(CameraId(0), Channel::kInstance));
  CHECK(own.picture.width_px == 48);
  const Preview half = painter.paint([&] {
    PreviewRequest request = stage.request(CameraId(0), Channel::kInstance);
    request.scale = 0.5;
    return request;
  }());
  CHECK(half.picture.width_px == 24);
  int same = 0;
  for (int row = 0; row < 16; ++row) {
    for (int column = 0; column < 24; ++column) {
      same += half.ids.at(row, column) == own.ids.at(2 * row, 2 * column) ? 1 : 0;
    }
  }
  CHECK(same > 24 * 16 * 9 / 10);
}

TEST_CASE("points are dots over the colours, as many as are asked for") {
  const Stage stage;
  PreviewPainter painter(checked());
  const Preview color = painter.paint(stage.request(CameraId(0), Channel::kColor));
  PreviewRequest request = stage.request(CameraId(0), Channel::kTracks);
  CHECK(painter.paint(request).picture.pixels == color.picture.pixels);
  std::size_t before = 0;
  for (const int count : {2, 60}) {
    request.num_tracks = count;
    const Preview preview = painter.paint(request);
    REQUIRE_MESSAGE(preview.status.ok(), preview.status.message());
    std::size_t changed = 0;
    for (std::size_t i = 0; i < color.picture.pixels.size(); ++i) changed += preview.picture.pixels[i] != color.picture.pixels[i] ? 1 : 0;
    CHECK(changed > before);
    before = changed;
  }
}

TEST_CASE("slots take turns, and of one slot's requests the newest is drawn") {
  const Stage stage;
  std::atomic<int> drawn = 0;
  PreviewRenderer previews(checked(), [&] { ++drawn; });
  for (int i = 1; i <= 50; ++i) {
    for (const std::string slot : {"a", "b"}) {
      PreviewRequest request = stage.request(in_front_of_ball(), Channel::kColor);
      request.width_px = i;
      request.height_px = 8;
      previews.request(slot, request);
    }
  }
  REQUIRE(previews.wait_idle(kLong));
  REQUIRE(previews.latest("a"));
  REQUIRE(previews.latest("b"));
  CHECK(previews.latest("a")->picture.width_px == 50);
  CHECK(previews.latest("b")->picture.width_px == 50);
  CHECK(previews.latest("c") == nullptr);
  previews.remove("a");
  CHECK(previews.latest("a") == nullptr);
  CHECK(drawn <= 100);
}

TEST_CASE("the resolution falls with the time that a picture takes") {
  const Stage stage;
  PreviewRenderer previews(checked());
  CHECK(previews.affordable_scale("view", 800, 600, 0.01) == 1.0);
  PreviewRequest request = stage.request(in_front_of_ball(), Channel::kColor);
  request.width_px = 80;
  request.height_px = 60;
  previews.request("view", request);
  REQUIRE(previews.wait_idle(kLong));
  const double took = previews.latest("view")->seconds;
  CHECK(previews.affordable_scale("view", 80, 60, 1.01 * took) == 1.0);
  CHECK(previews.affordable_scale("view", 80, 60, 0.3 * took) == 0.5);
  CHECK(previews.affordable_scale("view", 80, 60, 0.1 * took) == 0.25);
}

TEST_CASE("a request that cannot be drawn is a status, and the next one is drawn") {
  const Stage stage;
  PreviewPainter painter(checked());
  CHECK(painter.paint(stage.request(CameraId(9), Channel::kColor)).status.code() == Code::kInvalidInput);
  CHECK(painter.paint(stage.request(CameraId(0), Channel::kColor)).status.ok());
  RendererOptions nowhere;
  nowhere.device = "no such device";
  PreviewPainter blind(nowhere);
  const Preview preview = blind.paint(stage.request(CameraId(0), Channel::kColor));
  CHECK(!preview.status.ok());
  CHECK(preview.picture.pixels.empty());
}

TEST_CASE("a snapshot's moment can be seen, with its neighbours in time if the history has them") {
  SimSessionOptions options;
  options.manual_clock = true;
  SimSession session(options);
  CHECK(!preview_of(*session.snapshot(), CameraId(0), Channel::kColor));
  session.load(request_of(kBallScenario));
  REQUIRE(session.wait_idle(kLong));
  session.step_frames(4);
  REQUIRE(session.wait_idle(kLong));
  auto request = preview_of(*session.snapshot(), CameraId(1), Channel::kColor);
  REQUIRE(request);
  CHECK(request->before);
  CHECK(!request->after);
  CHECK(request->state->time_s - request->before->time_s == doctest::Approx(1.0 / 24.0));
  PreviewPainter painter(checked());
  CHECK(painter.paint(*request).status.ok());
}

}  // namespace
}  // namespace diorama::editor
