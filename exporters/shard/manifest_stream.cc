#include "exporters/shard/manifest_stream.h"

#include <fstream>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

namespace diorama {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// What is listed per shard or per episode, and so may be longer than memory.
const std::set<std::string>& long_lists() {
  static const std::set<std::string> names = {"shards", "rejected", "splits"};
  return names;
}

/// Parses dataset.json; the entries of its list `wanted` go to `each` one by one and are forgotten,
/// other long lists are left out. Returns the rest.
Result<json> stream(const fs::path& folder, const std::set<std::string>& wanted,
                    const std::function<Status(const std::string& list, const json& entry)>& each) {
  const fs::path path = folder / "dataset.json";
  std::error_code error;
  if (!fs::exists(folder, error)) return invalid_input(folder.string() + " does not exist");
  if (!fs::exists(path, error)) {
    return invalid_input(
        folder.string() +
        " has no dataset.json: not a dataset of diorama, or one that is not finished "
        "(run generate with --resume)");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return invalid_input(path.string() + " cannot be opened");
  Status status;
  std::string list;  // the member of the root that is being read
  const auto keep = [&](int depth, json::parse_event_t event, json& value) {
    if (depth == 1 && event == json::parse_event_t::key) {
      list = value.get<std::string>();
      return !long_lists().contains(list) || wanted.contains(list);
    }
    if (depth != 2 || !wanted.contains(list)) return true;
    if (event == json::parse_event_t::object_start) return true;
    if (!status.ok()) return false;
    status = event == json::parse_event_t::object_end
                 ? each(list, value)
                 : invalid_input(path.string() + " cannot be used: its list '" + list +
                                 "' holds something else than objects");
    return false;
  };
  json root;
  try {
    root = json::parse(file, keep);
  } catch (const json::exception& exception) {
    return invalid_input(path.string() + " is damaged: " + exception.what());
  }
  DIORAMA_RETURN_IF_ERROR(status);
  return root;
}

std::string reason_of(const json& entry) {
  const auto reason = entry.find("reason");
  return reason != entry.end() && reason->is_string() ? reason->get<std::string>()
                                                      : "no reason given";
}

}  // namespace

fs::path dataset_folder(const fs::path& path) {
  if (path.filename() != "index.h5") return path;
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

Result<ManifestHead> read_manifest_head(const fs::path& path) {
  const fs::path folder = dataset_folder(path);
  ManifestHead head;
  const auto count = [&](const std::string& list, const json& entry) -> Status {
    if (list == "rejected") {
      ++head.rejected;
      const std::string reason = reason_of(entry);
      const bool room = head.rejected_by_reason.size() < ManifestHead::kMaxReasons ||
                        head.rejected_by_reason.contains(reason);
      ++head.rejected_by_reason[room ? reason : "other reasons"];
      return {};
    }
    ++head.shards;
    const auto add = [&](const char* name, std::int64_t& sum) {
      const auto found = entry.find(name);
      const bool there = found != entry.end() && found->is_number_integer();
      // What a damaged manifest says may add up to anything; each shard is checked when it is read.
      if (there && __builtin_add_overflow(sum, found->get<std::int64_t>(), &sum)) sum = 0;
    };
    add("rows", head.rows);
    add("bytes", head.bytes);
    const auto episodes = entry.find("episodes");
    if (episodes != entry.end()) head.episodes += static_cast<std::int64_t>(episodes->size());
    return {};
  };
  DIORAMA_ASSIGN_OR_RETURN(json root, stream(folder, {"shards", "rejected"}, count));
  if (!root.is_object() || !root.contains("shards") || !root["shards"].is_array()) {
    return invalid_input((folder / "dataset.json").string() +
                         " cannot be used: it lists no shards");
  }
  head.text = root.dump(-1, ' ', false, json::error_handler_t::replace);
  // The columns and the format are checked as a reader of all of it would.
  root["shards"] = json::array();
  DIORAMA_RETURN_IF_ERROR(
      parse_clip_manifest(root.dump(-1, ' ', false, json::error_handler_t::replace),
                          (folder / "dataset.json").string())
          .status());
  return head;
}

Status for_each_shard(const fs::path& path, const ManifestHead& head,
                      const std::function<Status(ClipManifest)>& each) {
  const fs::path folder = dataset_folder(path);
  json root = json::parse(head.text, nullptr, false);
  const auto one = [&](const std::string&, const json& entry) -> Status {
    root["shards"] = json::array({entry});
    DIORAMA_ASSIGN_OR_RETURN(
        ClipManifest manifest,
        parse_clip_manifest(root.dump(-1, ' ', false, json::error_handler_t::replace),
                            (folder / "dataset.json").string()));
    return each(std::move(manifest));
  };
  return stream(folder, {"shards"}, one).status();
}

}  // namespace diorama
