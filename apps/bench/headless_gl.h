// HeadlessGl: an OpenGL context without a window, for MuJoCo's renderer. Private to apps/bench.
// Bound to the thread that made it.
#pragma once

#include <memory>

#include "engine/core/status.h"

namespace diorama {

class HeadlessGl {
 public:
  /// Loads libEGL at run time, so that nothing else of diorama needs it. unavailable(...) with the
  /// package that lacks.
  static Result<std::unique_ptr<HeadlessGl>> make();
  ~HeadlessGl();
  HeadlessGl(const HeadlessGl&) = delete;
  HeadlessGl& operator=(const HeadlessGl&) = delete;

 private:
  struct Egl;
  explicit HeadlessGl(std::unique_ptr<Egl> egl);
  std::unique_ptr<Egl> egl_;
};

}  // namespace diorama
