// ProblemFinder: looks for problems of the built scene on a thread of its own, and counts how many
// episodes are rejected. Only the newest state of the document is looked at. Thread-safe; no
// function waits.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "apps/editor/document/document.h"
#include "scenes/sampler.h"

namespace diorama::editor {

/// What is known about one state of the document. Immutable.
struct FoundProblems {
  std::uint64_t revision = 0;  ///< Of the document; 0 = nothing was looked at yet.
  SampleKey key;
  bool complete = false;             ///< Nothing more will come for this state.
  std::vector<Diagnostic> problems;  ///< See scene_problems().
  int drawn = 0;                     ///< Episodes tried, beginning with key.episode,
  int rejected = 0;                  ///< those of them that were rejected,
  std::string reason;                ///< and why the first of these was.
};

class ProblemFinder {
 public:
  /// Tries `episodes` draws of each state. `on_new` is called on the worker after each news; it may
  /// be empty.
  ProblemFinder(Sampler::Tools tools, int episodes, std::function<void()> on_new = {});
  ~ProblemFinder();

  /// Asks for this state of the document and its files, unless it was asked for last.
  void look(const Document& document, SampleKey key);
  /// Never null.
  std::shared_ptr<const FoundProblems> found() const;
  /// Whether the newest state asked for is known completely.
  bool done() const;

 private:
  struct Request {
    std::uint64_t revision = 0;
    SampleKey key;
    schema::Scenario scenario;
    std::filesystem::path base_folder;
  };
  void run(const std::stop_token& stop);
  void look_into(const Request& request, const std::stop_token& stop);
  void publish(const FoundProblems& found);
  bool superseded(const std::stop_token& stop) const;

  const Sampler::Tools tools_;
  const int episodes_;
  const std::function<void()> on_new_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::optional<Request> wanted_;
  std::uint64_t asked_revision_ = 0;
  std::uint64_t asked_files_ = 0;
  SampleKey asked_key_;
  std::shared_ptr<const FoundProblems> found_ = std::make_shared<FoundProblems>();
  std::jthread thread_;  // last: it stops before anything else goes
};

}  // namespace diorama::editor
