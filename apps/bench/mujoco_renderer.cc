#include "apps/bench/mujoco_renderer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <mujoco/mujoco.h>

#include "apps/bench/headless_gl.h"
#include "engine/physics/mujoco/mujoco_compat.h"
#include "engine/physics/mujoco/mujoco_errors.h"
#include "engine/physics/mujoco/mujoco_model.h"

namespace diorama {
namespace {

constexpr int kShadowMapPx = 1024;
constexpr double kShadowHalfExtentM = 1.6;  // all bodies, from any side
constexpr double kSunDistanceM = 5.0;

std::string numbers(const dvec3& v) { return fmt::format("{} {} {}", v.x, v.y, v.z); }

std::string geom_attributes(const Shape& shape) {
  switch (shape.type) {
    case ShapeType::kPlane:
      return fmt::format("type='plane' size='{} {} 1'",
                         shape.size.x > 0.0 ? shape.size.x : kDrawnPlaneHalfExtentM,
                         shape.size.y > 0.0 ? shape.size.y : kDrawnPlaneHalfExtentM);
    case ShapeType::kBox:
      return "type='box' size='" + numbers(shape.size) + "'";
    case ShapeType::kEllipsoid:
      return "type='ellipsoid' size='" + numbers(shape.size) + "'";
    case ShapeType::kSphere:
      return fmt::format("type='sphere' size='{}'", shape.size.x);
    case ShapeType::kCapsule:
      return fmt::format("type='capsule' size='{} {}'", shape.size.x, shape.size.y);
    case ShapeType::kCylinder:
      return fmt::format("type='cylinder' size='{} {}'", shape.size.x, shape.size.y);
    case ShapeType::kMesh:
      return fmt::format("type='mesh' mesh='m{}'", shape.mesh.index);
  }
  return "";
}

/// The same vertices, normals and triangles that we draw.
std::string mesh_mjcf(const Mesh& mesh, std::size_t index) {
  std::string text = fmt::format("<mesh name='m{}' vertex='", index);
  for (const dvec3& position : mesh.positions) text += numbers(position) + " ";
  text += "' normal='";
  for (const dvec3& normal : mesh.normals) text += numbers(normal) + " ";
  text += "' face='";
  for (const auto& [a, b, c] : mesh.triangles) text += fmt::format("{} {} {} ", a, b, c);
  return text + "'/>";
}

/// The scene as a model that only shows itself: every body is a mocap body, so that its pose is
/// free to set.
Result<std::string> picture_mjcf(const Scene& scene) {
  const std::vector<Pose> poses = initial_node_poses(scene);
  const Intrinsics& picture = scene.cameras.at(0).intrinsics;
  const Camera& first = scene.cameras.at(0);
  std::string text = fmt::format(
      "<mujoco><compiler angle='radian'/><statistic extent='1' center='0 0 0'/><visual>"
      "<headlight active='0'/><quality shadowsize='{}' offsamples='0' numslices='32' numstacks='16'/><map znear='{}' zfar='{}' "
      "shadowclip='{}'/>"
      "<global offwidth='{}' offheight='{}'/></visual><asset>",
      kShadowMapPx, first.near_m, first.far_m, kShadowHalfExtentM, picture.width_px,
      picture.height_px);
  for (std::size_t m = 0; m < scene.meshes.size(); ++m) text += mesh_mjcf(*scene.meshes[m], m);
  text += "</asset><worldbody>";
  for (const Light& light : scene.lights) {
    const dvec3 direction =
        poses[static_cast<std::size_t>(light.node.index)].rotate(dvec3(0, 0, 1));
    // The shadow map is centred where the light's axis passes: the middle of all.
    text += fmt::format(
        "<light directional='true' castshadow='{}' pos='{}' dir='{}' diffuse='0.8 0.8 0.8'/>",
        light.casts_shadow, numbers(-kSunDistanceM * direction), numbers(direction));
  }
  for (const Camera& camera : scene.cameras) {
    const Pose& pose = poses[static_cast<std::size_t>(camera.node.index)];
    const double fov_y =
        2.0 * std::atan(0.5 * camera.intrinsics.height_px / camera.intrinsics.fy_px);
    // MuJoCo's cameras look along -z with y up, and take the angle in degrees whatever the
    // compiler's unit.
    text += fmt::format("<camera pos='{}' xyaxes='{} {}' fovy='{}'/>", numbers(pose.position),
                        numbers(pose.rotate(dvec3(1, 0, 0))), numbers(pose.rotate(dvec3(0, -1, 0))),
                        glm::degrees(fov_y));
  }
  for (std::size_t b = 0; b < scene.bodies.size(); ++b) {
    const Pose inertial = inverse(poses[static_cast<std::size_t>(scene.bodies[b].node.index)]);
    text += fmt::format("<body name='b{}' mocap='true'>", b);
    for (const Shape& shape : scene.shapes) {
      if (shape.body.index != static_cast<int>(b) || !shape.visible) continue;
      const std::string attributes = geom_attributes(shape);
      const Pose pose = inertial * poses[static_cast<std::size_t>(shape.node.index)];
      const dvec3& color =
          scene.materials[static_cast<std::size_t>(shape.material.index)].base_color_linear;
      text += fmt::format("<geom {} contype='0' conaffinity='0' pos='{}' quat='{} {} {} {}' rgba='{} 1'/>", attributes,
                          numbers(pose.position), pose.rotation.w, pose.rotation.x, pose.rotation.y,
                          pose.rotation.z, numbers(color));
    }
    text += "</body>";
  }
  return text + "</worldbody></mujoco>";
}

}  // namespace

struct MujocoRenderer::Impl {
  // Destroyed from the end: MuJoCo's things while their context still lives.
  std::unique_ptr<HeadlessGl> gl;
  Scene source;
  std::vector<Pose> initial_poses;  // of its nodes
  std::unique_ptr<mjModel, decltype(&mj_deleteModel)> model{nullptr, &mj_deleteModel};
  std::vector<mujoco::DataPointer> frames;
  mjvScene scene{};
  mjrContext context{};
  bool has_scene = false;
  std::vector<int> body_of;       // MuJoCo's, by ours
  std::vector<int> object_index;  // by MuJoCo body, -1 = the world
  mjrRect viewport{};
  std::vector<unsigned char> color;
  std::vector<unsigned char> segments;
  std::vector<float> depth;

  void place(std::size_t frame, const State& state) const {
    const mjModel* m = model.get();
    mjData* data = frames[frame].get();
    for (std::size_t b = 0; b < source.bodies.size(); ++b) {
      const Pose& pose = state.bodies[b].world_from_body;
      const int mocap = m->body_mocapid[body_of[b]];
      const std::array<double, 4> turn = to_wxyz(pose.rotation);
      for (int k = 0; k < 3; ++k) data->mocap_pos[3 * mocap + k] = pose.position[k];
      std::copy(turn.begin(), turn.end(), data->mocap_quat + 4 * mocap);
    }
    mj_forward(m, data);
    // Cameras may move in ways that the picture's model does not know.
    const std::vector<Pose> world_from_node = node_poses(source, state);
    for (std::size_t c = 0; c < source.cameras.size(); ++c) {
      const Pose pose = camera_pose(source, CameraId(c), state, world_from_node, initial_poses);
      const dvec3 axes[] = {pose.rotate(dvec3(1, 0, 0)), pose.rotate(dvec3(0, -1, 0)),
                            pose.rotate(dvec3(0, 0, -1))};
      for (int row = 0; row < 3; ++row) {
        data->cam_xpos[3 * c + static_cast<std::size_t>(row)] = pose.position[row];
        for (int k = 0; k < 3; ++k) data->cam_xmat[9 * c + static_cast<std::size_t>(3 * row + k)] = axes[k][row];
      }
    }
  }

  ~Impl() {
    if (!has_scene) return;
    mjr_freeContext(&context);
    mjv_freeScene(&scene);
  }
};

MujocoRenderer::MujocoRenderer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MujocoRenderer::~MujocoRenderer() = default;

Result<std::unique_ptr<MujocoRenderer>> MujocoRenderer::make(const Scene& scene,
                                                             std::span<const State> states) {
  auto impl = std::make_unique<Impl>();
  DIORAMA_ASSIGN_OR_RETURN(const std::string text, picture_mjcf(scene));
  const mujoco::VirtualFile file("bench.xml", text);
  char error[500] = "no memory";
  if (file.ok()) impl->model.reset(mj_loadXML("bench.xml", file.get(), error, sizeof(error)));
  if (impl->model == nullptr)
    return failed(std::string("MuJoCo does not read the bench's scene: ") + error);
  const mjModel* m = impl->model.get();
  impl->object_index.assign(static_cast<std::size_t>(m->nbody), -1);
  for (std::size_t b = 0; b < scene.bodies.size(); ++b) {
    const int body = mj_name2id(m, mjOBJ_BODY, fmt::format("b{}", b).c_str());
    impl->object_index[static_cast<std::size_t>(body)] = scene.bodies[b].object_index;
    impl->body_of.push_back(body);
  }
  impl->source = scene;
  impl->initial_poses = initial_node_poses(scene);
  for (const State& state : states) {
    DIORAMA_ASSIGN_OR_RETURN(mujoco::DataPointer data, mujoco::make_data(m));
    impl->frames.push_back(std::move(data));
    impl->place(impl->frames.size() - 1, state);
  }

  DIORAMA_ASSIGN_OR_RETURN(impl->gl, HeadlessGl::make());
  mjv_defaultScene(&impl->scene);
  mjr_defaultContext(&impl->context);
  try {
    mjv_makeScene(m, &impl->scene, 2 * m->ngeom + 100);
    impl->has_scene = true;
    mjr_makeContext(m, &impl->context, mjFONTSCALE_100);
  } catch (const mujoco::MujocoError& e) {
    return unavailable("MuJoCo's renderer does not start: " + mujoco::one_line(e.what()));
  }
  mjr_setBuffer(mjFB_OFFSCREEN, &impl->context);
  if (impl->context.currentBuffer != mjFB_OFFSCREEN)
    return unavailable("OpenGL has no off-screen buffer for MuJoCo");
  const Intrinsics& picture = scene.cameras.at(0).intrinsics;
  const auto pixels =
      static_cast<std::size_t>(picture.width_px) * static_cast<std::size_t>(picture.height_px);
  impl->viewport = {0, 0, picture.width_px, picture.height_px};
  impl->color.resize(3 * pixels);
  impl->segments.resize(3 * pixels);
  impl->depth.resize(pixels);
  return std::unique_ptr<MujocoRenderer>(new MujocoRenderer(std::move(impl)));
}

void MujocoRenderer::render(int frame, CameraId camera, bool full) {
  Impl& self = *impl_;
  mjvOption option;
  mjv_defaultOption(&option);
  mjvCamera view;
  mjv_defaultCamera(&view);
  view.type = mjCAMERA_FIXED;
  view.fixedcamid = camera.index;
  mjv_updateScene(self.model.get(), self.frames[static_cast<std::size_t>(frame)].get(), &option,
                  nullptr, &view, mjCAT_ALL, &self.scene);
  mjr_render(self.viewport, &self.scene, &self.context);
  mjr_readPixels(self.color.data(), self.depth.data(), self.viewport, &self.context);
  if (!full) return;
  self.scene.flags[mjRND_SEGMENT] = 1;
  self.scene.flags[mjRND_IDCOLOR] = 1;
  mjr_render(self.viewport, &self.scene, &self.context);
  mjr_readPixels(self.segments.data(), nullptr, self.viewport, &self.context);
  self.scene.flags[mjRND_SEGMENT] = 0;
  self.scene.flags[mjRND_IDCOLOR] = 0;
}

void MujocoRenderer::place(int frame, const State& state) {
  impl_->place(static_cast<std::size_t>(frame), state);
}

std::span<const unsigned char> MujocoRenderer::color() const { return impl_->color; }
std::span<const float> MujocoRenderer::depth() const { return impl_->depth; }

std::vector<std::uint16_t> MujocoRenderer::instance_ids() const {
  const Impl& self = *impl_;
  std::vector<int> object_of_segment(static_cast<std::size_t>(self.scene.ngeom) + 1, -1);
  for (int g = 0; g < self.scene.ngeom; ++g) {
    const mjvGeom& geom = self.scene.geoms[g];
    if (geom.segid < 0 || geom.objtype != mjOBJ_GEOM || geom.segid >= self.scene.ngeom) continue;
    const int body = self.model->geom_bodyid[geom.objid];
    object_of_segment[static_cast<std::size_t>(geom.segid) + 1] =
        self.object_index[static_cast<std::size_t>(body)];
  }
  const int width = self.viewport.width;
  const int height = self.viewport.height;
  std::vector<std::uint16_t> ids;
  ids.reserve(self.depth.size());
  for (int row = 0; row < height; ++row) {
    // OpenGL's first row is the lowest.
    const unsigned char* pixel =
        self.segments.data() + static_cast<std::ptrdiff_t>(3) * (height - 1 - row) * width;
    for (int column = 0; column < width; ++column, pixel += 3) {
      const auto segment = static_cast<std::size_t>(pixel[0] | pixel[1] << 8 | pixel[2] << 16);
      const int object = segment < object_of_segment.size() ? object_of_segment[segment] : -1;
      ids.push_back(static_cast<std::uint16_t>(object + 1));
    }
  }
  return ids;
}

}  // namespace diorama
