#include "renderers/vulkan/vulkan_renderer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

#include "renderers/vulkan/amodal_pass.h"
#include "renderers/vulkan/draw_tables.h"
#include "renderers/vulkan/frame_data.h"
#include "renderers/vulkan/gbuffer_pass.h"
#include "renderers/vulkan/gpu_scene.h"
#include "renderers/vulkan/layer_pass.h"
#include "renderers/vulkan/readback.h"
#include "renderers/vulkan/shadow_pass.h"
#include "renderers/vulkan/vk_commands.h"

namespace diorama {
namespace vulkan {
namespace {

/// Submissions whose memory is kept: one being read and, for one that is drawn while the host works, two under way. A
/// device of the CPU has nothing to gain from more than one, and caches to lose.
constexpr std::size_t kNumSlots = 3;
constexpr std::size_t kNumCpuSlots = 2;
constexpr int kMaxBatch = 2048;
constexpr ChannelSet kLayerChannels = channel_set(Channel::kDepthLayers, Channel::kInstanceLayers);
constexpr ChannelSet kMadeChannels =
    channel_set(Channel::kColor, Channel::kDepth, Channel::kNormal) | kSurfaceLabels | kLayerChannels;
constexpr std::int64_t kReadbackBudgetBytes = std::int64_t{384} << 20;
/// Of the largest target of a pass. What one thread of a CPU writes is then in its caches when it reads it; several threads
/// would wait for each other more often.
constexpr std::int64_t kOneThreadTargetBudgetBytes = std::int64_t{1} << 20;
constexpr std::int64_t kCpuTargetBudgetBytes = std::int64_t{16} << 20;
constexpr std::int64_t kTargetBudgetBytes = std::int64_t{64} << 20;
constexpr int kMaxLayersPerPass = kMaxChunkViews;
constexpr int kMaxCpuShadowLayers = 4;
constexpr int kMaxShadowLayers = 32;

/// Copies on the transfer queue, which begin when the pictures are drawn.
struct WayHome {
  explicit WayHome(const Device& device)
      : commands(device, QueueUse::kTransfer), drawn(device.device.createSemaphore({})) {}
  CommandSlot commands;
  vk::raii::Semaphore drawn;
};

/// What one submission needs for itself until the device is done with it.
struct Slot {
  CommandSlot commands;
  std::optional<WayHome> way_home;  ///< Where there is a transfer queue.
  vk::raii::DescriptorSet set;
  DrawTables tables;
  Buffer staging;
  Buffer views;
  Buffer lights;
  Readback readback;
};

template <typename T>
void upload(Device& device, Buffer& buffer, std::span<const T> values, vk::BufferUsageFlags usage) {
  // Never empty: a descriptor needs a buffer.
  reserve(device, buffer, std::max<std::size_t>(values.size_bytes(), 1), usage, MemoryUse::kUpload);
  if (!values.empty()) std::memcpy(buffer.mapped(), values.data(), values.size_bytes());
}

vk::raii::DescriptorPool make_descriptor_pool(const Device& device) {
  const std::array<vk::DescriptorPoolSize, 2> sizes{
      vk::DescriptorPoolSize{vk::DescriptorType::eUniformBufferDynamic, 2 * kNumSlots},
      vk::DescriptorPoolSize{vk::DescriptorType::eCombinedImageSampler,
                             (1 + kNumPages + 1) * kNumSlots}};
  return device.device.createDescriptorPool(
      {.flags = vk::DescriptorPoolCreateFlagBits::eFreeDescriptorSet,
       .maxSets = kNumSlots,
       .poolSizeCount = sizes.size(),
       .pPoolSizes = sizes.data()});
}

std::string size_text(int width, int height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

int amodal_planes_of(const Scene& scene) {
  int objects = 1;
  for (const Body& body : scene.bodies) objects = std::max(objects, body.object_index + 1);
  return (objects + kAmodalObjectsPerPlane - 1) / kAmodalObjectsPerPlane;
}

/// Object + 1 of every id that is drawn, of shapes or of objects.
std::vector<std::uint16_t> objects_by_id(const Scene& scene, bool shape_ids) {
  std::vector<std::uint16_t> objects{0};
  if (shape_ids) {
    for (const Shape& shape : scene.shapes) {
      objects.push_back(static_cast<std::uint16_t>(scene.bodies[shape.body.index].object_index + 1));
    }
    return objects;
  }
  for (const Body& body : scene.bodies) {
    const int id = body.object_index + 1;
    while (objects.size() <= static_cast<std::size_t>(id)) objects.push_back(static_cast<std::uint16_t>(objects.size()));
  }
  return objects;
}

class VulkanRenderer : public Renderer {
 public:
  explicit VulkanRenderer(std::unique_ptr<Device> device)
      : device_(std::move(device)),
        scene_(std::make_unique<GpuScene>(*device_)),
        shadow_pass_(*device_),
        gbuffer_pass_(*device_),
        amodal_pass_(*device_),
        layer_pass_(*device_),
        descriptor_pool_(make_descriptor_pool(*device_)) {
    for (std::size_t i = 0; i < (device_->candidate.is_cpu ? kNumCpuSlots : kNumSlots); ++i) {
      const vk::DescriptorSetLayout layout = *gbuffer_pass_.set_layout();
      slots_.push_back(
          {.commands = CommandSlot(*device_),
           .way_home = device_->has_transfer_queue ? std::optional<WayHome>(*device_) : std::nullopt,
           .set = std::move(device_->device
                                   .allocateDescriptorSets({.descriptorPool = *descriptor_pool_,
                                                            .descriptorSetCount = 1,
                                                            .pSetLayouts = &layout})
                                   .front()),
           .tables = {},
           .staging = {},
           .views = {},
           .lights = {},
           .readback = {}});
    }
    info_ = {device_->candidate.name, device_->candidate.driver, device_->candidate.is_cpu};
  }

  ~VulkanRenderer() override {
    try {
      device_->device.waitIdle();
    } catch (const vk::Error&) {
      // A lost device does nothing any more: all can be destroyed.
    }
  }

  const RenderDevice& device() const override { return info_; }
  ChannelSet channels() const override {
    return kMadeChannels | (device_->logic_op ? channel_bit(Channel::kAmodal) : 0);
  }
  int max_in_flight() const override { return static_cast<int>(slots_.size()); }
  std::uint64_t memory_bytes() const { return device_->allocated_bytes; }

  int max_views(int width_px, int height_px) const override {
    const int limit = static_cast<int>(
        std::min({device_->limits.maxImageDimension2D, device_->limits.maxFramebufferWidth,
                  device_->limits.maxFramebufferHeight, device_->limits.maxViewportDimensions[0],
                  device_->limits.maxViewportDimensions[1]}));
    if (width_px < 1 || height_px < 1 || width_px > limit || height_px > limit) return 0;
    const std::int64_t bytes = std::int64_t{width_px} * height_px * kReadbackBytesPerPixel;
    return static_cast<int>(std::clamp<std::int64_t>(kReadbackBudgetBytes / bytes, 1, kMaxBatch));
  }

  Result<RenderTicket> submit(const Scene& scene, std::span<const State> states,
                              std::span<const FrameView> views, ChannelSet channels) override {
    if (!broken_.ok()) return broken_;
    DIORAMA_RETURN_IF_ERROR(check(scene, states, views, channels));
    try {
      return submit_checked(scene, states, views, channels);
    } catch (...) {
      // What was half recorded or half uploaded is not known any more.
      broken_ = status_of_exception("rendering");
      return broken_;
    }
  }

  Result<RenderedViews> wait(RenderTicket ticket) override {
    if (!broken_.ok()) return broken_;
    if (ticket >= next_ticket_ || ticket + slots_.size() < next_ticket_) {
      return failed("rendering: ticket " + std::to_string(ticket) +
                    " is unknown or its memory was reused; wait before " +
                    std::to_string(slots_.size()) + " further submissions");
    }
    try {
      Slot& slot = slots_[ticket % slots_.size()];
      wait_idle(slot);
      DIORAMA_RETURN_IF_ERROR(check_messages());
      return slot.readback.make(memory_);
    } catch (...) {
      broken_ = status_of_exception("rendering");
      return broken_;
    }
  }

 private:
  Status check_messages() {
    const std::string text = device_->instance->messages->text();
    if (text.empty()) return {};
    broken_ = failed("Vulkan validation: " + text);
    return broken_;
  }

  Status check(const Scene& scene, std::span<const State> states, std::span<const FrameView> views,
               ChannelSet channels) const {
    DIORAMA_RETURN_IF_ERROR(check_channels(*this, channels));
    if (views.empty() || channels == 0) return invalid_input("rendering: no views or no channels");
    for (const FrameView& view : views) {
      if (view.frame < 0 || view.frame >= static_cast<int>(states.size()) || !view.camera.valid() ||
          view.camera.index >= static_cast<int>(scene.cameras.size())) {
        return invalid_input("rendering: frame " + std::to_string(view.frame) + " of " +
                             std::to_string(states.size()) + ", camera " +
                             std::to_string(view.camera.index) + " of " +
                             std::to_string(scene.cameras.size()) + ": out of range");
      }
    }
    const Intrinsics& first = scene.cameras[views[0].camera.index].intrinsics;
    for (const FrameView& view : views) {
      const Camera& camera = scene.cameras[view.camera.index];
      if (camera.intrinsics.width_px != first.width_px ||
          camera.intrinsics.height_px != first.height_px) {
        return invalid_input("camera '" + camera.name + "': " +
                             size_text(camera.intrinsics.width_px, camera.intrinsics.height_px) +
                             " pixels in a batch of " + size_text(first.width_px, first.height_px) +
                             "; submit each size by itself");
      }
    }
    const int most = max_views(first.width_px, first.height_px);
    if (most == 0) {
      return invalid_input("camera '" + scene.cameras[views[0].camera.index].name +
                           "': " + size_text(first.width_px, first.height_px) +
                           " pixels; the device draws 1x1 to " +
                           size_text(static_cast<int>(device_->limits.maxFramebufferWidth),
                                     static_cast<int>(device_->limits.maxFramebufferHeight)));
    }
    if (views.size() > static_cast<std::size_t>(most)) {
      return invalid_input("rendering: " + std::to_string(views.size()) +
                           " views in a submission, at most " + std::to_string(most) + " of " +
                           size_text(first.width_px, first.height_px) + " pixels are possible");
    }
    if (has_channel(channels, Channel::kColor) && scene.lights.size() > kMaxLights) {
      return invalid_input("scene: " + std::to_string(scene.lights.size()) +
                           " lights, the renderer takes at most " + std::to_string(kMaxLights) +
                           "; remove some");
    }
    if (scene.shapes.size() >= 65535) {
      return invalid_input("scene: " + std::to_string(scene.shapes.size()) +
                           " shapes, the renderer takes at most 65534");
    }
    for (const Body& body : scene.bodies) {
      if (body.object_index >= 65535) {
        return invalid_input("body '" + body.name + "': object index " +
                             std::to_string(body.object_index) + ", the largest is 65534");
      }
    }
    return {};
  }

  ChunkLimits chunk_limits(int width, int height) const {
    const std::int64_t layer_bytes = std::int64_t{width} * height * 16;  // of the largest target
    ChunkLimits limits;
    const std::int64_t budget = device_->draws_on_one_thread ? kOneThreadTargetBudgetBytes
                                : info_.is_cpu               ? kCpuTargetBudgetBytes
                                                             : kTargetBudgetBytes;
    limits.max_views = static_cast<int>(std::clamp<std::int64_t>(budget / layer_bytes, 1, kMaxLayersPerPass));
    limits.max_shadow_layers = info_.is_cpu ? kMaxCpuShadowLayers : kMaxShadowLayers;
    return limits;
  }

  Result<RenderTicket> submit_checked(const Scene& scene, std::span<const State> states,
                                      std::span<const FrameView> views, ChannelSet channels) {
    const bool shade = has_channel(channels, Channel::kColor);
    Slot& slot = slots_[next_ticket_ % slots_.size()];
    wait_idle(slot);
    Staging staging;
    Result<SceneOnDevice> on_device = scene_->prepare(scene, shade, staging);
    if (!on_device.ok()) {
      // It may believe to have what was never copied.
      device_->device.waitIdle();
      scene_ = std::make_unique<GpuScene>(*device_);
      return on_device.status();
    }
    const Intrinsics& size = scene.cameras[views[0].camera.index].intrinsics;
    DrawMode mode{.shade = shade,
                  .normals = has_channel(channels, Channel::kNormal),
                  .shape_ids = (channels & kSurfaceLabels & ~channel_set(Channel::kInstance)) != 0,
                  .layers = (channels & kLayerChannels) != 0};
    const ChunkLimits limits = chunk_limits(size.width_px, size.height_px);
    FrameData data = pack_frames(scene, states, views, *on_device, mode, limits);
    const std::vector<FrameView> extra =
        SurfaceLabels::neighbours(states.size(), views, channels);
    if (!extra.empty()) {
      mode.shade = mode.normals = mode.layers = false;
      append_frames(data, pack_frames(scene, states, extra, *on_device, mode, limits),
                    static_cast<int>(views.size()));
    }
    const int amodal_planes = has_channel(channels, Channel::kAmodal) ? amodal_planes_of(scene) : 0;
    if (amodal_planes > 0) {
      ChunkLimits masks = limits;
      masks.max_views = std::min(limits.max_views, AmodalPass::max_layers(*device_) / amodal_planes);
      if (masks.max_views < 1) {
        return invalid_input("scene: too many objects for the device's amodal masks; switch the channel amodal off");
      }
      const DrawMode covered{.shade = false, .amodal_planes = amodal_planes};
      append_frames(data, pack_frames(scene, states, views, *on_device, covered, masks), 0);
    }
    int layers = 1, shadow_layers = 1, mask_layers = 0;
    for (const Chunk& chunk : data.chunks) {
      mask_layers = std::max(mask_layers, chunk.num_views * chunk.mode.amodal_planes);
      layers = std::max(layers, chunk.num_views);
    }
    for (const ShadowMaps& maps : data.shadow_maps) shadow_layers = std::max(shadow_layers, maps.num_layers);
    const Targets& targets = gbuffer_pass_.targets(
        size.width_px, size.height_px, layers, has_channel(channels, Channel::kNormal));
    if (shade) shadow_pass_.reserve_layers(shadow_layers);
    if (mask_layers > 0) amodal_pass_.reserve(size.width_px, size.height_px, mask_layers);
    if ((channels & kLayerChannels) != 0) layer_pass_.reserve(targets);
    std::vector<float> far_m;
    for (const FrameView& view : views) {
      far_m.push_back(static_cast<float>(scene.cameras[view.camera.index].far_m));
    }
    slot.readback.prepare(*device_, size.width_px, size.height_px, channels, std::move(far_m),
                          static_cast<int>(extra.size()), amodal_planes);
    slot.readback.set_objects(objects_by_id(scene, mode.shape_ids));
    if (mode.shape_ids) slot.readback.labels().prepare(scene, states, views, extra, channels);
    fill(slot, data, targets, staging, shade);

    const vk::raii::CommandBuffer& commands = slot.commands.begin();
    scene_->record_uploads(commands, slot.staging);
    std::optional<int> shadow_maps;  // Those that lie on the device.
    for (const Chunk& chunk : data.chunks) {
      if (chunk.mode.amodal_planes > 0) {
        amodal_pass_.record(commands, *scene_, slot.tables, chunk, slot.readback);
        continue;
      }
      if (chunk.mode.shade && shadow_maps != chunk.shadow_maps) {
        shadow_maps = chunk.shadow_maps;
        const ShadowMaps none;
        const ShadowMaps& maps = chunk.shadow_maps < 0 ? none : data.shadow_maps[static_cast<std::size_t>(chunk.shadow_maps)];
        shadow_pass_.record(commands, *scene_, slot.tables, maps);
      }
      gbuffer_pass_.record(commands, *scene_, slot.tables, *slot.set, targets, chunk,
                           data.light_setup, slot.readback);
      if (chunk.mode.layers) {
        layer_pass_.record(commands, *scene_, slot.tables, targets, chunk, slot.readback);
      }
    }
    submit(slot, commands);
    DIORAMA_RETURN_IF_ERROR(check_messages());
    return next_ticket_++;
  }

  static void wait_idle(Slot& slot) {
    slot.commands.wait_idle();
    if (slot.way_home) slot.way_home->commands.wait_idle();
  }

  /// What was drawn and copied by `commands` comes to the host.
  static void submit(Slot& slot, const vk::raii::CommandBuffer& commands) {
    const Access copied{vk::PipelineStageFlagBits2::eCopy, vk::AccessFlagBits2::eTransferWrite};
    const Access read{vk::PipelineStageFlagBits2::eHost, vk::AccessFlagBits2::eHostRead};
    if (!slot.way_home) {
      memory_barrier(commands, copied, read);
      slot.commands.submit();
      return;
    }
    slot.commands.submit({}, *slot.way_home->drawn);
    const vk::raii::CommandBuffer& home = slot.way_home->commands.begin();
    slot.readback.record_way_home(home);
    memory_barrier(home, copied, read);
    slot.way_home->commands.submit(*slot.way_home->drawn);
  }

  void fill(Slot& slot, const FrameData& data, const Targets& targets, const Staging& staging,
            bool shade) {
    using Use = vk::BufferUsageFlagBits;
    upload(*device_, slot.staging, std::span(staging), Use::eTransferSrc);
    upload(*device_, slot.tables.instances, std::span(data.instances), Use::eVertexBuffer);
    upload(*device_, slot.tables.commands, std::span(data.commands), Use::eIndirectBuffer);
    if (!shade) return;
    upload(*device_, slot.tables.casters, std::span(data.casters), Use::eVertexBuffer);
    upload(*device_, slot.views, std::span(data.views), Use::eUniformBuffer);
    upload(*device_, slot.lights, std::span(data.lights), Use::eUniformBuffer);

    std::vector<vk::DescriptorBufferInfo> buffers;
    buffers.push_back({slot.views.handle(), 0, kMaxChunkViews * sizeof(ViewRecord)});
    buffers.push_back({slot.lights.handle(), 0, kMaxChunkLights * sizeof(LightRecord)});
    std::vector<vk::DescriptorImageInfo> images{
        {.sampler = shadow_pass_.sampler(),
         .imageView = shadow_pass_.view(),
         .imageLayout = vk::ImageLayout::eDepthReadOnlyOptimal}};
    for (int page = 0; page < kNumPages; ++page) {
      images.push_back({.sampler = scene_->textures().sampler(),
                        .imageView = scene_->textures().view(page),
                        .imageLayout = vk::ImageLayout::eShaderReadOnlyOptimal});
    }
    images.push_back({.sampler = gbuffer_pass_.sampler(),
                      .imageView = targets.surface.view(),
                      .imageLayout = vk::ImageLayout::eShaderReadOnlyOptimal});
    std::vector<vk::WriteDescriptorSet> writes;
    for (std::uint32_t i = 0; i < buffers.size(); ++i) {
      writes.push_back({.dstSet = *slot.set,
                        .dstBinding = i,
                        .descriptorCount = 1,
                        .descriptorType = vk::DescriptorType::eUniformBufferDynamic,
                        .pBufferInfo = &buffers[i]});
    }
    for (std::uint32_t i = 0; i < images.size(); ++i) {
      writes.push_back({.dstSet = *slot.set,
                        .dstBinding = static_cast<std::uint32_t>(buffers.size()) + i,
                        .descriptorCount = 1,
                        .descriptorType = vk::DescriptorType::eCombinedImageSampler,
                        .pImageInfo = &images[i]});
    }
    device_->device.updateDescriptorSets(writes, nullptr);
  }

  // In the order of making: each uses what stands above it.
  std::unique_ptr<Device> device_;
  std::unique_ptr<GpuScene> scene_;
  ShadowPass shadow_pass_;
  GbufferPass gbuffer_pass_;
  AmodalPass amodal_pass_;
  LayerPass layer_pass_;
  vk::raii::DescriptorPool descriptor_pool_;
  std::vector<Slot> slots_;
  PictureMemory memory_;
  RenderDevice info_;
  RenderTicket next_ticket_ = 0;
  Status broken_;  ///< After a failure of the device or of validation nothing works any more.
};

}  // namespace
}  // namespace vulkan

Result<std::unique_ptr<Renderer>> make_vulkan_renderer(const VulkanOptions& options) {
  DIORAMA_ASSIGN_OR_RETURN(auto device, vulkan::make_device(options.device, options.validation, {}, options.stand_in_transfers));
  const std::string name = device->candidate.name;
  try {
    return std::unique_ptr<Renderer>(std::make_unique<vulkan::VulkanRenderer>(std::move(device)));
  } catch (...) {
    return unavailable(vulkan::status_of_exception("Vulkan device '" + name + "'").message());
  }
}

std::uint64_t vulkan_memory_bytes(const Renderer& renderer) {
  const auto* ours = dynamic_cast<const vulkan::VulkanRenderer*>(&renderer);
  return ours != nullptr ? ours->memory_bytes() : 0;
}

Result<std::vector<VulkanCandidate>> list_vulkan_devices() {
  DIORAMA_ASSIGN_OR_RETURN(const auto instance, vulkan::make_instance(false));
  try {
    const std::vector<vulkan::Candidate> candidates = vulkan::list_candidates(*instance);
    const int best = vulkan::best_candidate(candidates);
    std::vector<VulkanCandidate> result;
    for (int i = 0; i < static_cast<int>(candidates.size()); ++i) {
      const vulkan::Candidate& candidate = candidates[i];
      result.push_back({candidate.name, candidate.type, candidate.driver, candidate.api_version,
                        candidate.reasons.empty(), i == best, candidate.reasons});
    }
    return result;
  } catch (...) {
    return unavailable(vulkan::status_of_exception("listing Vulkan devices").message());
  }
}

}  // namespace diorama
