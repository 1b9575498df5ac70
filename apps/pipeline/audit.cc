#include "apps/pipeline/audit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "apps/pipeline/audit_energy.h"
#include "apps/pipeline/audit_motion.h"
#include "apps/pipeline/audit_pictures.h"
#include "apps/pipeline/audit_tracks.h"
#include "apps/pipeline/backends.h"
#include "apps/pipeline/dataset_origin.h"
#include "engine/core/text.h"
#include "exporters/labels/events.h"
#include "exporters/labels/state_columns.h"
#include "exporters/shard/column_values.h"

namespace diorama {
namespace {

namespace fs = std::filesystem;

// Poses are stored as float32.
constexpr double kPoseSlack = 2e-4;  // m, and of quaternions
constexpr double kIntrinsicsShare = 1e-5;

/// Audits episodes one by one.
class EpisodeAudit {
 public:
  EpisodeAudit(const ClipReader& reader, const DatasetOrigin& origin, const Sampler& sampler, Renderer& rays, RayScene& points, Renderer& painter,
               Findings& findings)
      : reader_(reader), origin_(origin), sampler_(sampler), rays_(rays), points_(points), painter_(painter), findings_(findings) {}

  Status run(const ClipShard& shard, std::size_t in_shard) {
    file_ = shard.file;
    episode_ = shard.episodes[in_shard];
    position_ = shard.first_episode + static_cast<std::int64_t>(in_shard);
    rows_ = shard.episode_rows[in_shard];
    const Result<Sample> sample = sampler_.sample({origin_.seed, episode_});
    if (!sample.ok()) {
      tell(-1, "", "the scenario does not give this episode", "a scene", sample.status().message());
      return {};
    }
    if (sample->episode.num_frames != rows_) {
      tell(-1, "", "another number of frames than the scenario gives", std::to_string(sample->episode.num_frames), std::to_string(rows_));
    }
    const Result<SceneBinding> binding = bind_scene(sampler_.layout(), sample->scene);
    if (!binding.ok()) return binding.status();
    check_factors(*sample);
    check_objects(*sample, *binding);
    const std::optional<std::vector<State>> states = stored_states(sample->scene, *binding);
    if (!states) return {};
    check_start(*sample, *states);
    const TellMotion tell_motion = [this](std::int64_t frame, const char* column, const std::string& problem,
                                          const std::string& expected, const std::string& found) { tell(frame, column, problem, expected, found); };
    audit_motion(sample->scene, *states, origin_.frame_rate_hz, tell_motion);
    audit_energy(sample->scene, *states, stored_actions(), tell_motion);
    check_cameras(sample->scene, *binding, *states);
    check_interventions();
    DIORAMA_RETURN_IF_ERROR(check_tracks(*sample, *binding, *states));
    return check_pictures(sample->scene, *binding, *states);
  }

 private:
  void tell(std::int64_t frame, const std::string& column, const std::string& problem, const std::string& expected, const std::string& found) {
    findings_.add({file_, episode_, frame, column, problem, expected, found});
  }

  /// Null if there is no such column; one that cannot be read is a finding.
  std::optional<ColumnValues> load(const std::string& name) {
    if (!ColumnValues::has_column(reader_, name)) return std::nullopt;
    Result<ColumnValues> values = ColumnValues::read(reader_, name, position_);
    if (values.ok()) return std::move(values).value();
    tell(-1, name, "cannot be read", "", values.status().message());
    return std::nullopt;
  }

  std::string column_of(const char* base, std::size_t view) const {
    return view == 0 ? base : std::string(base) + "." + sampler_.layout().views[view].name;
  }

  void check_factors(const Sample& sample) {
    for (std::size_t i = 0; i < sample.factors.size(); ++i) {
      const std::string name = "variation." + sampler_.layout().factors[i].name;
      const std::optional<ColumnValues> values = load(name);
      for (std::size_t k = 0; values && k < std::min(sample.factors[i].size(), values->width()); ++k) {
        const double expected = static_cast<double>(static_cast<float>(sample.factors[i][k]));
        if (values->at(0, k) == expected) continue;
        tell(0, name, "not what the scenario draws for this episode: it may be another episode", format_number(expected), format_number(values->at(0, k)));
        break;
      }
    }
  }

  void check_objects(const Sample& sample, const SceneBinding& binding) {
    const std::optional<ColumnValues> values = load("object_info");
    if (!values) return;
    std::vector<double> expected(values->width(), 0.0);
    if (binding.body_of_object.size() * kObjectInfoValues != expected.size()) return;
    fill_object_info(binding, sampler_.layout(), sample.scene, expected);
    for (std::size_t k = 0; k < expected.size(); ++k) {
      const double want = static_cast<double>(static_cast<float>(expected[k]));
      if (std::fabs(values->at(0, k) - want) <= 1e-6 * std::max(1.0, std::fabs(want))) continue;
      return tell(0, "object_info", "object " + std::to_string(k / kObjectInfoValues) + " is not as the scenario draws it (value " +
                                        std::to_string(k % kObjectInfoValues) + ")", format_number(want), format_number(values->at(0, k)));
    }
  }

  /// The stored poses, velocities and contacts as states; nothing if they cannot be read.
  std::optional<std::vector<State>> stored_states(const Scene& scene, const SceneBinding& binding) {
    const std::optional<ColumnValues> pose = load("object_pose");
    const std::optional<ColumnValues> velocity = load("object_velocity");
    const std::optional<ColumnValues> contact = load("contact");
    const std::optional<ColumnValues> count = load("contact_count");
    const std::optional<ColumnValues> qpos = load("qpos");
    const std::optional<ColumnValues> qvel = load("qvel");
    const std::size_t objects = binding.body_of_object.size();
    if (!pose || !velocity || !contact || !count || pose->width() < 7 * objects || velocity->width() < 6 * objects) return std::nullopt;
    std::vector<State> states(static_cast<std::size_t>(rows_));
    for (std::int64_t row = 0; row < rows_; ++row) {
      State& state = states[static_cast<std::size_t>(row)];
      state = initial_state(scene);
      state.time_s = static_cast<double>(row) / origin_.frame_rate_hz;
      for (std::size_t i = 0; i < objects; ++i) {
        if (!binding.body_of_object[i].valid()) continue;
        BodyState& body = state.bodies[static_cast<std::size_t>(binding.body_of_object[i].index)];
        const auto p = [&](std::size_t k) { return pose->at(row, 7 * i + k); };
        const auto v = [&](std::size_t k) { return velocity->at(row, 6 * i + k); };
        body.world_from_body = {dvec3(p(0), p(1), p(2)), glm::normalize(quat_wxyz(p(3), p(4), p(5), p(6)))};
        body.linear_velocity_world = dvec3(v(0), v(1), v(2));
        body.angular_velocity_world = dvec3(v(3), v(4), v(5));
        for (std::size_t k = 0; k < 7; ++k) {
          if (!std::isfinite(p(k))) return std::nullopt;  // told by the checks of values
        }
      }
      state.contacts = stored_contacts(*contact, count->at(row, 0), row, binding);
      put_joints(binding, row, qpos, qvel, state);
    }
    return states;
  }

  /// Positions and velocities of the scene's joints from the dataset's slots.
  void put_joints(const SceneBinding& binding, std::int64_t row, const std::optional<ColumnValues>& qpos,
                  const std::optional<ColumnValues>& qvel, State& state) const {
    const auto copy = [row](const std::optional<ColumnValues>& from, std::size_t first, std::size_t count, std::size_t to, std::vector<double>& joints) {
      for (std::size_t k = 0; from && k < count && first + k < from->width(); ++k) {
        joints[to + k] = from->at(row, first + k);
      }
    };
    for (const SceneBinding::JointPlace& joint : binding.joints) {
      const JointSlot& slot = sampler_.layout().joints[static_cast<std::size_t>(joint.slot)];
      copy(qpos, slot.qpos_offset, num_positions(joint.type), joint.scene_qpos, state.qpos);
      copy(qvel, slot.qvel_offset, num_velocities(joint.type), joint.scene_qvel, state.qvel);
    }
  }

  /// One list per frame but the last; empty where there are no actions.
  std::vector<Action> stored_actions() {
    std::vector<Action> actions;
    const std::optional<ColumnValues> values = load("action");
    for (std::int64_t row = 0; values && row + 1 < rows_; ++row) {
      Action action(values->width());
      for (std::size_t k = 0; k < action.size(); ++k) action[k] = values->at(row, k);
      actions.push_back(std::move(action));
    }
    return actions;
  }

  static std::vector<Contact> stored_contacts(const ColumnValues& contact, double count, std::int64_t row, const SceneBinding& binding) {
    std::vector<Contact> contacts;
    const auto objects = static_cast<double>(binding.body_of_object.size());
    for (std::size_t slot = 0; slot < contact.width() / kContactValues && static_cast<double>(slot) < count; ++slot) {
      const auto v = [&](std::size_t k) { return contact.at(row, slot * kContactValues + k); };
      if (!(v(0) >= 0.0 && v(0) < objects && v(1) >= 0.0 && v(1) < objects)) continue;
      Contact made{binding.body_of_object[static_cast<std::size_t>(v(0))], binding.body_of_object[static_cast<std::size_t>(v(1))],
                   dvec3(v(2), v(3), v(4)), dvec3(v(5), v(6), v(7)), dvec3(v(8), v(9), v(10)), v(11)};
      if (made.a.valid() && made.b.valid()) contacts.push_back(made);
    }
    return contacts;
  }

  /// Frame 0 is the scene as it was drawn, unless it was left to settle.
  void check_start(const Sample& sample, const std::vector<State>& states) {
    if (sample.episode.settle_time_s > 0.0) return;
    const State start = initial_state(sample.scene);
    for (std::size_t body = 0; body < start.bodies.size(); ++body) {
      const Pose& want = start.bodies[body].world_from_body;
      const Pose& is = states[0].bodies[body].world_from_body;
      const double apart = glm::length(want.position - is.position);
      const double turned = 1.0 - std::fabs(glm::dot(want.rotation, is.rotation));
      if (apart <= kPoseSlack && turned <= kPoseSlack) continue;
      return tell(0, "object_pose", "object " + std::to_string(sample.scene.bodies[body].object_index) + " does not start where the scenario puts it",
                  "the drawn pose", format_number(apart) + " m away");
    }
  }

  void check_cameras(const Scene& scene, const SceneBinding& binding, const std::vector<State>& states) {
    const std::vector<Pose> initial = initial_node_poses(scene);
    for (std::size_t view = 0; view < binding.camera_of_view.size(); ++view) {
      const std::string name = column_of("camera", view);
      const std::optional<ColumnValues> values = load(name);
      if (!values || values->width() != kCameraValues) continue;
      for (std::int64_t row = 0; row < rows_; ++row) {
        const State& state = states[static_cast<std::size_t>(row)];
        std::array<double, kCameraValues> want{};
        fill_camera(scene, binding.camera_of_view[view],
                    camera_pose(scene, binding.camera_of_view[view], state, node_poses(scene, state), initial), want);
        double apart = 0.0;
        double same_side = 0.0;
        for (std::size_t k = 0; k < 3; ++k) apart += std::fabs(values->at(row, k) - want[k]);
        for (std::size_t k = 3; k < 7; ++k) same_side += values->at(row, k) * want[k];
        bool intrinsics = true;
        for (std::size_t k = 7; k < want.size(); ++k) {
          intrinsics = intrinsics && std::fabs(values->at(row, k) - want[k]) <= kIntrinsicsShare * std::fabs(want[k]) + 1e-4;
        }
        if (apart <= 10.0 * kPoseSlack && 1.0 - std::fabs(same_side) <= kPoseSlack && intrinsics) continue;
        tell(row, name, intrinsics ? "the camera is not where the scenario and the poses put it" : "not the camera's intrinsics",
             intrinsics ? "the recomputed pose" : format_number(want[7]) + " px", intrinsics ? format_number(apart) + " m away" : format_number(values->at(row, 7)) + " px");
        break;
      }
    }
  }

  /// The other bits of `event` follow from other columns, which verify_values tells.
  void check_interventions() {
    const std::optional<ColumnValues> values = load("event");
    for (std::int64_t row = 0; values && row < rows_; ++row) {
      const bool want = std::ranges::find(origin_.interventions, row) != origin_.interventions.end();
      const bool is = (static_cast<std::int32_t>(values->at(row, 0)) & kIntervention) != 0;
      if (is == want) continue;
      return tell(row, "event", "not marked as the manifest's parent.interventions say", want ? "an intervention" : "none", is ? "an intervention" : "none");
    }
  }

  Status check_tracks(const Sample& sample, const SceneBinding& binding, const std::vector<State>& states) {
    TrackAudit audit{sample.scene, states, {}, seed_track_points(sample.scene, sample.key, sampler_.layout().num_tracks), points_, {}, {}};
    for (const char* name : {"track_object", "track_part", "track_world"}) {
      if (std::optional<ColumnValues> values = load(name)) audit.columns.emplace(name, std::move(*values));
    }
    for (std::size_t view = 0; view < binding.camera_of_view.size(); ++view) {
      audit.cameras.push_back(binding.camera_of_view[view]);
      audit.suffixes.push_back(column_of("", view));
      for (const char* base : {"track_image", "track_visible"}) {
        const std::string name = column_of(base, view);
        if (std::optional<ColumnValues> values = load(name)) audit.columns.emplace(name, std::move(*values));
      }
    }
    if (audit.columns.empty()) return {};
    return audit_tracks(audit, [this](std::int64_t frame, const std::string& column, const std::string& problem,
                                      const std::string& expected, const std::string& found) { tell(frame, column, problem, expected, found); });
  }

  Status check_pictures(const Scene& scene, const SceneBinding& binding, const std::vector<State>& states) {
    const TellPicture tell_picture = [this](std::int64_t frame, const std::string& column, const std::string& problem,
                                            const std::string& expected, const std::string& found) { tell(frame, column, problem, expected, found); };
    const PictureAudit audit{reader_, position_, scene, binding, states, rays_, painter_, tell_picture};
    for (std::size_t view = 0; view < binding.camera_of_view.size(); ++view) {
      DIORAMA_RETURN_IF_ERROR(audit_pictures(audit, view, column_of("", view)));
    }
    return {};
  }

  const ClipReader& reader_;
  const DatasetOrigin& origin_;
  const Sampler& sampler_;
  Renderer& rays_;
  RayScene& points_;
  Renderer& painter_;
  Findings& findings_;
  std::string file_;
  std::int64_t episode_ = 0;
  std::int64_t position_ = 0;
  std::int64_t rows_ = 0;
};

}  // namespace

Status audit_dataset(const fs::path& path, const AuditOptions& options, const std::function<void(std::int64_t, std::int64_t)>& progress,
                     Findings& findings) {
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<ClipReader> reader, ClipReader::open(path));
  DIORAMA_ASSIGN_OR_RETURN(const DatasetOrigin origin, read_origin(reader->folder()));
  Result<std::unique_ptr<Sampler>> sampler = Sampler::create(origin.scenario, fs::absolute(options.scenario_folder), sampler_tools());
  if (!sampler.ok()) {
    return sampler.status().with_context("the scenes of " + reader->folder().string() + " cannot be drawn again");
  }
  RendererOptions with_rays;
  with_rays.backend = "raycast";
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<Renderer> rays, make_renderer(with_rays));
  RendererOptions as_made;
  as_made.backend = origin.renderer;
  as_made.device = options.device;
  as_made.validation = options.validation;
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<Renderer> painter, make_renderer(as_made));
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<RayScene> points, RayScene::make());
  EpisodeAudit audit(*reader, origin, **sampler, *rays, *points, *painter, findings);
  std::int64_t done = 0;
  for (const ClipShard& shard : reader->manifest().shards) {
    for (std::size_t i = 0; i < shard.episodes.size(); ++i) {
      DIORAMA_RETURN_IF_ERROR(audit.run(shard, i));
      if (progress) progress(++done, reader->manifest().num_episodes);
    }
  }
  return {};
}

}  // namespace diorama
