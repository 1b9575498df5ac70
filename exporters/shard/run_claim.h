// RunClaim: who may write into a dataset. Runs of one specification (the parts of --shard) share it; a run that
// makes something else, or replaces the dataset, is refused while they live. A lock on "shards/run.tmp", which the
// kernel drops when its process ends, however it ends.
#pragma once

#include <filesystem>
#include <string>

#include "engine/core/status.h"
#include "exporters/shard/output_file.h"

namespace diorama {

class RunClaim {
 public:
  static constexpr const char* kFileName = "run.tmp";

  /// Claims `shards`, which must exist. Alone if nobody else has it; else, unless `must_be_alone`, joins those who
  /// work on the same specification. kOutput if others hold it.
  static Result<RunClaim> take(const std::filesystem::path& shards, const std::string& spec_hash, bool must_be_alone);

  RunClaim() = default;
  RunClaim(RunClaim&&) noexcept = default;
  RunClaim& operator=(RunClaim&& other) noexcept;
  ~RunClaim() { release(); }

  /// Until `share` nobody else can join.
  bool alone() const { return alone_; }
  /// Lets runs of the same specification join. kOutput if another run took the folder at this very moment.
  Status share();
  /// Gives it up; the last one removes the file.
  void release();

 private:
  std::filesystem::path path_;
  std::string spec_hash_;
  FileDescriptor file_;
  bool alone_ = false;
};

}  // namespace diorama
