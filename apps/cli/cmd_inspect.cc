// diorama inspect: explains a dataset, a shard, a scenario or a model file.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "apps/cli/command.h"
#include "apps/cli/progress.h"
#include "apps/pipeline/backends.h"
#include "apps/pipeline/generate.h"
#include "exporters/shard/dataset_reader.h"

namespace diorama::cli {
namespace {

nlohmann::json describe_dataset(const DatasetReader& dataset, const std::string& path) {
  nlohmann::json columns = nlohmann::json::array();
  for (const FoundColumn& c : dataset.columns()) {
    columns.push_back({{"name", c.name}, {"type", c.type}, {"shape", c.shape}, {"unit", c.unit}, {"meaning", c.meaning},
                       {"stored_bytes", c.stored_bytes}});
  }
  return {{"schema", "diorama.inspect.dataset.1"}, {"path", path}, {"rows", dataset.num_rows()},
          {"episodes", dataset.episode_lengths().size()}, {"columns", columns},
          {"description", nlohmann::json::parse(dataset.description_json(), nullptr, false)}};
}

void print_dataset(const DatasetReader& dataset, const std::string& path) {
  fmt::print("{}: {} episodes, {} rows\n", path, dataset.episode_lengths().size(), dataset.num_rows());
  const nlohmann::json description = nlohmann::json::parse(dataset.description_json(), nullptr, false);
  for (const char* key : {"scenario_name", "seed", "engine", "engine_version", "renderer", "render_device", "frame_rate_hz"}) {
    if (description.is_object() && description.contains(key)) fmt::print("  {}: {}\n", key, description[key].dump());
  }
  if (description.is_object() && description.contains("rejected")) {
    fmt::print("  rejected episodes: {}\n", description["rejected"].size());
  }
  std::size_t name_width = 6;
  for (const FoundColumn& c : dataset.columns()) name_width = std::max(name_width, c.name.size());
  fmt::print("\n{:<{}}  {:<8} {:<20} {:>10} {:<12} {}\n", "column", name_width, "type", "shape", "stored", "unit", "meaning");
  for (const FoundColumn& c : dataset.columns()) {
    fmt::print("{:<{}}  {:<8} {:<20} {:>10} {:<12} {}\n", c.name, name_width, c.type,
               fmt::format("({})", fmt::join(c.shape, ", ")),
               c.stored_bytes > 0 ? format_bytes(static_cast<double>(c.stored_bytes)) : "-", c.unit, c.meaning);
  }
}

nlohmann::json describe_scene(const Scene& scene) {
  nlohmann::json bodies = nlohmann::json::array();
  for (std::size_t b = 0; b < scene.bodies.size(); ++b) {
    const Body& body = scene.bodies[b];
    nlohmann::json joints = nlohmann::json::array();
    for (const Joint& joint : scene.joints) {
      if (joint.body == BodyId(b)) joints.push_back({{"name", joint.name}, {"type", joint_type_name(joint.type)}});
    }
    int shapes = 0;
    for (const Shape& shape : scene.shapes) shapes += shape.body == BodyId(b) ? 1 : 0;
    bodies.push_back({{"name", body.name},
                      {"segmentation_id", body.object_index + 1},
                      {"class", body.class_name},
                      {"static", body.motion == Motion::kStatic},
                      {"parent", body.parent.valid() ? scene.bodies[body.parent.index].name : ""},
                      {"mass_kg", body.motion == Motion::kStatic ? 0.0 : body.mass.mass_kg},
                      {"shapes", shapes},
                      {"joints", joints}});
  }
  nlohmann::json cameras = nlohmann::json::array();
  for (const Camera& c : scene.cameras) {
    cameras.push_back({{"name", c.name}, {"width_px", c.intrinsics.width_px}, {"height_px", c.intrinsics.height_px},
                       {"near_m", c.near_m}, {"far_m", c.far_m}});
  }
  nlohmann::json actuators = nlohmann::json::array();
  for (const Actuator& a : scene.actuators) {
    actuators.push_back({{"name", a.name}, {"control_lower", a.control_lower}, {"control_upper", a.control_upper}});
  }
  return {{"bodies", bodies}, {"cameras", cameras}, {"actuators", actuators}, {"lights", scene.lights.size()},
          {"shapes", scene.shapes.size()}, {"meshes", scene.meshes.size()}, {"textures", scene.textures.size()},
          {"qpos", scene.num_positions()}, {"qvel", scene.num_velocities()},
          {"step_rate_hz", scene.physics.step_rate_hz}};
}

void print_scene(const nlohmann::json& scene) {
  fmt::print("{} bodies, {} shapes, {} meshes, {} textures, {} lights; qpos {}, qvel {}; {} steps/s\n",
             scene["bodies"].size(), scene["shapes"].get<int>(), scene["meshes"].get<int>(), scene["textures"].get<int>(),
             scene["lights"].get<int>(), scene["qpos"].get<int>(), scene["qvel"].get<int>(),
             scene["step_rate_hz"].get<double>());
  fmt::print("\n{:>4}  {:<24} {:<16} {:<20} {:>10}  {}\n", "id", "body", "class", "parent", "mass kg", "joints");
  for (const auto& body : scene["bodies"]) {
    std::vector<std::string> joints;
    for (const auto& joint : body["joints"]) {
      joints.push_back(joint["name"].get<std::string>() + " (" + joint["type"].get<std::string>() + ")");
    }
    fmt::print("{:>4}  {:<24} {:<16} {:<20} {:>10}  {}\n", body["segmentation_id"].get<int>(), body["name"].get<std::string>(),
               body["class"].get<std::string>(), body["parent"].get<std::string>(),
               body["static"].get<bool>() ? "static" : fmt::format("{:.4g}", body["mass_kg"].get<double>()),
               fmt::join(joints, ", "));
  }
  fmt::print("\ncameras:\n");
  for (const auto& c : scene["cameras"]) {
    fmt::print("  {} {}x{} px, {} to {} m\n", c["name"].get<std::string>(), c["width_px"].get<int>(),
               c["height_px"].get<int>(), c["near_m"].get<double>(), c["far_m"].get<double>());
  }
  if (!scene["actuators"].empty()) fmt::print("\nactuators (action -1 to 1):\n");
  for (const auto& a : scene["actuators"]) {
    fmt::print("  {} {} to {}\n", a["name"].get<std::string>(), a["control_lower"].get<double>(),
               a["control_upper"].get<double>());
  }
}

int inspect_scenario(const std::string& path, bool json) {
  const Result<std::unique_ptr<Sampler>> sampler = load_sampler(path, {});
  if (!sampler.ok()) return report(sampler.status());
  const schema::Scenario& scenario = (*sampler)->scenario();
  // The first draws until one is kept: what the scene looks like for this scenario's own seed.
  Result<Sample> sample = rejected("not drawn");
  for (std::int64_t episode = 0; episode < 10 && !sample.ok(); ++episode) {
    sample = (*sampler)->sample({scenario.dataset().seed(), episode});
  }
  if (!sample.ok()) return report(sample.status().with_context("the first 10 draws were all rejected"));
  const SceneLayout& layout = (*sampler)->layout();
  nlohmann::json factors = nlohmann::json::array();
  for (const FactorLayout& factor : layout.factors) {
    factors.push_back({{"name", factor.name}, {"unit", factor.unit}, {"meaning", factor.meaning}});
  }
  nlohmann::json object = {{"schema", "diorama.inspect.scenario.1"}, {"path", path}, {"name", scenario.name()},
                           {"description", scenario.description()}, {"objects", layout.objects.size()},
                           {"max_contacts", layout.max_contacts}, {"factors", factors},
                           {"frames", sample->episode.num_frames}, {"frame_rate_hz", sample->episode.frame_rate_hz},
                           {"scene", describe_scene(sample->scene)}};
  if (json) {
    fmt::print("{}\n", object.dump());
    return kDone;
  }
  fmt::print("{}: {}\n{}\n", path, scenario.name(), scenario.description());
  fmt::print("{} object slots, {} frames at {} Hz, at most {} touching pairs per frame\n\n", layout.objects.size(),
             sample->episode.num_frames, sample->episode.frame_rate_hz, layout.max_contacts);
  print_scene(object["scene"]);
  if (!factors.empty()) fmt::print("\nfactors of variation:\n");
  for (const FactorLayout& factor : layout.factors) {
    fmt::print("  variation.{} {}{}\n", factor.name, factor.unit.empty() ? "" : "[" + factor.unit + "] ", factor.meaning);
  }
  return kDone;
}

int inspect_model(const std::string& path, bool json) {
  const Result<Scene> scene = sampler_tools().import_model(std::filesystem::absolute(path));
  if (!scene.ok()) return report(scene.status());
  const nlohmann::json object = {{"schema", "diorama.inspect.model.1"}, {"path", path}, {"scene", describe_scene(*scene)}};
  if (json) {
    fmt::print("{}\n", object.dump());
    return kDone;
  }
  fmt::print("{}: a MuJoCo model\n", path);
  print_scene(object["scene"]);
  return kDone;
}

int inspect_dataset(const std::string& path, bool json) {
  const Result<std::unique_ptr<DatasetReader>> dataset = DatasetReader::open(path);
  if (!dataset.ok()) return report(dataset.status());
  if (json) {
    fmt::print("{}\n", describe_dataset(**dataset, path).dump());
  } else {
    print_dataset(**dataset, path);
  }
  return kDone;
}

int run(const std::string& path, bool json) {
  want_json(json);
  std::error_code ignored;
  const std::string extension = std::filesystem::path(path).extension();
  if (!std::filesystem::exists(path, ignored)) {
    return report(invalid_input(path + ": no such file or folder"));
  }
  if (std::filesystem::is_directory(path, ignored) || extension == ".h5" || extension == ".hdf5") {
    return inspect_dataset(path, json);
  }
  if (extension == ".xml" || extension == ".mjcf" || extension == ".urdf") return inspect_model(path, json);
  return inspect_scenario(path, json);
}

}  // namespace

Command inspect_command() {
  return {"inspect", "Explain a dataset, a shard, a scenario or a model file",
          "  diorama inspect data/clutter\n"
          "  diorama inspect data/clutter/shards/000000.h5 --json\n"
          "  diorama inspect scenes/library/humanoid.textproto",
          [](const Options& options) {
            const auto path = std::make_shared<std::string>();
            const auto json = std::make_shared<bool>(false);
            options.value("path", *path, "Dataset folder, .h5 shard, scenario or .xml model").required().type_name("PATH").check(not_empty());
            options.flag("--json", *json, "One JSON object on stdout");
            return [path, json] { return run(*path, *json); };
          }};
}

}  // namespace diorama::cli
