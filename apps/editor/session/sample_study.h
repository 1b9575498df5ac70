// SampleStudy: many episodes of one scenario drawn in the background, each with a thumbnail and, if
// wanted, what becomes of it: the grid of sampled scenes and the table of seeds. Results appear one
// by one. Thread-safe; no function waits for the work it starts.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "apps/editor/session/preview_renderer.h"
#include "apps/editor/session/published.h"
#include "apps/pipeline/backends.h"
#include "engine/scene/layout.h"
#include "engine/scene/trajectory.h"
#include "scenes/sampler.h"

namespace diorama::editor {

/// How far each episode is taken. What is shown is its last state.
enum class StudyDepth {
  kDrawn,      ///< Drawn and placed.
  kSettled,    ///< And settled, to the first row of an episode.
  kSimulated,  ///< And simulated whole, to its last row; gives an outcome.
};

struct StudyRequest {
  schema::Scenario scenario;
  std::filesystem::path base_folder;
  std::optional<PhysicsBackend> physics;  ///< Empty = what the scenario says.
  std::vector<SampleKey> keys;
  StudyDepth depth = StudyDepth::kDrawn;
  int thumbnail_width_px = 160;  ///< Thumbnails fit into this box.
  int thumbnail_height_px = 120;
};

/// What became of a simulated episode.
struct Outcome {
  double duration_s = 0.0;             ///< Simulated.
  double final_energy_j = 0.0;         ///< Kinetic and potential.
  double energy_change_j = 0.0;        ///< Final less first.
  double fastest_m_s = 0.0;            ///< Largest speed of a body's origin in any row.
  int most_contacts = 0;               ///< Pairs in contact in a row.
  double strongest_contact_n = 0.0;    ///< Largest mean force of a contact in a row.
  double deepest_penetration_m = 0.0;  ///< Largest overlap, >= 0.
  int displaced_objects = 0;  ///< Whose origin ends more than kDisplacedM from where it began.
  double at_rest_after_s =
      0.0;  ///< Time after which nothing is faster than kRestM_s; the duration if never.

  static constexpr double kDisplacedM = 0.01;
  static constexpr double kRestM_s = 0.01;  // NOLINT(readability-identifier-naming): m/s
};
Outcome outcome_of(const Scene& scene, const Trajectory& trajectory);

/// A column of the table of seeds.
struct OutcomeField {
  const char* name;
  const char* unit;
  const char* meaning;
  double (*value)(const Outcome& outcome);
};
/// THE list of what an outcome tells.
std::span<const OutcomeField> outcome_fields();

/// One episode. Immutable.
struct StudyItem {
  enum class Progress { kWaiting, kDone, kRejected, kFailed };
  std::uint64_t id = 0;  ///< Another number, another item, in the whole process; 0 = waiting.
  SampleKey key;
  Progress progress = Progress::kWaiting;
  Status status;      ///< Why it was rejected or failed, or has no thumbnail.
  ImageU8 thumbnail;  ///< (H, W, 3) of the main view; empty if there is none.
  std::vector<std::vector<double>> factors;  ///< Parallel to StudyResult::layout's factors.
  std::optional<Outcome> outcome;            ///< kSimulated.
  /// The scenario with all draws written into it: what "open as document" opens.
  std::shared_ptr<const schema::Scenario> resolved;
};

/// All items in the order of the request's keys. Immutable.
struct StudyResult {
  std::uint64_t sequence = 0;
  bool running = false;
  Status status;  ///< Why nothing could be drawn at all: an invalid scenario, an engine that is not
                  ///< allowed.
  StudyDepth depth = StudyDepth::kDrawn;
  std::shared_ptr<const SceneLayout> layout;  ///< Null until the scenario was read.
  std::vector<std::shared_ptr<const StudyItem>> items;

  int count(StudyItem::Progress progress) const;
  /// Rejected among those that were tried; 0 if none was.
  double rejection_rate() const;

  struct Reason {
    std::string text;  ///< An example.
    int count = 0;
  };
  /// Why items were rejected, the most frequent first. Messages that differ in numbers alone count
  /// as one.
  std::vector<Reason> reasons() const;
};

class SampleStudy {
 public:
  /// `workers` episodes at a time, 0 = half of the cores. `on_new` is called on a worker's thread
  /// after each item; it may be empty.
  explicit SampleStudy(RendererOptions renderer, int workers = 0,
                       std::function<void()> on_new = {});
  ~SampleStudy();

  /// Replaces the study under way.
  void start(StudyRequest request);
  /// Ends it after the episodes under way; what is there stays.
  void cancel();
  /// Never null.
  std::shared_ptr<const StudyResult> result() const { return result_.get(); }
  /// Waits until nothing is under way. False if it took longer than `timeout`.
  bool wait_idle(std::chrono::milliseconds timeout) const;

 private:
  struct Work;
  void run_loop(const std::stop_token& stop);
  void run(StudyRequest request, std::uint64_t generation, const std::stop_token& stop);
  void publish(const StudyResult& result);

  const RendererOptions renderer_;
  const int workers_;
  const std::function<void()> on_new_;
  Published<StudyResult> result_;
  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  std::optional<StudyRequest> request_;
  std::uint64_t generation_ = 0;  // a study of an older generation stops
  bool running_ = false;
  std::uint64_t sequence_ = 0;
  std::vector<std::unique_ptr<PreviewPainter>>
      painters_;         // one per worker, kept from study to study
  std::jthread thread_;  // last: it stops before anything else goes
};

}  // namespace diorama::editor
