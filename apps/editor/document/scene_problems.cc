#include "apps/editor/document/scene_problems.h"

#include "engine/core/text.h"
#include "engine/scene/shape.h"
#include "scenes/field_path.h"
#include "scenes/field_rules.h"
#include "scenes/placement.h"
#include "scenes/scene_assets.h"
#include "scenes/scene_builder.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

namespace diorama::editor {
namespace {

using Severity = Diagnostic::Severity;

// What solid things weigh: balsa is 100 and osmium 22600 kg/m^3; hollow things are lighter.
constexpr double kLightestKgM3 = 5.0;
constexpr double kHeaviestKgM3 = 23000.0;
// Beyond this ratio solvers of both engines need many iterations for contacts between the two.
constexpr double kMassRatio = 1e4;
// A ball about the camera that touches a body is inside of it, or as near as to be cut by the
// picture's plane.
constexpr double kProbeRadiusM = 1e-3;

std::string rounded(double value) {
  if (value == 0.0) return "0";
  const double scale = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 2.0);
  return format_number(std::round(value / scale) * scale);
}

/// The document's values as they stand, without groups and model.
struct Built {
  Scene scene;
  int num_model_bodies = 0;
};

Result<Built> build(const schema::Scenario& scenario, const std::filesystem::path& base_folder,
                    const Sampler::Tools& tools) {
  Built built;
  std::optional<Scene> model;
  if (scenario.has_model()) {
    if (!tools.import_model) return failed("no reader of model files was given");
    DIORAMA_ASSIGN_OR_RETURN(
        model,
        tools.import_model(std::filesystem::absolute(base_folder / scenario.model().file())));
    built.num_model_bodies = static_cast<int>(model->bodies.size());
  }
  schema::Scenario concrete = with_defaults(scenario);
  concrete.clear_vary();
  concrete.clear_group();
  SceneAssets assets(base_folder);
  ConcreteSceneBuilder builder(assets, model ? &*model : nullptr);
  DIORAMA_RETURN_IF_ERROR(builder.begin(concrete));
  for (int i = 0; i < concrete.body_size(); ++i) {
    auto added = builder.add_body(concrete.body(i), built.num_model_bodies + i);
    if (!added.ok())
      return added.status().with_context(
          element_path(concrete, *concrete.GetDescriptor()->FindFieldByName("body"), i));
  }
  DIORAMA_ASSIGN_OR_RETURN(built.scene, std::move(builder).finish(concrete));
  return built;
}

std::string body_path(const Built& built, BodyId body) {
  return body.index < built.num_model_bodies
             ? "model"
             : "body[" + built.scene.bodies[static_cast<std::size_t>(body.index)].name + "]";
}

std::string body_name(const Built& built, BodyId body) {
  return built.scene.bodies[static_cast<std::size_t>(body.index)].name;
}

void find_overlaps(const Built& built, const Sampler::Tools& tools,
                   std::vector<Diagnostic>& found) {
  for (const InitialOverlap& overlap :
       initial_overlaps(built.scene, tools.make_overlap, built.num_model_bodies)) {
    found.push_back({Severity::kError, body_path(built, overlap.body),
                     "is " + rounded(overlap.depth_m * 1e3) + " mm inside of '" +
                         body_name(built, overlap.other) +
                         "' at the start; move them apart, or episodes are rejected"});
  }
}

void find_blind_cameras(const Built& built, const Sampler::Tools& tools,
                        std::vector<Diagnostic>& found) {
  // A small ball at each camera, tried against all bodies.
  Scene scene = built.scene;
  const State state = initial_state(scene);
  const auto bodies = tools.make_overlap();
  for (std::size_t i = 0; i < scene.bodies.size(); ++i)
    bodies->place(scene, BodyId(i), state.bodies[i].world_from_body);
  const std::vector<Pose> poses = node_poses(scene, state);
  Node node;
  node.name = "probe";
  node.body = BodyId(scene.bodies.size());
  Body probe;
  probe.name = "probe";
  probe.node = NodeId(scene.nodes.size());
  Shape ball;
  ball.node = probe.node;
  ball.body = node.body;
  ball.type = ShapeType::kSphere;
  ball.size.x = kProbeRadiusM;
  ball.material = scene.materials.empty() ? MaterialId() : MaterialId(std::size_t{0});
  const BodyId probe_id = node.body;
  scene.nodes.push_back(std::move(node));
  scene.bodies.push_back(std::move(probe));
  scene.shapes.push_back(std::move(ball));
  for (std::size_t i = 0; i < built.scene.cameras.size(); ++i) {
    const Camera& camera = built.scene.cameras[i];
    const Pose pose =
        camera_pose(built.scene, CameraId(i), state, poses, initial_node_poses(built.scene));
    const auto touch = bodies->nearest(scene, probe_id, pose, 0.0);
    if (touch) {
      found.push_back({Severity::kWarning, "camera[" + camera.name + "]",
                       "stands inside of '" + body_name(built, touch->body) +
                           "' at the start, and sees its inside or nothing"});
    }
  }
}

void find_odd_masses(const Built& built, std::vector<Diagnostic>& found) {
  const Scene& scene = built.scene;
  std::optional<std::size_t> lightest;
  std::optional<std::size_t> heaviest;
  for (std::size_t i = static_cast<std::size_t>(built.num_model_bodies); i < scene.bodies.size();
       ++i) {
    const Body& body = scene.bodies[i];
    if (body.motion != Motion::kDynamic) continue;
    if (!lightest || body.mass.mass_kg < scene.bodies[*lightest].mass.mass_kg) lightest = i;
    if (!heaviest || body.mass.mass_kg > scene.bodies[*heaviest].mass.mass_kg) heaviest = i;
    double volume = 0.0;
    for (const Shape& shape : scene.shapes) {
      if (shape.body == BodyId(i)) volume += shape_volume(shape, scene.mesh_of(shape));
    }
    if (volume <= 0.0) continue;
    const double density = body.mass.mass_kg / volume;
    if (density >= kLightestKgM3 && density <= kHeaviestKgM3) continue;
    found.push_back(
        {Severity::kWarning, body_path(built, BodyId(i)),
         "weighs " + rounded(body.mass.mass_kg) + " kg in " + rounded(volume * 1e3) +
             " l: " + rounded(density) + " kg/m^3 is " +
             (density < kLightestKgM3 ? "lighter than foam" : "heavier than any metal") +
             "; check mass_kg, the sizes in metres, or the material's density"});
  }
  if (!lightest || !heaviest) return;
  const double light = scene.bodies[*lightest].mass.mass_kg;
  const double heavy = scene.bodies[*heaviest].mass.mass_kg;
  if (light > 0.0 && heavy / light > kMassRatio) {
    found.push_back({Severity::kWarning, body_path(built, BodyId(*heaviest)),
                     "weighs " + rounded(heavy / light) + " times as much as '" +
                         scene.bodies[*lightest].name + "' (" + rounded(light) +
                         " kg); contacts between the two may be soft"});
  }
}

/// A failure as problems: one for each line, at the path that leads it if there is such a field.
void add_failure(const schema::Scenario& scenario, const Status& status,
                 std::vector<Diagnostic>& found) {
  std::string rest = status.message();
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string line = rest.substr(0, end);
    rest.erase(0, std::min(end + 1, rest.size()));
    const std::size_t colon = line.find(": ");
    const bool has_path =
        colon != std::string::npos && resolve_field(scenario, line.substr(0, colon)).ok();
    found.push_back({Severity::kError, has_path ? line.substr(0, colon) : "",
                     has_path ? line.substr(colon + 2) : line});
  }
}

}  // namespace

std::vector<Diagnostic> scene_problems(const schema::Scenario& scenario,
                                       const std::filesystem::path& base_folder,
                                       const Sampler::Tools& tools, SampleKey key) {
  std::vector<Diagnostic> found;
  const std::vector<Diagnostic> invalid = validate(scenario, base_folder);
  if (std::any_of(invalid.begin(), invalid.end(),
                  [](const Diagnostic& d) { return d.severity == Severity::kError; }))
    return found;
  auto sampler = Sampler::create(scenario, base_folder, tools);
  if (!sampler.ok()) {
    add_failure(scenario, sampler.status(), found);
    return found;
  }
  const auto built = build(scenario, base_folder, tools);
  if (!built.ok()) {
    add_failure(scenario, built.status(), found);
    return found;
  }
  find_overlaps(*built, tools, found);
  find_blind_cameras(*built, tools, found);
  find_odd_masses(*built, found);
  const bool overlaps = std::any_of(found.begin(), found.end(), [](const Diagnostic& d) {
    return d.severity == Severity::kError;
  });
  if (overlaps) return found;  // The draw would only say it again.
  const auto sample = (*sampler)->sample(key);
  if (sample.ok()) return found;
  const std::size_t before = found.size();
  add_failure(scenario, sample.status(), found);
  for (std::size_t i = before; i < found.size(); ++i) {
    found[i].severity = Severity::kWarning;  // Other episodes may do.
    found[i].message =
        "episode " + std::to_string(key.episode) + " is rejected: " + found[i].message;
  }
  return found;
}

}  // namespace diorama::editor
