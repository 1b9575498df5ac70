// GenerateJob: makes a dataset with the code of `diorama generate`, on a thread of its own.
// Thread-safe; no function waits for the work it starts. The scenario is read from its file, so the
// document must be saved first: the file and the command line are then all that is needed to make
// the same bytes again.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "apps/pipeline/generate.h"
#include "apps/pipeline/generate_command.h"
#include "apps/pipeline/generate_estimate.h"

namespace diorama::editor {

struct GenerateSettings {
  GenerateOptions options;
  std::filesystem::path folder;
  OutputMode mode = OutputMode::kNew;

  /// The command line that does the same, to be copied into a shell.
  std::string command() const { return generate_command(options, folder, mode); }
};

/// What a panel shows. Value.
struct GenerateState {
  enum class Phase {
    kIdle,
    kEstimating,  ///< One episode is made to see how long and how large.
    kRunning,
    kStopping,  ///< Cancelled; the running episodes are being finished.
    kDone,
    kStopped,  ///< Cancelled; the same settings with kResume go on.
    kFailed,
  };
  Phase phase = Phase::kIdle;
  Status status;  ///< kFailed: why. Also why an estimate could not be made.

  std::optional<GenerateEstimate> estimate;  ///< Of the last estimate().
  int estimate_workers = 1;

  std::int64_t episodes_total = 0;  ///< Of this run.
  std::int64_t episodes_kept = 0;
  std::int64_t episodes_rejected = 0;
  std::int64_t views = 0;  ///< Pictures of one moment and camera.
  std::int64_t bytes = 0;
  double elapsed_s = 0.0;
  std::optional<double> remaining_s;  ///< By the pace so far; nothing before the first episode.
  std::shared_ptr<const GenerateReport> report;  ///< kDone, kStopped.
  std::filesystem::path folder;                  ///< Of the last run.

  bool busy() const {
    return phase == Phase::kEstimating || phase == Phase::kRunning || phase == Phase::kStopping;
  }
};

class GenerateJob {
 public:
  /// `on_news` is called on the job's thread when its phase changes; it may be empty.
  explicit GenerateJob(std::function<void()> on_news = {});
  /// Cancels and waits for the running episodes.
  ~GenerateJob();

  /// Both are refused (false) while the job is busy.
  bool estimate(GenerateSettings settings);
  bool start(GenerateSettings settings);
  /// Ends a run after the running episodes.
  void cancel();

  GenerateState state() const;
  /// Waits until the job is not busy. False if it took longer than `timeout`.
  bool wait_idle(std::chrono::milliseconds timeout) const;

 private:
  using Clock = std::chrono::steady_clock;
  using Phase = GenerateState::Phase;

  bool begin(Phase phase, GenerateSettings settings);
  void work_loop(const std::stop_token& stop);
  void make_estimate(const GenerateSettings& settings);
  void run(const GenerateSettings& settings);
  void finish(Phase phase, Status status);

  const std::function<void()> on_news_;
  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  std::optional<GenerateSettings> request_;
  GenerateState state_;  // without the counters
  Clock::time_point start_;
  std::unique_ptr<GenerateProgress> progress_;  // of the run; atomics
  std::atomic<bool> stop_{false};
  std::jthread thread_;  // last: it stops before anything else goes
};

}  // namespace diorama::editor
