#include "apps/bench/mujoco_pipeline.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "apps/bench/mujoco_renderer.h"
#include "apps/bench/plain_hdf5.h"
#include "apps/pipeline/backends.h"

namespace diorama {
namespace {

PlainColumn image_column(const std::string& name, ColumnType type, std::vector<int> row_shape,
                         int num_rows) {
  PlainColumn plain;
  plain.column.name = name;
  plain.column.type = type;
  plain.column.row_shape = std::move(row_shape);
  plain.column.chunk_rows = 1;
  plain.values.reserve(plain.column.row_bytes() * static_cast<std::size_t>(num_rows));
  return plain;
}

template <typename T>
void append(PlainColumn& column, std::span<const T> row) {
  const std::span<const std::byte> bytes = std::as_bytes(row);
  column.values.insert(column.values.end(), bytes.begin(), bytes.end());
}

std::filesystem::path episode_path(const MujocoPipelineJob& job, std::size_t episode) {
  return job.folder / ("episode" + std::to_string(episode) + ".h5");
}

Status run_episode(const MujocoPipelineJob& job, std::size_t episode) {
  const Scene& scene = job.scenes[episode];
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<PhysicsWorld> world,
                           make_physics(PhysicsBackend::kMujoco, scene));
  State state = initial_state(scene);
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<MujocoRenderer> renderer,
                           MujocoRenderer::make(scene, {&state, 1}));
  std::vector<PlainColumn> columns;  // colour, depth and ids of each camera in turn
  for (const Camera& camera : scene.cameras) {
    const int height = camera.intrinsics.height_px;
    const int width = camera.intrinsics.width_px;
    columns.push_back(
        image_column("pixels." + camera.name, ColumnType::kUint8, {height, width, 3}, job.num_frames));
    columns.push_back(
        image_column("depth." + camera.name, ColumnType::kFloat32, {height, width}, job.num_frames));
    columns.push_back(image_column("segmentation." + camera.name, ColumnType::kInt16,
                                   {height, width}, job.num_frames));
  }
  for (int frame = 0; frame < job.num_frames; ++frame) {
    if (frame > 0) DIORAMA_RETURN_IF_ERROR(world->step(job.steps_per_frame, nullptr));
    world->read_state(state);
    renderer->place(0, state);
    for (std::size_t camera = 0; camera < scene.cameras.size(); ++camera) {
      renderer->render(0, CameraId(camera), true);
      append(columns[3 * camera], renderer->color());
      append(columns[3 * camera + 1], renderer->depth());
      append(columns[3 * camera + 2], std::span<const std::uint16_t>(renderer->instance_ids()));
    }
  }
  return write_plain_hdf5(episode_path(job, episode), job.num_frames, columns).status();
}

/// In the child: its share of the episodes. The exit status.
int run_share(const MujocoPipelineJob& job, int process) {
  setenv("LP_NUM_THREADS", "1", 1);
  for (std::size_t i = process; i < job.scenes.size(); i += job.processes) {
    const Status status = run_episode(job, i);
    if (status.ok()) continue;
    std::fprintf(stderr, "peer, episode %zu: %s\n", i, status.message().c_str());
    return 1;
  }
  return 0;
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

}  // namespace

Result<MujocoPipelineRun> run_mujoco_pipeline(const MujocoPipelineJob& job) {
  MujocoPipelineRun run;
  const double start = wall_s();
  std::vector<pid_t> children;
  bool failing = false;
  for (int process = 0; process < job.processes && !failing; ++process) {
    const pid_t child = fork();
    // Nothing of the parent's is torn down in the child.
    if (child == 0) _exit(run_share(job, process));
    failing = child < 0;
    if (child > 0) children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    rusage usage{};
    failing = wait4(child, &status, 0, &usage) != child || status != 0 || failing;
    run.span.cpu_s += seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }
  run.span.wall_s = wall_s() - start;
  if (failing) return failed("the MuJoCo pipeline of the bench ended early; its message stands above");
  for (std::size_t episode = 0; episode < job.scenes.size(); ++episode) {
    run.views += static_cast<std::int64_t>(job.num_frames) *
                 static_cast<std::int64_t>(job.scenes[episode].cameras.size());
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(episode_path(job, episode), error);
    if (error) return failed("the MuJoCo pipeline of the bench left no file: " + error.message());
    run.bytes += static_cast<std::int64_t>(size);
  }
  return run;
}

}  // namespace diorama
