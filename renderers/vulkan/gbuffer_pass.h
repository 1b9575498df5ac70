// Draws the views of one chunk as layers of array images: depth, ids, normals and surfaces in one pass,
// then colour from these, every pixel once.
// Owned by the renderer; the Device must outlive it. The targets are shared by all submissions,
// which run one after the other on the queue. Not thread-safe.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <vector>

#include "renderers/vulkan/draw_tables.h"
#include "renderers/vulkan/readback.h"
#include "renderers/vulkan/vk_commands.h"
#include "renderers/vulkan/vk_pipeline.h"

namespace diorama::vulkan {

/// Vertex input and stages of the surfaces' pipelines.
PipelineConfig surface_pipeline_config(SurfaceKind kind, bool normals);
/// Array images of one picture size.
struct Targets {
  int width = 0;
  int height = 0;
  int layers = 0;
  std::uint64_t serial = 0;  ///< Of its own, above 0.
  bool has_normals = false;
  Image surface;  ///< RGBA32_UINT, what shading needs.
  Image color;    ///< RGBA8, sRGB encoded by the shader.
  Image depth_m;  ///< R32F, metres; 0 where nothing is hit. Can be read by shaders.
  Image id;       ///< R16_UINT, of objects or shapes.
  Image normal;   ///< RGBA8_SINT, 127 n; only if normals were asked for.
  Image z;        ///< D32F, reversed.
};

class GbufferPass {
 public:
  explicit GbufferPass(Device& device);

  const vk::raii::DescriptorSetLayout& set_layout() const { return set_layout_; }
  vk::Sampler sampler() const { return *sampler_; }  ///< For Targets.

  /// Targets of at least `layers` layers. They hold until the next call. May wait for the device.
  const Targets& targets(int width, int height, int layers, bool normals);

  /// Draws the chunk and copies what `readback` takes to its views' places there.
  void record(const vk::raii::CommandBuffer& commands, const GpuScene& scene,
              const DrawTables& tables, vk::DescriptorSet set, const Targets& targets,
              const Chunk& chunk, const LightSetup& lights, const Readback& readback);

 private:
  const vk::raii::Pipeline& surface_pipeline(SurfaceKind kind, bool normals);
  const vk::raii::Pipeline& shade_pipeline(const LightSetup& lights);
  void draw_surfaces(const vk::raii::CommandBuffer& commands, const DrawTables& tables, const Chunk& chunk);
  void shade_surfaces(const vk::raii::CommandBuffer& commands, const Targets& targets,
                      int num_views, const LightSetup& lights);

  Device* device_;
  vk::raii::DescriptorSetLayout set_layout_;
  vk::raii::PipelineLayout layout_;
  vk::raii::Sampler sampler_;
  // Made at first use: each costs a compilation. Surfaces without and with normals.
  std::array<std::array<std::optional<vk::raii::Pipeline>, kNumSurfaceKinds>, 2> surface_pipelines_;
  std::map<LightSetup, vk::raii::Pipeline> shade_pipelines_;
  std::vector<Targets> targets_;  ///< Last used first.
  std::uint64_t last_serial_ = 0;
};

}  // namespace diorama::vulkan
