#include "renderers/surface_labels.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "renderers/wide.h"

namespace diorama {
namespace {

using FrameCamera = std::pair<int, int>;

FrameCamera key_of(const FrameView& view) { return {view.frame, view.camera.index}; }

constexpr float kDepthSlack = 0.01F;

/// K^-1, so that camera x/z, y/z, 1 = K^-1 (u, v, 1).
dmat3 inverse_intrinsics(const Intrinsics& k) {
  return dmat3(dvec3(1.0 / k.fx_px, 0, 0), dvec3(0, 1.0 / k.fy_px, 0), dvec3(-k.cx_px / k.fx_px, -k.cy_px / k.fy_px, 1));
}

dmat3 intrinsics_matrix(const Intrinsics& k) {
  return dmat3(dvec3(k.fx_px, 0, 0), dvec3(0, k.fy_px, 0), dvec3(k.cx_px, k.cy_px, 1));
}

/// Points of some pixels of a row that lie next to each other.
struct PixelStrip {
  static constexpr int kSize = 128;
  alignas(64) std::array<double, kSize> x;
  alignas(64) std::array<double, kSize> y;
  alignas(64) std::array<double, kSize> z;
};

/// depth (by_u u + base) + offset, u from first_u on.
DIORAMA_WIDE void map_pixels(const dvec3& by_u, const dvec3& base, const dvec3& offset, const float* depth, int first_u, int count,
                             PixelStrip& to) {
  DIORAMA_INDEPENDENT
  for (int i = 0; i < count; ++i) {
    const double u = first_u + i, d = depth[i];
    to.x[i] = d * (by_u.x * u + base.x) + offset.x;
    to.y[i] = d * (by_u.y * u + base.y) + offset.y;
    to.z[i] = d * (by_u.z * u + base.z) + offset.z;
  }
}

/// Homogeneous pixels to pixels; z stays.
DIORAMA_WIDE void project_pixels(int count, PixelStrip& points) {
  DIORAMA_INDEPENDENT
  for (int i = 0; i < count; ++i) {
    const double scale = 1.0 / points.z[i];
    points.x[i] *= scale;
    points.y[i] *= scale;
  }
}

/// From (u, row) to `to`; 0 where that is nearer than near_m. Differences of numbers of some hundred pixels: double keeps
/// them exact to far below the stored step.
DIORAMA_WIDE void write_flow(const PixelStrip& to, float near_m, int first_u, int row, int count, float* flow) {
  DIORAMA_INDEPENDENT
  for (int i = 0; i < count; ++i) {
    const bool before = static_cast<float>(to.z[i]) >= near_m;
    flow[2 * i] = before ? static_cast<float>(to.x[i] - (first_u + i)) : 0.0F;
    flow[2 * i + 1] = before ? static_cast<float>(to.y[i] - row) : 0.0F;
  }
}

DIORAMA_WIDE void write_points(const PixelStrip& points, int count, float* out) {
  DIORAMA_INDEPENDENT
  for (int i = 0; i < count; ++i) {
    out[3 * i] = static_cast<float>(points.x[i]);
    out[3 * i + 1] = static_cast<float>(points.y[i]);
    out[3 * i + 2] = static_cast<float>(points.z[i]);
  }
}

/// To -127..127, halves away from zero.
std::int8_t round_coordinate(double value) {
  const double bounded = std::clamp(value, -127.0, 127.0);
  return static_cast<std::int8_t>(static_cast<int>(bounded < 0.0 ? bounded - 0.5 : bounded + 0.5));
}

DIORAMA_WIDE void write_coordinates(const PixelStrip& points, int count, std::int8_t* out) {
  DIORAMA_INDEPENDENT
  for (int i = 0; i < count; ++i) {
    out[3 * i] = round_coordinate(points.x[i]);
    out[3 * i + 1] = round_coordinate(points.y[i]);
    out[3 * i + 2] = round_coordinate(points.z[i]);
  }
}

/// Calls `use(first_u, count)` for the strips of pixels [begin, end).
template <typename Use>
void for_strips(int begin, int end, const Use& use) {
  for (int u = begin; u < end; u += PixelStrip::kSize) use(u, std::min(PixelStrip::kSize, end - u));
}

/// Where everything is in one state.
struct Placement {
  std::vector<Pose> world_from_node;
  std::map<int, Pose> world_from_camera;
};

}  // namespace

std::vector<FrameView> SurfaceLabels::neighbours(std::size_t num_states, std::span<const FrameView> views,
                                                 ChannelSet channels) {
  std::vector<FrameView> extra;
  if (!has_channel(channels, Channel::kFlowValid)) return extra;
  std::set<FrameCamera> drawn;
  for (const FrameView& view : views) drawn.insert(key_of(view));
  for (const FrameView& view : views) {
    for (const int step : {1, -1}) {
      const FrameView next{view.frame + step, view.camera};
      if (next.frame < 0 || next.frame >= static_cast<int>(num_states)) continue;
      if (drawn.insert(key_of(next)).second) extra.push_back(next);
    }
  }
  return extra;
}

SurfaceLabels::PixelMap SurfaceLabels::make_map(const Intrinsics& k, const dmat3& linear, const dvec3& offset) {
  const dmat3 from_pixel = linear * inverse_intrinsics(k);
  return {from_pixel[0], from_pixel[1], from_pixel[2], offset};
}

void SurfaceLabels::prepare(const Scene& scene, std::span<const State> states, std::span<const FrameView> views,
                            std::span<const FrameView> extra, ChannelSet channels) {
  channels_ = channels;
  const std::size_t num_shapes = scene.shapes.size();
  ids_.assign(1, {});
  std::vector<int> parts(scene.bodies.size(), 0);
  for (const Shape& shape : scene.shapes) {
    const auto body = static_cast<std::size_t>(shape.body.index);
    ids_.push_back({static_cast<std::uint16_t>(scene.bodies[body].object_index + 1),
                    static_cast<std::uint16_t>(++parts[body]), static_cast<std::uint16_t>(scene.bodies[body].class_id)});
  }

  std::map<FrameCamera, int> pictures;
  for (std::size_t i = 0; i < views.size(); ++i) pictures.emplace(key_of(views[i]), static_cast<int>(i));
  for (std::size_t i = 0; i < extra.size(); ++i) {
    pictures.emplace(key_of(extra[i]), static_cast<int>(views.size() + i));
  }
  const std::vector<Pose> initial = initial_node_poses(scene);
  std::map<int, Placement> placements;
  const auto placement = [&](int frame) -> Placement& {
    const auto [place, added] = placements.try_emplace(frame);
    if (added) place->second.world_from_node = node_poses(scene, states[static_cast<std::size_t>(frame)]);
    return place->second;
  };
  const auto camera_at = [&](int frame, CameraId camera) {
    Placement& where = placement(frame);
    const auto found = where.world_from_camera.find(camera.index);
    if (found != where.world_from_camera.end()) return found->second;
    const Pose pose =
        camera_pose(scene, camera, states[static_cast<std::size_t>(frame)], where.world_from_node, initial);
    return where.world_from_camera.emplace(camera.index, pose).first->second;
  };
  std::vector<Bounds> bounds;
  if (has_channel(channels, Channel::kObjectCoordinates)) {
    for (std::size_t i = 0; i < scene.bodies.size(); ++i) bounds.push_back(body_bounds(scene, BodyId(i)));
  }

  views_.assign(views.size(), {});
  for (std::size_t i = 0; i < views.size(); ++i) {
    View& out = views_[i];
    const Camera& camera = scene.cameras[static_cast<std::size_t>(views[i].camera.index)];
    const Intrinsics& k = camera.intrinsics;
    out.near_m = camera.near_m;
    out.far_m = camera.far_m;
    const int frame = views[i].frame;
    const Pose camera_from_world = inverse(camera_at(frame, views[i].camera));
    for (const int direction : {0, 1}) {
      const int other = frame + (direction == 0 ? 1 : -1);
      out.has_neighbour[direction] = other >= 0 && other < static_cast<int>(states.size());
      const auto found = pictures.find({other, views[i].camera.index});
      if (out.has_neighbour[direction] && found != pictures.end()) out.other[direction] = found->second;
    }
    const auto shape_pose = [&](int at, std::size_t shape) {
      return placement(at).world_from_node[static_cast<std::size_t>(scene.shapes[shape].node.index)];
    };
    const ChannelSet needs_flow[2] = {channel_set(Channel::kFlow, Channel::kFlowValid),
                                      channel_set(Channel::kFlowBackward, Channel::kFlowValid)};
    for (const int direction : {0, 1}) {
      if (!out.has_neighbour[direction] || (channels & needs_flow[direction]) == 0) continue;
      const int other = frame + (direction == 0 ? 1 : -1);
      const Pose other_from_world = inverse(camera_at(other, views[i].camera));
      for (std::size_t s = 0; s < num_shapes; ++s) {
        const Pose moved = other_from_world * shape_pose(other, s) * inverse(camera_from_world * shape_pose(frame, s));
        const dmat3 to_pixel = intrinsics_matrix(k);
        out.flow[direction].push_back(
            make_map(k, to_pixel * glm::mat3_cast(moved.rotation), to_pixel * moved.position));
      }
    }
    if (has_channel(channels, Channel::kSceneFlow) && out.has_neighbour[0]) {
      for (std::size_t s = 0; s < num_shapes; ++s) {
        const Pose moved =
            camera_from_world * shape_pose(frame + 1, s) * inverse(camera_from_world * shape_pose(frame, s));
        out.scene_flow.push_back(make_map(k, glm::mat3_cast(moved.rotation) - dmat3(1.0), moved.position));
      }
    }
    if (has_channel(channels, Channel::kObjectCoordinates)) {
      for (std::size_t s = 0; s < num_shapes; ++s) {
        const auto body = static_cast<std::size_t>(scene.shapes[s].body.index);
        const Pose body_from_camera = inverse(
            camera_from_world * placement(frame).world_from_node[static_cast<std::size_t>(scene.bodies[body].node.index)]);
        dvec3 scale(0.0);
        for (int axis = 0; axis < 3; ++axis) {
          const double extent = bounds[body].upper[axis] - bounds[body].lower[axis];
          if (extent > 0.0) scale[axis] = 254.0 / extent;
        }
        const dvec3 middle = 0.5 * (bounds[body].lower + bounds[body].upper);
        const dmat3 scaling(dvec3(scale.x, 0, 0), dvec3(0, scale.y, 0), dvec3(0, 0, scale.z));
        out.coordinates.push_back(make_map(k, scaling * glm::mat3_cast(body_from_camera.rotation),
                                           scale * (body_from_camera.position - middle)));
      }
    }
  }
}

bool SurfaceLabels::seen(const View& view, int other, double u, double v, double z, std::uint16_t shape,
                         const Input& all) const {
  if (!(z >= view.near_m && z <= view.far_m && u >= -0.5 && v >= -0.5 && u < width_ - 0.5 && v < height_ - 0.5)) {
    return false;
  }
  const int x = static_cast<int>(std::floor(u + 0.5));
  const int y = static_cast<int>(std::floor(v + 0.5));
  const std::size_t picture = static_cast<std::size_t>(other) * static_cast<std::size_t>(height_) * static_cast<std::size_t>(width_);
  const auto place = [&](int column, int row) {
    return picture + static_cast<std::size_t>(row) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(column);
  };
  const std::size_t nearest = place(x, y);
  if (all.shapes[nearest] != shape) return false;
  const auto depth = static_cast<float>(z);
  float lowest = all.depth[nearest];
  float highest = lowest;
  // The range holds this pixel's own depth.
  if (depth >= lowest * (1.0F - kDepthSlack) && depth <= lowest * (1.0F + kDepthSlack)) return true;
  for (int row = std::max(0, y - 1); row <= std::min(height_ - 1, y + 1); ++row) {
    for (int column = std::max(0, x - 1); column <= std::min(width_ - 1, x + 1); ++column) {
      const std::size_t i = place(column, row);
      if (all.shapes[i] != shape) continue;
      lowest = std::min(lowest, all.depth[i]);
      highest = std::max(highest, all.depth[i]);
    }
  }
  // The point lies up to half a pixel from centres, at the picture's border outside of them all.
  const float reach = 0.5F * (highest - lowest);
  return depth >= (lowest - reach) * (1.0F - kDepthSlack) && depth <= (highest + reach) * (1.0F + kDepthSlack);
}

void SurfaceLabels::make_flow(const View& view, std::size_t index, int direction, const Run& run, const Input& all) {
  const PixelMap& map = view.flow[static_cast<std::size_t>(direction)][run.shape - 1U];
  const dvec3 row = map.by_v * static_cast<double>(run.row) + map.constant;
  const auto near = static_cast<float>(view.near_m);
  const bool wants_flow = has_channel(channels_, direction == 0 ? Channel::kFlow : Channel::kFlowBackward);
  const int other = view.other[static_cast<std::size_t>(direction)];
  const bool wants_valid = has_channel(channels_, Channel::kFlowValid) && other >= 0;
  const std::size_t own = index * static_cast<std::size_t>(height_) * static_cast<std::size_t>(width_) + run.first;
  for_strips(run.begin, run.end, [&](int first, int count) {
    const std::size_t pixel = own + static_cast<std::size_t>(first);
    PixelStrip to;
    map_pixels(map.by_u, row, map.offset, &all.depth[pixel], first, count, to);
    project_pixels(count, to);
    if (wants_flow) {
      write_flow(to, near, first, run.row, count, &out_->flow[static_cast<std::size_t>(direction)][2 * pixel]);
    }
    for (int i = 0; wants_valid && i < count; ++i) {
      if (static_cast<float>(to.z[i]) >= near && seen(view, other, to.x[i], to.y[i], to.z[i], run.shape, all)) {
        std::uint8_t& valid = out_->valid[pixel + static_cast<std::size_t>(i)];
        valid = static_cast<std::uint8_t>(valid | (1U << static_cast<unsigned>(direction)));
      }
    }
  });
}

void SurfaceLabels::make_ids(std::size_t index, const Input& own) {
  const std::size_t first = index * own.shapes.size();
  const auto look_up = [&](Channel channel, std::vector<std::uint16_t>& out, std::uint16_t ShapeIds::* id) {
    if (!has_channel(channels_, channel)) return;
    for (std::size_t i = 0; i < own.shapes.size(); ++i) out[first + i] = ids_[own.shapes[i]].*id;
  };
  look_up(Channel::kInstance, out_->instance, &ShapeIds::instance);
  look_up(Channel::kPart, out_->part, &ShapeIds::part);
  look_up(Channel::kClass, out_->class_id, &ShapeIds::class_id);
}

void SurfaceLabels::make_view(std::size_t index, const Input& all) {
  const View& view = views_[index];
  const std::size_t pixels = static_cast<std::size_t>(height_) * static_cast<std::size_t>(width_);
  const std::size_t own = index * pixels;
  make_ids(index, {all.depth.subspan(own, pixels), all.shapes.subspan(own, pixels)});
  if (view.flow[0].empty() && view.flow[1].empty() && view.scene_flow.empty() && view.coordinates.empty()) return;
  for (int row = 0; row < height_; ++row) {
    const std::size_t first = static_cast<std::size_t>(row) * static_cast<std::size_t>(width_);
    const std::uint16_t* const shapes = all.shapes.data() + own + first;
    for (int begin = 0; begin < width_;) {
      Run run{first, row, begin, begin + 1, shapes[begin]};
      while (run.end < width_ && shapes[run.end] == run.shape) ++run.end;
      begin = run.end;
      if (run.shape == 0) continue;
      for (const int direction : {0, 1}) {
        if (!view.flow[static_cast<std::size_t>(direction)].empty()) make_flow(view, index, direction, run, all);
      }
      const auto each = [&](const PixelMap& map, const auto& write) {
        const dvec3 base = map.by_v * static_cast<double>(row) + map.constant;
        for_strips(run.begin, run.end, [&](int first_u, int count) {
          const std::size_t pixel = own + first + static_cast<std::size_t>(first_u);
          PixelStrip points;
          map_pixels(map.by_u, base, map.offset, &all.depth[pixel], first_u, count, points);
          write(points, count, 3 * pixel);
        });
      };
      if (!view.scene_flow.empty()) {
        each(view.scene_flow[run.shape - 1U],
             [&](const PixelStrip& points, int count, std::size_t i) { write_points(points, count, &out_->scene_flow[i]); });
      }
      if (!view.coordinates.empty()) {
        each(view.coordinates[run.shape - 1U],
             [&](const PixelStrip& points, int count, std::size_t i) { write_coordinates(points, count, &out_->coordinates[i]); });
      }
    }
  }
}

void SurfaceLabels::make(std::span<const float> depth, std::span<const std::uint16_t> shapes, LabelPictures& out,
                         RenderedViews& views) {
  out_ = &out;
  height_ = views.height_px;
  width_ = views.width_px;
  const std::size_t pixels = views_.size() * static_cast<std::size_t>(height_) * static_cast<std::size_t>(width_);
  const auto clear = [&](Channel channel, auto& values, std::size_t components, auto nothing) {
    values.assign(has_channel(channels_, channel) ? pixels * components : 0, nothing);
  };
  clear(Channel::kInstance, out.instance, 1, std::uint16_t{0});
  clear(Channel::kPart, out.part, 1, std::uint16_t{0});
  clear(Channel::kClass, out.class_id, 1, std::uint16_t{0});
  clear(Channel::kFlow, out.flow[0], 2, 0.0F);
  clear(Channel::kFlowBackward, out.flow[1], 2, 0.0F);
  clear(Channel::kFlowValid, out.valid, 1, std::uint8_t{0});
  clear(Channel::kSceneFlow, out.scene_flow, 3, 0.0F);
  clear(Channel::kObjectCoordinates, out.coordinates, 3, std::int8_t{-128});
  for (std::size_t i = 0; i < views_.size(); ++i) make_view(i, {depth, shapes});
  views.set<Channel::kInstance>(out.instance);
  views.set<Channel::kPart>(out.part);
  views.set<Channel::kClass>(out.class_id);
  views.set<Channel::kFlow>(out.flow[0]);
  views.set<Channel::kFlowBackward>(out.flow[1]);
  views.set<Channel::kFlowValid>(out.valid);
  views.set<Channel::kSceneFlow>(out.scene_flow);
  views.set<Channel::kObjectCoordinates>(out.coordinates);
  out_ = nullptr;
}

}  // namespace diorama
