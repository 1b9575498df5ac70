// Scripts: what a user would do, by the names of widgets. A script gives input a frame at a time
// and compares what is shown with what it expects. SCRIPTS.md has the language.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "apps/editor/app/editor.h"

namespace diorama::editor {

class ScriptRunner {
 public:
  /// invalid_input with file:line if the file cannot be read or a line is not understood.
  static Result<std::unique_ptr<ScriptRunner>> load(const std::string& path, Editor& editor);

  /// Call before each frame. A failed expectation is `failed` with file:line.
  Status before_frame();
  bool done() const { return at_ == commands_.size() && settle_ == 0; }
  /// Waiting for something that takes real time.
  bool waiting() const { return waiting_; }

  /// What `size` asked for; 0 = nothing.
  int width_px() const { return width_px_; }
  int height_px() const { return height_px_; }

 private:
  struct Command {
    int line = 0;
    std::vector<std::string> words;
  };
  struct Point {
    float x = 0.0F, y = 0.0F;
  };
  enum class Step { kDone, kAgain };

  ScriptRunner(std::string path, Editor& editor) : path_(std::move(path)), editor_(editor) {}
  Status check(const Command& command) const;
  Result<Step> execute(const std::vector<std::string>& words);
  Result<Step> point(const std::vector<std::string>& words);
  Result<Step> drag(const std::vector<std::string>& words);
  Result<Step> wait_until(const std::vector<std::string>& words);
  Result<Step> action_until(const std::vector<std::string>& words);
  Result<Step> print(const std::vector<std::string>& words);
  Result<Step> measure(const std::vector<std::string>& words);
  /// "" if it holds, else what is the case instead.
  std::string unmet(const std::vector<std::string>& expectation);
  /// Where "Panel/Widget" or "Panel/Widget@0.5,0.25" is; kAgain while it is not there yet.
  Result<Step> locate(const std::string& reference, Point& point);
  void press_chord(const Chord& chord);

  std::string path_;
  Editor& editor_;
  std::vector<Command> commands_;
  std::size_t at_ = 0;
  int settle_ = 3;  // the first frames put everything in its place
  int tries_ = 0;
  int scrolling_ = 0;  // frames until a widget that was scrolled to stands still
  int width_px_ = 0;
  int height_px_ = 0;
  bool waiting_ = false;
  std::chrono::steady_clock::time_point wait_start_;
  double measured_s_ = 0.0;
  double cpu_start_s_ = 0.0;
  std::uint64_t previews_start_ = 0;
};

}  // namespace diorama::editor
