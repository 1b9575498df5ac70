// Verify: whether every byte of a dataset is what was written and every value what its column promises. Reads
// everything: files against the manifest, SHA-256 of shards, XXH3 of chunks, HDF5's view of the file against the
// shard's table, the index, and the values themselves (ranges, NaN, constants, columns that repeat each other).
// Trusts nothing that it reads; runs on one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "engine/core/status.h"

namespace diorama {

/// Something that is not as it must be, and where. What does not apply is -1 or "".
struct Finding {
  std::string file;           ///< Relative to the dataset's folder.
  std::int64_t episode = -1;  ///< episode_idx.
  std::int64_t frame = -1;    ///< Row within the episode.
  std::string column;
  std::string problem;        ///< What is wrong, in words.
  std::string expected;
  std::string found;
};

/// One line: "shards/000000.h5 episode 3 frame 12 'depth': ...; expected ..., found ...".
std::string describe(const Finding& finding);

/// Collects findings; keeps the first of each file and column, counts all.
class Findings {
 public:
  static constexpr std::size_t kKeptPerColumn = 5;

  void add(Finding finding);
  const std::vector<Finding>& list() const { return list_; }
  std::int64_t count() const { return count_; }

 private:
  std::vector<Finding> list_;
  std::int64_t count_ = 0;
};

struct VerifyReport {
  Findings findings;
  std::int64_t shards = 0;
  std::int64_t episodes = 0;
  std::int64_t rows = 0;
  std::int64_t chunks = 0;
  std::int64_t bytes = 0;  ///< Of shard files.
};

/// Checks the dataset in `folder`. kInvalidInput if it is no dataset at all; whatever is wrong inside of it is a
/// finding. `progress(done, shards)` is called after each shard.
Result<VerifyReport> verify_dataset(const std::filesystem::path& folder,
                                    const std::function<void(std::int64_t, std::int64_t)>& progress);

}  // namespace diorama
