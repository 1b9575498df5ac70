#include "exporters/shard/manifest.h"

#include <algorithm>
#include <cstdio>

#include "engine/core/hash.h"
#include "engine/core/text.h"
#include "exporters/shard/fast_deflate.h"
#include "exporters/shard/h5_handle.h"
#include "exporters/shard/journal.h"

#include <libdeflate.h>
#include <nlohmann/json.hpp>

namespace diorama {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxRootAttributeBytes = 60000;
constexpr const char* kShardFormat = "diorama-shard";
constexpr const char* kDatasetFormat = "diorama-dataset";
constexpr const char* kContentHash = "content_xxh3_128";

/// nlohmann throws on text that is not UTF-8; such bytes are replaced instead.
std::string dump(const json& value, int indent) {
  return value.dump(indent, ' ', false, json::error_handler_t::replace);
}

/// XXH3-128 of the members of a shard's manifest in their canonical text, without the hash itself.
std::string content_hash(const json& root) {
  const std::string text = dump(root, -1);
  return xxh3_128_hex(std::as_bytes(std::span(text)));
}

json columns_json(const DatasetSpec& spec) {
  json columns = json::array();
  for (const Column& column : spec.columns) {
    json entry = {{"name", column.name},       {"type", column_type_name(column.type)},
                  {"row_shape", column.row_shape}, {"symbols", column.symbols},
                  {"unit", column.unit},       {"meaning", column.meaning},
                  {"chunk_rows", column.chunk_rows}, {"shuffle", column.shuffle},
                  {"deflate_level", column.deflate_level()}};
    if (column.view >= 0) entry["view"] = spec.layout.views[column.view].name;
    if (column.is_link()) entry["link_to"] = column.link_to;
    columns.push_back(std::move(entry));
  }
  return columns;
}

json views_json(const SceneLayout& layout) {
  json views = json::array();
  for (const ViewLayout& view : layout.views) {
    views.push_back({{"name", view.name}, {"width_px", view.width_px}, {"height_px", view.height_px},
                     {"near_m", view.near_m}, {"far_m", view.far_m}});
  }
  return views;
}

json names_json(const std::vector<ObjectSlot>& objects) {
  json names = json::array();
  for (const ObjectSlot& object : objects) names.push_back(object.name);
  return names;
}

json joints_json(const SceneLayout& layout) {
  json joints = json::array();
  for (const JointSlot& joint : layout.joints) {
    joints.push_back({{"name", joint.name}, {"type", joint_type_name(joint.type)}, {"qpos_offset", joint.qpos_offset},
                      {"qvel_offset", joint.qvel_offset}});
  }
  return joints;
}

json parent_json(const ParentDataset& parent) {
  json root = {{"how", parent.how},
               {"manifest_sha256", parent.manifest_sha256},
               {"spec_hash", parent.spec_hash},
               {"episode", parent.episode ? json(*parent.episode) : json()},
               {"given_actions", parent.given_actions},
               {"interventions", parent.interventions}};
  if (parent.frame >= 0) root["frame"] = parent.frame;
  return root;
}

/// What shards, index and manifest all say.
json common_json(const DatasetSpec& spec) {
  return {{"version", kDatasetFormatVersion},
          {"scenario_name", spec.scenario_name},
          {"seed", spec.seed},
          {"frame_rate_hz", spec.frame_rate_hz},
          {"step_rate_hz", spec.step_rate_hz},
          {"engine", spec.engine},
          {"engine_version", spec.engine_version},
          {"renderer", spec.renderer},
          {"units", "SI: m, kg, s, rad, N; depth as the unit of its column says"},
          {"axes", "world right-handed, z up; camera x right, y down, z forward; quaternions w, x, y, z"},
          {"views", views_json(spec.layout)},
          {"objects", names_json(spec.layout.objects)},
          {"classes", spec.layout.class_names},
          {"actuators", spec.layout.actuators}};
}

json rejections_json(const ShardSummary& summary) {
  json list = json::array();
  for (const ShardSummary::Rejection& r : summary.rejected) list.push_back({{"episode", r.episode}, {"reason", r.reason}});
  return list;
}

}  // namespace

std::string shard_stem(int shard) {
  char text[32];
  std::snprintf(text, sizeof text, "%06d", shard);
  return text;
}

int DatasetSpec::num_shards() const {
  return static_cast<int>((num_episodes + episodes_per_shard - 1) / episodes_per_shard);
}

std::int64_t DatasetSpec::shard_begin(int shard) const {
  return first_episode + static_cast<std::int64_t>(shard) * episodes_per_shard;
}

std::int64_t DatasetSpec::shard_end(int shard) const {
  return std::min(first_episode + num_episodes, shard_begin(shard + 1));
}

std::string DatasetSpec::hash() const {
  std::string text;
  for (const auto& [name, value] : spec_facts(*this)) text += name + "=" + value + "\n";
  return sha256_hex(text);
}

std::map<std::string, std::string> spec_facts(const DatasetSpec& spec) {
  std::map<std::string, std::string> facts = {
      {"format", std::to_string(kDatasetFormatVersion)},
      {"scenario", "sha256:" + sha256_hex(spec.scenario_text)},
      {"scenario_name", spec.scenario_name},
      {"seed", std::to_string(spec.seed)},
      {"first_episode", std::to_string(spec.first_episode)},
      {"episodes", std::to_string(spec.num_episodes)},
      {"episodes_per_shard", std::to_string(spec.episodes_per_shard)},
      {"frame_rate_hz", format_number(spec.frame_rate_hz)},
      {"step_rate_hz", format_number(spec.step_rate_hz)},
      {"engine", spec.engine},
      {"engine_version", spec.engine_version},
      {"renderer", spec.renderer},
      {"render_device", spec.render_device},
      {"render_driver", spec.render_driver},
      {"cpu_family", spec.cpu_family},
      {"columns", "sha256:" + sha256_hex(dump(columns_json(spec), -1))},
      {"layout", "sha256:" + sha256_hex(dump({views_json(spec.layout), names_json(spec.layout.objects),
                                              joints_json(spec.layout), spec.layout.class_names}, -1))},
      {"hdf5", h5::library_version()},
      {"libdeflate", LIBDEFLATE_VERSION_STRING},
      {"isa-l", fast_deflate_version()}};
  if (!spec.parent.manifest_sha256.empty()) facts["parent"] = dump(parent_json(spec.parent), -1);
  for (const auto& [name, sha256] : spec.files) facts["file " + name] = "sha256:" + sha256;
  return facts;
}

std::string describe_difference(const std::map<std::string, std::string>& there,
                                const std::map<std::string, std::string>& now) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : now) {
    const auto found = there.find(name);
    if (found != there.end() && found->second == value) continue;
    const bool is_hash = value.starts_with("sha256:");
    const std::string old = found == there.end() ? "nothing" : "'" + found->second + "'";
    parts.push_back(is_hash ? name + " differs" : name + " is " + old + " there and '" + value + "' now");
  }
  for (const auto& [name, value] : there) {
    if (!now.contains(name)) parts.push_back(name + " is not used any more");
  }
  return join(parts, "; ");
}

std::string facts_json(const std::map<std::string, std::string>& facts) { return dump(json(facts), -1); }

std::optional<std::map<std::string, std::string>> parse_facts_json(const std::string& text) {
  const json root = json::parse(text, nullptr, false);
  if (!root.is_object()) return std::nullopt;
  std::map<std::string, std::string> facts;
  for (const auto& [name, value] : root.items()) {
    if (!value.is_string()) return std::nullopt;
    facts[name] = value.get<std::string>();
  }
  return facts;
}

std::string shard_json(const ShardManifest& manifest) {
  const ShardSummary& summary = manifest.summary;
  json episodes = json::array();
  std::int64_t first_row = 0;
  for (std::size_t i = 0; i < summary.episodes.size(); ++i) {
    episodes.push_back(
        {{"episode", summary.episodes[i]}, {"first_row", first_row}, {"rows", manifest.episode_rows[i]}});
    first_row += manifest.episode_rows[i];
  }
  json chunks = json::object();
  for (const auto& [column, entries] : manifest.chunks) {
    json list = json::array();
    for (const ChunkEntry& entry : entries) list.push_back({entry.offset, entry.bytes, entry.xxh3_128});
    chunks[column] = std::move(list);
  }
  json root = {{"format", kShardFormat},
               {"version", kDatasetFormatVersion},
               {"shard", summary.shard},
               {"file", summary.file},
               {"bytes", summary.bytes},
               {"sha256", summary.sha256},
               {"rows", summary.num_rows},
               {"episodes", std::move(episodes)},
               {"rejected", rejections_json(summary)},
               {"spec_hash", manifest.spec_hash},
               {"spec", manifest.spec_facts},
               {"chunk_fields", {"offset", "bytes", "xxh3_128"}},
               {"chunks", std::move(chunks)}};
  root[kContentHash] = content_hash(root);
  return dump(root, -1) + "\n";
}

Result<ShardManifest> parse_shard_json(const std::string& text, const std::string& where) {
  ShardManifest manifest;
  try {
    json root = json::parse(text);
    if (root.at("format") != kShardFormat) return output_error(where + " is not a shard's manifest of diorama");
    if (root.at("version") != kDatasetFormatVersion) {
      return output_error(where + " has format version " + root.at("version").dump() + "; this diorama knows " +
                          std::to_string(kDatasetFormatVersion));
    }
    manifest.vouched = root.contains(kContentHash);
    if (manifest.vouched) {
      const std::string hash = root[kContentHash];
      bool as_written = dump(root, -1) + "\n" == text;
      root.erase(kContentHash);
      as_written = as_written && content_hash(root) == hash;
      if (!as_written) return output_error(where + " is damaged: it does not say what was written");
    }
    ShardSummary& summary = manifest.summary;
    summary.table_sha256 = sha256_hex(text);
    summary.shard = root.at("shard");
    summary.file = root.at("file");
    summary.bytes = root.at("bytes");
    summary.sha256 = root.at("sha256");
    summary.num_rows = root.at("rows");
    for (const json& entry : root.at("episodes")) {
      summary.episodes.push_back(entry.at("episode"));
      manifest.episode_rows.push_back(entry.at("rows"));
    }
    for (const json& entry : root.at("rejected")) summary.rejected.push_back({entry.at("episode"), entry.at("reason")});
    manifest.spec_hash = root.at("spec_hash");
    manifest.spec_facts = root.at("spec").get<std::map<std::string, std::string>>();
    for (const auto& [column, list] : root.at("chunks").items()) {
      std::vector<ChunkEntry>& entries = manifest.chunks[column];
      for (const json& entry : list) entries.push_back({entry.at(0), entry.at(1), entry.at(2)});
    }
  } catch (const json::exception& error) {
    return output_error(where + " is damaged or not a shard's manifest: " + error.what());
  }
  return manifest;
}

std::string dataset_json(const DatasetSpec& spec, const std::vector<ShardManifest>& shards,
                         const std::optional<IndexFile>& index) {
  json root = common_json(spec);
  root["index"] =
      index ? json{{"file", "index.h5"}, {"bytes", index->bytes}, {"sha256", index->sha256}}
            : json();
  root["format"] = kDatasetFormat;
  root["scenario"] = spec.scenario_text;
  root["first_episode"] = spec.first_episode;
  root["episodes_drawn"] = spec.num_episodes;
  if (!spec.parent.manifest_sha256.empty()) root["parent"] = parent_json(spec.parent);
  root["episodes_per_shard"] = spec.episodes_per_shard;
  root["render_device"] = spec.render_device;
  root["render_driver"] = spec.render_driver;
  root["cpu_family"] = spec.cpu_family;
  root["libraries"] = {{"hdf5", h5::library_version()}, {"libdeflate", LIBDEFLATE_VERSION_STRING},
                       {"isa-l", fast_deflate_version()}};
  root["spec_hash"] = spec.hash();
  root["spec"] = spec_facts(spec);
  root["columns"] = columns_json(spec);
  root["joints"] = joints_json(spec.layout);
  root["files"] = spec.files;
  json factors = json::array();
  for (const FactorLayout& factor : spec.layout.factors) {
    factors.push_back({{"name", factor.name}, {"width", factor.width}, {"unit", factor.unit},
                       {"meaning", factor.meaning}});
  }
  root["factors"] = std::move(factors);

  json splits = {{"train", json::array()}, {"val", json::array()}, {"test", json::array()}};
  json list = json::array();
  json rejected = json::array();
  std::int64_t rows = 0;
  std::int64_t kept = 0;
  for (const ShardManifest& shard : shards) {
    const ShardSummary& summary = shard.summary;
    list.push_back({{"file", summary.file},
                    {"sha256", summary.sha256},
                    {"table_sha256", summary.table_sha256},
                    {"bytes", summary.bytes},
                    {"rows", summary.num_rows},
                    {"episodes", summary.episodes},
                    {"episode_rows", shard.episode_rows}});
    for (const json& entry : rejections_json(summary)) rejected.push_back(entry);
    for (const std::int64_t episode : summary.episodes) splits[split_of_episode(episode)].push_back(episode);
    rows += summary.num_rows;
    kept += static_cast<std::int64_t>(summary.episodes.size());
  }
  root["shards"] = std::move(list);
  root["rejected"] = std::move(rejected);
  root["splits"] = std::move(splits);
  root["split_rule"] =
      "by episode_idx: first 8 hexadecimal digits of SHA-256(\"split/<episode_idx>\") modulo 10: 0..7 train, 8 val, 9 test";
  root["rows"] = rows;
  root["episodes"] = kept;
  return dump(root, 1) + "\n";
}

std::string root_attribute(const DatasetSpec& spec) {
  json root = common_json(spec);
  root["format"] = kShardFormat;
  // Nothing here depends on the number of episodes: a shard of a longer dataset has the same bytes. What is longest and least needed gives way first; the manifest has it all.
  for (const char* name : {"objects", "classes", "actuators", "views"}) {
    if (dump(root, -1).size() < kMaxRootAttributeBytes) break;
    root[name] = "see dataset.json";
  }
  return dump(root, -1);
}

const char* split_of_episode(std::int64_t episode) {
  const std::string digits = sha256_hex("split/" + std::to_string(episode)).substr(0, 8);
  const unsigned long rest = std::stoul(digits, nullptr, 16) % 10;
  return rest < 8 ? "train" : rest == 8 ? "val" : "test";
}

}  // namespace diorama
