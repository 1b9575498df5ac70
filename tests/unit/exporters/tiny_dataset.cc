#include "tests/unit/exporters/tiny_dataset.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/core/check.h"
#include "tests/support/scene_builder.h"

namespace diorama::tiny {
namespace {

constexpr double kFrameRateHz = 20.0;

}  // namespace

Scene scene() {
  SceneBuilder builder;
  const MaterialId rubber = builder.material(0.8, 0.5, 500.0);
  builder.floor(rubber);
  Joint slide;
  slide.name = "pusher/slide";
  slide.type = JointType::kSlide;
  slide.axis_body = dvec3(1, 0, 0);
  builder.jointed_body("pusher", BodyId(), {dvec3(-1, 0, 0.1)}, ShapeType::kBox, dvec3(0.1, 0.2, 0.1), rubber, slide);
  builder.body("ball", Motion::kDynamic, {dvec3(0, 0, 1)}, ShapeType::kSphere, dvec3(0.1, 0, 0), rubber);
  builder.body("box", Motion::kDynamic, {dvec3(0.5, 0, 0.1)}, ShapeType::kBox, dvec3(0.1, 0.15, 0.2), rubber);
  Scene& made = builder.scene();
  made.bodies[2].object_index = 3;
  made.bodies[3].object_index = 2;
  made.bodies[2].class_name = "ball";
  Actuator push;
  push.name = "push";
  push.joint = JointId(0);
  made.actuators.push_back(push);
  builder.camera("front", look_at(dvec3(0, -3, 1), dvec3(0, 0, 0.5)), 16, 12, 0.9);
  builder.camera("side", look_at(dvec3(3, 0, 1), dvec3(0, 0, 0.5)), 10, 8, 0.9);
  return builder.build();
}

SceneLayout layout() {
  SceneLayout l;
  l.objects = {{"floor"}, {"pusher"}, {"box"}, {"ball"}, {"extra"}};
  l.class_names = {"box", "ball"};
  l.joints = {{"extra/free", 0, 0, JointType::kFree},
              {"pusher/slide", 7, 6, JointType::kSlide},
              {"ball/free", 8, 7, JointType::kFree},
              {"box/free", 15, 13, JointType::kFree}};
  l.actuators = {"push"};
  l.actuated_joints = {1};
  l.views = {{"front", 16, 12, 0.02, 30.0}, {"side", 10, 8, 0.02, 30.0}};
  l.factors = {{"mass", 1, "kg", "Uniform over 1..2 kg; drives bodies[ball].mass_kg."}};
  l.num_positions = 22;
  l.num_velocities = 19;
  l.max_contacts = 4;
  return l;
}

int rows_of(std::int64_t episode) { return 4 + static_cast<int>(episode % 3); }

Trajectory trajectory(std::int64_t episode, int num_rows) {
  Trajectory out;
  for (int row = 0; row < num_rows; ++row) {
    State state;
    state.time_s = row / kFrameRateHz;
    state.bodies.resize(4);
    const double push = 0.01 * row + 0.001 * static_cast<double>(episode);
    state.bodies[1].world_from_body.position = dvec3(-1 + push, 0, 0.1);
    state.bodies[1].linear_velocity_world = dvec3(0.2, 0, 0);
    BodyState& ball = state.bodies[2];
    ball.world_from_body.position = dvec3(0, 0, 1 - 4.905 * state.time_s * state.time_s);
    ball.world_from_body.rotation = quat_wxyz(std::cos(0.1 * row), 0, 0, std::sin(0.1 * row));
    ball.linear_velocity_world = dvec3(0, 0, -9.81 * state.time_s);
    ball.angular_velocity_world = dvec3(0, 0, 4);
    state.bodies[3].world_from_body.position = dvec3(0.5, 0, 0.1);
    const auto pose = [&](int body) {
      const Pose& p = state.bodies[body].world_from_body;
      const auto q = to_wxyz(p.rotation);
      for (int axis = 0; axis < 3; ++axis) state.qpos.push_back(p.position[axis]);
      state.qpos.insert(state.qpos.end(), q.begin(), q.end());
      for (int axis = 0; axis < 3; ++axis) state.qvel.push_back(state.bodies[body].linear_velocity_world[axis]);
      for (int axis = 0; axis < 3; ++axis) state.qvel.push_back(state.bodies[body].angular_velocity_world[axis]);
    };
    state.qpos.push_back(push);
    state.qvel.push_back(0.2);
    pose(2);
    pose(3);
    if (row == 2) {
      // Floor (object 0) and box (object 2); ball (body 2, object 3) and box (body 3, object 2).
      state.contacts.push_back({BodyId(0), BodyId(3), dvec3(0.5, 0, 0), dvec3(0, 0, 1), dvec3(0, 0, 5), -0.001});
      state.contacts.push_back({BodyId(2), BodyId(3), dvec3(0.2, 0, 0.1), dvec3(1, 0, 0), dvec3(3, 0, -1), -0.002});
    }
    out.states.push_back(std::move(state));
    if (row + 1 < num_rows) out.actions.push_back({0.1 * row - 0.2});
  }
  return out;
}

std::vector<std::vector<double>> factors(std::int64_t episode) { return {{1.0 + 0.1 * static_cast<double>(episode)}}; }

std::uint8_t color_at(std::int64_t episode, int row, int view, int line, int column, int channel) {
  return static_cast<std::uint8_t>(episode * 40 + row * 11 + view * 5 + line * 3 + column * 2 + channel);
}

float depth_at(std::int64_t episode, int row, int view, int line, int column) {
  if (line == 0) return 30.0f;  // nothing hit
  return 1.0f + 0.37f * static_cast<float>(line) + 0.013f * static_cast<float>(column + row + view) +
         0.1f * static_cast<float>(episode);
}

std::uint16_t id_at(std::int64_t, int row, int view, int line, int column) {
  if (line == 0) return 0;
  return static_cast<std::uint16_t>((column + row + view) % 4 + 1);
}

Pictures draw(const Scene& scene, std::int64_t episode, int num_rows, int view) {
  Pictures p;
  const CameraId camera = *scene.find_camera(layout().views[view].name);
  const Intrinsics& k = scene.cameras[camera.index].intrinsics;
  for (int row = num_rows - 1; row >= 0; --row) {  // backward, because any order will do
    p.views.push_back({row, camera});
    for (int line = 0; line < k.height_px; ++line) {
      for (int column = 0; column < k.width_px; ++column) {
        for (int c = 0; c < 3; ++c) p.color.push_back(color_at(episode, row, view, line, column, c));
        p.depth.push_back(depth_at(episode, row, view, line, column));
        p.instance.push_back(id_at(episode, row, view, line, column));
      }
    }
  }
  p.rendered = RenderedViews(num_rows, k.height_px, k.width_px);
  p.rendered.set<Channel::kColor>(p.color);
  p.rendered.set<Channel::kDepth>(p.depth);
  p.rendered.set<Channel::kInstance>(p.instance);
  return p;
}

ChannelSet all_channels() {
  return kDefaultChannels;
}

DatasetSpec spec(std::int64_t num_episodes, int episodes_per_shard, StorageOptions storage) {
  DatasetSpec s;
  s.scenario_text = "name: \"tiny\"\n";
  s.scenario_name = "tiny";
  s.seed = 7;
  s.num_episodes = num_episodes;
  s.episodes_per_shard = episodes_per_shard;
  s.frame_rate_hz = kFrameRateHz;
  s.step_rate_hz = 960.0;
  s.engine = "handmade";
  s.engine_version = "1";
  s.renderer = "fake";
  s.render_device = "none";
  s.render_driver = "none";
  s.cpu_family = "any";
  s.layout = layout();
  s.storage = storage;
  s.columns = dataset_columns(s.layout, all_channels(), storage);
  return s;
}

Result<EpisodeRecord> record(const DatasetSpec& spec, std::int64_t episode) {
  const Scene made = scene();
  const Trajectory motion = trajectory(episode, rows_of(episode));
  const auto values = factors(episode);
  EpisodeRecorder recorder(spec.layout, spec.columns);
  DIORAMA_RETURN_IF_ERROR(recorder.begin(episode, made, motion, values));
  for (int view = 0; view < static_cast<int>(spec.layout.views.size()); ++view) {
    const Pictures pictures = draw(made, episode, rows_of(episode), view);
    DIORAMA_RETURN_IF_ERROR(recorder.add(pictures.views, pictures.rendered));
  }
  return recorder.finish();
}

Result<ShardSummary> write_shard(DatasetWriter& writer, const DatasetSpec& spec, int shard,
                                 const std::set<std::int64_t>& reject) {
  DIORAMA_ASSIGN_OR_RETURN(const ShardStart start, writer.claim_shard(shard));
  DIORAMA_RETURN_IF_ERROR(writer.begin_shard(shard));
  for (std::int64_t episode = start.next_episode; episode < spec.shard_end(shard); ++episode) {
    if (reject.contains(episode)) {
      DIORAMA_RETURN_IF_ERROR(writer.reject(episode, "the test said so"));
      continue;
    }
    DIORAMA_ASSIGN_OR_RETURN(EpisodeRecord made, record(spec, episode));
    DIORAMA_RETURN_IF_ERROR(writer.append(std::move(made)));
  }
  return writer.end_shard();
}

Status write_dataset(const std::filesystem::path& folder, const DatasetSpec& spec, OutputMode mode,
                     const std::set<std::int64_t>& reject) {
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<DatasetWriter> writer, DatasetWriter::open(folder, spec, mode));
  for (int shard = 0; shard < spec.num_shards(); ++shard) {
    if (writer->has_shard(shard)) continue;
    DIORAMA_ASSIGN_OR_RETURN(const ShardSummary summary, write_shard(*writer, spec, shard, reject));
    (void)summary;
  }
  DIORAMA_ASSIGN_OR_RETURN(const int missing, writer->finish());
  return missing == 0 ? Status() : failed(std::to_string(missing) + " shards are missing");
}

}  // namespace diorama::tiny
