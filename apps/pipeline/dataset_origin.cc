#include "apps/pipeline/dataset_origin.h"

#include <nlohmann/json.hpp>

#include "engine/core/hash.h"
#include "exporters/shard/manifest.h"
#include "exporters/shard/output_file.h"
#include "scenes/scenario_io.h"

namespace diorama {

Result<DatasetOrigin> read_origin(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "dataset.json";
  DIORAMA_ASSIGN_OR_RETURN(const std::string text, read_text_file(path));
  DatasetOrigin origin;
  origin.manifest_sha256 = sha256_hex(text);
  std::string scenario;
  try {
    using Texts = std::map<std::string, std::string>;
    const nlohmann::json root = nlohmann::json::parse(text);
    scenario = root.at("scenario").get<std::string>();
    origin.scenario_name = root.at("scenario_name").get<std::string>();
    origin.seed = root.at("seed").get<std::uint64_t>();
    origin.first_episode = root.value("first_episode", std::int64_t{0});
    origin.num_episodes = root.at("episodes_drawn").get<std::int64_t>();
    origin.episodes_per_shard = root.at("episodes_per_shard").get<int>();
    origin.frame_rate_hz = root.at("frame_rate_hz").get<double>();
    origin.engine = root.at("engine").get<std::string>();
    origin.renderer = root.at("renderer").get<std::string>();
    origin.spec_hash = root.at("spec_hash").get<std::string>();
    origin.facts = root.at("spec").get<Texts>();
    origin.files = root.value("files", Texts());
    for (const nlohmann::json& entry : root.at("rejected")) {
      origin.rejected[entry.at("episode").get<std::int64_t>()] =
          entry.at("reason").get<std::string>();
    }
    if (const auto parent = root.find("parent"); parent != root.end()) {
      origin.given_actions = parent->at("given_actions").get<bool>();
      const auto rows = parent->find("interventions");
      if (rows != parent->end()) {
        origin.interventions = rows->get<std::vector<std::int64_t>>();
      } else if (parent->contains("frame")) {
        origin.interventions = {parent->at("frame").get<std::int64_t>()};
      }
    }
  } catch (const nlohmann::json::exception& error) {
    return invalid_input(path.string() + " does not say how the dataset was made: " + error.what());
  }
  if (!(origin.frame_rate_hz > 0.0))
    return invalid_input(path.string() + ": frame_rate_hz is no rate");
  DIORAMA_ASSIGN_OR_RETURN(origin.scenario, parse_scenario(scenario, path.string()));
  return origin;
}

std::string changes_since(const DatasetOrigin& origin,
                          const std::map<std::string, std::string>& now) {
  std::map<std::string, std::string> there;
  for (const auto& [name, value] : now) {
    const auto found = origin.facts.find(name);
    if (found != origin.facts.end()) there[name] = found->second;
  }
  return describe_difference(there, now);
}

}  // namespace diorama
