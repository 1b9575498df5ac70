// Writes the tiny dataset for the Python tests: FOLDER [episodes [per_shard [depth f32|f16|i16mm [rejected,...]]]].

#include <cstdio>
#include <cstdlib>
#include <set>
#include <sstream>
#include <string>

#include "tests/unit/exporters/tiny_dataset.h"

int main(int argc, char** argv) {
  using namespace diorama;
  if (argc < 2) return 2;
  const long episodes = argc > 2 ? std::atol(argv[2]) : 7;
  const int per_shard = argc > 3 ? std::atoi(argv[3]) : 3;
  const std::string depth = argc > 4 ? argv[4] : "f32";
  std::set<std::int64_t> reject;
  if (argc > 5) {
    std::istringstream list(argv[5]);
    for (std::string item; std::getline(list, item, ',');) reject.insert(std::atol(item.c_str()));
  }
  StorageOptions storage;
  storage.depth = depth == "f16" ? DepthStorage::kF16 : depth == "i16mm" ? DepthStorage::kI16mm : DepthStorage::kF32;
  if (depth != "f32") storage.pixels = PixelStorage::kRaw;
  const Status status = tiny::write_dataset(argv[1], tiny::spec(episodes, per_shard, storage), OutputMode::kNew, reject);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.message().c_str());
  return status.ok() ? 0 : 1;
}
