#include "engine/physics/mujoco/mujoco_model.h"

#include <tinyxml2.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <list>
#include <mutex>
#include <string>
#include <utility>

#include "engine/core/text.h"
#include "engine/physics/mujoco/mjcf_file.h"
#include "engine/physics/mujoco/mjcf_writer.h"
#include "engine/physics/mujoco/mujoco_errors.h"
#include "engine/physics/mujoco/mujoco_memory.h"

namespace diorama::mujoco {
namespace {

using ModelPointer = std::shared_ptr<mjModel>;

// While the program is loaded: nothing has been allocated by then.
[[maybe_unused]] const bool kMemoryHooksInstalled = install_memory_hooks();

// Models that episodes may repeat; each is kept with its text.
constexpr std::size_t kMaxCachedModels = 4;

class ModelCache {
 public:
  std::shared_ptr<const mjModel> find(const std::string& key) {
    const std::lock_guard lock(mutex_);
    for (auto it = entries_.begin(); it != entries_.end(); ++it) {
      if (it->first != key) continue;
      entries_.splice(entries_.begin(), entries_, it);
      return entries_.front().second;
    }
    return nullptr;
  }

  void insert(const std::string& key, std::shared_ptr<const mjModel> model) {
    const std::lock_guard lock(mutex_);
    entries_.emplace_front(key, std::move(model));
    if (entries_.size() > kMaxCachedModels) entries_.pop_back();
  }

 private:
  std::mutex mutex_;
  std::list<std::pair<std::string, std::shared_ptr<const mjModel>>> entries_;  // the most recently used first
};

ModelCache& model_cache() {
  static ModelCache cache;
  return cache;
}

// Loads a file, or `text` in its place: relative paths in it start in the folder of `path`.
Result<ModelPointer> load(const std::filesystem::path& path, const std::string* text) {
  install_error_hooks();
  std::array<char, 1024> error{};
  mjModel* model = nullptr;
  const KeepWarning warning;
  try {
    if (text) {
      const VirtualFile file(path.filename().string(), *text);
      if (!file.ok()) return failed(path.string() + ": MuJoCo's virtual file system refused the model's text");
      model = mj_loadXML(path.c_str(), file.get(), error.data(), error.size());
    } else {
      model = mj_loadXML(path.c_str(), nullptr, error.data(), error.size());
    }
  } catch (const MujocoError& e) {
    return invalid_input(one_line(e.what()));
  }
  if (!model) {
    std::string message = one_line(error.data());
    if (message.find("qhull") != std::string::npos) message += "; a mesh that collides needs a volume: is it flat?";
    return invalid_input(std::move(message));
  }
  ModelPointer owned(model, [](mjModel* m) { mj_deleteModel(m); });
  // MuJoCo reads such a number as 0.
  if (warning.text().find("NaN") != std::string::npos) {
    return invalid_input("an attribute holds 'nan', which is not a number; give it a value");
  }
  return owned;
}

// Turns our names in MuJoCo's message back into the scene's.
std::string with_scene_names(const Scene& scene, const std::string& message) {
  const std::string prefix = "diorama.";
  std::string text;
  std::size_t from = 0;
  for (std::size_t at; (at = message.find(prefix, from)) != std::string::npos;) {
    text += message.substr(from, at - from);
    const char kind = at + prefix.size() < message.size() ? message[at + prefix.size()] : ' ';
    std::size_t end = at + prefix.size() + 1;
    std::size_t index = 0;
    while (end < message.size() && message[end] >= '0' && message[end] <= '9') index = 10 * index + (message[end++] - '0');
    if (kind == 'b' && index < scene.bodies.size()) {
      text += scene.bodies[index].name;
    } else if (kind == 'g' && index < scene.shapes.size()) {
      text += scene.shapes[index].name;
    } else if (kind == 'j' && index < scene.joints.size()) {
      text += scene.joints[index].name;
    } else if (kind == 'a' && index < scene.actuators.size()) {
      text += scene.actuators[index].name;
    } else if (kind == 'm' && index < scene.meshes.size()) {
      text += scene.meshes[index]->name;
    } else {
      text += message.substr(at, std::min(end, message.size()) - at);
    }
    from = std::min(end, message.size());
  }
  return text + message.substr(from);
}

bool has_additions(const Scene& scene) {
  return static_cast<int>(scene.bodies.size()) > scene.model->num_bodies ||
         static_cast<int>(scene.actuators.size()) > scene.model->num_actuators;
}

int rows_per_contact(const mjModel* m) {
  int rows = 1;
  for (int g = 0; g < m->ngeom; ++g) {
    rows = std::max(rows, rows_of_contact(m->geom_condim[g], m->opt.cone == mjCONE_ELLIPTIC));
  }
  return rows;
}

BufferSize buffer_size_for(const mjModel* m) {
  int moving = 0;
  for (int b = 0; b < m->nbody; ++b) moving += m->body_weldid[b] != 0;
  int limited = 0;
  for (int j = 0; j < m->njnt; ++j) limited += m->jnt_limited[j] != 0;
  return contact_buffer(moving, limited, rows_per_contact(m));
}

std::string print(const tinyxml2::XMLDocument& document) {
  tinyxml2::XMLPrinter printer(nullptr, /*compact=*/true);
  document.Print(&printer);
  return printer.CStr();
}

// A file's compiler settings may reach added bodies (angles in degrees, inertia from geoms): put in the scene's
// numbers where they differ.
Status restore_scene_numbers(const Scene& scene, mjModel* m) {
  for (std::size_t j = scene.model->num_joints; j < scene.joints.size(); ++j) {
    const int id = mj_name2id(m, mjOBJ_JOINT, mjcf_name('j', j).c_str());
    if (id < 0 || !scene.joints[j].limited) continue;
    m->jnt_range[2 * id] = scene.joints[j].lower;
    m->jnt_range[2 * id + 1] = scene.joints[j].upper;
  }
  bool changed = false;
  for (std::size_t b = scene.model->num_bodies; b < scene.bodies.size(); ++b) {
    const Body& body = scene.bodies[b];
    const int id = mj_name2id(m, mjOBJ_BODY, mjcf_name('b', b).c_str());
    if (id < 0 || body.motion == Motion::kStatic) continue;
    const MassProperties& mass = body.mass;
    const auto q = to_wxyz(mass.body_from_inertia.rotation);
    bool same = m->body_mass[id] == mass.mass_kg;
    for (int k = 0; k < 3; ++k) {
      same = same && m->body_inertia[3 * id + k] == mass.principal_inertia[k] &&
             m->body_ipos[3 * id + k] == mass.body_from_inertia.position[k];
    }
    if (same) continue;
    changed = true;
    m->body_mass[id] = mass.mass_kg;
    for (int k = 0; k < 3; ++k) {
      m->body_inertia[3 * id + k] = mass.principal_inertia[k];
      m->body_ipos[3 * id + k] = mass.body_from_inertia.position[k];
    }
    for (int k = 0; k < 4; ++k) m->body_iquat[4 * id + k] = q[k];
    // Frames that coincided may do so no longer.
    m->body_sameframe[id] = 0;
    for (int g = m->body_geomadr[id]; g < m->body_geomadr[id] + m->body_geomnum[id]; ++g) m->geom_sameframe[g] = 0;
  }
  if (!changed) return {};
  DIORAMA_ASSIGN_OR_RETURN(const DataPointer data, make_data(m));
  mj_setConst(m, data.get());  // masses of subtrees, inverse weights
  return {};
}

Result<std::shared_ptr<const mjModel>> compile_generated(const Scene& scene) {
  tinyxml2::XMLDocument document;
  tinyxml2::XMLElement* root = document.NewElement("mujoco");
  document.InsertEndChild(root);
  append_options(scene, root);
  if (kFixedBuffers) {
    int moving = 0;
    int limited = 0;
    int rows = 1;
    const bool elliptic = uses_elliptic_cones(scene);
    for (const Body& body : scene.bodies) moving += body.motion == Motion::kDynamic;
    for (const Joint& joint : scene.joints) limited += joint.limited;
    for (const Shape& shape : scene.shapes) {
      const Material& material = scene.materials[shape.material.index];
      rows = std::max(rows, rows_of_contact(geom_contact(shape, material, 1.0).condim, elliptic));
    }
    append_buffer_size(contact_buffer(moving, limited, rows), root);
  }
  DIORAMA_RETURN_IF_ERROR(append_bodies(scene, root));
  std::string text = print(document);
  const std::string key = text + std::to_string(scene.physics.solver_iterations);
  if (auto found = model_cache().find(key)) return found;
  Result<ModelPointer> model = load("diorama_scene.xml", &text);
  if (!model.ok()) {
    return Status(model.status().code(),
                  "MuJoCo cannot compile the scene: " + with_scene_names(scene, model.status().message()));
  }
  if (scene.physics.solver_iterations > 0) (*model)->opt.iterations = scene.physics.solver_iterations;
  model_cache().insert(key, *model);
  return std::shared_ptr<const mjModel>(*model);
}

Result<std::shared_ptr<const mjModel>> compile_with_model_file(const Scene& scene) {
  const std::filesystem::path& path = scene.model->path;
  DIORAMA_ASSIGN_OR_RETURN(const MjcfFacts facts, read_mjcf_facts(path));
  tinyxml2::XMLDocument document;
  if (document.LoadFile(path.c_str()) != tinyxml2::XML_SUCCESS) return invalid_input(path.string() + ": cannot be read");
  tinyxml2::XMLElement* root = document.RootElement();
  if (has_additions(scene)) {
    if (facts.has_total_mass || facts.has_global_coordinates) {
      return invalid_input(path.string() + ": bodies cannot be added to a model with <compiler " +
                           (facts.has_total_mass ? "settotalmass" : "coordinate=\"global\"") +
                           ">; save the model without it (MuJoCo's `compile` does)");
    }
    // A keyframe has as many positions as the file's own joints: it would not fit.
    DIORAMA_RETURN_IF_ERROR(expand_includes(root, path.parent_path()).with_context(path.string()));
    remove_keyframes(root);
    DIORAMA_RETURN_IF_ERROR(append_bodies(scene, root));
  }
  const PhysicsSettings& physics = scene.physics;
  std::string text = print(document);
  const std::array<double, 5> options{physics.gravity_m_s2.x, physics.gravity_m_s2.y, physics.gravity_m_s2.z,
                                      physics.step_rate_hz, static_cast<double>(physics.solver_iterations)};
  std::string key = path.string();
  for (const double option : options) key.append(1, '\n').append(format_number(option));
  key += text;
  if (auto found = model_cache().find(key)) return found;

  const std::filesystem::path stand_in = path.parent_path() / "diorama_model_with_additions.xml";
  Result<ModelPointer> model = load(stand_in, &text);
  // A size that the file gives is meant for its own bodies.
  if (model.ok() && kFixedBuffers && (!facts.has_contact_buffer_size || has_additions(scene))) {
    const BufferSize size = buffer_size_for(model->get());
    append_buffer_size({std::max<int>(size.contacts, (*model)->nconmax), std::max<int>(size.rows, (*model)->njmax)},
                       root);
    text = print(document);
    model = load(stand_in, &text);
  }
  if (!model.ok()) {
    return Status(model.status().code(), path.string() + ": " + with_scene_names(scene, model.status().message()));
  }
  mjModel* m = model->get();
  m->opt.timestep = 1.0 / physics.step_rate_hz;
  for (int k = 0; k < 3; ++k) m->opt.gravity[k] = physics.gravity_m_s2[k];
  if (physics.solver_iterations > 0) m->opt.iterations = physics.solver_iterations;
  DIORAMA_RETURN_IF_ERROR(restore_scene_numbers(scene, m).with_context(path.string()));
  model_cache().insert(key, *model);
  return std::shared_ptr<const mjModel>(*model);
}

}  // namespace

Result<CompiledScene> compile_scene(const Scene& scene) {
  CompiledScene compiled;
  DIORAMA_ASSIGN_OR_RETURN(compiled.model, scene.model ? compile_with_model_file(scene) : compile_generated(scene));
  const mjModel* m = compiled.model.get();
  const std::size_t model_bodies = scene.model ? scene.model->num_bodies : 0;
  const std::size_t model_joints = scene.model ? scene.model->num_joints : 0;
  compiled.scene_bodies.assign(m->nbody, -1);
  bool sound = static_cast<std::size_t>(m->nbody) == scene.bodies.size() + (scene.model ? 0 : 1) &&
               static_cast<std::size_t>(m->njnt) == scene.joints.size() &&
               static_cast<std::size_t>(m->nu) == scene.actuators.size() && m->nq == scene.num_positions() &&
               m->nv == scene.num_velocities();
  for (std::size_t b = 0; sound && b < scene.bodies.size(); ++b) {
    const int id = b < model_bodies ? static_cast<int>(b) : mj_name2id(m, mjOBJ_BODY, mjcf_name('b', b).c_str());
    sound = id >= 0;
    if (!sound) break;
    compiled.mujoco_bodies.push_back(id);
    compiled.scene_bodies[id] = static_cast<int>(b);
  }
  for (int g = 0; sound && g < m->ngeom; ++g) {
    compiled.body_of_geom.push_back(compiled.scene_bodies[m->geom_bodyid[g]]);
  }
  for (std::size_t s = 0; sound && s < scene.shapes.size(); ++s) {
    const Shape& shape = scene.shapes[s];
    if (shape.type != ShapeType::kPlane || shape.body.index < static_cast<int>(model_bodies)) continue;
    const int g = mj_name2id(m, mjOBJ_GEOM, mjcf_name('g', s).c_str());
    if (g >= 0) compiled.body_of_geom[g] = shape.body.index;
  }
  for (std::size_t j = 0; sound && j < scene.joints.size(); ++j) {
    const int id = j < model_joints ? static_cast<int>(j) : mj_name2id(m, mjOBJ_JOINT, mjcf_name('j', j).c_str());
    sound = id >= 0;
    compiled.mujoco_joints.push_back(id);
  }
  if (!sound) {
    return failed((scene.model ? scene.model->path.string() + ": " : std::string()) +
                  "the compiled model does not match the scene (" + std::to_string(m->nbody) + " bodies, " +
                  std::to_string(m->njnt) + " joints, " + std::to_string(m->nu) +
                  " actuators); did the model file change while the program ran?");
  }
  return compiled;
}

Result<std::shared_ptr<const mjModel>> compile_model_file(const std::filesystem::path& path) {
  Result<ModelPointer> model = load(path, nullptr);
  if (!model.ok()) return model.status().with_context(path.string());
  return std::shared_ptr<const mjModel>(std::move(*model));
}

Result<DataPointer> make_data(const mjModel* model) {
  install_error_hooks();
  try {
    DataPointer data(mj_makeData(model));
    if (data) return data;
  } catch (const MujocoError& e) {
    return failed(std::string("MuJoCo cannot make its state: ") + one_line(e.what()));
  }
  return failed("MuJoCo cannot make its state: not enough memory for " + std::to_string(model->nbody) +
                " bodies and their contacts; use fewer bodies, fewer workers, or bullet");
}

}  // namespace diorama::mujoco
