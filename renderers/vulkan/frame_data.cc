#include "renderers/vulkan/frame_data.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <glm/gtc/packing.hpp>

#include "renderers/levels/levels.h"
#include "renderers/lighting.h"
#include "renderers/vulkan/shadow_fit.h"

namespace diorama::vulkan {
namespace {

Float3 to_float(const dvec3& v) {
  return {static_cast<float>(v.x), static_cast<float>(v.y), static_cast<float>(v.z)};
}
Float4 to_float(const dvec4& v) {
  return {static_cast<float>(v.x), static_cast<float>(v.y), static_cast<float>(v.z),
          static_cast<float>(v.w)};
}

/// 0..1 in so many bits.
std::uint32_t to_bits(double value, int bits) {
  return static_cast<std::uint32_t>(std::lround(std::clamp(value, 0.0, 1.0) * ((1 << bits) - 1)));
}
constexpr double kMostHalf = 65504.0;

/// Row `axis` of the 3x4 matrix of a pose.
dvec4 pose_row(const Pose& pose, const dmat3& rotation, int axis) {
  return {rotation[0][axis], rotation[1][axis], rotation[2][axis], pose.position[axis]};
}

/// `row` acts on points of frame a; the result acts on points of frame b.
dvec4 row_times_pose(const dvec4& row, const Pose& a_from_b) {
  const dmat3 rotation = glm::mat3_cast(a_from_b.rotation);
  const dvec3 axes(row);
  return {glm::dot(axes, rotation[0]), glm::dot(axes, rotation[1]), glm::dot(axes, rotation[2]),
          glm::dot(axes, a_from_b.position) + row.w};
}

/// Shapes that one instanced draw can take together.
struct Group {
  const Geometry* geometry = nullptr;
  SurfaceKind kind = SurfaceKind::kPlain;
  bool last = false;   ///< Planes: most of them lies behind other things, which then hide it early.
  bool moves = false;  ///< Of casters.
  std::vector<int> shapes{};
};

SurfaceKind surface_kind(const Scene& scene, const Shape& shape, bool shade) {
  if (!shade) return SurfaceKind::kGeometryOnly;
  const Material& material = scene.materials[shape.material.index];
  if (!material.texture.valid()) return SurfaceKind::kPlain;
  const bool cube = scene.textures[material.texture.index]->type == Texture::Type::kCube;
  return cube || material.mapping == TextureMapping::kCube ? SurfaceKind::kCube
                                                           : SurfaceKind::kImage;
}

/// To the group that is like `wanted`, or to a new one.
void add_to_groups(std::vector<Group>& groups, const Group& wanted, int shape) {
  const auto found = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
    return group.geometry == wanted.geometry && group.kind == wanted.kind && group.last == wanted.last &&
           group.moves == wanted.moves;
  });
  Group& group = found != groups.end() ? *found : groups.emplace_back(wanted);
  group.shapes.push_back(shape);
}

/// How a shape's points become texture coordinates, see gbuffer.vert.
void set_mapping(const Material& material, const Shape& shape, const Geometry& geometry,
                 SurfaceKind kind, InstanceRecord& record) {
  const dvec3 lower = geometry.bounds.lower, upper = geometry.bounds.upper;
  const dvec3 extent = glm::max(upper - lower, dvec3(1e-9));
  if (kind == SurfaceKind::kCube) {
    const dvec3 scale = 2.0 / extent;
    record.map_scale = to_float(dvec4(scale, 0.0));
    record.map_offset = to_float(dvec4(-0.5 * (lower + upper) * scale, 0.0));
  } else if (kind == SurfaceKind::kImage) {
    const dvec2 repeat = material.texture_repeat;
    if (material.mapping == TextureMapping::kMesh && shape.type == ShapeType::kMesh &&
        geometry.has_texcoords) {
      record.map_scale = {0.0F, 0.0F, 1.0F, 1.0F};
    } else if (material.mapping == TextureMapping::kUniform) {
      record.map_scale = to_float(dvec4(repeat.x, -repeat.y, 0.0, 0.0));
    } else {
      const dvec2 scale = repeat / dvec2(extent);
      record.map_scale = to_float(dvec4(scale.x, -scale.y, 0.0, 0.0));
      record.map_offset = to_float(dvec4(-lower.x * scale.x, upper.y * scale.y, 0.0, 0.0));
    }
  }
}

/// The half spaces that a camera sees, in its frame. Normals point inward.
struct Frustum {
  std::array<dvec3, 4> normals;
  double near_m;
  double far_m;

  explicit Frustum(const Camera& camera) : near_m(camera.near_m), far_m(camera.far_m) {
    const Intrinsics& k = camera.intrinsics;
    normals[0] = glm::normalize(dvec3(1, 0, (0.5 + k.cx_px) / k.fx_px));
    normals[1] = glm::normalize(dvec3(-1, 0, (k.width_px - 0.5 - k.cx_px) / k.fx_px));
    normals[2] = glm::normalize(dvec3(0, 1, (0.5 + k.cy_px) / k.fy_px));
    normals[3] = glm::normalize(dvec3(0, -1, (k.height_px - 0.5 - k.cy_px) / k.fy_px));
  }

  bool sees(const dvec3& center, double radius) const {
    if (center.z + radius < near_m || center.z - radius > far_m) return false;
    for (const dvec3& normal : normals) {
      if (glm::dot(normal, center) < -radius) return false;
    }
    return true;
  }
};

/// How far an endless plane must be stretched along its x and y from what is drawn, so that its
/// border lies beyond far_m. 1 where that is so anyway, and along sides that do end.
dvec2 endless_stretch(const Shape& shape, const Camera& camera, const Pose& camera_from_shape) {
  dvec2 stretch(1.0);
  if (shape.type != ShapeType::kPlane) return stretch;
  const Intrinsics& k = camera.intrinsics;
  const double x = std::max(k.cx_px + 0.5, k.width_px - 0.5 - k.cx_px) / k.fx_px;
  const double y = std::max(k.cy_px + 0.5, k.height_px - 0.5 - k.cy_px) / k.fy_px;
  const double reach = camera.far_m * std::sqrt(1.0 + x * x + y * y);
  const dvec3 eye = inverse(camera_from_shape).position;
  for (int axis = 0; axis < 2; ++axis) {
    if (shape.size[axis] > 0.0) continue;
    stretch[axis] = std::max(1.0, (std::abs(eye[axis]) + reach) / kDrawnPlaneHalfExtentM);
  }
  return stretch;
}

/// Fills up so that the next record's offset is one that every device takes for a uniform block.
template <typename Record>
void align(std::vector<Record>& records) {
  while (records.size() * sizeof(Record) % 256 != 0) records.emplace_back();
}

/// What all views of one state share.
struct FrameInfo {
  std::vector<Pose> world_from_node;
  std::vector<Pose> world_from_light;
  std::optional<ShadowFit> shadow;
  std::vector<double> shadow_scene;  ///< All that the map depends on: the sun's direction and the casters' poses.
};

class Packer {
 public:
  Packer(const Scene& scene, std::span<const State> states, std::span<const FrameView> views,
         const SceneOnDevice& device, const DrawMode& mode, const ChunkLimits& limits)
      : scene_(scene),
        states_(states),
        views_(views),
        device_(device),
        mode_(mode),
        shade_(mode.shade),
        limits_(limits),
        exposure_(exposure_of(scene)),
        initial_(initial_node_poses(scene)) {}

  FrameData pack() {
    make_groups();
    if (shade_) {
      sky_ = sky_light(scene_.sky, exposure_);
      data_.light_setup = light_setup();
    }
    for (std::size_t i = 0; i < views_.size(); ++i) add_view(static_cast<int>(i));
    data_.views.resize(data_.chunks.back().first_view_record + kMaxChunkViews);
    data_.lights.resize(data_.chunks.back().first_light_record + kMaxChunkLights);
    for (Chunk& chunk : data_.chunks) add_draws(chunk);
    for (std::size_t i = 0; i < data_.shadow_maps.size(); ++i) add_casters(data_.shadow_maps[i], shadow_frames_[i]);
    return std::move(data_);
  }

 private:
  void make_groups() {
    for (int i = 0; i < static_cast<int>(scene_.shapes.size()); ++i) {
      const Shape& shape = scene_.shapes[i];
      if (device_.shapes[i] != nullptr) {
        add_to_groups(groups_,
                      {.geometry = device_.shapes[i],
                       .kind = surface_kind(scene_, shape, shade_),
                       .last = shape.type == ShapeType::kPlane},
                      i);
      }
      // Planes are what shadows fall on.
      if (shade_ && device_.shapes[i] != nullptr && shape.type != ShapeType::kPlane) {
        add_to_groups(caster_groups_, {.geometry = device_.shapes[i], .moves = moves(i)}, i);
      }
    }
    std::stable_partition(groups_.begin(), groups_.end(), [](const Group& g) { return !g.last; });
  }

  /// Finds the sun: the first that casts a shadow, else the first.
  LightSetup light_setup() {
    const int num_lights = static_cast<int>(scene_.lights.size());
    const bool has_casters = !caster_groups_.empty();
    for (const bool with_shadow : {true, false}) {
      for (int i = 0; i < num_lights && sun_ < 0; ++i) {
        const Light& light = scene_.lights[i];
        if (light.type != LightType::kSun || (with_shadow && !light.casts_shadow)) continue;
        sun_ = i;
        has_shadow_ = with_shadow && has_casters;
      }
    }
    if (sun_ < 0) return {LightSetup::Sun::kNone, num_lights};
    return {has_shadow_ ? LightSetup::Sun::kShadow : LightSetup::Sun::kPlain, num_lights - 1};
  }

  const FrameInfo& frame(int index) {
    const auto found = frames_.find(index);
    if (found != frames_.end()) return found->second;
    FrameInfo info;
    info.world_from_node = node_poses(scene_, states_[index]);
    if (shade_) {
      for (int i = 0; i < static_cast<int>(scene_.lights.size()); ++i) {
        info.world_from_light.push_back(
            light_pose(scene_, LightId(i), info.world_from_node, initial_));
      }
    }
    if (shade_ && has_shadow_) {
      std::vector<ShadowCaster> casters;
      for (const Group& group : caster_groups_) {
        for (const int shape : group.shapes) {
          casters.push_back(
              {info.world_from_node[scene_.shapes[shape].node.index], group.geometry->bounds});
        }
      }
      const dvec3 direction = glm::normalize(info.world_from_light[sun_].rotate(dvec3(0, 0, 1)));
      info.shadow = fit_shadow(casters, direction, kShadowSizeTexels);
      info.shadow_scene = {direction.x, direction.y, direction.z};
      for (const ShadowCaster& caster : casters) {
        const Pose& pose = caster.world_from_shape;
        info.shadow_scene.insert(info.shadow_scene.end(),
                                 {pose.position.x, pose.position.y, pose.position.z, pose.rotation.w,
                                  pose.rotation.x, pose.rotation.y, pose.rotation.z});
      }
    }
    return frames_.emplace(index, std::move(info)).first->second;
  }

  /// Sees to it that the current shadow maps hold the frame's.
  void add_shadow_map(int frame_index, const FrameInfo& info) {
    if (shadow_layers_.contains(info.shadow_scene)) return;
    if (data_.shadow_maps.empty() || data_.shadow_maps.back().num_layers >= limits_.max_shadow_layers) {
      data_.shadow_maps.emplace_back();
      shadow_frames_.emplace_back();
      shadow_layers_.clear();
    }
    shadow_layers_.emplace(info.shadow_scene, data_.shadow_maps.back().num_layers++);
    shadow_frames_.back().push_back(frame_index);
  }

  /// Opens a chunk for the view if the current one has no room, and adds its tables.
  void add_view(int index) {
    const FrameView& view = views_[index];
    const FrameInfo& info = frame(view.frame);
    const Camera& camera = scene_.cameras[view.camera.index];
    if (info.shadow) add_shadow_map(view.frame, info);
    const int maps = static_cast<int>(data_.shadow_maps.size()) - 1;
    const int num_lights = static_cast<int>(scene_.lights.size());
    const int max_views = std::min(
        limits_.max_views, shade_ ? kMaxChunkLights / std::max(num_lights, 1) : kMaxChunkViews);
    if (data_.chunks.empty() || data_.chunks.back().num_views >= max_views || data_.chunks.back().shadow_maps != maps) {
      align(data_.views);
      align(data_.lights);
      Chunk& next = data_.chunks.emplace_back();
      next.mode = mode_;
      next.first_view = index;
      next.first_view_record = static_cast<int>(data_.views.size());
      next.first_light_record = static_cast<int>(data_.lights.size());
      next.shadow_maps = maps;
    }
    Chunk& chunk = data_.chunks.back();
    ++chunk.num_views;

    const Pose world_from_camera =
        camera_pose(scene_, view.camera, states_[view.frame], info.world_from_node, initial_);
    world_from_camera_.push_back(world_from_camera);
    ViewRecord record;
    const Intrinsics& k = camera.intrinsics;
    // Fragments sit at pixel + 0.5, pixels at whole numbers.
    record.ray = to_float(dvec4(1.0 / k.fx_px, 1.0 / k.fy_px, -(k.cx_px + 0.5) / k.fx_px,
                                -(k.cy_px + 0.5) / k.fy_px));
    const Pose camera_from_world = inverse(world_from_camera);
    if (shade_) set_sky(camera_from_world, record);
    if (info.shadow) {
      record.sun_power_layer[3] = static_cast<float>(shadow_layers_.at(info.shadow_scene));
      record.shadow_row_u = to_float(row_times_pose(info.shadow->row_u, world_from_camera));
      record.shadow_row_v = to_float(row_times_pose(info.shadow->row_v, world_from_camera));
      record.shadow_row_depth = to_float(row_times_pose(info.shadow->row_depth, world_from_camera));
      // A texel and a half, and two steps of the 16-bit depth.
      record.shadow_offset = static_cast<float>(1.5 * info.shadow->texel_m +
                                                2.0 / 65535.0 * info.shadow->depth_range_m);
    }
    if (shade_) add_lights(info, camera_from_world, record);
    data_.views.push_back(record);
  }

  void set_sky(const Pose& camera_from_world, ViewRecord& view) const {
    const dvec3 up_camera = camera_from_world.rotate(dvec3(0, 0, 1));
    view.irradiance_0_up_x = to_float(dvec4(sky_.irradiance_constant, up_camera.x));
    view.irradiance_1_up_y = to_float(dvec4(sky_.irradiance_linear, up_camera.y));
    view.irradiance_2_up_z = to_float(dvec4(sky_.irradiance_quadratic, up_camera.z));
    view.zenith_sun_x = to_float(dvec4(sky_.zenith, 0.0));
    view.horizon_sun_y = to_float(dvec4(sky_.horizon, 0.0));
    view.ground_sun_z = to_float(dvec4(sky_.ground, 0.0));
  }

  void add_lights(const FrameInfo& info, const Pose& camera_from_world, ViewRecord& view) {
    view.first_light = static_cast<std::uint32_t>(static_cast<int>(data_.lights.size()) -
                                                  data_.chunks.back().first_light_record);
    for (int i = 0; i < static_cast<int>(scene_.lights.size()); ++i) {
      const Light& light = scene_.lights[i];
      const Pose camera_from_light = camera_from_world * info.world_from_light[i];
      const double power =
          light.type == LightType::kSun ? light.illuminance_lux : light.intensity_candela;
      LightRecord record;
      record.position_camera = to_float(camera_from_light.position);
      record.type = light.type == LightType::kSun ? 0 : light.type == LightType::kPoint ? 1 : 2;
      record.toward_camera = to_float(-glm::normalize(camera_from_light.rotate(dvec3(0, 0, 1))));
      record.cos_cutoff = static_cast<float>(std::cos(light.cutoff_rad));
      record.power = to_float(light.color_linear * (power * exposure_));
      if (i != sun_) {
        data_.lights.push_back(record);
        continue;
      }
      view.zenith_sun_x[3] = record.toward_camera[0];
      view.horizon_sun_y[3] = record.toward_camera[1];
      view.ground_sun_z[3] = record.toward_camera[2];
      std::copy(record.power.begin(), record.power.end(), view.sun_power_layer.begin());
    }
  }

  void add_draws(Chunk& chunk) {
    for (const Group& group : groups_) {
      instances_by_level_.resize(std::max(instances_by_level_.size(), group.geometry->levels.size()));
      for (const int shape : group.shapes) add_instances(chunk, group, shape);
      add_commands(group, instances_by_level_, data_.instances, chunk.draws);
    }
  }

  /// `frames`: those of the layers.
  void add_casters(ShadowMaps& maps, std::span<const int> frames) {
    maps.static_layers = static_layers(frames);
    for (const Group& group : caster_groups_) {
      casters_by_level_.resize(std::max(casters_by_level_.size(), group.geometry->levels.size()));
      const bool copied = !group.moves && !maps.static_layers.empty();
      for (int layer = 0; layer < maps.num_layers; ++layer) {
        const auto place = static_cast<std::size_t>(layer);
        if (copied && maps.static_layers[place] != layer) continue;
        for (const int shape : group.shapes) add_caster(layer, frame(frames[place]), *group.geometry, shape);
      }
      add_commands(group, casters_by_level_, data_.casters, copied ? maps.static_draws : maps.draws);
    }
  }

  bool moves(int shape) const { return scene_.bodies[scene_.shapes[shape].body.index].motion != Motion::kStatic; }

  /// ShadowMaps::static_layers.
  std::vector<int> static_layers(std::span<const int> frames) {
    // Copying a layer has its price, too: about that of a thousand triangles on a device of the CPU.
    constexpr std::uint32_t kWorthIndices = 3 * 4096;
    std::vector<int> bases;
    std::uint32_t indices = 0;
    bool copied = false;
    for (std::size_t layer = 0; layer < frames.size(); ++layer) {
      const FrameInfo& own = frame(frames[layer]);
      std::size_t base = 0;
      while (base < layer && !same_static_map(own, frame(frames[base]))) ++base;
      bases.push_back(static_cast<int>(base));
      copied = copied || base < layer;
    }
    for (const Group& group : caster_groups_) {
      if (group.moves || bases.empty()) continue;
      const double texel_m = frame(frames.front()).shadow->texel_m;
      indices += group.geometry->levels[static_cast<std::size_t>(caster_level(*group.geometry, texel_m))].num_indices *
                 static_cast<std::uint32_t>(group.shapes.size());
    }
    if (!copied || indices < kWorthIndices) return {};
    return bases;
  }

  /// Whether all that never moves has the same place in the maps of both.
  bool same_static_map(const FrameInfo& a, const FrameInfo& b) const {
    if (a.shadow->row_u != b.shadow->row_u || a.shadow->row_v != b.shadow->row_v || a.shadow->row_depth != b.shadow->row_depth) return false;
    for (const Group& group : caster_groups_) {
      for (const int shape : group.shapes) {
        const auto node = static_cast<std::size_t>(scene_.shapes[shape].node.index);
        const Pose &in_a = a.world_from_node[node], &in_b = b.world_from_node[node];
        if (!group.moves && (in_a.position != in_b.position || in_a.rotation != in_b.rotation)) return false;
      }
    }
    return true;
  }

  /// Moves the records of a group's levels to the others of their kind.
  template <typename Record>
  void add_commands(const Group& group, std::vector<std::vector<Record>>& by_level,
                    std::vector<Record>& records, std::vector<Draw>& draws) {
    const Geometry& geometry = *group.geometry;
    for (std::size_t level = 0; level < geometry.levels.size(); ++level) {
      if (by_level[level].empty()) continue;
      const Draw* const last = draws.empty() ? nullptr : &draws.back();
      if (last == nullptr || last->kind != group.kind || last->closed != geometry.closed ||
          last->num_commands == kMaxDrawCommands) {
        draws.push_back({group.kind, geometry.closed, static_cast<std::uint32_t>(data_.commands.size()), 0});
      }
      ++draws.back().num_commands;
      data_.commands.push_back({geometry.levels[level].num_indices,
                                static_cast<std::uint32_t>(by_level[level].size()),
                                geometry.levels[level].first_index, geometry.first_vertex,
                                static_cast<std::uint32_t>(records.size())});
      records.insert(records.end(), by_level[level].begin(), by_level[level].end());
      by_level[level].clear();
    }
  }

  void set_material(const Shape& shape, InstanceRecord& record) const {
    if (!shade_) return;
    const Material& material = scene_.materials[shape.material.index];
    const dvec3 color = glm::sqrt(material.base_color_linear);
    const double roughness = std::clamp(material.roughness, kLeastRoughness, 1.0);
    const std::uint32_t emission = glm::packHalf1x16(
        static_cast<float>(std::min(material.emission_nits * exposure_, kMostHalf)));
    record.surface = {to_bits(color.x, 11) | to_bits(color.y, 11) << 11 | to_bits(color.z, 10) << 22,
                      to_bits(roughness, 8) | to_bits(material.metallic, 8) << 8 | emission << 16};
    if (!material.texture.valid()) return;
    const TextureSlot slot = device_.textures[material.texture.index];
    const Texture& texture = *scene_.textures[material.texture.index];
    record.texture_place = {slot.page, slot.layer, texture.type == Texture::Type::kCube ? 1 : 0};
  }

  void add_instances(const Chunk& chunk, const Group& group, int shape_index) {
    const Shape& shape = scene_.shapes[shape_index];
    const Bounds& bounds = group.geometry->bounds;
    const dvec3 center = 0.5 * (bounds.lower + bounds.upper);
    const double radius = 0.5 * glm::length(bounds.upper - bounds.lower);
    InstanceRecord record;
    const int object = scene_.bodies[shape.body.index].object_index;
    record.layer_id[1] = static_cast<std::uint32_t>(
        mode_.amodal_planes > 0 ? object % kAmodalObjectsPerPlane
        : mode_.shape_ids       ? shape_index + 1
                                : object + 1);
    set_material(shape, record);
    set_mapping(scene_.materials[shape.material.index], shape, *group.geometry, group.kind, record);
    const Float4 map_scale = record.map_scale;
    for (int layer = 0; layer < chunk.num_views; ++layer) {
      const int view_index = chunk.first_view + layer;
      const FrameView& view = views_[view_index];
      const Camera& camera = scene_.cameras[view.camera.index];
      const Pose camera_from_shape = inverse(world_from_camera_[view_index]) *
                                     frame(view.frame).world_from_node[shape.node.index];
      const dvec2 stretch = endless_stretch(shape, camera, camera_from_shape);
      const double reach = radius * std::max(stretch.x, stretch.y);
      if (!Frustum(camera).sees(camera_from_shape.transform_point(center), reach)) continue;
      const int level = choose_level(group.geometry->errors_m, bounds, camera, camera_from_shape);
      dmat3 rotation = glm::mat3_cast(camera_from_shape.rotation);
      rotation[0] *= stretch.x;
      rotation[1] *= stretch.y;
      record.map_scale = map_scale;
      record.map_scale[0] *= static_cast<float>(stretch.x);
      record.map_scale[1] *= static_cast<float>(stretch.y);
      record.row_x = to_float(pose_row(camera_from_shape, rotation, 0));
      record.row_y = to_float(pose_row(camera_from_shape, rotation, 1));
      record.row_z = to_float(pose_row(camera_from_shape, rotation, 2));
      const Intrinsics& k = camera.intrinsics;
      record.projection = to_float(dvec4(2.0 * k.fx_px / k.width_px, 2.0 * k.fy_px / k.height_px,
                                         2.0 * (k.cx_px + 0.5) / k.width_px - 1.0,
                                         2.0 * (k.cy_px + 0.5) / k.height_px - 1.0));
      // Reversed: 1 at near_m, 0 at far_m, so that float spreads its precision evenly over
      // distance.
      const double range = camera.far_m - camera.near_m;
      record.depth_projection = {static_cast<float>(-camera.near_m / range),
                                 static_cast<float>(camera.near_m * camera.far_m / range)};
      record.layer_id[0] = static_cast<std::uint32_t>(
          mode_.amodal_planes > 0 ? layer * mode_.amodal_planes + object / kAmodalObjectsPerPlane : layer);
      instances_by_level_[static_cast<std::size_t>(level)].push_back(record);
    }
  }

  /// What throws the shadow: what is meant for it, else the coarsest that moves no border by more than a texel.
  static int caster_level(const Geometry& geometry, double texel_m) {
    if (geometry.has_caster) return static_cast<int>(geometry.levels.size()) - 1;
    const auto beyond = std::upper_bound(geometry.errors_m.begin(), geometry.errors_m.end(), texel_m);
    return static_cast<int>(beyond - geometry.errors_m.begin());
  }

  void add_caster(int layer, const FrameInfo& info, const Geometry& geometry, int shape_index) {
    const Pose& world_from_shape = info.world_from_node[scene_.shapes[shape_index].node.index];
    CasterRecord record;
    const dvec4 to_clip(0, 0, 0, -1);
    record.row_x = to_float(row_times_pose(2.0 * info.shadow->row_u + to_clip, world_from_shape));
    record.row_y = to_float(row_times_pose(2.0 * info.shadow->row_v + to_clip, world_from_shape));
    record.row_z = to_float(row_times_pose(info.shadow->row_depth, world_from_shape));
    record.layer = static_cast<std::uint32_t>(layer);
    casters_by_level_[static_cast<std::size_t>(caster_level(geometry, info.shadow->texel_m))].push_back(record);
  }

  const Scene& scene_;
  std::span<const State> states_;
  std::span<const FrameView> views_;
  const SceneOnDevice& device_;
  DrawMode mode_;
  bool shade_;
  ChunkLimits limits_;
  double exposure_;
  std::vector<Pose> initial_;
  SkyLight sky_;
  int sun_ = -1;  ///< Light with the values of its own in ViewRecord.
  bool has_shadow_ = false;
  std::vector<Group> groups_;
  std::vector<Group> caster_groups_;
  std::map<int, FrameInfo> frames_;
  std::vector<Pose> world_from_camera_;  ///< By view.
  std::map<std::vector<double>, int> shadow_layers_;  ///< FrameInfo::shadow_scene to layer, of the current maps.
  std::vector<std::vector<int>> shadow_frames_;       ///< By maps and layer.
  std::vector<std::vector<InstanceRecord>> instances_by_level_;  ///< Of the group at hand; empty in between.
  std::vector<std::vector<CasterRecord>> casters_by_level_;      ///< Likewise.
  FrameData data_;
};

}  // namespace

FrameData pack_frames(const Scene& scene, std::span<const State> states,
                      std::span<const FrameView> views, const SceneOnDevice& device,
                      const DrawMode& mode, const ChunkLimits& limits) {
  return Packer(scene, states, views, device, mode, limits).pack();
}

void append_frames(FrameData& data, FrameData&& more, int first_view) {
  const auto first_instance = static_cast<std::uint32_t>(data.instances.size());
  const auto first_command = static_cast<std::uint32_t>(data.commands.size());
  data.instances.insert(data.instances.end(), more.instances.begin(), more.instances.end());
  for (DrawCommand& command : more.commands) {
    command.first_instance += first_instance;
    data.commands.push_back(command);
  }
  for (Chunk& chunk : more.chunks) {
    chunk.shadow_maps = -1;
    chunk.first_view += first_view;
    for (Draw& draw : chunk.draws) draw.first_command += first_command;
    data.chunks.push_back(std::move(chunk));
  }
}

}  // namespace diorama::vulkan
