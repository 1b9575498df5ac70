#include "engine/physics/mujoco/mjcf_import.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>
#include <set>
#include <utility>

#include "engine/core/hash.h"
#include "engine/core/text.h"
#include "engine/physics/mujoco/mjcf_appearance.h"
#include "engine/physics/mujoco/mjcf_file.h"
#include "engine/physics/mujoco/mujoco_model.h"
#include "engine/physics/mujoco/mujoco_world.h"

namespace diorama {
namespace mujoco {
namespace {

constexpr int kCameraSizePx = 256;
// MuJoCo accepts links without mass if their children have some; a Scene needs a positive one.
constexpr double kMinMassKg = 1e-9;
constexpr double kMinInertia = 1e-12;
constexpr int kFirstHiddenGroup = 3;  // by MuJoCo's custom: 0 to 2 are for looks, 3 and up for collision

Status unsupported(const std::string& what, const std::string& advice) {
  return invalid_input(what + " is not supported; " + advice);
}

Status check_supported(const mjModel* m) {
  for (int g = 0; g < m->ngeom; ++g) {
    const std::string geom = "geom '" + object_name(m, mjOBJ_GEOM, g, "geom") + "'";
    switch (m->geom_type[g]) {
      case mjGEOM_PLANE:
      case mjGEOM_SPHERE:
      case mjGEOM_CAPSULE:
      case mjGEOM_ELLIPSOID:
      case mjGEOM_CYLINDER:
      case mjGEOM_BOX:
      case mjGEOM_MESH:
        break;
      case mjGEOM_HFIELD:
        return unsupported(geom + " of type hfield", "replace the height field by meshes or boxes");
      default:
        return unsupported(geom + " of type number " + std::to_string(m->geom_type[g]),
                           "replace it by a primitive or a mesh");
    }
  }
  if (m->nskin > 0) {
    return unsupported("skin '" + object_name(m, mjOBJ_SKIN, 0, "skin") + "'",
                       "remove the <skin> (of the <composite>, too); the bodies below it stay");
  }
  if (num_flexes(m) > 0) return unsupported("<flex>", "remove it or replace it by rigid bodies");
  if (num_plugins(m) > 0) return unsupported("<plugin>", "remove the plugin instances");
  return {};
}

bool is_utf8(const char* text) {
  while (*text) {
    const auto lead = static_cast<unsigned char>(*text++);
    const int more = lead < 0x80 ? 0 : lead >= 0xC2 && lead < 0xE0 ? 1 : lead >= 0xE0 && lead < 0xF0 ? 2
                     : lead >= 0xF0 && lead < 0xF5 ? 3 : -1;
    if (more < 0) return false;
    for (int k = 0; k < more; ++k, ++text) {
      if ((static_cast<unsigned char>(*text) & 0xC0) != 0x80) return false;
    }
  }
  return true;
}

// Names go into JSON and HDF5 as UTF-8.
Status check_names(const mjModel* m) {
  for (const char* name = m->names; name < m->names + m->nnames; name += std::strlen(name) + 1) {
    if (is_utf8(name)) continue;
    std::string shown = name;
    std::replace_if(shown.begin(), shown.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
    return invalid_input("the name '" + shown + "' is not UTF-8 text; save the file as UTF-8");
  }
  return {};
}

Status check_options(const mjModel* m) {
  if (!(m->opt.timestep > 0.0) || !std::isfinite(m->opt.timestep)) {
    return invalid_input("<option timestep=\"" + format_number(m->opt.timestep) + "\">: must be a time above 0 s");
  }
  for (const mjtNum g : m->opt.gravity) {
    if (!std::isfinite(g)) return invalid_input("<option gravity>: " + format_number(g) + " is not a finite number");
  }
  return {};
}

class Importer {
 public:
  Importer(const mjModel* m, Scene& scene) : m_(m), scene_(scene) {}

  Status run() {
    DIORAMA_RETURN_IF_ERROR(check_supported(m_));
    DIORAMA_RETURN_IF_ERROR(check_options(m_));
    DIORAMA_RETURN_IF_ERROR(check_names(m_));
    read_physics();
    read_bodies();
    read_joints();
    read_actuators();
    import_textures(m_, scene_);
    import_meshes(m_, scene_);
    read_geoms();
    read_cameras();
    import_lights(m_, scene_);
    return {};
  }

 private:
  void read_physics() {
    scene_.physics.gravity_m_s2 = {m_->opt.gravity[0], m_->opt.gravity[1], m_->opt.gravity[2]};
    scene_.physics.step_rate_hz = 1.0 / m_->opt.timestep;
    // 1 / 0.005 is 200 up to rounding: take the whole number, so that frame rates can divide it.
    const double whole = std::round(scene_.physics.step_rate_hz);
    if (std::abs(scene_.physics.step_rate_hz - whole) < 1e-9 * whole) scene_.physics.step_rate_hz = whole;
  }

  // Node b is body b's, so that nodes are found without a table.
  void read_bodies() {
    std::vector<int> tree_size(m_->nbody, 0);
    for (int b = 1; b < m_->nbody; ++b) ++tree_size[m_->body_rootid[b]];
    for (int b = 0; b < m_->nbody; ++b) {
      Body body;
      body.name = b == 0 ? "world" : unique_body_name(b);
      body.node = NodeId(b);
      body.parent = m_->body_parentid[b] == 0 ? BodyId() : BodyId(m_->body_parentid[b]);
      body.motion = m_->body_weldid[b] == 0 ? Motion::kStatic : Motion::kDynamic;
      body.object_index = b;
      if (b > 0 && body.motion == Motion::kDynamic && tree_size[m_->body_rootid[b]] > 1) {
        body.articulation = m_->body_rootid[b];
      }
      body.mass.mass_kg = m_->body_mass[b];
      body.mass.body_from_inertia = pose_at(m_->body_ipos, m_->body_iquat, b);
      body.mass.principal_inertia = vector_at(m_->body_inertia, b);
      if (body.motion == Motion::kDynamic) {
        body.mass.mass_kg = std::max(body.mass.mass_kg, kMinMassKg);
        body.mass.principal_inertia = glm::max(body.mass.principal_inertia, dvec3(kMinInertia));
      }
      Node node;
      node.name = body.name;
      if (b > 0) node.parent = NodeId(m_->body_parentid[b]);
      node.parent_from_node = pose_at(m_->body_pos, m_->body_quat, b);
      node.body = BodyId(b);
      scene_.bodies.push_back(std::move(body));
      scene_.nodes.push_back(std::move(node));
    }
  }

  std::string unique_body_name(int b) {
    std::string name = object_name(m_, mjOBJ_BODY, b, "body");
    // A generated name may be one that the file gives to another body.
    while (!body_names_.insert(name).second || name == "world") name += "_";
    return name;
  }

  void read_joints() {
    std::set<std::string> names;
    for (int j = 0; j < m_->njnt; ++j) {
      Joint joint;
      joint.name = object_name(m_, mjOBJ_JOINT, j, "joint");
      while (!names.insert(joint.name).second) joint.name += "_";
      joint.body = BodyId(m_->jnt_bodyid[j]);
      joint.anchor_body = vector_at(m_->jnt_pos, j);
      const int dof = m_->jnt_dofadr[j];
      switch (m_->jnt_type[j]) {
        case mjJNT_FREE: joint.type = JointType::kFree; break;
        case mjJNT_BALL: joint.type = JointType::kBall; break;
        case mjJNT_SLIDE: joint.type = JointType::kSlide; break;
        default: joint.type = JointType::kHinge; break;
      }
      if (joint.type == JointType::kHinge || joint.type == JointType::kSlide) {
        joint.axis_body = glm::normalize(vector_at(m_->jnt_axis, j));
        const double zero = m_->qpos0[m_->jnt_qposadr[j]];
        joint.limited = m_->jnt_limited[j] != 0;
        if (joint.limited) {
          joint.lower = m_->jnt_range[2 * j] - zero;
          joint.upper = m_->jnt_range[2 * j + 1] - zero;
        }
      }
      joint.damping = m_->dof_damping[dof];
      joint.stiffness = m_->jnt_stiffness[j];
      joint.armature = m_->dof_armature[dof];
      scene_.joints.push_back(std::move(joint));
    }
  }

  void read_actuators() {
    for (int a = 0; a < m_->nu; ++a) {
      Actuator actuator;
      actuator.name = object_name(m_, mjOBJ_ACTUATOR, a, "actuator");
      actuator.type = ActuatorType::kModel;
      const int transmission = m_->actuator_trntype[a];
      if (transmission == mjTRN_JOINT || transmission == mjTRN_JOINTINPARENT) {
        const int joint = m_->actuator_trnid[2 * a];
        const JointType type = scene_.joints[joint].type;
        if (type == JointType::kHinge || type == JointType::kSlide) actuator.joint = JointId(joint);
      }
      if (m_->actuator_ctrllimited[a]) {
        actuator.control_lower = m_->actuator_ctrlrange[2 * a];
        actuator.control_upper = m_->actuator_ctrlrange[2 * a + 1];
      }
      actuator.gear = m_->actuator_gear[6 * a];
      scene_.actuators.push_back(std::move(actuator));
    }
  }

  void read_geoms() {
    MaterialTable materials(m_, scene_);
    for (int g = 0; g < m_->ngeom; ++g) {
      Shape shape;
      shape.name = object_name(m_, mjOBJ_GEOM, g, "geom");
      shape.body = BodyId(m_->geom_bodyid[g]);
      shape.node = add_node(shape.name, shape.body, pose_at(m_->geom_pos, m_->geom_quat, g));
      const dvec3 size = vector_at(m_->geom_size, g);
      shape.size = size;
      switch (m_->geom_type[g]) {
        case mjGEOM_PLANE: shape.type = ShapeType::kPlane; shape.size.z = 0.0; break;
        case mjGEOM_SPHERE: shape.type = ShapeType::kSphere; shape.size = {size.x, 0, 0}; break;
        case mjGEOM_CAPSULE: shape.type = ShapeType::kCapsule; shape.size = {size.x, size.y, 0}; break;
        case mjGEOM_CYLINDER: shape.type = ShapeType::kCylinder; shape.size = {size.x, size.y, 0}; break;
        case mjGEOM_ELLIPSOID: shape.type = ShapeType::kEllipsoid; break;
        case mjGEOM_BOX: shape.type = ShapeType::kBox; break;
        default:
          shape.type = ShapeType::kMesh;
          shape.size = dvec3(0.0);
          shape.mesh = MeshId(m_->geom_dataid[g]);
          break;
      }
      shape.material = materials.of_geom(g);
      shape.collides = m_->geom_contype[g] != 0 || m_->geom_conaffinity[g] != 0;
      shape.visible = m_->geom_group[g] < kFirstHiddenGroup && materials.alpha_of_geom(g) > 0.0f;
      scene_.shapes.push_back(std::move(shape));
    }
  }

  void read_cameras() {
    std::set<std::string> names;
    for (int c = 0; c < m_->ncam; ++c) {
      Camera camera;
      camera.name = object_name(m_, mjOBJ_CAMERA, c, "camera");
      while (!names.insert(camera.name).second) camera.name += "_";
      const BodyId body(m_->cam_bodyid[c]);
      // MuJoCo: x right, y up, looks along -z. Ours: x right, y down, z forward: half a turn about x.
      const dquat flip = quat_wxyz(0.0, 1.0, 0.0, 0.0);
      Pose pose = pose_at(m_->cam_pos, m_->cam_quat, c);
      pose.rotation = pose.rotation * flip;
      camera.node = add_node(camera.name, body, pose);
      camera.intrinsics =
          intrinsics_from_fov_y(kCameraSizePx, kCameraSizePx, m_->cam_fovy[c] * std::numbers::pi / 180.0);
      camera.near_m = std::max(0.005, static_cast<double>(m_->vis.map.znear) * m_->stat.extent);
      camera.far_m = std::max(2.0 * camera.near_m, static_cast<double>(m_->vis.map.zfar) * m_->stat.extent);
      const int target = m_->cam_targetbodyid[c];
      switch (m_->cam_mode[c]) {
        case mjCAMLIGHT_TRACK:
        case mjCAMLIGHT_TRACKCOM:
          camera.motion = m_->cam_mode[c] == mjCAMLIGHT_TRACK ? CameraMotion::kTrack : CameraMotion::kTrackCom;
          camera.target = body;
          break;
        case mjCAMLIGHT_TARGETBODY:
        case mjCAMLIGHT_TARGETBODYCOM:
          if (target < 0) break;
          camera.motion = m_->cam_mode[c] == mjCAMLIGHT_TARGETBODY ? CameraMotion::kTarget : CameraMotion::kTargetCom;
          camera.target = BodyId(target);
          break;
        default:
          break;
      }
      scene_.cameras.push_back(std::move(camera));
    }
  }

  NodeId add_node(const std::string& name, BodyId body, const Pose& body_from_node) {
    Node node;
    node.name = name;
    node.parent = scene_.bodies[body.index].node;
    node.parent_from_node = body_from_node;
    scene_.nodes.push_back(std::move(node));
    return NodeId(scene_.nodes.size() - 1);
  }

  const mjModel* m_;
  Scene& scene_;
  std::set<std::string> body_names_;
};

}  // namespace

std::string object_name(const mjModel* m, mjtObj type, int id, const std::string& kind) {
  const char* name = mj_id2name(m, type, id);
  return name && *name ? std::string(name) : kind + std::to_string(id);
}

}  // namespace mujoco

Result<Scene> import_mjcf(const std::filesystem::path& path) {
  const std::filesystem::path absolute = std::filesystem::absolute(path).lexically_normal();
  DIORAMA_ASSIGN_OR_RETURN([[maybe_unused]] const mujoco::MjcfFacts facts, mujoco::read_mjcf_facts(absolute));
  DIORAMA_ASSIGN_OR_RETURN(const std::shared_ptr<const mjModel> model, mujoco::compile_model_file(absolute));
  Scene scene;
  DIORAMA_RETURN_IF_ERROR(mujoco::Importer(model.get(), scene).run().with_context(absolute.string()));
  if (const std::vector<std::string> problems = check_scene(scene); !problems.empty()) {
    return invalid_input(absolute.string() + ": " + problems.front() + "; correct the model file");
  }
  ModelFile file;
  file.path = absolute;
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<std::filesystem::path> names, mujoco::list_model_files(absolute));
  for (const std::filesystem::path& name : names) {
    DIORAMA_ASSIGN_OR_RETURN(file.files[name.string()], sha256_file(absolute.parent_path() / name));
  }
  file.num_bodies = model->nbody;
  file.num_joints = model->njnt;
  file.num_actuators = model->nu;
  file.num_sensor_values = model->nsensordata;
  file.num_solver_values = model->na + 7 * model->nmocap + model->nuserdata;
  scene.model = std::move(file);
  return scene;
}

}  // namespace diorama
