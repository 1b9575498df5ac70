#include "renderers/raycast/raycast_renderer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "renderers/lighting.h"
#include "renderers/raycast/labels.h"
#include "renderers/raycast/shading.h"

namespace diorama {
namespace raycast {
namespace {

constexpr int kNumSlots = 2;
constexpr int kMaxSide = 16384;
constexpr int kMaxBatch = 2048;
/// Pictures of one submission, with all channels.
constexpr std::int64_t kBudgetBytes = std::int64_t{512} << 20;
constexpr std::int64_t kBytesPerPixel = 96;

std::string version_of(const EmbreeDevice& device) {
  const auto part = [&](RTCDeviceProperty property) { return std::to_string(rtcGetDeviceProperty(device.get(), property)); };
  return part(RTC_DEVICE_PROPERTY_VERSION_MAJOR) + "." + part(RTC_DEVICE_PROPERTY_VERSION_MINOR) + "." +
         part(RTC_DEVICE_PROPERTY_VERSION_PATCH);
}

std::string size_text(int width, int height) { return std::to_string(width) + "x" + std::to_string(height); }

/// The scene as one of the submission's states places it.
struct PlacedFrame {
  int frame = -1;
  std::uint64_t last_use = 0;
  PlacedScene scene;
};

class RaycastRenderer : public Renderer {
 public:
  explicit RaycastRenderer(EmbreeDevice device) : device_(std::move(device)), shapes_(device_) {
    info_ = {"CPU ray caster", "Embree " + version_of(device_), true};
  }

  const RenderDevice& device() const override { return info_; }
  ChannelSet channels() const override { return kPictureChannels; }
  int max_in_flight() const override { return kNumSlots; }

  int max_views(int width_px, int height_px) const override {
    if (width_px < 1 || height_px < 1 || width_px > kMaxSide || height_px > kMaxSide) return 0;
    const std::int64_t bytes = std::int64_t{width_px} * height_px * kBytesPerPixel;
    return static_cast<int>(std::clamp<std::int64_t>(kBudgetBytes / bytes, 1, kMaxBatch));
  }

  Result<RenderTicket> submit(const Scene& scene, std::span<const State> states, std::span<const FrameView> views,
                              ChannelSet channels) override {
    DIORAMA_RETURN_IF_ERROR(check(scene, states, views, channels));
    const bool color = has_channel(channels, Channel::kColor);
    const bool normals = color || has_channel(channels, Channel::kNormal);
    DIORAMA_RETURN_IF_ERROR(shapes_.load(scene, color));
    surfaces_.load(scene, shapes_, color);
    const SceneLabels labels(scene);
    const std::vector<Pose> initial = initial_node_poses(scene);
    for (PlacedFrame& frame : frames_) frame.frame = -1;
    Pictures& pictures = slots_[next_ticket_ % kNumSlots];
    const Intrinsics& size = scene.cameras[static_cast<std::size_t>(views[0].camera.index)].intrinsics;
    pictures.prepare(channels, static_cast<int>(views.size()), size.height_px, size.width_px, labels.amodal_planes());
    const bool forward = needs_next(channels), backward = needs_previous(channels);
    for (std::size_t i = 0; i < views.size(); ++i) {
      const int frame = views[i].frame;
      DIORAMA_ASSIGN_OR_RETURN(const View now, place(scene, states, views[i], frame, initial, nullptr));
      const std::vector<int>& levels = now.placed->levels();
      std::optional<View> next, previous;
      if (forward && frame + 1 < static_cast<int>(states.size())) {
        DIORAMA_ASSIGN_OR_RETURN(next, place(scene, states, views[i], frame + 1, initial, &levels));
      }
      if (backward && frame > 0) {
        DIORAMA_ASSIGN_OR_RETURN(previous, place(scene, states, views[i], frame - 1, initial, &levels));
      }
      ViewLabels view_labels(scene, labels, views[i].camera, now, next, previous, channels);
      draw(scene, now, views[i].camera, initial, static_cast<int>(i), normals, view_labels, pictures);
    }
    return next_ticket_++;
  }

  Result<RenderedViews> wait(RenderTicket ticket) override {
    if (ticket >= next_ticket_ || ticket + kNumSlots < next_ticket_) {
      return failed("rendering: ticket " + std::to_string(ticket) + " is unknown or its memory was reused; wait before " +
                    std::to_string(kNumSlots) + " further submissions");
    }
    return slots_[ticket % kNumSlots].views();
  }

 private:
  static bool needs_next(ChannelSet channels) {
    return (channels & channel_set(Channel::kFlow, Channel::kFlowValid, Channel::kSceneFlow)) != 0;
  }
  static bool needs_previous(ChannelSet channels) {
    return (channels & channel_set(Channel::kFlowBackward, Channel::kFlowValid)) != 0;
  }

  Status check(const Scene& scene, std::span<const State> states, std::span<const FrameView> views,
               ChannelSet channels) const {
    if (views.empty() || channels == 0) return invalid_input("rendering: no views or no channels");
    DIORAMA_RETURN_IF_ERROR(check_channels(*this, channels));
    for (const FrameView& view : views) {
      if (view.frame < 0 || view.frame >= static_cast<int>(states.size()) || !view.camera.valid() ||
          view.camera.index >= static_cast<int>(scene.cameras.size())) {
        return invalid_input("rendering: frame " + std::to_string(view.frame) + " of " + std::to_string(states.size()) +
                             ", camera " + std::to_string(view.camera.index) + " of " +
                             std::to_string(scene.cameras.size()) + ": out of range");
      }
    }
    const Camera& first = scene.cameras[static_cast<std::size_t>(views[0].camera.index)];
    const int width = first.intrinsics.width_px, height = first.intrinsics.height_px;
    for (const FrameView& view : views) {
      const Camera& camera = scene.cameras[static_cast<std::size_t>(view.camera.index)];
      if (camera.intrinsics.width_px != width || camera.intrinsics.height_px != height) {
        return invalid_input("camera '" + camera.name + "': " +
                             size_text(camera.intrinsics.width_px, camera.intrinsics.height_px) + " pixels in a batch of " +
                             size_text(width, height) + "; submit each size by itself");
      }
    }
    const int most = max_views(width, height);
    if (most == 0) {
      return invalid_input("camera '" + first.name + "': " + size_text(width, height) +
                           " pixels; the ray caster draws 1x1 to " + size_text(kMaxSide, kMaxSide));
    }
    if (views.size() > static_cast<std::size_t>(most)) {
      return invalid_input("rendering: " + std::to_string(views.size()) + " views in a submission, at most " +
                           std::to_string(most) + " of " + size_text(width, height) + " pixels are possible");
    }
    for (const Body& body : scene.bodies) {
      if (body.object_index >= 65535) {
        return invalid_input("body '" + body.name + "': object index " + std::to_string(body.object_index) +
                             ", the largest is 65534");
      }
    }
    return {};
  }

  /// A view's camera with the scene at `frame`, in the given levels of detail or in those of that camera. What was placed
  /// last is kept. Neighbours in time take the levels of the picture whose points are looked for there.
  Result<View> place(const Scene& scene, std::span<const State> states, const FrameView& view, int frame,
                     const std::vector<Pose>& initial, const std::vector<int>* wanted_levels) {
    const State& state = states[static_cast<std::size_t>(frame)];
    std::vector<Pose> world_from_node = node_poses(scene, state);
    const Pose world_from_camera = camera_pose(scene, view.camera, state, world_from_node, initial);
    const Camera& camera = scene.cameras[static_cast<std::size_t>(view.camera.index)];
    std::vector<int> levels =
        wanted_levels != nullptr ? *wanted_levels : choose_levels(scene, shapes_, camera, world_from_camera, world_from_node);
    auto found = std::find_if(frames_.begin(), frames_.end(), [&](const PlacedFrame& f) {
      return f.frame == frame && f.scene.levels() == levels;
    });
    if (found == frames_.end()) {
      found = std::min_element(frames_.begin(), frames_.end(),
                               [](const PlacedFrame& a, const PlacedFrame& b) { return a.last_use < b.last_use; });
      found->frame = -1;
      DIORAMA_RETURN_IF_ERROR(found->scene.place(scene, shapes_, std::move(world_from_node), std::move(levels)));
      found->frame = frame;
    }
    found->last_use = ++uses_;
    return View{&found->scene, world_from_camera};
  }

  static std::vector<PlacedLight> place_lights(const Scene& scene, const View& view, const std::vector<Pose>& initial) {
    std::vector<PlacedLight> lights;
    const double exposure = exposure_of(scene);
    bool shadowed = false;
    for (std::size_t i = 0; i < scene.lights.size(); ++i) {
      const Light& light = scene.lights[i];
      const Pose pose = light_pose(scene, LightId(i), view.placed->world_from_node(), initial);
      PlacedLight placed;
      placed.kind = light.type == LightType::kSun     ? PlacedLight::Kind::kSun
                    : light.type == LightType::kPoint ? PlacedLight::Kind::kPoint
                                                      : PlacedLight::Kind::kSpot;
      const double power = light.type == LightType::kSun ? light.illuminance_lux : light.intensity_candela;
      placed.position = glm::vec3(pose.position - view.world_from_camera.position);
      placed.toward = glm::vec3(-glm::normalize(pose.rotate(dvec3(0, 0, 1))));
      placed.power = glm::vec3(light.color_linear * (power * exposure));
      placed.cos_cutoff = static_cast<float>(std::cos(light.cutoff_rad));
      placed.shadow = !shadowed && light.type == LightType::kSun && light.casts_shadow;
      shadowed = shadowed || placed.shadow;
      lights.push_back(placed);
    }
    return lights;
  }

  void draw(const Scene& scene, const View& view, CameraId camera_id, const std::vector<Pose>& initial, int index,
            bool normals, ViewLabels& labels, Pictures& pictures) {
    const Camera& camera = scene.cameras[static_cast<std::size_t>(camera_id.index)];
    const bool color = !pictures.color.empty();
    const std::vector<PlacedLight> lights = color ? place_lights(scene, view, initial) : std::vector<PlacedLight>();
    const SkyLight light = sky_light(scene.sky, exposure_of(scene));
    const SkyColors sky{glm::vec3(light.zenith),
                        glm::vec3(light.horizon),
                        glm::vec3(light.ground),
                        glm::vec3(light.irradiance_constant),
                        glm::vec3(light.irradiance_linear),
                        glm::vec3(light.irradiance_quadratic)};
    const dmat3 rotation = glm::mat3_cast(view.world_from_camera.rotation);
    const PixelSteps steps{glm::vec3(rotation[0] / camera.intrinsics.fx_px), glm::vec3(rotation[1] / camera.intrinsics.fy_px)};
    std::optional<ShadowCover> cover;
    for (const PlacedLight& placed : lights) {
      if (placed.shadow) cover.emplace(*view.placed, placed.toward);
    }
    for (int first_row = 0; first_row < pictures.height; first_row += kBandStrips) {
      const int rows = std::min(kBandStrips, pictures.height - first_row);
      for (int column = 0; column < pictures.width; column += kStripSize) {
        const int count = std::min(kStripSize, pictures.width - column);
        for (int r = 0; r < rows; ++r) aim(camera, view.world_from_camera, first_row + r, column, count, rays_[r]);
        trace(*view.placed, {rays_.data(), static_cast<std::size_t>(rows)}, {hits_.data(), static_cast<std::size_t>(rows)});
        for (int r = 0; r < rows; ++r) {
          if (normals) surfaces_.find_normals(*view.placed, hits_[r], count, surface_[r]);
          labels.write(rays_[r], hits_[r], surface_[r], first_row + r, column, index, pictures);
          if (color) surfaces_.find_colors(*view.placed, rays_[r], hits_[r], steps, surface_[r]);
        }
        if (!color) continue;
        shade(*view.placed, lights, cover, sky, rows);
        for (int r = 0; r < rows; ++r) {
          const std::size_t pixel = static_cast<std::size_t>(index) * pictures.pixels() +
                                    static_cast<std::size_t>(first_row + r) * static_cast<std::size_t>(pictures.width) +
                                    static_cast<std::size_t>(column);
          encode(rays_[r], hits_[r], sky, color_[r], &pictures.color[3 * pixel]);
        }
      }
    }
  }

  void shade(const PlacedScene& placed, const std::vector<PlacedLight>& lights, const std::optional<ShadowCover>& cover,
             const SkyColors& sky, int rows) {
    for (int r = 0; r < rows; ++r) shade_sky(rays_[r], sky, surface_[r], color_[r]);
    for (const PlacedLight& light : lights) {
      for (int r = 0; r < rows; ++r) {
        if (!light.shadow) {
          std::fill_n(shadows_[r].lit.begin(), rays_[r].count, 1.0F);
          continue;
        }
        start_shadows(rays_[r], hits_[r], light, surface_[r], shadows_[r]);
        cover->narrow(shadows_[r]);
      }
      if (light.shadow) trace_shadows(placed, {shadows_.data(), static_cast<std::size_t>(rows)});
      for (int r = 0; r < rows; ++r) shade_light(rays_[r], hits_[r], light, shadows_[r].lit, surface_[r], color_[r]);
    }
  }

  EmbreeDevice device_;  // First: all else lives on it.
  RenderDevice info_;
  ShapeTable shapes_;
  SurfaceTable surfaces_;
  std::array<PlacedFrame, 3> frames_;
  std::uint64_t uses_ = 0;
  std::array<Pictures, kNumSlots> slots_;
  RenderTicket next_ticket_ = 0;
  std::array<RayStrip, kBandStrips> rays_{};
  std::array<HitStrip, kBandStrips> hits_{};
  std::array<SurfaceStrip, kBandStrips> surface_{};
  std::array<ColorStrip, kBandStrips> color_{};
  std::array<ShadowStrip, kBandStrips> shadows_{};
};

}  // namespace
}  // namespace raycast

Result<std::unique_ptr<Renderer>> make_raycast_renderer() {
  DIORAMA_ASSIGN_OR_RETURN(raycast::EmbreeDevice device, raycast::make_embree_device());
  return std::unique_ptr<Renderer>(std::make_unique<raycast::RaycastRenderer>(std::move(device)));
}

std::string embree_version() {
  const Result<raycast::EmbreeDevice> device = raycast::make_embree_device();
  return device.ok() ? raycast::version_of(*device) : "";
}

}  // namespace diorama
