#include "scenes/sampler.h"

#include "engine/core/text.h"
#include "scenes/distribution.h"
#include "scenes/field_path.h"
#include "scenes/field_rules.h"
#include "scenes/placement.h"
#include "scenes/scene_assets.h"
#include "scenes/scene_builder.h"
#include "scenes/validate_internal.h"
#include "scenes/vary.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

namespace diorama {
namespace {

// Shipped step rates (physics.md section 6): bounces need short steps.
constexpr double kStepRateHz = 240.0;
constexpr double kBouncyStepRateHz = 960.0;

Status errors_of(const std::vector<Diagnostic>& found) {
  std::vector<std::string> lines;
  for (const Diagnostic& d : found) {
    if (d.severity == Diagnostic::Severity::kError) lines.push_back(d.path + ": " + d.message);
  }
  return lines.empty() ? Status() : invalid_input(join(lines, "\n"));
}

bool varies_restitution(const google::protobuf::RepeatedPtrField<schema::Vary>& entries) {
  return std::any_of(entries.begin(), entries.end(), [](const schema::Vary& vary) {
    return std::any_of(vary.path().begin(), vary.path().end(), [](const std::string& path) {
      return path.find("restitution") != std::string::npos;
    });
  });
}

/// Whether anything bounces in any episode: the step rate is the same in all of them.
bool anything_bounces(const schema::Scenario& scenario) {
  bool bounces = varies_restitution(scenario.vary());
  for (const schema::Material& material : scenario.material())
    bounces = bounces || material.restitution() > 0.0;
  for (const schema::Group& group : scenario.group()) {
    for (const auto& item : group.item()) {
      bounces = bounces || item.material().restitution() > 0.0 || varies_restitution(item.vary());
    }
  }
  return bounces;
}

/// The smallest multiple of the frame rate that is at least the target.
double step_rate(const schema::Scenario& scenario, const std::optional<Scene>& model) {
  if (scenario.physics().has_step_rate_hz()) return scenario.physics().step_rate_hz();
  const double frame_rate = scenario.episode().frame_rate_hz();
  const double target = model                        ? model->physics.step_rate_hz
                        : anything_bounces(scenario) ? kBouncyStepRateHz
                                                     : kStepRateHz;
  return frame_rate * std::max(1.0, std::ceil(target / frame_rate - 1e-9));
}

internal::ModelNames names_of(const Scene& model) {
  internal::ModelNames names;
  for (const Body& body : model.bodies) names.bodies.push_back(body.name);
  for (const Joint& joint : model.joints) names.joints.push_back(joint.name);
  for (const Actuator& actuator : model.actuators) names.actuators.push_back(actuator.name);
  for (const Camera& camera : model.cameras) names.cameras.push_back(camera.name);
  return names;
}

int slots_of(const schema::Group& group) {
  return group.has_max_count() ? group.max_count() : group.count();
}

ControllerConfig controller_of(const schema::Controller& from) {
  ControllerConfig controller;
  switch (from.type()) {
    case schema::Controller::CONSTANT:
      controller.type = ControllerConfig::Type::kConstant;
      break;
    case schema::Controller::SINUSOID:
      controller.type = ControllerConfig::Type::kSinusoid;
      break;
    case schema::Controller::RANDOM_SMOOTH:
      controller.type = ControllerConfig::Type::kRandomSmooth;
      break;
    default:
      controller.type = ControllerConfig::Type::kStill;
      break;
  }
  controller.amplitude = from.amplitude();
  controller.frequency_hz = from.frequency_hz();
  return controller;
}

FactorLayout factor_layout(const schema::Vary& vary, const ResolvedVary& resolved) {
  FactorLayout factor;
  factor.name = vary.factor();
  const schema::Distribution& distribution = vary.distribution();
  factor.width = distribution.has_rotation() ? 4 : 1;
  std::vector<std::string> paths;
  for (const FieldRef& field : resolved.fields) {
    paths.push_back(field.path);
    const std::string unit =
        is_numeric(field_kind(field)) ? field_rule(field.field(), field.holder()).unit : "";
    if (&field == &resolved.fields.front()) factor.unit = unit;
    if (unit != factor.unit) factor.unit.clear();
  }
  factor.meaning = describe(distribution) + "; drives " + join(paths, ", ");
  if (factor.width == 4) factor.meaning += "; w, x, y, z";
  return factor;
}

}  // namespace

struct Sampler::Impl {
  schema::Scenario scenario;  // With defaults and step rate.
  Tools tools;
  std::optional<Scene> model;
  internal::ModelNames model_names;
  mutable SceneAssets assets;
  std::vector<ResolvedVary> vary;  // Parallel to scenario.vary().
  SceneLayout layout;

  explicit Impl(std::filesystem::path base_folder) : assets(std::move(base_folder)) {}

  const Scene* model_scene() const { return model ? &*model : nullptr; }
  int num_model_bodies() const { return model ? static_cast<int>(model->bodies.size()) : 0; }

  /// Materials and authored bodies.
  Status build_authored(const schema::Scenario& concrete, ConcreteSceneBuilder& builder) const {
    DIORAMA_RETURN_IF_ERROR(builder.begin(concrete));
    for (int i = 0; i < concrete.body_size(); ++i) {
      auto added = builder.add_body(concrete.body(i), num_model_bodies() + i);
      if (!added.ok()) return added.status();
    }
    return {};
  }

  /// Builds all bodies and one of every item, to find out whether meshes and textures can be used.
  Status try_assets(const schema::Scenario& concrete) const {
    ConcreteSceneBuilder builder(assets, model_scene());
    DIORAMA_RETURN_IF_ERROR(build_authored(concrete, builder));
    int slot = num_model_bodies() + concrete.body_size();
    for (const schema::Group& group : concrete.group()) {
      for (int i = 0; i < group.item_size(); ++i, ++slot) {
        schema::Group::Item item = with_defaults(group.item(i));
        name_item(group, i, item);
        const std::string where = "group[" + group.name() + "].item[" + std::to_string(i) + "]";
        if (item.has_material())
          DIORAMA_RETURN_IF_ERROR(builder.add_material(item.material()).with_context(where));
        auto added = builder.add_body(item.body(), slot);
        if (!added.ok()) return added.status().with_context(where);
      }
    }
    return {};
  }

  /// try_assets() for what is written and for every option of the choices that may exchange a mesh
  /// or a texture.
  Status try_all_assets() const {
    DIORAMA_RETURN_IF_ERROR(try_assets(scenario));
    const auto try_options = [this](const schema::Vary& entry, auto root_of) -> Status {
      for (int o = 0; o < entry.distribution().choice().option_size(); ++o) {
        schema::Scenario copy = scenario;
        google::protobuf::Message& root = root_of(copy);
        DIORAMA_ASSIGN_OR_RETURN(const ResolvedVary resolved, resolve_vary(root, entry));
        if (is_numeric(field_kind(resolved.fields.front()))) return {};
        const Draw option = extreme_draws(entry.distribution())[static_cast<std::size_t>(o)];
        for (const FieldRef& field : resolved.fields)
          DIORAMA_RETURN_IF_ERROR(apply_draw(root, field, option));
        DIORAMA_RETURN_IF_ERROR(try_assets(with_defaults(copy)));
      }
      return {};
    };
    for (const schema::Vary& entry : scenario.vary()) {
      DIORAMA_RETURN_IF_ERROR(
          try_options(entry, [](schema::Scenario& s) -> google::protobuf::Message& { return s; }));
    }
    for (int g = 0; g < scenario.group_size(); ++g) {
      for (int i = 0; i < scenario.group(g).item_size(); ++i) {
        for (const schema::Vary& entry : scenario.group(g).item(i).vary()) {
          DIORAMA_RETURN_IF_ERROR(
              try_options(entry, [g, i](schema::Scenario& s) -> google::protobuf::Message& {
                return *s.mutable_group(g)->mutable_item(i);
              }));
        }
      }
    }
    return {};
  }

  void add_object(const std::string& name, const std::string& class_name) {
    layout.objects.push_back({name});
    add_class(class_name);
  }

  void add_class(const std::string& name) {
    auto& names = layout.class_names;
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  }

  void add_joint(const std::string& name, JointType type) {
    layout.joints.push_back({name, layout.num_positions, layout.num_velocities, type});
    layout.num_positions += diorama::num_positions(type);
    layout.num_velocities += diorama::num_velocities(type);
  }

  Status make_layout() {
    ConcreteSceneBuilder builder(assets, model_scene());
    DIORAMA_RETURN_IF_ERROR(build_authored(scenario, builder));
    DIORAMA_ASSIGN_OR_RETURN(const Scene scene, std::move(builder).finish(scenario));
    for (const Body& body : scene.bodies) add_object(body.name, body.class_name);
    for (const Joint& joint : scene.joints) add_joint(joint.name, joint.type);
    for (const schema::Group& group : scenario.group()) {
      const bool moves = std::any_of(group.item().begin(), group.item().end(),
                                     [](const schema::Group::Item& item) {
                                       return item.body().motion() != schema::Body::STATIC;
                                     });
      for (const auto& item : group.item()) add_class(item.body().class_name());
      for (int k = 0; k < slots_of(group); ++k) {
        const std::string name = group.name() + "/" + std::to_string(k);
        add_object(name, "");
        if (moves) add_joint(name, JointType::kFree);
      }
    }
    for (const Actuator& actuator : scene.actuators) {
      layout.actuators.push_back(actuator.name);
      // The authored joints come first in the layout, in the scene's order.
      if (actuator.joint.valid()) layout.actuated_joints.push_back(actuator.joint.index);
    }
    std::sort(layout.actuated_joints.begin(), layout.actuated_joints.end());
    const auto repeated = std::unique(layout.actuated_joints.begin(), layout.actuated_joints.end());
    layout.actuated_joints.erase(repeated, layout.actuated_joints.end());
    for (const Camera& camera : scene.cameras) {
      layout.views.push_back({camera.name, camera.intrinsics.width_px, camera.intrinsics.height_px,
                              camera.near_m, camera.far_m});
    }
    for (int i = 0; i < scenario.vary_size(); ++i) {
      if (scenario.vary(i).factor().empty()) continue;
      layout.factors.push_back(factor_layout(scenario.vary(i), vary[static_cast<std::size_t>(i)]));
    }
    layout.num_sensor_values = scene.model ? scene.model->num_sensor_values : 0;
    layout.num_solver_values = scene.model ? scene.model->num_solver_values : 0;
    const long long n = static_cast<long long>(layout.objects.size());
    const long long rule = std::max(1LL, std::min(4 * n + 8, n * (n - 1) / 2));
    layout.max_contacts = scenario.record().max_contacts() > 0 ? scenario.record().max_contacts()
                                                               : static_cast<int>(rule);
    layout.num_tracks = scenario.record().tracks();
    return {};
  }
};

Sampler::Sampler(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Sampler::~Sampler() = default;

const schema::Scenario& Sampler::scenario() const { return impl_->scenario; }
const SceneLayout& Sampler::layout() const { return impl_->layout; }

std::map<std::string, std::string> Sampler::files() const {
  std::map<std::string, std::string> files = impl_->assets.files();
  if (!impl_->model || !impl_->model->model) return files;
  const std::filesystem::path folder =
      std::filesystem::path(impl_->scenario.model().file()).parent_path();
  for (const auto& [name, sha256] : impl_->model->model->files) {
    files[(folder / name).lexically_normal().string()] = sha256;
  }
  return files;
}

Result<std::unique_ptr<Sampler>> Sampler::create(schema::Scenario scenario,
                                                 const std::filesystem::path& base_folder,
                                                 Tools tools) {
  DIORAMA_RETURN_IF_ERROR(errors_of(internal::validate_all(scenario, base_folder, nullptr)));
  auto impl = std::make_unique<Impl>(base_folder);
  impl->tools = std::move(tools);
  if (!impl->tools.make_overlap) return failed("the sampler was given no overlap checker");
  if (scenario.has_model()) {
    if (!impl->tools.import_model) return failed("the sampler was given no reader of model files");
    auto imported =
        impl->tools.import_model(std::filesystem::absolute(base_folder / scenario.model().file()));
    if (!imported.ok()) return imported.status().with_context("model.file");
    impl->model = *std::move(imported);
    impl->model_names = names_of(*impl->model);
    DIORAMA_RETURN_IF_ERROR(
        errors_of(internal::validate_all(scenario, base_folder, &impl->model_names)));
  }
  impl->scenario = with_defaults(std::move(scenario));
  impl->scenario.mutable_physics()->set_step_rate_hz(step_rate(impl->scenario, impl->model));
  for (const schema::Vary& entry : impl->scenario.vary()) {
    DIORAMA_ASSIGN_OR_RETURN(ResolvedVary resolved, resolve_vary(impl->scenario, entry));
    impl->vary.push_back(std::move(resolved));
  }
  DIORAMA_RETURN_IF_ERROR(impl->try_all_assets());
  DIORAMA_RETURN_IF_ERROR(impl->make_layout());
  return std::unique_ptr<Sampler>(new Sampler(std::move(impl)));
}

Result<Sample> Sampler::sample(SampleKey key) const {
  Sample sample;
  sample.key = key;
  schema::Scenario& resolved = sample.resolved;
  resolved = impl_->scenario;
  resolved.clear_vary();
  for (int i = 0; i < impl_->scenario.vary_size(); ++i) {
    const schema::Vary& entry = impl_->scenario.vary(i);
    const ResolvedVary& target = impl_->vary[static_cast<std::size_t>(i)];
    RandomStream stream(key, "vary/" + target.purpose);
    const Draw drawn = draw(entry.distribution(), stream);
    for (const FieldRef& field : target.fields)
      DIORAMA_RETURN_IF_ERROR(apply_draw(resolved, field, drawn));
    if (!entry.factor().empty())
      sample.factors.push_back(drawn.factor_values(entry.distribution()));
  }
  resolved = with_defaults(std::move(resolved));
  const Status fits = errors_of(internal::validate_fields(
      resolved, {}, impl_->model ? &impl_->model_names : nullptr, /*check_files=*/false));
  if (!fits.ok()) return rejected("the values drawn do not fit together: " + fits.message());

  ConcreteSceneBuilder builder(impl_->assets, impl_->model_scene());
  DIORAMA_RETURN_IF_ERROR(impl_->build_authored(resolved, builder));
  Placement placement(builder, impl_->tools.make_overlap);
  DIORAMA_RETURN_IF_ERROR(placement.take_authored(impl_->num_model_bodies()));
  const auto groups = resolved.group();
  resolved.clear_group();
  int slot = impl_->num_model_bodies() + impl_->scenario.body_size();
  for (const schema::Group& group : groups) {
    DIORAMA_RETURN_IF_ERROR(placement.scatter(group, key, slot, resolved));
    slot += slots_of(group);
  }
  DIORAMA_ASSIGN_OR_RETURN(sample.scene, std::move(builder).finish(resolved));
  for (Body& body : sample.scene.bodies) body.class_id = class_id(impl_->layout, body.class_name);
  sample.episode.num_frames = resolved.episode().frames();
  sample.episode.frame_rate_hz = resolved.episode().frame_rate_hz();
  sample.episode.settle_time_s = resolved.episode().settle_time_s();
  sample.episode.controller = controller_of(resolved.controller());
  return sample;
}

}  // namespace diorama
