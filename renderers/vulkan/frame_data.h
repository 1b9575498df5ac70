// From (scene, states, views) to the flat tables that the shaders read: poses, culling, sorting,
// exposure. No graphics API here. Everything of a view follows from its scene, state and camera
// alone, never from the rest of the batch. Values and functions of values; thread-safe.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "engine/scene/scene.h"
#include "renderers/renderer.h"
#include "renderers/vulkan/shaders.h"

namespace diorama::vulkan {

inline constexpr int kMaxLights = 8;
inline constexpr int kShadowSizeTexels = 1024;
/// Lengths of the shaders' tables of a chunk: 16 KiB, which every device has, hold them.
inline constexpr int kMaxChunkViews = 64;
inline constexpr int kMaxChunkLights = 336;

using Float2 = std::array<float, 2>;
using Float3 = std::array<float, 3>;
using Float4 = std::array<float, 4>;

// The records mirror shaders/tables.glsl and the vertex inputs, in scalar layout.
struct ViewRecord {
  Float4 ray{};
  Float4 shadow_row_u{};
  Float4 shadow_row_v{};
  Float4 shadow_row_depth{};
  Float4 irradiance_0_up_x{};
  Float4 irradiance_1_up_y{};
  Float4 irradiance_2_up_z{};
  Float4 zenith_sun_x{};
  Float4 horizon_sun_y{};
  Float4 ground_sun_z{};
  Float4 sun_power_layer{};
  float shadow_offset = 0.0F;
  std::uint32_t first_light = 0;
  std::array<std::uint32_t, 2> pad{};
};
static_assert(sizeof(ViewRecord) == 192);

struct LightRecord {
  Float3 position_camera{};
  std::int32_t type = 0;
  Float3 toward_camera{};
  float cos_cutoff = 0.0F;
  Float3 power{};
  float pad = 0.0F;
};
static_assert(sizeof(LightRecord) == 48);

struct InstanceRecord {
  Float4 row_x{};
  Float4 row_y{};
  Float4 row_z{};
  Float4 projection{};
  Float2 depth_projection{};
  std::array<std::uint32_t, 2> layer_id{};  ///< Of an amodal mask: its plane's layer and the bit.
  std::array<std::uint32_t, 2> surface{};  ///< Material, packed as shaders/surface.glsl says.
  std::array<std::int32_t, 3> texture_place{-1, 0, 0};  ///< Page, layer, layers between cube faces.
  std::array<float, 3> pad{};
  Float4 map_scale{};
  Float4 map_offset{};
};
static_assert(sizeof(InstanceRecord) == 144);

struct CasterRecord {
  Float4 row_x{};
  Float4 row_y{};
  Float4 row_z{};
  std::uint32_t layer = 0;
  std::array<std::uint32_t, 3> pad{};
};
static_assert(sizeof(CasterRecord) == 64);

/// Triangles on the device, as a draw names them.
struct Geometry {
  struct Range {
    std::uint32_t first_index = 0;
    std::uint32_t num_indices = 0;
  };
  std::vector<Range> levels;     ///< The surface itself, its levels of detail, and what throws its shadow if that is another.
  std::vector<double> errors_m;  ///< Of the levels of detail, see levels.h.
  std::int32_t first_vertex = 0;
  bool has_caster = false;     ///< The last of `levels` throws the shadow.
  bool closed = false;         ///< Back faces need not be drawn.
  bool has_texcoords = false;  ///< The mesh's own, not the planar rule's.
  Bounds bounds;               ///< In the shape's frame.
};

/// Where a texture lies in the pages.
struct TextureSlot {
  int page = -1;
  int layer = 0;
};

/// The device's side of a scene, parallel to its arrays.
struct SceneOnDevice {
  std::vector<const Geometry*> shapes;  ///< Null for shapes that are not drawn.
  std::vector<TextureSlot> textures;
};

/// VkDrawIndexedIndirectCommand: the instances of one level of a geometry.
struct DrawCommand {
  std::uint32_t num_indices = 0;
  std::uint32_t num_instances = 0;
  std::uint32_t first_index = 0;
  std::int32_t first_vertex = 0;
  std::uint32_t first_instance = 0;
};
static_assert(sizeof(DrawCommand) == 20);

/// One indirect draw: commands with one pipeline.
struct Draw {
  SurfaceKind kind = SurfaceKind::kPlain;
  bool closed = false;
  std::uint32_t first_command = 0;  ///< In FrameData::commands.
  std::uint32_t num_commands = 0;   ///< At most kMaxDrawCommands.
};
/// What every device takes that has multiDrawIndirect.
inline constexpr std::uint32_t kMaxDrawCommands = 65535;

/// What lights a scene has: shaders are made for it.
struct LightSetup {
  enum class Sun : std::int32_t { kNone = 0, kPlain = 1, kShadow = 2 };
  Sun sun = Sun::kNone;  ///< The sun with the shadow map, else the first one.
  int num_others = 0;
  auto operator<=>(const LightSetup&) const = default;
};

/// What is drawn of each pixel besides depth and an id.
struct DrawMode {
  bool shade = true;      ///< Colour; without it there are no lights, textures and shadows.
  bool normals = false;
  bool shape_ids = false; ///< Ids are those of shapes (index + 1) instead of objects.
  bool layers = false;    ///< What lies behind the first surface, too.
  int amodal_planes = 0;  ///< If above 0, nothing but the masks of objects is drawn, so many planes per view.
};

/// Views that are drawn in one pass: they are the layers of the targets.
struct Chunk {
  DrawMode mode;
  int first_view = 0;          ///< In the submission.
  int first_view_record = 0;   ///< In FrameData::views; a multiple of 256 bytes, as kMaxChunkViews.
  int first_light_record = 0;  ///< In FrameData::lights; likewise.
  int num_views = 0;
  int shadow_maps = -1;        ///< In FrameData::shadow_maps, -1 = none. Chunks with the same follow each other.
  std::vector<Draw> draws;
};

/// The sun's shadow maps of some chunks: the layers of one image, each for all states whose casters stand alike.
struct ShadowMaps {
  int num_layers = 0;
  std::vector<Draw> draws;
  /// Where many triangles never move: by layer, the one that these are drawn in and copied from, itself or one before it.
  /// Empty where nothing is copied; `draws` are all then.
  std::vector<int> static_layers;
  std::vector<Draw> static_draws;  ///< Before the others.
};

struct ChunkLimits {
  int max_views = 1;  ///< At most kMaxChunkViews.
  int max_shadow_layers = 1;  ///< Of ShadowMaps.
};

struct FrameData {
  std::vector<ViewRecord> views;  ///< Filled up to kMaxChunkViews after the last chunk's first.
  std::vector<LightRecord>
      lights;  ///< Likewise to kMaxChunkLights; of each view its own, from its chunk's first.
  LightSetup light_setup;
  std::vector<InstanceRecord> instances;
  std::vector<CasterRecord> casters;
  std::vector<DrawCommand> commands;
  std::vector<ShadowMaps> shadow_maps;
  std::vector<Chunk> chunks;
};

static_assert(kMaxChunkViews * sizeof(ViewRecord) <= 16384);
static_assert(kMaxChunkLights * sizeof(LightRecord) <= 16384);
static_assert(kMaxChunkLights >= kMaxLights);

/// Frames and cameras of `views` must be in range, and lights at most kMaxLights.
FrameData pack_frames(const Scene& scene, std::span<const State> states,
                      std::span<const FrameView> views, const SceneOnDevice& device, const DrawMode& mode,
                      const ChunkLimits& limits);

/// Appends the chunks of `more`, which need no tables of views and lights (they do not shade), its first view becoming
/// `first_view`.
void append_frames(FrameData& data, FrameData&& more, int first_view);

}  // namespace diorama::vulkan
