#include "apps/bench/bench.h"

#include <utility>

#include "engine/core/check.h"

namespace diorama {

Measurement compare(std::string name, double value, std::string unit, double baseline) {
  DIORAMA_CHECK(baseline > 0.0);
  return {std::move(name), value, std::move(unit), baseline, value / baseline};
}

Measurement figure(std::string name, double value, std::string unit) {
  return {std::move(name), value, std::move(unit), std::nullopt, std::nullopt};
}

const std::vector<Bench>& benches() {
  static const std::vector<Bench> table = {
      {"physics",
       "CPU time of an engine step against the bare engine's, falling bodies and the humanoid",
       &bench_physics},
      {"render", "views per second, single and in batches, next to MuJoCo's own renderer",
       &bench_render},
      {"write", "storing an episode against H5Dwrite with shuffle and gzip 4", &bench_write},
      {"read", "clips for training against stock h5py, in Python", &bench_read},
      {"end_to_end", "labelled views that land on disk per second, next to MuJoCo's renderer and HDF5",
       &bench_end_to_end},
      {"memory", "resident memory late in a long run against early in it", &bench_memory},
  };
  return table;
}

}  // namespace diorama
