#include "apps/pipeline/replay.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "apps/pipeline/action_file.h"
#include "apps/pipeline/recorded_channels.h"
#include "engine/core/text.h"
#include "engine/physics/controller.h"
#include "engine/physics/rollout.h"
#include "exporters/labels/state_columns.h"
#include "scenes/scenario_io.h"

namespace diorama {
namespace {

bool drives_a_camera(const schema::Vary& vary) {
  return std::any_of(vary.path().begin(), vary.path().end(),
                     [](const std::string& path) { return path.starts_with("camera"); });
}

/// The scenario without its cameras: what was simulated.
schema::Scenario without_cameras(schema::Scenario scenario) {
  scenario.clear_camera();
  auto* const varies = scenario.mutable_vary();
  varies->erase(std::remove_if(varies->begin(), varies->end(), drives_a_camera), varies->end());
  return scenario;
}

Result<schema::Scenario> with_other_cameras(const schema::Scenario& original,
                                            const ReplayOptions& options) {
  schema::Scenario scenario = original;
  if (!options.cameras.empty()) {
    DIORAMA_ASSIGN_OR_RETURN(const schema::Scenario other, read_scenario(options.cameras));
    if (other.camera_size() == 0) return invalid_input(options.cameras.string() + " has no camera");
    scenario = without_cameras(scenario);
    *scenario.mutable_camera() = other.camera();
    for (const schema::Vary& vary : other.vary()) {
      if (drives_a_camera(vary)) *scenario.add_vary() = vary;
    }
  }
  for (const std::string& assignment : options.overrides) {
    const std::string before = scenario_text(without_cameras(scenario));
    DIORAMA_RETURN_IF_ERROR(apply_override(scenario, assignment));
    if (scenario_text(without_cameras(scenario)) == before) continue;
    return invalid_input(
        "--set " + assignment +
        " changes what was simulated; replay takes fields of cameras alone: make a new "
        "dataset with generate");
  }
  return scenario;
}

/// The channels that were asked for; else those of the parent's view of the same name, if it
/// records what it recorded.
Result<ViewChannels> channels_for(const StoredDataset& dataset, const schema::Scenario& scenario,
                                  const ReplayOptions& options) {
  DIORAMA_ASSIGN_OR_RETURN(ViewChannels channels, recorded_channels(scenario, options.channels));
  if (options.channels) return channels;
  const schema::Scenario& parent = dataset.origin().scenario;
  DIORAMA_ASSIGN_OR_RETURN(const ViewChannels before, recorded_channels(parent, std::nullopt));
  for (int view = 0; view < scenario.camera_size(); ++view) {
    for (int old = 0; old < parent.camera_size(); ++old) {
      if (parent.camera(old).name() != scenario.camera(view).name() ||
          before[old] != channels[view])
        continue;
      channels[view] = dataset.channels()[old];
    }
  }
  return channels;
}

/// The parent's rows of columns that do not depend on cameras and pictures; of the last row not
/// what belongs to the step that follows it, if there is one.
std::map<std::string, std::vector<std::byte>> kept_rows(const StoredDataset& dataset,
                                                        const StoredRows& rows, std::int64_t count,
                                                        bool goes_on) {
  std::map<std::string, std::vector<std::byte>> kept;
  for (const Column& column : dataset.columns()) {
    const auto values = rows.find(column.name);
    if (values == rows.end() || column.view >= 0 || column.content == ColumnContent::kVariation)
      continue;
    const bool leads_on =
        column.content == ColumnContent::kAction || column.content == ColumnContent::kTruncated;
    const auto whole = static_cast<std::size_t>(goes_on && leads_on ? count - 1 : count);
    const std::vector<std::byte>& bytes = values->second.bytes();
    kept[column.name].assign(
        bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(whole * column.row_bytes()));
  }
  return kept;
}

std::map<std::string, std::string> facts_now(const StoredDataset& dataset) {
  return {{"engine_version", capabilities_of(dataset.physics()).version},
          {"cpu_family", cpu_family()}};
}

/// What both kinds of new datasets share.
Result<ReplayPlan> plan_anew(const StoredDataset& dataset, schema::Scenario scenario,
                             const ReplayOptions& options) {
  ReplayPlan replay;
  GeneratePlan& plan = replay.plan;
  const DatasetOrigin& origin = dataset.origin();
  DIORAMA_ASSIGN_OR_RETURN(plan.channels, channels_for(dataset, scenario, options));
  DIORAMA_ASSIGN_OR_RETURN(
      plan.sampler, Sampler::create(std::move(scenario), std::filesystem::absolute(options.scenes),
                                    sampler_tools()));
  plan.scenario = plan.sampler->scenario();
  plan.physics = dataset.physics();
  plan.renderer_options = options.renderer;
  plan.workers = choose_workers(options.episode ? 1 : options.workers, true);
  DIORAMA_RETURN_IF_ERROR(open_renderer(plan));

  DatasetSpec& spec = plan.spec;
  spec.scenario_name = origin.scenario_name;
  spec.seed = origin.seed;
  spec.first_episode = options.episode.value_or(origin.first_episode);
  spec.num_episodes = options.episode ? 1 : origin.num_episodes;
  spec.episodes_per_shard = options.episode ? 1 : origin.episodes_per_shard;
  spec.storage = dataset.storage();
  spec.parent.manifest_sha256 = origin.manifest_sha256;
  spec.parent.spec_hash = origin.spec_hash;
  spec.parent.episode = options.episode;
  spec.parent.given_actions = origin.given_actions;
  spec.parent.interventions = origin.interventions;
  describe_run(plan);
  for (int shard = 0; shard < spec.num_shards(); ++shard) plan.shards.push_back(shard);
  replay.changes = changes_since(origin, facts_now(dataset));
  return replay;
}

/// An episode of the parent, and a world in which its scene is stepped.
struct Revived {
  StoredRows rows;
  std::int64_t num_rows = 0;
  Sample sample;
  std::unique_ptr<PhysicsWorld> world;
};

/// `sampler` may have other cameras than the dataset's own. The world keeps to `revived.sample`,
/// which must not move.
Status revive(const StoredDataset& dataset, const Sampler& sampler, std::int64_t episode,
              Revived& revived) {
  const auto rejection = dataset.origin().rejected.find(episode);
  if (rejection != dataset.origin().rejected.end()) return rejected(rejection->second);
  DIORAMA_ASSIGN_OR_RETURN(const std::int64_t position, dataset.position(episode));
  revived.num_rows = dataset.reader().episode_rows(position);
  DIORAMA_ASSIGN_OR_RETURN(revived.rows, dataset.read_rows(position));
  DIORAMA_ASSIGN_OR_RETURN(revived.sample, sampler.sample({dataset.origin().seed, episode}));
  DIORAMA_ASSIGN_OR_RETURN(revived.world, make_physics(dataset.physics(), revived.sample.scene));
  return {};
}

Result<SimulatedEpisode> render_again(const StoredDataset& dataset, const Sampler& sampler,
                                      std::int64_t episode) {
  Revived revived;
  DIORAMA_RETURN_IF_ERROR(revive(dataset, sampler, episode, revived));
  DIORAMA_ASSIGN_OR_RETURN(Trajectory trajectory, dataset.states(revived.sample.scene, revived.rows,
                                                                 revived.num_rows, *revived.world));
  return SimulatedEpisode{std::move(revived.sample), std::move(trajectory),
                          dataset.origin().interventions,
                          kept_rows(dataset, revived.rows, revived.num_rows, false)};
}

/// failed(...) unless rows [0, count) of the trajectory have the stored positions and velocities.
Status check_same(const StoredDataset& dataset, const Revived& revived,
                  const Trajectory& trajectory, std::int64_t count) {
  const SceneLayout& layout = dataset.sampler().layout();
  DIORAMA_ASSIGN_OR_RETURN(const SceneBinding binding, dataset.bind(revived.sample.scene));
  for (std::int64_t row = 0; row < count; ++row) {
    const State& state = trajectory.states[static_cast<std::size_t>(row)];
    for (const char* name : {"qpos", "qvel"}) {
      const auto stored = revived.rows.find(name);
      if (stored == revived.rows.end()) continue;
      std::vector<double> now(stored->second.width());
      if (std::string_view(name) == "qpos") {
        fill_qpos(binding, layout, state, now);
      } else {
        fill_qvel(binding, layout, state, now);
      }
      const std::vector<double> there = row_values(stored->second, row);
      const auto [a, b] = std::mismatch(there.begin(), there.end(), now.begin());
      if (a == there.end()) continue;
      return failed("the episode cannot be continued exactly: row " + std::to_string(row) +
                    " of '" + name + "' (value " + std::to_string(a - there.begin()) + ") is " +
                    format_number(*a) + " in the dataset and " + format_number(*b) +
                    " here; was it made by another engine, build or CPU?");
    }
  }
  return {};
}

/// Those of the dataset's rows before `frame`, and `frame`.
std::vector<std::int64_t> interventions_until(const StoredDataset& dataset, std::int64_t frame) {
  std::vector<std::int64_t> rows = dataset.origin().interventions;
  std::erase_if(rows, [frame](std::int64_t row) { return row >= frame; });
  rows.push_back(frame);
  return rows;
}

Result<SimulatedEpisode> go_on(const StoredDataset& dataset, const Sampler& sampler,
                               std::int64_t episode, std::int64_t frame,
                               const std::vector<Action>& actions) {
  Revived revived;
  DIORAMA_RETURN_IF_ERROR(revive(dataset, sampler, episode, revived));
  std::vector<Action> all = dataset.actions(revived.rows, frame);
  all.insert(all.end(), actions.begin(), actions.end());
  EpisodeConfig config = revived.sample.episode;
  config.num_frames = static_cast<int>(all.size()) + 1;
  const double step_rate_hz = revived.sample.scene.physics.step_rate_hz;
  const std::unique_ptr<Controller> controller = make_listed_controller(all, config.frame_rate_hz);
  Trajectory trajectory;
  if (dataset.has_solver_state()) {
    DIORAMA_ASSIGN_OR_RETURN(
        trajectory, dataset.states(revived.sample.scene, revived.rows, frame + 1, *revived.world));
    DIORAMA_RETURN_IF_ERROR(check_same(dataset, revived, trajectory, frame + 1));
    DIORAMA_RETURN_IF_ERROR(
        extend_rollout(*revived.world, *controller, config, step_rate_hz, trajectory));
  } else {
    DIORAMA_ASSIGN_OR_RETURN(trajectory,
                             rollout(*revived.world, *controller, config, step_rate_hz));
    DIORAMA_RETURN_IF_ERROR(check_same(dataset, revived, trajectory, frame + 1));
  }
  return SimulatedEpisode{std::move(revived.sample), std::move(trajectory),
                          interventions_until(dataset, frame),
                          kept_rows(dataset, revived.rows, frame + 1, true)};
}

/// The actions that lead on from `frame` on.
Result<std::vector<Action>> actions_of(const StoredDataset& dataset, const StoredRows& rows,
                                       std::int64_t num_rows, const Continuation& continuation) {
  const std::vector<std::string>& actuators = dataset.sampler().layout().actuators;
  if (!continuation.actions.empty()) return read_action_file(continuation.actions, actuators);
  // The last row of an episode has no action; then that of the row before it holds.
  const std::int64_t row = std::min(continuation.frame, num_rows - 2);
  const Action held =
      row < 0 ? Action(actuators.size(), 0.0) : dataset.actions(rows, row + 1).back();
  return std::vector<Action>(static_cast<std::size_t>(continuation.hold), held);
}

}  // namespace

Result<ReplayPlan> plan_render(const std::shared_ptr<const StoredDataset>& dataset,
                               const ReplayOptions& options) {
  if (options.episode) DIORAMA_RETURN_IF_ERROR(dataset->position(*options.episode).status());
  DIORAMA_ASSIGN_OR_RETURN(schema::Scenario scenario,
                           with_other_cameras(dataset->origin().scenario, options));
  DIORAMA_ASSIGN_OR_RETURN(ReplayPlan replay, plan_anew(*dataset, std::move(scenario), options));
  replay.plan.spec.parent.how = "rendered";
  replay.how = std::string("nothing is simulated: states come from ") +
               (dataset->has_solver_state() ? "solver_state" : "qpos and qvel");
  replay.plan.source = [dataset, sampler = replay.plan.sampler.get()](std::int64_t episode) {
    return render_again(*dataset, *sampler, episode);
  };
  return replay;
}

Result<ReplayPlan> plan_continue(const std::shared_ptr<const StoredDataset>& dataset,
                                 const ReplayOptions& options, const Continuation& asked) {
  if (!options.episode) return invalid_input("--episode says which episode is continued");
  DIORAMA_ASSIGN_OR_RETURN(const std::int64_t position, dataset->position(*options.episode));
  const std::int64_t num_rows = dataset->reader().episode_rows(position);
  Continuation continuation = asked;
  if (continuation.frame < 0) continuation.frame = num_rows - 1;
  if (continuation.frame >= num_rows) {
    return invalid_input("episode " + std::to_string(*options.episode) + " has no frame " +
                         std::to_string(continuation.frame) + "; its frames are 0 to " +
                         std::to_string(num_rows - 1));
  }
  DIORAMA_ASSIGN_OR_RETURN(const StoredRows rows, dataset->read_rows(position));
  DIORAMA_ASSIGN_OR_RETURN(std::vector<Action> actions,
                           actions_of(*dataset, rows, num_rows, continuation));
  DIORAMA_ASSIGN_OR_RETURN(schema::Scenario scenario,
                           with_other_cameras(dataset->origin().scenario, options));
  // Its length is no longer drawn.
  auto* const varies = scenario.mutable_vary();
  varies->erase(std::remove_if(varies->begin(), varies->end(),
                               [](const schema::Vary& vary) {
                                 return std::find(vary.path().begin(), vary.path().end(),
                                                  "episode.frames") != vary.path().end();
                               }),
                varies->end());
  scenario.mutable_episode()->set_frames(
      static_cast<int>(continuation.frame + static_cast<std::int64_t>(actions.size())) + 1);
  DIORAMA_ASSIGN_OR_RETURN(ReplayPlan replay, plan_anew(*dataset, std::move(scenario), options));
  ParentDataset& parent = replay.plan.spec.parent;
  parent.how = "continued";
  parent.frame = continuation.frame;
  parent.given_actions = true;
  parent.interventions = interventions_until(*dataset, continuation.frame);
  const std::string frame = std::to_string(continuation.frame);
  replay.how = dataset->has_solver_state()
                   ? dataset->origin().engine + " goes on from the solver state of frame " + frame
                   : dataset->origin().engine + " goes on from frame " + frame +
                         " by replaying the stored actions from row 0, the same to the last bit";
  replay.plan.source = [dataset, sampler = replay.plan.sampler.get(), frame = continuation.frame,
                        actions = std::move(actions)](std::int64_t episode) {
    return go_on(*dataset, *sampler, episode, frame, actions);
  };
  return replay;
}

}  // namespace diorama
