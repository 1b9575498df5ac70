// Labels of the Vulkan renderer that another picture of its own can judge exactly.
#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "tests/support/scene_builder.h"
#include "tests/unit/renderers/vulkan_fixture.h"

namespace diorama {
namespace {

constexpr int kWidth = 40;
constexpr int kHeight = 30;

/// A floor and boxes in a row behind each other, each a bit higher, seen by two cameras of one size.
Scene row_of_boxes(int count) {
  SceneBuilder builder;
  const MaterialId material = builder.material(0.5, 0.0);
  builder.floor(material);
  for (int i = 0; i < count; ++i) {
    const double x = 0.4 * (i % 9) - 1.6;
    const double y = 0.5 * (i / 9);
    builder.body("box" + std::to_string(i), Motion::kDynamic, {dvec3(x, y, 0.3 + 0.05 * (i / 9)), identity_quat()},
                 ShapeType::kBox, dvec3(0.15, 0.1, 0.2), material);
  }
  builder.camera("front", look_at(dvec3(0.2, -3, 0.8), dvec3(0, 0.5, 0.3)), kWidth, kHeight, 1.0);
  builder.camera("side", look_at(dvec3(-3, -1, 1.2), dvec3(0, 0.5, 0.3)), kWidth, kHeight, 1.0);
  builder.sun(dvec3(0.3, 0.4, -1));
  return builder.build();
}

/// Bodies that move and turn a bit from state to state.
std::vector<State> moving(const Scene& scene, int count) {
  std::vector<State> states;
  for (int frame = 0; frame < count; ++frame) {
    State state = initial_state(scene);
    state.time_s = 0.05 * frame;
    for (std::size_t i = 1; i < state.bodies.size(); ++i) {
      Pose& pose = state.bodies[i].world_from_body;
      pose.position += dvec3(0.04 * frame, 0.0, 0.02 * frame);
      pose.rotation = glm::angleAxis(0.1 * frame, dvec3(0, 0, 1)) * pose.rotation;
    }
    states.push_back(state);
  }
  return states;
}

using Bytes = std::map<std::string, std::vector<std::byte>>;

template <Channel channel>
void take(const RenderedViews& pictures, int view, Bytes& out) {
  const auto own = std::as_bytes(pictures.picture<channel>(view));
  out[channel_info(channel).name].assign(own.begin(), own.end());
}

/// Every channel of one picture.
Bytes all_of(const RenderedViews& pictures, int view) {
  Bytes out;
  take<Channel::kColor>(pictures, view, out);
  take<Channel::kDepth>(pictures, view, out);
  take<Channel::kInstance>(pictures, view, out);
  take<Channel::kPart>(pictures, view, out);
  take<Channel::kClass>(pictures, view, out);
  take<Channel::kNormal>(pictures, view, out);
  take<Channel::kFlow>(pictures, view, out);
  take<Channel::kFlowBackward>(pictures, view, out);
  take<Channel::kFlowValid>(pictures, view, out);
  take<Channel::kSceneFlow>(pictures, view, out);
  take<Channel::kObjectCoordinates>(pictures, view, out);
  take<Channel::kAmodal>(pictures, view, out);
  take<Channel::kDepthLayers>(pictures, view, out);
  take<Channel::kInstanceLayers>(pictures, view, out);
  return out;
}

RenderedViews rendered(const Scene& scene, const std::vector<State>& states, const std::vector<FrameView>& views,
                       ChannelSet channels) {
  Renderer& renderer = shared_renderer();
  const auto ticket = renderer.submit(scene, states, views, channels);
  REQUIRE_MESSAGE(ticket.ok(), ticket.status().message());
  const auto pictures = renderer.wait(*ticket);
  REQUIRE_MESSAGE(pictures.ok(), pictures.status().message());
  return *pictures;
}

TEST_CASE("no channel of a picture depends on its batch or on the other channels") {
  const Scene scene = row_of_boxes(12);
  const std::vector<State> states = moving(scene, 4);
  std::vector<FrameView> views;
  for (const int frame : {2, 0, 3, 1}) {
    for (int camera = 0; camera < 2; ++camera) views.push_back({frame, CameraId(camera)});
  }
  const RenderedViews batch = rendered(scene, states, views, kPictureChannels);
  std::vector<Bytes> together;
  for (int i = 0; i < batch.num_views; ++i) together.push_back(all_of(batch, i));
  for (std::size_t i = 0; i < views.size(); ++i) {
    CAPTURE(i);
    CHECK(all_of(rendered(scene, states, {views[i]}, kPictureChannels), 0) == together[i]);
  }
  for (const ChannelInfo& info : picture_channels()) {
    CAPTURE(info.name);
    const RenderedViews alone = rendered(scene, states, {views[5]}, channel_bit(info.channel));
    const Bytes bytes = all_of(alone, 0);
    CHECK(!bytes.at(info.name).empty());
    CHECK(bytes.at(info.name) == together[5].at(info.name));
    for (const auto& [name, own] : bytes) CHECK((own.empty() || name == info.name));
  }
}

TEST_CASE("amodal masks are what each object covers when it is drawn alone, in as many planes as the objects need") {
  Scene scene = row_of_boxes(70);
  const std::vector<State> states = moving(scene, 1);
  const RenderedViews pictures = rendered(scene, states, {{0, CameraId(0)}}, channel_bit(Channel::kAmodal));
  REQUIRE(pictures.planes(Channel::kAmodal) == 2);
  const auto span = pictures.get<Channel::kAmodal>();
  const std::vector<std::int64_t> masks(span.begin(), span.end());
  int hidden = 0;
  for (const int object : {0, 1, 5, 30, 61, 62, 69, 70}) {
    CAPTURE(object);
    Scene alone = scene;
    for (Shape& shape : alone.shapes) shape.visible = alone.bodies[shape.body.index].object_index == object;
    const RenderedViews own = rendered(alone, states, {{0, CameraId(0)}}, channel_bit(Channel::kInstance));
    const auto ids = own.get<Channel::kInstance>();
    const std::size_t plane = static_cast<std::size_t>(object / kAmodalObjectsPerPlane) * ids.size();
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const bool covered = ((masks[plane + i] >> (object % kAmodalObjectsPerPlane)) & 1) != 0;
      REQUIRE(covered == (ids[i] != 0));
      hidden += covered ? 1 : 0;
    }
  }
  CHECK(hidden > 100);
}

TEST_CASE("a layer is what is seen when the surfaces before it are taken away") {
  Scene scene = row_of_boxes(27);
  const std::vector<State> states = moving(scene, 1);
  const RenderedViews pictures = rendered(scene, states, {{0, CameraId(0)}}, kPictureChannels);
  const auto first = copy(pictures.get<Channel::kInstance>());
  const auto layers = copy(pictures.get<Channel::kInstanceLayers>());
  const auto depths = copy(pictures.get<Channel::kDepthLayers>());
  const auto depth = copy(pictures.get<Channel::kDepth>());
  int behind = 0;
  for (int object = 1; object <= 27; ++object) {
    Scene without = scene;
    for (Shape& shape : without.shapes) {
      if (without.bodies[shape.body.index].object_index == object) shape.visible = false;
    }
    const RenderedViews rest = rendered(without, states, {{0, CameraId(0)}}, kDefaultChannels);
    for (std::size_t i = 0; i < first.size(); ++i) {
      // A box shows one face to a ray: what is behind it is another object.
      if (first[i] != object + 1) continue;
      REQUIRE(layers[i] == rest.get<Channel::kInstance>()[i]);
      REQUIRE(depths[i] == rest.get<Channel::kDepth>()[i]);
      REQUIRE((layers[i] == 0 || depths[i] > depth[i]));
      behind += layers[i] != 0 ? 1 : 0;
    }
  }
  CHECK(behind > 100);
}

}  // namespace
}  // namespace diorama
