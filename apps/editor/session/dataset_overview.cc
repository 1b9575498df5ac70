#include "apps/editor/session/dataset_overview.h"

#include <algorithm>
#include <utility>

#include "exporters/shard/manifest.h"
#include "scenes/scenario_io.h"

#include <nlohmann/json.hpp>

namespace diorama::editor {
namespace {

using nlohmann::json;

/// A list of names; a shard whose list would be too long says where it stands instead.
std::vector<std::string> names_in(const json& root, const char* key) {
  std::vector<std::string> names;
  if (!root.contains(key) || !root.at(key).is_array()) return names;
  for (const json& name : root.at(key)) names.push_back(name.get<std::string>());
  return names;
}

void read_views(const json& root, DatasetOverview& overview) {
  if (root.contains("views") && root.at("views").is_array()) {
    for (const json& view : root.at("views")) {
      const std::string name = view.at("name");
      overview.views.push_back(
          {name, overview.views.empty() ? "" : "." + name, view.at("near_m"), view.at("far_m")});
    }
  }
  if (!overview.views.empty()) return;
  // Only the columns tell: "pixels" and "pixels.<view>".
  overview.views.push_back({"main", "", 0.0, 0.0});
  for (const FoundColumn& column : overview.columns) {
    const std::string prefix = "pixels.";
    if (!column.name.starts_with(prefix)) continue;
    const std::string name = column.name.substr(prefix.size());
    overview.views.push_back({name, "." + name, 0.0, 0.0});
  }
}

/// All shards, or only the one that stands at `only`.
void read_shards(const json& root, const std::string& only, DatasetOverview& overview) {
  std::int64_t first = 0;
  for (const json& entry : root.at("shards")) {
    DatasetShard shard;
    shard.file = entry.at("file");
    if (!only.empty() && std::filesystem::path(shard.file).filename() != only) continue;
    shard.sha256 = entry.at("sha256");
    shard.bytes = entry.at("bytes");
    shard.rows = entry.at("rows");
    shard.first_position = first;
    shard.num_episodes = static_cast<std::int64_t>(entry.at("episodes").size());
    first += shard.num_episodes;
    overview.shards.push_back(std::move(shard));
  }
  for (const json& entry : root.at("rejected")) {
    overview.rejected.push_back({entry.at("episode"), entry.at("reason")});
  }
}

Status read_json(const std::string& text, const std::string& only_shard, DatasetOverview& overview) {
  try {
    const json root = json::parse(text);
    overview.scenario_name = root.value("scenario_name", "");
    overview.scenario_text = root.value("scenario", "");
    overview.seed = root.value("seed", std::uint64_t{0});
    overview.frame_rate_hz = root.value("frame_rate_hz", 0.0);
    overview.engine = root.value("engine", "");
    overview.engine_version = root.value("engine_version", "");
    overview.object_names = names_in(root, "objects");
    overview.class_names = names_in(root, "classes");
    read_views(root, overview);
    read_shards(root, only_shard, overview);
  } catch (const json::exception& error) {
    return invalid_input(overview.path.string() + ": its description is damaged: " + error.what());
  }
  return {};
}

/// What a channel's columns are called, without their view.
std::string column_base(const ChannelInfo& info) {
  return info.channel == Channel::kColor ? "pixels" : info.name;
}

}  // namespace

const FoundColumn* DatasetOverview::find_column(const std::string& name) const {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const FoundColumn& column) { return column.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

std::string DatasetOverview::object_name(int object) const {
  const bool known = object >= 0 && object < static_cast<int>(object_names.size());
  return known ? object_names[static_cast<std::size_t>(object)] : "";
}

Status check_dataset(const std::filesystem::path& path) { return DatasetReader::open(path).status(); }

Result<DatasetOverview> describe_dataset(const DatasetReader& reader,
                                         const std::filesystem::path& path) {
  DatasetOverview overview;
  overview.path = path;
  overview.columns = reader.columns();
  std::error_code ignored;
  const bool whole = path.filename() == "index.h5" || std::filesystem::is_directory(path, ignored);
  const std::string only_shard = whole ? "" : path.filename().string();
  DIORAMA_RETURN_IF_ERROR(read_json(reader.description_json(), only_shard, overview));
  for (std::size_t i = 0; i < reader.episode_lengths().size(); ++i) {
    DatasetEpisode episode;
    episode.first_row = reader.episode_offsets()[i];
    episode.num_rows = reader.episode_lengths()[i];
    DIORAMA_ASSIGN_OR_RETURN(const std::vector<double> number,
                             reader.read_row("episode_idx", episode.first_row));
    episode.episode = number.empty() ? 0 : static_cast<std::int64_t>(number[0]);
    episode.split = split_of_episode(episode.episode);
    const auto shard = std::find_if(
        overview.shards.begin(), overview.shards.end(), [&](const DatasetShard& candidate) {
          return static_cast<std::int64_t>(i) < candidate.first_position + candidate.num_episodes;
        });
    episode.shard = static_cast<int>(shard - overview.shards.begin());
    overview.episodes.push_back(std::move(episode));
  }
  return overview;
}

std::vector<PictureColumn> picture_columns(const DatasetOverview& overview) {
  std::vector<PictureColumn> found;
  for (std::size_t view = 0; view < overview.views.size(); ++view) {
    for (const ChannelInfo& info : all_channels()) {
      // Masks of 62 bits do not survive DatasetReader's doubles.
      if (info.type == ElementType::kInt64) continue;
      const FoundColumn* column =
          overview.find_column(column_base(info) + overview.views[view].suffix);
      if (column != nullptr && column->shape.size() >= 3) {
        found.push_back({column, info.channel, static_cast<int>(view)});
      }
    }
  }
  return found;
}

Result<SimRequest> episode_scene(const DatasetOverview& overview, std::int64_t position,
                                 const std::filesystem::path& base_folder) {
  if (overview.scenario_text.empty()) {
    return invalid_input(overview.path.string() + ": its dataset.json does not carry its scenario");
  }
  if (position < 0 || position >= static_cast<std::int64_t>(overview.episodes.size())) {
    return invalid_input("the dataset has no episode at position " + std::to_string(position));
  }
  SimRequest request;
  DIORAMA_ASSIGN_OR_RETURN(
      request.scenario,
      parse_scenario(overview.scenario_text, (overview.path / "dataset.json").string()));
  request.base_folder = base_folder;
  request.key = {overview.seed, overview.episodes[static_cast<std::size_t>(position)].episode};
  if (!overview.engine.empty()) {
    DIORAMA_ASSIGN_OR_RETURN(request.physics, physics_backend_from_name(overview.engine));
  }
  return request;
}

}  // namespace diorama::editor
