// Benchmarks of diorama against what it is built on. Owner: apps/bench. Each function measures on
// the calling thread, makes its own input and takes seconds to minutes. Not thread-safe: two
// benches at once disturb each other.
//
// Times are CPU times (CLOCK_PROCESS_CPUTIME_ID or, for physics and writing, which use one thread,
// CLOCK_THREAD_CPUTIME_ID) unless a unit says "wall". The two sides of a comparison take turns in
// short blocks, and each block counts by the best of its repetitions, so that other load hits both
// alike.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/status.h"

namespace diorama {

/// One figure. `ratio` = ours / peer in the figure's own unit: for rates more is better, for
/// "us/step" (CPU time) and sizes less is better.
struct Measurement {
  std::string name;                ///< Such as "physics/mujoco/free50/step".
  double value = 0.0;              ///< Ours.
  std::string unit;                ///< Of value and baseline.
  std::optional<double> baseline;  ///< The peer's, measured in the same run.
  std::optional<double> ratio;     ///< value / baseline.
};

/// A measurement with its peer's; `baseline` must be positive.
Measurement compare(std::string name, double value, std::string unit, double baseline);
Measurement figure(std::string name, double value, std::string unit);

struct BenchOptions {
  bool quick = false;  ///< A few seconds in all: shows that everything runs, not how fast it is.
  std::string device;  ///< Vulkan device, as for generate; "" = the best.
  bool validation = false;                          ///< Vulkan validation layers; slow.
  std::function<void(const std::string&)> narrate;  ///< Told what is measured next; may be empty.

  void say(const std::string& line) const {
    if (narrate) narrate(line);
  }
};

/// CPU time of an engine step (with contacts, and the state read every 4 steps) against the bare
/// engine's: physics/<engine>/<scene>/step in us/step; scenes free10, free50, free200, humanoid.
Result<std::vector<Measurement>> bench_physics(const BenchOptions& options);

/// Views (colour, depth and ids) per CPU second of 20 meshes above a floor with one shadow map,
/// against MuJoCo's own renderer (EGL on the same Mesa) that draws the same triangles with a shadow
/// map of the same size and makes the same outputs: render/<px>/<mode>/equal; the same per wall
/// second /wall and in CPU ms per view /cpu; /host = the share of CPU time spent outside of the
/// driver's threads. Modes: single = one view per submission; batch16 = 16 cameras of one state;
/// batch4x4 = 4 cameras of 4 states; batch64 = 4 cameras of 16 states. About 30 000 triangles, and
/// render/256/batch16/equal/<n>k with n thousand; render/256/batch16/plain without shadow and
/// ids on both sides. render/256/batch4x4/labels/surface, /amodal, /layers: with all channels of the first
/// surface, with masks, with the surfaces behind, against our own rate of colour, depth and ids.
/// render/256/tracks: 256 points in the same views. The ray caster, on one thread, with shadows by
/// rays: render/256/raycast/equal, /wall, /cpu and /equal/<n>k.
Result<std::vector<Measurement>> bench_render(const BenchOptions& options);

/// The recorder and shard writer against H5Dwrite of the same episode with shuffle and gzip 4:
/// write/deflate/speed and write/raw/speed in MB of raw data per CPU second, write/deflate/size in
/// bytes.
Result<std::vector<Measurement>> bench_write(const BenchOptions& options);

/// The Python package against stock h5py, per second of CPU time of one process, pages cached:
/// read/clip16/native random clips of 16 rows of 224 x 224 pictures from the same shards;
/// read/swm_clips/{raw,deflate} clips as stable-worldmodel draws them (4 steps x frameskip 5, batches of
/// 64) through our torch Dataset against plain slices of a file as its own writer makes it. The latter
/// two need python3-torch and are left out, with a word, without it.
Result<std::vector<Measurement>> bench_read(const BenchOptions& options);

/// The library scenario clutter with four views of each state through `run_generate` (colour, depth,
/// ids, states; one worker on each core) against MuJoCo, its own renderer and HDF5 with gzip 4 in one
/// process on each core, both into a temporary folder: views that land per wall second
/// end_to_end/<px>/equal and per CPU second /equal/cpu; at 256 px also with part ids, normals, flow both ways,
/// boxes and visible fractions of ours against the same peer, which makes none of them: /labels, /labels/cpu; stored bytes /stored; /workers against one
/// worker of our own.
Result<std::vector<Measurement>> bench_end_to_end(const BenchOptions& options);

/// Resident memory of one run of 10 000 episodes in which all varies that is kept for reuse:
/// memory/generate/resident = the mean over the last tenth, in MB, against the mean over episodes 1 000 to
/// 2 000; /growth = their difference.
Result<std::vector<Measurement>> bench_memory(const BenchOptions& options);

/// The verb's argument and what it measures, in the order of `bench all`.
struct Bench {
  const char* name;
  const char* summary;
  Result<std::vector<Measurement>> (*run)(const BenchOptions& options);
};
const std::vector<Bench>& benches();

}  // namespace diorama
