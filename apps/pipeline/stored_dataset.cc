#include "apps/pipeline/stored_dataset.h"

#include <algorithm>
#include <utility>

#include "engine/core/text.h"

namespace diorama {
namespace {

namespace fs = std::filesystem;

const ClipColumn* find_column(const ClipReader& reader, const std::string& name) {
  const std::vector<ClipColumn>& columns = reader.manifest().columns;
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const ClipColumn& c) { return c.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

StorageOptions storage_of(const ClipReader& reader) {
  StorageOptions storage;
  for (const ClipColumn& column : reader.manifest().columns) {
    const std::string base = column.name.substr(0, column.name.find('.'));
    if (base == "pixels")
      storage.pixels = column.deflate ? PixelStorage::kDeflate : PixelStorage::kRaw;
    if (base == "depth" || base.starts_with("depth_layer")) {
      storage.depth = column.type == ColumnType::kFloat16 ? DepthStorage::kF16
                      : column.type == ColumnType::kInt16 ? DepthStorage::kI16mm
                                                          : DepthStorage::kF32;
    }
    if (base == "solver_state")
      storage.solver_values = static_cast<int>(column.row_bytes / column.item_bytes);
  }
  return storage;
}

/// The channels of each view that the dataset has all columns of.
ViewChannels channels_of(const ClipReader& reader, const SceneLayout& layout,
                         const StorageOptions& storage) {
  ViewChannels found(layout.views.size(), channel_bit(Channel::kColor));
  for (std::size_t view = 0; view < found.size(); ++view) {
    for (const ChannelInfo& info : all_channels()) {
      ViewChannels one(layout.views.size(), channel_bit(Channel::kColor));
      one[view] |= channel_bit(info.channel);
      bool all = true;
      for (const Column& column : dataset_columns(layout, one, storage)) {
        const bool belongs = (column.is_image() || is_track(column.content)) &&
                             column.view == static_cast<int>(view) &&
                             column.channel == info.channel;
        all = all && (!belongs || find_column(reader, column.name) != nullptr);
      }
      if (all) found[view] |= channel_bit(info.channel);
    }
  }
  return found;
}

/// "0 to 4, 6, 8 to 9".
std::string ranges(const std::vector<std::int64_t>& ascending) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < ascending.size();) {
    std::size_t last = i;
    while (last + 1 < ascending.size() && ascending[last + 1] == ascending[last] + 1) ++last;
    parts.push_back(std::to_string(ascending[i]) +
                    (last > i ? " to " + std::to_string(ascending[last]) : ""));
    i = last + 1;
  }
  constexpr std::size_t kShown = 12;
  if (parts.size() > kShown) {
    parts.resize(kShown);
    parts.emplace_back("... up to " + std::to_string(ascending.back()));
  }
  return parts.empty() ? "none" : join(parts, ", ");
}

Status check_files(const DatasetOrigin& origin, const Sampler& sampler, const fs::path& scenes) {
  std::vector<std::string> changed;
  const std::map<std::string, std::string> now = sampler.files();
  for (const auto& [name, sha256] : origin.files) {
    const auto found = now.find(name);
    if (found == now.end()) {
      changed.push_back("'" + name + "' is not used any more");
    } else if (found->second != sha256) {
      changed.push_back("'" + name + "' has SHA-256 " + found->second +
                        ", but the dataset was made with " + sha256);
    }
  }
  for (const auto& [name, sha256] : now) {
    if (!origin.files.contains(name)) changed.push_back("'" + name + "' was not used then");
  }
  if (changed.empty()) return {};
  return invalid_input("the files of the scenes under " + scenes.string() +
                       " are not those of the dataset: " + join(changed, "; ") +
                       ". Give the folder of the right ones with --scenes");
}

}  // namespace

std::vector<double> row_values(const ColumnValues& values, std::int64_t row) {
  std::vector<double> numbers(values.width());
  for (std::size_t k = 0; k < numbers.size(); ++k) numbers[k] = values.at(row, k);
  return numbers;
}

Result<std::unique_ptr<StoredDataset>> StoredDataset::open(const fs::path& path,
                                                           const fs::path& scenes) {
  std::unique_ptr<StoredDataset> self(new StoredDataset());
  DIORAMA_ASSIGN_OR_RETURN(self->reader_, ClipReader::open(path));
  DIORAMA_ASSIGN_OR_RETURN(self->origin_, read_origin(self->reader_->folder()));
  DIORAMA_ASSIGN_OR_RETURN(self->physics_, physics_backend_from_name(self->origin_.engine));
  Result<std::unique_ptr<Sampler>> sampler =
      Sampler::create(self->origin_.scenario, fs::absolute(scenes), sampler_tools());
  if (!sampler.ok()) {
    return sampler.status().with_context(
        "the scenes of " + path.string() +
        " cannot be drawn again (--scenes names the folder of their files)");
  }
  self->sampler_ = std::move(*sampler);
  self->number_episodes();
  DIORAMA_RETURN_IF_ERROR(check_files(self->origin_, *self->sampler_, scenes));
  DIORAMA_RETURN_IF_ERROR(self->read_layout().with_context(path.string()));
  return self;
}

Status StoredDataset::read_layout() {
  const SceneLayout& layout = sampler_->layout();
  storage_ = storage_of(*reader_);
  channels_ = channels_of(*reader_, layout, storage_);
  columns_ = dataset_columns(layout, channels_, storage_);
  const std::vector<ClipColumn>& there = reader_->manifest().columns;
  const auto same = [](const Column& made, const ClipColumn& found) {
    return made.name == found.name && made.type == found.type &&
           std::equal(made.row_shape.begin(), made.row_shape.end(), found.row_shape.begin(),
                      found.row_shape.end());
  };
  // What follows from pictures alone may be less there: nothing is made from it.
  std::erase_if(columns_, [&](const Column& made) {
    const auto has_name = [&](const ClipColumn& found) { return found.name == made.name; };
    return made.needs_pictures() && std::ranges::none_of(there, has_name);
  });
  const auto [made, found] =
      std::mismatch(columns_.begin(), columns_.end(), there.begin(), there.end(), same);
  if (made == columns_.end() && found == there.end()) return {};
  const std::string wanted = made != columns_.end() ? made->name : "";
  const bool missing = !wanted.empty() && std::ranges::none_of(there, [&](const ClipColumn& column) { return column.name == wanted; });
  return invalid_input("its columns are not those that this diorama makes of its scenario: " +
                       (missing ? "there is no '" + wanted + "'" : "'" + found->name + "' is another one"));
}

void StoredDataset::number_episodes() {
  for (const ClipShard& shard : reader_->manifest().shards) {
    for (std::size_t i = 0; i < shard.episodes.size(); ++i)
      places_.push_back({shard.episodes[i], shard.first_episode + static_cast<std::int64_t>(i)});
  }
  std::ranges::stable_sort(places_, {}, &Place::episode);
}

std::vector<std::int64_t> StoredDataset::episodes() const {
  std::vector<std::int64_t> all;
  for (const Place& place : places_) all.push_back(place.episode);
  return all;
}

Result<std::int64_t> StoredDataset::position(std::int64_t episode) const {
  const auto found = std::ranges::lower_bound(places_, episode, {}, &Place::episode);
  if (found != places_.end() && found->episode == episode) return found->position;
  const auto rejection = origin_.rejected.find(episode);
  return invalid_input(
      (rejection == origin_.rejected.end()
           ? "there is no episode " + std::to_string(episode)
           : "episode " + std::to_string(episode) + " was rejected (" + rejection->second + ")") +
      "; there are " + ranges(episodes()));
}

Result<StoredRows> StoredDataset::read_rows(std::int64_t position) const {
  StoredRows rows;
  for (const Column& column : columns_) {
    if (column.needs_pictures() || column.is_link()) continue;
    DIORAMA_ASSIGN_OR_RETURN(ColumnValues values,
                             ColumnValues::read(*reader_, column.name, position));
    rows.emplace(column.name, std::move(values));
  }
  return rows;
}

std::vector<Action> StoredDataset::actions(const StoredRows& rows, std::int64_t count) const {
  const ColumnValues& values = rows.at("action");
  std::vector<Action> actions;
  for (std::int64_t row = 0; row < count; ++row) {
    actions.push_back(sampler_->layout().actuators.empty() ? Action() : row_values(values, row));
  }
  return actions;
}

Result<SceneBinding> StoredDataset::bind(const Scene& scene) const {
  SceneLayout layout = sampler_->layout();
  layout.views.clear();
  return bind_scene(layout, scene);
}

Result<Trajectory> StoredDataset::states(const Scene& scene, const StoredRows& rows,
                                         std::int64_t count, PhysicsWorld& world) const {
  DIORAMA_ASSIGN_OR_RETURN(const SceneBinding binding, bind(scene));
  Trajectory trajectory;
  trajectory.actions = actions(rows, count - 1);
  State state = initial_state(scene);
  for (std::int64_t row = 0; row < count; ++row) {
    const double time_s = rows.at("time").at(row, 0);
    if (has_solver_state()) {
      std::vector<double> numbers = row_values(rows.at("solver_state"), row);
      DIORAMA_RETURN_IF_ERROR(
          world.restore_solver(numbers).with_context("row " + std::to_string(row)));
      trajectory.solver_states.push_back(std::move(numbers));
    } else if (!scene.joints.empty()) {
      state.time_s = time_s;
      take_joints(binding, sampler_->layout(), row_values(rows.at("qpos"), row),
                  row_values(rows.at("qvel"), row), state);
      DIORAMA_RETURN_IF_ERROR(world.set_state(state).with_context("row " + std::to_string(row)));
    }
    world.read_state(state);
    state.time_s = time_s;
    trajectory.states.push_back(state);
  }
  return trajectory;
}

}  // namespace diorama
