#include "exporters/shard/verify.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include <fcntl.h>

#include "engine/core/hash.h"
#include "engine/core/text.h"
#include "exporters/shard/clip_reader.h"
#include "exporters/shard/h5_handle.h"
#include "exporters/shard/index.h"
#include "exporters/shard/journal.h"
#include "exporters/shard/manifest.h"
#include "exporters/shard/output_file.h"
#include "exporters/shard/verify_values.h"

#include <nlohmann/json.hpp>

namespace diorama {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// The same facts as they stand in the shard's root attribute; `version` and `format` have checks of their own.
constexpr std::array kRootFacts = {"scenario_name", "seed",   "frame_rate_hz",  "step_rate_hz",
                                   "engine",        "engine_version", "renderer", "units", "axes"};

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "(";
  for (const std::int64_t side : shape) text += std::to_string(side) + ", ";
  return text + ")";
}

class DatasetCheck {
 public:
  DatasetCheck(fs::path folder, VerifyReport& report) : folder_(std::move(folder)), report_(report) {}

  void run(const std::string& text, const std::function<void(std::int64_t, std::int64_t)>& progress) {
    const auto reader = ClipReader::open(folder_);
    root_ = json::parse(text, nullptr, false);
    if (!reader.ok()) return add("dataset.json", "cannot be used", "", reader.status().message());
    reader_ = reader->get();
    const ClipManifest& manifest = reader_->manifest();
    read_facts();
    check_totals();
    check_splits();
    const auto count = static_cast<std::int64_t>(manifest.shards.size());
    for (const ClipShard& shard : manifest.shards) {
      check_shard(shard);
      ++report_.shards;
      if (progress) progress(report_.shards, count);
    }
    check_index();
  }

 private:
  void add(const std::string& file, const std::string& problem, const std::string& expected, const std::string& found) {
    report_.findings.add({file, -1, -1, "", problem, expected, found});
  }
  void add(const ClipShard& shard, const std::string& column, const std::string& problem, const std::string& expected,
           const std::string& found) {
    report_.findings.add({shard.file, -1, -1, column, problem, expected, found});
  }

  /// A member of a JSON object that may be anything; null if it is not there.
  static const json& member(const json& object, const char* name) {
    static const json nothing;
    if (!object.is_object()) return nothing;
    const auto found = object.find(name);
    return found == object.end() ? nothing : *found;
  }

  void read_facts() {
    const json& rate = member(root_, "frame_rate_hz");
    if (rate.is_number()) facts_.frame_rate_hz = rate.get<double>();
    if (!(facts_.frame_rate_hz > 0.0)) {
      add("dataset.json", "frame_rate_hz is no rate", "a number above 0", rate.dump());
      facts_.frame_rate_hz = 1.0;
    }
    facts_.num_objects = static_cast<std::int64_t>(member(root_, "objects").size());
    facts_.has_actuators = !member(root_, "actuators").empty();
    for (const json& view : member(root_, "views")) {
      const json& name = member(view, "name");
      const json& far = member(view, "far_m");
      if (!name.is_string() || !far.is_number()) {
        add("dataset.json", "a view without name and far_m", "", view.dump());
        continue;
      }
      facts_.far_m[facts_.far_m.empty() ? "" : name.get<std::string>()] = far.get<double>();
    }
  }

  void check_totals() {
    const ClipManifest& manifest = reader_->manifest();
    const auto total = [&](const char* name, std::int64_t expected) {
      if (member(root_, name) != expected) {
        add("dataset.json", std::string("'") + name + "' is not the sum over its shards", std::to_string(expected),
            member(root_, name).dump());
      }
    };
    total("rows", manifest.num_rows);
    total("episodes", manifest.num_episodes);
    std::map<std::int64_t, std::string> seen;
    std::int64_t last = -1;
    for (const ClipShard& shard : manifest.shards) {
      for (const std::int64_t episode : shard.episodes) {
        const auto [place, fresh] = seen.emplace(episode, shard.file);
        if (!fresh) {
          report_.findings.add({shard.file, episode, -1, "", "the episode is there twice", "once", "also in " + place->second});
        } else if (episode < last) {
          report_.findings.add({shard.file, episode, -1, "", "episodes are out of order", "above " + std::to_string(last), std::to_string(episode)});
        }
        last = std::max(last, episode);
      }
    }
    for (const json& entry : member(root_, "rejected")) {
      const json& episode = member(entry, "episode");
      if (!episode.is_number_integer()) continue;
      if (!seen.emplace(episode.get<std::int64_t>(), "the rejected ones").second) {
        add("dataset.json", "episode " + episode.dump() + " is kept and rejected", "one of both", "both");
      }
    }
    const json& drawn = member(root_, "episodes_drawn");
    const json& first_drawn = member(root_, "first_episode");
    const std::int64_t first = first_drawn.is_number_integer() ? first_drawn.get<std::int64_t>() : 0;
    const auto count = static_cast<std::int64_t>(seen.size());
    if (drawn != count || (count > 0 && (seen.begin()->first != first || seen.rbegin()->first - first + 1 != count))) {
      add("dataset.json", "kept and rejected episodes do not make up those that were drawn",
          drawn.dump() + " from " + std::to_string(first) + " on", std::to_string(count) + " episodes");
    }
  }

  void check_splits() {
    std::map<std::string, std::vector<std::int64_t>> expected = {{"train", {}}, {"val", {}}, {"test", {}}};
    for (const ClipShard& shard : reader_->manifest().shards) {
      for (const std::int64_t episode : shard.episodes) expected[split_of_episode(episode)].push_back(episode);
    }
    for (const auto& [name, episodes] : expected) {
      const json& there = member(member(root_, "splits"), name.c_str());
      if (there != episodes) {
        add("dataset.json", "the split '" + name + "' is not what the rule says", std::to_string(episodes.size()) + " episodes by their hashes",
            std::to_string(there.size()) + " episodes");
      }
    }
  }

  void check_shard(const ClipShard& shard) {
    report_.rows += shard.num_rows;
    report_.episodes += static_cast<std::int64_t>(shard.episodes.size());
    std::error_code error;
    const fs::path path = folder_ / shard.file;
    if (!fs::is_regular_file(path, error)) {
      return add(shard, "", "the shard is missing; index.h5 reads fill values for it", "a file of " + std::to_string(shard.bytes) + " bytes", "no file");
    }
    const auto size = static_cast<std::int64_t>(fs::file_size(path, error));
    if (size != shard.bytes) {
      return add(shard, "", "the file is torn or not this shard", std::to_string(shard.bytes) + " bytes", std::to_string(size) + " bytes");
    }
    report_.bytes += size;
    const Result<std::string> sha256 = sha256_file(path);
    if (!sha256.ok()) return add(shard, "", "cannot be read", "", sha256.status().message());
    const bool as_written = *sha256 == shard.sha256;
    const std::int64_t before = report_.findings.count();
    const std::optional<ClipChunks> chunks = read_table(shard);
    if (chunks) check_chunks(shard, *chunks);
    // HDF5's own structures are looked at only in a file that is as it was written: a damaged one may be more than the
    // library survives.
    if (as_written) {
      check_hdf5(shard, chunks);
    } else if (report_.findings.count() == before) {
      add(shard, "", "the file changed outside of its chunks: HDF5's own structures are damaged", "SHA-256 " + shard.sha256, *sha256);
    } else {
      add(shard, "", "the file is not the one that was written", "SHA-256 " + shard.sha256, *sha256);
    }
    if (!chunks) return;
    for (std::size_t i = 0; i < shard.episodes.size(); ++i) {
      verify_episode(*reader_, facts_, shard.first_episode + static_cast<std::int64_t>(i), report_.findings);
    }
  }

  std::optional<ClipChunks> read_table(const ClipShard& shard) {
    const Result<std::string> text = read_text_file(folder_ / shard.table);
    if (!text.ok()) {
      add(shard.table, "the shard's part of the manifest cannot be read", "", text.status().message());
      return std::nullopt;
    }
    Result<ClipChunks> chunks = parse_clip_chunks(*text, shard.table, reader_->manifest(), shard);
    if (!chunks.ok()) {
      add(shard.table, "the shard's part of the manifest cannot be used", "", chunks.status().message());
      return std::nullopt;
    }
    const json table = json::parse(*text, nullptr, false);
    if (member(table, "spec_hash") != member(root_, "spec_hash")) {
      add(shard.table, "made by another run", "spec_hash " + member(root_, "spec_hash").dump(), member(table, "spec_hash").dump());
    }
    std::vector<std::int64_t> episodes;
    std::vector<std::int64_t> rows;
    for (const json& entry : member(table, "episodes")) {
      if (member(entry, "episode").is_number_integer()) episodes.push_back(member(entry, "episode").get<std::int64_t>());
      if (member(entry, "rows").is_number_integer()) rows.push_back(member(entry, "rows").get<std::int64_t>());
    }
    if (episodes != shard.episodes || rows != shard.episode_rows) {
      add(shard.table, "its episodes are not those of dataset.json", std::to_string(shard.episodes.size()) + " episodes",
          "other episodes or lengths");
    }
    return std::move(chunks).value();
  }

  /// Adds a finding about the rows of one chunk.
  void add_at(const ClipShard& shard, const ClipColumn& column, std::int64_t row, const std::string& problem,
              const std::string& expected, const std::string& found) {
    std::int64_t first = 0;
    for (std::size_t i = 0; i < shard.episode_rows.size(); ++i) {
      if (row < first + shard.episode_rows[i]) {
        return report_.findings.add({shard.file, shard.episodes[i], row - first, column.name, problem, expected, found});
      }
      first += shard.episode_rows[i];
    }
  }

  void check_chunks(const ClipShard& shard, const ClipChunks& chunks) {
    const fs::path path = folder_ / shard.file;
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid()) return add(shard, "", "cannot be opened", "", path.string());
    std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
    std::vector<std::byte> bytes;
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      const ClipColumn& column = reader_->manifest().columns[i];
      const std::int64_t step = rows_per_chunk(column, shard.num_rows);
      for (std::size_t k = 0; k < chunks[i].size(); ++k) {
        const ClipChunk& chunk = chunks[i][k];
        const std::int64_t row = static_cast<std::int64_t>(k) * step;
        ++report_.chunks;
        ranges.emplace_back(chunk.offset, chunk.offset + chunk.bytes);
        bytes.resize(static_cast<std::size_t>(chunk.bytes));
        const Status got = read_at(file.get(), chunk.offset, bytes, path);
        const std::string found = got.ok() ? xxh3_128_hex(bytes) : got.message();
        if (found == hex(chunk.xxh3_128)) continue;
        add_at(shard, column, row, step == 1 ? "the stored bytes of the frame changed" : "the stored bytes from this frame on changed",
               "XXH3 " + hex(chunk.xxh3_128), found);
      }
    }
    std::sort(ranges.begin(), ranges.end());
    for (std::size_t i = 1; i < ranges.size(); ++i) {
      if (ranges[i].first >= ranges[i - 1].second) continue;
      return add(shard.table, "two chunks share bytes of the file", "each has its own", "both at byte " + std::to_string(ranges[i].first));
    }
  }

  void check_hdf5(const ClipShard& shard, const std::optional<ClipChunks>& chunks) {
    const Result<h5::File> file = h5::File::open(folder_ / shard.file);
    if (!file.ok()) return add(shard, "", "HDF5 cannot open it", "", file.status().message());
    check_root(*file, shard.file);
    const std::vector<ClipColumn>& columns = reader_->manifest().columns;
    std::set<std::string> names = {"ep_len", "ep_offset"};
    for (std::size_t i = 0; i < columns.size(); ++i) {
      names.insert(columns[i].name);
      check_column(*file, shard, columns[i], shard.num_rows, chunks ? &(*chunks)[columns[i].stored] : nullptr);
    }
    for (const std::string& name : file->member_names()) {
      if (!names.contains(name)) add(shard, name, "a column that dataset.json does not know", "no such column", "one");
    }
    std::vector<std::int64_t> offsets;
    std::int64_t row = 0;
    for (const std::int64_t rows : shard.episode_rows) {
      offsets.push_back(row);
      row += rows;
    }
    check_integers(*file, shard.file, "ep_len", shard.episode_rows);
    check_integers(*file, shard.file, "ep_offset", offsets);
  }

  void check_root(const h5::File& file, const std::string& name) {
    const Result<std::string> text = file.text_attribute("diorama");
    const json root = text.ok() ? json::parse(*text, nullptr, false) : json();
    for (const char* fact : kRootFacts) {
      if (member(root, fact) == member(root_, fact)) continue;
      add(name, std::string("its attribute 'diorama' says something else about '") + fact + "'", member(root_, fact).dump(), member(root, fact).dump());
    }
  }

  void check_integers(const h5::File& file, const std::string& name, const char* dataset, const std::vector<std::int64_t>& expected) {
    const Result<h5::Dataset> found = file.dataset(dataset);
    if (!found.ok()) return report_.findings.add({name, -1, -1, dataset, "is missing", "", found.status().message()});
    const Result<std::vector<std::int64_t>> values = found->read_integers();
    if (!values.ok()) return report_.findings.add({name, -1, -1, dataset, "cannot be read", "", values.status().message()});
    if (*values == expected) return;
    const auto [a, b] = std::mismatch(values->begin(), values->end(), expected.begin(), expected.end());
    report_.findings.add({name, -1, -1, dataset, "entry " + std::to_string(a - values->begin()) + " is not that of the manifest",
                          b == expected.end() ? "no such entry" : std::to_string(*b), a == values->end() ? "no such entry" : std::to_string(*a)});
  }

  void check_column(const h5::File& file, const ClipShard& shard, const ClipColumn& column, std::int64_t num_rows,
                    const std::vector<ClipChunk>* chunks) {
    const Result<h5::Dataset> dataset = file.dataset(column.name);
    if (!dataset.ok()) return add(shard, column.name, "the column is missing", "", dataset.status().message());
    if (!check_type(*dataset, shard.file, column, num_rows) || chunks == nullptr) return;
    const std::int64_t step = rows_per_chunk(column, num_rows);
    for (std::size_t k = 0; k < chunks->size(); ++k) {
      const std::int64_t row = static_cast<std::int64_t>(k) * step;
      const Result<h5::ChunkPlace> place = dataset->chunk_place(row);
      if (place.ok() && place->offset == (*chunks)[k].offset && place->bytes == (*chunks)[k].bytes) continue;
      add_at(shard, column, row, "HDF5 reads the frame from another place than the shard's table says",
             "byte " + std::to_string((*chunks)[k].offset), place.ok() ? "byte " + std::to_string(place->offset) : place.status().message());
    }
  }

  bool check_type(const h5::Dataset& dataset, const std::string& file, const ClipColumn& column, std::int64_t num_rows) {
    std::vector<std::int64_t> shape = {num_rows};
    shape.insert(shape.end(), column.row_shape.begin(), column.row_shape.end());
    const Result<ColumnType> type = dataset.type();
    const auto wrong = [&](const std::string& problem, const std::string& expected, const std::string& found) {
      report_.findings.add({file, -1, -1, column.name, problem, expected, found});
      return false;
    };
    if (!type.ok() || *type != column.type) {
      return wrong("another type", column_type_name(column.type), type.ok() ? column_type_name(*type) : type.status().message());
    }
    if (dataset.shape() != shape) return wrong("another shape", shape_text(shape), shape_text(dataset.shape()));
    const ClipColumn& described = reader_->manifest().columns[column.stored];  // a link shares the other's attributes
    for (const auto& [name, expected] : {std::pair{"unit", described.unit}, std::pair{"meaning", described.meaning}}) {
      const Result<std::string> text = dataset.text_attribute(name);
      if (!text.ok() || *text != expected) wrong(std::string("another ") + name, expected, text.ok() ? *text : text.status().message());
    }
    return true;
  }

  void check_index() {
    std::vector<const ClipShard*> sources;
    for (const ClipShard& shard : reader_->manifest().shards) {
      if (shard.num_rows > 0) sources.push_back(&shard);
    }
    std::error_code error;
    const bool there = fs::exists(folder_ / "index.h5", error);
    if (!there) {
      const ClipIndex& index = reader_->manifest().index;
      const bool wanted = index.vouched ? index.there : std::ssize(sources) <= kMaxIndexedShards;
      if (wanted) add("index.h5", "is missing", "an index over the shards", "no file");
      return;
    }
    // As with the shards: HDF5 gets to see only what is as it was written.
    if (!check_index_bytes()) return;
    const Result<h5::File> file = h5::File::open(folder_ / "index.h5");
    if (!file.ok()) return add("index.h5", "HDF5 cannot open it", "", file.status().message());
    check_root(*file, "index.h5");
    std::vector<std::int64_t> lengths;
    std::vector<std::int64_t> offsets;
    std::int64_t row = 0;
    for (const ClipShard* shard : sources) {
      for (const std::int64_t rows : shard->episode_rows) {
        lengths.push_back(rows);
        offsets.push_back(row);
        row += rows;
      }
    }
    check_integers(*file, "index.h5", "ep_len", lengths);
    check_integers(*file, "index.h5", "ep_offset", offsets);
    for (const ClipColumn& column : reader_->manifest().columns) check_index_column(*file, column, sources);
  }

  bool check_index_bytes() {
    const ClipIndex& index = reader_->manifest().index;
    if (!index.vouched) return true;
    if (!index.there) {
      add("index.h5", "there is an index that dataset.json does not know", "no index", "one");
      return false;
    }
    const fs::path path = folder_ / "index.h5";
    std::error_code error;
    const auto size = fs::is_regular_file(path, error)
                          ? static_cast<std::int64_t>(fs::file_size(path, error))
                          : -1;
    if (size != index.bytes) {
      add("index.h5", "the file is torn or not this index", std::to_string(index.bytes) + " bytes",
          size < 0 ? "no file" : std::to_string(size) + " bytes");
      return false;
    }
    const Result<std::string> sha256 = sha256_file(path);
    if (sha256.ok() && *sha256 == index.sha256) return true;
    add("index.h5", "the file is not the one that was written", "SHA-256 " + index.sha256,
        sha256.ok() ? *sha256 : sha256.status().message());
    return false;
  }

  void check_index_column(const h5::File& file, const ClipColumn& column, const std::vector<const ClipShard*>& sources) {
    const auto wrong = [&](const std::string& problem, const std::string& expected, const std::string& found) {
      report_.findings.add({"index.h5", -1, -1, column.name, problem, expected, found});
    };
    const Result<h5::Dataset> dataset = file.dataset(column.name);
    if (!dataset.ok()) return wrong("the column is missing", "", dataset.status().message());
    if (!check_type(*dataset, "index.h5", column, reader_->manifest().num_rows) || sources.empty()) return;
    const Result<std::vector<h5::VirtualMapping>> found = dataset->virtual_mappings();
    if (!found.ok()) return wrong("its sources cannot be read", "", found.status().message());
    if (found->size() != sources.size()) {
      return wrong("another number of sources", std::to_string(sources.size()) + " shards", std::to_string(found->size()));
    }
    const std::string& stored = reader_->manifest().columns[column.stored].name;
    std::int64_t row = 0;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      const h5::VirtualMapping& m = (*found)[i];
      if (m.file != sources[i]->file || m.dataset != stored || m.first_row != row || m.num_rows != sources[i]->num_rows ||
          m.source_first_row != 0 || m.source_num_rows != sources[i]->num_rows) {
        return wrong("rows from " + std::to_string(row) + " on come from elsewhere",
                     "'" + stored + "' of " + sources[i]->file, "'" + m.dataset + "' of " + m.file + " for " + std::to_string(m.num_rows) + " rows");
      }
      row += m.num_rows;
    }
  }

  fs::path folder_;
  VerifyReport& report_;
  const ClipReader* reader_ = nullptr;
  json root_;
  DatasetFacts facts_;
};

}  // namespace

std::string describe(const Finding& finding) {
  std::string text = finding.file;
  if (finding.episode >= 0) text += " episode " + std::to_string(finding.episode);
  if (finding.frame >= 0) text += " frame " + std::to_string(finding.frame);
  if (!finding.column.empty()) text += " '" + finding.column + "'";
  text += ": " + finding.problem;
  if (!finding.expected.empty()) text += "; expected " + finding.expected;
  if (!finding.found.empty()) text += (finding.expected.empty() ? "; " : ", found ") + finding.found;
  return text;
}

void Findings::add(Finding finding) {
  ++count_;
  const auto same = std::count_if(list_.begin(), list_.end(), [&](const Finding& f) {
    return f.file == finding.file && f.column == finding.column;
  });
  if (static_cast<std::size_t>(same) < kKeptPerColumn) list_.push_back(std::move(finding));
}

Result<VerifyReport> verify_dataset(const fs::path& path, const std::function<void(std::int64_t, std::int64_t)>& progress) {
  const fs::path folder = path.filename() == "index.h5" ? (path.has_parent_path() ? path.parent_path() : fs::path(".")) : path;
  std::error_code error;
  if (!fs::exists(folder / "dataset.json", error)) {
    return invalid_input(folder.string() + " has no dataset.json: not a dataset of diorama, or one that is not finished "
                                           "(run generate with --resume)");
  }
  VerifyReport report;
  const Result<std::string> text = read_text_file(folder / "dataset.json");
  if (!text.ok()) return invalid_input(text.status().message());
  DatasetCheck(folder, report).run(*text, progress);
  return report;
}

}  // namespace diorama
