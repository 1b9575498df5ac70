// The pipeline that most people write today: MuJoCo steps, its own renderer draws, HDF5 with gzip
// stores. The peer of the end-to-end bench. Private to apps/bench.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "apps/bench/timing.h"
#include "engine/core/status.h"
#include "engine/scene/scene.h"

namespace diorama {

struct MujocoPipelineJob {
  std::vector<Scene> scenes;  ///< One per episode.
  int num_frames = 0;
  int steps_per_frame = 0;
  int processes = 1;             ///< Episodes are dealt out in turn.
  std::filesystem::path folder;  ///< Exists; gets one file per episode.
};

struct MujocoPipelineRun {
  Span span;  ///< CPU time of all processes; wall time until the last one ended.
  std::int64_t views = 0;
  std::int64_t bytes = 0;
};

/// Every process (with LP_NUM_THREADS=1, as suits one on each core) steps its episodes with MuJoCo,
/// draws every camera of every frame in colour and depth and again for the segmentation (shadow map
/// 1024, no multisampling), and writes them row by row with shuffle and gzip 4. It neither linearises
/// depth nor turns pictures upright, and writes no other columns. Forks: no other thread may run.
Result<MujocoPipelineRun> run_mujoco_pipeline(const MujocoPipelineJob& job);

}  // namespace diorama
